"""Files for data.gouv: the national standard in one, what it has no place for in another.

The national standard has 32 columns and no more; what this library adds (category, parent, label,
EPCI) goes into a second file, joined by `id`. Both are open data: commas, decimal points, UTF-8.
Nothing is published, filled in or left out without a finding that says so.
"""

from __future__ import annotations

import csv
import re
from datetime import date as day
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from epn_geo.checking.cellchecks import is_pivot
from epn_geo.checking.findings import ERROR, NOTE, WARNING
from epn_geo.checks import check_places
from epn_geo.errors import DataError
from epn_geo.joins import locate
from epn_geo.labels import Lang, say
from epn_geo.listing import safe_cell
from epn_geo.reading.rows import line_ranges
from epn_geo.sentences import count
from epn_geo.standard import OUR_COLUMNS, standard_frame
from epn_geo.writing import atomic_path, write_layer

STANDARD, BESIDE, POINTS = "lieux-standard.csv", "lieux-complements.csv", "lieux.geojson"
# where the point and the declared commune agree, or only the point tells
TOLD_BY_THE_POINT = ("oui", "ancien code", "non déclaré")
OUTSIDE = "hors territoire"
NO_DATE, NO_PIVOT = "1970-01-01", "0" * 14  # the standard's signs for what is not known
# the dialling codes of overseas, by how their national numbers begin; +33 for all others
OVERSEAS = {
    "590": ("590", "690", "691"), "594": ("594", "694"), "596": ("596", "696", "697"),
    "262": ("262", "263", "269", "639", "692", "693"), "508": ("508",),
}  # fmt: skip
INTERNATIONAL = r"\+(?:33|590|594|262|596|269|687|689|508|681)\d{6,9}"
TERRITORIES = ("code_epci", "epci", "code_departement", "departement", "code_region", "region")


class Publication(NamedTuple):
    """What is published, and all that is to be said about it.

    Attributes
    ----------
    places
        The places to publish, located; what was asked for is filled in.
    findings
        As `check_places` gives them, those of the publication among them (what was left out and
        why, what was filled in), with a column `publie`: whether the row is published ("oui",
        "non"; empty for what is about the whole list).
    """

    places: gpd.GeoDataFrame
    findings: pd.DataFrame


def prepare_publication(
    places: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    *,
    date: str | None = None,
    pivot: str | None = None,
    within: bool = False,
    lang: Lang = "fr",
) -> Publication:
    """Choose the places that can be published, and say what is left out, filled in or wrong.

    Parameters
    ----------
    places
        Places, as read or located.
    communes
        The communes of the territory.
    date
        The day (YYYY-MM-DD) of the places that do not tell theirs (`date_maj`).
    pivot
        The number (SIRET, RNA, RIDET) of the places that do not tell theirs.
    within
        Leave out the places whose point stands outside the territory.
    lang
        The language of the findings.

    Returns
    -------
    Publication
        Left out are a row equal to an earlier one, a row whose `id` an earlier one bears, a row
        with neither `id` nor `nom`, and with `within` what stands elsewhere. French telephone
        numbers are written in international form.

    Raises
    ------
    ColumnError
        If this is no frame of places.
    DataError
        If the date or the number is none.

    Examples
    --------
    >>> from epn_geo.communes import read_communes
    >>> places = gpd.GeoDataFrame(
    ...     {"id": ["a", "a"], "nom": ["EPN", "Autre"], "telephone": ["0231000000", None]},
    ...     geometry=gpd.points_from_xy([-0.37, -0.36], [49.18, 49.18]), crs=4326,
    ... )
    >>> ready = prepare_publication(places, read_communes(departements="14"), date="2026-05-01")
    >>> ready.places[["id", "nom", "telephone", "date_maj"]].values.tolist()
    [['a', 'EPN', '+33231000000', '2026-05-01']]
    >>> out = ready.findings["code"].str.startswith("non_publie")
    >>> ready.findings.loc[out, ["ligne", "code", "publie"]].values.tolist()
    [[2, 'non_publie_id', 'non']]
    """
    _check_fillings(date, pivot)
    located = places if "accord" in places else locate(places, communes)
    frame = publishable_frame(located)
    left = _left_out(located, frame, within=within)
    kept = located[left == ""].copy()
    kept["telephone"] = frame["telephone"][left == ""].replace("", None).astype("str")
    for column, value, unknown in (("date_maj", date, NO_DATE), ("pivot", pivot, NO_PIVOT)):
        if value is not None:
            told = frame[column][left == ""]
            kept[column] = told.mask(told == unknown, value).astype("str")
    findings = check_places(located, communes, lang=lang)
    # said once, by what is published in their place
    filled = findings["champ"].isin(["date_maj", "pivot"])
    filled &= findings["code"].isin(["champ_absent", "colonne_absente"])
    own = _own_findings(located, frame, left, {"date_maj": date, "pivot": pivot}, lang)
    together = pd.concat([own, findings[~filled]], ignore_index=True)
    lines = _lines(located)
    out = set(lines[(left != "").to_numpy()].tolist())
    known = set(lines.tolist())
    together["publie"] = pd.Series(
        ["" if n not in known else "non" if n in out else "oui" for n in together["ligne"]],
        dtype="str",
    )
    return Publication(kept, together)


