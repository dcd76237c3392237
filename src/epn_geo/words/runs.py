"""The words for what a run tells, what was fetched, the workbook, and what an installation has."""

WORDS: dict[str, tuple[str, str]] = {
    # -- what a run tells
    "step_read": ("Lecture de {file}…", "Reading {file}…"),
    "step_check": ("Vérification des lieux…", "Checking the places…"),
    "step_measure": ("Mesure de la couverture…", "Measuring coverage…"),
    "step_write": ("Écriture des fichiers…", "Writing the files…"),
    "account_rows": (
        "Lignes lues : {rows}. Lieux de la liste dans le territoire : {located} ; ailleurs : "
        "{outside}, dont assez près pour le couvrir aussi : {near} ; sans coordonnées : {unknown}. "
        "Constats (constats.csv) : {findings}.",
        "Rows read: {rows}. Places of the list in the territory: {located}; elsewhere: {outside}, "
        "of which near enough to cover it too: {near}; without coordinates: {unknown}. "
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
    # -- what was fetched: see provenance.py, verbs_fetch.py
    "fetch_step": ("{what} : lecture…", "{what}: reading…"),
    "fetch_page": (
        "{what} : {done} {done|ligne|lignes} sur {total}",
        "{what}: {done} {done|row|rows} of {total}",
    ),
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
        "Communes {year} : {communes} communes, {epci} EPCI, {exceptions} "
        "{exceptions|exception|exceptions} dans exceptions.csv ; contours du {date}.",
        "Communes {year}: {communes} communes, {epci} EPCI, {exceptions} "
        "{exceptions|exception|exceptions} in exceptions.csv; outlines of {date}.",
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
        "{merged|doublon réuni|doublons réunis} ; {pairs} {pairs|paire examinée|paires examinées}.",
        "{rows} {rows|row|rows} read, {kept} {kept|place|places} kept, {merged} "
        "{merged|double|doubles} put together; {pairs} {pairs|pair|pairs} looked at.",
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
        "{region} : {communes} {communes|commune|communes}, {population} "
        "{population|habitant|habitants}, dont {far} ({part}) {beyond} d'un lieu.",
        "{region}: {communes} {communes|commune|communes}, {population} "
        "{population|inhabitant|inhabitants}, of whom {far} ({part}) live {beyond} of any "
        "place.",
    ),
    "line_means": (
        "{region} – usage et moyens, tels que les lieux les donnent : {told}.",
        "{region} – use and means, as the places tell them: {told}.",
    ),
    "line_means_one": (
        "{what} {value} (lieux ayant répondu : {count})",
        "{what} {value} (told by {count} {count|place|places})",
    ),
    "line_rate": (
        "Ensemble : {total} {category}, soit un pour {people} {people|habitant|habitants}.",
        "Altogether: {total} {category}, one for {people} {people|inhabitant|inhabitants}.",
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
    "definition_zones": (
        "Zones hors de portée : moins de onze ménages, ou un seul carreau, ne se montrent pas à "
        "part (règle de l'INSEE) ; {count} {count|zone garde|zones gardent} donc le compte par "
        "surface, et la somme des zones peut s'écarter un peu du total du territoire.",
        "Zones out of reach: fewer than eleven households, or a single cell, may not be shown by "
        "themselves (INSEE's rule); {count} {count|zone keeps|zones keep} the count by area, so "
        "the zones may add up to a little more or less than the territory.",
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
}
