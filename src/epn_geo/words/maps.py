"""The words for the map; the words of the page itself are in ``page/words.json``."""

WORDS: dict[str, tuple[str, str]] = {
    # -- map: see maps.py; the words of the page itself are in page/words.json
    "map_title": ("L’aide numérique à portée", "Digital help within reach"),
    "map_communes": ("{count} {count|commune|communes}", "{count} {count|commune|communes}"),
    "map_people": ("{count} {count|habitant|habitants}", "{count} {count|inhabitant|inhabitants}"),
    "map_demonstration": (
        "DÉMONSTRATION — réseau fictif : ce n’est pas la liste réelle",
        "DEMONSTRATION — invented network: this is not the real list",
    ),
    "map_definition": (
        "À portée : à moins de {km} km, à vol d’oiseau, d’un lieu fixe d’aide au numérique. "
        "{counted}",
        "Within reach: less than {km} km, in a straight line, from a fixed place of digital help. "
        "{counted}",
    ),
    "map_counted_area": (
        "Les habitants sont comptés selon la part de la surface de leur commune qui est à portée.",
        "Inhabitants are counted by the share of their commune’s area that is within reach.",
    ),
    "map_counted_cells": (
        "Les habitants sont comptés où ils vivent, par les carreaux d’une grille de population.",
        "Inhabitants are counted where they live, by the cells of a population grid.",
    ),
    "map_definition_areas": (
        "À portée : dans la zone d’accès d’au moins un lieu d’aide au numérique.",
        "Within reach: inside the access area of at least one place of digital help.",
    ),
    "areas_provided": ("polygones de portée fournis", "polygons of reach as provided"),
    "source_areas": (
        "Portées : {count} {count|polygone|polygones} du fichier {file}.",
        "Reach: {count} {count|polygon|polygons} of the file {file}.",
    ),
    "source_reach": (
        "Portée d'un lieu : {reach} ({method}).",
        "Reach of a place: {reach} ({method}).",
    ),
    "source_radius": (
        "Portée d'un lieu : {reach} à vol d'oiseau.",
        "Reach of a place: {reach} in a straight line.",
    ),
    "told_areas": (
        "ATTENTION : lieux qui comptent, mais sans polygone de portée, et qui ne couvrent donc "
        "rien : {count} ({names}).",
        "WARNING: places that count but have no polygon of reach, and so cover nothing: {count} "
        "({names}).",
    ),
    "told_areas_of": (
        "Lieux sans polygone de {reach}, qui ne comptent que par ceux d'une autre durée : {count} "
        "({names}).",
        "Places without a polygon of {reach}, which count by those of another time only: {count} "
        "({names}).",
    ),
    "told_areas_doubt": (
        "ATTENTION, fichier des portées : {what}.",
        "WARNING, file of reach: {what}.",
    ),
    "told_areas_untimed": (
        "ATTENTION : {count} {count|polygone|polygones} de portée sans durée, qui ne "
        "{count|compte|comptent} pas.",
        "WARNING: {count} {count|polygon|polygons} of reach without a time, which "
        "{count|does|do} not count.",
    ),
    "told_areas_usual": (
        "Le fichier des portées n'a pas de polygones de {usual} : ceux de {reach} font foi "
        "(--judged en choisit d'autres).",
        "The file of reach has no polygons of {usual}: those of {reach} are used (--judged "
        "chooses others).",
    ),
    "notice_areas": (
        "{count} {count|lieu|lieux} sans polygone de portée {count|ne couvre|ne couvrent} "
        "rien{where} : {names}.",
        "{count} {count|place|places} without a polygon of reach {count|covers|cover} "
        "nothing{where}: {names}.",
    ),
    "notice_areas_of": (
        "{count} {count|lieu|lieux} sans polygone de {reach}{where} : {names}.",
        "{count} {count|place|places} without a polygon of {reach}{where}: {names}.",
    ),
    "notice_beyond": (
        ", dont {count} hors du territoire",
        ", {count} of them outside the territory",
    ),
    "account_areas": (
        "Lieux qui comptent et n'ont pas de polygone de portée : {count} (constats.csv).",
        "Places that count and have no polygon of reach: {count} (constats.csv).",
    ),
    "map_definition_time": (
        "À portée : à moins de {reach} d’un lieu fixe d’aide au numérique ; {method}. {counted}",
        "Within reach: less than {reach} from a fixed place of digital help; {method}. {counted}",
    ),
    "map_definition_given": (
        "À portée : dans la zone d’accès d’au moins un lieu d’aide au numérique ; {method}.",
        "Within reach: inside the access area of at least one place of digital help; {method}.",
    ),
    "map_definition_estimated": (
        "À portée : à moins d’un temps de trajet estimé, et non mesuré, d’un lieu fixe d’aide au "
        "numérique ; {method}.",
        "Within reach: less than an estimated, not measured, travel time from a fixed place of "
        "digital help; {method}.",
    ),
    "map_definition_unknown": (
        "À portée : part de la surface de la commune desservie par un lieu d’aide au numérique.",
        "Within reach: share of the commune’s area served by a place of digital help.",
    ),
    "picture_outside": ("hors du territoire, sur l’image", "outside the territory, in the picture"),
    "map_places_from": ("Lieux : {sources}", "Places: {sources}"),
    "map_places_dated": (
        "Lieux : {sources} (fiches mises à jour du {first} au {last})",
        "Places: {sources} (entries updated from {first} to {last})",
    ),
}
