"""Lists of texts: what an edition says of itself, its catalogue, and the Bilan's own lists.

Each is a `TextTable`: what heads its columns, and rows of as many texts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from cvg_warehouse.formats import day, number
from cvg_warehouse.reading.data import Edition, Indicator
from cvg_warehouse.reading.figures import base_name, written
from cvg_warehouse.reading.glossary import Term
from cvg_warehouse.reading.search import fold
from cvg_warehouse.reading.texts import (
    Language,
    breakdown_label,
    definitions,
    explanation,
    label_of,
    measure_label,
    place_name,
    say,
    value_label,
)

Row = Mapping[str, Any]
TextTable = tuple[list[str], list[list[str]]]

MOST_VALUES_NAMED = 12
NONE = "–"
EXIT_OR_HOUSING_GROUPS = ("job_or_training_category", "other_exit_category", "housing_group")


def reference_table(name: str, edition: Edition, language: Language) -> TextTable:
    """One of the reference lists that the Bilan prints."""

    def category(code: str) -> str:
        for breakdown in EXIT_OR_HOUSING_GROUPS:
            if (breakdown, code) in edition.value_labels:
                return value_label(edition, breakdown, code, language)
        return say(language, "value_neutre")

    def answer(yes: bool) -> str:
        return say(language, "yes" if yes else "no")

    columns: dict[str, dict[str, Callable[[Row], str]]] = {
        "education_levels": {
            "column_level": lambda row: str(row["education_level"]),
            "column_label": lambda row: row["label_fr"],
        },
        "housing_types": {
            "column_type": lambda row: row["housing_type"],
            "column_category": lambda row: category(row["housing_group"]),
            "column_level": lambda row: str(row["housing_level"]),
        },
        "exit_reasons": {
            "column_code": lambda row: row["exit_reason_code"],
            "column_label": lambda row: row["label_fr"],
            "column_category": lambda row: category(row["exit_category"]),
            "column_neutral": lambda row: answer(row["is_neutral"]),
            "column_trial": lambda row: answer(row["is_trial_period_rupture"]),
        },
    }
    shown = columns[name]
    header = [say(language, key) for key in shown]
    rows = edition.reference_lists[name]
    return header, [[read(row) for read in shown.values()] for row in rows]


def edition_table(edition: Edition, language: Language) -> TextTable:
    """All that an edition says of itself, name and value; no column is headed."""
    shown: dict[str, str] = {
        "id": edition.edition_id,
        "published_at": day(edition.published_at, language),
        "audience": say(language, "audience_" + edition.audience),
        "years": f"{edition.first_year}–{edition.last_year}",
    }
    for name in ("code_version", "exports_hash", "rules_hash", "previous_edition_id", "accepted"):
        shown[name] = edition.about[name] or NONE
    for name, unit in {
        "cells": "people",
        "masked_cells": "people",
        "recoverable_cells": "people",
        "rounding": "people",
    }.items():
        value = edition.about[name]
        shown[name] = NONE if value is None else written(value, unit, language)
    return ["", ""], [[say(language, "edition_" + name), text] for name, text in shown.items()]


def reconciliation_table(rows: Sequence[Row], edition: Edition, language: Language) -> TextTable:
    """Printed beside computed figures, a line each."""

    def text(row: Row, name: str) -> str:
        value, decimals = row[name], 0 if row["kind"] == "count" else 1
        return "" if value is None else number(value, decimals, language)

    def what(row: Row) -> str:
        """What a figure counts: in a table, the indicator and the value of the column."""
        if row["table_id"] is None:
            return row["label_fr"] if language == "fr" else row["measure"]
        indicator = edition.indicators.get(row["indicator_id"] or "")
        if indicator is None:
            return row["measure"]
        is_value = (indicator.breakdown, row["measure"]) in edition.value_labels
        value = row["measure"] if is_value else ""
        return measure_label(edition, indicator.indicator_id, value, language)

    columns: dict[str, Callable[[Row], str]] = {
        "figure": lambda row: row["figure_id"],
        "label": what,
        "row": lambda row: place_name(edition, row["row_label"], language),
        "kind": lambda row: say(language, "figure_kind_" + row["kind"]),
        "printed": lambda row: text(row, "printed"),
        "computed": lambda row: text(row, "computed"),
        "difference": lambda row: text(row, "difference"),
        "status": lambda row: say(language, "reconciliation_" + row["status"]),
        "evidence": lambda row: explanation(
            edition, row["contradiction_id"] or row["reading_id"] or row["held_by"], language
        ),
        "indicator": lambda row: row["indicator_id"] or "",
        "report": lambda row: row["report_label_fr"] or "",
    }
    headings = {name: say(language, "column_" + name) for name in columns}
    if edition.rounding > 1:
        # How far the print is from a rounded figure says nothing.
        del columns["difference"]
        rounded = say(language, "rounded", edition.rounding)
        headings["computed"] = f"{headings['computed']} ({rounded})"
    header = [headings[name] for name in columns]
    return header, [[read(row) for read in columns.values()] for row in rows]


def dictionary_table(
    indicators: Sequence[Indicator], edition: Edition, language: Language
) -> TextTable:
    """The catalogue, a line for each indicator."""
    columns: dict[str, Callable[[Indicator], str]] = {
        "indicator": lambda one: one.indicator_id,
        "label": lambda one: label_of(one, language),
        "theme": lambda one: label_of(one.theme, language),
        "statistic": lambda one: say(language, "statistic_" + one.statistic),
        "counting_unit": lambda one: say(language, "counted_" + one.counting_unit),
        "base": lambda one: base_name(one, language) if one.base else "",
        "numerator_definition": lambda one: definitions(one, language)[0],
        "denominator_definition": lambda one: definitions(one, language)[1] or "",
        "breakdown": lambda one: values_text(one, edition, language),
        "model": lambda one: one.rule_model,
        "published_in": lambda one: one.published_in or "",
    }
    header = [say(language, "column_" + name) for name in columns]
    return header, [[read(one) for read in columns.values()] for one in indicators]


def words_table(terms: Iterable[Term], language: Language) -> TextTable:
    """Words and what they mean, from A to Z."""
    header = [say(language, "dictionary_word"), say(language, "dictionary_meaning")]
    rows = [[term.name(language), term.meaning(language)] for term in terms]
    return header, sorted(rows, key=lambda row: fold(row[0]))


def bases_table(edition: Edition, language: Language) -> TextTable:
    """Who the rates and means divide by: each base in words, and its code."""
    used = dict.fromkeys(one.base for one in edition.indicators.values() if one.base)
    header = [say(language, "base"), say(language, "identifier")]
    return header, [[label_of(base, language), base.base] for base in used]


def values_text(indicator: Indicator, edition: Edition, language: Language) -> str:
    """The breakdown values of an indicator, or how many there are."""
    values = [value for value in edition.breakdowns.get(indicator.indicator_id, ()) if value]
    if len(values) > MOST_VALUES_NAMED:
        return say(language, "many_values", len(values))
    labels = (breakdown_label(edition, indicator, value, language) for value in values)
    return " ; ".join(labels)
