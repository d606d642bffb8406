-- A comparison stands beside two rates that are shown, and its difference and ratio follow from them.
select impact.*
from {{ ref('edition__mart_officer_impact') }} as impact
left join {{ ref('edition__mart_indicators') }} as with_officer
    on
        impact.indicator_id = with_officer.indicator_id
        and impact.reporting_year = with_officer.reporting_year
        and impact.geography_id = with_officer.geography_id
        and impact.population = with_officer.population
        and with_officer.breakdown = 'with'
left join {{ ref('edition__mart_indicators') }} as without_officer
    on
        impact.indicator_id = without_officer.indicator_id
        and impact.reporting_year = without_officer.reporting_year
        and impact.geography_id = without_officer.geography_id
        and impact.population = without_officer.population
        and without_officer.breakdown = 'without'
where
    coalesce(with_officer.status, '') != 'shown'
    or coalesce(without_officer.status, '') != 'shown'
    or abs(impact.difference - (with_officer.value - without_officer.value)) > 1e-9
    or abs(impact.ratio * without_officer.value - with_officer.value) > 1e-9
