"""What an outsider knows of the counts, written from the definitions: how they depend on each other.

A line says that one sum of counts equals another, or is no more than it. A count is an indicator
with its value of the breakdown in brackets: `*` adds up all values, `a|b` some, `!a|b` all others.
`:base` is what a rate divides by, `@` names a population. Words in braces repeat the line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

WORDS = {
    "age": ["moins de 25 ans", "25 à 35 ans", "36 à 49 ans", "50 ans et plus"],
    "group": [
        "rue",
        "hebergement_precaire",
        "hebergement_collectif",
        "logement_semi_durable",
        "logement_perenne",
    ],
    "difficulty": [
        "logement",
        "sante",
        "administratif",
        "illettrisme_linguistique",
        "mobilite",
        "surendettement",
        "disponibilite",
        "justice",
    ],
    "right": ["medecin_traitant", "rqth", "aah", "pension_invalidite"],
    "obtained": ["medecin_traitant", "rqth", "aah"],
    "moment": ["entry", "exit"],
    "request": ["logement_social", "dalo_daho", "accord_collectif"],
    "job": [
        "emploi_durable",
        "emploi_transition",
        "suite_parcours_iae",
        "formation",
        "autre_emploi_formation",
    ],
    "other": ["retraite", "sans_nouvelle", "inactif", "chomage"],
    "domain": [
        "emploi",
        "santé",
        "logement",
        "accès aux droits",
        "mobilité",
        "suite de parcours",
        "santé mentale",
        "endettement",
    ],
    "officer": ["emploi", "santé", "logement"],
    "helped": ["with", "without"],
}

OWN_BASE = {
    "barriers.at_entry",
    "barriers.resolved_at_exit",
    "barriers.status_at_exit",
    "barriers.health_resolved_by_officer",
    "health.status",
    "housing.improved_by_officer",
    "support.officer_mobilised",
    "support.officer_mobilised_established",
    "support.officer_mobilised_by_seniority",
    "partners.network_share",
}
"""Indicators whose values have bases of their own; those of all others have one in common."""

NOT_ADDITIVE = {
    "headcount.worksites_with_most_women",
    "headcount.worksites_with_few_women",
    "headcount.worksites_with_half_of_women",
    "headcount.people_in_worksites_with_half_of_women",
    "headcount.people_in_worksites_with_half_of_women:base",
}
"""What holds of a worksite's people in one place need not hold of those in all."""

