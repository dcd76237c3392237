"""The words for findings as `check` and `publish` tell them, by cause."""

WORDS: dict[str, tuple[str, str]] = {
    # -- findings as `check` and `publish` tell them: see telling.py
    "severity_erreur": ("Erreurs", "Errors"),
    "severity_avertissement": ("Avertissements", "Warnings"),
    "severity_information": ("Informations", "Notes"),
    "told_line": ("ligne {lines}", "row {lines}"),
    "told_lines_of": ("lignes {lines}", "rows {lines}"),
    "told_lines": (
        "{count} {count|ligne|lignes} : {lines}",
        "{count} {count|row|rows}: {lines}",
    ),
    "told_more": ("… et {count} {count|autre|autres} cas", "… and {count} more {count|case|cases}"),
    "told_remedy": ("Que faire : {remedy}", "What to do: {remedy}"),
    "told_nothing": ("Rien à corriger.", "Nothing to correct."),
    "told_notes": (
        "{count} {count|information|informations} de plus : --all {count|la|les} montre, "
        "-o constats.xlsx {count|l'|les }écrit.",
        "{count} more {count|note|notes}: --all shows {count|it|them}, -o findings.xlsx writes "
        "{count|it|them}.",
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
