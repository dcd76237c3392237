"""Floating catchments: what each origin can reach, shared with all who can reach it too.

The floating catchment family compares a supply (places, hours, seats) with the people around it.
Every measure is a few products of one sparse matrix f, the weight of place j for the people of i:
f = 1 beside the place, less with distance, 0 beyond the catchment. With P people and S supply:

========  ==================================  =====================================  ==============
method    what a place has per person, R      what a person has, A                   conserves
========  ==================================  =====================================  ==============
2sfca     S / Σᵢ P f, f 0 or 1                Σⱼ R f                                 Σ P A = Σ S
e2sfca    S / Σᵢ P f                          Σⱼ R f                                 Σ P A = Σ S
3sfca     S / Σᵢ P G f, G = f / Σⱼ f          Σⱼ R G f                               Σ P A = Σ S
m2sfca    S / Σᵢ P f                          Σⱼ R f²                                Σ P A ≤ Σ S
bfca      S / Σᵢ (P f / Σⱼ f)                 Σⱼ R f / Σᵢ f                          Σ A = Σ R
spatial   S / Σᵢ P f                          Σⱼ S φ / P, φ = P f / Σᵢ P f           Σ P A = Σ S
========  ==================================  =====================================  ==============

(the sums over the places that somebody can reach). Sources: Luo & Wang 2003 (2SFCA), Luo & Qi 2009
(E2SFCA), Wan, Zou & Sternberg 2012 (3SFCA), Delamater 2013 (M2SFCA), Páez, Higgins & Vivona 2019
(balanced, BFCA), Soukhov, Páez, Higgins & Mohamed 2023 (spatial availability, whose figure per
person is that of E2SFCA: allocating a supply, or dividing it by those who come, is the same sum).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from scipy.sparse import csr_array

from epn_geo.errors import DataError, did_you_mean
from epn_geo.geometry.arcs import Floats

Method = Literal["2sfca", "e2sfca", "3sfca", "m2sfca", "bfca", "spatial"]
Shape = Literal["step", "gaussian", "exponential", "power"]
Decay = Shape | Mapping[float, float]
Sparse: TypeAlias = Any  # a sparse matrix: one row per origin, one column per place


class CatchmentAccess(NamedTuple):
    """What a floating catchment gives: per person of each origin, and per person round a place."""

    access: Floats  # A, supply per person, one per origin
    ratio: Floats  # R, supply per person, one per place; 0 where nobody can come


def decay_weights(
    distance: Floats,
    limit: float,
    decay: Decay = "gaussian",
    *,
    edge_weight: float = 0.01,
    floor: float = 1.0,
) -> Floats:
    """Weigh distances: 1 beside a place, `edge_weight` at the edge of its catchment, 0 beyond.

    Parameters
    ----------
    distance
        Distances, or times.
    limit
        Where the catchment ends, in the same unit.
    decay
        ``"step"`` (1 up to the limit); ``"gaussian"``, exp(−d²/2σ²); ``"exponential"``, exp(−βd);
        ``"power"``, (max(d, floor) / floor)^−β; or zones, ``{5: 1, 10: 0.68, 15: 0.22}``: the
        weight up to each distance.
    edge_weight
        The weight at the limit, between 0 and 1, from which σ and β follow.
    floor
        For ``"power"``: nearer than this, nearer does not count.

    Returns
    -------
    numpy.ndarray
        Weights.

    Raises
    ------
    DataError
        For an unknown decay, or a number that cannot be.

    Examples
    --------
    >>> decay_weights(np.array([0.0, 5, 10, 11]), 10, "exponential").round(2)
    array([1.  , 0.1 , 0.01, 0.  ])
    >>> decay_weights(np.array([0.0, 5, 10, 11]), 10, {5: 1, 10: 0.5})
    array([1. , 1. , 0.5, 0. ])
    """
    check_decay(limit, edge_weight, floor)
    distance = np.asarray(distance, dtype=np.float64)
    if isinstance(decay, Mapping):
        weights = _zones(distance, decay)
    else:
        weights = _smooth(distance, limit, decay, -np.log(edge_weight), floor)
    return np.where(distance <= limit, weights, 0.0)


def band_weights(
    ends: Sequence[float], decay: Decay = "gaussian", *, edge_weight: float = 0.01
) -> Floats:
    """Weigh bands of travel time: 1 in the first, less in each that follows (Luo & Qi 2009).

    Within a band nobody knows who is nearer. A decay is taken at the middle of each band, and over
    what it is in the first: whoever is in the nearest band counts whole.

    Parameters
    ----------
    ends
        Where each band ends, growing: ``[10, 20]`` for 0 to 10 minutes and 10 to 20. The catchment
        ends with the last.
    decay, edge_weight
        As `decay_weights`. Zones are the weights of the bands themselves, ``{10: 1, 20: 0.68}``:
        none may end inside a band.

    Returns
    -------
    numpy.ndarray
        One weight for each band.

    Raises
    ------
    DataError
        As `decay_weights`; and if a zone ends inside a band.

    Examples
    --------
    >>> band_weights([10, 20, 30]).round(2)
    array([1.  , 0.36, 0.05])
    >>> band_weights([20])
    array([1.])
    """
    upper = np.asarray(ends, dtype=np.float64)
    limit = float(upper[-1])
    if isinstance(decay, Mapping):
        inside = [end for end in decay if end < limit and end not in upper]
        if inside:
            raise DataError(
                f"The zone that ends at {inside[0]:g} ends inside a band: the areas are of "
                f"{', '.join(f'{end:g}' for end in upper)}. Give a weight for each of these."
            )
        return decay_weights(upper, limit, decay, edge_weight=edge_weight)
    middle = (upper + np.append(0.0, upper[:-1])) / 2
    floor = min(1.0, limit / 2)
    weights = decay_weights(middle, limit, decay, edge_weight=edge_weight, floor=floor)
    return np.asarray(weights / weights[0])


def catchment_access(
    weights: Sparse, population: Floats, supply: Floats, method: Method = "e2sfca"
) -> CatchmentAccess:
    """Compute a floating catchment measure on any costs one may have.

    Parameters
    ----------
    weights
        Sparse, one row per origin, one column per place: what `decay_weights` made of the costs.
        ``"2sfca"`` counts whatever is not zero as 1.
    population
        People of each origin.
    supply
        Supply of each place.
    method
        ``"2sfca"``, ``"e2sfca"``, ``"3sfca"``, ``"m2sfca"``, ``"bfca"`` or ``"spatial"``: see the
        table at the top of this room.

    Returns
    -------
    CatchmentAccess
        `access` by origin and `ratio` by place, in supply per person.

    Raises
    ------
    DataError
        For an unknown method, lengths that do not agree, or negative numbers.

    Examples
    --------
    Two villages of 100 and 300 people share one place; a second place serves only the small one.

    >>> weights = csr_array(np.array([[1.0, 1.0], [1.0, 0.0]]))
    >>> found = catchment_access(weights, np.array([100.0, 300.0]), np.array([4.0, 1.0]), "2sfca")
    >>> found.ratio, found.access
    (array([0.01, 0.01]), array([0.02, 0.01]))
    """
    if method not in get_args(Method):
        choices = get_args(Method)
        hint = did_you_mean(str(method), choices)
        raise DataError(f"method must be one of {', '.join(choices)}, not {method!r}.{hint}")
    f = csr_array(weights, dtype=np.float64)
    f.eliminate_zeros()
    people, offer = np.asarray(population, dtype=float), np.asarray(supply, dtype=float)
    _check_arrays(f, people, offer)
    if method == "2sfca":
        f = _like(f, np.ones(f.nnz))
    given, taken = _shares(f, method)
    ratio = divide(offer, given.T @ people)
    return CatchmentAccess(np.asarray(taken @ ratio), ratio)


def _smooth(distance: Floats, limit: float, decay: str, steep: float, floor: float) -> Floats:
    """Weigh by a function that has lost `steep` e-folds at the limit."""
    match decay:
        case "step":
            return np.ones_like(distance)
        case "gaussian":
            return np.asarray(np.exp(-steep * (distance / limit) ** 2))
        case "exponential":
            return np.asarray(np.exp(-steep * distance / limit))
        case "power":
            if not floor < limit:
                raise DataError(f"floor ({floor:g}) must be less than the limit ({limit:g}).")
            exponent = steep / np.log(limit / floor)
            return np.asarray((np.maximum(distance, floor) / floor) ** -exponent)
    choices = get_args(Shape)
    hint = did_you_mean(str(decay), choices)
    raise DataError(f"decay must be one of {', '.join(choices)}, not {decay!r}.{hint}")


def _shares(f: Sparse, method: Method) -> tuple[Sparse, Sparse]:
    """Give what weighs people on the way to places, and places on the way back."""
    match method:
        case "3sfca":
            both = scaled_rows(f).multiply(f).tocsr()
            return both, both
        case "m2sfca":
            return f, f.multiply(f).tocsr()
        case "bfca":
            return scaled_rows(f), scaled_rows(f.T.tocsr()).T.tocsr()
        case _:
            return f, f


def scaled_rows(f: Sparse) -> Sparse:
    """Divide each row by its sum.

    Parameters
    ----------
    f
        Sparse, none of its stored weights 0.

    Returns
    -------
    scipy.sparse.csr_array
        Rows that sum to 1; empty ones stay empty.

    Examples
    --------
    >>> scaled_rows(csr_array(np.array([[3.0, 1.0], [0.0, 0.0]]))).toarray().tolist()
    [[0.75, 0.25], [0.0, 0.0]]
    """
    total = np.asarray(f.sum(axis=1))
    return _like(f, f.data / np.repeat(total, np.diff(f.indptr)))


def _like(f: Sparse, data: Floats) -> Sparse:
    return csr_array((data, f.indices, f.indptr), shape=f.shape)


def divide(above: Floats, below: Floats) -> Floats:
    """Divide, with 0 where there is nothing to divide by.

    Parameters
    ----------
    above, below
        Numbers, same length.

    Returns
    -------
    numpy.ndarray
        Their ratio.

    Examples
    --------
    >>> divide(np.array([1.0, 1.0]), np.array([2.0, 0.0])).tolist()
    [0.5, 0.0]
    """
    return np.divide(above, below, out=np.zeros(len(above)), where=np.asarray(below) > 0)


def _zones(distance: Floats, zones: Mapping[float, float]) -> Floats:
    limits = np.array(sorted(zones), dtype=float)
    weights = np.array([zones[limit] for limit in sorted(zones)] + [0.0], dtype=float)
    if not len(limits) or not np.isfinite(weights).all() or (weights < 0).any():
        raise DataError(
            f"Zones take a weight, 0 or more, up to each distance, not {dict(zones)!r}."
        )
    return np.asarray(weights[np.searchsorted(limits, distance, side="left")], dtype=np.float64)


def check_decay(limit: float, edge_weight: float, floor: float) -> None:
    """Refuse numbers that no decay can have.

    Parameters
    ----------
    limit, edge_weight, floor
        As in `decay_weights`.

    Raises
    ------
    DataError
        If one of them cannot be.

    Examples
    --------
    >>> check_decay(15.0, 0.01, 1.0)
    """
    if not (np.isfinite(limit) and limit > 0):
        raise DataError(f"The catchment must end at a positive distance, not {limit!r}.")
    if not 0 < edge_weight < 1:
        raise DataError(f"edge_weight must be between 0 and 1, both excluded, not {edge_weight!r}.")
    if not floor > 0:
        raise DataError(f"floor must be positive, not {floor!r}.")


def _check_arrays(f: Sparse, people: Floats, offer: Floats) -> None:
    if f.shape != (len(people), len(offer)):
        raise DataError(
            f"The weights are {f.shape[0]} × {f.shape[1]}, for {len(people)} populations and "
            f"{len(offer)} supplies: one row per origin, one column per place."
        )
    for what, values in (("weights", f.data), ("population", people), ("supply", offer)):
        if len(values) and not (np.isfinite(values).all() and values.min() >= 0):
            raise DataError(f"The {what} must be numbers, none of them negative or missing.")
