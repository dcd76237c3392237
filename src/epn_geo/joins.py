"""Each place in the commune, EPCI, département and région where it stands."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from epn_geo.communes import current_codes, successions
from epn_geo.crs import in_crs, require_crs, to_metric
from epn_geo.errors import ColumnError
from epn_geo.geometry.arcs import Ints
from epn_geo.geometry.within import cells_within
from epn_geo.serving import coordinates, has_coordinates

# For each level, the columns that hold its code and its name.
LEVELS: dict[str, tuple[str, str]] = {
    "commune": ("code_insee", "commune"),
    "epci": ("code_epci", "epci"),
    "departement": ("code_departement", "departement"),
    "region": ("code_region", "region"),
}
TERRITORY_COLUMNS = tuple(column for pair in LEVELS.values() for column in pair)
DECLARED = {"code_insee": "code_insee_declare", "commune": "commune_declaree"}


def locate(places: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Find where each place stands, and whether that agrees with what its file said.

    Parameters
    ----------
    places
        Points in any CRS.
    communes
        Polygons in any CRS, with `code_insee` and any of `commune`, `code_epci`, `epci`,
        `code_departement`, `departement`, `code_region`, `region`.

    Returns
    -------
    geopandas.GeoDataFrame
        `places`: same rows, index and CRS. The columns of `communes` named above now say where the
        point stands; they are missing outside the communes and without coordinates. A point on a
        border goes to the lowest code. What the file declared stays in `code_insee_declare` and
        `commune_declaree`, and in `source_departement` and the like for the others. Added:

        - `accord`: ``oui`` (also for an arrondissement of Paris, Lyon or Marseille), ``non``,
          ``ancien code`` (the territory of the declared code went to this commune),
          ``non déclaré``, ``hors territoire`` or ``sans coordonnées``;
        - `ecart_km`: where `accord` is ``non``, how far the point is from the outline of the
          declared commune, if that is one of `communes`.

    Raises
    ------
    CrsError
        If a CRS is missing, or the communes lie outside France or in two territories.
    ColumnError
        If `communes` has no `code_insee`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> communes = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001", "14002"]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)],
    ...     crs=2154,
    ... )
    >>> points = gpd.points_from_xy([1000, 1500, 9000], [500, 500, 500])
    >>> located = locate(gpd.GeoDataFrame(geometry=points, crs=2154), communes)
    >>> located[["code_insee", "accord"]]
      code_insee           accord
    0      14001      non déclaré
    1      14002      non déclaré
    2        NaN  hors territoire
    """
    if "code_insee" not in communes:
        raise ColumnError("The communes have no column 'code_insee'. read_communes gives one.")
    require_crs(places, "places")
    metric = to_metric(communes, what="communes")
    points = in_crs(places, metric.crs)
    row = _row_of_commune(points, metric)

    out = places.copy()
    if "accord" not in places:  # else the columns already say where the places stand
        for column in TERRITORY_COLUMNS:
            kept_as = DECLARED.get(column, f"source_{column}")
            if column in out and kept_as not in out:
                out[kept_as] = out[column]
    for column in TERRITORY_COLUMNS:
        if column in communes:
            out[column] = _taken(communes[column], row, places.index)
    out["accord"] = _agreement(out)
    out["ecart_km"] = _gap_to_declared(out, points.geometry.to_numpy(), metric)
    return out


def home_communes(located: pd.DataFrame) -> pd.Series:
    """Give the commune that each place counts for.

    Parameters
    ----------
    located
        What `locate` gave.

    Returns
    -------
    pandas.Series
        The code of the commune where the place stands or, without coordinates, of the one that its
        file declared, as that is called today; missing where neither is known.

    Examples
    --------
    >>> import pandas as pd
    >>> located = pd.DataFrame({
    ...     "code_insee": ["14118", None], "code_insee_declare": ["14118", "14513"],
    ...     "accord": ["oui", "sans coordonnées"],
    ... })
    >>> home_communes(located).tolist()
    ['14118', '50592']
    """
    stands = located["code_insee"]
    if "code_insee_declare" not in located:
        return stands
    unplaced = located["accord"] == "sans coordonnées"
    return stands.where(~unplaced, current_codes(located["code_insee_declare"]))


def _row_of_commune(points: gpd.GeoDataFrame, metric: gpd.GeoDataFrame) -> Ints:
    """Give the row of the commune that holds each point, the lowest code of several; else -1."""
    by_code = np.argsort(metric["code_insee"].to_numpy(dtype=object), kind="stable")
    first = cells_within(*coordinates(points), metric.geometry.to_numpy()[by_code])
    return np.where(first < 0, -1, by_code[first])


def _taken(values: pd.Series, row: Ints, index: pd.Index) -> pd.Series:
    """Give the values at some rows; missing at -1."""
    padded = np.append(values.astype(object).to_numpy(), np.array([None], dtype=object))
    return pd.Series(padded[row], index=index, dtype="str")


def _agreement(out: gpd.GeoDataFrame) -> pd.Series:
    """Compare the commune where each place stands with the one its file declared."""
    stands = out["code_insee"].astype(object).fillna("")
    if "code_insee_declare" not in out:
        cases = [~has_coordinates(out), (stands == "").to_numpy()]
        told = np.select(cases, ["sans coordonnées", "hors territoire"], "non déclaré")
        return pd.Series(told, index=out.index, dtype="str")
    declared = out["code_insee_declare"]
    distinct = successions(declared.drop_duplicates())
    place = pd.Index(distinct["code"]).get_indexer(declared)
    today = distinct.iloc[place].set_axis(declared.index)
    district = (today["statut"] == "arrondissement") & (today["code_actuel"] == stands)
    heirs = distinct["candidats"].str.split("|").to_numpy()[place]
    inherits = pd.Series(
        [code in codes for code, codes in zip(stands, heirs, strict=True)], index=out.index
    )
    cases = [
        ~has_coordinates(out),
        stands == "",
        declared.isna(),
        (stands == declared) | district,
        (stands == today["code_actuel"]) | inherits,
    ]
    words = ["sans coordonnées", "hors territoire", "non déclaré", "oui", "ancien code"]
    values = np.select([np.asarray(case, dtype=bool) for case in cases], words, "non")
    return pd.Series(values, index=out.index, dtype="str")


def _gap_to_declared(
    out: gpd.GeoDataFrame, points: np.ndarray, metric: gpd.GeoDataFrame
) -> pd.Series:
    """Measure how far the places that disagree are from the commune they declared, in km."""
    distance = np.full(len(out), np.nan)
    if "code_insee_declare" in out:
        unique = metric.drop_duplicates("code_insee").set_index("code_insee").geometry
        today = current_codes(out["code_insee_declare"])
        at = unique.index.get_indexer(today)
        ask = np.flatnonzero((out["accord"] == "non").to_numpy() & (at >= 0))
        distance[ask] = shapely.distance(points[ask], unique.to_numpy()[at[ask]]) / 1000
    return pd.Series(distance, index=out.index)
