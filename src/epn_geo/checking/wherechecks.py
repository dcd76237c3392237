"""Checks of where a place stands against where its list says it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from epn_geo.checking.findings import ERROR, NOTE, WARNING, Book, Rows, Texts, Values, positions
from epn_geo.checking.likeness import closest_each, place_key
from epn_geo.communes import successions
from epn_geo.crs import to_metric
from epn_geo.labels import Lang, say

_NEAR_KM, _FAR_KM = 0.2, 10.0  # a border drawn coarsely; a place in another part of the country


def check_coordinates(book: Book) -> None:
    """Say which places have no usable coordinates, and what was written instead."""
    missing = book.here & ~book.has_point
    written = [_written_coordinates(text) for text in book.text("corrections")]
    unreadable = missing & np.array([bool(text) for text in written], dtype=bool)
    rows = positions(unreadable)
    values = [written[row] for row in rows]
    book.add("coordonnees_illisibles", ERROR, rows, field="latitude", value=values)
    rows = positions(missing & ~unreadable)
    advice = _town_hall_advice(book, rows)
    book.add("coordonnees_absentes", ERROR, rows, field="latitude", suggestion=advice)
    if missing.any() and not book.has_point.any():
        code, advised = "liste_sans_coordonnees", say("suggest_geocode", book.lang)
        count = int(missing.sum())
        book.add_for_all(code, code, ERROR, "latitude", suggestion=advised, count=count)
    zero = book.has_point & (book.places.geometry.to_crs(4326).x == 0).to_numpy()
    book.add("longitude_nulle", WARNING, positions(zero), field="longitude")


_UNUSABLE = re.compile(
    r"(?:illisibles|impossibles|une seule des deux), laissées vides \((.*?)\)(?:,| ;|$)"
)


def _written_coordinates(corrections: str) -> str:
    """Give the coordinates that could not be used, as the file has them."""
    found = _UNUSABLE.search(corrections)
    return found[1] if found else ""


def _town_hall_advice(book: Book, rows: Rows) -> list[str]:
    codes = _fates(book)["code_actuel"].iloc[rows]
    names = _names_by_code(book)
    return [
        say("suggest_town_hall", book.lang, commune=names[code]) if code in names else ""
        for code in codes
    ]


def _fates(book: Book) -> pd.DataFrame:
    """Give what the code each row declares is today, on the rows' positions."""
    if "fates" not in book.memo:
        codes = pd.Series(book.declared("code_insee"), dtype="str")
        book.memo["fates"] = successions(codes)
    return book.memo["fates"]


def _names_by_code(book: Book) -> dict[str, str]:
    codes = book.communes["code_insee"]
    names = book.communes["commune"] if "commune" in book.communes.columns else codes
    return dict(zip(codes, names, strict=True))


def check_territory(book: Book) -> None:
    """Say which places are outside: gravely when the list says they are inside."""
    outside = positions((book.text("accord") == "hors territoire") & book.here)
    codes = book.declared("code_insee")[outside]
    today = _fates(book)["code_actuel"].iloc[outside]
    names = _names_by_code(book)
    inside = np.array([code in names for code in today], dtype=bool)
    book.add("hors_territoire", NOTE, outside[~inside], field="latitude", value=codes[~inside])
    rows = outside[inside]
    book.add(
        "hors_territoire_declare",
        ERROR,
        rows,
        field="latitude",
        value=codes[inside],
        suggestion=_sign_advice(book, rows, today[inside].tolist()),
        commune=[names[code] for code in today[inside]],
    )


def _sign_advice(book: Book, rows: Rows, codes: Sequence[str]) -> list[str]:
    """Advise another sign where the declared commune stands on the other side of Greenwich."""
    if not len(rows):
        return []
    asked = book.communes[book.communes["code_insee"].isin(codes)]
    metric = to_metric(asked, what="communes")
    outlines = metric.drop_duplicates("code_insee").set_index("code_insee").geometry
    points = book.places.geometry.iloc[rows].to_crs(4326)
    mirrored = gpd.GeoSeries(gpd.points_from_xy(-points.x, points.y), crs=4326).to_crs(metric.crs)
    declared = outlines.reindex(codes).to_numpy()
    slip = shapely.dwithin(declared, mirrored.to_numpy(), _NEAR_KM * 1000)
    return [say("suggest_sign", book.lang) if each else "" for each in slip]