PEOPLE = """
headcount.supported = public.after_phc:base
headcount.supported = support.officer_mobilised:base[emploi]
headcount.entered = public.after_phc_entered:base
headcount.entered <= headcount.supported
headcount.entered_programme <= headcount.supported
headcount.on_books_at_year_end <= headcount.supported
headcount.exited <= headcount.supported
headcount.supported <= headcount.on_books_at_year_end + headcount.exited
public.after_phc = headcount.supported@after_phc
public.after_phc_entered = headcount.entered@after_phc
public.after_phc_entered <= public.after_phc

public.women:base <= headcount.supported
public.age_band:base[{age}] <= headcount.supported
public.nationality:base[UE] <= headcount.supported
public.education_level:base[1] <= headcount.supported
public.housing_at_entry:base[rue] <= headcount.supported
public.referrer:base[premieres_heures] <= headcount.supported
public.street_history:base <= headcount.supported
public.rsa:base <= headcount.supported
public.rqth:base <= headcount.supported
public.outside_social_worker:base <= headcount.supported
public.long_term_unemployed:base <= headcount.supported
public.mean_age:base = public.age_band:base[25 à 35 ans]
public.age_band[*] = public.age_band:base[25 à 35 ans]
public.nationality[*] = public.nationality:base[UE]
public.education_level[*] = public.education_level:base[1]
public.housing_at_entry[*] = public.housing_at_entry:base[rue]
public.referrer[*] = public.referrer:base[premieres_heures]
public.age_sex[{age} x *] <= public.age_band[{age}]
public.age_sex[* x F] <= public.women
public.age_sex[* x H|autre] + public.women <= public.women:base
public.age_sex[*] <= public.women:base
public.age_band:base[25 à 35 ans] + public.women:base - headcount.supported <= public.age_sex[*]
public.age_band[{age}] - public.age_sex[{age} x *] <= headcount.supported - public.women:base
public.women - public.age_sex[* x F] <= headcount.supported - public.age_band:base[25 à 35 ans]
public.street_history:base = public.street_history_2y:base
public.street_history:base = public.street_duration[*]
public.street_history = public.street_duration[!aucun]
public.street_history_2y = public.street_duration[2 ans et plus]
public.rsa:base = public.rsa + public.other_benefit_without_rsa:base
public.rqth <= public.rsa + public.other_benefit_without_rsa + headcount.supported - public.rsa:base
public.never_worked:base = public.long_term_unemployed:base
public.never_worked <= public.long_term_unemployed
public.housing_at_phc_hiring:base[rue] <= public.after_phc_entered
public.housing_at_phc_hiring[*] = public.housing_at_phc_hiring:base[rue]
public.housing_at_entry[rue] <= public.street_history + headcount.supported - public.street_history:base

barriers.at_entry:base[{difficulty}] <= headcount.supported
barriers.at_entry:base[{difficulty}] <= barriers.count_at_entry:base[0]
barriers.count_at_entry:base[0] <= headcount.supported
barriers.count_at_entry[*] = barriers.count_at_entry:base[0]
barriers.at_entry[{difficulty}] <= barriers.count_at_entry[!0]
barriers.housing_difficulty_when_housed <= barriers.at_entry[logement]
barriers.housing_difficulty_when_housed:base <= barriers.at_entry:base[logement]
barriers.housing_difficulty_when_housed:base <= public.housing_at_entry[logement_semi_durable|logement_perenne]
barriers.at_entry[logement] - barriers.housing_difficulty_when_housed <= barriers.at_entry:base[logement] - barriers.housing_difficulty_when_housed:base
public.housing_at_entry[logement_semi_durable|logement_perenne] + barriers.at_entry:base[logement] - headcount.supported <= barriers.housing_difficulty_when_housed:base

support.proximity:base <= headcount.supported
support.concerted:base <= headcount.supported
support.officer_mobilised:base[santé] = barriers.at_entry[sante]
support.officer_mobilised:base[logement] = barriers.at_entry[logement]
support.officer_mobilised_by_seniority:base[*] = headcount.supported
support.officer_mobilised[{officer}] <= support.officer_mobilised_by_seniority[*]
support.officer_mobilised_established[{officer}] <= support.officer_mobilised[{officer}]
support.officer_mobilised_established:base[{officer}] <= support.officer_mobilised:base[{officer}]
support.officer_mobilised[{officer}] - support.officer_mobilised_established[{officer}] <= support.officer_mobilised:base[{officer}] - support.officer_mobilised_established:base[{officer}]
support.officer_mobilised_established:base[{officer}] <= support.officer_mobilised_established:base[emploi]
support.officer_mobilised:base[{officer}] - support.officer_mobilised_established:base[{officer}] <= headcount.supported - support.officer_mobilised_established:base[emploi]
"""

