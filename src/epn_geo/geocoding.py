"""Places without coordinates, through the geocoder of the Géoplateforme (IGN).

The geocoder always answers something, and says that all went well even for rubbish; what counts is
its score (0-1) and whether the commune it found is the one the list says. A position found this way
is marked in the row's ``corrections``; one refused leaves the place where it was, without
coordinates, where `check_places` lists it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from epn_geo.communes import current_codes
from epn_geo.crs import require_crs
from epn_geo.download import Door, opened
from epn_geo.errors import ColumnError, DownloadError
from epn_geo.network.asks import Ask, Upload, refuse_web_page

URL = "https://data.geopf.fr/geocodage/search/csv"
BATCH = 10_000  # rows sent at a time; the service takes 200 000, or 50 MB

SURE = 0.6  # accepted, unless in another commune
LIKELY = 0.4  # accepted in the commune that the list says

ACCEPTED, DOUBTFUL, REFUSED = "accepté", "douteux", "refusé"
ASKED = ("adresse", "commune", "code_postal", "code_insee")
WANTED = ("latitude", "longitude", "result_score", "result_type", "result_label", "result_citycode")


class _Guess(NamedTuple):
    """What the geocoder answered for one place."""

    longitude: float
    latitude: float
    score: float
    kind: str
    label: str
    city: str


def geocode_places(
    places: gpd.GeoDataFrame,
    door: Door | None = None,
    *,
    sure: float = SURE,
    likely: float = LIKELY,
    url: str = URL,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> gpd.GeoDataFrame:
    """Find where the places without coordinates are, from their address.

    Parameters
    ----------
    places
        Places, in any CRS, with ``adresse`` and any of ``commune``, ``code_insee``,
        ``code_postal``.
    door
        The way to the network; one with the user's cache by default.
    sure
        From this score on a position is accepted, unless it is in another commune than the list
        says.
    likely
        From this score on a position is accepted if it is in the commune that the list says.
    url
        Of the service.
    progress
        Called with the places answered and the places asked.

    Returns
    -------
    geopandas.GeoDataFrame
        `places`: same rows, index and CRS. Coordinates that were there are untouched. Where a
        position was accepted, ``latitude``, ``longitude`` and the point are filled in. Added:

        - ``geocodage``: "accepté"; "douteux" (a position good enough but in another commune, or
          likely but with no commune to compare) and "refusé", both left without coordinates;
          missing for places that had them;
        - ``geocodage_score``: 0-1, as the service gives it.

        ``corrections`` says what was done or proposed for each, with its score.

    Raises
    ------
    CrsError
        If the places have no CRS.
    ColumnError
        If there is neither ``adresse`` nor ``commune``.
    DownloadError
        If the service cannot be had or does not answer every row.

    Notes
    -----
    The thresholds are those in use with this geocoder: its scores below 0.4 are noise, and 0.6 is
    reached by rows whose street is misspelled. The code of the commune (that of today) is sent as
    a filter, or else the postcode.

    Examples
    --------
    Places that all have coordinates are given back, and nobody is asked:

    >>> import geopandas as gpd, tempfile
    >>> from epn_geo.network.cache import Cache
    >>> point = gpd.points_from_xy([-0.37], [49.18])
    >>> places = gpd.GeoDataFrame({"nom": ["EPN"], "adresse": ["x"]}, geometry=point, crs=4326)
    >>> door = Door(Cache(tempfile.mkdtemp()), offline=True)
    >>> geocode_places(places, door)["geocodage"].isna().tolist()
    [True]
    """
    require_crs(places, "places")
    if not {"adresse", "commune"} & set(places.columns):
        raise ColumnError("The places have neither 'adresse' nor 'commune': nothing can be asked.")
    geometry = places.geometry.to_numpy()
    lost = np.asarray(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    queries = _queries(places[lost])
    askable = ((queries["adresse"] != "") | (queries["commune"] != "")).to_numpy()
    rows = np.flatnonzero(lost)
    guesses: dict[int, _Guess] = {}
    asked = queries[askable].assign(rang=rows[askable])
    with opened(door) as way:
        for start in range(0, len(asked), BATCH):
            batch = asked.iloc[start : start + BATCH]
            guesses |= dict(_ask(batch, way, url))
            progress(min(start + BATCH, len(asked)), len(asked))
    declared = dict(zip(rows.tolist(), queries["code_insee"].tolist(), strict=True))
    return _apply(places, _with_codes_of_today(guesses), declared, sure=sure, likely=likely)


def _queries(lost: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give what is sent: address and commune as text, and one code that narrows the search."""
    frame = pd.DataFrame(
        {
            name: lost[name].fillna("").astype("str").str.strip() if name in lost else ""
            for name in ASKED
        },
        index=lost.index,
        dtype="str",
    )
    if len(frame):
        today = current_codes(frame["code_insee"]).fillna("")
        frame["code_insee"] = today.astype("str")
        # both codes would have to agree: the postcode only helps where there is no other
        frame["code_postal"] = frame["code_postal"].mask(frame["code_insee"] != "", "")
    return frame


def _ask(batch: pd.DataFrame, door: Door, url: str) -> Iterator[tuple[int, _Guess]]:
    """Send some places and give the answer of each, by its rank."""
    text = batch[["rang", *ASKED]].to_csv(index=False, lineterminator="\n")
    params = (
        ("columns", "adresse"),
        ("columns", "commune"),
        ("citycode", "code_insee"),
        ("postcode", "code_postal"),
    )
    ranks = batch["rang"].tolist()

    def check(content: bytes) -> None:
        _read_answer(content, ranks)

    ask = Ask(url, params, Upload("data", "lieux.csv", text.encode()))
    answer = door.fetch(ask, check)
    yield from _read_answer(answer.content, ranks).items()


