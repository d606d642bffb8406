-- Numbers of rows against those of the year before. Measured here, judged in mart_data_findings.
with volumes as (
    select
        export,
        reporting_year,
        place_level,
        place_id,
        rows_now,
        rows_before
    from {{ whole(ref('chk_values')) }}
    where column_name = 'annee' and shown_value != ''
),

-- a programme that grows has more of everything: what is expected grows with the people
expected_volumes as (
    select
        volumes.*,
        case
            when volumes.export = 'salaries' then volumes.rows_before
            else volumes.rows_before * people.rows_now * 1.0 / nullif(people.rows_before, 0)
        end as rows_expected
    from volumes
    left join volumes as people
        on
            people.export = 'salaries'
            and volumes.reporting_year = people.reporting_year
            and volumes.place_level = people.place_level
            and volumes.place_id = people.place_id
),

-- since when a worksite, or the first one of a territory, takes part
places as (
    select
        'worksite' as place_level,
        worksite_id as place_id,
        is_declared,
        last_year,
        joined_on
    from {{ ref('dim_worksites') }}
    union all
    select
        'territory' as place_level,
        territory_id as place_id,
        true as is_declared,
        cast(null as int) as last_year,
        min(joined_on) as joined_on
    from {{ ref('dim_worksites') }}
    group by territory_id
),

measured as (
    select
        case
            when expected_volumes.rows_now = 0 then 'rows_gone'
            when expected_volumes.rows_now < expected_volumes.rows_expected
                then concat('fewer_', expected_volumes.export)
            else concat('more_', expected_volumes.export)
        end as check_id,
        expected_volumes.export,
        '' as column_name,
        '' as category,
        expected_volumes.reporting_year,
        expected_volumes.place_level,
        expected_volumes.place_id,
        expected_volumes.rows_now as observed,
        expected_volumes.rows_expected as expected,
        abs(expected_volumes.rows_now - expected_volumes.rows_expected) as rows_against,
        abs(expected_volumes.rows_now / expected_volumes.rows_expected - 1) as distance,
        abs(expected_volumes.rows_now - expected_volumes.rows_expected)
        / sqrt(expected_volumes.rows_now + expected_volumes.rows_expected) as deviations
    from expected_volumes
    left join places
        on expected_volumes.place_level = places.place_level and expected_volumes.place_id = places.place_id
    where
        expected_volumes.rows_expected > 0
        -- a worksite that has left the programme, or was never declared, delivers nothing more
        and not (
            expected_volumes.rows_now = 0
            and expected_volumes.place_level = 'worksite'
            and (not places.is_declared or coalesce(places.last_year < expected_volumes.reporting_year, false))
        )
        -- in the year in which a worksite joins less happens to its people than in a whole year of practice
        and not (
            expected_volumes.export != 'salaries'
            and expected_volumes.rows_now > expected_volumes.rows_expected
            and coalesce(year(places.joined_on) = expected_volumes.reporting_year - 1, false)
        )
)

select
    check_id,
    export,
    column_name,
    category,
    reporting_year,
    place_level,
    place_id,
    cast(observed as double) as observed,
    cast(expected as double) as expected,
    cast(rows_against as double) as rows_against,
    cast(distance as double) as distance,
    cast(deviations as double) as deviations,
    cast(null as string) as note
from measured
