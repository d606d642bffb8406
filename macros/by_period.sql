{#- Facts once for each period that they belong to, as tables to select from. Rules are written over them. -#}

{# Exits with each `period_id` that holds their day. #}
{% macro exits_by_period() -%}
(
    select
        exits.*,
        periods.period_id
    from {{ ref('fct_exits') }} as exits
    inner join {{ ref('fct_exit_periods') }} as periods on exits.pathway_key = periods.pathway_key
)
{%- endmacro %}

{# Pathways that are active in a period: what they are in it, and the answers of the delivery that speaks for them there. #}
{% macro supported_by_period() -%}
(
    select
        deliveries.*,
        periods.period_id,
        periods.is_supported,
        periods.has_entered,
        periods.age_at_end
    from {{ ref('fct_pathway_periods') }} as periods
    inner join {{ ref('fct_pathway_years') }} as deliveries
        on periods.pathway_key = deliveries.pathway_key and periods.delivery_year = deliveries.reporting_year
    where periods.is_supported
)
{%- endmacro %}

{# Keys of facts of one day with each period that holds it. #}
{% macro periods_of_day(relation, key, day) -%}
select
    facts.{{ key }},
    periods.period_id
from {{ relation }} as facts
inner join {{ ref('dim_reporting_periods') }} as periods
    on facts.{{ day }} between periods.first_day and periods.last_day
{%- endmacro %}

{# The days of facts with each period that holds them: few, where facts held once for each of their periods are many. #}
{% macro periods_of_days(relation, day) -%}
{{ periods_of_day('(select distinct ' ~ day ~ ' from ' ~ relation ~ ')', day, day) }}
{%- endmacro %}
