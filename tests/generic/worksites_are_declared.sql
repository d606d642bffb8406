{#-
  Warns of rows whose worksite is not declared, or not for the territory that they name: they count where they say,
  and one row here for each worksite, year and territory says what to mend.
-#}
{% test worksites_are_declared(model, file) %}
{{ config(severity='warn', fail_calc='coalesce(sum(rows_against), 0)') }}
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
        territory_id as home,
        {{ shape_of_code('worksite_id') }} as code_shape
    from {{ ref('stg_reference__worksites') }}
),

placed as (
    select
        delivered.*,
        declared.home,
        -- a text of another form may be anything, also a name
        {{ shape_of_code('delivered.worksite_id') }} in (select shapes.code_shape from declared as shapes) as is_code
    from delivered
    -- a territory that is none is an error of its own
    inner join {{ ref('stg_reference__territories') }} as territories on delivered.territory_id = territories.territory_id
    left join declared on delivered.worksite_id = declared.worksite_id
    left join {{ ref('stg_reference__worksite_territories') }} as further
        on delivered.worksite_id = further.worksite_id and delivered.territory_id = further.territory_id
    where
        declared.worksite_id is null
        or (delivered.territory_id != declared.home and further.worksite_id is null)
)

select
    '{{ file.identifier }}.csv: chantier: '
    || case when is_code then worksite_id else 'a text that looks like no worksite' end
    || coalesce(' in ' || cast(reporting_year as string), '')
    || case
        when home is null then ' is not declared; correct it, or add it to seeds/reference/worksites.csv'
        else
            ' lies in ' || territory_id || ' and is declared for ' || home
            || '; correct territoire, or add the two to seeds/reference/worksite_territories.csv'
    end as rule,
    sum(rows_against) as rows_against,
    min(first_line) as first_line
from placed
group by rule
{% endtest %}
