"""The five exports and the reference seeds, and how one column of them is read."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "reference"


class Exports:
    """The five exports and the reference seeds, read as text, trimmed; an empty text is null."""

    def __init__(self, exports: Path, seeds: Path = SEEDS) -> None:
        def read(folder: Path, name: str) -> pl.DataFrame:
            frame = pl.read_csv(folder / f"{name}.csv", infer_schema=False)
            blank = pl.all().str.strip_chars().replace("", None)
            return frame.select(blank)

        def codes(seed: str, column: str) -> list[str]:
            return read(seeds, seed)[column].unique(maintain_order=True).to_list()

        self.salaries = read(exports, "salaries")
        self.sorties = read(exports, "sorties")
        self.actions = read(exports, "actions")
        self.ateliers = read(exports, "ateliers")
        self.suivi = read(exports, "suivi_post_sortie")
        self.territories = read(seeds, "territories")
        self.worksites = read(seeds, "worksites")
        self.further = read(seeds, "worksite_territories")
        self.reasons = read(seeds, "exit_reasons")
        self.housing = read(seeds, "housing_types").with_columns(pl.col("level").cast(pl.Int8))
        self.referrers = codes("referrers", "referrer")
        self.nationalities = codes("nationalities", "nationality")
        self.domains = codes("domains", "domain")
        self.action_types = read(seeds, "action_types")
        self.request_reasons = read(seeds, "request_reasons")


def as_of(
    frame: pl.DataFrame, lines: pl.DataFrame, column: str, code: str, day: pl.Expr
) -> pl.DataFrame:
    """The frame with what the list says of a column's code on a day, null where it says nothing.

    A line begins on `valid_from`, or has always been; it ends on `valid_to`, or with the next one.
    """
    begins = pl.coalesce(date_in("valid_from"), pl.date(1, 1, 1))
    told = [name for name in lines.columns if name not in (code, "valid_from", "valid_to")]
    dated = lines.with_columns(begins=begins, ends=date_in("valid_to")).sort("begins")
    found = (
        frame.with_columns(of_day=day)
        .sort("of_day")
        .join_asof(
            dated.select(code, "begins", "ends", *told),
            left_on="of_day",
            right_on="begins",
            by_left=column,
            by_right=code,
            check_sortedness=False,
        )
    )
    is_over = (pl.col("ends") < pl.col("of_day")).fill_null(False)
    kept = [pl.when(~is_over).then(pl.col(name)).alias(name) for name in told]
    return found.with_columns(kept).drop("of_day", "begins", "ends")


def end_of_year() -> pl.Expr:
    return pl.date("year", 12, 31)


def is_yes(column: str) -> pl.Expr:
    """Column `oui`/`non` as a boolean, anything else unknown."""
    text = pl.col(column)
    return pl.when(text == "oui").then(True).when(text == "non").then(False)


def is_known(column: str, values: Sequence[str]) -> pl.Expr:
    """Whether the column holds one of the values of its closed list."""
    return pl.col(column).is_in(list(values)).fill_null(False)


def items(column: str) -> pl.Expr:
    """The items of a list `a; b`, each once and trimmed."""
    parts = pl.col(column).str.split(";").list.eval(pl.element().str.strip_chars())
    return parts.list.eval(pl.element().filter(pl.element() != "")).list.unique()


def year_in(column: str = "annee") -> pl.Expr:
    return pl.col(column).cast(pl.Int32, strict=False)


def date_in(column: str) -> pl.Expr:
    return pl.col(column).str.to_date("%Y-%m-%d", strict=False)
