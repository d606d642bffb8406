"""What an edition holds: its tables, column by column, and how they come out of the warehouse."""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from cvg_warehouse.publication.disclosure import Protected
from cvg_warehouse.publication.editions.origin import Origin

CELL = {
    "indicator_id": "VARCHAR",
    "reporting_year": "INTEGER",
    "geography_id": "VARCHAR",
    "population": "VARCHAR",
    "breakdown": "VARCHAR",
}
TABLES: dict[str, dict[str, str]] = {
    "mart_indicators": CELL
    | {
        "numerator": "DOUBLE",
        "denominator": "DOUBLE",
        "value": "DOUBLE",
        "status": "VARCHAR",
    },
    "mart_indicator_intervals": CELL
    | {"value": "DOUBLE", "value_lower": "DOUBLE", "value_upper": "DOUBLE"},
    "indicators": {
        "indicator_id": "VARCHAR",
        "theme": "VARCHAR",
        "unit": "VARCHAR",
        "statistic": "VARCHAR",
        "counting_unit": "VARCHAR",
        "breakdown": "VARCHAR",
        "base": "VARCHAR",
        "label_fr": "VARCHAR",
        "label_en": "VARCHAR",
        "numerator_definition": "VARCHAR",
        "denominator_definition": "VARCHAR",
        "numerator_definition_fr": "VARCHAR",
        "denominator_definition_fr": "VARCHAR",
        "published_in": "VARCHAR",
    },
    "breakdown_values": {
        "breakdown": "VARCHAR",
        "value": "VARCHAR",
        "column_suffix": "VARCHAR",
        "label_fr": "VARCHAR",
        "label_en": "VARCHAR",
        "sort_order": "INTEGER",
    },
    "geographies": {
        "geography_id": "VARCHAR",
        "geography_level": "VARCHAR",
        "name_fr": "VARCHAR",
        "name_en": "VARCHAR",
        "urbanity": "VARCHAR",
        "launch_year": "INTEGER",
    },
    "education_levels": {"education_level": "INTEGER", "label_fr": "VARCHAR"},
    "housing_types": {
        "housing_type": "VARCHAR",
        "housing_group": "VARCHAR",
        "housing_level": "INTEGER",
    },
    "exit_reasons": {
        "exit_reason_code": "VARCHAR",
        "label_fr": "VARCHAR",
        "exit_category": "VARCHAR",
        "is_neutral": "BOOLEAN",
        "is_trial_period_rupture": "BOOLEAN",
    },
    "report_items": {
        "item": "INTEGER",
        "section": "VARCHAR",
        "title_fr": "VARCHAR",
        "kind": "VARCHAR",
        "dimensions": "VARCHAR",
        "indicator_ids": "VARCHAR",
        "breakdown_pattern": "VARCHAR",
        "geographies": "VARCHAR",
        "populations": "VARCHAR",
        "years": "VARCHAR",
        "reference_seed": "VARCHAR",
        "source_line": "INTEGER",
        "image": "VARCHAR",
    },
    "report_item_indicators": {
        "item": "INTEGER",
        "indicator_id": "VARCHAR",
        "breakdown_pattern": "VARCHAR",
        "geographies": "VARCHAR",
        "populations": "VARCHAR",
        "years": "VARCHAR",
    },
    "mart_report_reconciliation": {
        "figure_id": "VARCHAR",
        "table_id": "VARCHAR",
        "row_label": "VARCHAR",
        "measure": "VARCHAR",
        "kind": "VARCHAR",
        "printed": "DOUBLE",
        "computed": "DOUBLE",
        "difference": "DOUBLE",
        "status": "VARCHAR",
        "contradiction_id": "VARCHAR",
        "indicator_id": "VARCHAR",
    },
    "contradictions": {
        "contradiction_id": "VARCHAR",
        "figure_id": "VARCHAR",
        "relation": "VARCHAR",
        "explanation": "VARCHAR",
        "explanation_fr": "VARCHAR",
    },
    "edition": {
        "edition_id": "VARCHAR",
        "audience": "VARCHAR",
        "published_at": "TIMESTAMP",
        "exports_hash": "VARCHAR",
        "code_version": "VARCHAR",
        "rules_hash": "VARCHAR",
        "is_synthetic": "BOOLEAN",
        "first_year": "INTEGER",
        "last_year": "INTEGER",
        "cells": "BIGINT",
        "masked_cells": "BIGINT",
        "primary_masks": "BIGINT",
        "secondary_masks": "BIGINT",
        "masked_share_of_counts": "DOUBLE",
        "recoverable_cells": "BIGINT",
        "previous_edition_id": "VARCHAR",
    },
}
IS_SYNTHETIC = "select coalesce(bool_and(is_synthetic), false) from dim_exports"
# A figure is open when all of its cells are in this edition, and none is masked. A value that did
# not occur has no cell anywhere.
OPEN_FIGURES = """
    select terms.figure_id
    from report_terms as terms
    inner join mart_indicators as computed
        using (indicator_id, reporting_year, geography_id, population, breakdown)
    left join edition.mart_indicators as cells
        using (indicator_id, reporting_year, geography_id, population, breakdown)
    group by terms.figure_id
    having bool_and(cells.status is not null and cells.status != 'masked')
"""
SELECTS = {
    # An empty base is `unknown` where the base counts known answers, none is known, and there are
    # people who could have answered; else it is about nobody. Only the edition's own cells decide,
    # so that the status tells nothing that they do not.
    #   base, those who could have answered, the answers known (where that is more than the base)
    "mart_indicators": """
        with bases (base, asked, known) as (values
            ('SUPPORTED', 'headcount.supported', null),
            ('WITHOUT_RSA', 'headcount.supported', 'public.rsa:base'),
            ('SUPPORTED_HOUSED', 'headcount.supported', 'public.housing_at_entry:base[rue]'),
            ('AFTER_PHC_ENTERED', 'public.after_phc_entered', null),
            ('COMPLETE', 'exits.job_or_training:base[total]', null),
            ('DIFFICULTY_AT_ENTRY', 'barriers.at_entry_exited[{difficulty}]', null),
            ('HEALTH_DIFFICULTY_AT_ENTRY', 'barriers.at_entry_exited[sante]',
                'barriers.resolved_at_exit:base[sante]'),
            ('HOUSING', 'pathways.over_2_years:base', 'housing.improved:base'),
            ('HOUSING_NOT_PERMANENT', 'pathways.over_2_years:base', 'housing.improved:base'),
            ('HOUSING_BOTH_KNOWN', 'pathways.over_2_years:base', null),
            ('HOUSING_HOSTED', 'pathways.over_2_years:base', 'housing.permanent_at_exit:base'),
            ('JOB_CONTACTED', 'post_exit.job_contacted:base', null),
            ('HOUSING_CONTACTED', 'post_exit.housing_contacted:base', null)
        ),
        counts as (
            select
                * exclude (numerator, denominator, value, status),
                indicator_id || part || if(breakdown = '', '', '[' || breakdown || ']') as quantity,
                count
            from (
                select *, '' as part, numerator as count from cells
                union all
                select *, ':base' as part, denominator as count from cells
            )
        )
        select cells.* replace (
            if(
                cells.status = 'not_applicable'
                and asked.count > 0
                and (bases.known is null or known.count = 0),
                'unknown',
                cells.status
            ) as status
        )
        from cells
        left join stg_reference__indicators as catalogue using (indicator_id)
        left join bases
            on
                catalogue.base = bases.base
                and (
                    bases.base != 'SUPPORTED' or contains(catalogue.denominator_definition, 'known')
                )
        left join counts as asked
            on
                asked.quantity
                = replace(bases.asked, '{difficulty}', split_part(cells.breakdown, ' x ', 1))
                and cells.reporting_year = asked.reporting_year
                and cells.geography_id = asked.geography_id
                and cells.population = asked.population
        left join counts as known
            on
                bases.known = known.quantity
                and cells.reporting_year = known.reporting_year
                and cells.geography_id = known.geography_id
                and cells.population = known.population
    """,
    "mart_indicator_intervals": """
        select intervals.*
        from mart_indicator_intervals as intervals
        inner join edition.mart_indicators as cells
            using (indicator_id, reporting_year, geography_id, population, breakdown)
        where cells.status = 'shown'
    """,
    "indicators": "select * from stg_reference__indicators",
    "breakdown_values": "select * from stg_reference__breakdown_values",
    "geographies": """
        select
            places.geography_id,
            places.geography_level,
            coalesce(territories.territory_name, names.name_fr) as name_fr,
            coalesce(territories.territory_name, names.name_en) as name_en,
            territories.urbanity,
            territories.launch_year
        from (select distinct geography_id, geography_level from dim_geographies) as places
        left join dim_territories as territories on places.geography_id = territories.territory_id
        left join (values
            ('urban', 'Territoires très urbains', 'Very urban territories'),
            ('less_urban', 'Territoires moins urbains', 'Less urban territories'),
            ('Total', 'Ensemble des territoires', 'All territories')
        ) as names (geography_id, name_fr, name_en) on places.geography_id = names.geography_id
    """,
    "education_levels": "select * from stg_reference__education_levels",
    "housing_types": "select * exclude (note) from stg_reference__housing_types",
    "exit_reasons": "select * exclude (confidence, note) from stg_reference__exit_reasons",
    "report_items": "select * from stg_reference__report_items",
    "report_item_indicators": "select * from report_item_indicators",
    "mart_report_reconciliation": f"""
        with open_figures as ({OPEN_FIGURES})
        select figures.* exclude (is_open) replace (
            if(is_open, printed, null) as printed,
            if(is_open, computed, null) as computed,
            if(is_open, difference, null) as difference,
            if(is_open, status, 'masked') as status,
            if(is_open, contradiction_id, null) as contradiction_id
        )
        from (
            select *, figure_id in (from open_figures) as is_open from mart_report_reconciliation
        ) as figures
    """,
    "contradictions": f"""
        select * from stg_reference__contradictions where figure_id in ({OPEN_FIGURES})
    """,
}


