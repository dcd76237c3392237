"""What the places of the demonstration network offer, to whom and how: shares out of a hundred.

They are invented, so that skills differ from one département to the other.
"""

from __future__ import annotations

# Out of a hundred EPN of a département, how many offer each service: skills differ by territory.
SERVICES = {
    "Aide aux démarches administratives": {"14": 95, "27": 100, "50": 95, "61": 90, "76": 95},
    "Maîtrise des outils numériques du quotidien": {
        "14": 95,
        "27": 85,
        "50": 95,
        "61": 90,
        "76": 85,
    },
    "Insertion professionnelle via le numérique": {
        "14": 60,
        "27": 35,
        "50": 55,
        "61": 35,
        "76": 75,
    },
    "Utilisation sécurisée du numérique": {"14": 60, "27": 35, "50": 70, "61": 45, "76": 55},
    "Parentalité et éducation avec le numérique": {
        "14": 45,
        "27": 15,
        "50": 55,
        "61": 25,
        "76": 40,
    },
    "Loisirs et créations numériques": {"14": 60, "27": 20, "50": 65, "61": 10, "76": 55},
    "Compréhension du monde numérique": {"14": 50, "27": 20, "50": 60, "61": 30, "76": 45},
    "Accès internet et matériel informatique": {"14": 90, "27": 70, "50": 95, "61": 85, "76": 80},
    "Acquisition de matériel informatique à prix solidaire": {
        "14": 15,
        "27": 0,
        "50": 20,
        "61": 10,
        "76": 35,
    },
}
KEPT_BY_ANTENNES = 60  # out of a hundred of its parent's services, besides the first

# Out of a hundred places, how many bear each value.
SHARES: dict[str, dict[str, int]] = {
    "publics_specifiquement_adresses": {
        "Jeunes": 35,
        "Étudiants": 15,
        "Familles et/ou enfants": 30,
        "Seniors": 45,
        "Femmes": 10,
    },
    "prise_en_charge_specifique": {
        "Surdité": 6,
        "Handicaps moteurs": 25,
        "Handicaps mentaux": 10,
        "Illettrisme": 25,
        "Langues étrangères (anglais)": 20,
        "Langues étrangères (autres)": 8,
        "Déficience visuelle": 6,
    },
    "dispositif_programmes_nationaux": {
        "Aidants Connect": 30,
        "Bibliothèques numérique de référence": 6,
        "Certification PIX": 10,
        "Conseillers numériques": 45,
        "Emmaüs Connect": 3,
        "France Services": 10,
        "Grande école du numérique": 3,
        "La Croix Rouge": 3,
        "Point d'accès numérique CAF": 12,
        "Promeneurs du net": 8,
        "Relais numérique (Emmaüs Connect)": 4,
    },
    "formations_labels": {
        "Formé à « Mon Espace Santé »": 15,
        "Formé à « DUPLEX » (illettrisme)": 5,
        "Collectif ressources et acteurs réemploi (Normandie)": 10,
        "Étapes numériques (La Poste)": 4,
        "Fabriques de Territoire": 5,
        "ORDI 3.0": 4,
    },
    "modalites_acces": {
        "Se présenter": 92,
        "Téléphoner": 70,
        "Contacter par mail": 50,
        "Prendre un RDV en ligne": 20,
        "Envoyer un mail avec une fiche de prescription": 8,
    },
    "modalites_accompagnement": {
        "En autonomie": 60,
        "Accompagnement individuel": 85,
        "Dans un atelier collectif": 65,
        "À distance": 15,
    },
}
# One value per place, out of a hundred.
CHOICES: dict[str, dict[str, int]] = {
    "frais_a_charge": {"Gratuit": 70, "Gratuit sous condition": 20, "Payant": 10},
    "typologie": {"MUNI": 40, "ASSO": 20, "CSC": 15, "BIB": 10, "TIERS_LIEUX": 10, "EPCI": 5},
    "horaires": {
        "Mo-Fr 09:00-12:00,14:00-17:30; PH off": 30,
        "Tu-Sa 10:00-12:30,14:00-18:00; PH off": 25,
        "Mo,We,Fr 09:00-12:00; Tu,Th 14:00-18:00; PH off": 20,
        "Mo-Th 09:00-12:30,13:30-17:00; Fr 09:00-12:30; PH off": 15,
        "We 14:00-18:00; Sa 09:00-12:00; PH off": 10,
    },
    "horaires d'antenne": {
        "Tu 09:00-12:00; Th 14:00-17:00; PH off": 50,
        "We 09:00-12:00,14:00-17:00; PH off": 30,
        "Mo,Fr 14:00-17:30; PH off": 20,
    },
}
# Values every place has where the draw gave none.
AT_LEAST = {
    "modalites_acces": "Se présenter",
    "modalites_accompagnement": "Accompagnement individuel",
}
