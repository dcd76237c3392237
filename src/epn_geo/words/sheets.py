"""The words for territory sheets."""

WORDS: dict[str, tuple[str, str]] = {
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
        "{part} des {people} habitants sont à moins de {km} d'un lieu d'aide au numérique ; {far} "
        "en {far|est|sont} plus loin.",
        "{part} of the {people} inhabitants are within {km} of a place of digital help; {far} "
        "{far|is|are} farther away.",
    ),
    "fiche_within_own": (
        "{part} des {people} habitants sont à portée d'un lieu d'aide au numérique ; {far} ne "
        "{far|l'est|le sont} pas.",
        "{part} of the {people} inhabitants are within reach of a place of digital help; {far} "
        "{far|is|are} not.",
    ),
    "fiche_within_all": (
        "Tous ses habitants ({people}) sont à moins de {km} d'un lieu d'aide au numérique.",
        "All of its inhabitants ({people}) are within {km} of a place of digital help.",
    ),
    "fiche_within_none": (
        "Aucun de ses {people} habitants n'est à moins de {km} d'un lieu d'aide au numérique.",
        "None of its {people} inhabitants is within {km} of a place of digital help.",
    ),
    "fiche_all": ("Dans l'ensemble ({name}) : {part}.", "Altogether ({name}): {part}."),
    "fiche_no_place": (
        "Aucun lieu de la liste ne s'y trouve.",
        "No place of the list stands there.",
    ),
    "fiche_places": (
        "Le territoire compte {count} {count|lieu|lieux} de la liste : {detail}.",
        "{count} {count|place|places} of the list {count|stands|stand} there: {detail}.",
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
        "{part} des {people} habitants sont à portée d'un lieu de la liste, où les lieux "
        "d'ailleurs ne figurent pas forcément.",
        "This EPCI straddles several territories: {here} of its {all} communes are in the one "
        "studied ({name}), and the figures are for that part. In the whole EPCI, {part} of the "
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
    "fiche_told": ("{count} {count|lieu|lieux}", "{count} {count|place|places}"),
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
    "fiche_others": ("… et {count} {count|autre|autres}", "… and {count} more"),
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
    "fiche_more_note_own": (
        "Le choix qui rapproche le plus d'habitants : leur mairie passe à portée d'un lieu. Un "
        "calcul, non une décision.",
        "The choice that helps most inhabitants: their town hall comes within reach of a place. A "
        "computation, not a decision.",
    ),
    "fiche_more_line": (
        "Proposés à vol d'oiseau, {km}, faute de polygones pour les lieux candidats : la mairie "
        "des habitants gagnés passe à moins de {km} du lieu proposé, quand les lieux existants "
        "comptent par leurs polygones ({reach}). Un calcul approché, non une décision.",
        "Proposed in a straight line, {km}, for want of polygons of the candidates: the town hall "
        "of those gained comes within {km} of the proposed place, while the existing places count "
        "by their polygons ({reach}). A rough computation, not a decision.",
    ),
    "fiche_more_enough": (
        "Il n'en faut pas davantage pour que toutes les mairies soient à moins de {km} d'un lieu. "
        "Un calcul, non une décision.",
        "No more are needed for every town hall to be within {km} of a place. A computation, not a "
        "decision.",
    ),
    "fiche_more_enough_own": (
        "Il n'en faut pas davantage pour que toutes les mairies soient à portée d'un lieu. Un "
        "calcul, non une décision.",
        "No more are needed for every town hall to be within reach of a place. A computation, not "
        "a decision.",
    ),
    "fiche_more_none": (
        "Toutes les mairies sont déjà à moins de {km} d'un lieu.",
        "Every town hall is within {km} of a place already.",
    ),
    "fiche_more_none_own": (
        "Toutes les mairies sont déjà à portée d'un lieu.",
        "Every town hall is within reach of a place already.",
    ),
    "fiche_more_useless": (
        "Aucun lieu candidat ne ferait passer d'habitants à portée.",
        "No candidate would bring anybody within reach.",
    ),
    "fiche_more_missing": (
        "{count} {count|mairie sans polygone de portée n'est pas proposée|mairies sans polygone de "
        "portée ne sont pas proposées}.",
        "{count} {count|town hall without a polygon of reach is|town halls without a polygon of "
        "reach are} not proposed.",
    ),
    "fiche_more_undrawn": (
        "Non calculé : aucune mairie du territoire n'a de polygone de portée comme lieu candidat.",
        "Not computed: no town hall of the territory has a polygon of reach as a candidate.",
    ),
    "fiche_more_no_areas": (
        "Non calculé : les lieux comptent par des polygones de portée, qui n'ont pas été donnés "
        "pour ce calcul.",
        "Not computed: places count by polygons of reach, which were not given for this.",
    ),
    "fiche_more_own_radius": (
        "Non calculé : chaque lieu a son propre rayon, et celui d'un lieu de plus n'est pas connu.",
        "Not computed: each place has its own radius, and that of one more is not known.",
    ),
    "fiche_inside": ("à moins de {km}", "less than {km} from"),
    "fiche_inside_areas": ("dans le polygone de portée", "inside the polygon of reach of"),
    "fiche_inside_own": ("dans le rayon propre", "inside the own radius of"),
    "fiche_definitions": (
        "À portée : {inside}, à vol d'oiseau, d'un lieu fixe d'aide au numérique, où qu'il "
        "soit ; habitants comptés selon la part de la surface de leur commune. Sous-desservie : "
        "mairie hors de portée, ou moins de la moitié de la surface à portée (convention). Taux "
        "commun : autant de lieux par habitant que dans l'ensemble.",
        "Within reach: in a straight line, {inside} a fixed place of digital help, wherever it "
        "stands; inhabitants counted by the share of their commune's area. "
        "Underserved: town hall out of reach, or less than half of the area within reach (a "
        "convention). Common rate: as many places per inhabitant as altogether.",
    ),
    "fiche_definitions_areas": (
        "À portée : {inside} d'un lieu fixe d'aide au numérique, où qu'il soit ; {method} ; "
        "distances en ligne droite ; habitants comptés selon la part de la surface de leur "
        "commune. Sous-desservie : mairie hors de portée, ou moins de la moitié de la surface à "
        "portée (convention). Taux commun : autant de lieux par habitant que dans l'ensemble.",
        "Within reach: {inside} a fixed place of digital help, wherever it stands; "
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
}
