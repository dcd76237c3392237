"""The words for what is doubtful in a list, and what a publication leaves out or fills in."""

WORDS: dict[str, tuple[str, str]] = {
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
        "le champ {champ} est vide dans {rows} {rows|ligne|lignes} sur {total} "
        "({rows|ligne|lignes} {first})",
        "the field {champ} is empty in {rows} {rows|row|rows} of {total} ({rows|row|rows} {first})",
    ),
    "finding_coordonnees_absentes": (
        "pas de coordonnées : le lieu n'est pas sur la carte et ne couvre rien",
        "no coordinates: the place is not on the map and covers nothing",
    ),
    "finding_liste_sans_coordonnees": (
        "aucun lieu n'a de coordonnées ({count} en tout) : la carte est vide et rien n'est couvert",
        "no place has coordinates ({count} in all): the map is empty and nothing is covered",
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
        "fiche mise à jour il y a {years} {years|an|ans}",
        "record last updated {years} {years|year|years} ago",
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
    "finding_candidat_sans_zone": (
        "aucun polygone de portée : ce candidat ne peut être proposé",
        "no polygon of reach: this candidate cannot be proposed",
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
    "finding_zones_sans_duree": (
        "plusieurs polygones de portée pour un même lieu, et aucune durée lue : ils sont pris "
        "ensemble ; si une colonne dit leur durée (non lues : {columns}), la nommer « minutes » "
        "ou « route_km »",
        "several polygons of reach for one place, and no time was read: they are taken together; "
        "if a column tells their time (not read: {columns}), call it 'minutes' or 'route_km'",
    ),
    "finding_duree_douteuse": (
        "portée de {longest} : des secondes ou des mètres, sans doute ; la colonne s'appellerait "
        "alors « secondes » ou « metres »",
        "reach of {longest}: seconds or metres, surely; the column would then be called 'secondes' "
        "or 'metres'",
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
}
