-- Means and medians: each pathway (or each person, as the catalogue says) counts once.
{%- set themes = measured_models() %}
with measured as (
    {%- for theme in themes %}
    ({{ measure_rows(theme) }})
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

counted as (
    select
        measured.reporting_year,
        measured.geography_id,
        measured.population,
        measured.indicator_column,
        catalogue.statistic,
        case when catalogue.counting_unit = 'pathways' then measured.pathway_key else measured.person_key end
            as counted_key,
        max(measured.measure) as measure
    from measured
    inner join {{ ref('dim_indicator_breakdowns') }} as catalogue
        on measured.indicator_column = catalogue.indicator_column
    group by all
)

select
    reporting_year,
    geography_id,
    population,
    indicator_column,
    count(*) as denominator,
    case statistic when 'mean' then avg(measure) when 'median' then median(measure) end as measure
from counted
group by reporting_year, geography_id, population, indicator_column, statistic
