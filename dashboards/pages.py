"""The pages and what they show, as data: one renderer shows all blocks."""

from dataclasses import dataclass
from typing import Any

from cvg_warehouse.reading.data import Measure
from cvg_warehouse.reading.grids import Block


@dataclass(frozen=True)
class Page:
    """A page: `page_<key>` and `lead_<key>` are its texts, `path` its place in the address."""

    key: str
    path: str
    group: str
    blocks: tuple[Block, ...] = ()


def _block(key: str, *measures: str, **options: Any) -> Block:  # noqa: ANN401
    """A block of measures, each an indicator with an optional pattern: `exits.other:retraite`."""
    return Block(
        key,
        tuple(Measure(*[*measure.split(":"), "%"][:2]) for measure in measures),
        **options,
    )


KEY_FIGURES = (
    *("headcount.supported", "headcount.entered", "headcount.exited"),
    *("exits.job_or_training:emploi_durable", "exits.job_or_training:total"),
    *("housing.reached_permanent", "housing.improved"),
    *("barriers.resolved_at_exit:logement", "barriers.resolved_at_exit:sante"),
    *("health.rights_opened", "pathways.mean_duration_months", "public.street_history"),
)
LASTING_JOB = _block(
    *("emploi-durable", "exits.job_or_training:emploi_durable"),
    title="block_lasting_job",
    years="all",
)
EXIT_CATEGORIES = _block("categories-de-sortie", "exits.job_or_training")
SUPPORTED = _block(
    *("personnes-accompagnees", "headcount.supported"), title="block_supported_years", years="all"
)
HOUSING_YEARS = _block(
    *("acces-au-logement", "housing.reached_permanent", "housing.improved"),
    title="block_housing_years",
    years="all",
)
AT_ENTRY = _block("difficultes-entree", "barriers.at_entry")
RESOLVED = _block("difficultes-resolues", "barriers.resolved_at_exit")
HEALTH = _block(
    *("droits-de-sante", "health.rights_opened", "health.coverage_improved", "health.checkup"),
    title="theme_health",
)
OFFICERS = _block("mobilisation", "support.officer_mobilised")
BOTH = {"populations": ("after_phc", "direct")}

OVERVIEW = Page(
    "overview",
    "",
    "",
    (
        _block(
            "chiffres-cles",
            *KEY_FIGURES,
            title="block_key_figures",
            years="with_before",
            shape="cards",
        ),
        SUPPORTED,
        LASTING_JOB,
    ),
)
TERRITORY = Page(
    "territory",
    "territoire",
    "group_places",
    (
        _block(
            "chiffres-cles",
            *KEY_FIGURES,
            title="block_key_figures",
            years="with_before",
            shape="cards",
        ),
        SUPPORTED,
        _block("age", "public.age_band"),
        _block("logement-entree", "public.housing_at_entry"),
        AT_ENTRY,
        RESOLVED,
        OFFICERS,
        LASTING_JOB,
        EXIT_CATEGORIES,
        HOUSING_YEARS,
        HEALTH,
    ),
)
COMPARE = Page("compare", "comparer", "group_places")
REPORT = Page("report", "bilan", "group_report")
QUALITY = Page("quality", "qualite", "group_report")
DICTIONARY = Page("dictionary", "dictionnaire", "group_report")
ACCESSIBILITY = Page("accessibility", "accessibilite", "group_report")

