"""SQL mutants that once survived, and those that change nothing whatever the data."""

import re

KNOWN = (
    ("fct_exits", "    exits.worksite_id,", "    pathways.worksite_id,"),
    ("agg_people", "bool_or(", "bool_and("),
    ("agg_measures", "max(measure)", "min(measure)"),
    ("agg_partners", "count(distinct partner_key)", "count(partner_key)"),
    ("ind_partners", "select distinct", "select"),
    ("mart_indicator_intervals", "1.959963984540054", "1.644853626951472"),
    ("mart_officer_impact", "1.959963984540054", "1.644853626951472"),
    ("mart_officer_impact", "with_rate - without_rate", "without_rate - with_rate"),
    ("mart_officer_impact", "1 / nullif(with_reached, 0) -", "1 / nullif(with_reached, 0) +"),
    ("mart_officer_impact", "- groups.with_reached *", "+ groups.with_reached *"),
    ("mart_worksite_feedback", "territory.population = 'all'", "territory.population = 'direct'"),
    (
        "dim_worksites",
        "coalesce(declared.first_year, seen.first_delivery_year)",
        "coalesce(seen.first_delivery_year, declared.first_year)",
    ),
)
"""Model, text, and the text that stands there instead."""

EQUIVALENT = (
    (
        re.compile(r"^mart_\w+: other aggregate: max\(case when indicator_id = "),
        "a cell of a mart is one row of mart_indicators, so its highest value is its lowest",
    ),
    (
        re.compile(r"^agg_partners: distinct dropped: select distinct"),
        "the partners are counted with count(distinct) afterwards",
    ),
    (
        re.compile(
            r"^(dim_partners|fct_(partner_action|collective_session)_\w+): filter dropped: "
            r"where (partners|domains|action_types) is not null"
        ),
        "the items of an empty list are no rows",
    ),
    (
        re.compile(r"^mart_indicators_by_period: inner <-> left: inner join breakdowns"),
        "a column that is no indicator's joins no line of the catalogue in the end",
    ),
    (
        re.compile(r"^dim_reporting_years: distinct dropped: select distinct"),
        "the union of the years holds each once",
    ),
    (
        re.compile(r"^ind_territories: inner <-> left: inner join dim_populations"),
        "every population of a pathway is a member of one that is counted",
    ),
    (
        re.compile(
            r"^ind_pathways: (coalesce dropped: .*coalesce\((is_over_2_years|exit_date)"
            r"|other constant: .*coalesce\((is_over_2_years|exit_date [^()]*), true\))"
        ),
        "both dates are required, so that the length of a pathway is known",
    ),
    (
        re.compile(r"^ind_barriers_at_entry: .*coalesce\(difficulties_met = \d"),
        "difficulties that are not known add nothing, so that their number is known",
    ),
    (
        re.compile(r"^agg_(worksite_)?(people|measures): filter dropped: having count"),
        "to collapse also those with one row changes nothing but the time it takes",
    ),
    (
        re.compile(r"^mart_indicator_intervals: (inner <-> left: inner join|coalesce dropped: )"),
        "only shares with a base are left, as the last condition says",
    ),
    (
        re.compile(r"^\w+: filter dropped: where actions\.(person|pathway)_key is not null"),
        "actions of nobody join nobody",
    ),
)
"""Pattern of the label, and why the mutant is no fault."""
