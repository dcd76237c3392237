"""What no place reaches: the zones, and the communes that are short."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from epn_geo.areas import only_band, refuse_both
from epn_geo.coverage import (
    Ground,
    areas_round,
    cover_ground,
    cut_ground,
    nearest_place,
    take_terrain,
)
from epn_geo.crs import in_crs, to_metric
from epn_geo.errors import ColumnError, DataError, did_you_mean
from epn_geo.gapframes import tell_left
from epn_geo.geometry.arcs import Ints
from epn_geo.geometry.polygons import uncovered_by
from epn_geo.geometry.threads import each
from epn_geo.geometry.zones import (
    Left,
    groups_of_parts,
    left_by_group,
    left_by_zone,
    zones_of_parts,
)
from epn_geo.joins import LEVELS
from epn_geo.labels import Lang, check_lang, percent, reach_name, say
from epn_geo.radii import Measure, Radius, measure_for
from epn_geo.serving import town_halls

TOUCHED_M2 = 1000.0  # below that, a zone meets a commune only by the rounding of its outline

Level = Literal["zone", "commune", "epci", "departement", "region"]


def find_gaps(
    communes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    radius_km: Radius | Sequence[float] = 10.0,
    *,
    areas: gpd.GeoDataFrame | None = None,
    by: Level = "zone",
) -> gpd.GeoDataFrame:
    """Find the zones that no place reaches.

    Parameters
    ----------
    communes, places
        As `measure_coverage`.
    radius_km
        Kilometres: one number, several, one per category, or the name of a column of `places`.
    areas
        Polygons of reach in place of discs, of one time, as in `measure_coverage`.
    by
        ``"zone"``: one row per connected zone, whatever borders it crosses; ``"commune"``,
        ``"epci"``, ``"departement"`` or ``"region"``: one row for each that has a part out of
        reach.

    Returns
    -------
    geopandas.GeoDataFrame
        A new frame in the CRS of `communes`, the zone with most people first:

        - `zone` (``Z001`` …) for zones, else the code and name of the territory;
        - `commune_principale`: of the communes touched, the one with most people out of reach;
        - `communes`: how many are touched; `departements`: their codes, if known;
        - `aire_km2`, `population_hors_portee`: area and people out of reach (people spread evenly
          over their commune), from the exact computation;
        - `rayon_km`, if the radius is one number; `minutes` or `route_km` for areas that have them;
        - `geometry`: the outline, drawn to within 5 m of the circles (for areas: a millimetre).

        With several radii, the zones of the smallest come first, and are numbered by themselves.

    Raises
    ------
    CrsError, DataError
        As `measure_coverage`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> communes = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001", "14002"], "population": [100, 300]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000), shapely.box(4000, 0, 8000, 4000)],
    ...     crs=2154,
    ... )
    >>> place = gpd.GeoDataFrame(geometry=[shapely.Point(-1000, 2000)], crs=2154)
    >>> find_gaps(communes, place, radius_km=5)[["communes", "aire_km2"]].round(1)
       communes  aire_km2
    0         2      16.5
    """
    _check_level(by)
    refuse_both(radius_km, areas)
    if areas is None:
        ground = cut_ground(take_terrain(communes), places, radius_km)
        return _gaps_of(communes, ground, by)
    metric = to_metric(communes, what="communes")
    band = only_band(areas_round(areas, places, metric.crs))
    territory = _territory(metric, by)
    outlines, area = uncovered_by(metric.geometry.to_numpy(), band.shapes)
    row = np.flatnonzero(~shapely.is_missing(outlines) & (area > 0))
    own = Left(outlines[row], np.arange(len(row)), row, area[row])
    if territory is None:
        gaps = tell_left([zones_of_parts(own)], metric)
    else:
        groups, left = groups_of_parts(own, territory.group)
        gaps = tell_left([left], metric, territory.codes[groups], LEVELS[by])
    for column in ("minutes", "route_km"):
        if (value := getattr(band, column)) is not None:
            gaps.insert(gaps.columns.get_loc("geometry"), column, value)
    return gaps.to_crs(communes.crs)


class Survey(NamedTuple):
    """What `measure_coverage` and `find_gaps` give."""

    coverage: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame


def survey(
    communes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    radius_km: Radius | Sequence[float] = 10.0,
    *,
    by: Level = "zone",
) -> Survey:
    """Measure coverage and find the gaps, cutting the communes only once for both.

    By discs only: of polygons of reach nothing is cut once for both, and `measure_coverage` and
    `find_gaps` take them one after the other.

    Parameters
    ----------
    communes, places, radius_km
        As `measure_coverage`.
    by
        As `find_gaps`.

    Returns
    -------
    Survey
        `coverage` and `gaps`, the same as `measure_coverage` and `find_gaps` give by themselves.

    Raises
    ------
    CrsError, ColumnError, DataError
        As `measure_coverage` and `find_gaps`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> commune = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154)
    >>> place = gpd.GeoDataFrame(geometry=[shapely.Point(2000, 2000)], crs=2154)
    >>> found = survey(commune, place, [1, 2])
    >>> found.coverage["part_couverte_2km"].round(3).tolist()
    [0.785]
    >>> found.gaps[["zone", "aire_km2", "rayon_km"]].round(1)
       zone  aire_km2  rayon_km
    0  Z001      12.9       1.0
    1  Z001       0.9       2.0
    2  Z002       0.9       2.0
    3  Z003       0.9       2.0
    4  Z004       0.9       2.0
    """
    _check_level(by)
    ground = cut_ground(take_terrain(communes), places, radius_km)
    return Survey(cover_ground(communes, ground), _gaps_of(communes, ground, by))


def flag_underserved(
    coverage: gpd.GeoDataFrame,
    *,
    radius_km: float | None = None,
    minutes: float | None = None,
    min_part_couverte: float = 0.5,
    lang: Lang = "fr",
) -> gpd.GeoDataFrame:
    """Flag the communes that are short of digital help, and say why.

    A commune is underserved if its town hall is out of reach, or if less than some share of its
    area is within reach.

    Parameters
    ----------
    coverage
        What `measure_coverage` gave.
    radius_km
        Which radius to judge by, if several were measured; 10 km by default.
    minutes
        Which time to judge by, if several were measured; 20 minutes by default.
    min_part_couverte
        The least share of the area within reach (0-1) of a commune that is well served. There is no
        official norm: the default, one half, is a convention; it stands in the reasons.
    lang
        Language of the reasons.

    Returns
    -------
    geopandas.GeoDataFrame
        `coverage` with `sous_desservie` (boolean) and `motifs` (the reasons, empty if there are
        none).

    Raises
    ------
    DataError
        If that reach was not measured, or the share is not between 0 and 1.

    Examples
    --------
    >>> import pandas as pd
    >>> coverage = pd.DataFrame({
    ...     "rayon_km": 10.0, "part_couverte": [1.0, 0.2], "mairie_couverte": [True, False],
    ...     "distance_km": [2.0, 12.34],
    ... })
    >>> flag_underserved(coverage)["motifs"].tolist()
    ['', 'mairie à 12,3 km du lieu le plus proche ; 20 % de la surface à portée']
    """
    check_lang(lang)
    if not 0 <= min_part_couverte <= 1:
        raise DataError(f"min_part_couverte must be between 0 and 1, not {min_part_couverte!r}.")
    measure = measure_for(coverage, radius_km, minutes)
    suffix = measure.suffix
    part = coverage[f"part_couverte{suffix}"].to_numpy(dtype=float)
    far = ~coverage[f"mairie_couverte{suffix}"].to_numpy(dtype=bool)
    little = ~(part >= min_part_couverte)
    distance = coverage["distance_km"].to_numpy(dtype=float)
    out = coverage.copy()
    out["sous_desservie"] = far | little
    out["motifs"] = pd.Series(
        [
            " ; ".join(
                _reasons(d if f and np.isfinite(p) else None, p if s else None, measure, lang)
            )
            for d, f, p, s in zip(distance, far, part, little, strict=True)
        ],
        index=coverage.index,
        dtype="str",
    )
    return out


def describe_gaps(
    gaps: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, places: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Say which EPCI each zone touches, and which of its communes is farthest from any place.

    Parameters
    ----------
    gaps
        Zones, as `find_gaps` gives them, in any CRS.
    communes
        The communes they were found in, with `code_insee`.
    places
        Places, as `measure_coverage`.

    Returns
    -------
    geopandas.GeoDataFrame
        `gaps` (same rows, index and CRS) with these columns added:

        - `nombre_epci`, `codes_epci`, `epci_touches`: the EPCI of the communes of which more than
          0.001 km² lies in the zone, by code (if `communes` tells them);
        - `mairies_hors_portee`: town halls in the zone;
        - `commune_la_plus_eloignee`, `distance_max_km`: of these, the one farthest from any place
          and how far, in a straight line; missing if the zone holds no town hall, or if there is no
          place.

    Raises
    ------
    CrsError
        As `measure_coverage`.
    ColumnError
        If `communes` has no `code_insee`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> communes = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001", "14002"], "commune": ["Ouest", "Est"],
    ...      "code_epci": ["200000001"] * 2, "epci": ["CC Côte"] * 2},
    ...     geometry=[shapely.box(0, 0, 4000, 4000), shapely.box(4000, 0, 8000, 4000)], crs=2154,
    ... )
    >>> place = gpd.GeoDataFrame(geometry=[shapely.Point(2000, 2000)], crs=2154)
    >>> zones = describe_gaps(find_gaps(communes, place, radius_km=3), communes, place)
    >>> zones[["epci_touches", "commune_la_plus_eloignee", "distance_max_km"]]
      epci_touches commune_la_plus_eloignee  distance_max_km
    0      CC Côte                      Est              4.0
    """
    if "code_insee" not in communes:
        raise ColumnError("The communes have no column 'code_insee'. read_communes gives one.")
    metric = to_metric(nearest_place(communes, places), what="communes")
    zones = gaps.to_crs(metric.crs).geometry.to_numpy()
    outlines = metric.geometry.to_numpy()
    zone, row = shapely.STRtree(outlines).query(zones, predicate="intersects")
    real = shapely.area(shapely.intersection(zones[zone], outlines[row])) > TOUCHED_M2
    touched = pd.DataFrame({"zone": zone[real], "row": row[real]})
    out = gaps.copy()
    if "code_epci" in metric:
        _name_epci(out, touched, metric)
    halls = gpd.points_from_xy(*town_halls(metric)).to_numpy()
    zone, row = shapely.STRtree(halls).query(zones, predicate="intersects")
    distance = metric["distance_km"].to_numpy()
    inside = pd.DataFrame({"zone": zone, "row": row, "distance": distance[row]})
    if "rayon_km" in gaps:  # one that is just at the radius is reached, though on the zone's edge
        inside = inside[~(inside["distance"] <= gaps["rayon_km"].to_numpy()[inside["zone"]])]
    out["mairies_hors_portee"] = np.bincount(inside["zone"], minlength=len(out))
    known = inside.dropna(subset="distance").sort_values(
        ["distance", "row"], ascending=[False, True]
    )
    first = known.drop_duplicates("zone").set_index("zone").reindex(range(len(out)))
    label = metric["commune" if "commune" in metric else "code_insee"].astype(object).to_numpy()
    named = [None if np.isnan(r) else label[int(r)] for r in first["row"]]
    out["commune_la_plus_eloignee"] = pd.Series(named, index=out.index, dtype="str")
    out["distance_max_km"] = first["distance"].to_numpy()
    return out


