"""The national standard of places of digital help: columns, enumerations, and their older forms.

The standard is LaMednum/standard-mediation-num v1 (Licence Ouverte): 32 columns, the lists written
with ``|``. What other files call the same things (older versions, spreadsheets, the list of France
Services) is here as tables; applying them to a file is the work of `epn_geo.places`.
"""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from epn_geo.errors import ColumnError, fold
from epn_geo.reading.spellings import COLUMN_SYNONYMS, OLDER_VALUES, SISTER_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The columns of the standard, in its order.
COLUMNS: tuple[str, ...] = (
    "id",
    "pivot",
    "nom",
    "commune",
    "code_postal",
    "code_insee",
    "adresse",
    "complement_adresse",
    "latitude",
    "longitude",
    "typologie",
    "telephone",
    "courriels",
    "site_web",
    "horaires",
    "presentation_resume",
    "presentation_detail",
    "source",
    "itinerance",
    "structure_parente",
    "date_maj",
    "services",
    "publics_specifiquement_adresses",
    "prise_en_charge_specifique",
    "frais_a_charge",
    "dispositif_programmes_nationaux",
    "formations_labels",
    "autres_formations_labels",
    "modalites_acces",
    "modalites_accompagnement",
    "fiche_acces_libre",
    "prise_rdv",
)

#: What the standard asks of every place.
REQUIRED: tuple[str, ...] = (
    "id",
    "pivot",
    "nom",
    "commune",
    "code_postal",
    "adresse",
    "date_maj",
)

#: The columns this library adds beside the standard when it reads a list.
OUR_COLUMNS: tuple[str, ...] = (
    "categorie",
    "parent_id",
    "label",
    "statut_label",
    "date_label",
    "ligne",
    "corrections",
)

#: The columns later steps add to a frame of places: a file's own column of that name is set aside.
CHAIN_COLUMNS: tuple[str, ...] = (
    "code_insee_declare",
    "commune_declaree",
    "code_epci",
    "epci",
    "code_departement",
    "departement",
    "code_region",
    "region",
    "accord",
    "ecart_km",
    "geometry",
)

#: The kinds of places.
CATEGORIES: tuple[str, ...] = (
    "EPN",
    "antenne",
    "CRANT",
    "France Services",
    "conseiller numérique",
    "médiathèque",
    "projet lauréat",
    "autre",
)

#: The columns that hold several values.
LISTS: tuple[str, ...] = (
    "typologie",
    "courriels",
    "site_web",
    "itinerance",
    "services",
    "publics_specifiquement_adresses",
    "prise_en_charge_specifique",
    "frais_a_charge",
    "dispositif_programmes_nationaux",
    "formations_labels",
    "autres_formations_labels",
    "modalites_acces",
    "modalites_accompagnement",
)

#: The values the standard allows, with its spelling.
ENUMERATIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "itinerance": ("Itinérant", "Fixe"),
        "services": (
            "Aide aux démarches administratives",
            "Maîtrise des outils numériques du quotidien",
            "Insertion professionnelle via le numérique",
            "Utilisation sécurisée du numérique",
            "Parentalité et éducation avec le numérique",
            "Loisirs et créations numériques",
            "Compréhension du monde numérique",
            "Accès internet et matériel informatique",
            "Acquisition de matériel informatique à prix solidaire",
        ),
        "publics_specifiquement_adresses": (
            "Jeunes",
            "Étudiants",
            "Familles et/ou enfants",
            "Seniors",
            "Femmes",
        ),
        "prise_en_charge_specifique": (
            "Surdité",
            "Handicaps moteurs",
            "Handicaps mentaux",
            "Illettrisme",
            "Langues étrangères (anglais)",
            "Langues étrangères (autres)",
            "Déficience visuelle",
        ),
        "frais_a_charge": ("Gratuit", "Gratuit sous condition", "Payant"),
        "dispositif_programmes_nationaux": (
            "Aidants Connect",
            "Bibliothèques numérique de référence",
            "Certification PIX",
            "Conseillers numériques",
            "Emmaüs Connect",
            "France Services",
            "Grande école du numérique",
            "La Croix Rouge",
            "Point d'accès numérique CAF",
            "Promeneurs du net",
            "Relais numérique (Emmaüs Connect)",
        ),
        "formations_labels": (
            "Formé à « Mon Espace Santé »",
            "Formé à « DUPLEX » (illettrisme)",
            "Arnia/MedNum BFC (Bourgogne-Franche-Comté)",
            "Collectif ressources et acteurs réemploi (Normandie)",
            "Étapes numériques (La Poste)",
            "Fabriques de Territoire",
            "Les Éclaireurs du numérique (Drôme)",
            "Mes Papiers (Métropole de Lyon)",
            "ORDI 3.0",
            "SUD LABS (PACA)",
        ),
        "modalites_acces": (
            "Se présenter",
            "Téléphoner",
            "Contacter par mail",
            "Prendre un RDV en ligne",
            "Ce lieu n'accueille pas de public",
            "Envoyer un mail avec une fiche de prescription",
        ),
        "modalites_accompagnement": (
            "En autonomie",
            "Accompagnement individuel",
            "Dans un atelier collectif",
            "À distance",
        ),
    }
)

