"""What became of each place between two lists; and a list with places more and less."""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from epn_geo.columns import texts
from epn_geo.communes import current_codes
from epn_geo.crs import name_geometry, require_crs
from epn_geo.errors import DataError, did_you_mean, fold
from epn_geo.geometry.arcs import Bools, Floats, Ints
from epn_geo.joins import locate
from epn_geo.matching import Side, confidence, kilometres_apart, pair_rows
from epn_geo.standard import join_list

# What may have become of a place, most telling first.
CHANGES = (
    "ouvert",
    "fermé",
    "labellisé",
    "délabellisé",
    "devenu antenne",
    "devenu EPN",
    "catégorie modifiée",
    "déplacé",
    "coordonnées trouvées",
    "coordonnées perdues",
    "services modifiés",
    "inchangé",
)
BOTH_SIDES = ("id", "nom", "categorie", "commune", "code_insee", "statut_label")


def compare_places(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    *,
    near_km: float = 1.0,
    moved_km: float = 0.2,
) -> gpd.GeoDataFrame:
    """Tell what became of each place between two lists.

    Parameters
    ----------
    before, after
        Places, as read or located, in any CRS. Any columns may be missing.
    near_km
        Kilometres within which two rows may be one place though they name different communes.
    moved_km
        Kilometres from which a place has moved; less is a better position of the same door.

    Returns
    -------
    geopandas.GeoDataFrame
        A new frame in the CRS of `before`, one row per place: those of the old list in its order,
        then the new ones.

        - `changement`: what matters most, and `changements`: all of it, joined by ``|``: "ouvert"
          (only in the new list), "fermé" (no longer in it), "labellisé", "délabellisé" (said only
          if both lists tell labels), "devenu antenne", "devenu EPN", "catégorie modifiée",
          "déplacé", "coordonnées trouvées", "coordonnées perdues", "services modifiés" or
          "inchangé";
        - `appariement`: "id", "ressemblance" or missing; `confiance` (0-1) of the pair;
        - `nom`, `commune`, `code_departement`: as the new list has them, else the old one;
        - `deplacement_km`, `services_ajoutes`, `services_retires`;
        - `id_avant`, `id_apres` and so on for `nom`, `categorie`, `commune`, `code_insee` and
          `statut_label`;
        - `rang_avant`, `rang_apres`: the position of the rows in the two lists;
        - the point of the new list, else of the old one.

    Raises
    ------
    CrsError
        If a frame has no CRS.

    Notes
    -----
    Two rows with the same id whose names have less than 60 % in common, in different communes more
    than 2 km apart, are not taken for one: the id was given to another place.

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = gpd.points_from_xy([0.0, 0.1], [49.0, 49.0], crs=4326)
    >>> before = gpd.GeoDataFrame({"id": ["a", "b"], "nom": ["EPN A", "EPN B"]}, geometry=points)
    >>> after = before.iloc[[1]].assign(services="Loisirs et créations numériques")
    >>> compare_places(before, after)[["nom", "changement", "confiance"]]
         nom         changement  confiance
    0  EPN A              fermé        NaN
    1  EPN B  services modifiés        1.0
    """
    old, new = Side.of(before, "before"), Side.of(after, "after")
    pairs = pair_rows(old, new, near_km)
    rows = [(i, *pairs.get(i, (-1, ""))) for i in range(len(old.ids))]
    taken = {j for _, j, _ in rows}
    rows += [(-1, j, "") for j in range(len(new.ids)) if j not in taken]
    one, other = np.array([r[0] for r in rows], int), np.array([r[1] for r in rows], int)
    both = (one >= 0) & (other >= 0)
    how = pd.Series([word or None for *_, word in rows], dtype="str")
    moved = _moves(old, new, one, other)
    labels = _tells_labels(before) and _tells_labels(after)
    frame = pd.DataFrame(
        {
            "changements": pd.Series(
                [
                    join_list(_changes(_Pair(old, new, i, j), d, moved_km, labels=labels))
                    for i, j, d in zip(one, other, moved, strict=True)
                ],
                dtype="str",
            ),
            "appariement": how,
            "confiance": [
                np.nan if not b else 1.0 if w == "id" else confidence(old, new, i, j, near_km)
                for i, j, b, w in zip(one, other, both, how, strict=True)
            ],
        }
    )
    first = [changes.partition("|")[0] for changes in frame["changements"]]
    frame.insert(0, "changement", pd.Series(first, dtype="str"))
    for name, values in _described(before, after, one, other).items():
        frame[name] = values
    frame["deplacement_km"] = moved
    for name, (minus, plus) in {
        "services_ajoutes": ((old, one), (new, other)),
        "services_retires": ((new, other), (old, one)),
    }.items():
        frame[name] = _only_in(plus, minus, both)
    frame["rang_avant"] = pd.array(np.where(one >= 0, one, 0), "Int64")
    frame["rang_apres"] = pd.array(np.where(other >= 0, other, 0), "Int64")
    frame.loc[one < 0, "rang_avant"] = pd.NA
    frame.loc[other < 0, "rang_apres"] = pd.NA
    return gpd.GeoDataFrame(frame, geometry=_points(before, after, one, other), crs=before.crs)