def _check_level(by: str) -> None:
    """Refuse a level that does not exist."""
    levels = ("zone", *LEVELS)
    if by not in levels:
        raise DataError(
            f"by must be one of {', '.join(levels)}, not {by!r}.{did_you_mean(by, levels)}"
        )


class _Territory(NamedTuple):
    """The territories that gaps are grouped by."""

    codes: npt.NDArray[Any]
    group: Ints  # the territory of each commune


def _territory(metric: gpd.GeoDataFrame, by: Level) -> _Territory | None:
    """Give the territories to group by; None for zones, which know no borders."""
    if by == "zone":
        return None
    column = LEVELS[by][0]
    if column not in metric:
        raise ColumnError(f"The communes have no column {column!r}, by which to group the gaps.")
    codes = metric[column].astype(object).where(metric[column].notna(), "").to_numpy()
    return _Territory(*np.unique(codes.astype(str), return_inverse=True))


def _gaps_of(communes: gpd.GeoDataFrame, ground: Ground, by: Level) -> gpd.GeoDataFrame:
    """Put together what is out of reach, radius by radius."""
    territory = _territory(ground.terrain.metric, by)
    if territory is None:
        several = each(left_by_zone, ground.cuts)
        codes = None
    else:
        grouped = each(partial(left_by_group, group=territory.group), ground.cuts)
        several = [left for _, left in grouped]
        codes = territory.codes[np.concatenate([groups for groups, _ in grouped])]
    gaps = tell_left(several, ground.terrain.metric, codes, LEVELS.get(by))
    radii = list(ground.radii.values())
    if isinstance(radii[0], int | float | np.number):
        km = np.repeat(np.array(radii, dtype=float), [len(left.outlines) for left in several])
        gaps.insert(gaps.columns.get_loc("geometry"), "rayon_km", km)
    return in_crs(gaps, communes.crs)


