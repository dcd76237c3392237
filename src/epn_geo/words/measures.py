"""The words for what is measured, why a commune is flagged, layers, and styles for the GIS."""

WORDS: dict[str, tuple[str, str]] = {
    # -- units and numbers
    "no_data": ("sans donnée", "no data"),
    "territory_part": ("{name} (partie)", "{name} (part)"),
    "territory_part_of": ("{name} (partie : {part})", "{name} (part: {part})"),
    "within_reach": ("à moins de {reach}", "within {reach}"),
    "within_any_reach": ("à portée", "within reach"),
    "beyond_reach": ("à plus de {reach}", "beyond {reach}"),
    "beyond_any_reach": ("hors de portée", "out of reach"),
    "less_than": ("moins de {value}", "less than {value}"),
    "more_than": ("plus de {value}", "more than {value}"),
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
    "reason_little": ("{part} de la surface à portée", "{part} of the area within reach"),
    "reason_unknown": ("surface inconnue", "area unknown"),
    "reason_need": ("besoin {need}/100", "need {need}/100"),
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
}
