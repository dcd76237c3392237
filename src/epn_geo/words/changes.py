"""The words for the note on what changed between two lists."""

WORDS: dict[str, tuple[str, str]] = {
    # -- the note on what changed: see notes.py
    "note_title": (
        "Ce qui change dans l’accès à l’aide au numérique",
        "What changes in access to digital help",
    ),
    "note_remarks": ("À savoir avant de lire les chiffres", "To know before reading the figures"),
    "note_newly_undrawn": (
        "Sans polygone de portée dans la nouvelle liste, et non dans l'ancienne : {places} "
        "({names}). Ce qui en est à portée n'est pas compté.",
        "Without a polygon of reach in the new list, and not in the old one: {places} ({names}). "
        "What they reach is not counted.",
    ),
    "note_before": ("Ancienne liste. {line}", "Old list. {line}"),
    "note_after": ("Nouvelle liste. {line}", "New list. {line}"),
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
        "Avant : {before} {reach}. Après : {after}, sur {total} ({part_before}, puis "
        "{part_after}).",
        "Before: {before} {reach}. After: {after}, of {total} ({part_before}, then {part_after}).",
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
        "{count} de plus {count|a|ont} un effet : voir le classeur.",
        "{count} more {count|has|have} an effect: see the workbook.",
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
    "notice_before": (
        "Avant : {before} {before|habitant|habitants} à portée ({share}) ; maintenant : {after}.",
        "Before: {before} {before|inhabitant|inhabitants} within reach ({share}); now: {after}.",
    ),
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
        "{counted} EPN et antennes ; {covered} {covered|habitant|habitants} ({part}) à moins de "
        "{reach} d’un lieu.",
        "{counted} EPN and antennes; {covered} {covered|inhabitant|inhabitants} ({part}) within "
        "{reach} of a place.",
    ),
    "timeline_list_areas": (
        "{counted} EPN et antennes ; {covered} {covered|habitant|habitants} ({part}) à portée "
        "d’un lieu ({reach}).",
        "{counted} EPN and antennes; {covered} {covered|inhabitant|inhabitants} ({part}) within "
        "reach of a place ({reach}).",
    ),
    "timeline_missing": (
        "{count} {count|lieu sans polygone de portée compte|lieux sans polygone de portée "
        "comptent} comme n’atteignant personne : ce moment est sous-estimé d’autant.",
        "{count} {count|place without a polygon of reach counts|places without a polygon of reach "
        "count} as reaching nobody: this moment is understated by as much.",
    ),
    "timeline_key": (
        "Disques : EPN ; triangles : antennes ; petits disques : autres lieux. En blanc : à plus "
        "de {reach} de tout lieu fixe, en ligne droite. Nombres : EPN + antennes par département, "
        "tels que comptés à ce moment ; rien n’est écrit où rien n’a été compté. Habitants "
        "répartis uniformément dans leur commune.",
        "Discs: EPN; triangles: antennes; small discs: other places. In white: beyond {reach} of "
        "any fixed place, in a straight line. Numbers: EPN + antennes by département as counted "
        "then; nothing is written where nothing was counted. Inhabitants spread evenly over their "
        "commune.",
    ),
    "timeline_key_areas": (
        "Disques : EPN ; triangles : antennes ; petits disques : autres lieux. En blanc : hors de "
        "portée de tout lieu fixe ({reach} ; {how}). Un polygone compte aux moments dont la liste "
        "a son lieu. Nombres : EPN + antennes par département, tels que comptés à ce moment ; rien "
        "n’est écrit où rien n’a été compté. Habitants répartis uniformément dans leur commune.",
        "Discs: EPN; triangles: antennes; small discs: other places. In white: out of reach of any "
        "fixed place ({reach}; {how}). A polygon counts at the moments whose list has its place. "
        "Numbers: EPN + antennes by département as counted then; nothing is written where nothing "
        "was counted. Inhabitants spread evenly over their commune.",
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
}
