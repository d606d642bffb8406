{#-
  Warns of rows whose worksite is not declared, or not for the territory that they name: they count where they say,
  and one row here for each worksite, year and territory says what to mend.
-#}
{% test worksites_are_declared(model, export) %}
{{ config(severity='warn', fail_calc='coalesce(sum(rows_against), 0)') }}
{%- set file = exported(export) %}
with delivered as (
    select
        worksite_id,
        territory_id,
        reporting_year,
        count(*) as rows_against,
        min(line_in_file) as first_line
    from (
        select
            {{ text('chantier') }} as worksite_id,
            {{ text('territoire') }} as territory_id,
            {{ whole_number('annee') }} as reporting_year,
            line_in_file
        from {{ file }}
    ) as read_rows
    where worksite_id is not null
    group by worksite_id, territory_id, reporting_year
),

declared as (
    select
        worksite_id,
        territory_id,
        valid_from,
        valid_to
    from {{ ref('stg_reference__worksites') }}
),

-- where a worksite may deliver rows of, on some day of the year
places as (
    select * from declared
    union all
    select
        worksite_id,
        territory_id,
        valid_from,
        valid_to
    from {{ ref('stg_reference__worksite_territories') }}
),

placed as (
    select
        delivered.*,
        homes.territory_id as home,
        delivered.worksite_id in (select declared.worksite_id from declared) as is_declared,
        -- a text of another form may be anything, also a name
        {{ shape_of_code('delivered.worksite_id') }} in (
            select {{ shape_of_code('declared.worksite_id') }} from declared
        ) as is_code
    from delivered
    left join places
        on
            delivered.worksite_id = places.worksite_id
            and delivered.territory_id = places.territory_id
            and coalesce(places.valid_from <= {{ last_day('delivered.reporting_year') }}, true)
            and coalesce({{ first_day('delivered.reporting_year') }} <= places.valid_to, true)
    left join declared as homes
        on
            delivered.worksite_id = homes.worksite_id
            and {{ valid_on('homes', last_day('delivered.reporting_year')) }}
    where
        places.worksite_id is null
        -- a territory that is none is an error of its own
        and delivered.territory_id in (
            select territories.territory_id from {{ ref('stg_reference__territories') }} as territories
        )
)

select
    '{{ file_name(file) }}: chantier: '
    || case when is_code then worksite_id else 'a text that looks like no worksite' end
    || coalesce(' in ' || cast(reporting_year as string), '')
    || case
        when not is_declared then ' is not declared; correct it, or add it to seeds/reference/worksites.csv'
        else
            ' lies in ' || territory_id || ' and is declared for ' || coalesce(home, 'no territory in that year')
            || '; correct territoire, or add the two to seeds/reference/worksite_territories.csv,'
            || ' or, where it moved, a line with valid_from to seeds/reference/worksites.csv'
    end as rule,
    sum(rows_against) as rows_against,
    min(first_line) as first_line
from placed
group by rule
{% endtest %}