def _check_fillings(date: str | None, pivot: str | None) -> None:
    """Refuse a date or a number that is none."""
    try:
        given = date if date is None else day.fromisoformat(date).isoformat()
    except (TypeError, ValueError):
        given = ""
    if given != date:
        raise DataError(f"{date!r} is not a day: write it as 2026-11-01.")
    if pivot is not None and not is_pivot(pivot):
        raise DataError(
            f"{pivot!r} is neither a SIRET (14 digits with their check), nor a SIREN, RNA or RIDET."
        )


def _lines(places: pd.DataFrame) -> pd.Series[int]:
    """Give the number of each row in the file, as `check_places` counts them."""
    if "ligne" in places:
        return places["ligne"]
    return pd.Series(range(1, len(places) + 1), index=places.index)


def _left_out(places: gpd.GeoDataFrame, frame: pd.DataFrame, *, within: bool) -> pd.Series[str]:
    """Say why a row is not published; empty where it is."""
    why = pd.Series("", index=frame.index, dtype="str")
    if within:
        why = why.mask(places["accord"] == OUTSIDE, "non_publie_ailleurs")
    blank = (frame["id"] == "") & (frame["nom"] == "")
    why = why.mask(blank, "non_publie_vide")
    here = frame[why == ""]
    again = here.duplicated()
    why[here.index[again]] = "non_publie_doublon"
    here = here[~again]
    taken = here["id"].duplicated() | (here["id"] == "")
    why[here.index[taken]] = "non_publie_id"
    return why


