"""Suites of Great Expectations, generated from the contracts, and where rows fail them.

Every expectation carries the id of its check. Results are asked for without values, and only
positions of rows are read from them; nothing of Great Expectations is logged or sent.
"""

import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from cvg_warehouse.contracts.exports import Contract, Field, contract_of
from cvg_warehouse.contracts.seeds import reference, territories_of_worksite
from cvg_warehouse.formulas import FORMULA
from cvg_warehouse.ingest.values import MISSING, STORED_DATE, STORED_INTEGER

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.expectations import Expectation

# Read when Great Expectations is imported, which takes seconds and waits for the first check.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

ROWS_AT_ONCE = 25_000
YOUNGEST, OLDEST = 16, 80
WITHOUT_VALUES = {"result_format": "COMPLETE", "exclude_unexpected_values": True}
OUR_OWN = "_"
"""Begins the names of columns that are computed for an expectation."""
_LETTERS = {"e": "[eéèê]", "o": "[oô]", "a": "[aàâ]"}
_MISSING = "|".join(
    "".join(_LETTERS.get(sign, re.escape(sign)) for sign in word) for word in sorted(MISSING)
)
_ERROR = "#(?:ref|n/?a|val|div|no?m|nul|name|calc|spill)"
WRONG_TEXT = rf"(?is)^(?:'?{FORMULA}.*|{_ERROR}.*|{_MISSING})$"
EXPLAINED = "explained"
"""In the place of a check's id: the form of the value decides which check it fails."""
DATES_OF_YEAR = {"sorties": "date_sortie", "actions": "date_action"}


@dataclass(frozen=True)
class Failure:
    """A row of a frame that fails a check, by its position."""

    row: int
    column: str
    check_id: str


def value_failures(export: str, rows: pl.DataFrame, this_year: int | None = None) -> list[Failure]:
    """Rows whose values break the contract, each by itself; a later year than `this_year` does.

    It is the current one unless it is given.
    """
    contract = contract_of(export)
    computed = rows.select(field.name for field in contract.read).with_columns(_computed(contract))
    return _failures(computed, tuple(_value_expectations(contract, this_year or date.today().year)))


def reference_failures(rows: pl.DataFrame) -> list[Failure]:
    """Rows whose pathway is not known, or whose exit is earlier than its entry.

    `_pathway` says what is known of the pathway: `known`, or the check that it fails; `_entry` has
    the date of entry, and `_exit` the date of exit, where there is one.
    """
    import great_expectations.expectations as gxe

    checks: list[Expectation] = [
        gxe.ExpectColumnValuesToBeInSet(
            column="_pathway", value_set=["known"], meta=_meta(EXPLAINED, "id_parcours")
        )
    ]
    if "_exit" in rows.columns:
        checks.append(
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A="_exit",
                column_B="_entry",
                or_equal=True,
                ignore_row_if="either_value_is_missing",
                meta=_meta("exit_before_entry", "date_sortie"),
            )
        )
    columns = [name for name in ("_pathway", "_entry", "_exit") if name in rows.columns]
    return _failures(rows.select(columns), tuple(checks))


def _value_expectations(contract: Contract, this_year: int) -> Iterator["Expectation"]:
    """The suite of one export: what its contract says of each column and of pairs of them."""
    import great_expectations.expectations as gxe

    for field in contract.read:
        name = field.name
        if field.required:
            yield gxe.ExpectColumnValuesToNotBeNull(column=name, meta=_meta("value_required", name))
        explained = _meta(EXPLAINED, name)
        if field.type == "date":
            yield gxe.ExpectColumnValuesToMatchRegex(column=name, regex=STORED_DATE, meta=explained)
        elif field.type == "integer":
            yield gxe.ExpectColumnValuesToMatchRegex(
                column=name, regex=STORED_INTEGER, meta=explained
            )
            if field.minimum is not None or field.maximum is not None:
                yield gxe.ExpectColumnValuesToBeBetween(
                    column=OUR_OWN + name,
                    min_value=field.minimum,
                    max_value=field.maximum,
                    meta=_meta("value_out_of_range", name),
                )
        elif field.spellings is not None and not field.delimiter:
            yield gxe.ExpectColumnValuesToBeInSet(
                column=name, value_set=field.allowed, meta=explained
            )
        elif field.spellings is not None:
            yield gxe.ExpectColumnValuesToMatchRegex(
                column=name, regex=_list_of(field), meta=explained
            )
        elif field.is_free:
            yield gxe.ExpectColumnValuesToNotMatchRegex(
                column=name, regex=WRONG_TEXT, meta=explained
            )
    yield gxe.ExpectColumnValuesToBeBetween(
        column="_annee", max_value=this_year, meta=_meta("year_future", "annee")
    )
    yield from _pair_expectations(contract)


def _pair_expectations(contract: Contract) -> Iterator["Expectation"]:
    import great_expectations.expectations as gxe

    names = {field.name for field in contract.fields}
    if {"chantier", "territoire"} <= names:
        yield _agrees("_place", "worksite_not_in_territory", "chantier")
    if contract.export == "salaries":
        yield gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="_annee",
            column_B="_entry_year",
            or_equal=True,
            ignore_row_if="either_value_is_missing",
            meta=_meta("entry_after_year", "date_entree"),
        )
        yield gxe.ExpectColumnValuesToBeBetween(
            column="_age",
            min_value=YOUNGEST,
            max_value=OLDEST,
            meta=_meta("age_at_entry", "date_naissance"),
        )
    if contract.export in DATES_OF_YEAR:
        yield gxe.ExpectColumnPairValuesToBeEqual(
            column_A="_annee",
            column_B="_date_year",
            ignore_row_if="either_value_is_missing",
            meta=_meta("year_of_date", DATES_OF_YEAR[contract.export]),
        )
    if "types_action" in names:
        yield _agrees("_type", "action_type_of_domain", "types_action")
        yield _agrees("_reason", "request_reason_of_domain", "motif_sollicitation")