#: Codes met in ``typologie``. The standard leaves this column open: these are spellings, not a law.
TYPOLOGIES: tuple[str, ...] = (
    "EPN",
    "EPI",
    "ENM",
    "RFS",
    "BIB",
    "CCAS",
    "CIAS",
    "CS",
    "CSC",
    "MJC",
    "ML",
    "MUNI",
    "EPCI",
    "ASSO",
    "TIERS_LIEUX",
    "FABLAB",
    "LA_POSTE",
    "FT",
    "CAF",
    "DEPT",
    "REG",
    "OF",
    "Autre",
)

#: Zonings that pipelines write among the labels, where they are not labels.
ZONINGS: frozenset[str] = frozenset({"qpv", "frr", "zrr"})


class Claim(NamedTuple):
    """What a column's name says it holds, and how firmly (0 its own name, 1 a synonym, 2 weak)."""

    field: str
    rank: int


def column_key(name: str) -> str:
    """Give a column's name as it is compared: no accents, case, spaces or punctuation.

    Parameters
    ----------
    name
        A column's name.

    Returns
    -------
    str
        Letters and digits.

    Examples
    --------
    >>> column_key("Code INSEE"), column_key("code_insee")
    ('codeinsee', 'codeinsee')
    """
    return fold(name).replace(" ", "")


@cache
def known_columns() -> Mapping[str, Claim]:
    """Give every column name that is understood, with the field it stands for.

    Returns
    -------
    Mapping
        From `column_key` of a name to a `Claim`.

    Examples
    --------
    >>> known_columns()[column_key("Code commune")]
    Claim(field='code_insee', rank=1)
    """
    known: dict[str, Claim] = {}
    for rank in (2, 1):
        for field, names in COLUMN_SYNONYMS.items():
            keys = filter(None, map(column_key, names[rank - 1].split(",")))
            known |= dict.fromkeys(keys, Claim(field, rank))
    editable = (*COLUMNS, *OUR_COLUMNS[:5])
    return MappingProxyType(known | {column_key(name): Claim(name, 0) for name in editable})


@cache
def known_values(column: str) -> Mapping[str, tuple[str, str]]:
    """Give the spellings understood in an enumerated column.

    Parameters
    ----------
    column
        A key of `ENUMERATIONS`, or ``typologie`` or ``autres_formations_labels``.

    Returns
    -------
    Mapping
        From the folded spelling to (the column the value belongs to, its exact spelling).

    Examples
    --------
    >>> known_values("frais_a_charge")["gratuit sous conditions"]
    ('frais_a_charge', 'Gratuit sous condition')
    >>> known_values("publics_specifiquement_adresses")["surdite"]
    ('prise_en_charge_specifique', 'Surdité')
    """
    own = TYPOLOGIES if column == "typologie" else ENUMERATIONS.get(column, ())
    spellings: dict[str, tuple[str, str]] = {}
    if sister := SISTER_COLUMNS.get(column):
        spellings |= {key: (sister, value) for key, value in _spellings(sister)}
    spellings |= {key: (column, value) for key, value in _spellings(column)}
    return MappingProxyType(spellings | {fold(value): (column, value) for value in own})


def _spellings(column: str) -> Iterable[tuple[str, str]]:
    """Give (folded spelling, exact value) of a column, older forms before the values themselves."""
    for value, olders in OLDER_VALUES.get(column, {}).items():
        yield from ((fold(older), value) for older in olders)
    yield from ((fold(value), value) for value in ENUMERATIONS.get(column, ()))


