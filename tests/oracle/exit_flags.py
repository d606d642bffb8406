"""The flags over `rows.exits()`: exits, pathways, housing, health and barriers (at exit)."""

import polars as pl
from tests.oracle.counting import Flags, as_flag, flag_each
from tests.oracle.lists import (
    COVERAGE,
    DIFFICULTIES,
    HOUSING_GROUPS,
    JOB_OR_TRAINING,
    OTHER_EXITS,
    REQUESTS,
    RIGHTS,
    STATUSES,
)
from tests.oracle.reading import is_known, is_yes

EVERYONE = pl.lit(True)
NON_NEUTRAL, COMPLETE = pl.col("non_neutral"), pl.col("complete")
DURATION, HOUSING = pl.col("duration"), pl.col("housing")
DAY, CATEGORY = pl.col("exit"), pl.col("category")
PERMANENT = "logement_perenne"
MOMENTS = {"entry": "entree", "exit": "sortie"}
WITH_OR_WITHOUT = {"with": True, "without": False}


def exit_flags() -> Flags:
    """All of them."""
    return {**_exits(), **_pathways(), **_housing(), **_health(), **_barriers()}


def reached_permanent() -> pl.Expr:
    """The flag of permanent housing at exit, and not at entry."""
    return as_flag(
        HOUSING, (pl.col("group_exit") == PERMANENT) & (pl.col("group_entry") != PERMANENT)
    )


def _exits() -> Flags:
    return {
        "headcount.exited|": as_flag(EVERYONE, EVERYONE),
        "exits.neutral|": as_flag(EVERYONE, pl.col("neutral")),
        **flag_each("exits.job_or_training", NON_NEUTRAL, "category", JOB_OR_TRAINING),
        "exits.job_or_training|total": as_flag(NON_NEUTRAL, CATEGORY.is_in(JOB_OR_TRAINING)),
        **flag_each("exits.other", COMPLETE, "category", OTHER_EXITS),
        "exits.unknown_reason|": as_flag(NON_NEUTRAL, CATEGORY.is_null()),
        **flag_each(
            "exits.distribution", NON_NEUTRAL, "category", (*JOB_OR_TRAINING, *OTHER_EXITS)
        ),
        "exits.distribution|inconnu": as_flag(NON_NEUTRAL, CATEGORY.is_null()),
    }


def _after(months: int) -> pl.Expr:
    return pl.col("entry").dt.offset_by(f"{months}mo")


def _pathways() -> Flags:
    bands = {
        "moins de 12 mois": _after(12) > DAY,
        "12 à 24 mois": (_after(12) <= DAY) & (_after(24) >= DAY),
        "2 à 3 ans": (_after(24) < DAY) & (_after(36) >= DAY),
        "3 à 4 ans": (_after(36) < DAY) & (_after(48) >= DAY),
        "4 à 5 ans": (_after(48) < DAY) & (_after(60) > DAY),
        "5 ans et plus": _after(60) <= DAY,
    }
    long = DURATION & (_after(24) < DAY)
    age_at_exit = DAY.dt.year() - pl.col("birth_year")
    age_at_entry = pl.col("entry").dt.year() - pl.col("birth_year")
    without_rqth = (pl.col("rqth_entree") != "oui").fill_null(True)
    under_50_without_rqth = without_rqth & (age_at_entry < 50)
    return {
        **{f"pathways.duration_band|{b}": as_flag(DURATION, inside) for b, inside in bands.items()},
        "pathways.over_2_years|": as_flag(DURATION, _after(24) < DAY),
        "pathways.over_2_years_rqth|": as_flag(long, pl.col("rqth_sortie") == "oui"),
        "pathways.over_2_years_50_plus|": as_flag(long, age_at_exit >= 50),
        "pathways.over_2_years_extension|": as_flag(
            long, pl.col("prolongation_convergence") == "oui"
        ),
        "pathways.over_2_years_under_50_no_rqth|": as_flag(long, under_50_without_rqth),
    }


