"""What a place is, under which label, and whose antenna, from whatever a list offers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from epn_geo.errors import fold

# How a kind is written in a column of kinds, in ``typologie``, or at the start of a name.
_SPELLINGS = {
    "EPN": ("epn", "espace public numerique", "espaces publics numeriques", "epn labellise"),
    "antenne": ("antenne", "antennes", "antenne epn", "antenne d epn", "satellite"),
    "CRANT": ("crant", "centre de ressources et d animation numerique des territoires"),
    "France Services": (
        *("france services", "france service", "espace france services", "rfs"),
        *("maison france services", "msap", "fs"),
    ),
    "conseiller numérique": ("conseiller numerique", "conseillers numeriques", "cnfs"),
    "médiathèque": ("mediatheque", "bibliotheque", "mediatheques", "bibliotheques", "bib"),
    "projet lauréat": ("projet laureat", "laureat", "projets laureats"),
    "autre": ("autre", "autres"),
}
_CATEGORY = {spelling: kind for kind, olds in _SPELLINGS.items() for spelling in olds}
_NAME_STARTS = (
    ("CRANT", r"crant\b|centre de ressources et d animation numerique"),
    ("antenne", r"antenne\b"),
)
_NAME_HINTS = (
    ("EPN", r"epn\b|espace public numerique"),
    ("France Services", r"(?:espace |maison |bus )?france services?\b"),
    ("médiathèque", r"(?:mediatheque|bibliotheque)\b"),
)


def category_of(text: str) -> str:
    """Give the kind that a word names.

    Parameters
    ----------
    text
        What a column of kinds says.

    Returns
    -------
    str
        One of the kinds, empty when the word names none.

    Examples
    --------
    >>> category_of("Espace public numérique"), category_of("Antenne EPN"), category_of("?")
    ('EPN', 'antenne', '')
    """
    return _CATEGORY.get(fold(text), "")


def find_categories(data: pd.DataFrame, *, is_france_services: bool = False) -> pd.Series[str]:
    """Tell what each place is.

    Parameters
    ----------
    data
        Text columns: ``categorie``, ``typologie``, ``nom``, ``format_fs``,
        ``dispositif_programmes_nationaux``; empty text where nothing.
    is_france_services
        Whether the whole list is that of France Services.

    Returns
    -------
    pandas.Series of str
        On the index of `data`. In order of trust: the column that says it, an antenna or CRANT by
        typologie, format or name, the typologie, the national programme, the name, ``autre``.

    Examples
    --------
    >>> columns = ["categorie", "typologie", "nom", "format_fs", "dispositif_programmes_nationaux"]
    >>> rows = [["", "EPN", "Le lieu", "", ""], ["", "", "Antenne de Vassy", "", ""]]
    >>> find_categories(pd.DataFrame(rows, columns=columns)).tolist()
    ['EPN', 'antenne']
    """
    names = _by_value(data["nom"], fold)
    types = data["typologie"].map(lambda cell: {fold(part) for part in cell.split("|")})
    programmes = "|" + data["dispositif_programmes_nationaux"] + "|"
    given = _by_value(data["categorie"], category_of)
    given = given.mask((data["categorie"] != "") & (given == ""), "autre")
    form = data["format_fs"].str.lower()

    def typed(*codes: str) -> pd.Series[bool]:
        return types.map(lambda held: not held.isdisjoint(codes)).astype(bool)

    services = programmes.str.contains("|France Services|", regex=False)
    advisers = programmes.str.contains("|Conseillers numériques|", regex=False)
    conditions = [
        *((typed(*_SPELLINGS[kind]), kind) for kind in ("antenne", "CRANT", "projet lauréat")),
        (form.str.startswith("antenne"), "antenne"),
        (form == "site principal", "France Services"),
        *((names.str.match(pattern), kind) for kind, pattern in _NAME_STARTS),
        (pd.Series(is_france_services, index=data.index), "France Services"),
        (typed("epn", "epi", "enm"), "EPN"),
        (typed("rfs") | services, "France Services"),
        (typed("bib"), "médiathèque"),
        (advisers, "conseiller numérique"),
        *((names.str.match(pattern), kind) for kind, pattern in _NAME_HINTS),
    ]
    found = np.select([mask for mask, _ in conditions], [kind for _, kind in conditions], "autre")
    return pd.Series(np.where(given != "", given, found), index=data.index, dtype="str")


def find_labels(data: pd.DataFrame, *, zonings: frozenset[str]) -> pd.Series[str]:
    """Give the label of each place: what the list calls label, or its free list of labels.

    Parameters
    ----------
    data
        Text columns ``label`` and ``autres_formations_labels``.
    zonings
        Folded names that pipelines write among the labels and that are none.

    Returns
    -------
    pandas.Series of str
        Labels joined by ``|``, empty where there is none.

    Examples
    --------
    >>> rows = {"label": ["", "Or"], "autres_formations_labels": ["EPN Normandie|FRR", "QPV"]}
    >>> find_labels(pd.DataFrame(rows), zonings=frozenset({"frr", "qpv"})).tolist()
    ['EPN Normandie', 'Or']
    """

    def labels(cell: str) -> str:
        return "|".join(part for part in cell.split("|") if fold(part) not in zonings)

    free = _by_value(data["autres_formations_labels"], labels)
    return data["label"].mask(data["label"] == "", free)


_STATUS_DATE = re.compile(
    r"\s*(?:(?:le|depuis|du)\s+)?(\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d\d-\d\d)"
)


def split_status(cell: str) -> tuple[str, str]:
    """Split a status that holds its date, as France Services writes it.

    Parameters
    ----------
    cell
        A status.

    Returns
    -------
    tuple of str
        The status and the date as written, empty when there is none.

    Examples
    --------
    >>> split_status("Espace labellisé 01/02/2020"), split_status("en cours")
    (('labellisé', '01/02/2020'), ('en cours', ''))
    """
    found = _STATUS_DATE.search(cell)
    text = _STATUS_DATE.sub("", cell, count=1).strip() if found else cell
    return re.sub(r"^espace (?=labellis)", "", text, flags=re.I), found[1] if found else ""


def find_parents(data: pd.DataFrame) -> tuple[pd.Series[str], pd.Series[str]]:
    """Find whose antenna a place is: by id, by group, by the parent's name.

    Parameters
    ----------
    data
        Text columns: ``id``, ``nom``, ``commune``, ``code_insee``, ``code_postal``, ``categorie``,
        ``parent_id``, ``structure_parente``, ``groupe``.

    Returns
    -------
    tuple of pandas.Series
        The parent's id, empty where there is none or where several could be, and a note in
        French on how it was found.

    Examples
    --------
    >>> columns = ["id", "nom", "categorie", "structure_parente"]
    >>> rows = [["1", "EPN de Vire", "EPN", ""], ["2", "Vassy", "antenne", "epn de vire"]]
    >>> data = pd.DataFrame(rows, columns=columns)
    >>> for name in ("commune", "code_insee", "code_postal", "parent_id", "groupe"):
    ...     data[name] = ""
    >>> find_parents(data)[0].tolist()
    ['', '1']
    """
    parents = data["parent_id"].tolist()
    notes = [""] * len(data)
    asks = (data["categorie"] == "antenne") | (data["structure_parente"] != "")
    asks &= (data["parent_id"] == "") & ~data["categorie"].isin(["CRANT", "projet lauréat"])
    if asks.any():
        book = _Parents(data)
        for row in np.flatnonzero(asks):
            parents[row], notes[row] = book.parent_of(int(row))
    index = data.index
    return pd.Series(parents, index=index, dtype="str"), pd.Series(notes, index=index, dtype="str")


class _Parents:
    """The places that can be parents, by group and by name."""

    def __init__(self, data: pd.DataFrame) -> None:
        self._ids = data["id"].tolist()
        self._names = data["nom"].tolist()
        self._given = data["structure_parente"].tolist()
        self._antenna = (data["categorie"] == "antenne").tolist()
        childless = data["categorie"].isin(["antenne", "CRANT", "projet lauréat"]).tolist()
        self._groups = _by_value(data["groupe"], fold).tolist()
        codes = data["code_insee"].where(data["code_insee"] != "", data["code_postal"])
        self._where = [  # from the narrowest to the widest
            data["code_insee"].tolist(),
            _by_value(data["commune"], fold).tolist(),
            codes.str[:2].tolist(),
        ]
        self._by_id: dict[str, list[int]] = defaultdict(list)
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._by_group: dict[str, list[int]] = defaultdict(list)
        for row, name in enumerate(_by_value(data["nom"], _name_key)):
            self._by_id[self._ids[row]].append(row)
            if childless[row]:
                continue
            self._by_name[name].append(row)
            self._by_group[self._groups[row]].append(row)

    def parent_of(self, row: int) -> tuple[str, str]:
        """Give the id of a place's parent and how it was found, or nothing."""
        given = self._given[row]
        if given and len(self._by_id.get(given, [])) == 1 and self._by_id[given] != [row]:
            return given, ""
        tries = [(self._by_name, _name_key(given), "le nom")] if given else []
        if self._antenna[row]:
            tries.insert(0, (self._by_group, self._groups[row], "le groupe"))
            tries += [(self._by_name, name, "son nom") for name in _parent_names(self._names[row])]
        for book, key, how in tries:
            found = self._only(row, book.get(key, [])) if key else None
            if found is not None:
                return self._ids[found], f"parent_id : trouvé par {how}"
        return "", ""

    def _only(self, row: int, candidates: Sequence[int]) -> int | None:
        """Give the one candidate, or the only one in the same commune, then département."""
        candidates = [c for c in candidates if c != row]
        if len(candidates) <= 1:
            return candidates[0] if candidates else None
        for where in self._where:
            near = [c for c in candidates if where[row] and where[c] == where[row]]
            if near:
                return near[0] if len(near) == 1 else None
        return None


def _parent_names(name: str) -> list[str]:
    """Give the names of a parent that an antenna's own name may hold."""
    parts = re.split(r"\s[-–—:]\s|[()]", name)
    keys = [re.sub(r"^antenne\b ?", "", _name_key(part)) for part in parts]
    return [key for key in dict.fromkeys(keys) if key]


_SMALL_WORDS = frozenset({"d", "de", "du", "des", "l", "la", "le", "les"})


def _name_key(name: str) -> str:
    """Give a name as names are compared: without accents, case and small words."""
    return " ".join(word for word in fold(name).split() if word not in _SMALL_WORDS)


def _by_value(column: pd.Series[str], function: Callable[[str], str]) -> pd.Series[str]:
    """Apply a function of one text to a column, once per different text."""
    read = {cell: function(cell) for cell in column.unique()}
    return pd.Series([read[cell] for cell in column], index=column.index, dtype="str")
