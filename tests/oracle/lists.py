"""The closed lists of the exports, as the contracts and the design document have them."""

POPULATIONS = ("all", "after_phc", "direct")
DIFFICULTIES = (
    "logement",
    "sante",
    "administratif",
    "illettrisme_linguistique",
    "mobilite",
    "surendettement",
    "disponibilite",
    "justice",
)
STATUSES = ("Résolue", "En cours de résolution", "Non résolue", "Refus accompagnement")
HOUSING_GROUPS = (
    "rue",
    "hebergement_precaire",
    "hebergement_collectif",
    "logement_semi_durable",
    "logement_perenne",
)
JOB_OR_TRAINING = (
    "emploi_durable",
    "emploi_transition",
    "suite_parcours_iae",
    "formation",
    "autre_emploi_formation",
)
OTHER_EXITS = ("retraite", "sans_nouvelle", "inactif", "chomage")
STREET = ("aucun", "moins de 6 mois", "6 à 12 mois", "1 à 2 ans", "2 ans et plus")
WITHOUT_WORK = ("moins de 6 mois", "6 à 12 mois", "1 à 2 ans", "plus de 2 ans", "jamais travaillé")
COVERAGE = {"aucune": 0, "AME": 1, "base": 2, "base et complémentaire": 3}
FAMILIES = (
    "analyse de la pratique",
    "soutien psychologique",
    "actions psychocorporelles",
    "addictions",
    "sensibilisation et formation",
)
EXPERIMENT = "santé mentale"
NETWORK_LEAST = 3
"""Contracts and work placements in a year that make a partner one of the network."""
SEXES = ("F", "H", "autre")
SENIORITY = ("1re année", "2e année", "3e année et plus")
AUDIENCES = ("salariés en insertion", "permanents")
RIGHTS = ("medecin_traitant", "rqth", "aah", "pension_invalidite")
REQUESTS = {
    "logement_social": "demande_logement_social",
    "dalo_daho": "dalo_daho",
    "accord_collectif": "accord_collectif",
}