PAGES = (
    OVERVIEW,
    Page(
        "public",
        "public",
        "group_themes",
        (
            SUPPORTED,
            _block("age", "public.age_band"),
            _block("age-et-sexe", "public.age_sex"),
            _block("nationalite", "public.nationality"),
            _block("femmes", "public.women", years="all"),
            _block("age-moyen", "public.mean_age", years="all"),
            _block(
                *("parcours-de-rue", "public.street_history", "public.street_history_2y"),
                title="block_street",
                years="all",
            ),
            _block("duree-de-rue", "public.street_duration"),
            _block("formation", "public.education_level"),
            _block(
                *("ressources", "public.rsa", "public.rqth", "public.other_benefit_without_rsa"),
                title="block_benefits",
            ),
            _block(
                *("eloignement", "public.long_term_unemployed", "public.never_worked"),
                title="block_distance_to_work",
                years="all",
            ),
            _block("orienteurs", "public.referrer"),
            _block("travailleur-social", "public.outside_social_worker", years="all"),
            _block("logement-entree", "public.housing_at_entry"),
            _block(
                "chantiers",
                "headcount.worksites",
                "headcount.worksites_joined",
                "headcount.worksites_with_most_women",
                "headcount.worksites_with_few_women",
                "headcount.worksites_with_half_of_women",
                title="block_worksites_women",
            ),
        ),
    ),
    Page(
        "barriers",
        "difficultes",
        "group_themes",
        (
            AT_ENTRY,
            RESOLVED,
            _block(
                *("resolution-par-annee", "barriers.resolved_at_exit"),
                title="block_resolved_years",
                years="all",
            ),
            _block("statuts", "barriers.status_at_exit"),
            _block("nombre-de-difficultes", "barriers.count_at_entry"),
            _block("difficulte-logees", "barriers.housing_difficulty_when_housed", years="all"),
            _block("sortis", "barriers.at_entry_exited"),
        ),
    ),
    Page(
        "support",
        "accompagnement",
        "group_themes",
        (
            _block(
                *("proximite", "support.proximity", "support.concerted"),
                title="block_proximity_years",
                years="all",
            ),
            OFFICERS,
            _block(
                *("mobilisation-par-annee", "support.officer_mobilised"),
                title="block_officer_years",
                years="all",
            ),
            _block("anciennete", "support.officer_mobilised_by_seniority"),
            _block(
                "avec-et-sans",
                "barriers.health_resolved_by_officer",
                "housing.improved_by_officer",
                title="block_with_officer",
            ),
            _block("actions", "partners.actions_total"),
            _block("actions-emploi", "partners.actions:emploi%"),
            _block("actions-sante", "partners.actions:santé%"),
            _block("actions-logement", "partners.actions:logement%"),
            _block("groupes-logement", "partners.action_groups"),
            _block("partenaires", "partners.partners_mobilised"),
            _block("partenaires-emploi", "partners.partner_actions:emploi%"),
            _block("partenaires-logement", "partners.partner_actions:logement%"),
            _block("reseau", "partners.network_share"),
            _block("participations", "partners.participations"),
            _block("sante-mentale", "partners.mental_health_participations"),
            _block("permanents", "partners.staff_trained_on_mental_health", years="all"),
            _block("motifs", "partners.request_reasons:logement%"),
            _block("suppletif", "partners.stand_in"),
        ),
    ),
    Page(
        "exits",
        "sorties",
        "group_themes",
        (
            LASTING_JOB,
            EXIT_CATEGORIES,
            _block(
                *("sorties-par-annee", "exits.job_or_training"),
                title="block_job_or_training_years",
                years="all",
            ),
            _block("autres-sorties", "exits.other"),
            _block("sorties-neutres", "exits.neutral", years="all"),
            _block("motif-inconnu", "exits.unknown_reason", years="all"),
            _block(
                *("duree", "pathways.mean_duration_months", "pathways.median_duration_months"),
                title="block_duration",
                years="all",
            ),
            _block("tranches-de-duree", "pathways.duration_band"),
            _block(
                "plus-de-deux-ans",
                "pathways.over_2_years",
                "pathways.over_2_years_rqth",
                "pathways.over_2_years_50_plus",
                "pathways.over_2_years_extension",
                "pathways.over_2_years_under_50_no_rqth",
                title="block_over_two_years",
            ),
            _block(
                "apres-la-sortie",
                "post_exit.job_contacted",
                "post_exit.job_stable",
                "post_exit.housing_contacted",
                "post_exit.housing_stable",
                title="block_after_exit",
            ),
        ),
    ),
    Page(
        "housing",
        "logement",
        "group_themes",
        (
            HOUSING_YEARS,
            _block("passages", "housing.transition", title="block_flow", shape="flow"),
            _block("tableau-croise", "housing.transition", title="block_matrix"),
            _block("a-l-entree", "housing.group_at_entry"),
            _block("a-la-sortie", "housing.group_at_exit"),
            _block(
                "sans-logement-perenne",
                "housing.reached_permanent_without_at_entry",
                "housing.hosted_reached_permanent",
                "housing.hosted_at_exit",
                title="block_hosted",
            ),
            _block("logement-perenne", "housing.permanent_at_exit", years="all"),
            _block("relogement", "housing.rehoused_via_partnership", years="all"),
            _block("demandes", "housing.requests"),
            _block("inconnu", "housing.unknown_at_exit", years="all"),
            _block("avec-et-sans", "housing.improved_by_officer"),
        ),
    ),
    Page(
        "health",
        "sante",
        "group_themes",
        (
            HEALTH,
            _block(
                "sante-par-annee",
                "health.rights_opened",
                "health.coverage_improved",
                "health.checkup",
                title="block_health_years",
                years="all",
            ),
            _block("droits", "health.status"),
            _block("difficulte-sante", "barriers.status_at_exit:sante%"),
            _block("avec-et-sans", "barriers.health_resolved_by_officer"),
        ),
    ),
    Page(
        "after_phc",
        "apres-phc",
        "group_themes",
        (
            _block(
                *("passees-par-phc", "public.after_phc", "public.after_phc_entered"),
                title="block_phc_years",
                years="all",
            ),
            _block("sorties-phc", "exits.job_or_training", **BOTH),
            _block("autres-sorties-phc", "exits.other", **BOTH),
            _block("duree-phc", "pathways.mean_duration_months", **BOTH),
            _block("difficultes-phc", "barriers.resolved_at_exit", **BOTH),
            _block(
                "etapes-phc",
                "public.housing_at_phc_hiring",
                "housing.group_at_entry",
                "housing.group_at_exit",
                title="theme_housing",
                populations=("after_phc",),
            ),
            _block(
                "logement-phc",
                "housing.reached_permanent_without_at_entry",
                "housing.hosted_reached_permanent",
                title="block_hosted",
                **BOTH,
            ),
        ),
    ),
    TERRITORY,
    COMPARE,
    REPORT,
    QUALITY,
    DICTIONARY,
    ACCESSIBILITY,
)
