"""What became of people after their exit."""

import polars as pl
from tests.oracle.counting import Flags, as_flag
from tests.oracle.exit_flags import reached_permanent
from tests.oracle.reading import Exports, year_in


def post_exit(ended: pl.DataFrame, data: Exports) -> tuple[pl.DataFrame, Flags]:
    """Exits from 31 December of the year before to 30 June, with that year's follow-up."""
    day = pl.col("exit")
    follow_ups = data.suivi.select(
        "id_parcours", "volet", "contacte", "situation_stable", year=year_in()
    )
    rows = ended.with_columns(
        permanent=reached_permanent(),
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
                (pl.col("situation_stable") == "oui").any().alias(f"{name}_stable"),
            )
        )
        rows = rows.join(answers, on=["id_parcours", "year"], how="left")
        for answer in ("contacted", "stable"):
            flags[f"post_exit.{name}_{answer}|"] = as_flag(base, pl.col(f"{name}_{answer}"))
    return rows, flags
