-- Every theme and base of the catalogue has its label.
select indicators.*
from {{ ref('edition__indicators') }} as indicators
left join {{ ref('edition__themes') }} as themes on indicators.theme = themes.theme
left join {{ ref('edition__bases') }} as bases on indicators.base = bases.base
where themes.theme is null or (indicators.base is not null and bases.base is null)
