"""Every cell of `mart_indicators`, computed a second time from the exports, with polars.

Written from the definitions (design document, section 4, and the catalogue of indicators), not
from the SQL: where the two differ, one of them is wrong. Input: the five consolidated exports and
the reference seeds. Output: `cells()`, one row per indicator x year x geography x population x
breakdown value, with the columns of `mart_indicators`.

A *flag* is an indicator with one of its breakdown values, as a column over rows of pathways: 1 =
numerator, 0 = denominator only, null = outside the base. A person has the highest flag of their
rows.

    python -m tests.oracle.reference seeds/exports [cells.parquet]
"""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "reference"
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
NATIONALITIES = ("française", "UE", "hors UE", "apatride")
STREET = ("aucun", "moins de 6 mois", "6 à 12 mois", "1 à 2 ans", "2 ans et plus")
WITHOUT_WORK = ("moins de 6 mois", "6 à 12 mois", "1 à 2 ans", "plus de 2 ans", "jamais travaillé")
COVERAGE = {"aucune": 0, "AME": 1, "base": 2, "base et complémentaire": 3}
DOMAINS = ("emploi", "santé", "logement", "accès aux droits", "mobilité", "suite de parcours")
FAMILIES = (
    "analyse de la pratique",
    "soutien psychologique",
    "actions psychocorporelles",
    "addictions",
    "sensibilisation et formation",
)
SEXES = ("F", "H", "autre")
SENIORITY = ("1re année", "2e année", "3e année et plus")
AUDIENCES = ("salariés en insertion", "permanents")
RIGHTS = ("medecin_traitant", "rqth", "aah", "pension_invalidite")
REQUESTS = {
    "logement_social": "demande_logement_social",
    "dalo_daho": "dalo_daho",
    "accord_collectif": "accord_collectif",
}
PLACE = ("year", "territory", "population")
CELL = ("indicator_id", "reporting_year", "geography_id", "population", "breakdown")

Flags = Mapping[str, pl.Expr]


class Exports:
    """The five exports and the reference seeds, read as text, trimmed; an empty text is null."""

    def __init__(self, exports: Path, seeds: Path = SEEDS) -> None:
        def read(folder: Path, name: str) -> pl.DataFrame:
            frame = pl.read_csv(folder / f"{name}.csv", infer_schema=False)
            blank = pl.all().str.strip_chars().replace("", None)
            return frame.select(blank)

        self.salaries = read(exports, "salaries")
        self.sorties = read(exports, "sorties")
        self.actions = read(exports, "actions")
        self.ateliers = read(exports, "ateliers")
        self.suivi = read(exports, "suivi_post_sortie")
        self.territories = read(seeds, "territories")
        self.worksites = read(seeds, "worksites")
        self.reasons = read(seeds, "exit_reasons")
        self.housing = read(seeds, "housing_types").with_columns(pl.col("level").cast(pl.Int8))
        self.referrers = read(seeds, "referrers")["referrer"].to_list()
        self.action_types = read(seeds, "action_types")
        self.request_reasons = read(seeds, "request_reasons")


# --- reading one column ---------------------------------------------------------------------------


def _yes(column: str) -> pl.Expr:
    """Column `oui`/`non` as a boolean, anything else unknown."""
    text = pl.col(column)
    return pl.when(text == "oui").then(True).when(text == "non").then(False)


def _known(column: str, values: tuple[str, ...] | list[str]) -> pl.Expr:
    """Whether the column holds one of the values of its closed list."""
    return pl.col(column).is_in(list(values)).fill_null(False)


def _year(column: str = "annee") -> pl.Expr:
    return pl.col(column).cast(pl.Int32, strict=False)


def _date(column: str) -> pl.Expr:
    return pl.col(column).str.to_date("%Y-%m-%d", strict=False)


def _flag(base: pl.Expr, numerator: pl.Expr) -> pl.Expr:
    """1 in the numerator, 0 in the base only (or not known to be in the numerator), else null."""
    inside = pl.when(base.fill_null(False)).then(numerator.fill_null(False))
    return inside.cast(pl.Int8)


def _each(indicator: str, base: pl.Expr, column: str, values: tuple[str, ...] | list[str]) -> Flags:
    """One flag for each value that the column may hold."""
    return {f"{indicator}|{value}": _flag(base, pl.col(column) == value) for value in values}


# --- counting -------------------------------------------------------------------------------------


def _levels(rows: pl.DataFrame, data: Exports) -> Iterator[pl.DataFrame]:
    """The rows once for each kind of place and of population, as `geography` and `population`.

    A row of no known population counts for `all` only; one of no known territory nowhere.
    """
    urbanity = data.territories.select(territory="territory_id", urbanity="urbanity")
    placed = rows.join(urbanity, on="territory")
    known = pl.col("population").is_not_null()
    for geography in (pl.col("territory"), pl.col("urbanity"), pl.lit("Total")):
        yield placed.with_columns(geography=geography, population=pl.lit("all"))
        yield placed.with_columns(geography=geography).filter(known)


GROUP = ("year", "geography", "population")