def _read_answer(content: bytes, ranks: list[int]) -> dict[int, _Guess]:
    """Read what the geocoder answered; every row sent must come back once."""
    refuse_web_page(content, "the geocoder")
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig", "replace")))
    header = reader.fieldnames or []
    if missing := [name for name in ("rang", *WANTED) if name not in header]:
        raise DownloadError(
            f"The geocoder answered without the column {missing[0]!r}: {content[:120]!r}."
        )
    found: dict[int, _Guess] = {}
    for row in reader:
        rank = row["rang"]
        if not rank.isdigit() or int(rank) in found:
            raise DownloadError(f"The geocoder answered a row that was not sent: rang {rank!r}.")
        found[int(rank)] = _Guess(
            _float(row["longitude"]),
            _float(row["latitude"]),
            _float(row["result_score"]),
            row["result_type"] or "",
            row["result_label"] or "",
            row["result_citycode"] or "",
        )
    if sorted(found) != sorted(ranks):
        raise DownloadError(
            f"The geocoder answered {len(found)} rows for {len(ranks)} sent: nothing was used."
        )
    return found


def _float(text: str | None) -> float:
    try:
        value = float(text or "nan")
    except ValueError:
        return float("nan")
    return value if np.isfinite(value) else float("nan")


def _with_codes_of_today(guesses: dict[int, _Guess]) -> dict[int, _Guess]:
    """Write the communes found as they are today; an arrondissement is its commune."""
    found = pd.Series({row: guess.city for row, guess in guesses.items()}, dtype="str")
    today = current_codes(found) if len(found) else found
    return {
        row: guess if pd.isna(today[row]) else guess._replace(city=today[row])
        for row, guess in guesses.items()
    }


def _apply(
    places: gpd.GeoDataFrame,
    guesses: dict[int, _Guess],
    declared: dict[int, str],
    *,
    sure: float,
    likely: float,
) -> gpd.GeoDataFrame:
    """Write each guess where it belongs, and what was thought of it."""
    verdicts: list[str | None] = [None] * len(places)
    scores = np.full(len(places), np.nan)
    notes = [""] * len(places)
    points: dict[int, _Guess] = {}
    for row, code in declared.items():
        guess = guesses.get(row)
        verdicts[row] = _judge(guess, code, sure, likely)
        notes[row] = _note(verdicts[row], guess)
        if guess is not None:
            scores[row] = guess.score
        if guess is not None and verdicts[row] == ACCEPTED:
            points[row] = guess
    out = _with_points(places, points)
    out["corrections"] = _joined(places, notes)
    out["geocodage"] = pd.Series(verdicts, index=out.index, dtype="str")
    out["geocodage_score"] = scores
    return out


def _judge(guess: _Guess | None, declared: str, sure: float, likely: float) -> str:
    """Accept, doubt or refuse a guess."""
    if guess is None or not (np.isfinite(guess.longitude) and np.isfinite(guess.latitude)):
        return REFUSED
    if not guess.score >= likely:
        return REFUSED
    agrees = bool(declared) and guess.city == declared
    differs = bool(declared) and guess.city != declared
    if agrees or (guess.score >= sure and not differs):
        return ACCEPTED
    return DOUBTFUL


def _note(verdict: str | None, guess: _Guess | None) -> str:
    """Say in French what was found, with its score."""
    if guess is None:
        return "coordonnées : géocodage impossible (ni adresse ni commune)"
    found = f"« {guess.label} », score {guess.score:.2f}".replace(" ; ", ", ")
    if verdict == ACCEPTED:
        where = " (au centre de la commune)" if guess.kind == "municipality" else ""
        return f"coordonnées : géocodées{where} d’après {found}"
    word = "douteux, non retenu" if verdict == DOUBTFUL else "refusé"
    return f"coordonnées : géocodage {word}, {found if guess.label else 'rien trouvé'}"


def _with_points(places: gpd.GeoDataFrame, guesses: dict[int, _Guess]) -> gpd.GeoDataFrame:
    """Put points at the guesses, in the CRS of the places."""
    out = places.copy()
    at = np.array(sorted(guesses), dtype=np.int64)
    longitude = np.array([guesses[row].longitude for row in at.tolist()])
    latitude = np.array([guesses[row].latitude for row in at.tolist()])
    for name, values in (("longitude", longitude), ("latitude", latitude)):
        column = (
            out[name].to_numpy(dtype=float, copy=True) if name in out else np.full(len(out), np.nan)
        )
        column[at] = values
        out[name] = column
    geometry = out.geometry.to_numpy().copy()
    geometry[at] = gpd.GeoSeries.from_xy(longitude, latitude, crs=4326).to_crs(out.crs).to_numpy()
    return out.set_geometry(gpd.GeoSeries(geometry, index=out.index, crs=out.crs))


def _joined(places: gpd.GeoDataFrame, notes: list[str]) -> pd.Series[str]:
    """Add each note to the corrections of its row."""
    said = places["corrections"].fillna("") if "corrections" in places else [""] * len(places)
    texts = [" ; ".join(filter(None, pair)) for pair in zip(said, notes, strict=True)]
    return pd.Series(texts, index=places.index, dtype="str")
