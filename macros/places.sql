{#- The columns that say where a row of a rule model belongs. `place` as in `in_every_place`. -#}
{% macro home_of(place) -%}
{{ 'worksite_id' if place == 'worksite' else 'territory_id, population' }}
{%- endmacro %}

{#- What of a rule model is counted there: a build of what changed counts a worksite by its own rows, a place by all. -#}
{% macro counted_for(place, relation) -%}
  {{- return(relation if place == 'worksite' else whole(relation)) -}}
{%- endmacro %}

{#-
  Rows of a rule model for every place and population that they belong to. `place` is `geography`
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
    inner join {{ ref('dim_geography_periods') }} as places
        on indicators.period_id = places.period_id and indicators.territory_id = places.territory_id
    inner join {{ ref('dim_populations') }} as populations on indicators.population = populations.member
    {%- endif %}
{%- endmacro %}

{#-
  CTEs: `once` has the rows of a relation whose keys occur in no other row, `several` those whose keys occur in more.
  Only those have to be collapsed before they are counted. Each is read once, so that nothing wide is kept. `only` is a
  condition on the rows whose keys may occur in more.
-#}
{% macro split_repeated(relation, keys, only='true') -%}
repeated as (
    select {{ keys | join(', ') }}
    from {{ relation }}
    where {{ only }}
    group by {{ keys | join(', ') }}
    having count(*) > 1
),

once as (
    select counted_rows.*
    from {{ relation }} as counted_rows
    left join repeated
        on
            {%- for key in keys %}
            counted_rows.{{ key }} = repeated.{{ key }}
            {{- ' and' if not loop.last }}
            {%- endfor %}
    where repeated.{{ keys | first }} is null
),

several as (
    select counted_rows.*
    from {{ relation }} as counted_rows
    inner join repeated
        on
            {%- for key in keys %}
            counted_rows.{{ key }} = repeated.{{ key }}
            {{- ' and' if not loop.last }}
            {%- endfor %}
)
{%- endmacro %}