def _count_people(rows: pl.DataFrame, flags: Flags, data: Exports) -> pl.DataFrame:
    """Distinct `person` with each flag up (numerator) and with each flag known (denominator)."""
    names = list(flags)
    once = rows.select(*PLACE, "person", **flags).group_by(*PLACE, "person").agg(pl.all().max())
    found = []
    for level in _levels(once, data):
        people = level.group_by(*GROUP, "person").agg(pl.col(names).max())
        up = people.group_by(GROUP).agg(pl.col(names).sum())
        known = people.group_by(GROUP).agg(pl.col(names).count())
        found.append(
            up.unpivot(names, index=GROUP, variable_name="flag", value_name="numerator").join(
                known.unpivot(names, index=GROUP, variable_name="flag", value_name="denominator"),
                on=[*GROUP, "flag"],
            )
        )
    return pl.concat(found).select(
        *GROUP,
        "flag",
        pl.col("numerator").cast(pl.Float64),
        pl.col("denominator").cast(pl.Float64),
        value=pl.lit(None, pl.Float64),
    )


def _count_things(
    rows: pl.DataFrame, amount: pl.Expr, data: Exports, of: pl.Expr | None = None
) -> pl.DataFrame:
    """`amount` (a distinct count or a sum) per `flag`, `of` another one where it is a share."""
    base = pl.lit(None, pl.Float64) if of is None else of.cast(pl.Float64)
    found = [
        level.group_by(*GROUP, "flag").agg(
            numerator=amount.cast(pl.Float64),
            denominator=base.first() if of is None else base,
            value=pl.lit(None, pl.Float64).first(),
        )
        for level in _levels(rows, data)
    ]
    return pl.concat(found)


def _average(rows: pl.DataFrame, key: str, averages: Flags, data: Exports) -> pl.DataFrame:
    """Means and medians of `measure`, each `key` once (its highest, where it has several)."""
    found = []
    for level in _levels(rows.filter(pl.col("measure").is_not_null()), data):
        once = level.group_by(*GROUP, key).agg(pl.col("measure").max())
        for flag, average in averages.items():
            found.append(
                once.group_by(GROUP)
                .agg(denominator=pl.len().cast(pl.Float64), value=average)
                .select(
                    *GROUP,
                    "denominator",
                    "value",
                    flag=pl.lit(flag),
                    numerator=pl.lit(None, pl.Float64),
                )
            )
    columns = (*GROUP, "flag", "numerator", "denominator", "value")
    return pl.concat([frame.select(columns) for frame in found])


# --- rows -----------------------------------------------------------------------------------------


def _housing(frame: pl.DataFrame, column: str, suffix: str, data: Exports) -> pl.DataFrame:
    group = dict(data.housing.select("housing_type", "housing_group").rows())
    level = dict(data.housing.select("housing_type", "level").rows())
    return frame.with_columns(
        pl.col(column)
        .replace_strict(group, default=None, return_dtype=pl.String)
        .alias(f"group_{suffix}"),
        pl.col(column)
        .replace_strict(level, default=None, return_dtype=pl.Int8)
        .alias(f"level_{suffix}"),
    )


def pathway_years(data: Exports) -> pl.DataFrame:
    """One row per pathway and delivered year, with what the person says in that year."""
    rows = data.salaries.with_columns(
        year=_year(),
        territory=pl.col("territoire"),
        person=pl.col("id_salarie"),
        population=pl.when(pl.col("passage_phc") == "oui")
        .then(pl.lit("after_phc"))
        .otherwise(pl.lit("direct")),
        entry=_date("date_entree"),
        birth_year=_year("annee_naissance"),
    ).filter(pl.col("year").is_not_null())
    rows = _housing(rows, "logement_entree_phc", "phc", data)
    return _housing(rows, "logement_entree", "entry", data)


def supported(deliveries: pl.DataFrame, data: Exports) -> pl.DataFrame:
    """The deliveries of years in which the pathway was active, with the officers' actions."""
    ends = data.sorties.select("id_parcours", exit=_date("date_sortie"))
    first = pl.date(pl.col("year"), 1, 1)
    last = pl.date(pl.col("year"), 12, 31)
    rows = (
        deliveries.join(ends, on="id_parcours", how="left")
        .with_columns(
            supported=(pl.col("entry") <= last)
            & (pl.col("exit").is_null() | (pl.col("exit") >= first)),
            on_books=(pl.col("entry") <= last)
            & (pl.col("exit").is_null() | (pl.col("exit") >= last)),
            entered=pl.col("entry").dt.year() == pl.col("year"),
            age=pl.col("year") - pl.col("birth_year"),
        )
        .filter(pl.col("supported") | pl.col("entered"))
    )
    owners = deliveries.select("id_parcours", "person").unique()
    mobilised = (
        data.actions.select("id_parcours", "domaine", year=_year())
        .join(owners, on="id_parcours")
        .group_by("person", "year")
        .agg(*_acted(), officer_any=pl.lit(True))
    )
    rows = rows.join(
        worksite_years(data).select(chantier="worksite", joined="year"), on="chantier", how="left"
    )
    return rows.join(mobilised, on=["person", "year"], how="left")


def _acted() -> list[pl.Expr]:
    """Whether an officer of each domain is among the actions of a group."""
    return [
        (pl.col("domaine") == domain).any().alias(f"officer_{domain}")
        for domain in ("emploi", "santé", "logement")
    ]


