"""The catalogue's words for the columns of the indicators.

An indicator is defined in two places, its rule's model and the catalogue (the seed `indicators`),
so its column has no description in the model's YAML: it gets one here, from the catalogue.
"""

from pathlib import Path

import duckdb

CATALOGUE = """
    select
        places.indicator_column,
        catalogue.*,
        places.breakdown as breakdown_value,
        first_values.label_fr as first_label_fr,
        first_values.label_en as first_label_en,
        second_values.label_fr as second_label_fr,
        second_values.label_en as second_label_en
    from dim_indicator_breakdowns as places
    inner join stg_reference__indicators as catalogue using (indicator_id)
    left join dim_breakdown_values as first_values
        on split_part(catalogue.breakdown, ' x ', 1) = first_values.breakdown
        and split_part(places.breakdown, ' x ', 1) = first_values.value
    left join dim_breakdown_values as second_values
        on split_part(catalogue.breakdown, ' x ', 2) = second_values.breakdown
        and split_part(places.breakdown, ' x ', 2) = second_values.value
    where places.indicator_column is not null
"""


def breakdown_labels(warehouse: Path) -> dict[str, dict[str, str]]:
    """The English label of each value by its column's suffix, by breakdown."""
    labels: dict[str, dict[str, str]] = {}
    with duckdb.connect(warehouse, read_only=True) as connection:
        for breakdown, suffix, label in connection.execute(
            "select breakdown, column_suffix, label_en from dim_breakdown_values "
            "where column_suffix is not null order by breakdown, sort_order"
        ).fetchall():
            labels.setdefault(breakdown, {})[suffix] = label
    return labels


def indicator_descriptions(warehouse: Path) -> dict[str, str]:
    """The catalogue's words for each indicator column, by the column's name."""
    with duckdb.connect(warehouse, read_only=True) as connection:
        found = connection.execute(CATALOGUE)
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return {row["indicator_column"]: _description(row) for row in rows}


def _description(row: dict[str, str | None]) -> str:
    labels = {
        language: ", ".join(
            str(row[f"{part}label_{language}"])
            for part in ("", "first_", "second_")
            if row[f"{part}label_{language}"]
        )
        for language in ("en", "fr")
    }
    unit = "share of people, 0 to 1" if row["unit"] == "share" else row["unit"]
    if row["statistic"] in ("mean", "median"):
        counted = f"Measure: {row['numerator_definition']}. Over: {row['denominator_definition']}."
    else:
        outside = row["denominator_definition"] or "not named: the indicator is a count"
        counted = f"Numerator: {row['numerator_definition']}. Denominator: {outside}."
    printed = f" Printed in {row['published_in']}." if row["published_in"] else ""
    value = f", value «\u00a0{row['breakdown_value']}\u00a0»" if row["breakdown_value"] else ""
    named = row["base"] and row["base"] in (row["denominator_definition"] or "")
    base = f" Base {row['base']}." if row["base"] and not named else ""
    return (
        f"{labels['en']} ({labels['fr']}). {counted}{base} Unit: {unit}.{printed} "
        f"Catalogue: {row['indicator_id']}{value}."
    )