@dataclass(frozen=True)
class Record:
    """What an edition says of itself."""

    edition_id: str
    published_at: datetime
    """In UTC, without a time zone."""
    origin: Origin
    previous_edition_id: str | None


def fill(
    warehouse: duckdb.DuckDBPyConnection,
    audience: str,
    cells: str,
    record: Record,
    protected: Protected | None,
) -> None:
    """Write all tables of an edition into the database that is attached as `edition`.

    `cells` is a query for the columns of `mart_indicators`, with a status that does not know of
    `unknown` yet; `protected` is what the disclosure control says of a public edition.
    """
    for table, columns in TABLES.items():
        described = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        warehouse.execute(f"create table edition.{table} ({described})")
    for table, select in SELECTS.items():
        query = f"with cells as ({cells}) select * from ({select})"
        warehouse.execute(f"insert into edition.{table} by name {query}")
    figures = protected and (
        protected.primary_masks,
        protected.secondary_masks,
        protected.masked_share_of_counts,
        protected.recoverable_cells,
    )
    warehouse.execute(
        f"""
        insert into edition.edition
        select ?, ?, ?, ?, ?, ?,
            ({IS_SYNTHETIC}),
            min(reporting_year), max(reporting_year),
            count(*),
            if(?, count(*) filter (status = 'masked'), null),
            ?, ?, ?, ?, ?
        from edition.mart_indicators
        """,
        [
            record.edition_id,
            audience,
            record.published_at,
            record.origin.exports_hash,
            record.origin.code_version,
            record.origin.rules_hash,
            protected is not None,
            *(figures or (None,) * 4),
            record.previous_edition_id,
        ],
    )