def worksite_years(data: Exports) -> pl.DataFrame:
    """Every worksite, declared or named in the exports, with its territory and its first year."""
    delivered = data.salaries.group_by(worksite="chantier").agg(
        seen=_year().min(), seen_in=pl.col("territoire").min()
    )
    declared = data.worksites.select(
        worksite="worksite_id", declared=_year("first_year"), declared_in="territory_id"
    )
    return (
        declared.join(delivered, on="worksite", how="full", coalesce=True)
        .filter(pl.col("worksite").is_not_null())
        .select(
            "worksite",
            year=pl.coalesce("declared", "seen"),
            territory=pl.coalesce("declared_in", "seen_in"),
        )
    )


def exits(deliveries: pl.DataFrame, data: Exports) -> pl.DataFrame:
    """One row per exit, with its pathway's latest delivery."""
    latest = deliveries.filter(pl.col("year") == pl.col("year").max().over("id_parcours")).drop(
        "annee", "territoire", "territory", "chantier", "year"
    )
    reasons = data.reasons.select(
        motif_sortie="code",
        category="category",
        neutral=pl.col("neutral") == "yes",
        trial=pl.col("code").is_in(["26", "27"]),
    )
    ended = (
        data.sorties.with_columns(exit=_date("date_sortie"), territory=pl.col("territoire"))
        .with_columns(year=pl.col("exit").dt.year())
        .filter(pl.col("year").is_not_null())
        .join(latest, on="id_parcours")
        .join(reasons, on="motif_sortie", how="left")
        .with_columns(pl.col("neutral", "trial").fill_null(False))
    )
    ended = _housing(ended, "logement_sortie", "exit", data)
    ended = ended.join(
        data.actions.group_by("id_parcours").agg(_acted()), on="id_parcours", how="left"
    ).with_columns(pl.col("officer_santé", "officer_logement").fill_null(False))
    return ended.with_columns(
        non_neutral=~pl.col("neutral"),
        complete=~pl.col("neutral") & (pl.col("fiche_complete") == "oui").fill_null(False),
        duration=~pl.col("trial"),
        housing=~pl.col("trial") & pl.col("group_entry").is_not_null(),
        months=(pl.col("exit") - pl.col("entry")).dt.total_days() / 30.4375,
    )


def _after(months: int) -> pl.Expr:
    return pl.col("entry").dt.offset_by(f"{months}mo")


# --- flags ----------------------------------------------------------------------------------------


def supported_flags(data: Exports) -> dict[str, pl.Expr]:
    """Flags over `supported()`: themes headcount, public, barriers (at entry) and support."""
    base = pl.col("supported")
    street = base & _known("duree_parcours_rue", STREET)
    work = base & _known("duree_sans_emploi", WITHOUT_WORK)
    age = pl.col("age")
    levels = [str(level) for level in range(1, 9)]
    level = base & _known("niveau_formation", levels)
    other_benefit = pl.any_horizontal(
        pl.col(f"{benefit}_entree") == "oui" for benefit in ("ass", "aah", "rqth")
    )
    met = [_yes(f"difficulte_{difficulty}_entree") for difficulty in DIFFICULTIES]
    diagnosed = base & pl.any_horizontal(answer.is_not_null() for answer in met)
    number = pl.sum_horizontal(answer.fill_null(False).cast(pl.Int8) for answer in met)
    with_age = base & age.is_not_null()

    def answered(column: str) -> pl.Expr:
        return _flag(base & _yes(column).is_not_null(), _yes(column))

    flags = {
        "headcount.supported|": _flag(base, base),
        "headcount.entered|": _flag(pl.col("entered"), pl.lit(True)),
        "headcount.on_books_at_year_end|": _flag(pl.col("on_books"), pl.lit(True)),
        "public.women|": _flag(base & _known("sexe", SEXES), pl.col("sexe") == "F"),
        **_each(
            "public.nationality",
            base & _known("nationalite", NATIONALITIES),
            "nationalite",
            NATIONALITIES,
        ),
        **_each("public.education_level", level, "niveau_formation", levels),
        "public.street_history|": _flag(street, pl.col("duree_parcours_rue") != "aucun"),
        "public.street_history_2y|": _flag(street, pl.col("duree_parcours_rue") == STREET[-1]),
        **_each("public.street_duration", street, "duree_parcours_rue", STREET),
        "public.rsa|": answered("rsa_entree"),
        "public.rqth|": answered("rqth_entree"),
        "public.other_benefit_without_rsa|": _flag(
            base & (pl.col("rsa_entree") == "non"), other_benefit
        ),
        **_each(
            "public.referrer",
            base & _known("orienteur", data.referrers),
            "orienteur",
            data.referrers,
        ),
        "public.after_phc|": _flag(base, pl.col("passage_phc") == "oui"),
        "public.after_phc_entered|": _flag(pl.col("entered"), pl.col("passage_phc") == "oui"),
        "public.outside_social_worker|": answered("travailleur_social_exterieur"),
        "public.long_term_unemployed|": _flag(
            work, _known("duree_sans_emploi", ("plus de 2 ans", "jamais travaillé"))
        ),
        "public.never_worked|": _flag(work, pl.col("duree_sans_emploi") == "jamais travaillé"),
        **_each(
            "public.housing_at_entry",
            base & pl.col("group_entry").is_not_null(),
            "group_entry",
            HOUSING_GROUPS,
        ),
        "support.proximity|": answered("accompagnement_proximite"),
        "support.concerted|": answered("accompagnement_concerte"),
        "support.officer_mobilised|emploi": _flag(base, pl.col("officer_emploi")),
    }
    bands = {
        "moins de 25 ans": age < 25,
        "25 à 35 ans": age.is_between(25, 35),
        "36 à 49 ans": age.is_between(36, 49),
        "50 ans et plus": age >= 50,
    }
    for band, inside in bands.items():
        flags[f"public.age_band|{band}"] = _flag(with_age, inside)
        for sex in SEXES:
            flags[f"public.age_sex|{band} x {sex}"] = _flag(
                with_age & inside, pl.col("sexe") == sex
            )
    hired = pl.col("entered") & (pl.col("passage_phc") == "oui")
    flags |= _each(
        "public.housing_at_phc_hiring",
        hired & pl.col("group_phc").is_not_null(),
        "group_phc",
        HOUSING_GROUPS,
    )
    housed = base & pl.col("group_entry").is_in(HOUSING_GROUPS[3:])
    housing_difficulty = _yes("difficulte_logement_entree")
    flags["barriers.housing_difficulty_when_housed|"] = _flag(
        housed & housing_difficulty.is_not_null(), housing_difficulty
    )
    year_of_worksite = pl.col("year") - pl.col("joined") + 1
    for number_of_year, name in enumerate(SENIORITY, start=1):
        flags[f"support.officer_mobilised_by_seniority|{name}"] = _flag(
            base & (year_of_worksite.clip(1, 3) == number_of_year), pl.col("officer_any")
        )
    for difficulty in DIFFICULTIES:
        flags[f"barriers.at_entry|{difficulty}"] = answered(f"difficulte_{difficulty}_entree")
    for count in range(9):
        flags[f"barriers.count_at_entry|{count}"] = _flag(diagnosed, number == count)
    for domain, difficulty in (("santé", "sante"), ("logement", "logement")):
        needing = base & (pl.col(f"difficulte_{difficulty}_entree") == "oui")
        flags[f"support.officer_mobilised|{domain}"] = _flag(needing, pl.col(f"officer_{domain}"))
    return flags