def _agrees(column: str, check_id: str, told_of: str) -> "Expectation":
    import great_expectations.expectations as gxe

    return gxe.ExpectColumnValuesToBeInSet(
        column=column, value_set=["yes"], meta=_meta(check_id, told_of)
    )


def _computed(contract: Contract) -> list[pl.Expr]:
    """The columns that compare two columns of a row; null where there is nothing to compare."""
    names = {field.name for field in contract.fields}
    computed = [
        _number(field.name).alias(OUR_OWN + field.name)
        for field in contract.read
        if field.type == "integer"
    ]
    if {"chantier", "territoire"} <= names:
        worksites = territories_of_worksite()
        pairs = [f"{one}\0{place}" for one, places in worksites.items() for place in places]
        is_known = pl.col("chantier").is_in(list(worksites))
        is_comparable = is_known & pl.col("territoire").is_in(contract["territoire"].allowed)
        pair = pl.concat_str("chantier", pl.lit("\0"), "territoire")
        computed.append(_yes_or_no(pair.is_in(pairs), is_comparable).alias("_place"))
    if contract.export == "salaries":
        entered, born = _year("date_entree"), _year("date_naissance")
        computed += [entered.alias("_entry_year"), (entered - born).alias("_age")]
    if contract.export in DATES_OF_YEAR:
        computed.append(_year(DATES_OF_YEAR[contract.export]).alias("_date_year"))
    if "types_action" in names:
        computed += [
            _of_domain(contract, "types_action", "action_types", "action_type").alias("_type"),
            _of_domain(contract, "motif_sollicitation", "request_reasons", "request_reason").alias(
                "_reason"
            ),
        ]
    return computed


def _of_domain(contract: Contract, column: str, seed: str, seed_column: str) -> pl.Expr:
    """Whether each value of a list belongs to a domain of the row, where all of it is known."""
    values: dict[str, set[str]] = {}
    for row in reference(seed):
        values.setdefault(row["domain"], set()).add(row[seed_column])

    def verdict(row: dict[str, str]) -> str | None:
        items, domains = (_items(contract[name], row[name]) for name in (column, "domaine"))
        if not (_are_known(contract[column], items) and _are_known(contract["domaine"], domains)):
            return None
        listed = set().union(*(values.get(domain, set()) for domain in domains))
        return "yes" if items <= listed else "no"

    return pl.struct("domaine", column).map_elements(verdict, return_dtype=pl.String)


def _items(field: Field, value: str) -> set[str]:
    return set(value.split(field.delimiter)) if field.delimiter else {value}


def _are_known(field: Field, items: set[str]) -> bool:
    return items <= set(field.allowed)


def _yes_or_no(agrees: pl.Expr, is_comparable: pl.Expr) -> pl.Expr:
    return (
        pl.when(agrees & is_comparable)
        .then(pl.lit("yes"))
        .when(~agrees & is_comparable)
        .then(pl.lit("no"))
    )


def _number(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Float64, strict=False)


def _year(name: str) -> pl.Expr:
    is_date = pl.col(name).str.contains(STORED_DATE)
    return pl.when(is_date).then(pl.col(name).str.head(4)).cast(pl.Float64, strict=False)


def _list_of(field: Field) -> str:
    one = "(?:" + "|".join(map(re.escape, field.allowed)) + ")"
    return f"^{one}(?:{re.escape(field.delimiter)}{one})*$"


def _meta(check_id: str, column: str) -> dict[str, str]:
    return {"check_id": check_id, "column": column}


def _failures(rows: pl.DataFrame, expectations: tuple["Expectation", ...]) -> list[Failure]:
    """Where rows fail; looked at in pieces, so that memory stays small."""
    import great_expectations as gx

    failures: set[Failure] = set()
    for start in range(0, rows.height, ROWS_AT_ONCE):
        piece = _pandas(rows.slice(start, ROWS_AT_ONCE))
        batch = _batch_definition().get_batch({"dataframe": piece})
        suite = gx.ExpectationSuite("contract", expectations=list(expectations))
        for result in batch.validate(suite, result_format=WITHOUT_VALUES).results:
            config = result.expectation_config
            if config is None or config.meta is None:
                raise RuntimeError("a check has lost its id")
            meta = config.meta
            if result.exception_info.get("raised_exception", False):
                raise RuntimeError(f"the check {meta['check_id']} could not be made")
            failures |= {
                Failure(start + row, meta["column"], meta["check_id"])
                for row in result.result.get("unexpected_index_list") or ()
            }
    return sorted(failures, key=lambda failure: (failure.row, failure.column, failure.check_id))


def _pandas(rows: pl.DataFrame) -> "pd.DataFrame":
    """The frame for Great Expectations: an empty text is a missing value."""
    import numpy as np
    import pandas as pd

    columns = {}
    for series in rows:
        if series.dtype == pl.String:
            # Each distinct text is one object, however many cells hold it.
            distinct = series.unique()
            texts = np.array([text or None for text in distinct.to_list()], dtype=object)
            at = series.replace_strict(distinct, range(len(distinct)), return_dtype=pl.Int64)
            columns[series.name] = pd.Series(texts[at.to_numpy()], dtype=object)
        else:
            columns[series.name] = pd.Series(series.cast(pl.Float64).to_numpy(), dtype="float64")
    return pd.DataFrame(columns)


@cache
def _batch_definition() -> "BatchDefinition":
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    source = context.data_sources.add_pandas("deliveries")
    return source.add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")
