"""CRANT and their territories: which EPN each coordinates, how far, and which have too much to do.

A CRANT (centre de ressources et d'animation numérique des territoires) coordinates the EPN and
antennes of a territory. There is no norm for how large that may be: territories are compared with
one another.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from epn_geo.crs import require_crs, to_metric
from epn_geo.errors import ColumnError, DataError, did_you_mean, fold
from epn_geo.geometry.arcs import Floats, Ints
from epn_geo.joins import locate
from epn_geo.labels import Lang, check_lang, say
from epn_geo.serving import town_halls

Rule = Literal["departement", "nearest"]
RULES: tuple[Rule, ...] = ("departement", "nearest")
COORDINATED = ("EPN", "antenne")
DECLARED_IN = ("crant", "nom_crant", "id_crant", "crant_id")  # the last one there decides
NOTHING, UNKNOWN = -1, -2


def assign_crant(
    places: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, *, rule: Rule = "departement"
) -> gpd.GeoDataFrame:
    """Say which CRANT coordinates each EPN and antenne.

    In this order: the CRANT that the list declares; for an antenne, the one of its EPN; then, by
    `rule`, the nearest CRANT of the same département, or the nearest of all where that département
    has none (``"departement"``), or the nearest of all (``"nearest"``).

    Parameters
    ----------
    places
        Places with `categorie` and `id`, in any CRS. A column `crant_id` or `crant` (an id or a
        name), or a `parent_id` that is a CRANT, declares.
    communes
        Polygons in any CRS with `code_insee` and `code_departement`.
    rule
        How to attach those that declare nothing.

    Returns
    -------
    geopandas.GeoDataFrame
        `places` (same rows, index and CRS) with `crant_id`, `crant` (name), `rattachement`
        (``déclaré``, ``par son EPN``, ``département``, ``le plus proche`` or ``inconnu``) and
        `distance_crant_km` (straight line); missing for all but EPN and antennes. A CRANT that is
        declared but not in the list gives ``inconnu``. What the list declared in a column
        `crant_id` or `crant` is kept in `crant_declare`.

    Raises
    ------
    ColumnError
        If a column is missing.
    DataError
        For an unknown rule.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> communes = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001", "27001"], "code_departement": ["14", "27"]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000), shapely.box(4000, 0, 8000, 4000)], crs=2154,
    ... )
    >>> places = gpd.GeoDataFrame(
    ...     {"id": ["c14", "c27", "e"], "categorie": ["CRANT", "CRANT", "EPN"]},
    ...     geometry=gpd.points_from_xy([500, 7500, 3900], [0, 0, 0]), crs=2154,
    ... )
    >>> led = assign_crant(places, communes)
    >>> led[["crant_id", "rattachement", "distance_crant_km"]].tail(1)
      crant_id rattachement  distance_crant_km
    2      c14  département                3.4
    """
    if rule not in RULES:
        hint = did_you_mean(str(rule), RULES)
        raise DataError(f"rule must be one of {', '.join(RULES)}, not {rule!r}.{hint}")
    require_crs(places, "places")
    metric = to_metric(communes, what="communes")
    for column in ("categorie", "id"):
        if column not in places:
            raise ColumnError(f"The places have no column {column!r}: see read_places.")
    if "code_departement" not in communes:
        raise ColumnError("The communes have no column 'code_departement': see read_communes.")
    points = _points(places, metric)
    departement = _text(locate(places, communes)["code_departement"])
    kinds = _text(places["categorie"])
    near = _Near(points, departement, np.flatnonzero(kinds == "CRANT"), rule)
    asks = np.isin(kinds, COORDINATED)

    declared = np.where(asks, _declared(places, near.rows), NOTHING)
    chosen, how = np.maximum(declared, NOTHING), np.full(len(places), "", dtype=object)
    how[declared >= 0], how[declared == UNKNOWN] = "déclaré", "inconnu"
    parents = _parents(places)
    for kind in COORDINATED:  # EPN first: their antennes follow them
        free = (kinds == kind) & (declared == NOTHING)
        follows = free & (kind == "antenne") & (parents >= 0) & (chosen[parents] >= 0)
        chosen[follows], how[follows] = chosen[parents[follows]], "par son EPN"
        free &= ~follows
        chosen[free], how[free] = near.find(points[free], departement[free])
    return _with_columns(places, points, chosen, how)


def crant_territories(
    places: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    *,
    rule: Rule = "departement",
    too_large: float = 1.5,
    lang: Lang = "fr",
) -> gpd.GeoDataFrame:
    """Draw the territory of each CRANT, and say which are too large beside the others.

    A commune goes with the EPN or antenne nearest to its town hall, among those of its département
    (with ``rule="nearest"``, or where its département has none: among all), and with that place's
    CRANT.

    Parameters
    ----------
    places, communes, rule
        As `assign_crant`. With `population` in `communes`; those with `dans_selection` False do not
        count.
    too_large
        How many times the median of all CRANT an area or a mean distance must be to be called too
        large. There is no norm: this is a convention, told in the reasons.
    lang
        Language of the reasons.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per CRANT, in the order of `places`, in the CRS of `communes`: `crant_id`, `crant`,
        `code_departement`; `epn`, `antennes` it coordinates; `communes`, `population`, `aire_km2`
        of its territory; `distance_moyenne_km`, `distance_max_km` from the CRANT to its EPN and
        antennes, in a straight line; `aire_relative`, `distance_relative`, to the median of those
        that have any; `trop_etendu`, `motifs`; the outline, missing if it has no commune.

    Raises
    ------
    ColumnError
        If a column is missing.
    DataError
        For an unknown rule, a `too_large` of 1 or less, or if there is no CRANT.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> communes = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001", "27001"], "code_departement": ["14", "27"],
    ...      "population": [10, 20]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000), shapely.box(4000, 0, 8000, 4000)], crs=2154,
    ... )
    >>> places = gpd.GeoDataFrame(
    ...     {"id": ["c14", "c27", "e"], "categorie": ["CRANT", "CRANT", "EPN"]},
    ...     geometry=gpd.points_from_xy([500, 7500, 3900], [0, 0, 0]), crs=2154,
    ... )
    >>> crant_territories(places, communes)[["crant_id", "epn", "population", "aire_km2"]]
      crant_id  epn  population  aire_km2
    0      c14    1          30      32.0
    1      c27    0           0       0.0
    """
    check_lang(lang)
    if not too_large > 1:
        raise DataError(f"too_large must be above 1, not {too_large!r}.")
    if "population" not in communes:
        raise ColumnError("The communes have no column 'population': see read_communes.")
    assigned = assign_crant(places, communes, rule=rule)
    crant = assigned[assigned["categorie"] == "CRANT"]
    if crant.empty:
        raise DataError("There is no CRANT among the places: their categorie is 'CRANT'.")
    metric = to_metric(communes, what="communes")
    if "dans_selection" in metric:
        metric = metric[metric["dans_selection"].astype(bool)]
    territory = _territory_of_communes(assigned, metric, rule)
    rows = [
        _one_territory(place, assigned, metric[territory == place["id"]])
        for _, place in crant.iterrows()
    ]
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs=metric.crs)
    stands = locate(crant, communes)["code_departement"]
    table.insert(2, "code_departement", stands.to_numpy())
    return _judge(table, too_large, lang).to_crs(communes.crs)


class _Near(NamedTuple):
    """Points among which the nearest is looked for, in the same département first."""

    points: Floats  # of all places
    departement: npt.NDArray[np.str_]
    rows: Ints  # which of them are looked for
    rule: str

    def find(
        self, points: Floats, departement: npt.NDArray[np.str_]
    ) -> tuple[Ints, npt.NDArray[np.object_]]:
        """Give the row of the nearest to each point, -1 if none, and by which rule."""
        known = self.rows[np.isfinite(self.points[self.rows]).all(axis=1)]
        found, how = np.full(len(points), NOTHING), np.full(len(points), "inconnu", dtype=object)
        here = np.isfinite(points).all(axis=1)
        if not len(known) or not here.any():
            return found, how
        tree = cKDTree(self.points[known])
        found[here], how[here] = known[tree.query(points[here])[1]], "le plus proche"
        if self.rule == "departement":
            for code in sorted(set(self.departement[known].tolist()) - {""}):
                ours = known[self.departement[known] == code]
                inside = here & (departement == code)
                if inside.any():
                    nearest = cKDTree(self.points[ours]).query(points[inside])[1]
                    found[inside], how[inside] = ours[nearest], "département"
        return found, how


def _points(places: gpd.GeoDataFrame, metric: gpd.GeoDataFrame) -> Floats:
    geometry = places.to_crs(metric.crs).geometry.to_numpy()
    geometry = np.where(shapely.is_empty(geometry), None, geometry)
    return np.column_stack([shapely.get_x(geometry), shapely.get_y(geometry)])


def _text(column: pd.Series) -> npt.NDArray[np.str_]:
    """Give a column as text, empty where missing."""
    return np.array([value if isinstance(value, str) else "" for value in column], dtype=np.str_)


def _declared(places: gpd.GeoDataFrame, crant: Ints) -> Ints:
    """Give the row of the CRANT that each place declares, by id or by name."""
    ids, names = _text(places["id"]), _text(places["nom"]) if "nom" in places else None
    known = {ids[row]: row for row in crant[::-1]}
    if names is not None:
        known |= {fold(names[row]): row for row in crant[::-1]}
    found = np.full(len(places), NOTHING)
    if "parent_id" in places:
        by_parent = [known.get(value, NOTHING) for value in _text(places["parent_id"])]
        found = np.array(by_parent, dtype=np.int64)
    for column in (name for name in DECLARED_IN if name in places):
        for row, value in enumerate(_text(places[column])):
            if value:
                found[row] = known.get(value, known.get(fold(value), UNKNOWN))
    return found


def _parents(places: gpd.GeoDataFrame) -> Ints:
    """Give the row of the EPN that each antenne belongs to, -1 if unknown."""
    if "parent_id" not in places:
        return np.full(len(places), NOTHING)
    kinds, ids = _text(places["categorie"]), _text(places["id"])
    known = {name: row for row, name in reversed([*enumerate(ids)]) if kinds[row] == "EPN"}
    return np.array([known.get(v, NOTHING) for v in _text(places["parent_id"])], dtype=np.int64)


def _with_columns(
    places: gpd.GeoDataFrame, points: Floats, chosen: Ints, how: npt.NDArray[np.object_]
) -> gpd.GeoDataFrame:
    out = places.copy()
    kept = next((name for name in ("crant_id", "crant") if name in places), None)
    if kept and "crant_declare" not in places:
        out["crant_declare"] = places[kept]
    ids = places["id"].astype(object).to_numpy()
    names = places["nom"].astype(object).to_numpy() if "nom" in places else ids
    for column, values in (("crant_id", ids), ("crant", names)):
        taken = np.append(values, np.array([None], dtype=object))[chosen]
        out[column] = pd.Series(taken, index=places.index, dtype="str")
    out["rattachement"] = pd.Series([h or None for h in how], index=places.index, dtype="str")
    offset = points - np.vstack([points, [np.nan, np.nan]])[chosen]
    out["distance_crant_km"] = np.hypot(offset[:, 0], offset[:, 1]) / 1000
    return out


def _territory_of_communes(
    assigned: gpd.GeoDataFrame, metric: gpd.GeoDataFrame, rule: Rule
) -> npt.NDArray[np.str_]:
    """Give the id of each commune's CRANT, empty if there is none."""
    led = assigned[assigned["crant_id"].notna()]
    departement = _text(locate(led, metric)["code_departement"])
    near = _Near(_points(led, metric), departement, np.arange(len(led)), rule)
    halls = np.column_stack(town_halls(metric))
    found, _ = near.find(halls, _text(metric["code_departement"]))
    return np.append(_text(led["crant_id"]), "")[found]