def exit_flags() -> dict[str, pl.Expr]:
    """Flags over `exits()`: headcount, pathways, exits, housing, health, barriers (at exit)."""
    everyone = pl.lit(True)
    non_neutral, complete = pl.col("non_neutral"), pl.col("complete")
    duration, housing = pl.col("duration"), pl.col("housing")
    day, category = pl.col("exit"), pl.col("category")
    long = duration & (day > _after(24))
    permanent = "logement_perenne"
    both_known = housing & pl.col("group_exit").is_not_null()
    hosted = both_known & pl.col("level_entry").is_between(1, 2)
    better_coverage = _coverage("sortie") > _coverage("entree")

    def obtained(right: str) -> pl.Expr:
        return (pl.col(f"{right}_entree") == "non") & (pl.col(f"{right}_sortie") == "oui")

    rights_opened = pl.any_horizontal(
        clause.fill_null(False)
        for clause in (
            obtained("rqth"),
            obtained("aah"),
            pl.col("bilan_sante") == "oui",
            obtained("medecin_traitant"),
            better_coverage,
        )
    )
    bands = {
        "moins de 12 mois": day < _after(12),
        "12 à 24 mois": (day >= _after(12)) & (day <= _after(24)),
        "2 à 3 ans": (day > _after(24)) & (day <= _after(36)),
        "3 à 4 ans": (day > _after(36)) & (day <= _after(48)),
        "4 à 5 ans": (day > _after(48)) & (day < _after(60)),
        "5 ans et plus": day >= _after(60),
    }
    age = pl.col("exit").dt.year() - pl.col("birth_year")
    flags = {
        "headcount.exited|": _flag(everyone, everyone),
        **{f"pathways.duration_band|{b}": _flag(duration, inside) for b, inside in bands.items()},
        "pathways.over_2_years|": _flag(duration, long),
        "pathways.over_2_years_rqth|": _flag(long, pl.col("rqth_sortie") == "oui"),
        "pathways.over_2_years_50_plus|": _flag(long, age >= 50),
        "pathways.over_2_years_extension|": _flag(
            long, pl.col("prolongation_convergence") == "oui"
        ),
        "exits.neutral|": _flag(everyone, pl.col("neutral")),
        **_each("exits.job_or_training", non_neutral, "category", JOB_OR_TRAINING),
        "exits.job_or_training|total": _flag(non_neutral, category.is_in(JOB_OR_TRAINING)),
        **_each("exits.other", complete, "category", OTHER_EXITS),
        "pathways.over_2_years_under_50_no_rqth|": _flag(
            long,
            (pl.col("rqth_entree") != "oui").fill_null(True)
            & (pl.col("entry").dt.year() - pl.col("birth_year") < 50),
        ),
        "exits.unknown_reason|": _flag(non_neutral, category.is_null()),
        "housing.unknown_at_exit|": _flag(housing, pl.col("group_exit").is_null()),
        **_each("housing.group_at_entry", housing, "group_entry", HOUSING_GROUPS),
        **_each("housing.group_at_exit", both_known, "group_exit", HOUSING_GROUPS),
        "housing.reached_permanent_without_at_entry|": _flag(
            housing & (pl.col("group_entry") != permanent), pl.col("group_exit") == permanent
        ),
        "housing.hosted_reached_permanent|": _flag(hosted, pl.col("group_exit") == permanent),
        "housing.hosted_at_exit|": _flag(hosted, pl.col("level_exit").is_between(1, 2)),
        "housing.improved|": _flag(housing, pl.col("level_exit") > pl.col("level_entry")),
        "housing.reached_permanent|": _reached_permanent(),
        "housing.permanent_at_exit|": _flag(both_known, pl.col("group_exit") == permanent),
        "housing.rehoused_via_partnership|": _flag(
            housing, pl.col("relogement_partenariat_convergence") == "oui"
        ),
        "health.rights_opened|": _flag(complete, rights_opened),
        "health.coverage_improved|": _flag(complete, better_coverage),
        "health.checkup|": _flag(complete, pl.col("bilan_sante") == "oui"),
    }
    solved = non_neutral & (pl.col("difficulte_sante_entree") == "oui")
    solved &= _known("difficulte_sante_sortie", STATUSES)
    for name, wanted in (("with", True), ("without", False)):
        flags[f"housing.improved_by_officer|{name}"] = _flag(
            housing & (pl.col("officer_logement") == wanted),
            pl.col("level_exit") > pl.col("level_entry"),
        )
        flags[f"barriers.health_resolved_by_officer|{name}"] = _flag(
            solved & (pl.col("officer_santé") == wanted),
            _known("difficulte_sante_sortie", STATUSES[:2]),
        )
    for entry in HOUSING_GROUPS:
        for leaving in HOUSING_GROUPS:
            flags[f"housing.transition|{entry} x {leaving}"] = _flag(
                both_known, (pl.col("group_entry") == entry) & (pl.col("group_exit") == leaving)
            )
    for moment, suffix in (("entry", "entree"), ("exit", "sortie")):
        for request, column in REQUESTS.items():
            flags[f"housing.requests|{request} x {moment}"] = _flag(
                housing, pl.col(f"{column}_{suffix}") == "oui"
            )
        for right in RIGHTS:
            held = _yes(f"{right}_{suffix}")
            flags[f"health.status|{right} x {moment}"] = _flag(complete & held.is_not_null(), held)
    for difficulty in DIFFICULTIES:
        had = non_neutral & (pl.col(f"difficulte_{difficulty}_entree") == "oui")
        status = f"difficulte_{difficulty}_sortie"
        answered = had & _known(status, STATUSES)
        flags[f"barriers.at_entry_exited|{difficulty}"] = _flag(had, everyone)
        flags[f"barriers.resolved_at_exit|{difficulty}"] = _flag(
            answered, _known(status, STATUSES[:2])
        )
        flags |= {
            f"barriers.status_at_exit|{difficulty} x {value}": _flag(
                answered, pl.col(status) == value
            )
            for value in STATUSES
        }
    return flags


