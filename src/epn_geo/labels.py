"""The words that planners and elected officials read, in French and in English.

One table, one function. A word is looked up by a key; a sentence may hold ``{named}`` values.
Column names are not here: they are French everywhere, as in the national standard.
"""

from __future__ import annotations

import math
import re
from typing import Literal, Protocol, get_args

from epn_geo.errors import DataError, did_you_mean

Lang = Literal["fr", "en"]

# {count|commune|communes}: the word that the number `count` asks for
_PLURAL = re.compile(r"\{(\w+)\|([^|{}]*)\|([^|{}]*)\}")

# Each key has its French and its English words, in this order.
WORDS: dict[str, tuple[str, str]] = {
    # -- units and numbers
    "no_data": ("sans donnée", "no data"),
    "months": (
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "January February March April May June July August September October November December",
    ),
    # -- the three definitions of coverage
    "covered_area": ("Part de la surface à portée", "Share of area within reach"),
    "covered_town_hall": ("Mairie à portée", "Town hall within reach"),
    "covered_population": ("Habitants à portée", "Inhabitants within reach"),
    # -- why a commune is flagged
    "reason_far": (
        "mairie à {distance} km du lieu le plus proche",
        "town hall {distance} km from the nearest place",
    ),
    "reason_beyond": (
        "mairie à plus de {reach} de tout lieu (le plus proche à {distance} km à vol d'oiseau)",
        "town hall beyond {reach} of every place (the nearest {distance} km in a straight line)",
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
        "Lignes lues : {rows}. Lieux dans le territoire : {located} ; au-dehors : {outside}, dont "
        "assez près pour le couvrir aussi : {near} ; sans coordonnées : {unknown}. "
        "Constats (constats.csv) : {findings}.",
        "Rows read: {rows}. Places in the territory: {located}; outside: {outside}, of which near "
        "enough to cover it too: {near}; without coordinates: {unknown}. "
        "Findings (constats.csv): {findings}.",
    ),
    "account_check": (
        "Lignes lues : {rows}. Erreurs : {errors} ; avertissements : {warnings} ; "
        "informations : {notes}.",
        "Rows read: {rows}. Errors: {errors}; warnings: {warnings}; notes: {notes}.",
    ),
    # -- runs that repeat: see delivery.py
    "run_unchanged": (
        "{folder} : rien n'a changé depuis la dernière fois (liste, paramètres, versions) ; rien "
        "n'est refait.",
        "{folder}: nothing has changed since the last run (list, parameters, versions); nothing "
        "is made again.",
    ),
    "run_shrunk": (
        "ATTENTION : la liste a perdu {part} % des lieux de la précédente ({old} "
        "{old|ligne|lignes}, puis "
        "{new}).",
        "WARNING: the list has lost {part}% of the places of the last one ({old} {old|row|rows}, "
        "then "
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
    # -- the note on what changed: see notes.py
    "note_title": (
        "Ce qui change dans l’accès à l’aide au numérique",
        "What changes in access to digital help",
    ),
    "note_people": ("Habitants", "Inhabitants"),
    "note_places": ("Lieux", "Places"),
    "note_causes": ("Grâce à qui, à cause de qui", "By whose doing"),
    "note_halls": ("Mairies", "Town halls"),
    "note_services": ("Services", "Services"),
    "note_reach": ("à moins de {reach} d’un lieu", "within {reach} of a place"),
    "note_own_reach": ("à portée d’un lieu", "within reach of a place"),
    "note_headline": (
        "{what} {where} : {people} {reach}{detail}.",
        "{what} {where}: {people} {reach}{detail}.",
    ),
    "note_detail": (
        " ({gained} en plus, {lost} en moins)",
        " ({gained} more, {lost} fewer)",
    ),
    "note_more": ("{what} de plus", "{what} more"),
    "note_less": ("{what} de moins", "{what} fewer"),
    "note_as_many_people": ("autant d’habitants", "as many inhabitants"),
    "note_as_many_label": ("autant de labels", "as many labels"),
    "note_as_many_lieu": ("autant de lieux", "as many places"),
    "diff_kind_unknown": (
        "Catégorie inconnue, compté comme « autre » : {places} ({names}). Une colonne categorie la "
        "donne (EPN, antenne…).",
        "Unknown category, counted as “autre”: {places} ({names}). A column categorie gives it "
        "(EPN, antenne…).",
    ),
    "note_same_places": ("les mêmes lieux", "the same places"),
    "note_nothing": (
        "Rien ne change : les deux listes donnent la même couverture.",
        "Nothing changes: both lists give the same coverage.",
    ),
    "note_reached": (
        "Avant : {before} {reach}. Après : {after}, sur {total} ({part_before} %, puis "
        "{part_after} %).",
        "Before: {before} {reach}. After: {after}, of {total} ({part_before}%, then "
        "{part_after}%).",
    ),
    "note_moves": (
        "En plus : {gained}. En moins : {lost}. Toujours à portée : {kept}.",
        "Gained: {gained}. Lost: {lost}. Still within reach: {kept}.",
    ),
    "note_distance": (
        "Distance de la mairie au lieu le plus proche, en moyenne par habitant : {after} km, "
        "contre {before} km avant.",
        "Distance from the town hall to the nearest place, mean over inhabitants: {after} km, "
        "{before} km before.",
    ),
    "note_gap": (
        "Part des habitants {reach}, écart entre le département le mieux et le moins bien "
        "couvert : {after} points, contre {before} avant.",
        "Share of inhabitants {reach}, gap between the best and the least covered département: "
        "{after} points, {before} before.",
    ),
    "note_change": ("{title} : {count} ({names}).", "{title}: {count} ({names})."),
    "note_elsewhere": (
        "Changements hors du territoire, qui comptent pour ses habitants proches : {count}.",
        "Changes outside the territory, which count for those who live near: {count}.",
    ),
    "note_guessed": (
        "{count} sans identifiant commun, dont le rapprochement se fonde sur le nom, la commune "
        "et la distance : à vérifier dans le classeur.",
        "{count} without a common identifier, paired by name, commune and distance: check them "
        "in the workbook.",
    ),
    "note_cause": ("{name} ({change}) : {people}", "{name} ({change}): {people}"),
    "note_nobody_alone": ("aucun habitant par ce seul lieu", "no inhabitant by this place alone"),
    "note_shared_with": (
        ", sans compter {people} que ce lieu partage avec {names}",
        ", not counting {people} that it shares with {names}",
    ),
    "note_other_causes": (
        "{count} de plus ont un effet : voir le classeur.",
        "{count} more have an effect: see the workbook.",
    ),
    "note_shared": (
        "{people} par plusieurs lieux à la fois, sans qu’aucun puisse se les attribuer seul.",
        "{people} by several places at once, none of which can claim them alone.",
    ),
    "note_hall_gained": (
        "Mairie désormais à portée : {count} ({names}).",
        "Town hall now within reach: {count} ({names}).",
    ),
    "note_hall_lost": (
        "Mairie qui n’est plus à portée : {count} ({names}).",
        "Town hall no longer within reach: {count} ({names}).",
    ),
    "note_service_gained": (
        "Nouveau à portée de la mairie : « {service} », pour {count}.",
        "New within reach of the town hall: “{service}”, for {count}.",
    ),
    "note_service_lost": (
        "N’est plus à portée de la mairie : « {service} », pour {count}.",
        "No longer within reach of the town hall: “{service}”, for {count}.",
    ),
    "note_definition": (
        "« {reach} » : en ligne droite, lieux fixes seulement. Les habitants sont comptés selon "
        "la part de la surface de leur commune qui est à portée, comme s’ils y étaient répartis "
        "uniformément : ce sont des estimations.",
        "“{reach}”: in a straight line, fixed places only. Inhabitants are counted by the share "
        "of their commune’s area that is within reach, as if they were spread evenly: these are "
        "estimates.",
    ),
    "note_definition_areas": (
        "« {reach} » : {method} ; lieux fixes seulement. Les habitants sont comptés selon la part "
        "de la surface de leur commune qui est à portée, comme s’ils y étaient répartis "
        "uniformément : ce sont des estimations.",
        "“{reach}”: {method}; fixed places only. Inhabitants are counted by the share of their "
        "commune’s area that is within reach, as if they were spread evenly: these are estimates.",
    ),
    "map_gained": ("Désormais à portée", "Now within reach"),
    "map_lost": ("N’est plus à portée", "No longer within reach"),
    "layer_changed_places": ("lieux", "places"),
    "layer_changed_zones": ("zones_gagnees_perdues", "zones_gained_lost"),
    "sheet_causes": ("Causes", "Causes"),
    "sheet_inequality": ("Inégalités", "Inequality"),
    "snapshot_kept": (
        "Liste du {date} gardée : {rows} {rows|ligne|lignes}.",
        "List of {date} kept: {rows} {rows|row|rows}.",
    ),
    "snapshot_same": (
        "Liste du {date} : la même que celle du {twin} ({rows} {rows|ligne|lignes}), gardée une "
        "seule fois.",
        "List of {date}: the same as that of {twin} ({rows} {rows|row|rows}), kept once.",
    ),
    "history_line": ("{moment} : {counted}.", "{moment}: {counted}."),
    "history_title": (
        "EPN et antennes (hachurées) par département",
        "EPN and antennes (hatched) by département",
    ),
    "timeline_title": ("Le réseau au fil du temps", "The network over time"),
    "timeline_slider": ("Moment", "Moment"),
    "timeline_counts": (
        "{counted} EPN et antennes comptés ; où ils étaient n’est pas connu ici.",
        "{counted} EPN and antennes counted; where they stood is not known here.",
    ),
    "timeline_list": (
        "{counted} EPN et antennes ; {covered} {covered|habitant|habitants} ({part} %) à moins de "
        "{km} km d’un lieu.",
        "{counted} EPN and antennes; {covered} {covered|inhabitant|inhabitants} ({part}%) within "
        "{km} km of a place.",
    ),
    "timeline_key": (
        "Disques : EPN ; triangles : antennes ; petits disques : autres lieux. En blanc : à plus "
        "de {km} km de tout lieu fixe, en ligne droite. Nombres : EPN + antennes par département, "
        "tels que comptés à ce moment ; rien n’est écrit où rien n’a été compté. Habitants "
        "répartis uniformément dans leur commune.",
        "Discs: EPN; triangles: antennes; small discs: other places. In white: beyond {km} km of "
        "any fixed place, in a straight line. Numbers: EPN + antennes by département as counted "
        "then; nothing is written where nothing was counted. Inhabitants spread evenly over their "
        "commune.",
    ),
    "history_axis": ("Nombre de lieux", "Number of places"),
    "sheet_history": ("Historique", "History"),
    "sheet_history_long": ("Historique détaillé", "History in detail"),
    "change_opened": ("Ouverture", "Opening"),
    "change_closed": ("Absence de la nouvelle liste", "Absence from the new list"),
    "change_labelled": ("Nouveau label", "New label"),
    "change_delabelled": ("Fin du label", "End of the label"),
    "change_to_antenne": ("Devenu antenne", "Now an antenne"),
    "change_to_epn": ("Devenu EPN", "Now an EPN"),
    "change_category": ("Catégorie modifiée", "Other category"),
    "change_moved": ("Déménagement", "Move"),
    "change_found": ("Coordonnées trouvées", "Coordinates found"),
    "change_unplaced": ("Coordonnées perdues", "Coordinates lost"),
    "change_services": ("Services modifiés", "Other services"),
    "change_none": ("Position précisée", "Better position"),
    # -- layers and sources
    "layer_places": ("lieux", "places"),
    "layer_communes": ("communes", "communes"),
    "layer_gaps": ("zones_hors_portee", "zones_out_of_reach"),
    "source_communes": (
        "{communes} {communes|commune|communes}, EPCI et populations municipales : INSEE (code "
        "officiel géographique "
        "2026), DGCL ; contours et mairies : IGN (ADMIN EXPRESS), DILA ; repris d'Etalab. Licence "
        "Ouverte 2.0.",
        "{communes} {communes|commune|communes}, EPCI and legal populations: INSEE (code officiel "
        "géographique 2026), "
        "DGCL; outlines and town halls: IGN (ADMIN EXPRESS), DILA; as published by Etalab. Licence "
        "Ouverte 2.0.",
    ),
    "source_communes_folder": (
        "{communes} {communes|commune|communes}, EPCI, populations municipales, contours et "
        "mairies lus dans {folder} "
        "(INSEE, DGCL, IGN, DILA, par Etalab et API Géo ; dates dans son provenance.json). Licence "
        "Ouverte 2.0.",
        "{communes} {communes|commune|communes}, EPCI, legal populations, outlines and town halls "
        "read from {folder} "
        "(INSEE, DGCL, IGN, DILA, by Etalab and API Géo; dates in its provenance.json). Licence "
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
        "{what} : {rows} {rows|ligne|lignes}, données du {date}, dont {missing} sans coordonnées.",
        "{what}: {rows} {rows|row|rows}, data of {date}, {missing} of them without coordinates.",
    ),
    "fetch_note": ("{what} : {note}", "{what}: {note}"),
    "communes_step": ("Communes {year} : {step}…", "Communes {year}: {step}…"),
    "communes_done": (
        "Communes {year} : {communes} communes, {epci} EPCI, {exceptions} exceptions dans "
        "exceptions.csv ; contours du {date}.",
        "Communes {year}: {communes} communes, {epci} EPCI, {exceptions} exceptions in "
        "exceptions.csv; outlines of {date}.",
    ),
    "geocode_step": ("Géocodage", "Geocoding"),
    "geocode_done": (
        "{lost} {lost|lieu|lieux} sans coordonnées : {accepted} {accepted|placé|placés}, "
        "{doubtful} douteux et {refused} {refused|refusé|refusés}, sans coordonnées.",
        "{lost} {lost|place|places} without coordinates: {accepted} placed, {doubtful} doubtful "
        "and {refused} refused, left without coordinates.",
    ),
    "merge_done": (
        "{rows} {rows|ligne lue|lignes lues}, {kept} {kept|lieu gardé|lieux gardés}, {merged} "
        "{merged|doublon réuni|doublons réunis} ; {pairs} paires "
        "examinées.",
        "{rows} {rows|row|rows} read, {kept} {kept|place|places} kept, {merged} doubles put "
        "together; {pairs} pairs "
        "looked at.",
    ),
    "isochrones_step": ("Isochrones", "Isochrones"),
    "isochrones_done": (
        "{drawn} {drawn|zone dessinée|zones dessinées} sur {rows}, données routières du {version}.",
        "{drawn} {drawn|area|areas} drawn of {rows}, road data of {version}.",
    ),
    "cache_empty": ("Le cache {folder} est vide.", "The cache {folder} is empty."),
    "cache_listed": (
        "{count} {count|réponse|réponses}, {size} Mo, dans {folder}.",
        "{count} {count|answer|answers}, {size} MB, in {folder}.",
    ),
    "cache_cleared": (
        "{count} {count|réponse retirée|réponses retirées} de {folder}.",
        "{count} {count|answer|answers} removed from {folder}.",
    ),
    "source_fetched": (
        "{source} : {producer}, données du {date}, {rows} {rows|ligne|lignes}. {licence}.",
        "{source}: {producer}, data of {date}, {rows} {rows|row|rows}. {licence}.",
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
    "sheet_skills": ("Compétences", "Skills"),
    "skill_places": ("Lieux : {value}", "Places: {value}"),
    "skill_share": ("Part à portée : {value}", "Share within reach: {value}"),
    "skills_untold": (
        "Aucun lieu de la liste ne dit quels services il propose : remplissez la colonne "
        "« services » (plusieurs valeurs séparées par une barre « | »).",
        "No place of the list tells which services it offers: fill in the column “services” "
        "(several values separated by a bar “|”).",
    ),
    "definition_skills": (
        "Compétences : lieux qui proposent le service, et part des habitants à portée de l'un "
        "d'eux. Lieux de la liste qui ne disent pas leurs services, et n'y comptent pas : "
        "{silent}.",
        "Skills: places that offer the service, and share of people within reach of one. Places of "
        "the list that do not tell their services, and do not count there: {silent}.",
    ),
    "definition_empty": (
        "Les colonnes de la liste qui sont vides partout ne sont pas montrées ici ; elles sont "
        "dans lieux.csv.",
        "Columns of the list that are empty throughout are not shown here; they are in lieux.csv.",
    ),
    "yes_no": ("oui|non", "yes|no"),
    "open_failed": (
        "Aucun navigateur ne s'ouvre d'ici : ouvrez {file}.",
        "No browser can be opened from here: open {file}.",
    ),
    # -- what the installation has and lacks: see doctor.py
    "doctor_version": ("epn-geo", "epn-geo"),
    "doctor_python": ("Python", "Python"),
    "doctor_packages": ("Paquets", "Packages"),
    "doctor_extras": ("En option", "Optional"),
    "doctor_native": ("Bibliothèques", "Libraries"),
    "doctor_projection": ("Projection", "Projection"),
    "doctor_data": ("Communes", "Communes"),
    "doctor_demo": ("Démonstration", "Demonstration"),
    "doctor_fonts": ("Polices", "Fonts"),
    "doctor_output": ("Dossier de sortie", "Output folder"),
    "doctor_space": ("Place sur le disque", "Room on the disk"),
    "doctor_cache": ("Réponses gardées", "Answers kept"),
    "doctor_encoding": ("Encodage", "Encoding"),
    "doctor_install": (
        "Réinstallez : pip install --force-reinstall epn-geo (ou, dans la copie du dépôt, "
        "pip install .).",
        "Install again: pip install --force-reinstall epn-geo (or, in the copy of the repository, "
        "pip install .).",
    ),
    "doctor_old_python": ("Il faut Python {least} ou plus récent.", "Python {least} is needed."),
    "doctor_extra_missing": (
        "Facultatif : pip install 'epn-geo[{extras}]'.",
        "Optional: pip install 'epn-geo[{extras}]'.",
    ),
    "doctor_projection_wrong": (
        "PROJ lit la base d'un autre programme : retirez les variables PROJ_LIB et PROJ_DATA.",
        "PROJ reads another program's data base: unset the variables PROJ_LIB and PROJ_DATA.",
    ),
    "doctor_communes": (
        "{communes} communes, {departements} départements, au {date}",
        "{communes} communes, {departements} départements, as of {date}",
    ),
    "doctor_first_of": ("1er janvier {year}", "1 January {year}"),
    "doctor_not_a_folder": (
        "Ce n'est pas un dossier : donnez-en un autre avec -o.",
        "This is not a folder: give another with -o.",
    ),
    "doctor_not_writable": (
        "On ne peut pas y écrire : donnez un autre dossier avec -o.",
        "It cannot be written to: give another folder with -o.",
    ),
    "doctor_free": ("{size} Go libres", "{size} GB free"),
    "doctor_full": (
        "Le disque est presque plein : libérez de la place.",
        "The disk is almost full: make room.",
    ),
    "doctor_cached": (
        "{folder} (réponses : {count}, {size} Mo)",
        "{folder} (answers: {count}, {size} MB)",
    ),
    "doctor_cache_unwritable": (
        "Seul fetch en a besoin : donnez-lui un autre dossier avec --cache.",
        "Only fetch needs it: give it another folder with --cache.",
    ),
    "doctor_encoding_poor": (
        "Les accents ne s'y écrivent pas : définissez PYTHONUTF8=1.",
        "It has no accents: set PYTHONUTF8=1.",
    ),
    "doctor_fit": ("Tout est en ordre.", "All is well."),
    "doctor_unfit": (
        "Il manque de quoi faire une étude : voyez les lignes marquées !!.",
        "Something that a study needs is missing: see the lines marked !!.",
    ),
    "sheet_sources": ("Sources et définitions", "Sources and definitions"),
    "per_place": ("Habitants par {category}", "Inhabitants per {category}"),
    "short": (
        "{category} manquants pour atteindre le taux commun",
        "{category} short of the common rate",
    ),
    "reach_route": ("{km} km par la route", "{km} km by road"),
    "reach_areas": ("la portée fournie pour chaque lieu", "the reach given for each place"),
    "own_radius": ("la portée propre à chaque lieu", "each place's own reach"),
    "line_region": (
        "{region} : {communes} {communes|commune|communes}, {population} habitants, dont {far} "
        "({part} %) à plus de "
        "{distance} d'un lieu.",
        "{region}: {communes} {communes|commune|communes}, {population} inhabitants, of whom "
        "{far} ({part}%) live "
        "beyond {distance} of any place.",
    ),
    "line_means": (
        "{region} – usage et moyens, tels que les lieux les donnent : {told}.",
        "{region} – use and means, as the places tell them: {told}.",
    ),
    "line_means_one": (
        "{what} {value} (lieux ayant répondu : {count})",
        "{what} {value} (told by {count} places)",
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
    "definition_reach_areas": (
        "Portée : polygones autour des lieux fixes ({radii}) ; {method}. Les CRANT, les lauréats "
        "du prix et les lieux itinérants n'ont pas de portée ; un lieu sans polygone non plus. Les "
        "distances sont en ligne droite.",
        "Reach: polygons round the fixed places ({radii}); {method}. CRANT, prize winners and "
        "mobile places have no reach; neither has a place without a polygon. Distances are "
        "straight lines.",
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
    "definition_cells": (
        "Habitants à portée : comptés où ils vivent, par les carreaux d'une grille de population, "
        "ramenés à la population municipale de la commune ; une commune sans carreau habité garde "
        "le compte par surface (colonne « Habitants comptés par »).",
        "Inhabitants within reach: counted where they live, by the cells of a population grid, "
        "scaled to the legal population of the commune; a commune without an inhabited cell keeps "
        "the count by area (column “Inhabitants counted by”).",
    ),
    "definition_rate": (
        "Manquants : ce qu'il faudrait ajouter à un territoire pour que son nombre de lieux par "
        "habitant atteigne celui de l'ensemble.",
        "Short: what a territory would need for its number of places per inhabitant to reach that "
        "of all territories together.",
    ),
    "definition_means": (
        "Usage et moyens : tels que les lieux les donnent. Une case vide n'est pas un zéro : "
        "« lieux ayant répondu » dit combien de lieux ont donné chaque chiffre, et un rapport à la "
        "population est trop faible là où d'autres n'ont rien dit. Visites par inscrit et ETP par "
        "agent : sur les seuls lieux qui ont donné les deux.",
        "Use and means: as the places tell them. An empty cell is not a zero: “places that told "
        "it” says how many gave each figure, and a ratio to the population is too low where others "
        "said nothing. Visits per registered user and FTE per person: only over the places that "
        "gave both.",
    ),
    "told_by": ("{category} : lieux ayant répondu", "{category}: places that told it"),
    # -- proposed sites: see proposals.py
    "step_search": ("Recherche des lieux…", "Searching for places…"),
    "account_sites": (
        "{count} {count|lieu proposé|lieux proposés} : {people} {people|habitant|habitants} de "
        "plus à moins de {reach} ; il en reste "
        "{left} au-delà (comptés à la mairie). Méthode : {method} ; écart possible : {gap} %.",
        "{count} {count|place|places} proposed: {people} more people within {reach}; {left} are "
        "left beyond "
        "(counted at the town hall). Method: {method}; possible gap: {gap}%.",
    ),
    "account_unweighted": (
        "Besoin inconnu pour {communes} communes ({people} habitants) : elles ne pèsent rien dans "
        "ce choix.",
        "Need unknown for {communes} communes ({people} people): they weigh nothing in this "
        "choice.",
    ),
    "sites_weighted": (
        "Ce choix pèse chaque habitant par le besoin de sa commune (0-1) : habitants × besoin.",
        "This choice weighs each person by the need of their commune (0-1): people × need.",
    ),
    "account_no_site": (
        "Aucun lieu à proposer : il n'y a rien à gagner.",
        "No place to propose: there is nothing to gain.",
    ),
    "sheet_sites": ("Lieux proposés", "Proposed places"),
    "map_skill_gap": (
        "À moins de {reach} d'un lieu, mais d'aucun qui propose : {value}",
        "Within {reach} of a place, but of none that offers: {value}",
    ),
    "site_gain_cumule": ("Cumul avec ceux d'avant", "So far, with those above"),
    "site_population_communes_hors_portee": (
        "Après : habitants encore hors de portée (mairie)",
        "After: people still out of reach (town hall)",
    ),
    "site_communes_hors_portee": (
        "Après : communes encore hors de portée (mairie)",
        "After: communes still out of reach (town hall)",
    ),
    "site_population_deux_lieux": (
        "Après : habitants à portée de deux lieux",
        "After: people within reach of two places",
    ),
    "site_distance_moyenne_km": ("Après : distance moyenne (km)", "After: mean distance (km)"),
    "site_distance_max_km": ("Après : distance maximale (km)", "After: greatest distance (km)"),
    "sites_definition": (
        "Gains : habitants des communes dont la mairie passe à portée, au-delà des lieux proposés "
        "plus haut dans la liste. Un calcul, non une décision.",
        "Gains: people of the communes whose town hall comes within reach, beyond the places "
        "proposed above. A computation, not a decision.",
    ),
    "sites_near_ties": (
        "Équivalents : candidats qui pourraient remplacer le lieu seul, les autres inchangés, en "
        "faisant perdre au plus 1 % du total de tous les lieux proposés ; ce que chacun "
        "apporterait de moins est dit en part de l'apport du lieu.",
        "Stand-ins: candidates that could replace the place alone, the others unchanged, for a "
        "loss of 1% of the total of all proposed places at most; what each would bring less is "
        "told as a share of what the place brings.",
    ),
    "map_closures": (
        "Lieux à moins de {reach} de la mairie : où tout dépend d'un seul",
        "Places within {reach} of the town hall: where all depends on one",
    ),
    "place_closure": (
        "S'il fermait : {people} {people|habitant n'aurait|habitants n'auraient} plus de lieu à "
        "moins de {reach} (rang "
        "{rank}) ; lieu suivant : {following}, à {distance} km.",
        "If it closed: {people} people would have no place within {reach} (rank {rank}); next "
        "place: {following}, {distance} km away.",
    ),
    "place_closure_alone": (
        "S'il fermait : {people} {people|habitant n'aurait|habitants n'auraient} plus de lieu à "
        "moins de {reach} (rang "
        "{rank}) ; il n'y en a pas d'autre.",
        "If it closed: {people} people would have no place within {reach} (rank {rank}); there is "
        "no other.",
    ),
    "map_crant": (
        "Territoires des CRANT : étendue, par rapport au CRANT médian",
        "Territories of the CRANT: extent, relative to the median CRANT",
    ),
    "commune_crant": ("{name} : {reasons}", "{name}: {reasons}"),
    "crant_as_others": ("étendue comparable aux autres", "as large as others"),
    "map_clusters": ("Amas : {figure}", "Clusters: {figure}"),
    "sheet_clusters": ("Amas", "Clusters"),
    "clusters_lisa": (
        "Amas (Moran local, LISA) : haut-haut, une commune au chiffre élevé parmi d'autres ; "
        "bas-bas, l'inverse ; haut-bas et bas-haut, une commune à part parmi ses voisines.",
        "Clusters (local Moran, LISA): haut-haut, high among high; bas-bas, low among low; "
        "haut-bas and bas-haut, the odd one out among its neighbours.",
    ),
    "clusters_gi": (
        "Amas (Getis-Ord Gi*) : point chaud, des chiffres élevés ensemble ; point froid, "
        "l'inverse.",
        "Clusters (Getis-Ord Gi*): point chaud, high figures together; point froid, low ones.",
    ),
    "clusters_test": (
        "Chiffre : {figure}. {count} mondes tirés au hasard (graine {seed}), au plus {alpha} % de "
        "fausses découvertes. Un amas dit que des chiffres se ressemblent, non pourquoi.",
        "Figure: {figure}. {count} random worlds (seed {seed}), at most {alpha}% of false "
        "discoveries. A cluster says that figures are alike, not why.",
    ),
    "account_no_cluster": (
        "Aucun amas que le hasard n'expliquerait pas.",
        "No cluster that chance would not make.",
    ),
    "account_cluster": ("{name} ({count} {count|commune|communes})", "{name} ({count} communes)"),
    "account_clusters": ("Amas trouvés : {named}.", "Clusters found: {named}."),
    "sheet_fermetures": ("Si un lieu ferme", "If a place closes"),
    "sheet_zones": ("Blocs hors de portée", "Blocks out of reach"),
    "sheet_crant": ("Territoires des CRANT", "Territories of the CRANT"),
    "sheet_moyens": ("Usage et moyens", "Use and means"),
    "sheet_sensibilite": ("Sensibilité", "Sensitivity"),
    "sheet_skills_lieux": ("Lieux", "Places"),
    "sheet_skills_part_population_couverte": ("Part à portée", "Share within reach"),
    "sheet_skills_population_couverte": ("Habitants à portée", "People within reach"),
    "gain_of": (
        "Habitants gagnés, département {category}",
        "People gained, département {category}",
    ),
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
    # -- territories of CRANT: see crant.py
    "crant_area": (
        "territoire de {value} km², {times} fois la médiane",
        "territory of {value} km², {times} times the median",
    ),
    "crant_far": (
        "lieux à {value} km en moyenne, {times} fois la médiane",
        "places {value} km away on average, {times} times the median",
    ),
    # -- access with competition: see accessfiles.py
    "access_title": ("Accès aux lieux, à offre partagée", "Access to places, shared"),
    "access_definition": (
        "Accès : ce qu'un habitant peut atteindre de l'offre des lieux, partagée avec tous ceux "
        "qui peuvent l'atteindre aussi, pour 10 000 habitants. Accès relatif : 1 si le partage "
        "était égal.",
        "Access: what an inhabitant can reach of what places offer, shared with all who can reach "
        "it too, per 10,000 inhabitants. Relative access: 1 if the shares were equal.",
    ),
    "access_parameters": (
        "Méthode {method}, bassin de {distance} km en ligne droite, poids de la distance : "
        "{decay} ; offre d'un lieu : {supply}.",
        "Method {method}, catchment of {distance} km in a straight line, weight of distance: "
        "{decay}; what a place offers: {supply}.",
    ),
    "access_supply_one": ("1", "1"),
    "access_supply_column": ("colonne « {column} »", "column “{column}”"),
    "access_limits": (
        "Ni la fréquentation réelle ni la qualité du service n'entrent dans ce calcul ; les "
        "habitants et les lieux voisins, hors du territoire, ne sont comptés que s'ils sont dans "
        "les fichiers.",
        "Neither actual visits nor quality of service enter; people and places outside the "
        "territory count only if they are in the files.",
    ),
    "account_access": (
        "Accès moyen {mean} pour 10 000 habitants, indice de Gini {gini} ; {short} % des habitants "
        "sont sous {line}.",
        "Mean access {mean} per 10,000 inhabitants, Gini index {gini}; {short}% of the people are "
        "below {line}.",
    ),
    "source_grid": (
        "Habitants comptés par les carreaux de {file} (INSEE, Filosofi, données carroyées), "
        "ramenés à la population municipale ; « surface » où une commune n'a pas de carreau "
        "habité.",
        "People counted by the cells of {file} (INSEE, Filosofi, gridded data), scaled to the "
        "legal population; “surface” where a commune has no inhabited cell.",
    ),
    "account_nowhere": (
        "ATTENTION : la liste n'a aucune coordonnée ({count} lignes) : rien n'est couvert, la "
        "carte est vide. Placez les lieux d'abord (epn-geo geocode LISTE -o lieux.csv), ou "
        "refaites avec --town-halls, qui les met à la mairie de leur commune.",
        "WARNING: the list has no coordinates ({count} rows): nothing is covered, the map is "
        "empty. Place them first (epn-geo geocode LIST -o places.csv), or run again with "
        "--town-halls, which puts them at their commune's town hall.",
    ),
    "account_some_nowhere": (
        "Lieux sans coordonnées, qui ne couvrent rien : {count}. Pour les placer : epn-geo "
        "geocode, ou --town-halls.",
        "Places without coordinates, which cover nothing: {count}. To place them: epn-geo geocode, "
        "or --town-halls.",
    ),
    "account_elsewhere": (
        "ATTENTION : le territoire étudié ({name}) ne contient aucun lieu de la liste ({count} "
        "lignes). Est-ce le bon territoire (--region, --departement, --epci) et la bonne liste ?",
        "WARNING: the territory studied ({name}) holds no place of the list ({count} rows). Are "
        "the territory (--region, --departement, --epci) and the list the right ones?",
    ),
    "account_at_town_halls": (
        "Lieux mis à la mairie de leur commune : {count}.",
        "Places put at their commune's town hall: {count}.",
    ),
    "account_cells": (
        "{cells} carreaux lus, {outside} hors des communes ({people} habitants, non comptés).",
        "{cells} cells read, {outside} outside the communes ({people} inhabitants, not counted).",
    ),
    "account_hours": (
        "{places} {places|lieu|lieux} sans horaires compris : voir la colonne horaires_lus.",
        "{places} {places|place|places} without hours that could be read: see the column "
        "horaires_lus.",
    ),
    "sheet_access": ("Accès par commune", "Access by commune"),
    # -- need: see needfiles.py
    "need_title": ("Besoin et portée de l'aide numérique", "Need and reach of digital help"),
    "need_definition": (
        "Score : habitants hors de portée × besoin (0-1), sommés sur les communes dont le besoin "
        "est connu. Il ordonne les territoires ; il ne se lit pas seul.",
        "Score: people out of reach × need (0-1), summed over the communes whose need is known. It "
        "orders territories; it means nothing by itself.",
    ),
    "need_source": (
        "Besoin « {name} » : {file}, {vintage} ; de {bounds} ; {direction}.",
        "Need “{name}”: {file}, {vintage}; from {bounds}; {direction}.",
    ),
    "need_indicator": (
        "Besoin : {name} ({vintage} ; {direction})",
        "Need: {name} ({vintage}; {direction})",
    ),
    "need_0_1": (
        "Besoin ramené entre 0 (le moindre) et 1 (le plus grand)",
        "Need between 0 (least) and 1 (greatest)",
    ),
    "need_high": ("une valeur haute est un besoin", "a high figure is a need"),
    "need_low": ("une valeur basse est un besoin", "a low figure is a need"),
    "need_limits": (
        "Une donnée manquante reste manquante : elle n'ajoute rien au score.",
        "A missing figure stays missing: it adds nothing to the score.",
    ),
    "account_needs": (
        "{rows} {rows|ligne lue|lignes lues}, {used} {used|utilisée|utilisées} : besoin connu "
        "pour {communes} communes, inconnu "
        "pour {unknown} ; {priority} communes prioritaires.",
        "{rows} rows read, {used} used: need known for {communes} communes, unknown for {unknown}; "
        "{priority} priority communes.",
    ),
    "sheet_ranking": ("Classement", "Ranking"),
    "sheet_needs": ("Besoins lus", "Needs read"),
    "sheet_access_shares": ("Inégalités d'accès", "Inequality of access"),
    "sheet_cells": ("Carreaux", "Cells"),
    # -- map: see maps.py; the words of the page itself are in page/words.json
    "map_title": ("L’aide numérique à portée", "Digital help within reach"),
    "map_communes": ("{count} {count|commune|communes}", "{count} {count|commune|communes}"),
    "map_people": ("{count} {count|habitant|habitants}", "{count} {count|inhabitant|inhabitants}"),
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
    "areas_provided": ("polygones de portée fournis", "polygons of reach as provided"),
    "source_areas": (
        "Portées : {count} {count|polygone|polygones} du fichier {file}.",
        "Reach: {count} {count|polygon|polygons} of the file {file}.",
    ),
    "told_areas": (
        "ATTENTION : lieux qui comptent, mais sans polygone de portée, et qui ne couvrent donc "
        "rien : {count} ({names}).",
        "WARNING: places that count but have no polygon of reach, and so cover nothing: {count} "
        "({names}).",
    ),
    "account_areas": (
        "Lieux qui comptent et n'ont pas de polygone de portée : {count} (constats.csv).",
        "Places that count and have no polygon of reach: {count} (constats.csv).",
    ),
    "map_definition_time": (
        "À portée : à moins de {reach} d’un lieu fixe d’aide au numérique ; {method}. Les "
        "habitants sont comptés selon la part de la surface de leur commune qui est à portée.",
        "Within reach: less than {reach} from a fixed place of digital help; {method}. Inhabitants "
        "are counted by the share of their commune’s area that is within reach.",
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
    "map_places_from": ("Lieux : {sources}", "Places: {sources}"),
    "map_places_dated": (
        "Lieux : {sources} (fiches mises à jour du {first} au {last})",
        "Places: {sources} (entries updated from {first} to {last})",
    ),
    # -- styles of the GIS layers: see styles.py
    "layer_epci": ("epci", "epci"),
    "layer_reach": ("portee", "reach"),
    "layer_sites": ("lieux_proposes", "proposed_places"),
    "style_part": ("Surface à portée", "Area within reach"),
    "style_mairie": ("Mairie à portée", "Town hall within reach"),
    "style_hors_portee": ("Hors de portée", "Out of reach"),
    "style_distance": ("Distance au plus proche", "Distance to the nearest"),
    "style_population": ("Habitants", "Inhabitants"),
    "style_epci": ("Limites des EPCI", "EPCI boundaries"),
    "style_places": ("Lieux par catégorie", "Places by category"),
    "style_gaps": ("Zones hors de portée", "Zones out of reach"),
    "style_reach": ("Portée des lieux", "Reach of places"),
    "style_sites": ("Lieux proposés", "Proposed places"),
    # -- territory sheets: see sheetfacts.py
    "fiche_region": ("Région", "Région"),
    "fiche_departement": ("Département", "Département"),
    "fiche_epci": ("Intercommunalité (EPCI)", "Group of communes (EPCI)"),
    "fiche_about": (
        "L'aide au numérique dans le territoire",
        "Digital help in the territory",
    ),
    "fiche_as_of": ("situation au {date}", "as of {date}"),
    "fiche_within": (
        "{part} % des {people} habitants sont à moins de {km} d'un lieu d'aide au numérique ; "
        "{far} en sont plus loin.",
        "{part}% of the {people} inhabitants are within {km} of a place of digital help; {far} are "
        "farther away.",
    ),
    "fiche_within_own": (
        "{part} % des {people} habitants sont à portée d'un lieu d'aide au numérique ; {far} ne le "
        "sont pas.",
        "{part}% of the {people} inhabitants are within reach of a place of digital help; {far} "
        "are not.",
    ),
    "fiche_within_all": (
        "Tous ses habitants ({people}) sont à moins de {km} d'un lieu d'aide au numérique.",
        "All of its inhabitants ({people}) are within {km} of a place of digital help.",
    ),
    "fiche_within_none": (
        "Aucun de ses {people} habitants n'est à moins de {km} d'un lieu d'aide au numérique.",
        "None of its {people} inhabitants is within {km} of a place of digital help.",
    ),
    "fiche_all": ("Dans l'ensemble ({name}) : {part} %.", "Altogether ({name}): {part}%."),
    "fiche_no_place": (
        "Aucun lieu de la liste ne s'y trouve.",
        "No place of the list stands there.",
    ),
    "fiche_one_place": (
        "Le territoire compte un lieu de la liste : {detail}.",
        "One place of the list stands there: {detail}.",
    ),
    "fiche_places": (
        "Le territoire compte {count} lieux de la liste : {detail}.",
        "{count} places of the list stand there: {detail}.",
    ),
    "fiche_kinds": (  # singular/plural, in the order of the categories
        "EPN/EPN|antenne/antennes|CRANT/CRANT|France Services/France Services|"
        "conseiller numérique/conseillers numériques|médiathèque/médiathèques|"
        "projet lauréat/projets lauréats|autre lieu/autres lieux",
        "EPN/EPN|branch/branches|CRANT/CRANT|France Services/France Services|"
        "digital adviser/digital advisers|library/libraries|award-winning project/award-winning "
        "projects|other place/other places",
    ),
    "fiche_none_short": (
        "Aucune de ses {all} communes n'est sous-desservie.",
        "None of its {all} communes is underserved.",
    ),
    "fiche_only_short": ("Sa commune est sous-desservie.", "Its commune is underserved."),
    "fiche_only_served": (
        "Sa commune n'est pas sous-desservie.",
        "Its commune is not underserved.",
    ),
    "fiche_one_short": (
        "Une de ses {all} communes est sous-desservie.",
        "One of its {all} communes is underserved.",
    ),
    "fiche_all_short": (
        "Ses {all} communes sont toutes sous-desservies.",
        "All of its {all} communes are underserved.",
    ),
    "fiche_short": (
        "{count} de ses {all} communes sont sous-desservies.",
        "{count} of its {all} communes are underserved.",
    ),
    "fiche_straddles": (
        "Cet EPCI est à cheval sur plusieurs territoires : {here} de ses {all} communes sont dans "
        "celui de l'étude ({name}), et les chiffres portent sur cette partie. Dans l'EPCI entier, "
        "{part} % des {people} habitants sont à portée d'un lieu de la liste, où les lieux "
        "d'ailleurs ne figurent pas forcément.",
        "This EPCI straddles several territories: {here} of its {all} communes are in the one "
        "studied ({name}), and the figures are for that part. In the whole EPCI, {part}% of the "
        "{people} inhabitants are within reach of a place of the list, which need not hold the "
        "places of elsewhere.",
    ),
    "fiche_straddles_alone": (
        "Cet EPCI est à cheval sur plusieurs territoires : {here} de ses {all} communes sont dans "
        "celui de l'étude ({name}), et les chiffres portent sur cette partie. La liste n'a aucun "
        "lieu dans l'autre partie : rien n'en est dit ici.",
        "This EPCI straddles several territories: {here} of its {all} communes are in the one "
        "studied ({name}), and the figures are for that part. The list has no place in the other "
        "part: nothing is said of it here.",
    ),
    "fiche_figures": ("Chiffres clés", "Key figures"),
    "fiche_figure": ("Chiffre", "Figure"),
    "fiche_here": ("Ici", "Here"),
    "fiche_whole": ("Ensemble", "Altogether"),
    "fiche_rank": ("Rang", "Rank"),
    "fiche_rank_of": ("{rank} sur {count}", "{rank} of {count}"),
    "fiche_ranks_note": (
        "Rang 1 : le territoire le mieux desservi ; à égalité, même rang.",
        "Rank 1: the best served territory; equals share a rank.",
    ),
    "fiche_people": ("Habitants à portée d'un lieu", "Inhabitants within reach of a place"),
    "fiche_area": ("Surface à portée d'un lieu", "Area within reach of a place"),
    "fiche_halls": ("Mairies hors de portée", "Town halls out of reach"),
    "fiche_distance": ("Distance moyenne à un lieu", "Mean distance to a place"),
    "fiche_per_place": ("Habitants par {category}", "Inhabitants per {category}"),
    "fiche_missing": ("{category} manquants (taux commun)", "{category} short (common rate)"),
    "fiche_out_of": ("{part} sur {all}", "{part} of {all}"),
    "fiche_services": ("Compétences présentes", "Skills present"),
    "fiche_service": ("Service proposé", "Service offered"),
    "fiche_told": ("{count} lieux", "{count} places"),
    "fiche_told_one": ("1 lieu", "1 place"),
    "fiche_told_note": (
        "Usage et moyens : en dernière colonne, le nombre de lieux qui les ont dits.",
        "Use and means: in the last column, how many places told them.",
    ),
    "fiche_count": ("Lieux", "Places"),
    "fiche_absent": ("aucun", "none"),
    "fiche_services_unknown": (
        "La liste ne dit rien des services de {count} de ces lieux.",
        "The list does not tell the services of {count} of these places.",
    ),
    "fiche_services_other": (
        "Dits autrement : {services}.",
        "Told in other words: {services}.",
    ),
    "fiche_list": ("Lieux présents", "Places present"),
    "fiche_place": ("Lieu", "Place"),
    "fiche_commune": ("Commune", "Commune"),
    "fiche_category": ("Catégorie", "Category"),
    "fiche_short_list": ("Communes sous-desservies", "Underserved communes"),
    "fiche_inhabitants": ("Habitants", "People"),
    "fiche_km": ("Distance", "Distance"),
    "fiche_share": ("Surface à portée", "Area in reach"),
    "fiche_nothing_short": (
        "Aucune : toutes les mairies sont à portée, et au moins la moitié de chaque commune.",
        "None: every town hall is within reach, and at least half of each commune.",
    ),
    "fiche_by_departement": ("Par département", "By département"),
    "fiche_by_epci": (
        "Par EPCI, le plus à desservir d'abord",
        "By EPCI, most out of reach first",
    ),
    "fiche_beyond": ("Hors de portée", "Out of reach"),
    "fiche_in_reach": ("À portée", "In reach"),
    "fiche_other": ("… et un autre", "… and one more"),
    "fiche_others": ("… et {count} autres", "… and {count} more"),
    "fiche_more": ("Ce que feraient trois lieux de plus", "What three more places would do"),
    "fiche_site": ("Où (mairie)", "Where (town hall)"),
    "fiche_gained": ("Communes gagnées", "Communes gained"),
    "fiche_gain": ("Habitants gagnés", "Inhabitants gained"),
    "fiche_total": ("En tout", "In all"),
    "fiche_more_note": (
        "Le choix qui rapproche le plus d'habitants : leur mairie passe à moins de {km} d'un lieu. "
        "Un calcul, non une décision.",
        "The choice that helps most inhabitants: their town hall comes within {km} of a place. A "
        "computation, not a decision.",
    ),
    "fiche_more_enough": (
        "Il n'en faut pas davantage pour que toutes les mairies soient à moins de {km} d'un lieu. "
        "Un calcul, non une décision.",
        "No more are needed for every town hall to be within {km} of a place. A computation, not a "
        "decision.",
    ),
    "fiche_more_none": (
        "Toutes les mairies sont déjà à moins de {km} d'un lieu.",
        "Every town hall is within {km} of a place already.",
    ),
    "fiche_definitions": (
        "À portée : à moins de {km}, à vol d'oiseau, d'un lieu fixe d'aide au numérique, où qu'il "
        "soit ; habitants comptés selon la part de la surface de leur commune. Sous-desservie : "
        "mairie hors de portée, ou moins de la moitié de la surface à portée (convention). Taux "
        "commun : autant de lieux par habitant que dans l'ensemble.",
        "Within reach: less than {km}, in a straight line, from a fixed place of digital help, "
        "wherever it stands; inhabitants counted by the share of their commune's area. "
        "Underserved: town hall out of reach, or less than half of the area within reach (a "
        "convention). Common rate: as many places per inhabitant as altogether.",
    ),
    "fiche_definitions_areas": (
        "À portée : à moins de {km} d'un lieu fixe d'aide au numérique, où qu'il soit ; {method} ; "
        "distances en ligne droite ; habitants comptés selon la part de la surface de leur "
        "commune. Sous-desservie : mairie hors de portée, ou moins de la moitié de la surface à "
        "portée (convention). Taux commun : autant de lieux par habitant que dans l'ensemble.",
        "Within reach: less than {km} from a fixed place of digital help, wherever it stands; "
        "{method}; straight-line distances; inhabitants counted by the share of their commune's "
        "area. Underserved: town hall out of reach, or less than half of the area within reach (a "
        "convention). Common rate: as many places per inhabitant as altogether.",
    ),
    "fiche_sources": ("Sources : {sources}", "Sources: {sources}"),
    "fiche_map": (
        "Carte : part de la surface de chaque commune à portée d'un lieu, zones hors de portée "
        "hachurées, lieux.",
        "Map: share of each commune's area within reach of a place, zones out of reach hatched, "
        "places.",
    ),
    "fiche_written": (
        "Fiches écrites dans {folder} : {count}.",
        "Sheets written to {folder}: {count}.",
    ),
    # -- findings: see checks.py
    "finding_ligne_vide": ("ligne vide", "blank row"),
    "finding_cellules_en_trop": (
        "plus de cellules que de colonnes : une virgule ou un point-virgule a décalé la ligne",
        "more cells than columns: a comma or semicolon has shifted the row",
    ),
    "finding_champ_absent": ("le champ {champ} est vide", "the field {champ} is empty"),
    "finding_champ_absent_partout": (
        "le champ {champ} est vide partout ({total})",
        "the field {champ} is empty everywhere ({total})",
    ),
    "finding_colonne_absente": (
        "aucune colonne n'est reconnue comme {champ}",
        "no column is recognised as {champ}",
    ),
    "finding_colonne_absente_vues": (
        "aucune colonne n'est reconnue comme {champ} ; colonnes non reconnues : {columns}",
        "no column is recognised as {champ}; columns not recognised: {columns}",
    ),
    "finding_liste_vide": (
        "la liste ne contient aucun lieu : sous l'en-tête, toutes les lignes sont vides",
        "the list holds no place: under its header, all rows are blank",
    ),
    "finding_lignes_vides": (
        "{count} {count|ligne vide ignorée : ligne|lignes vides ignorées : lignes} {lines}",
        "{count} blank {count|row|rows} passed over: {count|row|rows} {lines}",
    ),
    "finding_ligne_ignoree": (
        "ligne ignorée : un total, une note ou l'en-tête répété, et non un lieu",
        "row passed over: a total, a note or the header once more, and no place",
    ),
    "finding_champ_souvent_absent": (
        "le champ {champ} est vide dans {rows} {rows|ligne|lignes} sur {total} (lignes {first})",
        "the field {champ} is empty in {rows} rows of {total} (rows {first})",
    ),
    "finding_coordonnees_absentes": (
        "pas de coordonnées : le lieu n'est pas sur la carte et ne couvre rien",
        "no coordinates: the place is not on the map and covers nothing",
    ),
    "finding_liste_sans_coordonnees": (
        "aucun des {count} lieux n'a de coordonnées : la carte est vide et rien n'est couvert",
        "none of the {count} places has coordinates: the map is empty and nothing is covered",
    ),
    "suggest_geocode": (
        "epn-geo geocode, qui les cherche d'après l'adresse, ou --town-halls, qui les met à la "
        "mairie",
        "epn-geo geocode, which looks for them by their address, or --town-halls, which puts them "
        "at the town hall",
    ),
    "finding_coordonnees_illisibles": (
        "coordonnées inutilisables : le lieu n'est pas sur la carte et ne couvre rien",
        "unusable coordinates: the place is not on the map and covers nothing",
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
    "finding_chiffre_illisible": (
        "ce nombre ne peut pas être lu, ou peut l'être de deux façons : il n'est pas compté",
        "this number cannot be read, or can be in two ways: it is not counted",
    ),
    "finding_chiffre_ambigu": (
        "les colonnes {columns} pourraient toutes être « {figure} » : aucune n'est comptée",
        "the columns {columns} could all be “{figure}”: none is counted",
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
    "finding_categorie_absente": (
        "rien ne dit ce que c'est (ni categorie, ni typologie, ni nom) : compté comme « autre »",
        "nothing tells what it is (no categorie, typologie or name): counted as “autre”",
    ),
    "finding_antenne_sans_parent": (
        "antenne sans lieu de rattachement",
        "antenna without a parent place",
    ),
    "finding_parent_introuvable": (
        "aucun lieu de la liste ne porte l'identifiant de ce parent",
        "no place of the list has this parent's identifier",
    ),
    "finding_parent_sans_nom": (
        "aucun lieu de la liste ne porte le nom ou l'identifiant de ce lieu de rattachement",
        "no place of the list has this parent's name or identifier",
    ),
    "finding_parent_incoherent": (
        "le parent est le lieu lui-même ou une autre antenne",
        "the parent is the place itself or another antenna",
    ),
    "finding_lieu_sans_zone": (
        "aucun polygone de portée : ce lieu ne couvre rien",
        "no polygon of reach: this place covers nothing",
    ),
    "finding_lieu_sans_zone_de": (
        "aucun polygone de portée à {reach} : ce lieu ne couvre rien à cette durée",
        "no polygon of reach at {reach}: this place covers nothing at that time",
    ),
    "finding_zone_sans_lieu": (
        "polygone de portée d'un lieu absent de la liste ({place}) : il ne compte pas",
        "polygon of reach of a place that is not in the list ({place}): it does not count",
    ),
    "finding_zone_sans_identifiant": (
        "polygone de portée qui ne dit pas de quel lieu il est : il ne compte pas{place}",
        "polygon of reach that does not say whose it is: it does not count{place}",
    ),
    "finding_zone_loin_du_lieu": (
        "polygone de portée à {km} km de son lieu : identifiant ou coordonnées à vérifier",
        "polygon of reach {km} km from its place: check the identifier or the coordinates",
    ),
    "finding_zone_sans_polygone": (
        "aucun polygone dans le fichier des portées pour cette ligne ({why})",
        "no polygon in the file of reach for this row ({why})",
    ),
    "finding_zone_sans_duree": (
        "polygone de portée sans durée, alors que d'autres en ont une : il ne compte pas",
        "polygon of reach without a time, where others have one: it does not count",
    ),
    "finding_zone_corrigee": (
        "fichier des portées : {told}",
        "file of reach: {told}",
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
        "compléter (epn-geo geocode), ou placer à la mairie de {commune} (--town-halls)",
        "fill in (epn-geo geocode), or put at the town hall of {commune} (--town-halls)",
    ),
    "suggest_declare": ("déclarer {commune} ({code})", "declare {commune} ({code})"),
    "suggest_sign": ("changer le signe de la longitude", "change the sign of the longitude"),
    "suggest_one_of": ("l'un de {values}", "one of {values}"),
    "suggest_postcode": (
        "c'est le code postal : mettre le code INSEE",
        "this is the postcode: give the INSEE code",
    ),
    # -- findings of a publication: see publication.py
    "finding_non_publie_vide": (
        "ligne non publiée : ni identifiant ni nom",
        "row not published: neither identifier nor name",
    ),
    "finding_non_publie_doublon": (
        "ligne non publiée : la même que la ligne {row}",
        "row not published: the same as row {row}",
    ),
    "finding_non_publie_id": (
        "lieu non publié : son identifiant est déjà celui de la ligne {row}",
        "place not published: its identifier is already that of row {row}",
    ),
    "finding_non_publie_ailleurs": (
        "lieu non publié : hors du territoire (--within)",
        "place not published: outside the territory (--within)",
    ),
    "finding_publie_date_maj": (
        "date_maj inconnue, publiée 1970-01-01 : {places}, {where}",
        "date_maj unknown, published as 1970-01-01: {places}, {where}",
    ),
    "finding_publie_date_maj_donne": (
        "date_maj absente, publiée {value} : {places}, {where}",
        "date_maj missing, published as {value}: {places}, {where}",
    ),
    "finding_publie_pivot": (
        "pivot inconnu, publié 00000000000000 : {places}, {where}",
        "pivot unknown, published as 00000000000000: {places}, {where}",
    ),
    "finding_publie_pivot_donne": (
        "pivot absent, publié {value} : {places}, {where}",
        "pivot missing, published as {value}: {places}, {where}",
    ),
    "finding_publie_ailleurs": (
        "publié bien que hors du territoire : {places}, {where}",
        "published though outside the territory: {places}, {where}",
    ),
    "finding_publie_telephone": (
        "téléphone publié tel quel, sans forme internationale : {places}, {where}",
        "telephone published as is, not in international form: {places}, {where}",
    ),
    "suggest_publie_date_maj": (
        "--date 2026-05-31 leur donne cette date",
        "--date 2026-05-31 gives them that date",
    ),
    "suggest_publie_pivot": (
        "--pivot SIRET leur donne ce numéro",
        "--pivot SIRET gives them that number",
    ),
    "suggest_publie_ailleurs": ("--within les laisse de côté", "--within leaves them out"),
    "suggest_publie_telephone": (
        "l'écrire comme 02 31 00 00 00 ou +33231000000",
        "write it as 02 31 00 00 00 or +33231000000",
    ),
    "account_publish": (
        "Lieux lus : {rows} ; publiés : {kept} ; laissés de côté : {left} (constats.csv).",
        "Places read: {rows}; published: {kept}; left out: {left} (constats.csv).",
    ),
    "cause_non_publie_id": (
        "lieu non publié : un autre a déjà son identifiant",
        "place not published: another already has its identifier",
    ),
    "cause_non_publie_doublon": (
        "ligne non publiée : elle en répète une autre",
        "row not published: it repeats another",
    ),
    "remedy_non_publie_id": (
        "donner à chaque lieu son identifiant, ou réunir les doublons : epn-geo merge.",
        "give each place its own identifier, or merge the duplicates: epn-geo merge.",
    ),
    # -- findings as `check` and `publish` tell them: see telling.py
    "severity_erreur": ("Erreurs", "Errors"),
    "severity_avertissement": ("Avertissements", "Warnings"),
    "severity_information": ("Informations", "Notes"),
    "told_line": ("ligne {lines}", "row {lines}"),
    "told_lines_of": ("lignes {lines}", "rows {lines}"),
    "told_lines": ("{count} lignes : {lines}", "{count} rows: {lines}"),
    "told_one_line": ("1 ligne : {lines}", "1 row: {lines}"),
    "told_more": ("… et {count} {count|autre|autres} cas", "… and {count} more {count|case|cases}"),
    "told_one_more": ("… et 1 autre cas", "… and 1 more case"),
    "told_remedy": ("Que faire : {remedy}", "What to do: {remedy}"),
    "told_nothing": ("Rien à corriger.", "Nothing to correct."),
    "told_notes": (
        "{count} {count|information|informations} de plus : --all les montre, -o constats.xlsx "
        "les écrit.",
        "{count} more {count|note|notes}: --all shows them, -o findings.xlsx writes them.",
    ),
    "told_one_note": (
        "1 information de plus : --all la montre, -o constats.xlsx l'écrit.",
        "1 more note: --all shows it, -o findings.xlsx writes it.",
    ),
    "cause_hors_territoire_declare": (
        "le point est hors du territoire, la commune déclarée en fait partie",
        "the point is outside the territory, the declared commune is inside",
    ),
    "cause_commune_differente": (
        "le point n'est pas dans la commune déclarée",
        "the point is not in the declared commune",
    ),
    "cause_commune_autre_territoire": (
        "le point est dans le territoire, la commune déclarée n'en est pas",
        "the point is inside the territory, the declared commune is not",
    ),
    "cause_commune_inconnue": ("nom de commune inconnu", "unknown name of commune"),
    "cause_ancien_code": ("code d'une ancienne commune", "code of a former commune"),
    "cause_code_scinde": (
        "code partagé depuis entre plusieurs communes",
        "code since split between several communes",
    ),
    "cause_code_supprime": ("code d'une commune supprimée", "code of an abolished commune"),
    "cause_id_en_double": (
        "le même identifiant pour plusieurs lieux",
        "the same identifier for several places",
    ),
    "cause_memes_coordonnees": (
        "les mêmes coordonnées pour plusieurs lieux",
        "the same coordinates for several places",
    ),
    "cause_nom_proche": (
        "deux noms presque semblables dans une commune",
        "two names nearly the same in one commune",
    ),
    "cause_date_ancienne": ("fiche ancienne", "old record"),
    "cause_resume_trop_long": ("résumé trop long", "summary too long"),
    "cause_parent_introuvable": (
        "lieu de rattachement introuvable dans la liste",
        "parent not found in the list",
    ),
    "cause_chiffre_ambigu": (
        "un chiffre que plusieurs colonnes pourraient donner",
        "a figure that several columns could give",
    ),
    "cause_corrige": ("corrigé à la lecture", "corrected on reading"),
    "cause_fichier_lu": ("comment le fichier a été lu", "how the file was read"),
    "remedy_liste_vide": (
        "vérifier que c'est le bon fichier, ou la bonne feuille (--sheet).",
        "check that this is the right file, or the right sheet (--sheet).",
    ),
    "remedy_cellules_en_trop": (
        "mettre entre guillemets la cellule qui contient le séparateur.",
        "put the cell that holds the separator between quotes.",
    ),
    "remedy_champ_absent": (
        "le compléter : le standard national le demande pour chaque lieu.",
        "fill it in: the national standard asks it of every place.",
    ),
    "remedy_colonne_absente": (
        "ajouter la colonne, ou dire laquelle c'est avec --column {champ}=NOM_DE_LA_COLONNE.",
        "add the column, or say which it is with --column {champ}=NAME_OF_THE_COLUMN.",
    ),
    "remedy_coordonnees_absentes": (
        "les saisir, ou les chercher d'après l'adresse : epn-geo geocode.",
        "fill them in, or find them from the address: epn-geo geocode.",
    ),
    "remedy_coordonnees_illisibles": (
        "les écrire en degrés, comme 49,1829 et -0,3707.",
        "write them in degrees, as 49.1829 and -0.3707.",
    ),
    "remedy_hors_territoire": (
        "rien si le lieu est bien ailleurs ; sinon corriger ses coordonnées, ou le territoire "
        "(--region, --departement, --epci).",
        "nothing if the place is elsewhere indeed; else correct its coordinates, or the territory "
        "(--region, --departement, --epci).",
    ),
    "remedy_hors_territoire_declare": (
        "vérifier les coordonnées, leur signe d'abord : à l'ouest de Greenwich la longitude est "
        "négative.",
        "check the coordinates, their sign first: west of Greenwich the longitude is negative.",
    ),
    "remedy_commune_differente": (
        "corriger le code de la commune, ou les coordonnées.",
        "correct the commune's code, or the coordinates.",
    ),
    "remedy_commune_autre_territoire": (
        "corriger le code de la commune, ou les coordonnées.",
        "correct the commune's code, or the coordinates.",
    ),
    "remedy_commune_inconnue": (
        "écrire le nom officiel de la commune, ou son code INSEE.",
        "write the official name of the commune, or its INSEE code.",
    ),
    "remedy_ancien_code": (
        "mettre le code d'aujourd'hui ; l'étude suit déjà la nouvelle commune.",
        "give today's code; the study follows the new commune already.",
    ),
    "remedy_id_en_double": (
        "donner à chacun le sien, ou réunir les doublons : epn-geo merge.",
        "give each its own, or merge the duplicates: epn-geo merge.",
    ),
    "remedy_memes_coordonnees": (
        "vérifier que ce sont bien des lieux différents à la même adresse.",
        "check that these are indeed several places at one address.",
    ),
    "remedy_nom_proche": (
        "si c'est le même lieu, n'en garder qu'une ligne.",
        "if it is one place, keep one row only.",
    ),
    "remedy_date_invalide": (
        "l'écrire comme 2026-05-31 ou 31/05/2026.",
        "write it as 2026-05-31 or 31/05/2026.",
    ),
    "remedy_date_ancienne": (
        "vérifier la fiche, puis mettre sa date à jour (date_maj).",
        "check the record, then update its date (date_maj).",
    ),
    "remedy_valeur_inconnue": (
        "prendre une valeur du standard ; une valeur inconnue est gardée mais ne compte pas.",
        "take a value of the standard; an unknown one is kept but not counted.",
    ),
    "remedy_categorie_inconnue": (
        "écrire l'une de : EPN, antenne, CRANT, France Services, conseiller numérique, "
        "médiathèque, projet lauréat, autre.",
        "write one of: EPN, antenne, CRANT, France Services, conseiller numérique, médiathèque, "
        "projet lauréat, autre.",
    ),
    "remedy_categorie_absente": (
        "ajouter une colonne categorie : EPN, antenne, CRANT, France Services…",
        "add a column categorie: EPN, antenne, CRANT, France Services…",
    ),
    "remedy_antenne_sans_parent": (
        "écrire dans parent_id l'identifiant de son EPN, ou dans structure_parente son nom.",
        "write its EPN's identifier in parent_id, or its name in structure_parente.",
    ),
    "remedy_parent_introuvable": (
        "corriger le nom ou l'identifiant, ou ajouter ce lieu à la liste.",
        "correct the name or identifier, or add that place to the list.",
    ),
    "remedy_caractere_illisible": (
        "reprendre le fichier d'origine et l'enregistrer en UTF-8.",
        "go back to the original file and save it as UTF-8.",
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
    "conseiller_numerique": ("Conseillers numériques", "Digital advisers"),
    "mediatheque": ("Médiathèques", "Libraries"),
    "projet_laureat": ("Projets lauréats", "Prize winners"),
    "autres": ("Autres lieux", "Other places"),
    "rayon_km": ("Rayon (km)", "Radius (km)"),
    "minutes": ("Durée du trajet (min)", "Travel time (min)"),
    "route_km": ("Distance par la route (km)", "Distance by road (km)"),
    "methode_portee": ("Origine de la portée", "How reach was had"),
    "methode_rayon": ("Origine du rayon", "How the radius was had"),
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
    "commune_principale": ("Secteur de (commune principale)", "Around (main commune)"),
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
    # access, population by cells, need: see access.py, population.py, needs.py
    "acces_pour_10000_hab": ("Offre pour 10 000 habitants", "Supply per 10,000 inhabitants"),
    "acces_relatif": ("Accès relatif (1 : part égale)", "Relative access (1: equal share)"),
    "acces_lieux": ("Lieux dans le bassin", "Places in the catchment"),
    "heures_semaine": ("Heures d'ouverture par semaine", "Opening hours per week"),
    "horaires_lus": ("Horaires compris", "Hours understood"),
    "population_bassin": ("Habitants du bassin", "Inhabitants of the catchment"),
    "population_attendue": ("Habitants attendus", "Inhabitants expected"),
    "habitants_par_unite": ("Habitants par unité d'offre", "Inhabitants per unit of supply"),
    "carreaux": ("Carreaux habités", "Inhabited cells"),
    "carreaux_imputes": ("Carreaux imputés", "Imputed cells"),
    "population_carreaux": ("Habitants des carreaux", "Inhabitants of the cells"),
    "population_imputee": ("Habitants des carreaux imputés", "Inhabitants of imputed cells"),
    "rattachement": ("Rattachement", "Counted by"),
    "part_comptee_par_carreaux": (
        "Part des habitants comptés par carreaux",
        "Share of people counted by cells",
    ),
    "methode_population": ("Habitants comptés par", "Inhabitants counted by"),
    "distance_habitants_km": (
        "Distance moyenne des habitants (km)",
        "Mean distance of inhabitants (km)",
    ),
    "distance_habitants_mediane_km": (
        "Distance médiane des habitants (km)",
        "Median distance of inhabitants (km)",
    ),
    "distance_habitants_p90_km": (
        "Neuf habitants sur dix sont à moins de (km)",
        "Nine inhabitants in ten are within (km)",
    ),
    "niveau": ("Niveau", "Level"),
    "code": ("Code", "Code"),
    "moyenne": ("Moyenne", "Mean"),
    "gini": ("Indice de Gini", "Gini index"),
    "palma": ("Ratio de Palma", "Palma ratio"),
    "theil": ("Indice de Theil", "Theil index"),
    "seuil": ("Seuil", "Line"),
    "part_sous_le_seuil": ("Part sous le seuil", "Share below the line"),
    "profondeur": ("Profondeur sous le seuil", "Depth below the line"),
    "severite": ("Sévérité sous le seuil", "Severity below the line"),
    "part_entre_epci": ("Part du Theil entre EPCI", "Share of Theil between EPCI"),
    "part_entre_departement": (
        "Part du Theil entre départements",
        "Share of Theil between départements",
    ),
    "population_sans_donnee": ("Habitants sans donnée", "Inhabitants without a figure"),
    "besoin": ("Besoin (0-1)", "Need (0-1)"),
    "population_renseignee": (
        "Hors de portée, besoin connu",
        "Out of reach, need known",
    ),
    "score": ("Score", "Score"),
    "rang": ("Rang", "Rank"),
    "prioritaire": ("Prioritaire", "Priority"),
    "corrections": ("Corrections à la lecture", "Corrections while reading"),
    # what changes between two lists: see changes.py and pairing.py
    "changement": ("Changement", "Change"),
    "moment": ("Moment", "Moment"),
    "nombre": ("Nombre", "Number"),
    "epn_ecart": ("Écart d’EPN depuis le moment précédent", "EPN since the moment before"),
    "lignes_hors_territoire": (
        "Lignes de la liste hors du territoire ou sans lieu connu",
        "Rows of the list outside the territory or nowhere known",
    ),
    "source": ("Source", "Source"),
    "changements": ("Tous les changements", "All changes"),
    "appariement": ("Rapprochement", "Pairing"),
    "part_confiance": ("Confiance du rapprochement", "Confidence of the pairing"),
    "deplacement_km": ("Déplacement (km)", "Moved by (km)"),
    "services_ajoutes": ("Services ajoutés", "Services added"),
    "services_retires": ("Services retirés", "Services removed"),
    "id_avant": ("Identifiant avant", "Id before"),
    "id_apres": ("Identifiant après", "Id after"),
    "nom_avant": ("Nom avant", "Name before"),
    "nom_apres": ("Nom après", "Name after"),
    "categorie_avant": ("Catégorie avant", "Category before"),
    "categorie_apres": ("Catégorie après", "Category after"),
    "commune_avant": ("Commune avant", "Commune before"),
    "commune_apres": ("Commune après", "Commune after"),
    "code_insee_avant": ("Code commune avant", "Commune code before"),
    "code_insee_apres": ("Code commune après", "Commune code after"),
    "statut_label_avant": ("Statut du label avant", "Label status before"),
    "statut_label_apres": ("Statut du label après", "Label status after"),
    "sens": ("Gagné ou perdu", "Gained or lost"),
    "population_seul": ("Habitants, par ce lieu seul", "Inhabitants, by this place alone"),
    "population_partagee": ("Habitants, avec d’autres lieux", "Inhabitants, with other places"),
    "aire_seul_km2": ("Surface, par ce lieu seul (km²)", "Area, by this place alone (km²)"),
    "aire_partagee_km2": ("Surface, avec d’autres lieux (km²)", "Area, with other places (km²)"),
    "mairies_seul": ("Mairies, par ce lieu seul", "Town halls, by this place alone"),
    "mairies_partagees": ("Mairies, avec d’autres lieux", "Town halls, with other places"),
    "avec": ("Partagé avec", "Shared with"),
    "mesure": ("Mesure", "Measure"),
    "part_avant_mesure": ("Avant", "Before"),
    "part_apres_mesure": ("Après", "After"),
    "gini_distance": (
        "Indice de Gini de la distance entre habitants (0 : tous aussi loin)",
        "Gini index of distance between inhabitants (0: all equally far)",
    ),
    "ecart_departements": (
        "Écart entre départements de la part des habitants à portée",
        "Gap between départements in the share of inhabitants within reach",
    ),
    "part_avant": ("Part à portée avant", "Share within reach before"),
    "part_apres": ("Part à portée après", "Share within reach after"),
    "part_gagnee": ("Part gagnée", "Share gained"),
    "part_perdue": ("Part perdue", "Share lost"),
    "part_gardee": ("Part gardée", "Share kept"),
    "population_avant": ("Habitants à portée avant", "Inhabitants within reach before"),
    "population_apres": ("Habitants à portée après", "Inhabitants within reach after"),
    "population_gagnee": ("Habitants gagnés", "Inhabitants gained"),
    "population_perdue": ("Habitants perdus", "Inhabitants lost"),
    "population_gardee": ("Habitants gardés", "Inhabitants kept"),
    "population_gagnee_partagee": (
        "Habitants gagnés par plusieurs lieux à la fois",
        "Inhabitants gained by several places at once",
    ),
    "population_perdue_partagee": (
        "Habitants perdus par plusieurs lieux à la fois",
        "Inhabitants lost by several places at once",
    ),
    "part_population_avant": ("Part des habitants avant", "Share of people before"),
    "part_population_apres": ("Part des habitants après", "Share of people after"),
    "part_aire_avant": ("Part de la surface avant", "Share of area before"),
    "part_aire_apres": ("Part de la surface après", "Share of area after"),
    "mairie_avant": ("Mairie à portée avant", "Town hall within reach before"),
    "mairie_apres": ("Mairie à portée après", "Town hall within reach after"),
    "services_gagnes": ("Services gagnés", "Services gained"),
    "services_perdus": ("Services perdus", "Services lost"),
    "habitants_besoin": ("Habitants × besoin (0-1)", "People × need (0-1)"),
    "communes_gagnees": ("Mairies désormais à portée", "Town halls now within reach"),
    "communes_perdues": ("Mairies qui ne le sont plus", "Town halls no longer within reach"),
    "distance_avant_km": ("Distance avant (km)", "Distance before (km)"),
    "distance_apres_km": ("Distance après (km)", "Distance after (km)"),
    "ecart_distance_km": ("Écart de distance (km)", "Difference of distance (km)"),
    "distance_moyenne_avant_km": ("Distance moyenne avant (km)", "Mean distance before (km)"),
    "distance_moyenne_apres_km": ("Distance moyenne après (km)", "Mean distance after (km)"),
    "lieu_avant": ("Lieu le plus proche avant", "Nearest place before"),
    "lieu_apres": ("Lieu le plus proche après", "Nearest place after"),
    # -- proposed sites, closures, CRANT, skills, means
    "id": ("Identifiant", "Id"),
    "gain_population": ("Habitants gagnés", "People gained"),
    "gain_ailleurs": ("Habitants gagnés ailleurs", "People gained elsewhere"),
    "gain_poids": ("Poids gagné", "Weight gained"),
    "gain_cumule": ("Habitants gagnés, cumul", "People gained so far"),
    "population_deux_lieux": (
        "Habitants à portée de deux lieux",
        "People within reach of two places",
    ),
    "equivalents": (
        "Pourraient le remplacer (à moins de 1 % du total de tous les lieux proposés)",
        "Could stand in for it (within 1% of the total of all proposed places)",
    ),
    "pertes_equivalents": (
        "Ce que chacun apporterait de moins, en part de l'apport de ce lieu",
        "What each would bring less, as a share of what this place brings",
    ),
    "nombre_equivalents": ("Nombre d'équivalents", "Number of stand-ins"),
    "objectif": ("Objectif", "Goal"),
    "borne": ("Borne", "Bound"),
    "ecart_optimum": ("Écart possible à l'optimum", "Possible gap to the optimum"),
    "methode": ("Méthode", "Method"),
    "fois_choisi": ("Fois proposé", "Times proposed"),
    "scenarios": ("Scénarios", "Scenarios"),
    "part_scenarios": ("Part des scénarios", "Share of scenarios"),
    "part_scenarios_voisin": ("Part, ou un voisin", "Share, or a neighbour"),
    "lieux_a_portee": ("Lieux à portée de la mairie", "Places within reach of the town hall"),
    "amas": ("Amas", "Cluster"),
    "amas_statistique": ("Statistique de l'amas", "Statistic of the cluster"),
    "amas_probabilite": ("Probabilité (deux côtés)", "Probability (two-sided)"),
    "amas_seuil": ("Seuil après correction", "Threshold after correction"),
    "communes_dependantes": ("Communes dépendantes", "Communes that depend on it"),
    "population_dependante_mairie": (
        "Habitants dépendants (mairie)",
        "People who depend on it (town hall)",
    ),
    "aire_dependante_km2": ("Surface dépendante (km²)", "Area that depends on it (km²)"),
    "population_dependante_aire": (
        "Habitants dépendants (surface)",
        "People who depend on it (area)",
    ),
    "distance_suivant_km": ("Distance au suivant (km)", "Distance to the next (km)"),
    "lieu_suivant": ("Lieu suivant", "Next place"),
    "id_suivant": ("Identifiant du suivant", "Id of the next"),
    "rang_fermeture": ("Rang si fermeture", "Rank if closed"),
    "crant_id": ("Identifiant du CRANT", "Id of the CRANT"),
    "distance_crant_km": ("Distance au CRANT (km)", "Distance to the CRANT (km)"),
    "aire_relative": ("Surface / médiane", "Area / median"),
    "distance_relative": ("Distance / médiane", "Distance / median"),
    "trop_etendu": ("Trop étendu", "Too large"),
    "part_tous_lieux": ("Part à portée d'un lieu", "Share within reach of a place"),
    "part_service": ("Part à portée du service", "Share within reach of the service"),
    "part_sans_service": (
        "Part à portée d'un lieu, sans le service",
        "Share within reach of a place, without the service",
    ),
    "population_sans_service": (
        "Habitants à portée d'un lieu, sans le service",
        "People within reach of a place, without the service",
    ),
    "mairie_sans_service": ("Mairie sans le service", "Town hall without the service"),
    "visites": ("Visites", "Visits"),
    "inscrits": ("Inscrits", "Registered users"),
    "etp": ("ETP", "FTE"),
    "agents": ("Agents", "Staff"),
    "budget": ("Budget (€)", "Budget (€)"),
    "part_inscrits": ("Part d'inscrits", "Share registered"),
    "visites_par_inscrit": ("Visites par inscrit", "Visits per registered user"),
    "etp_par_agent": ("ETP par agent", "FTE per person"),
    "budget_par_habitant": ("Budget par habitant (€)", "Budget per inhabitant (€)"),
    "nombre_epci": ("EPCI touchés", "EPCI touched"),
    "epci_touches": ("EPCI", "EPCI"),
    "mairies_hors_portee": ("Mairies hors de portée", "Town halls out of reach"),
    # -- the list of places: the national standard's columns, and what reading adds
    "pivot": ("Pivot (SIRET)", "Pivot (SIRET)"),
    "code_postal": ("Code postal", "Postcode"),
    "adresse": ("Adresse", "Address"),
    "complement_adresse": ("Complément d'adresse", "Address, second line"),
    "latitude": ("Latitude", "Latitude"),
    "longitude": ("Longitude", "Longitude"),
    "typologie": ("Typologie", "Kinds of organisation"),
    "telephone": ("Téléphone", "Telephone"),
    "courriels": ("Courriels", "E-mail"),
    "site_web": ("Site web", "Website"),
    "horaires": ("Horaires", "Opening hours"),
    "presentation_resume": ("Présentation (résumé)", "About (summary)"),
    "presentation_detail": ("Présentation (détail)", "About (in full)"),
    "itinerance": ("Fixe ou itinérant", "Fixed or mobile"),
    "structure_parente": ("Structure parente", "Parent organisation"),
    "date_maj": ("Mise à jour", "Updated"),
    "services": ("Services", "Services"),
    "publics_specifiquement_adresses": ("Publics spécifiquement adressés", "Publics addressed"),
    "prise_en_charge_specifique": ("Prise en charge spécifique", "Specific support"),
    "frais_a_charge": ("Frais à charge", "Fees"),
    "dispositif_programmes_nationaux": (
        "Dispositifs et programmes nationaux",
        "National programmes",
    ),
    "formations_labels": ("Formations et labels", "Training and labels"),
    "autres_formations_labels": (
        "Autres formations et labels",
        "Other training and labels",
    ),
    "modalites_acces": ("Modalités d'accès", "Ways to get in touch"),
    "modalites_accompagnement": ("Modalités d'accompagnement", "Ways of helping"),
    "fiche_acces_libre": ("Fiche Acceslibre", "Acceslibre page"),
    "prise_rdv": ("Prise de rendez-vous", "Appointments"),
    "parent_id": ("Identifiant du lieu de rattachement", "Id of the parent place"),
    "label": ("Label", "Label"),
    "statut_label": ("Statut du label", "Label status"),
    "date_label": ("Date du label", "Date of the label"),
    "code_insee_declare": ("Code commune déclaré", "Commune code declared"),
    "commune_declaree": ("Commune déclarée", "Commune declared"),
    "mairie_longitude": ("Mairie : longitude", "Town hall: longitude"),
    "mairie_latitude": ("Mairie : latitude", "Town hall: latitude"),
    "couvre": ("Couvre", "Covers"),
    "territoire": ("Territoire", "Territory"),
    "commune_la_plus_eloignee": ("Commune la plus éloignée", "Farthest commune"),
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
    r"""Give a word or a sentence in the language asked for.

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
    >>> say("map_communes", count=1), say("map_communes", count=number(2644))
    ('1 commune', '2\u202f644 communes')
    """
    french, english = WORDS[key]
    text = french if check_lang(lang) == "fr" else english
    if "|" in text:
        text = _PLURAL.sub(lambda found: _agreed(values[found[1]], lang, found[2], found[3]), text)
    return text.format(**values)


def _agreed(value: object, lang: Lang, singular: str, plural: str) -> str:
    """Choose the form that a number asks for: below two in French, one in English."""
    text = str(value).replace("\u202f", "").replace("\u00a0", "")
    text = text.replace(",", "." if lang == "fr" else "")
    try:
        count = abs(float(text))
    except ValueError:
        return plural
    return singular if (count < 2 if lang == "fr" else count == 1) else plural


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


def told_method(text: str, lang: Lang = "fr") -> str:
    """Say how areas were had, in the language asked for where it is the library that says it.

    Parameters
    ----------
    text
        What `methode_portee` holds.
    lang
        Language.

    Returns
    -------
    str
        Text.

    Examples
    --------
    >>> told_method("polygones de portée fournis", "en"), told_method("isochrone IGN", "en")
    ('polygons of reach as provided', 'isochrone IGN')
    """
    return say("areas_provided", lang) if text == WORDS["areas_provided"][0] else text


class Reach(Protocol):
    """What `reach_name` reads of a measure: see `radii`."""

    @property
    def radius_km(self) -> float | None:
        """In a straight line."""

    @property
    def minutes(self) -> float | None:
        """Of travel."""

    @property
    def route_km(self) -> float | None:
        """By road."""

    @property
    def areas(self) -> bool:
        """Whether polygons stood in place of discs."""


def reach_name(measure: Reach, lang: Lang = "fr") -> str:
    r"""Name what was measured, so that "à moins de" can stand before it.

    Parameters
    ----------
    measure
        A measure of `radii`, or anything with its fields.
    lang
        Language.

    Returns
    -------
    str
        Kilometres, minutes, kilometres by road, or that each place has its own.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> reach = SimpleNamespace(radius_km=None, minutes=20.0, route_km=None, areas=True)
    >>> reach_name(reach)
    '20\xa0min'
    """

    def plain(value: float) -> str:
        return number(value, lang, 0 if value == round(value) else 1)

    if measure.radius_km is not None:
        return f"{plain(measure.radius_km)}\u00a0km"
    if measure.minutes is not None:
        return f"{plain(measure.minutes)}\u00a0min"
    if measure.route_km is not None:
        return say("reach_route", lang, km=plain(measure.route_km))
    return say("reach_areas" if measure.areas else "own_radius", lang)


def say_date(date: str, lang: Lang = "fr") -> str:
    """Write a day as people of the language do.

    Parameters
    ----------
    date
        A day as ``2026-05-01``; anything else is given back as it is.
    lang
        Language.

    Returns
    -------
    str
        Text.

    Examples
    --------
    >>> say_date("2026-05-01"), say_date("2026-05-12", "en"), say_date("mai 2026")
    ('1er mai 2026', '12 May 2026', 'mai 2026')
    """
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", date)
    if found is None:
        return date
    day, month = int(found[3]), say("months", lang).split()[int(found[2]) - 1]
    return f"{day}{'er' if day == 1 and lang == 'fr' else ''} {month} {found[1]}"