def _one_territory(
    place: pd.Series, assigned: gpd.GeoDataFrame, communes: gpd.GeoDataFrame
) -> dict[str, object]:
    led = assigned[assigned["crant_id"] == place["id"]]
    shapes = communes.geometry.to_numpy()
    return {
        "crant_id": place["id"],
        "crant": place.get("nom", place["id"]),
        "epn": int((led["categorie"] == "EPN").sum()),
        "antennes": int((led["categorie"] == "antenne").sum()),
        "communes": len(communes),
        "population": int(communes["population"].sum()),
        "aire_km2": float(shapely.area(shapes).sum()) / 1e6,
        "distance_moyenne_km": led["distance_crant_km"].mean(),
        "distance_max_km": led["distance_crant_km"].max(),
        "geometry": shapely.union_all(shapes) if len(shapes) else None,
    }


def _judge(table: gpd.GeoDataFrame, too_large: float, lang: Lang) -> gpd.GeoDataFrame:
    """Compare each territory with the median of those that coordinate anything."""
    at = table.columns.get_loc("geometry")
    reasons: list[list[str]] = [[] for _ in range(len(table))]
    relative = {}
    for column, name, key in (
        ("aire_km2", "aire_relative", "crant_area"),
        ("distance_moyenne_km", "distance_relative", "crant_far"),
    ):
        values = table[column].where(table["epn"] + table["antennes"] > 0)
        middle = values[values > 0].median()
        relative[name] = values / middle
        for row in np.flatnonzero(relative[name] > too_large):
            times = f"{relative[name].iloc[row]:.1f}"
            shown = f"{values.iloc[row]:.0f}"
            times = times.replace(".", ",") if lang == "fr" else times
            reasons[row].append(say(key, lang, value=shown, times=times))
    relative["trop_etendu"] = pd.Series([bool(r) for r in reasons], index=table.index)
    relative["motifs"] = pd.Series([" ; ".join(r) for r in reasons], index=table.index, dtype="str")
    for name, values in reversed(relative.items()):
        table.insert(at, name, values)
    return table
