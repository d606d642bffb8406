-- Every cell of an edition is of an indicator and a place that the edition knows.
select cells.*
from {{ ref('edition__mart_indicators') }} as cells
left join {{ ref('edition__indicators') }} as indicators on cells.indicator_id = indicators.indicator_id
left join {{ ref('edition__geographies') }} as geographies on cells.geography_id = geographies.geography_id
where indicators.indicator_id is null or geographies.geography_id is null