_SEPARATORS = re.compile(r"\s*[|;\r\n]\s*|\s+/\s+")


def split_list(text: object) -> list[str]:
    """Give the values of a cell that holds several: ``|``, ``;``, `` / `` or one per line.

    Parameters
    ----------
    text
        A cell; anything but text holds no value.

    Returns
    -------
    list of str
        The values, in order, each once, without blanks.

    Examples
    --------
    >>> split_list("Jeunes|Femmes"), split_list("Jeunes ; Femmes / Jeunes"), split_list(None)
    (['Jeunes', 'Femmes'], ['Jeunes', 'Femmes'], [])
    """
    if not isinstance(text, str):
        return []
    return list(dict.fromkeys(filter(None, (part.strip() for part in _SEPARATORS.split(text)))))


def join_list(values: Iterable[str]) -> str:
    """Give several values as one cell of the standard.

    Parameters
    ----------
    values
        Texts.

    Returns
    -------
    str
        The values joined by ``|``, each once.

    Examples
    --------
    >>> join_list(["Jeunes", "Femmes", "Jeunes"])
    'Jeunes|Femmes'
    """
    return "|".join(dict.fromkeys(values))


def has_value(column: pd.Series[str], value: str) -> pd.Series[bool]:
    """Tell which cells of a list column hold exactly a value.

    Parameters
    ----------
    column
        A column of ``|``-joined cells.
    value
        The value looked for, whole: "Gratuit" is not found in "Gratuit sous condition".

    Returns
    -------
    pandas.Series of bool
        On the same index.

    Examples
    --------
    >>> has_value(pd.Series(["Gratuit|Payant", "Gratuit sous condition", None]), "Gratuit").tolist()
    [True, False, False]
    """
    return column.map(lambda cell: value in split_list(cell)).astype(bool)


def standard_frame(places: pd.DataFrame) -> pd.DataFrame:
    """Give places as the national standard publishes them.

    Parameters
    ----------
    places
        Places, as read or located. A column that is absent is empty. Where ``code_insee`` is
        empty, what the list declared (``code_insee_declare``) is used; the same for ``commune``.

    Returns
    -------
    pandas.DataFrame
        Exactly the 32 columns, in order, all text, on the index of `places`. What is not known
        is an empty text, but for the two required columns where the standard has a sign for it:
        ``pivot`` 00000000000000 and ``date_maj`` 1970-01-01.

    Raises
    ------
    ColumnError
        If there is neither ``id`` nor ``nom``: this is no frame of places.

    Examples
    --------
    >>> places = pd.DataFrame({"id": ["a"], "nom": ["EPN"], "latitude": [49.5]})
    >>> standard_frame(places).loc[0, ["id", "pivot", "latitude", "date_maj"]].tolist()
    ['a', '00000000000000', '49.5', '1970-01-01']
    """
    if not {"id", "nom"} & set(places.columns):
        raise ColumnError(
            "A frame of places has at least the columns 'id' and 'nom': see read_places."
        )
    frame = pd.DataFrame({name: _as_text(places, name) for name in COLUMNS}, index=places.index)
    for name, declared in (("code_insee", "code_insee_declare"), ("commune", "commune_declaree")):
        if declared in places.columns:
            frame[name] = frame[name].mask(frame[name] == "", _as_text(places, declared))
    frame["pivot"] = frame["pivot"].replace("", "0" * 14)
    frame["date_maj"] = frame["date_maj"].replace("", "1970-01-01")
    return frame


def _as_text(places: pd.DataFrame, name: str) -> pd.Series[str]:
    """Give a column as text, empty where there is no value or no column."""
    if name not in places.columns:
        return pd.Series("", index=places.index, dtype="str")
    column = places[name]
    cells = [
        "" if missing else _number_text(value)
        for value, missing in zip(column.tolist(), column.isna(), strict=True)
    ]
    return pd.Series(cells, index=places.index, dtype="str")


def _number_text(value: object) -> str:
    """Give a value as text; a number without an exponent or a needless ``.0``."""
    if isinstance(value, float):
        return np.format_float_positional(value, trim="-")
    return str(value)
