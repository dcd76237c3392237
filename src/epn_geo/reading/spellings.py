"""Older and looser spellings of the national standard: of its columns and of its values.

Tables only. They are compared without accents, case, spaces and punctuation, so one spelling of
each is enough. `epn_geo.standard` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Other names of the columns, one text each, names separated by commas. Those of the first text
# claim the column; those of the second only when nothing better does. ``point`` stands for a
# latitude and a longitude in one cell.
COLUMN_SYNONYMS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "id": (
            "identifiant, id_fs, id lieu, id du lieu, identifiant du lieu, uuid, id epn, "
            "identifiant epn, identifiant de l epn, identifiant unique",
            "id structure, ref, référence, fid, gid, uid, n, no, num, numéro, n ordre, "
            "numéro d ordre, n ligne, n epn, num epn, numéro epn, code epn, code lieu, matricule",
        ),
        "pivot": (
            "siret, numéro siret, n siret, code siret",
            "rna, ridet",
        ),
        "nom": (
            "nom du lieu, nom lieu, lib_fs, nom epn, nom de l epn, nom de la structure, "
            "nom structure, nom du site, name, intitulé, dénomination, noms, appellation, "
            "désignation, nom usuel, nom de l établissement, nom établissement, libellé du lieu",
            "établissement, enseigne, libellé, lieu, structure, raison sociale, titre, title, epn",
        ),
        "commune": (
            "nom commune, nom_com, lib_com, libcom, libellé commune, nom de la commune, "
            "ville, city, libgeo, commune nom",
            "localité, municipalité, town",
        ),
        "code_postal": (
            "cp, postcode, zip, zipcode, zip code, postal code, code_post",
            "",
        ),
        "code_insee": (
            "insee, code commune, insee_com, codgeo, depcom, code com, "
            "code commune insee, code insee commune, code insee de la commune, "
            "insee commune, citycode, code officiel géographique, cog, commune insee",
            "code geo",
        ),
        "adresse": (
            "adresse 1, adresse postale, adresse du lieu, address, adr, adresse1",
            "voie, rue, street, numéro et voie",
        ),
        "complement_adresse": (
            "complément d adresse, complément, adresse 2, complément adresse",
            "lieu-dit",
        ),
        "latitude": (
            "lat, latitude wgs84, lat wgs84, gps lat, gps latitude",
            "y, coord_y, coordonnée y, y_wgs84, y_l93, y lambert93, lambert93 y, "
            "y lambert 93, lambert y, ycoord, y 2154, northing, pos y, coordonnées y",
        ),
        "longitude": (
            "lon, lng, long, longitude wgs84, lon wgs84, gps lon, gps longitude",
            "x, coord_x, coordonnée x, x_wgs84, x_l93, x lambert93, lambert93 x, "
            "x lambert 93, lambert x, xcoord, x 2154, easting, pos x, coordonnées x",
        ),
        "point": (
            "geo_point_2d, geo point, geopoint, géolocalisation, coordonnées gps, "
            "latlon, lat lon, lat long, latitude longitude, gps, wkt, coordonnées, coord gps, "
            "coordonnées géographiques, position gps, geoloc, coordinates, coords",
            "localisation, position, emplacement",
        ),
        "typologie": (
            "typologies, type de lieu, type de structure",
            "type",
        ),
        "telephone": (
            "tel, téléphone fixe, numéro de téléphone, n de téléphone, phone",
            "contact téléphone, mobile, portable",
        ),
        "courriels": (
            "courriel, mail, email, e-mail, adresse mail, mails, emails",
            "contact mail, adresse électronique",
        ),
        "site_web": (
            "site internet, sites web, website, site web url, url",
            "web, lien",
        ),
        "horaires": (
            "horaires d ouverture, opening_hours, horaire, horaires ouverture",
            "ouverture",
        ),
        "presentation_resume": (
            "présentation, résumé, présentation résumée",
            "",
        ),
        "presentation_detail": (
            "présentation détaillée",
            "description",
        ),
        "source": (
            "",
            "origine",
        ),
        "itinerance": (
            "itinérant, itinérante",
            "",
        ),
        "structure_parente": (
            "structure de rattachement, epn de rattachement, rattachement, rattaché à, "
            "epn parent, structure mère, lieu parent, nom du parent",
            "parent",
        ),
        "date_maj": (
            "date de mise à jour, date mise à jour, maj, date de maj, "
            "dernière mise à jour, mise à jour, updated_at",
            "date modification, date de modification",
        ),
        "services": (
            "services proposés, service, offre de services",
            "",
        ),
        "publics_specifiquement_adresses": (
            "publics accueillis, publics, public accueilli",
            "public, public cible",
        ),
        "prise_en_charge_specifique": (
            "prises en charge spécifiques",
            "",
        ),
        "frais_a_charge": (
            "conditions_acces, conditions d accès, tarif, tarifs, frais",
            "coût",
        ),
        "dispositif_programmes_nationaux": (
            "labels_nationaux, dispositif, dispositifs, dispositifs nationaux",
            "programmes nationaux",
        ),
        "formations_labels": (
            "formations et labels",
            "formations",
        ),
        "autres_formations_labels": (
            "labels_autres, autres labels, autres formations et labels",
            "",
        ),
        "modalites_acces": (
            "modalités d accès, modalite_acces",
            "",
        ),
        "modalites_accompagnement": (
            "modalités d accompagnement, modalite_accompagnement",
            "accompagnement",
        ),
        "fiche_acces_libre": (
            "accessibilite, accès libre, acceslibre, fiche acceslibre",
            "",
        ),
        "prise_rdv": (
            "prise de rdv, rdv, prise de rendez-vous, rendez-vous",
            "",
        ),
        "categorie": (
            "category, catégorie de lieu, catégorie epn",
            "",
        ),
        "parent_id": (
            "id parent, identifiant parent, id structure parente",
            "",
        ),
        "label": (
            "labels, nom du label, label régional",
            "",
        ),
        "statut_label": (
            "statut du label, labellisation, statut labellisation, labellisé",
            "statut",
        ),
        "date_label": (
            "date du label, date de labellisation, date labellisation, labellisé le",
            "",
        ),
    }
)

# Older or looser spellings, compared without accents, case and punctuation. The column is where
# the spelling is met; the value is where it belongs now.
_SERVICES = {
    "Aide aux démarches administratives": (
        "Devenir autonome dans les démarches administratives",
        "Réaliser des démarches administratives avec un accompagnement",
        "Accompagner les démarches de santé",
        "Démarches administratives",
    ),
    "Maîtrise des outils numériques du quotidien": (
        "Prendre en main un smartphone ou une tablette",
        "Prendre en main un ordinateur",
        "Utiliser le numérique au quotidien",
    ),
    "Insertion professionnelle via le numérique": (
        "Favoriser mon insertion professionnelle",
        "Créer et développer mon entreprise",
        "Développer mon entreprise",
    ),
    "Accès internet et matériel informatique": (
        "Accéder à une connexion internet",
        "Accéder à du matériel",
    ),
    "Acquisition de matériel informatique à prix solidaire": (
        "S'équiper en matériel informatique",
        "M'équiper en matériel informatique",
    ),
    "Parentalité et éducation avec le numérique": (
        "Soutenir la parentalité et l'éducation avec le numérique",
        "Soutenir la parentalité",
    ),
    "Loisirs et créations numériques": ("Créer avec le numérique",),
    "Compréhension du monde numérique": (
        "Approfondir ma culture numérique",
        "Culture numérique",
        "Promouvoir la citoyenneté numérique",
        "Citoyenneté numérique",
    ),
}
_PUBLICS = {
    "Seniors": ("Seniors (+ 65 ans)", "Senior", "Personnes âgées"),
    "Familles et/ou enfants": ("Familles/enfants", "Familles", "Enfants", "Familles et enfants"),
    "Jeunes": ("Jeunes (16-26 ans)", "Jeune"),
    "Étudiants": ("Étudiant",),
    "Femmes": ("Uniquement femmes",),
}
_CARE = {
    "Illettrisme": ("Personnes en situation d'illettrisme", "Illetrisme"),
    "Langues étrangères (autres)": ("Public langues étrangères", "Langues étrangères"),
    "Handicaps mentaux": (
        "Handicaps mentaux : déficiences limitant les activités d'une personne",
        "Handicaps psychiques : troubles psychiatriques donnant lieu à des atteintes "
        "comportementales",
    ),
}
_FEES = {
    "Gratuit": ("Gratuit : Je peux accéder gratuitement au lieu et à ses services", "Gratuite"),
    "Gratuit sous condition": (
        "Gratuit sous condition : La gratuité est conditionnée à des critères (situation "
        "familiale, convention avec un organisme social...)",
        "Gratuit sous condition : La gratuité est conditionnée à des critères (adhésion, "
        "situation familiale, convention avec un organisme social, pass numériques…)",
        "Gratuit sous conditions",
        "Adhésion : L'accès au lieu et/ou à ses services nécessite d'y adhérer",
        "Accepte le Pass numérique : Il est possible d'utiliser un Pass numérique pour accéder "
        "au lieu",
        "Pass numérique",
    ),
    "Payant": ("Payant : L'accès au lieu et/ou à ses services est payant",),
}
_PROGRAMMES = {
    "Conseillers numériques": (
        "CNFS",
        "Conseiller numérique",
        "Conseillers numériques France Services",
        "Conseiller numérique France Services",
    ),
    "France Services": (
        "France Service",
        "Espace France Services",
        "Maison France Services",
        "MSAP",
    ),
    "Grande école du numérique": ("Grandes écoles du numérique",),
    "Point d'accès numérique CAF": ("Point numérique CAF", "Point relais CAF"),
    "Bibliothèques numérique de référence": (
        "Bibliothèques numériques de référence",
        "Bibliothèque numérique de référence",
    ),
    "Certification PIX": ("PIX",),
    "La Croix Rouge": ("Croix Rouge",),
}
_LABELS = {
    "Fabriques de Territoire": ("Fabrique de Territoire",),
    "Étapes numériques (La Poste)": ("Étapes numériques", "Étape numérique (La Poste)"),
    "SUD LABS (PACA)": ("SUD LABS", "SudLabs"),
    "Formé à « DUPLEX » (illettrisme)": ("Formé à « DUPLEX » (illetrisme)", "DUPLEX"),
    "Formé à « Mon Espace Santé »": ("Mon Espace Santé",),
    "Mes Papiers (Métropole de Lyon)": ("Mes Papiers",),
    "Les Éclaireurs du numérique (Drôme)": ("Les Éclaireurs du numérique",),
}
_HELP = {
    "En autonomie": ("Seul : j'ai accès à du matériel et une connexion", "Seul"),
    "Accompagnement individuel": (
        "Avec de l'aide : je suis accompagné seul dans l'usage du numérique",
        "Avec de l'aide",
        "A ma place : une personne habilitée fait les démarches à ma place",
        "A ma place",
    ),
    "Dans un atelier collectif": (
        "Dans un atelier : j'apprends collectivement à utiliser le numérique",
        "Dans un atelier collectif : j'apprends collectivement à utiliser le numérique",
        "Dans un atelier",
        "Atelier collectif",
        "Ateliers collectifs",
    ),
    "À distance": ("À distance (par téléphone ou en visioconférence)",),
}
_ACCESS = {
    "Prendre un RDV en ligne": ("Prendre rendez-vous en ligne", "Prendre RDV en ligne"),
    "Contacter par mail": ("Contacter par courriel",),
}
_MOVING = {
    "Itinérant": ("Itinérante", "Oui", "True", "Vrai", "1", "Mobile", "Bus_équivalent"),
    "Fixe": ("Non", "False", "Faux", "0", "Sédentaire"),
}
_TYPES = {
    "EPN": ("Espace public numérique", "Espaces publics numériques"),
    "RFS": (
        "France Service",
        "France Services",
        "Espace France Services",
        "Maison France Services",
        "MSAP",
        "FS",
    ),
    "BIB": ("Médiathèque", "Bibliothèque", "Médiathèques", "Bibliothèques"),
    "ML": ("Mission locale",),
    "MUNI": ("Municipalité", "Mairie", "Commune"),
    "ASSO": ("Association",),
    "FABLAB": ("Fab lab",),
    "FT": ("France Travail", "Pôle emploi"),
    "OF": ("Organisme de formation",),
    "CSC": ("Centre socioculturel", "Centre socio-culturel"),
    "CS": ("Centre social",),
    "ENM": ("Espace numérique mobile",),
}

OLDER_VALUES: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "services": _SERVICES,
        "publics_specifiquement_adresses": _PUBLICS,
        "prise_en_charge_specifique": _CARE,
        "frais_a_charge": _FEES,
        "dispositif_programmes_nationaux": _PROGRAMMES,
        "formations_labels": _LABELS,
        "modalites_accompagnement": _HELP,
        "modalites_acces": _ACCESS,
        "itinerance": _MOVING,
        "typologie": _TYPES,
    }
)

# Version 0.1 had one column where version 1 has two: a value of the second met in the first moves.
SISTER_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "publics_specifiquement_adresses": "prise_en_charge_specifique",
        "prise_en_charge_specifique": "publics_specifiquement_adresses",
        "dispositif_programmes_nationaux": "formations_labels",
        "formations_labels": "dispositif_programmes_nationaux",
    }
)