def _own_findings(
    places: gpd.GeoDataFrame,
    frame: pd.DataFrame,
    left: pd.Series[str],
    given: dict[str, str | None],
    lang: Lang,
) -> pd.DataFrame:
    """Say what is left out and why, what was filled in, and what is not known."""
    lines, rows = _lines(places), []
    first = frame[left == ""].assign(ligne=lines).drop_duplicates("id").set_index("id")["ligne"]
    gravity = {"non_publie_id": ERROR, "non_publie_ailleurs": NOTE}
    for index in frame.index[left != ""]:
        code, name, called = left[index], frame["id"][index], frame["nom"][index]
        message = say(f"finding_{code}", lang, row=first.get(name, "–"))
        row = (lines[index], name, called, "id" if code == "non_publie_id" else "")
        rows.append((*row, gravity.get(code, WARNING), code, message, "", ""))

    def about(mask: pd.Series[bool], code: str, field: str, severity: str, **words: object) -> None:
        wanted = mask & (left == "")
        if wanted.any():
            rows_told = lines[wanted].tolist()
            key = "told_line" if len(rows_told) == 1 else "told_lines_of"
            where = say(key, lang, lines=line_ranges(rows_told, lang=lang))
            told = {"places": count(len(rows_told), "lieu", lang), "where": where}
            message = say(f"finding_{code}", lang, **told, **words)
            advice = "" if words.get("value") else say(f"suggest_{code}", lang)
            rows.append((0, "", "", field, severity, code, message, "", advice))

    for field, unknown, severity in (("date_maj", NO_DATE, WARNING), ("pivot", NO_PIVOT, NOTE)):
        value = given[field]
        code = f"publie_{field}" if value is None else f"publie_{field}_donne"
        grave = severity if value is None else NOTE
        about(frame[field] == unknown, code, field, grave, value=value or "")
    about(places["accord"] == OUTSIDE, "publie_ailleurs", "latitude", WARNING)
    phones = frame["telephone"]
    odd = (phones != "") & ~phones.str.fullmatch(INTERNATIONAL)
    about(odd, "publie_telephone", "telephone", WARNING)
    columns = ("ligne", "id", "nom", "champ", "gravite", "code", "message", "valeur", "suggestion")
    types = dict.fromkeys(columns, "str") | {"ligne": "int64"}
    return pd.DataFrame(rows, columns=list(columns)).astype(types)


def international(phone: str) -> str:
    """Write a French telephone number as it is dialled from abroad.

    Parameters
    ----------
    phone
        As a list has it.

    Returns
    -------
    str
        With its dialling code and without signs; as it was where it is no French number.

    Examples
    --------
    >>> international("02 31 00 00 00"), international("0262.12.34.56"), international("3949")
    ('+33231000000', '+262262123456', '3949')
    """
    digits = re.sub(r"[\s.\-/()\u00a0\u202f]", "", phone)
    digits = re.sub(r"^(?:\+|00)33(?:0)?(?=\d{9}$)", "0", digits)
    if not re.fullmatch(r"0[1-9]\d{8}", digits):
        return digits if re.fullmatch(INTERNATIONAL, digits) else phone
    code = next((c for c, starts in OVERSEAS.items() if digits[1:4] in starts), "33")
    return f"+{code}{digits[1:]}"


def publishable_frame(places: pd.DataFrame) -> pd.DataFrame:
    """Give places as they should be published in the national standard.

    Parameters
    ----------
    places
        Places, as read or located.

    Returns
    -------
    pandas.DataFrame
        The 32 columns, all text. `code_insee` and `commune` are those where the place stands if the
        list agreed, gave an old code or gave none; where point and list disagree, they are what the
        list declared: a publication does not decide who is right. French telephone numbers are in
        international form.

    Raises
    ------
    ColumnError
        If this is no frame of places.

    Examples
    --------
    >>> places = pd.DataFrame({
    ...     "id": ["1", "2"], "accord": ["ancien code", "non"], "code_insee": ["14001", "14002"],
    ...     "code_insee_declare": ["14900", "14118"],
    ... })
    >>> publishable_frame(places)["code_insee"].tolist()
    ['14001', '14118']
    """
    frame = standard_frame(places)
    frame["telephone"] = frame["telephone"].map(international).astype("str")
    if "accord" not in places:
        return frame
    doubtful = ~places["accord"].isin(TOLD_BY_THE_POINT)
    for column, declared in (("code_insee", "code_insee_declare"), ("commune", "commune_declaree")):
        if declared in places:
            told = places[declared].astype(object).where(places[declared].notna(), "")
            frame[column] = frame[column].mask(doubtful, told).astype("str")
    # the list's own spelling of the commune stays, where it named the one the point is in
    if "commune_declaree" in places:
        same = places["accord"].eq("oui") & places["commune_declaree"].notna()
        frame["commune"] = frame["commune"].mask(same, places["commune_declaree"]).astype("str")
    return frame