EXITS = """
headcount.exited = exits.neutral:base
exits.job_or_training:base[total] = exits.unknown_reason:base
exits.job_or_training:base[total] = exits.distribution:base[formation]
exits.job_or_training:base[total] <= pathways.over_2_years:base
exits.job_or_training:base[total] + exits.neutral = headcount.exited
exits.other:base[chomage] <= exits.job_or_training:base[total]
pathways.over_2_years:base <= headcount.exited
headcount.exited - pathways.over_2_years:base <= exits.neutral
exits.job_or_training[!total] = exits.job_or_training[total]
exits.distribution[*] = exits.distribution:base[formation]
exits.distribution[{job}] = exits.job_or_training[{job}]
exits.distribution[inconnu] = exits.unknown_reason
exits.other[{other}] <= exits.distribution[{other}]
exits.distribution[{other}] - exits.other[{other}] <= exits.job_or_training:base[total] - exits.other:base[chomage]
exits.other:base[chomage] <= exits.job_or_training[total] + exits.other[*] + exits.unknown_reason

pathways.over_2_years:base = pathways.duration_band:base[2 à 3 ans]
pathways.duration_band[*] = pathways.over_2_years:base
pathways.duration_band[!moins de 12 mois|12 à 24 mois] = pathways.over_2_years
pathways.over_2_years = pathways.over_2_years_rqth:base
pathways.over_2_years = pathways.over_2_years_50_plus:base
pathways.over_2_years = pathways.over_2_years_extension:base
pathways.over_2_years = pathways.over_2_years_under_50_no_rqth:base
pathways.over_2_years <= pathways.over_2_years_under_50_no_rqth + pathways.over_2_years_50_plus + pathways.over_2_years_rqth
pathways.over_2_years_rqth <= health.status[rqth x exit] + pathways.over_2_years:base - health.checkup:base
pathways.mean_duration_months:base = pathways.over_2_years:base
pathways.median_duration_months:base = pathways.mean_duration_months:base

housing.improved:base <= pathways.over_2_years:base
housing.improved:base = housing.reached_permanent:base
housing.improved:base = housing.unknown_at_exit:base
housing.improved:base = housing.group_at_entry:base[rue]
housing.group_at_entry[*] = housing.improved:base
housing.permanent_at_exit:base = housing.group_at_exit:base[rue]
housing.permanent_at_exit:base = housing.transition[*]
housing.permanent_at_exit:base + housing.unknown_at_exit = housing.improved:base
housing.permanent_at_exit = housing.group_at_exit[logement_perenne]
housing.group_at_exit[{group}] = housing.transition[* x {group}]
housing.transition[{group} x *] <= housing.group_at_entry[{group}]
housing.group_at_entry[{group}] - housing.transition[{group} x *] <= housing.unknown_at_exit
housing.reached_permanent = housing.transition[!logement_perenne x logement_perenne]
housing.reached_permanent = housing.reached_permanent_without_at_entry
housing.reached_permanent_without_at_entry:base = housing.group_at_entry[!logement_perenne]
housing.reached_permanent <= housing.improved
housing.improved = housing.transition[rue x !rue] + housing.transition[hebergement_precaire x !rue|hebergement_precaire] + housing.transition[hebergement_collectif x logement_semi_durable|logement_perenne] + housing.transition[logement_semi_durable x logement_perenne]
housing.hosted_at_exit:base = housing.hosted_reached_permanent:base
housing.hosted_at_exit:base = housing.transition[hebergement_precaire|hebergement_collectif x *]
housing.hosted_at_exit = housing.transition[hebergement_precaire|hebergement_collectif x hebergement_precaire|hebergement_collectif]
housing.hosted_reached_permanent = housing.transition[hebergement_precaire|hebergement_collectif x logement_perenne]
housing.improved_by_officer[*] = housing.improved
housing.improved_by_officer:base[*] = housing.improved:base
housing.rehoused_via_partnership <= housing.improved:base
housing.rehoused_via_partnership <= housing.reached_permanent
housing.requests[{request} x {moment}] <= housing.improved:base

health.checkup:base = exits.other:base[chomage]
health.checkup:base = health.coverage_improved:base
health.checkup:base = health.rights_opened:base
health.status:base[{right} x {moment}] <= health.checkup:base
health.checkup <= health.rights_opened
health.coverage_improved <= health.rights_opened
health.status[{obtained} x exit] <= health.status[{obtained} x entry] + health.rights_opened + health.checkup:base - health.status:base[{obtained} x entry]

barriers.at_entry_exited[{difficulty}] <= exits.job_or_training:base[total]
barriers.resolved_at_exit:base[{difficulty}] <= barriers.at_entry_exited[{difficulty}]
barriers.resolved_at_exit:base[{difficulty}] = barriers.status_at_exit[{difficulty} x *]
barriers.resolved_at_exit:base[{difficulty}] = barriers.status_at_exit:base[{difficulty} x Résolue]
barriers.status_at_exit:base[{difficulty} x Résolue] = barriers.status_at_exit:base[{difficulty} x En cours de résolution]
barriers.status_at_exit:base[{difficulty} x Résolue] = barriers.status_at_exit:base[{difficulty} x Non résolue]
barriers.status_at_exit:base[{difficulty} x Résolue] = barriers.status_at_exit:base[{difficulty} x Refus accompagnement]
barriers.resolved_at_exit[{difficulty}] = barriers.status_at_exit[{difficulty} x Résolue|En cours de résolution]
barriers.health_resolved_by_officer[*] = barriers.resolved_at_exit[sante]
barriers.health_resolved_by_officer:base[*] = barriers.resolved_at_exit:base[sante]

post_exit.job_contacted:base = post_exit.job_stable:base
post_exit.housing_contacted:base = post_exit.housing_stable:base
post_exit.job_contacted:base <= exits.job_or_training[emploi_durable]
post_exit.housing_contacted:base <= housing.reached_permanent
"""

