"""The reference lists that the Bilan prints, as the edition holds them."""

from collections.abc import Callable, Mapping
from typing import Any

from cvg_warehouse.reading.data import Edition
from cvg_warehouse.reading.texts import Language, say, value_label

Row = Mapping[str, Any]


def reference_table(
    name: str, edition: Edition, language: Language
) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a reference list."""

    def category(code: str) -> str:
        for breakdown in ("job_or_training_category", "other_exit_category", "housing_group"):
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