def _coverage(moment: str) -> pl.Expr:
    return pl.col(f"couverture_sante_{moment}").replace_strict(
        COVERAGE, default=None, return_dtype=pl.Int8
    )


def _reached_permanent() -> pl.Expr:
    permanent = "logement_perenne"
    return _flag(
        pl.col("housing"),
        (pl.col("group_exit") == permanent) & (pl.col("group_entry") != permanent),
    )


# --- themes whose unit is not a supported or exited person ----------------------------------------


def _post_exit(ended: pl.DataFrame, data: Exports) -> tuple[pl.DataFrame, dict[str, pl.Expr]]:
    """Exits from 31 December of the year before to 30 June, with that year's follow-up."""
    day = pl.col("exit")
    follow_ups = data.suivi.select(
        "id_parcours", "volet", "contacte", "situation_stable", year=_year()
    )
    rows = ended.with_columns(
        permanent=_reached_permanent(),
        year=pl.when(day.dt.month() <= 6)
        .then(day.dt.year())
        .when((day.dt.month() == 12) & (day.dt.day() == 31))
        .then(day.dt.year() + 1),
    ).filter(pl.col("year").is_not_null())
    flags: dict[str, pl.Expr] = {}
    reached = {
        "job": ("emploi", pl.col("category") == "emploi_durable"),
        "housing": ("logement", pl.col("permanent") == 1),
    }
    for name, (strand, base) in reached.items():
        answers = (
            follow_ups.filter(pl.col("volet") == strand)
            .group_by("id_parcours", "year")
            .agg(
                (pl.col("contacte") == "oui").any().alias(f"{name}_contacted"),
                ((pl.col("contacte") == "oui") & (pl.col("situation_stable") == "oui"))
                .any()
                .alias(f"{name}_stable"),
            )
        )
        rows = rows.join(answers, on=["id_parcours", "year"], how="left")
        contacted = pl.col(f"{name}_contacted")
        flags[f"post_exit.{name}_contacted|"] = _flag(base, contacted)
        flags[f"post_exit.{name}_stable|"] = _flag(base & contacted, pl.col(f"{name}_stable"))
    return rows, flags