EXITED_ARE_SUPPORTED = """
housing.group_at_entry[{group}] <= public.housing_at_entry[{group}]
housing.improved:base <= public.housing_at_entry:base[rue]
barriers.at_entry_exited[{difficulty}] <= barriers.at_entry[{difficulty}]
exits.job_or_training:base[total] - barriers.at_entry_exited[{difficulty}] <= headcount.supported - barriers.at_entry[{difficulty}]
health.status[rqth x entry] <= public.rqth
health.status:base[rqth x entry] <= public.rqth:base
health.status:base[rqth x entry] - health.status[rqth x entry] <= public.rqth:base - public.rqth
pathways.over_2_years_50_plus <= public.age_band[50 ans et plus]
exits.other[retraite] <= public.age_band[50 ans et plus]
pathways.over_2_years + headcount.entered <= headcount.supported
"""
"""Near: an exit reads the latest delivery of its pathway, which a later year may have corrected."""

WORKSITES_AND_ACTIONS = """
headcount.worksites_joined <= headcount.worksites
headcount.worksites_with_most_women + headcount.worksites_with_few_women <= headcount.worksites
headcount.worksites_with_half_of_women <= headcount.worksites
partners.actions_total[{domain}] <= partners.actions[{domain} x *]
partners.request_reasons[{domain} x *] <= partners.actions_total[{domain}]
partners.stand_in[{domain}] <= partners.actions_total[{domain}]
partners.stand_in[logement] = partners.request_reasons[logement x Rôle supplétif du travailleur social]
partners.network_share:base[PMSMP] = partners.actions[emploi x 02- PMSMP]
partners.network_share:base[signature] <= partners.actions[emploi x 01-Signature CDI progressif|01-Signature CDI, CDD, autre|01-Signature contrat suite de parcours]
partners.staff_trained_on_mental_health:base = partners.participations[santé x permanents]
partners.staff_trained_on_mental_health <= partners.mental_health_participations[* x permanents]
support.officer_mobilised[{officer}] <= partners.actions_total[{officer}]
"""

IN_THE_NATION = """
headcount.supported = headcount.people_in_worksites_with_half_of_women:base
headcount.worksites <= headcount.supported
headcount.worksites_with_half_of_women <= headcount.people_in_worksites_with_half_of_women
public.women <= 2 * headcount.people_in_worksites_with_half_of_women
"""
"""A worksite counts with all its people, wherever they are."""