def write_standard(places: pd.DataFrame, path: str | Path) -> Path:
    """Write places in the national standard: exactly its 32 columns.

    Parameters
    ----------
    places
        Places, as read or located.
    path
        Where to, ending in ``.csv``.

    Returns
    -------
    pathlib.Path
        The file: commas, UTF-8, lists joined by ``|``, dates as 2026-05-01; one row per place, in
        order. A text that a spreadsheet would run as a formula gets an apostrophe before it;
        numbers and telephone numbers are left as the standard wants them. What `check_places`
        finds wrong is not mended here.

    Raises
    ------
    ColumnError
        If this is no frame of places.
    DataError
        For another suffix.

    Examples
    --------
    >>> import tempfile
    >>> places = pd.DataFrame({"id": ["1"], "nom": ["EPN, Caen"], "telephone": ["+33231000000"]})
    >>> file = write_standard(places, Path(tempfile.mkdtemp()) / "lieux.csv")
    >>> file.read_text(encoding="utf-8").splitlines()[1][:38]
    '1,00000000000000,"EPN, Caen",,,,,,,,,+'
    """
    return _write_open(publishable_frame(places), path)


def write_publication(places: gpd.GeoDataFrame, folder: str | Path) -> list[Path]:
    """Write the files to publish: the standard, what is beside it, and the points.

    Parameters
    ----------
    places
        Places, as read or, better, located.
    folder
        Where to; made if need be.

    Returns
    -------
    list of pathlib.Path
        ``lieux-standard.csv`` (32 columns), ``lieux-complements.csv`` (`id` and what this library
        adds), ``lieux.geojson`` (both together, WGS84; a place without coordinates has no
        geometry).

    Raises
    ------
    ColumnError
        If this is no frame of places.
    DataError
        If two places have the same `id`, or one has none: the second file could not be joined, and
        the standard asks for it.

    Examples
    --------
    >>> import tempfile
    >>> places = gpd.GeoDataFrame(
    ...     {"id": ["1"], "nom": ["EPN"], "categorie": ["EPN"]},
    ...     geometry=gpd.points_from_xy([-0.37], [49.18]), crs=4326,
    ... )
    >>> [file.name for file in write_publication(places, tempfile.mkdtemp())]
    ['lieux-standard.csv', 'lieux-complements.csv', 'lieux.geojson']
    """
    folder, frame = Path(folder), publishable_frame(places)
    wrong = frame["id"][frame["id"].duplicated(keep=False) | (frame["id"] == "")]
    if len(wrong):
        rows = places.loc[wrong.index, "ligne"] if "ligne" in places else wrong.index.to_series()
        listed = ", ".join(map(str, rows.head(5)))
        raise DataError(
            f"{len(wrong)} places have no id or share it (rows {listed}): the standard wants one "
            "for each. Give each its own, or merge the duplicates (epn-geo merge)."
        )
    kept = [c for c in (*OUR_COLUMNS[:5], *TERRITORIES) if c in places]
    beside = pd.DataFrame(places[kept])
    points = gpd.GeoDataFrame(
        pd.concat([frame, beside], axis=1), geometry=places.geometry, crs=places.crs
    )
    return [
        _write_open(frame, folder / STANDARD),
        _write_open(pd.concat([frame[["id"]], beside], axis=1), folder / BESIDE),
        write_layer(points, folder / POINTS),
    ]


def _write_open(frame: pd.DataFrame, path: str | Path) -> Path:
    """Write a table of text as open data."""
    path = Path(path)
    if path.suffix.lower() != ".csv":
        raise DataError(f"{path.name}: the national standard is published as .csv.")
    with atomic_path(path) as temporary:
        frame.map(safe_cell).to_csv(
            temporary,
            index=False,
            encoding="utf-8",
            quoting=csv.QUOTE_MINIMAL,
            lineterminator="\n",
        )
    return path