def name_communes(places: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Say of places whose list names no commune in which one they stand.

    Parameters
    ----------
    places
        Places in any CRS.
    communes
        The communes of the territory.

    Returns
    -------
    geopandas.GeoDataFrame
        The same rows; `code_insee`, and `commune` where there are such names, filled in where they
        were missing and the point stands in a commune. What the list says itself stays.

    Examples
    --------
    >>> from epn_geo.communes import read_communes
    >>> point = gpd.points_from_xy([-0.37], [49.18], crs=4326)
    >>> places = gpd.GeoDataFrame({"id": ["a"], "nom": ["EPN"]}, geometry=point)
    >>> name_communes(places, read_communes(departements="14"))["code_insee"].tolist()
    ['14118']
    """
    if "accord" in places:  # located before: the columns say where places stand
        return places
    located, out = locate(places, communes), places.copy()
    for column in ("code_insee", "commune"):
        if column in located:
            standing = located[column]
            out[column] = out[column].fillna(standing) if column in out else standing
    return out


def revise(
    places: gpd.GeoDataFrame, add: gpd.GeoDataFrame | None = None, remove: tuple[str, ...] = ()
) -> gpd.GeoDataFrame:
    """Give a list as it would be with some places more, and some less.

    Parameters
    ----------
    places
        Places, with `id`.
    add
        Places to add, in any CRS. A scenario saved from the map has a column `action`: its rows
        ``ajouter`` are added, and the places of its rows ``retirer`` left out.
    remove
        Ids, or whole names, of places to leave out.

    Returns
    -------
    geopandas.GeoDataFrame
        A new list in the CRS of `places`: its rows but those removed, then those added.

    Raises
    ------
    DataError
        If there is no place of that id or name, or several of that name, or an unknown action.

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = gpd.points_from_xy([0.0, 0.1], [49.0, 49.0], crs=4326)
    >>> places = gpd.GeoDataFrame({"id": ["a", "b"], "nom": ["EPN A", "EPN B"]}, geometry=points)
    >>> revise(places, remove=("a",))["nom"].tolist()
    ['EPN B']
    """
    require_crs(places, "places")
    if add is not None and "action" in add:
        add, closed = _read_scenario(add, places)
        remove = (*remove, *closed)
    keep = np.ones(len(places), dtype=bool)
    for wanted in remove:
        keep &= ~_rows_called(places, wanted)
    kept = places[keep]
    if add is None:
        return kept.reset_index(drop=True)
    require_crs(add, "places to add")
    own = places.geometry.name
    more = name_geometry(add.to_crs(places.crs), own)
    return gpd.GeoDataFrame(pd.concat([kept, more], ignore_index=True), geometry=own)


def _read_scenario(
    scenario: gpd.GeoDataFrame, places: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Part a scenario into the places it adds, and the ids or names of those it takes away."""
    action = scenario["action"].astype("str").str.strip().str.casefold()
    unknown = scenario[~action.isin(["ajouter", "retirer"])]
    if len(unknown):
        raise DataError(
            f"A scenario's column 'action' says 'ajouter' or 'retirer', not "
            f"{unknown['action'].iloc[0]!r} (row {unknown.index[0] + 1})."
        )
    closed = scenario[action == "retirer"]
    # a place without an id in the map was given one while the scenario was read: go by its name
    known = closed["id"].isin(places["id"])
    return scenario[action == "ajouter"], closed["id"].where(known, closed["nom"]).tolist()


def _rows_called(places: gpd.GeoDataFrame, wanted: str) -> Bools:
    """Find the place that an id, or else a name, calls."""
    ids, names = texts(places, "id"), texts(places, "nom")
    found = np.array([one == wanted for one in ids], dtype=bool)
    if not found.any():
        found = np.array([fold(one) == fold(wanted) for one in names], dtype=bool)
        if found.sum() > 1:
            raise DataError(f"Several places are called {wanted!r}: give the id of one.")
    if not found.any():
        hint = did_you_mean(wanted, [*ids, *names])
        raise DataError(f"There is no place to remove with id or name {wanted!r}.{hint}")
    return found


class _Pair(NamedTuple):
    """A row of the old list and one of the new; -1 for none."""

    old: Side
    new: Side
    i: int
    j: int


def _tells_labels(places: gpd.GeoDataFrame) -> bool:
    return any(any(texts(places, column)) for column in ("statut_label", "label"))


def _moves(old: Side, new: Side, one: Ints, other: Ints) -> Floats:
    """Measure how far each place has moved; NaN where one list does not say."""
    moved = np.full(len(one), np.nan)
    both = (one >= 0) & (other >= 0)
    moved[both] = kilometres_apart(old, new, one[both], other[both])
    return moved


def _changes(pair: _Pair, moved: float, moved_km: float, *, labels: bool) -> list[str]:
    """List what became of a place."""
    old, new, i, j = pair
    if i < 0:
        return ["ouvert", *(["labellisé"] if labels and new.labelled[j] else [])]
    if j < 0:
        return ["fermé", *(["délabellisé"] if labels and old.labelled[i] else [])]
    here, there = np.isfinite(old.longitude[i]), np.isfinite(new.longitude[j])
    found = {
        "labellisé": labels and new.labelled[j] and not old.labelled[i],
        "délabellisé": labels and old.labelled[i] and not new.labelled[j],
        **_kind_changes(old.kinds[i], new.kinds[j]),
        "déplacé": moved >= moved_km,
        "coordonnées trouvées": there and not here,
        "coordonnées perdues": here and not there,
        "services modifiés": old.services[i] != new.services[j],
    }
    return [change for change in CHANGES if found.get(change)] or ["inchangé"]


def _kind_changes(old: str, new: str) -> dict[str, bool]:
    """Say how the category changed."""
    named = {"antenne": "devenu antenne", "EPN": "devenu EPN"}
    return {named.get(new, "catégorie modifiée"): bool(old and new) and old != new}


def _only_in(plus: tuple[Side, Ints], minus: tuple[Side, Ints], both: Bools) -> pd.Series:
    """Give the services of one list that the other has not, for places in both."""
    (one, i), (other, j) = plus, minus
    return pd.Series(
        [
            join_list(sorted(one.services[a] - other.services[b])) if there else ""
            for a, b, there in zip(i, j, both, strict=True)
        ],
        dtype="str",
    )


def _described(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, one: Ints, other: Ints
) -> dict[str, pd.Series]:
    """Give the columns that tell what each list says of a place."""
    out: dict[str, pd.Series] = {}
    for field in BOTH_SIDES:
        for ending, frame, rows in (("avant", before, one), ("apres", after, other)):
            padded = [*texts(frame, field), ""]
            values = pd.Series([padded[row] for row in rows], dtype="str")
            out[f"{field}_{ending}"] = values.replace("", None).astype("str")
    latest = {f: out[f"{f}_apres"].fillna(out[f"{f}_avant"]) for f in BOTH_SIDES}
    codes = current_codes(latest["code_insee"]).fillna(latest["code_insee"])
    home = codes.where(~codes.str.startswith("97", na=False), codes.str[:3])
    home = home.where(codes.str.startswith("97", na=False), codes.str[:2])
    first = {"nom": latest["nom"], "commune": latest["commune"], "code_departement": home}
    return first | out


def _points(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, one: Ints, other: Ints
) -> np.ndarray:
    """Give the point of the new list, else that of the old one."""
    nobody = np.array([None], dtype=object)
    old = np.concatenate([before.geometry.to_numpy(dtype=object), nobody])[one]
    new = after.to_crs(before.crs).geometry.to_numpy(dtype=object)
    new = np.concatenate([new, nobody])[other]
    there = ~(shapely.is_missing(new) | shapely.is_empty(new))
    return np.asarray(np.where(there, new, old), dtype=object)