def _worksites(rows: pl.DataFrame, data: Exports) -> pl.DataFrame:
    """Distinct worksites with a supported person, and those whose first year is the year.

    A worksite that joined counts for `all` in any case, for a population where it supported one.
    """
    active = (
        rows.filter(pl.col("supported") & pl.col("chantier").is_not_null())
        .select(*PLACE, worksite="chantier")
        .unique()
    )
    joined = worksite_years(data).join(
        active.select("worksite", "year", "population").unique(), on=["worksite", "year"]
    )
    columns = (*PLACE, "worksite")
    return pl.concat(
        [
            active.with_columns(flag=pl.lit("headcount.worksites|")),
            joined.select(columns).with_columns(flag=pl.lit("headcount.worksites_joined|")),
        ]
    )


WOMEN_IN_WORKSITES = (
    "worksites_with_most_women",
    "worksites_with_few_women",
    "worksites_with_half_of_women",
    "people_in_worksites_with_half_of_women",
)


def _women_in_worksites(active: pl.DataFrame, data: Exports) -> pl.DataFrame:
    """Worksites by their share of women, and the fewest that together employ half of all women.

    Worksites are ranked by their number of women; of two with as many, the lower code comes first.
    """
    rows = active.filter(pl.col("supported") & pl.col("chantier").is_not_null())
    woman = pl.col("person").filter(pl.col("sexe") == "F").n_unique()
    known = pl.col("person").filter(_known("sexe", SEXES)).n_unique()
    found = []
    for level in _levels(rows.select(*PLACE, "chantier", "person", "sexe"), data):
        worksites = (
            level.group_by(*GROUP, "chantier")
            .agg(women=woman, known=known)
            .sort("women", "chantier", descending=[True, False])
            .with_columns(before=pl.col("women").cum_sum().over(GROUP) - pl.col("women"))
            .with_columns(half=2 * pl.col("before") < pl.col("women").sum().over(GROUP))
        )
        rated = pl.col("known") > 0
        counts = worksites.group_by(GROUP).agg(
            worksites_with_most_women=(rated & (2 * pl.col("women") > pl.col("known"))).sum(),
            worksites_with_few_women=(rated & (5 * pl.col("women") < pl.col("known"))).sum(),
            worksites_with_half_of_women=pl.col("half").sum(),
        )
        people = (
            level.join(worksites.select(*GROUP, "chantier", "half"), on=[*GROUP, "chantier"])
            .group_by(GROUP)
            .agg(
                numerator=pl.col("person").filter(pl.col("half")).n_unique(),
                denominator=pl.col("person").n_unique(),
            )
            .with_columns(flag=pl.lit(WOMEN_IN_WORKSITES[3]))
        )
        found += [
            counts.unpivot(
                WOMEN_IN_WORKSITES[:3], index=GROUP, variable_name="flag", value_name="numerator"
            ).with_columns(denominator=None),
            people,
        ]
    return pl.concat(
        frame.select(
            *GROUP,
            pl.concat_str(pl.lit("headcount."), "flag", pl.lit("|")).alias("flag"),
            pl.col("numerator").cast(pl.Float64),
            pl.col("denominator").cast(pl.Float64),
            value=pl.lit(None, pl.Float64),
        )
        for frame in found
    )


def _actions(deliveries: pl.DataFrame, data: Exports) -> pl.DataFrame:
    """One row per action: place, population of its pathway, lists of its types and partners.

    The pathway's population is what that year's delivery says, else what its latest one says; an
    action of no known pathway has none and counts for `all` only.
    """
    that_year = deliveries.select("id_parcours", "year", now="population")
    latest = deliveries.filter(pl.col("year") == pl.col("year").max().over("id_parcours")).select(
        "id_parcours", then="population"
    )

    def items(column: str) -> pl.Expr:
        """The items of a list `a; b`, each once and trimmed."""
        parts = pl.col(column).str.split(";").list.eval(pl.element().str.strip_chars())
        return parts.list.eval(pl.element().filter(pl.element() != "")).list.unique()

    return (
        data.actions.with_columns(year=_year(), territory=pl.col("territoire"))
        .join(that_year, on=["id_parcours", "year"], how="left")
        .join(latest, on="id_parcours", how="left")
        .select(
            "year",
            "territory",
            population=pl.coalesce("now", "then"),
            action="id_action",
            domain="domaine",
            reason="motif_sollicitation",
            stands_in=_yes("supplee_travailleur_social"),
            type=items("types_action"),
            partner=items("partenaires"),
        )
        .filter(pl.col("year").is_not_null() & pl.col("domain").is_in(DOMAINS))
    )


