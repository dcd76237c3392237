"""Places without coordinates, put at their commune's town hall when one asks for it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from epn_geo.checking.findings import PLACED
from epn_geo.checking.likeness import place_key
from epn_geo.communes import successions
from epn_geo.crs import require_crs
from epn_geo.errors import ColumnError
from epn_geo.joins import locate


def place_at_town_halls(places: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put the places without coordinates at the town hall of the commune they declare.

    The commune is found by its code, old codes followed to today's; where there is no code, or
    one that never was, by its name, with the département of the postcode where several bear that
    name; where the code was split between communes since, by the name among these. A place whose
    commune cannot be told, or is not one of `communes`, stays as it is.

    Parameters
    ----------
    places
        Places, as `read_places` or `locate` gives them.
    communes
        Communes with ``mairie_longitude`` and ``mairie_latitude``, as `read_communes` gives them.

    Returns
    -------
    geopandas.GeoDataFrame
        `places`: same rows, index and CRS; where a place was put at a town hall, geometry,
        ``latitude`` and ``longitude`` are its own, and ``corrections`` says so. Places that were
        located are located again.

    Raises
    ------
    ColumnError
        If `communes` has no town halls.
    CrsError
        If `places` has no CRS.

    Examples
    --------
    >>> communes = gpd.GeoDataFrame(
    ...     {"code_insee": ["14118"], "commune": ["Caen"]},
    ...     geometry=gpd.points_from_xy([-0.37], [49.18]),
    ...     crs=4326,
    ... ).assign(mairie_longitude=-0.3635, mairie_latitude=49.1811)
    >>> places = gpd.GeoDataFrame(
    ...     {"nom": ["EPN"], "commune": ["CAEN"]}, geometry=[None], crs=4326
    ... )
    >>> placed = place_at_town_halls(places, communes)
    >>> placed.geometry.iloc[0].wkt, placed["corrections"].iloc[0]
    ('POINT (-0.3635 49.1811)', 'coordonnées : placé à la mairie de Caen')
    """
    require_crs(places, "places")
    missing = {"code_insee", "mairie_longitude", "mairie_latitude"} - set(communes.columns)
    if missing:
        raise ColumnError(f"The communes have no {', '.join(sorted(missing))}: see read_communes.")
    without = (places.geometry.isna() | places.geometry.is_empty).to_numpy()
    rows = np.flatnonzero(without)
    found = _find_communes(places.iloc[rows], communes)
    rows, found = rows[found >= 0], found[found >= 0]
    if not len(rows):
        return places.copy()
    out = _moved(places, rows, communes.iloc[found])
    return locate(out, communes) if "accord" in places.columns else out


def _moved(
    places: gpd.GeoDataFrame, rows: npt.NDArray[np.int64], halls: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Give the places with some of them at town halls."""
    out = places.copy()
    x, y = halls["mairie_longitude"].to_numpy(), halls["mairie_latitude"].to_numpy()
    points = gpd.GeoSeries(gpd.points_from_xy(x, y), crs=4326).to_crs(places.crs)
    geometry = places.geometry.to_numpy().copy()
    geometry[rows] = points.to_numpy()
    out[places.geometry.name] = gpd.GeoSeries(geometry, index=places.index, crs=places.crs)
    for name, values in (("longitude", x), ("latitude", y)):
        if name in out.columns:
            out.iloc[rows, out.columns.get_loc(name)] = values
    names = halls["commune"] if "commune" in halls.columns else halls["code_insee"]
    said = _text(places, "corrections")
    for row, name in zip(rows, names, strict=True):
        said[row] = " ; ".join(filter(None, [said[row], f"{PLACED} de {name}"]))
    out["corrections"] = pd.Series(said, index=places.index, dtype="str")
    return out


def _find_communes(places: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> npt.NDArray[np.int64]:
    """Give the position of each place's commune, -1 where it cannot be told."""
    codes = _text(places, "code_insee_declare", "code_insee")
    fates = successions(pd.Series(codes, dtype="str"))
    position = {code: i for i, code in enumerate(communes["code_insee"])}
    named: dict[str, list[int]] = {}
    if "commune" in communes.columns:
        for i, name in enumerate(communes["commune"]):
            named.setdefault(place_key(name), []).append(i)
    departments = communes["code_insee"].str[:2].tolist()
    rows = zip(
        fates["code_actuel"],
        fates["candidats"],
        _text(places, "commune_declaree", "commune"),
        _text(places, "code_postal"),
        strict=True,
    )
    found = []
    for today, split, name, postcode in rows:
        same = named.get(place_key(name), [])
        if split:  # the code once stood for several communes: the name says which
            heirs = {position[code] for code in split.split("|") if code in position}
            same = [i for i in same if i in heirs]
        if isinstance(today, str) and not (split and same):
            found.append(position.get(today, -1))
            continue
        if len(same) > 1:
            # Postcodes of Corsica begin with 20, its codes with 2A and 2B.
            here = postcode[:2]
            same = [i for i in same if departments[i].replace("A", "0").replace("B", "0") == here]
        found.append(same[0] if len(same) == 1 else -1)
    return np.array(found, dtype=np.int64)


def _text(places: gpd.GeoDataFrame, *names: str) -> list[str]:
    """Give the first of some columns that exists, as text."""
    for name in names:
        if name in places.columns:
            return [value if isinstance(value, str) else "" for value in places[name]]
    return [""] * len(places)
