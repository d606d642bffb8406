"""The flags over `rows.supported()`: themes headcount, public, barriers (at entry), support."""

from collections.abc import Sequence

import polars as pl
from tests.oracle.counting import Flags, as_flag, flag_each
from tests.oracle.lists import (
    DIFFICULTIES,
    HOUSING_GROUPS,
    SENIORITY,
    SEXES,
    STREET,
    WITHOUT_WORK,
)
from tests.oracle.reading import Exports, is_known, is_yes

SUPPORTED, ENTERED = pl.col("supported"), pl.col("entered")
AFTER_PHC = pl.col("passage_phc") == "oui"


def supported_flags(data: Exports) -> Flags:
    """All of them."""
    return {
        **_headcount(),
        **_housing(),
        **_street_and_work(),
        **_age(),
        **_background(data),
        **_barriers(),
        **_support(),
    }


def _answered(column: str) -> pl.Expr:
    return as_flag(SUPPORTED & is_yes(column).is_not_null(), is_yes(column))


def _headcount() -> Flags:
    return {
        "headcount.supported|": as_flag(SUPPORTED, SUPPORTED),
        "headcount.entered|": as_flag(ENTERED, pl.lit(True)),
        "headcount.entered_programme|": as_flag(
            SUPPORTED & pl.col("entered_programme"), pl.lit(True)
        ),
        "headcount.on_books_at_year_end|": as_flag(pl.col("on_books"), pl.lit(True)),
        "public.after_phc|": as_flag(SUPPORTED, AFTER_PHC),
        "public.after_phc_entered|": as_flag(ENTERED, AFTER_PHC),
    }


def _housing() -> Flags:
    return {
        **flag_each(
            "public.housing_at_entry",
            SUPPORTED & pl.col("group_entry").is_not_null(),
            "group_entry",
            HOUSING_GROUPS,
        ),
        **flag_each(
            "public.housing_at_phc_hiring",
            ENTERED & AFTER_PHC & pl.col("group_phc").is_not_null(),
            "group_phc",
            HOUSING_GROUPS,
        ),
    }


def _street_and_work() -> Flags:
    street = SUPPORTED & is_known("duree_parcours_rue", STREET)
    work = SUPPORTED & is_known("duree_sans_emploi", WITHOUT_WORK)
    return {
        "public.street_history|": as_flag(street, pl.col("duree_parcours_rue") != "aucun"),
        "public.street_history_2y|": as_flag(street, pl.col("duree_parcours_rue") == STREET[-1]),
        **flag_each("public.street_duration", street, "duree_parcours_rue", STREET),
        "public.long_term_unemployed|": as_flag(
            work, is_known("duree_sans_emploi", ("plus de 2 ans", "jamais travaillé"))
        ),
        "public.never_worked|": as_flag(work, pl.col("duree_sans_emploi") == "jamais travaillé"),
    }


def _age() -> Flags:
    age = pl.col("age")
    known = SUPPORTED & age.is_not_null()
    bands = {
        "moins de 25 ans": age < 25,
        "25 à 35 ans": age.is_between(25, 35),
        "36 à 49 ans": age.is_between(36, 49),
        "50 ans et plus": age >= 50,
    }
    by_sex = {
        f"public.age_sex|{band} x {sex}": as_flag(known & inside, pl.col("sexe") == sex)
        for band, inside in bands.items()
        for sex in SEXES
    }
    by_band = {f"public.age_band|{band}": as_flag(known, inside) for band, inside in bands.items()}
    return by_band | by_sex


def _background(data: Exports) -> Flags:
    levels = [str(level) for level in range(1, 9)]
    closed_lists: dict[str, tuple[str, Sequence[str]]] = {
        "public.nationality": ("nationalite", data.nationalities),
        "public.education_level": ("niveau_formation", levels),
        "public.referrer": ("orienteur", data.referrers),
    }
    other_benefit = pl.any_horizontal(
        pl.col(f"{benefit}_entree") == "oui" for benefit in ("ass", "aah", "rqth")
    )
    flags = {
        "public.women|": as_flag(SUPPORTED & is_known("sexe", SEXES), pl.col("sexe") == "F"),
        "public.rsa|": _answered("rsa_entree"),
        "public.rqth|": _answered("rqth_entree"),
        "public.other_benefit_without_rsa|": as_flag(
            SUPPORTED & (pl.col("rsa_entree") == "non"), other_benefit
        ),
        "public.outside_social_worker|": _answered("travailleur_social_exterieur"),
    }
    for indicator, (column, values) in closed_lists.items():
        flags |= flag_each(indicator, SUPPORTED & is_known(column, values), column, values)
    return flags


def _barriers() -> Flags:
    met = [is_yes(f"difficulte_{difficulty}_entree") for difficulty in DIFFICULTIES]
    diagnosed = SUPPORTED & pl.any_horizontal(answer.is_not_null() for answer in met)
    number = pl.sum_horizontal(answer.fill_null(False).cast(pl.Int8) for answer in met)
    housed = SUPPORTED & pl.col("group_entry").is_in(HOUSING_GROUPS[3:])
    housing = is_yes("difficulte_logement_entree")
    return {
        **{
            f"barriers.at_entry|{difficulty}": _answered(f"difficulte_{difficulty}_entree")
            for difficulty in DIFFICULTIES
        },
        **{
            f"barriers.count_at_entry|{count}": as_flag(diagnosed, number == count)
            for count in range(len(DIFFICULTIES) + 1)
        },
        "barriers.count_band_at_entry|3 au plus": as_flag(diagnosed, number < 4),
        "barriers.count_band_at_entry|4 ou 5": as_flag(diagnosed, number.is_in([4, 5])),
        "barriers.count_band_at_entry|6 et plus": as_flag(diagnosed, number > 5),
        "barriers.housing_difficulty_when_housed|": as_flag(
            housed & housing.is_not_null(), housing
        ),
    }


def _support() -> Flags:
    in_need = {
        "emploi": SUPPORTED,
        "santé": SUPPORTED & (pl.col("difficulte_sante_entree") == "oui"),
        "logement": SUPPORTED & (pl.col("difficulte_logement_entree") == "oui"),
    }
    year_of_worksite = (pl.col("year") - pl.col("joined") + 1).clip(1, len(SENIORITY))
    return {
        "support.proximity|": _answered("accompagnement_proximite"),
        "support.concerted|": _answered("accompagnement_concerte"),
        **{
            f"support.officer_mobilised|{domain}": as_flag(base, pl.col(f"officer_{domain}"))
            for domain, base in in_need.items()
        },
        **{
            f"support.officer_mobilised_established|{domain}": as_flag(
                base & pl.col("established"), pl.col(f"officer_{domain}")
            )
            for domain, base in in_need.items()
        },
        **{
            f"support.officer_mobilised_by_seniority|{name}": as_flag(
                SUPPORTED & (year_of_worksite == number), pl.col("officer_any")
            )
            for number, name in enumerate(SENIORITY, start=1)
        },
    }