BANDS = {
    "public.mean_age": (
        "public.age_band",
        {
            "moins de 25 ans": (15, 24),
            "25 à 35 ans": (25, 35),
            "36 à 49 ans": (36, 49),
            "50 ans et plus": (50, 90),
        },
    ),
    "pathways.mean_duration_months": (
        "pathways.duration_band",
        {
            "moins de 12 mois": (0, 12.03),
            "12 à 24 mois": (11.99, 24.02),
            "2 à 3 ans": (23.98, 36.04),
            "3 à 4 ans": (35.97, 48.03),
            "4 à 5 ans": (47.96, 60.03),
            "5 ans et plus": (59.98, 120),
        },
    ),
}
"""Means, and the least and the most of each band; a month of a mean has 30.4375 days."""
MEDIANS = {"pathways.median_duration_months": "pathways.mean_duration_months"}


@dataclass(frozen=True)
class Line:
    """Sums of counts with factors, brought to one side: equal to 0, or at most 0."""

    text: str
    terms: tuple[tuple[int, str, str], ...]
    """Factor, count, population ('' for each)."""
    is_equal: bool


def lines_of(text: str) -> Iterator[Line]:
    """The lines of a text, repeated for the words in their braces."""
    for pattern in filter(None, text.splitlines()):
        words = list(dict.fromkeys(re.findall(r"{(\w+)}", pattern)))
        for values in product(*(WORDS[word] for word in words)):
            line = pattern
            for word, value in zip(words, values, strict=True):
                line = line.replace(f"{{{word}}}", value)
            left, sign, right = re.split(r" (<=|=) ", line)
            terms = [*_terms(left, 1), *_terms(right, -1)]
            yield Line(line, tuple(terms), sign == "=")


def _terms(text: str, sign: int) -> Iterator[tuple[int, str, str]]:
    parts = re.split(r" ([+-]) (?![^\[]*\])", text)
    for plus, part in zip(["+", *parts[1::2]], parts[::2], strict=True):
        found = re.fullmatch(r"(?:(\d+) \* )?([\w.:]+(?:\[.*\])?)(?:@(\w+))?", part)
        assert found, part
        factor, name, population = found.groups()
        yield sign * (1 if plus == "+" else -1) * int(factor or 1), name, population or ""


def matches(pattern: str, value: str) -> bool:
    """Whether a value of a breakdown is one of those that a pattern names."""
    if pattern == "*":
        return True
    patterns, values = pattern.split(" x "), value.split(" x ")
    return len(patterns) == len(values) and all(
        one == "*" or (value in one.removeprefix("!").split("|")) != one.startswith("!")
        for one, value in zip(patterns, values, strict=True)
    )


def health_rights() -> str:
    """A right was opened by a check-up, a better coverage, or a right that was missing at entry."""
    gains = [
        (f"health.status[{right} x exit]", f"health.status:base[{right} x entry] - health.status[{right} x entry]")
        for right in WORDS["obtained"]
    ]
    return "\n".join(
        f"health.rights_opened <= health.checkup + health.coverage_improved + {' + '.join(chosen)}"
        for chosen in product(*gains)
    )


def action_types(groups: dict[str, list[str]], domains: dict[str, str]) -> str:
    """An action is in the total of the domain of its types, and in their groups."""
    lines = [
        f"partners.actions[{one}] <= partners.actions_total[{domain}]"
        for one, domain in domains.items()
    ]
    for group, types in groups.items():
        domain = group.partition(" x ")[0]
        named = "|".join(one.partition(" x ")[2] for one in types)
        lines += [
            f"partners.action_groups[{group}] <= partners.actions_total[{domain}]",
            f"partners.action_groups[{group}] <= partners.actions[{domain} x {named}]",
            *(f"partners.actions[{one}] <= partners.action_groups[{group}]" for one in types),
        ]
    return "\n".join(lines)
