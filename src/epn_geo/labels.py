"""The words that planners and elected officials read, in French and in English.

One table, one function. A word is looked up by a key; a sentence may hold ``{named}`` values.
Column names are not here: they are French everywhere, as in the national standard.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

from epn_geo.errors import DataError, did_you_mean

Lang = Literal["fr", "en"]

# Each key has its French and its English words, in this order.
WORDS: dict[str, tuple[str, str]] = {
    # -- units and numbers
    "no_data": ("sans donnée", "no data"),
    # -- the three definitions of coverage
    "covered_area": ("Part de la surface à portée", "Share of area within reach"),
    "covered_town_hall": ("Mairie à portée", "Town hall within reach"),
    "covered_population": ("Habitants à portée", "Inhabitants within reach"),
    # -- why a commune is flagged
    "reason_far": (
        "mairie à {distance} km du lieu le plus proche",
        "town hall {distance} km from the nearest place",
    ),
    "reason_none": ("aucun lieu", "no place at all"),
    "reason_little": ("{part} % de la surface à portée", "{part}% of the area within reach"),
    "reason_unknown": ("surface inconnue", "area unknown"),
    "reason_need": ("besoin {need}/100", "need {need}/100"),
    # -- what a run tells
    "step_read": ("Lecture de {file}…", "Reading {file}…"),
    "step_check": ("Vérification des lieux…", "Checking the places…"),
    "step_measure": ("Mesure de la couverture…", "Measuring coverage…"),
    "step_write": ("Écriture des fichiers…", "Writing the files…"),
    "account_rows": (
        "{rows} lignes lues : {located} lieux dans le territoire, {outside} au-dehors (ils "
        "couvrent aussi), {unknown} sans coordonnées ; {findings} constats dans constats.csv.",
        "{rows} rows read: {located} places in the territory, {outside} outside (they cover it "
        "too), {unknown} without coordinates; {findings} findings in constats.csv.",
    ),
    "account_check": (
        "{rows} lignes lues : {errors} erreurs, {warnings} avertissements, {notes} informations.",
        "{rows} rows read: {errors} errors, {warnings} warnings, {notes} notes.",
    ),
    # -- runs that repeat: see delivery.py
    "run_unchanged": (
        "{folder} : rien n'a changé depuis la dernière fois (liste, paramètres, versions) ; rien "
        "n'est refait.",
        "{folder}: nothing has changed since the last run (list, parameters, versions); nothing "
        "is made again.",
    ),
    "run_shrunk": (
        "ATTENTION : la liste a perdu {part} % des lieux de la précédente ({old} lignes, puis "
        "{new}).",
        "WARNING: the list has lost {part}% of the places of the last one ({old} rows, then "
        "{new}).",
    ),
    "replay_versions": (
        "Versions différentes de celles de ce calcul ({names}) : les fichiers peuvent différer.",
        "Versions differ from those of that run ({names}): the files may differ.",
    ),
    "replay_same": (
        "Les {count} fichiers sont les mêmes, à l'octet près.",
        "All {count} files are the same, to the byte.",
    ),
    "replay_differs": (
        "Fichiers qui diffèrent de ceux de ce calcul : {names}.",
        "Files that differ from those of that run: {names}.",
    ),
    # -- layers and sources
    "layer_places": ("lieux", "places"),
    "layer_communes": ("communes", "communes"),
    "layer_gaps": ("zones_hors_portee", "zones_out_of_reach"),
    "source_communes": (
        "{communes} communes, EPCI et populations municipales : INSEE (code officiel géographique "
        "2026), DGCL ; contours et mairies : IGN (ADMIN EXPRESS), DILA ; repris d'Etalab. Licence "
        "Ouverte 2.0.",
        "{communes} communes, EPCI and legal populations: INSEE (code officiel géographique 2026), "
        "DGCL; outlines and town halls: IGN (ADMIN EXPRESS), DILA; as published by Etalab. Licence "
        "Ouverte 2.0.",
    ),
    # -- what was fetched: see provenance.py, verbs_fetch.py
    "fetch_step": ("{what} : lecture…", "{what}: reading…"),
    "fetch_page": ("{what} : {done} lignes sur {total}", "{what}: {done} rows of {total}"),
    "fetch_wait": (
        "{host} : {reason} ; nouvel essai dans {seconds} s ({attempt} sur {attempts})",
        "{host}: {reason}; trying again in {seconds} s ({attempt} of {attempts})",
    ),
    "fetch_done": (
        "{what} : {rows} lignes, données du {date}, dont {missing} sans coordonnées.",
        "{what}: {rows} rows, data of {date}, {missing} of them without coordinates.",
    ),
    "fetch_note": ("{what} : {note}", "{what}: {note}"),
    "cache_empty": ("Le cache {folder} est vide.", "The cache {folder} is empty."),
    "cache_listed": (
        "{count} réponses, {size} Mo, dans {folder}.",
        "{count} answers, {size} MB, in {folder}.",
    ),
    "cache_cleared": (
        "{count} réponses retirées de {folder}.",
        "{count} answers removed from {folder}.",
    ),
    "source_fetched": (
        "{source} : {producer}, données du {date}, {rows} lignes. {licence}.",
        "{source}: {producer}, data of {date}, {rows} rows. {licence}.",
    ),
    # -- workbook
    "demonstration": (
        "DÉMONSTRATION — réseau fictif : ces lieux n'existent pas",
        "DEMONSTRATION — fictitious network: these places do not exist",
    ),
    "sheet_summary": ("Résumé", "Summary"),
    "sheet_region": ("Région", "Region"),
    "sheet_departement": ("Départements", "Départements"),
    "sheet_epci": ("EPCI", "EPCI"),
    "sheet_commune": ("Communes", "Communes"),
    "sheet_places": ("Lieux", "Places"),
    "sheet_gaps": ("Zones hors de portée", "Zones out of reach"),
    "sheet_findings": ("Constats", "Findings"),
    "sheet_sources": ("Sources et définitions", "Sources and definitions"),
    "per_place": ("Habitants par {category}", "Inhabitants per {category}"),
    "short": (
        "{category} manquants pour atteindre le taux commun",
        "{category} short of the common rate",
    ),
    "own_radius": ("la portée propre à chaque lieu", "each place's own reach"),
    "line_region": (
        "{region} : {communes} communes, {population} habitants, dont {far} ({part} %) à plus de "
        "{distance} d'un lieu.",
        "{region}: {communes} communes, {population} inhabitants, of whom {far} ({part}%) live "
        "beyond {distance} of any place.",
    ),
    "line_rate": (
        "Ensemble : {total} {category}, soit un pour {people} habitants.",
        "Altogether: {total} {category}, one for {people} inhabitants.",
    ),
    "line_short": (
        "{departement} : {there} {category}, il en manque {missing} pour atteindre ce taux.",
        "{departement}: {there} {category}, {missing} short of that rate.",
    ),
    "as_of": ("Situation au {date}.", "As of {date}."),
    "definition_reach": (
        "Portée : distance en ligne droite autour de chaque lieu fixe ({radii}), calculée dans la "
        "projection officielle du territoire. Les CRANT, les lauréats du prix et les lieux "
        "itinérants n'ont pas de portée ; les lieux voisins, hors du territoire, en ont une.",
        "Reach: straight-line distance round each fixed place ({radii}), in the official "
        "projection of the territory. CRANT, prize winners and mobile places have no reach; "
        "neighbouring places outside the territory have.",
    ),
    "definition_area": (
        "Part de la surface à portée : part de la surface de la commune à portée d'au moins un "
        "lieu.",
        "Share of area within reach: share of the commune's area within reach of at least one "
        "place.",
    ),
    "definition_town_hall": (
        "Mairie à portée : la mairie (à défaut, un point intérieur) est à portée d'au moins un "
        "lieu.",
        "Town hall within reach: the town hall (or else a point inside) is within reach of at "
        "least one place.",
    ),
    "definition_population": (
        "Habitants à portée : part de la surface à portée × population municipale, comme si les "
        "habitants étaient répartis uniformément dans leur commune.",
        "Inhabitants within reach: share of area within reach × legal population, as if people "
        "were spread evenly over their commune.",
    ),
    "definition_rate": (
        "Manquants : ce qu'il faudrait ajouter à un territoire pour que son nombre de lieux par "
        "habitant atteigne celui de l'ensemble.",
        "Short: what a territory would need for its number of places per inhabitant to reach that "
        "of all territories together.",
    ),
    # -- proposed sites: see proposals.py
    "site_goal_coverage": ("habitants à portée d'un lieu", "people within reach of a place"),
    "site_goal_distance": ("habitants × km épargnés", "people × km saved"),
    "site_goal_farthest": ("distance la plus grande (km)", "greatest distance (km)"),
    "site_goal_backup": (
        "habitants à portée de deux lieux",
        "people within reach of two places",
    ),
    "site_goal_everyone": ("nombre de lieux à créer", "number of places to create"),
    "site_method_proven": ("optimum prouvé", "proven optimum"),
    "site_method_best": ("meilleure solution trouvée", "best solution found"),
    "site_method_greedy": ("glouton", "greedy"),
    # -- map: see maps.py; the words of the page itself are in page/words.json
    "map_title": ("Couverture numérique du territoire", "Digital coverage of the territory"),
    "map_communes": ("{count} communes", "{count} communes"),
    "map_people": ("{count} habitants", "{count} inhabitants"),
    "map_demonstration": (
        "DÉMONSTRATION — réseau fictif : ce n’est pas la liste réelle",
        "DEMONSTRATION — invented network: this is not the real list",
    ),
    "map_definition": (
        "À portée : à moins de {km} km, à vol d’oiseau, d’un lieu fixe d’aide au numérique. Les "
        "habitants sont comptés selon la part de la surface de leur commune qui est à portée.",
        "Within reach: less than {km} km, in a straight line, from a fixed place of digital help. "
        "Inhabitants are counted by the share of their commune’s area that is within reach.",
    ),
    "map_definition_areas": (
        "À portée : dans la zone d’accès d’au moins un lieu d’aide au numérique.",
        "Within reach: inside the access area of at least one place of digital help.",
    ),
    "map_definition_unknown": (
        "À portée : part de la surface de la commune desservie par un lieu d’aide au numérique.",
        "Within reach: share of the commune’s area served by a place of digital help.",
    ),
    "map_places_from": ("Lieux : {sources}", "Places: {sources}"),
    "map_places_dated": (
        "Lieux : {sources} (fiches mises à jour du {first} au {last})",
        "Places: {sources} (entries updated from {first} to {last})",
    ),
    # -- findings: see checks.py
    "finding_ligne_vide": ("ligne vide", "blank row"),
    "finding_cellules_en_trop": (
        "plus de cellules que de colonnes : une virgule ou un point-virgule a décalé la ligne",
        "more cells than columns: a comma or semicolon has shifted the row",
    ),
    "finding_champ_absent": ("le champ {champ} est vide", "the field {champ} is empty"),
    "finding_champ_absent_partout": (
        "le champ {champ} est vide dans les {total} lignes",
        "the field {champ} is empty in all {total} rows",
    ),
    "finding_champ_souvent_absent": (
        "le champ {champ} est vide dans {rows} lignes sur {total} (lignes {first})",
        "the field {champ} is empty in {rows} rows of {total} (rows {first})",
    ),
    "finding_coordonnees_absentes": (
        "pas de coordonnées : le lieu n'est ni sur la carte ni compté",
        "no coordinates: the place is neither on the map nor counted",
    ),
    "finding_coordonnees_illisibles": (
        "coordonnées inutilisables : le lieu n'est ni sur la carte ni compté",
        "unusable coordinates: the place is neither on the map nor counted",
    ),
    "finding_longitude_nulle": (
        "longitude égale à zéro : valeur manquante ou méridien de Greenwich ?",
        "longitude is zero: a missing value, or the Greenwich meridian?",
    ),
    "finding_hors_territoire": (
        "le point est hors du territoire étudié",
        "the point is outside the territory",
    ),
    "finding_hors_territoire_declare": (
        "le point est hors du territoire, alors que la commune déclarée, {commune}, en fait partie",
        "the point is outside the territory, though the declared commune, {commune}, is inside",
    ),
    "finding_commune_differente": (
        "le point est à {commune}, à {distance} de la commune déclarée",
        "the point is in {commune}, {distance} from the declared commune",
    ),
    "finding_commune_autre_territoire": (
        "le point est à {commune}, la commune déclarée est hors du territoire étudié",
        "the point is in {commune}, the declared commune is outside the territory",
    ),
    "finding_commune_inconnue": (
        "aucune commune du territoire ne porte ce nom ; le point est à {commune}",
        "no commune of the territory has this name; the point is in {commune}",
    ),
    "finding_ancien_code": (
        "code d'une ancienne commune ({nom}), devenue {commune} le {date}",
        "code of a former commune ({nom}), {commune} since {date}",
    ),
    "finding_code_scinde": (
        "code partagé depuis entre plusieurs communes ({nom}, {date})",
        "code since split between several communes ({nom}, {date})",
    ),
    "finding_code_supprime": (
        "code d'une commune supprimée sans successeur ({nom})",
        "code of a commune abolished without successor ({nom})",
    ),
    "finding_code_inconnu": (
        "aucune commune de France n'a eu ce code",
        "no commune of France ever had this code",
    ),
    "finding_code_postal_invalide": (
        "un code postal a cinq chiffres",
        "a postcode has five digits",
    ),
    "finding_pivot_invalide": (
        "ni un SIRET (14 chiffres et leur clé), ni un RNA, ni un RIDET",
        "neither a SIRET (14 digits with their check), nor a RNA, nor a RIDET",
    ),
    "finding_id_en_double": (
        "identifiant porté aussi par : ligne {lines}",
        "identifier also borne by row {lines}",
    ),
    "finding_memes_coordonnees": (
        "mêmes coordonnées que : ligne {lines}",
        "same coordinates as row {lines}",
    ),
    "finding_nom_proche": (
        "nom presque semblable à la ligne {row} dans la même commune : doublon ?",
        "name nearly the same as row {row} in the same commune: a duplicate?",
    ),
    "finding_date_invalide": (
        "ce n'est pas une date (AAAA-MM-JJ)",
        "this is not a date (YYYY-MM-DD)",
    ),
    "finding_date_future": ("date à venir", "date in the future"),
    "finding_date_ancienne": (
        "fiche mise à jour il y a {years} ans",
        "record last updated {years} years ago",
    ),
    "finding_valeur_inconnue": (
        "valeur absente de la liste du standard national",
        "value not in the national standard's list",
    ),
    "finding_categorie_inconnue": ("catégorie inconnue", "unknown category"),
    "finding_antenne_sans_parent": (
        "antenne sans lieu de rattachement",
        "antenna without a parent place",
    ),
    "finding_parent_introuvable": (
        "aucun lieu de la liste ne porte l'identifiant de ce parent",
        "no place of the list has this parent's identifier",
    ),
    "finding_parent_incoherent": (
        "le parent est le lieu lui-même ou une autre antenne",
        "the parent is the place itself or another antenna",
    ),
    "finding_itinerant": (
        "lieu itinérant : n'a pas de portée fixe, ne compte pas dans la couverture",
        "mobile place: no fixed reach, not counted in coverage",
    ),
    "finding_adresse_web_suspecte": (
        "une adresse web commence par http:// ou https://",
        "a web address begins with http:// or https://",
    ),
    "finding_resume_trop_long": (
        "{length} caractères, le standard en admet 280",
        "{length} characters, the standard allows 280",
    ),
    "finding_caractere_illisible": (
        "caractère perdu (�) : le fichier a été enregistré dans un mauvais encodage",
        "lost character (�): the file was saved in a wrong encoding",
    ),
    "finding_corrige": (
        "corrigé à la lecture : {corrections}",
        "corrected on reading: {corrections}",
    ),
    "finding_fichier_lu": ("lu ainsi : {corrections}", "read this way: {corrections}"),
    "suggest_town_hall": (
        "compléter, ou placer à la mairie de {commune} (place_at_town_halls)",
        "fill in, or put at the town hall of {commune} (place_at_town_halls)",
    ),
    "suggest_declare": ("déclarer {commune} ({code})", "declare {commune} ({code})"),
    "suggest_sign": ("changer le signe de la longitude", "change the sign of the longitude"),
    "suggest_one_of": ("l'un de {values}", "one of {values}"),
    "suggest_postcode": (
        "c'est le code postal : mettre le code INSEE",
        "this is the postcode: give the INSEE code",
    ),
}


# Words for the columns of tables.
HEADERS: dict[str, tuple[str, str]] = {
    "code_insee": ("Code commune", "Commune code"),
    "commune": ("Commune", "Commune"),
    "code_epci": ("Code EPCI", "EPCI code"),
    "epci": ("EPCI", "EPCI"),
    "code_departement": ("Code département", "Département code"),
    "departement": ("Département", "Département"),
    "code_region": ("Code région", "Région code"),
    "region": ("Région", "Région"),
    "communes": ("Communes", "Communes"),
    "communes_epci": ("Communes de l'EPCI entier", "Communes of the whole EPCI"),
    "perimetre": ("Périmètre (entier ou partie)", "Perimeter (whole or part)"),
    "population": ("Population municipale", "Population"),
    "superficie_km2": ("Superficie (km²)", "Area (km²)"),
    "aire_km2": ("Surface (km²)", "Area (km²)"),
    "mairie_source": ("Point de référence", "Reference point"),
    "dans_selection": ("Dans le territoire étudié", "In the territory studied"),
    "lieux": ("Lieux fixes d'accueil", "Fixed places"),
    "epn": ("EPN", "EPN"),
    "antennes": ("Antennes", "Antennes"),
    "crant": ("CRANT", "CRANT"),
    "france_services": ("France Services", "France Services"),
    "rayon_km": ("Rayon (km)", "Radius (km)"),
    "part_couverte": ("Part de la surface à portée", "Share of area within reach"),
    "part_aire_couverte": ("Part de la surface à portée", "Share of area within reach"),
    "population_couverte": ("Habitants à portée", "Inhabitants within reach"),
    "part_population_couverte": ("Part des habitants à portée", "Share of people within reach"),
    "population_hors_portee": ("Habitants hors de portée", "Inhabitants out of reach"),
    "part_population_hors_portee": ("Part hors de portée", "Share out of reach"),
    "communes_hors_portee": (
        "Communes (mairie) hors de portée",
        "Communes (town hall) out of reach",
    ),
    "population_communes_hors_portee": (
        "Habitants de ces communes",
        "Inhabitants of those communes",
    ),
    "mairie_couverte": ("Mairie à portée", "Town hall within reach"),
    "distance_km": ("Distance au lieu le plus proche (km)", "Distance to the nearest place (km)"),
    "distance_moyenne_km": ("Distance moyenne (km)", "Mean distance (km)"),
    "distance_max_km": ("Distance maximale (km)", "Greatest distance (km)"),
    "lieu_le_plus_proche": ("Lieu le plus proche", "Nearest place"),
    "id_le_plus_proche": ("Identifiant de ce lieu", "Id of that place"),
    "sous_desservie": ("Sous-desservie", "Underserved"),
    "motifs": ("Motifs", "Reasons"),
    "zone": ("Zone", "Zone"),
    "commune_principale": ("Commune principale", "Main commune"),
    "departements": ("Départements", "Départements"),
    "ligne": ("Ligne du fichier", "Row of the file"),
    "champ": ("Champ", "Field"),
    "gravite": ("Gravité", "Severity"),
    "valeur": ("Valeur", "Value"),
    "suggestion": ("Suggestion", "Suggestion"),
    "message": ("Constat", "Finding"),
    "nom": ("Nom", "Name"),
    "accord": ("Accord avec le fichier", "Agreement with the file"),
    "ecart_km": ("Écart (km)", "Discrepancy (km)"),
    "categorie": ("Catégorie", "Category"),
    "corrections": ("Corrections à la lecture", "Corrections while reading"),
}


def check_lang(lang: str) -> Lang:
    """Give `lang` back if the library speaks it.

    Parameters
    ----------
    lang
        ``"fr"`` or ``"en"``.

    Returns
    -------
    str
        The same.

    Raises
    ------
    DataError
        For any other value.

    Examples
    --------
    >>> check_lang("fr")
    'fr'
    """
    if lang == "fr":
        return "fr"
    if lang == "en":
        return "en"
    choices = get_args(Lang)
    hint = did_you_mean(str(lang), choices)
    raise DataError(f"lang must be one of {', '.join(choices)}, not {lang!r}.{hint}")


def say(key: str, lang: Lang = "fr", **values: object) -> str:
    """Give a word or a sentence in the language asked for.

    Parameters
    ----------
    key
        A key of `WORDS`.
    lang
        ``"fr"`` or ``"en"``.
    **values
        What the sentence's ``{names}`` stand for.

    Returns
    -------
    str
        The text, values filled in. It is plain text: the map escapes it, not this function.

    Examples
    --------
    >>> say("no_data"), say("no_data", "en")
    ('sans donnée', 'no data')
    """
    french, english = WORDS[key]
    return (french if check_lang(lang) == "fr" else english).format(**values)


def number(value: float | None, lang: Lang = "fr", digits: int = 0) -> str:
    """Write a number as people of the language do.

    Parameters
    ----------
    value
        Any number; missing gives a dash.
    lang
        ``"fr"``: narrow no-break space between thousands, decimal comma.
    digits
        Decimals; trailing ones are kept.

    Returns
    -------
    str
        The number.

    Examples
    --------
    >>> number(3345842.4), number(0.456, digits=1), number(1234.5, "en", 1), number(None)
    ('3\u202f345\u202f842', '0,5', '1,234.5', '–')
    """
    if value is None or math.isnan(value):
        return "–"
    text = f"{value:,.{digits}f}"
    return text.replace(",", "\u202f").replace(".", ",") if lang == "fr" else text
