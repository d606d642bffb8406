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
        self.referrers = read(seeds, "referrers")["referrer"].to_list()
        self.action_types = read(seeds, "action_types")
        self.request_reasons = read(seeds, "request_reasons")


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
