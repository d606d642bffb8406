-- A numerator is part of its denominator, a share lies between 0 and 1, an empty base gives null and never 0.
select indicators.indicator_id
from {{ ref('mart_indicators') }} as indicators
inner join {{ ref('stg_reference__indicators') }} as catalogue on indicators.indicator_id = catalogue.indicator_id
where
    case catalogue.statistic
        when 'share'
            then
                indicators.numerator > indicators.denominator
                or (indicators.denominator = 0) != (indicators.value is null)
                or coalesce(indicators.value not between 0 and 1, false)
                or indicators.numerator is null
                or indicators.denominator is null
        when 'count'
            then
                indicators.denominator is not null
                or indicators.value is null
                or indicators.value != indicators.numerator
                or indicators.value < 0
        else
            indicators.numerator is not null
            or (indicators.denominator = 0) != (indicators.value is null)
    end