def check_codes(book: Book) -> None:
    """Check the declared commune codes against those of all of France, past and present."""
    codes = book.declared("code_insee")
    asked = positions(codes != "")
    found = _fates(book).iloc[asked]
    status = found["statut"].to_numpy()
    names = found["nom"].fillna("").to_numpy()

    replaced = status == "remplacé"
    today = found.loc[replaced, "code_actuel"]
    news = successions(today)["nom"].tolist() if len(today) else []
    book.add(
        "ancien_code",
        WARNING,
        asked[replaced],
        field="code_insee",
        value=codes[asked[replaced]],
        suggestion=[f"{code} ({name})" for code, name in zip(today, news, strict=True)],
        nom=names[replaced],
        commune=news,
        date=found.loc[replaced, "date"].tolist(),
    )
    split = (status == "scindé") & (book.text("accord")[asked] != "oui")
    book.add(
        "code_scinde",
        WARNING,
        asked[split],
        field="code_insee",
        value=codes[asked[split]],
        suggestion=[
            say("suggest_one_of", book.lang, values=text.replace("|", ", "))
            for text in found.loc[split, "candidats"]
        ],
        nom=names[split],
        date=found.loc[split, "date"].tolist(),
    )
    ended = status == "supprimé"
    rows = asked[ended]
    book.add(
        "code_supprime", WARNING, rows, field="code_insee", value=codes[rows], nom=names[ended]
    )
    rows = asked[status == "inconnu"]
    same = book.text("code_postal")[rows] == codes[rows]
    advice = [say("suggest_postcode", book.lang) if each else "" for each in same]
    book.add(
        "code_inconnu", WARNING, rows, field="code_insee", value=codes[rows], suggestion=advice
    )


def check_agreement(book: Book) -> None:
    """Say which places do not stand in the commune they declare by its code."""
    codes = book.declared("code_insee")
    fates = _fates(book)
    status = fates["statut"].to_numpy()
    rows = positions((book.text("accord") == "non") & np.isin(status, ["actuel", "remplacé"]))
    gaps = book.places["ecart_km"].to_numpy(dtype=float)[rows]
    known = ~np.isnan(gaps)
    today = fates["code_actuel"].iloc[rows[known]].tolist()
    advice = _sign_advice(book, rows[known], today)
    _say_gaps(
        book, rows[known], gaps[known], values=codes[rows[known]], field="code_insee", advice=advice
    )
    rows = rows[~known]
    standing = book.text("commune")[rows]
    book.add(
        "commune_autre_territoire",
        ERROR,
        rows,
        field="code_insee",
        value=codes[rows],
        suggestion=_declare(book, rows),
        commune=standing,
    )


def _say_gaps(
    book: Book,
    rows: Rows,
    gaps: npt.NDArray[np.float64],
    *,
    values: Values,
    field: str,
    advice: Sequence[str] | None = None,
) -> None:
    """Say that places stand elsewhere than declared, the more gravely the farther."""
    advice = advice or [""] * len(rows)
    declare = _declare(book, rows)
    grave = np.select([gaps <= _NEAR_KM, gaps <= _FAR_KM], [NOTE, WARNING], ERROR)
    book.add(
        "commune_differente",
        grave.tolist(),
        rows,
        field=field,
        value=values,
        suggestion=[one or other for one, other in zip(advice, declare, strict=True)],
        commune=book.text("commune")[rows],
        distance=[_kilometres(gap, book.lang) for gap in gaps],
    )


def _declare(book: Book, rows: Rows) -> list[str]:
    names, codes = book.text("commune")[rows], book.text("code_insee")[rows]
    return [
        say("suggest_declare", book.lang, commune=name, code=code)
        for name, code in zip(names, codes, strict=True)
    ]


def _kilometres(distance: float, lang: Lang) -> str:
    text = f"{distance:.1f}" if distance >= 0.05 else f"{distance:.2f}"
    return f"{text.replace('.', ',') if lang == 'fr' else text} km"


def check_names(book: Book) -> None:
    """Compare the commune's name, where the list gives no code, with where the place stands."""
    if "commune" not in book.communes.columns:
        return
    declared = book.declared("commune")
    rows = positions((book.text("accord") == "non déclaré") & (declared != ""))
    if not len(rows):
        return
    metric = to_metric(book.communes, what="communes")
    named: dict[str, list[int]] = {}
    for position, name in enumerate(metric["commune"].map(place_key)):
        named.setdefault(name, []).append(position)
    standing = book.text("commune")
    wanted = [named.get(place_key(declared[row]), []) for row in rows]
    agree = [place_key(declared[row]) == place_key(standing[row]) for row in rows]
    known = np.array([bool(w) for w in wanted]) & ~np.array(agree)
    points = book.places.geometry.iloc[rows[known]].to_crs(metric.crs).to_numpy()
    gaps = _nearest(points, [w for w, k in zip(wanted, known, strict=True) if k], metric)
    _say_gaps(book, rows[known], gaps, values=declared[rows[known]], field="commune")
    others = rows[~known & ~np.array(agree)]
    book.add(
        "commune_inconnue",
        NOTE,
        others,
        field="commune",
        value=declared[others],
        suggestion=closest_each(declared[others].tolist(), metric["commune"]),
        commune=standing[others],
    )


def _nearest(
    points: Texts, candidates: Sequence[Sequence[int]], metric: gpd.GeoDataFrame
) -> npt.NDArray[np.float64]:
    """Give the distance from each point to the nearest of its candidate outlines, in km."""
    if not len(points):
        return np.empty(0)
    sizes = [len(each) for each in candidates]
    outlines = metric.geometry.to_numpy()[np.concatenate(candidates).astype(np.int64)]
    distances = shapely.distance(np.repeat(points, sizes), outlines)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    shortest: npt.NDArray[np.float64] = np.minimum.reduceat(distances, starts) / 1000
    return shortest
