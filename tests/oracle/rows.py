"""The rows that are counted: pathways by year, supported people, worksites, exits."""

import polars as pl
from tests.oracle.reading import Exports, as_of, date_in, items, year_in


def _housing(
    frame: pl.DataFrame, column: str, suffix: str, data: Exports, day: str = "entry"
) -> pl.DataFrame:
    names = {"housing_group": f"group_{suffix}", "level": f"level_{suffix}"}
    types = data.housing.drop("note").rename(names)
    return as_of(frame, types, column, "housing_type", pl.col(day))


def pathway_years(data: Exports) -> pl.DataFrame:
    """One row per pathway and delivered year, with what the person says in that year."""
    rows = data.salaries.with_columns(
        year=year_in(),
        territory=pl.col("territoire"),
        person=pl.col("id_salarie"),
        population=pl.when(pl.col("passage_phc") == "oui")
        .then(pl.lit("after_phc"))
        .otherwise(pl.lit("direct")),
        entry=date_in("date_entree"),
        birth_year=year_in("annee_naissance"),
    ).filter(pl.col("year").is_not_null())
    rows = _housing(rows, "logement_entree_phc", "phc", data)
    return _housing(rows, "logement_entree", "entry", data)


def supported(deliveries: pl.DataFrame, data: Exports) -> pl.DataFrame:
    """The deliveries of years in which the pathway was active, with the officers' actions."""
    ends = data.sorties.select("id_parcours", exit=date_in("date_sortie"))
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
        data.actions.select("id_parcours", "domaine", year=year_in())
        .join(owners, on="id_parcours")
        .group_by("person", "year")
        .agg(*_acted(), officer_any=pl.lit(True))
    )
    joined = first_years(data).select(
        chantier="worksite", joined="year", joined_on=pl.coalesce("day", pl.date("year", 1, 1))
    )
    in_programme = pl.max_horizontal("entry", "joined_on")
    rows = rows.join(joined, on="chantier", how="left").with_columns(
        entered_programme=(in_programme.dt.year() == pl.col("year"))
        & (pl.col("exit").is_null() | (pl.col("exit") >= in_programme)),
        established=pl.col("joined_on") <= pl.date(pl.col("year") - 1, 9, 30),
    )
    return rows.join(mobilised, on=["person", "year"], how="left")


def _acted() -> list[pl.Expr]:
    """Whether an officer of each domain is among the actions of a group."""
    return [
        items("domaine").list.contains(domain).any().alias(f"officer_{domain}")
        for domain in ("emploi", "santé", "logement")
    ]


def first_years(data: Exports) -> pl.DataFrame:
    """The first year of every worksite, declared or named in the exports."""
    delivered = data.salaries.group_by(worksite="chantier").agg(seen=year_in().min())
    today = data.worksites.sort("valid_from", nulls_last=False).unique("worksite_id", keep="last")
    declared = today.select(
        worksite="worksite_id", declared=year_in("first_year"), day=date_in("joined_on")
    )
    return (
        declared.join(delivered, on="worksite", how="full", coalesce=True)
        .filter(pl.col("worksite").is_not_null())
        .select("worksite", "day", year=pl.coalesce("declared", "seen"))
    )


def exits(deliveries: pl.DataFrame, data: Exports) -> pl.DataFrame:
    """One row per exit, with its pathway's latest delivery."""
    latest = deliveries.filter(pl.col("year") == pl.col("year").max().over("id_parcours")).drop(
        "annee", "territoire", "territory", "chantier", "year", "group_entry", "level_entry"
    )
    reasons = data.reasons.select(
        "code",
        "category",
        "valid_from",
        "valid_to",
        neutral=pl.col("neutral") == "yes",
        trial=pl.col("trial_period_rupture") == "yes",
    )
    ended = (
        data.sorties.with_columns(exit=date_in("date_sortie"), territory=pl.col("territoire"))
        .with_columns(year=pl.col("exit").dt.year())
        .filter(pl.col("year").is_not_null())
        .join(latest, on="id_parcours")
    )
    ended = as_of(ended, reasons, "motif_sortie", "code", pl.col("exit")).with_columns(
        pl.col("neutral", "trial").fill_null(False)
    )
    # a type that changes groups is no move: both ends as on the day of the exit
    ended = _housing(ended, "logement_entree", "entry", data, "exit")
    ended = _housing(ended, "logement_sortie", "exit", data, "exit")
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
