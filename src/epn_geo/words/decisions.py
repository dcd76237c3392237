"""The words for proposed sites, CRANT, access and need."""

WORDS: dict[str, tuple[str, str]] = {
    # -- proposed sites: see proposals.py
    "step_search": ("Recherche des lieux…", "Searching for places…"),
    "account_sites": (
        "{count} {count|lieu proposé|lieux proposés} : {people} {people|habitant|habitants} de "
        "plus à moins de {reach} ; il en reste {left} au-delà (comptés à la mairie). Méthode : "
        "{method} ; écart possible : {gap} %.",
        "{count} {count|place|places} proposed: {people} more {people|person|people} within "
        "{reach}; {left} {left|is|are} left beyond (counted at the town hall). Method: {method}; "
        "possible gap: {gap}%.",
    ),
    "account_sites_reached": (
        "{count} {count|lieu proposé|lieux proposés} : {people} {people|habitant|habitants} de "
        "plus à portée d'un lieu ; il en reste {left} hors de portée (comptés à la mairie). "
        "Méthode : {method} ; écart possible : {gap} %.",
        "{count} {count|place|places} proposed: {people} more {people|person|people} within reach "
        "of a place; {left} {left|is|are} left out of reach (counted at the town hall). Method: "
        "{method}; possible gap: {gap}%.",
    ),
    "account_unweighted": (
        "Besoin inconnu pour {communes} {communes|commune|communes} ({people} "
        "{people|habitant|habitants}) : {communes|elle ne pèse|elles ne pèsent} rien dans ce "
        "choix.",
        "Need unknown for {communes} {communes|commune|communes} ({people} "
        "{people|person|people}): {communes|it weighs|they weigh} nothing in this choice.",
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
    "map_sites": (
        "{count} {count|lieu proposé|lieux proposés} – {name}",
        "{count} {count|place|places} proposed – {name}",
    ),
    "map_sites_gain": (
        "{title} : {people} {people|habitant|habitants} de plus à moins de {reach}",
        "{title}: {people} more {people|person|people} within {reach}",
    ),
    "map_sites_gain_reached": (
        "{title} : {people} {people|habitant|habitants} de plus à portée d'un lieu",
        "{title}: {people} more {people|person|people} within reach of a place",
    ),
    "notice_sites": (
        "Couleurs et chiffres : la situation d'aujourd'hui, sans les lieux proposés (numérotés).",
        "Colours and figures: as things stand, without the proposed places (numbered).",
    ),
    "map_skill_gap": (
        "{within} d'un lieu, mais d'aucun qui propose : {value}",
        "{within} of a place, but of none that offers: {value}",
    ),
    "map_skill_people": (
        "des habitants ont un lieu à portée, mais aucun qui le propose",
        "of inhabitants have a place within reach, but none that offers it",
    ),
    "account_skill_gap": (
        "{value} : {people} {people|habitant a|habitants ont} un lieu {within}, mais aucun qui le "
        "propose ({share}) ; {beyond} {beyond|n'a|n'ont} aucun lieu à portée.",
        "{value}: {people} {people|person has|people have} a place {within} but none that "
        "offers it ({share}); {beyond} {beyond|has|have} none.",
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
    "sites_reach_line": (
        "Un lieu proposé atteint {km} à vol d'oiseau, faute de polygones pour les lieux "
        "candidats ; les lieux existants comptent par leurs polygones ({reach}) : les deux ne se "
        "comparent pas exactement.",
        "A proposed place reaches {km} in a straight line, for want of polygons of the candidates: "
        "the existing places count by their polygons ({reach}), and the two do not compare "
        "exactly.",
    ),
    "sites_reach_areas": (
        "Un lieu proposé atteint ce que son polygone contient ({reach}), comme les lieux "
        "existants ; {method}. Un candidat sans polygone n'est pas proposé.",
        "A proposed place reaches what its polygon holds ({reach}), as the existing places do; "
        "{method}. A candidate without a polygon is not proposed.",
    ),
    "told_candidates": (
        "ATTENTION : candidats sans polygone de portée, qui ne peuvent être proposés : {count} sur "
        "{all} ({names}).",
        "WARNING: candidates without a polygon of reach, which cannot be proposed: {count} of "
        "{all} ({names}).",
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
        "Lieux {within} de la mairie : où tout dépend d'un seul",
        "Places {within} of the town hall: where all depends on one",
    ),
    "place_closure": (
        "S'il fermait : {people} {people|habitant n'aurait|habitants n'auraient} plus de lieu "
        "{within} (rang {rank}) ; lieu suivant : {following}, à {distance} km.",
        "If it closed: {people} {people|person|people} would have no place {within} (rank "
        "{rank}); next place: {following}, {distance} km away.",
    ),
    "place_closure_undrawn": (
        "Sans polygone de portée : ce que coûterait sa fermeture n'est pas connu.",
        "No polygon of reach: what its closure would cost is not known.",
    ),
    "place_closure_alone": (
        "S'il fermait : {people} {people|habitant n'aurait|habitants n'auraient} plus de lieu "
        "{within} (rang {rank}) ; il n'y en a pas d'autre.",
        "If it closed: {people} {people|person|people} would have no place {within} (rank "
        "{rank}); there is no other.",
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
        "Clusters (local Moran, LISA): high-high (haut-haut), high among high; low-low (bas-bas), "
        "low among low; high-low (haut-bas) and low-high (bas-haut), the odd one out among its "
        "neighbours.",
    ),
    "clusters_gi": (
        "Amas (Getis-Ord Gi*) : point chaud, des chiffres élevés ensemble ; point froid, "
        "l'inverse.",
        "Clusters (Getis-Ord Gi*): point chaud, high figures together; point froid, low ones.",
    ),
    "clusters_test": (
        "Chiffre : {figure}. {count} {count|monde tiré|mondes tirés} au hasard (graine {seed}), "
        "au plus {alpha} % de fausses découvertes. Un amas dit que des chiffres se ressemblent, "
        "non pourquoi.",
        "Figure: {figure}. {count} random {count|world|worlds} (seed {seed}), at most {alpha}% of "
        "false discoveries. A cluster says that figures are alike, not why.",
    ),
    "clusters_straight": (
        "La distance est à vol d'oiseau, jusqu'au lieu le plus proche : les polygones de portée "
        "n'y changent rien.",
        "The distance is a straight line to the nearest place: polygons of reach change nothing "
        "in it.",
    ),
    "account_no_cluster": (
        "Aucun amas que le hasard n'expliquerait pas.",
        "No cluster that chance would not make.",
    ),
    "account_cluster": (
        "{name} ({count} {count|commune|communes})",
        "{name} ({count} {count|commune|communes})",
    ),
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
    "access_parameters_areas": (
        "Méthode {method}, bassin d'un lieu : {reach} ({how}), {steps} ; offre d'un lieu : "
        "{supply}.",
        "Method {method}, catchment of a place: {reach} ({how}), {steps}; what a place offers: "
        "{supply}.",
    ),
    "access_inside": ("on y est ou non", "within it or not"),
    "access_zones": (
        "poids par palier ({decay}) : {zones}",
        "weight by zone ({decay}): {zones}",
    ),
    "decay_step": ("tout ou rien", "all or nothing"),
    "decay_gaussian": ("gaussien", "Gaussian"),
    "decay_exponential": ("exponentiel", "exponential"),
    "decay_power": ("en puissance", "power"),
    "access_zone": ("{weight} jusqu'à {reach}", "{weight} up to {reach}"),
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
        "Accès moyen {mean} pour 10 000 habitants, indice de Gini {gini} ; {short} des habitants "
        "sont sous {line}.",
        "Mean access {mean} per 10,000 inhabitants, Gini index {gini}; {short} of the people are "
        "below {line}.",
    ),
    "source_grid": (
        "Carreaux de population : {file} (INSEE, Filosofi, données carroyées), ramenés à la "
        "population municipale ; « surface » où une commune n'a pas de carreau habité.",
        "Population cells: {file} (INSEE, Filosofi, gridded data), scaled to the legal population; "
        "“surface” where a commune has no inhabited cell.",
    ),
    "account_nowhere": (
        "ATTENTION : la liste n'a aucune coordonnée ({count} {count|ligne|lignes}) : rien n'est "
        "couvert, la carte est vide. Placez les lieux d'abord (epn-geo geocode LISTE -o "
        "lieux.csv), ou refaites avec --town-halls, qui les met à la mairie de leur commune.",
        "WARNING: the list has no coordinates ({count} {count|row|rows}): nothing is covered, the "
        "map is empty. Place them first (epn-geo geocode LIST -o places.csv), or run again with "
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
        "{count|ligne|lignes}). Est-ce le bon territoire (--region, --departement, --epci) et la "
        "bonne liste ?",
        "WARNING: the territory studied ({name}) holds no place of the list ({count} "
        "{count|row|rows}). Are the territory (--region, --departement, --epci) and the list the "
        "right ones?",
    ),
    "account_at_town_halls": (
        "Lieux mis à la mairie de leur commune : {count}.",
        "Places put at their commune's town hall: {count}.",
    ),
    "account_cells": (
        "{cells} {cells|carreau lu|carreaux lus}, {outside} hors des communes ({people} "
        "{people|habitant, non compté|habitants, non comptés}).",
        "{cells} {cells|cell|cells} read, {outside} outside the communes ({people} "
        "{people|inhabitant|inhabitants}, not counted).",
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
        "Besoin « {name} » : {file}, {vintage} ; {bounds} ; {direction}.",
        "Need “{name}”: {file}, {vintage}; {bounds}; {direction}.",
    ),
    "need_column": ("Besoin : {name}", "Need: {name}"),
    "need_column_0_1": ("Besoin (0-1) : {name}", "Need (0-1): {name}"),
    "need_column_origine": (
        "Besoin : {name}, origine de la valeur",
        "Need: {name}, origin of the figure",
    ),
    "need_bounds": ("de {low} à {high}", "from {low} to {high}"),
    "need_beyond": (
        "{count} {count|valeur hors bornes n'est pas utilisée|valeurs hors bornes ne sont pas "
        "utilisées}.",
        "{count} {count|figure is|figures are} out of bounds and not used.",
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
        "pour {communes} {communes|commune|communes}, inconnu pour {unknown} ; {priority} "
        "{priority|commune prioritaire|communes prioritaires}.",
        "{rows} {rows|row|rows} read, {used} used: need known for {communes} "
        "{communes|commune|communes}, unknown for {unknown}; {priority} priority "
        "{priority|commune|communes}.",
    ),
    "sheet_ranking": ("Classement", "Ranking"),
    "sheet_needs": ("Besoins lus", "Needs read"),
    "sheet_access_shares": ("Inégalités d'accès", "Inequality of access"),
    "sheet_cells": ("Carreaux", "Cells"),
}
