"""Words that stand in the cells of tables: French in the data, in both languages where people read.

By column; a column's name may hold the name of a need where ``*`` stands.
"""

from __future__ import annotations

_LEVELS = {
    "region": ("Région", "Région"),
    "departement": ("Département", "Département"),
    "epci": ("EPCI", "EPCI"),
    "iris": ("IRIS", "IRIS"),
}

_CHANGES = {
    "ouvert": ("ouvert", "opened"),
    "fermé": ("fermé", "closed"),
    "labellisé": ("labellisé", "labelled"),
    "délabellisé": ("délabellisé", "no longer labelled"),
    "devenu antenne": ("devenu antenne", "now a branch"),
    "devenu EPN": ("devenu EPN", "now an EPN"),
    "catégorie modifiée": ("catégorie modifiée", "other category"),
    "déplacé": ("déplacé", "moved"),
    "coordonnées trouvées": ("coordonnées trouvées", "coordinates found"),
    "coordonnées perdues": ("coordonnées perdues", "coordinates lost"),
    "services modifiés": ("services modifiés", "other services"),
    "inchangé": ("inchangé", "unchanged"),
}
_CATEGORIES = {"antenne": ("antenne", "branch"), "autre": ("autre", "other")}
_LABELS = {
    "labellisé": ("labellisé", "labelled"),
    "renouvelé": ("renouvelé", "renewed"),
    "en cours": ("en cours", "pending"),
}

VALUES: dict[str, dict[str, tuple[str, str]]] = {
    "perimetre": {"entier": ("entier", "whole"), "partie": ("partie", "part")},
    "mairie_source": {"mairie": ("mairie", "town hall"), "intérieur": ("intérieur", "inside")},
    "methode_population": {"carreaux": ("carreaux", "cells"), "surface": ("surface", "area")},
    "polygone_portee": {"fourni": ("fourni", "provided"), "aucun": ("aucun", "none")},
    "prioritaire": {
        "oui": ("oui", "yes"),
        "non": ("non", "no"),
        "besoin inconnu": ("besoin inconnu", "need unknown"),
    },
    "accord": {
        "oui": ("oui", "yes"),
        "non": ("non", "no"),
        "hors territoire": ("hors territoire", "outside the territory"),
        "sans coordonnées": ("sans coordonnées", "without coordinates"),
    },
    "gravite": {
        "erreur": ("erreur", "error"),
        "avertissement": ("avertissement", "warning"),
        "information": ("information", "note"),
    },
    "categorie": _CATEGORIES,
    "categorie_avant": _CATEGORIES,
    "categorie_apres": _CATEGORIES,
    "statut_label": _LABELS,
    "statut_label_avant": _LABELS,
    "statut_label_apres": _LABELS,
    "changement": _CHANGES,
    "changements": _CHANGES,
    "appariement": {"id": ("id", "id"), "ressemblance": ("ressemblance", "likeness")},
    "sens": {"gagné": ("gagné", "gained"), "perdu": ("perdu", "lost")},
    "rattachement": {
        "centre": ("centre du carreau", "centre of the cell"),
        "code": ("code de la commune", "code of the commune"),
        "hors communes": ("hors communes", "outside the communes"),
        "par son EPN": ("par son EPN", "by its EPN"),
        "déclaré": ("déclaré", "declared"),
        "département": ("département", "département"),
        "le plus proche": ("le plus proche", "the nearest"),
        "inconnu": ("inconnu", "unknown"),
    },
    "statut": {
        "lu": ("lu", "read"),
        "ancien code": ("ancien code", "old code"),
        "scindé": ("scindé", "split"),
        "valeur manquante": ("valeur manquante", "no value"),
        "hors plage": ("hors bornes", "out of bounds"),
        "code inconnu": ("code inconnu", "unknown code"),
        "autre niveau": ("autre niveau", "another level"),
    },
    "amas": {
        "haut-haut": ("haut-haut", "high-high"),
        "bas-bas": ("bas-bas", "low-low"),
        "haut-bas": ("haut-bas", "high-low"),
        "bas-haut": ("bas-haut", "low-high"),
        "point chaud": ("point chaud", "hot spot"),
        "point froid": ("point froid", "cold spot"),
        "non significatif": ("non significatif", "not significant"),
        "sans voisin": ("sans voisin", "no neighbour"),
        "sans donnée": ("sans donnée", "no data"),
    },
    "sens_besoin": {
        "high": ("une valeur haute est un besoin", "a high figure is a need"),
        "low": ("une valeur basse est un besoin", "a low figure is a need"),
    },
    "niveau": _LEVELS,
    "besoin_*_origine": {
        **_LEVELS,
        "moyenne": ("moyenne", "mean"),
        "moyenne partielle": ("moyenne partielle", "mean of some"),
        "sans donnée": ("sans donnée", "no data"),
    },
}