def _name_epci(out: gpd.GeoDataFrame, touched: pd.DataFrame, metric: gpd.GeoDataFrame) -> None:
    """Add the EPCI that each zone touches, by code."""
    codes = metric["code_epci"].astype(object).to_numpy()
    names = dict(zip(codes, metric.get("epci", codes), strict=True))
    lists: list[list[str]] = [[] for _ in range(len(out))]
    for zone, rows in touched.groupby("zone")["row"]:
        lists[int(str(zone))] = sorted({c for c in codes[rows] if isinstance(c, str)})
    out["nombre_epci"] = np.array([len(found) for found in lists], dtype=np.int64)
    for column, joined in (
        ("codes_epci", [", ".join(found) for found in lists]),
        ("epci_touches", [", ".join(str(names[code]) for code in found) for found in lists]),
    ):
        out[column] = pd.Series(joined, index=out.index, dtype="str")


def _plain_percent(share: float, lang: Lang) -> str:
    """Write a share for a table that other software reads: no space of print."""
    return percent(share, lang, 0, spoken=True).replace("\u00a0", " ")


def _reasons(
    distance_km: float | None, part: float | None, measure: Measure, lang: Lang
) -> list[str]:
    """Say why a commune is flagged."""
    reasons = []
    if distance_km is not None:
        known = np.isfinite(distance_km)
        far = _decimal(distance_km, lang) if known else ""
        key = "reason_none" if not known else "reason_beyond" if measure.areas else "reason_far"
        reasons.append(say(key, lang, distance=far, reach=reach_name(measure, lang)))
    if part is not None:
        reasons.append(
            say("reason_little", lang, part=_plain_percent(part, lang))
            if np.isfinite(part)
            else say("reason_unknown", lang)
        )
    return reasons


def _decimal(value: float, lang: Lang) -> str:
    text = f"{value:.1f}"
    return text.replace(".", ",") if lang == "fr" else text