def _housing() -> Flags:
    both_known = HOUSING & pl.col("group_exit").is_not_null()
    hosted = both_known & pl.col("level_entry").is_between(1, 2)
    at_exit = pl.col("group_exit") == PERMANENT
    improved = pl.col("level_exit") > pl.col("level_entry")
    return {
        "housing.unknown_at_exit|": as_flag(HOUSING, pl.col("group_exit").is_null()),
        **flag_each("housing.group_at_entry", HOUSING, "group_entry", HOUSING_GROUPS),
        **flag_each("housing.group_at_exit", both_known, "group_exit", HOUSING_GROUPS),
        "housing.reached_permanent_without_at_entry|": as_flag(
            HOUSING & (pl.col("group_entry") != PERMANENT), at_exit
        ),
        "housing.hosted_reached_permanent|": as_flag(hosted, at_exit),
        "housing.hosted_at_exit|": as_flag(hosted, pl.col("level_exit").is_between(1, 2)),
        "housing.improved|": as_flag(HOUSING, improved),
        **{
            f"housing.improved_by_officer|{name}": as_flag(
                HOUSING & (pl.col("officer_logement") == wanted), improved
            )
            for name, wanted in WITH_OR_WITHOUT.items()
        },
        "housing.reached_permanent|": reached_permanent(),
        "housing.permanent_at_exit|": as_flag(both_known, at_exit),
        "housing.rehoused_via_partnership|": as_flag(
            HOUSING, pl.col("relogement_partenariat_convergence") == "oui"
        ),
        **{
            f"housing.transition|{entry} x {leaving}": as_flag(
                both_known, (pl.col("group_entry") == entry) & (pl.col("group_exit") == leaving)
            )
            for entry in HOUSING_GROUPS
            for leaving in HOUSING_GROUPS
        },
        **{
            f"housing.requests|{request} x {moment}": as_flag(
                HOUSING, pl.col(f"{column}_{suffix}") == "oui"
            )
            for request, column in REQUESTS.items()
            for moment, suffix in MOMENTS.items()
        },
    }


def _health() -> Flags:
    better_coverage = _coverage("sortie") > _coverage("entree")
    checkup = pl.col("bilan_sante") == "oui"
    opened = [*map(_obtained, ("rqth", "aah", "medecin_traitant")), checkup, better_coverage]
    status = {
        f"health.status|{right} x {moment}": is_yes(f"{right}_{suffix}")
        for right in RIGHTS
        for moment, suffix in MOMENTS.items()
    }
    return {
        "health.rights_opened|": as_flag(
            COMPLETE, pl.any_horizontal(right.fill_null(False) for right in opened)
        ),
        "health.coverage_improved|": as_flag(COMPLETE, better_coverage),
        "health.checkup|": as_flag(COMPLETE, checkup),
        **{flag: as_flag(COMPLETE & held.is_not_null(), held) for flag, held in status.items()},
    }


def _obtained(right: str) -> pl.Expr:
    return (pl.col(f"{right}_entree") == "non") & (pl.col(f"{right}_sortie") == "oui")


def _coverage(moment: str) -> pl.Expr:
    return pl.col(f"couverture_sante_{moment}").replace_strict(
        COVERAGE, default=None, return_dtype=pl.Int8
    )


def _barriers() -> Flags:
    flags: dict[str, pl.Expr] = {}
    for difficulty in DIFFICULTIES:
        status = f"difficulte_{difficulty}_sortie"
        had = NON_NEUTRAL & (pl.col(f"difficulte_{difficulty}_entree") == "oui")
        answered = had & is_known(status, STATUSES)
        solved = is_known(status, STATUSES[:2])
        flags[f"barriers.at_entry_exited|{difficulty}"] = as_flag(had, EVERYONE)
        flags[f"barriers.resolved_at_exit|{difficulty}"] = as_flag(answered, solved)
        for value in STATUSES:
            name = f"barriers.status_at_exit|{difficulty} x {value}"
            flags[name] = as_flag(answered, pl.col(status) == value)
        if difficulty == "sante":
            flags |= {
                f"barriers.health_resolved_by_officer|{name}": as_flag(
                    answered & (pl.col("officer_santé") == wanted), solved
                )
                for name, wanted in WITH_OR_WITHOUT.items()
            }
    return flags
