"""The reference lists that the Bilan prints, from the seeds that the project is built with."""

import csv
from collections.abc import Callable

from dashboards.data import Edition
from dashboards.texts import Language, say, value_label

from cvg_warehouse.paths import REFERENCE_SEEDS

Row = dict[str, str]


def reference_table(
    seed: str, edition: Edition, language: Language
) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a reference list, without the columns that only the code needs."""
    with (REFERENCE_SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))

    def category(code: str) -> str:
        for breakdown in ("job_or_training_category", "other_exit_category", "housing_group"):
            if (breakdown, code) in edition.value_labels:
                return value_label(edition, breakdown, code, language)
        return say(language, "value_neutre")

    columns: dict[str, dict[str, Callable[[Row], str]]] = {
        "education_levels": {
            "column_level": lambda row: row["education_level"],
            "column_label": lambda row: row["label_fr"],
        },
        "housing_types": {
            "column_type": lambda row: row["housing_type"],
            "column_category": lambda row: category(row["housing_group"]),
            "column_level": lambda row: row["level"],
        },
        "exit_reasons": {
            "column_code": lambda row: row["code"],
            "column_label": lambda row: row["label_fr"],
            "column_category": lambda row: category(row["category"]),
            "column_neutral": lambda row: say(language, row["neutral"]),
            "column_trial": lambda row: say(language, row["trial_period_rupture"]),
        },
    }
    shown = columns[seed]
    header = [say(language, key) for key in shown]
    return header, [[read(row) for read in shown.values()] for row in rows]
