{#-
  Names of the indicator columns of a theme's model, i.e. those with a double underscore: the
  boolean ones (`type='boolean'`), the measured ones (`type='number'`) or both. Read from the built model,
  so that a new indicator is in no list kept by hand.
-#}
{% macro indicator_columns(relation, type=none) -%}
  {%- set names = [] -%}
  {%- if execute -%}
    {%- for column in get_columns_in_relation(relation) if '__' in column.name -%}
      {%- if not type or (column.dtype | lower == 'boolean') == (type == 'boolean') -%}
        {%- do names.append(column.name) -%}
      {%- endif -%}
    {%- endfor -%}
  {%- endif -%}
  {{- return(names) -}}
{%- endmacro %}

{#-
  Rows of a theme's model for every place and population that they belong to. `place` is `geography`
  (territory, urbanity group, Total) or `worksite` (the worksite alone, everybody).
-#}
{% macro in_every_place(relation, place='geography') -%}
    {%- if place == 'worksite' %}
    select
        indicators.*,
        indicators.worksite_id as geography_id,
        'all' as counted_population
    from {{ relation }} as indicators
    where indicators.worksite_id is not null
    {%- else %}
    select
        indicators.*,
        places.geography_id,
        populations.population as counted_population
    from {{ relation }} as indicators
    inner join {{ ref('dim_geographies') }} as places on indicators.territory_id = places.territory_id
    inner join {{ ref('dim_populations') }} as populations on indicators.population = populations.member
    {%- endif %}
{%- endmacro %}

{#-
  Distinct people per indicator column, year, place and population of a theme's model. Columns:
  reporting_year, geography_id, population, indicator_column, numerator, denominator.

  People with one row in the year are counted where that row is, and these small sums are added up for
  every place and population. People with several rows are first collapsed to one row per person in
  each of them (true in any of their pathways = true). At the end the sums become one row per column.
-#}
{% macro count_people(relation, place='geography') -%}
{%- set home = 'worksite_id' if place == 'worksite' else 'territory_id, population' -%}
{%- set columns = indicator_columns(relation, 'boolean') -%}
with repeated as (
    select
        reporting_year,
        person_key
    from {{ relation }}
    group by reporting_year, person_key
    having count(*) > 1
),

flagged as (
    select
        indicators.*,
        repeated.person_key is not null as has_several_rows
    from {{ relation }} as indicators
    left join repeated
        on indicators.reporting_year = repeated.reporting_year and indicators.person_key = repeated.person_key
),

counted_once as (
    select
        reporting_year,
        {{ home }}
        {%- for column in columns %},
        count(case when {{ column }} then 1 end) as numerator_{{ loop.index }},
        count({{ column }}) as denominator_{{ loop.index }}
        {%- endfor %}
    from flagged
    where not has_several_rows
    group by reporting_year, {{ home }}
),

people as (
    select
        reporting_year,
        geography_id,
        counted_population as population,
        person_key
        {%- for column in columns %},
        bool_or({{ column }}) as {{ column }}
        {%- endfor %}
    from ({{ in_every_place('(select * from flagged where has_several_rows)', place) }}) as placed
    group by reporting_year, geography_id, counted_population, person_key
),

counted as (
    select
        reporting_year,
        geography_id,
        counted_population as population
        {%- for column in columns %},
        numerator_{{ loop.index }},
        denominator_{{ loop.index }}
        {%- endfor %}
    from ({{ in_every_place('counted_once', place) }}) as placed
    union all
    select
        reporting_year,
        geography_id,
        population
        {%- for column in columns %},
        count(case when {{ column }} then 1 end) as numerator_{{ loop.index }},
        count({{ column }}) as denominator_{{ loop.index }}
        {%- endfor %}
    from people
    group by reporting_year, geography_id, population
),

sums as (
    select
        reporting_year,
        geography_id,
        population
        {%- for column in columns %},
        cast(sum(numerator_{{ loop.index }}) as bigint) as numerator_{{ loop.index }},
        cast(sum(denominator_{{ loop.index }}) as bigint) as denominator_{{ loop.index }}
        {%- endfor %}
    from counted
    group by reporting_year, geography_id, population
)

select
    sums.reporting_year,
    sums.geography_id,
    sums.population,
    names.indicator_column,
    case names.indicator_column
        {%- for column in columns %}
        when '{{ column }}' then sums.numerator_{{ loop.index }}
        {%- endfor %}
    end as numerator,
    case names.indicator_column
        {%- for column in columns %}
        when '{{ column }}' then sums.denominator_{{ loop.index }}
        {%- endfor %}
    end as denominator
from sums
cross join (
    values {% for column in columns %}('{{ column }}'){{ ', ' if not loop.last }}{% endfor %}
) as names (indicator_column)
{%- endmacro %}

{#-
  Mean or median, as the catalogue says, of every measured indicator column: each pathway (or each
  person, as the catalogue says) counts once in a year and place, with the highest of its values.
  Columns: reporting_year, geography_id, population, indicator_column, denominator, measure.

  As in `count_people`, only those with several rows in the year are collapsed in every place.
-#}
{% macro summarise_measures(place='geography') -%}
{%- set home = 'worksite_id' if place == 'worksite' else 'territory_id, population' -%}
{%- set place_and_column = 'reporting_year, geography_id, counted_population, indicator_column, statistic' -%}
with measures as (
    {%- for theme in measured_models() %}
    {%- set last_theme = loop.last %}
    {%- for column in indicator_columns(theme, 'number') %}
    select
        reporting_year,
        {{ home }},
        person_key,
        pathway_key,
        '{{ column }}' as indicator_column,
        {{ column }}::double as measure
    from {{ theme }}
    where {{ column }} is not null
    {{ 'union all' if not (loop.last and last_theme) }}
    {%- endfor %}
    {%- endfor %}
),

measured as (
    select
        measures.*,
        catalogue.statistic,
        case when catalogue.counting_unit = 'pathways' then measures.pathway_key else measures.person_key end
            as counted_key
    from measures
    inner join {{ ref('dim_indicator_breakdowns') }} as catalogue
        on measures.indicator_column = catalogue.indicator_column
),

repeated as (
    select
        reporting_year,
        indicator_column,
        counted_key
    from measured
    group by reporting_year, indicator_column, counted_key
    having count(*) > 1
),

flagged as (
    select
        measured.*,
        repeated.counted_key is not null as has_several_rows
    from measured
    left join repeated
        on
            measured.reporting_year = repeated.reporting_year
            and measured.indicator_column = repeated.indicator_column
            and measured.counted_key = repeated.counted_key
),

counted as (
    select
        {{ place_and_column }},
        measure
    from ({{ in_every_place('(select * from flagged where not has_several_rows)', place) }}) as placed
    union all
    select
        {{ place_and_column }},
        max(measure) as measure
    from ({{ in_every_place('(select * from flagged where has_several_rows)', place) }}) as placed
    group by {{ place_and_column }}, counted_key
)

select
    reporting_year,
    geography_id,
    counted_population as population,
    indicator_column,
    count(*) as denominator,
    -- decimals give the same sum in any order of the rows, doubles do not
    case statistic
        when 'mean' then sum(cast(measure as decimal(28, 12)))::double / count(*)
        when 'median' then median(measure)
    end as measure
from counted
group by {{ place_and_column }}
{%- endmacro %}