def _items(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """One row per item of a column of lists."""
    return rows.explode(column, empty_as_null=False, keep_nulls=False)


def _partners(deliveries: pl.DataFrame, data: Exports) -> list[pl.DataFrame]:
    """Counts of the theme partners."""
    kinds = data.action_types.select(domain="domain", type="action_type", group="action_group")
    rows = _actions(deliveries, data)
    plain = rows.drop("type", "partner")
    typed = _items(rows.drop("partner"), "type").join(kinds, on=["domain", "type"])
    grouped = typed.filter(pl.col("group").is_not_null())
    named = _items(rows.select(*PLACE, "action", "domain", "partner"), "partner")
    whole = named.with_columns(partner=pl.lit("total")).unique()
    with_partner = pl.concat([named, whole]).join(  # each partner, and all of them together
        typed.select("action", "type", "group"), on="action"
    )
    by_group = with_partner.filter(
        (pl.col("domain") == "logement") & pl.col("group").str.contains("^[012]-")
    )

    def flag(indicator: str, *columns: str) -> pl.Expr:
        return pl.concat_str(
            pl.lit(f"{indicator}|"), pl.concat_str(columns, separator=" x ")
        ).alias("flag")

    reasoned = pl.struct("domain", "reason").is_in(
        data.request_reasons.select(pl.struct("domain", pl.col("request_reason").alias("reason")))
        .to_series()
        .implode()
    )
    # an action belongs to one territory and one population: its counts add up
    counted = pl.concat(
        [
            frame.select(*PLACE, "action", *columns)
            .unique()
            .group_by(*PLACE, *columns)
            .agg(actions=pl.len())
            .select(*PLACE, "actions", flag(indicator, *columns))
            for frame, indicator, columns in (
                (plain, "partners.actions_total", ("domain",)),
                (typed, "partners.actions", ("domain", "type")),
                (grouped, "partners.action_groups", ("domain", "group")),
                (with_partner, "partners.partner_actions", ("domain", "partner", "type")),
                (by_group, "partners.partner_actions", ("domain", "partner", "group")),
                (plain.filter(reasoned), "partners.request_reasons", ("domain", "reason")),
                (plain.filter(pl.col("stands_in")), "partners.stand_in", ("domain",)),
            )
        ]
    )
    mobilised = named.select(*PLACE, "partner", "domain").unique()
    mobilised = mobilised.with_columns(flag("partners.partners_mobilised", "domain"))
    sessions = data.ateliers.select(
        year=_year(),
        territory="territoire",
        population=pl.lit(None, pl.String),
        participants=pl.col("participants").cast(pl.Int64, strict=False),
        domain="domaine",
        audience="public",
        family="famille",
    ).filter(
        pl.col("year").is_not_null() & _known("domain", DOMAINS) & _known("audience", AUDIENCES)
    )
    with_family = sessions.filter(_known("family", FAMILIES))
    summed = pl.concat(
        [
            frame.select(*PLACE, "participants", flag(indicator, *columns))
            for frame, indicator, columns in (
                (sessions, "partners.participations", ("domain", "audience")),
                (with_family, "partners.mental_health_participations", ("family", "audience")),
            )
        ]
    )
    staff = sessions.filter(
        (pl.col("domain") == "santé") & (pl.col("audience") == "permanents")
    ).with_columns(flag=pl.lit("partners.staff_trained_on_mental_health|"))
    on_mental_health = pl.col("participants").filter(_known("family", FAMILIES)).sum()
    network = {
        "partners.network_share|PMSMP": pl.element() == "02- PMSMP",
        "partners.network_share|signature": pl.element().str.starts_with("01-Signature"),
    }
    employment = rows.filter(pl.col("domain") == "emploi").rename({"action": "person"})
    shares = {
        name: _flag(pl.col("type").list.eval(kind).list.any(), pl.col("partner").list.len() > 0)
        for name, kind in network.items()
    }
    return [
        _count_things(counted, pl.col("actions").sum(), data),
        _count_things(mobilised, pl.col("partner").n_unique(), data),
        _count_things(summed, pl.col("participants").sum(), data),
        _count_things(staff, on_mental_health, data, pl.col("participants").sum()),
        _count_people(employment, shares, data),
    ]


# --- cells ----------------------------------------------------------------------------------------


def _years(deliveries: pl.DataFrame, ended: pl.DataFrame, data: Exports) -> list[int]:
    """The years of any delivery, exit, action or session; a follow-up alone makes no year."""
    found = [deliveries["year"], ended["year"]]
    found += [frame.select(_year()).to_series() for frame in (data.actions, data.ateliers)]
    return pl.concat([years.cast(pl.Int32) for years in found]).drop_nulls().unique().to_list()


def _closed_flags(counted: list[str], data: Exports) -> list[str]:
    """Every flag that has a row even where nobody counts: all but those of named partners."""
    types = data.action_types
    groups = types.filter(pl.col("action_group").is_not_null())
    return [
        *counted,
        "public.mean_age|",
        "pathways.mean_duration_months|",
        "pathways.median_duration_months|",
        "headcount.worksites|",
        "headcount.worksites_joined|",
        "headcount.territories|",
        *(f"partners.actions|{d} x {t}" for d, t in types.select("domain", "action_type").rows()),
        *(
            f"partners.action_groups|{d} x {g}"
            for d, g in groups.select("domain", "action_group").unique().rows()
        ),
        *(f"partners.actions_total|{d}" for d in DOMAINS),
        *(f"partners.partners_mobilised|{d}" for d in DOMAINS),
        *(f"partners.participations|{d} x {a}" for d in DOMAINS for a in AUDIENCES),
        "partners.network_share|PMSMP",
        "partners.network_share|signature",
        *(f"partners.stand_in|{d}" for d in DOMAINS),
        *(
            f"partners.request_reasons|{d} x {r}"
            for d, r in data.request_reasons.select("domain", "request_reason").rows()
        ),
        *(f"partners.mental_health_participations|{f} x {a}" for f in FAMILIES for a in AUDIENCES),
        "partners.staff_trained_on_mental_health|",
        *(f"headcount.{name}|" for name in WOMEN_IN_WORKSITES),
    ]


def cells(data: Exports, units: Mapping[str, str]) -> pl.DataFrame:
    """All cells of the indicators in `units` (indicator -> unit), as `mart_indicators` has them."""
    deliveries = pathway_years(data)
    active = supported(deliveries, data)
    ended = exits(deliveries, data)
    out, out_flags = _post_exit(ended, data)
    active_flags = supported_flags(data)
    ended_flags = exit_flags()
    duration = ended.filter(pl.col("duration")).with_columns(measure=pl.col("months"))
    ages = active.filter(pl.col("supported")).with_columns(measure=pl.col("age"))
    territories = (
        active.filter(pl.col("supported"))
        .select(PLACE)
        .unique()
        .with_columns(flag=pl.lit("headcount.territories|"))
    )
    months = {
        "pathways.mean_duration_months|": pl.col("measure").mean(),
        "pathways.median_duration_months|": pl.col("measure").median(),
    }
    counted = pl.concat(
        [
            _count_people(active, active_flags, data),
            _count_people(ended, ended_flags, data),
            _count_people(out, out_flags, data),
            _average(duration, "id_parcours", months, data),
            _average(ages, "person", {"public.mean_age|": pl.col("measure").mean()}, data),
            _count_things(_worksites(active, data), pl.col("worksite").n_unique(), data),
            _count_things(territories, pl.col("territory").n_unique(), data),
            _women_in_worksites(active, data),
            *_partners(deliveries, data),
        ]
    )
    years = pl.DataFrame({"year": _years(deliveries, ended, data)}, schema={"year": pl.Int32})
    geographies = [
        *data.territories["territory_id"],
        *data.territories["urbanity"].unique(),
        "Total",
    ]
    closed = _closed_flags([*active_flags, *ended_flags, *out_flags], data)
    spine = (
        years.join(pl.DataFrame({"geography": geographies}), how="cross")
        .join(pl.DataFrame({"population": list(POPULATIONS)}), how="cross")
        .join(pl.DataFrame({"flag": closed}), how="cross")
    )
    key = [*GROUP, "flag"]
    counted = counted.with_columns(pl.col("year").cast(pl.Int32))
    named = counted.filter(pl.col("flag").str.starts_with("partners.partner_actions|"))
    complete = pl.concat(
        [
            spine.join(counted, on=key, how="left"),
            named.select(*key, "numerator", "denominator", "value"),
        ]
    )
    unit = pl.col("unit")
    of_share, of_mean = unit == "share", unit.is_in(["months", "years"])
    numerator = pl.col("numerator").fill_null(0.0)
    denominator = pl.col("denominator").fill_null(0.0)
    return (
        complete.with_columns(
            pl.col("flag")
            .str.split_exact("|", 1)
            .struct.rename_fields(["indicator_id", "breakdown"])
        )
        .unnest("flag")
        .join(
            pl.DataFrame({"indicator_id": list(units), "unit": list(units.values())}),
            on="indicator_id",
        )
        .select(
            "indicator_id",
            pl.col("year").alias("reporting_year"),
            pl.col("geography").alias("geography_id"),
            "population",
            "breakdown",
            pl.when(~of_mean).then(numerator).alias("numerator"),
            pl.when(of_share | of_mean).then(denominator).alias("denominator"),
            pl.when(of_mean)
            .then(pl.col("value"))
            .when(of_share & (denominator > 0))
            .then(numerator / denominator)
            .when(~of_share)
            .then(numerator)
            .alias("value"),
        )
    )


def catalogue(seeds: Path = SEEDS) -> dict[str, str]:
    """Unit of every indicator in the catalogue."""
    rows = pl.read_csv(seeds / "indicators.csv", infer_schema=False)
    return dict(rows.select("indicator_id", "unit").rows())


def compute(exports: Path, seeds: Path = SEEDS) -> pl.DataFrame:
    """All cells of the catalogue's indicators for a folder of exports."""
    return cells(Exports(exports, seeds), catalogue(seeds))


def main() -> None:
    """Compute the cells, write them if asked, and print how long each step took (seconds)."""
    start = time.perf_counter()
    data = Exports(Path(sys.argv[1]))
    read = time.perf_counter()
    found = cells(data, catalogue())
    done = time.perf_counter()
    if len(sys.argv) > 2:
        found.write_parquet(sys.argv[2])
    print(json.dumps({"read": read - start, "cells": done - read, "rows": found.height}))


if __name__ == "__main__":
    main()
