-- Answers against those of the year before, where rows enough say so. Measured here, judged in mart_data_findings.
{%- set kept %}
    abs(cells.share_of_known - cells.share_of_known_before)
    + abs(others.share_of_known - others.share_of_known_before)
{%- endset %}
{%- set exchanged %}
    abs(cells.share_of_known - others.share_of_known_before)
    + abs(others.share_of_known - cells.share_of_known_before)
{%- endset %}
with cells as (
    select
        *,
        shown_value = '' as is_unknown,
        shown_value not in ('', 'known') as is_value,
        -- what few are asked varies from year to year
        is_category
        and shown_value not in ('', 'known')
        and known_now > 0 and known_now * 2 >= all_now
        and known_before > 0 and known_before * 2 >= all_before as is_comparable,
        rows_now * 1.0 / nullif(all_now, 0) as share_of_all,
        rows_before * 1.0 / nullif(all_before, 0) as share_of_all_before,
        rows_now * 1.0 / nullif(known_now, 0) as share_of_known,
        rows_before * 1.0 / nullif(known_before, 0) as share_of_known_before
    from {{ whole(ref('chk_values')) }}
),

columns_in_all as (
    select
        export,
        column_name,
        is_optional,
        reporting_year,
        max(all_now) as all_now,
        max(known_now) as known_now,
        max(known_now) * 1.0 / nullif(max(all_now), 0) as known_share
    from cells
    where place_level = 'total'
    group by export, column_name, is_optional, reporting_year
),

measured as (
    select
        case when share_of_all > share_of_all_before then 'unknown_more' else 'unknown_gone' end as check_id,
        export,
        column_name,
        '' as category,
        reporting_year,
        place_level,
        place_id,
        share_of_all as observed,
        share_of_all_before as expected,
        abs(share_of_all - share_of_all_before) * all_now as rows_against,
        abs(share_of_all - share_of_all_before) as distance,
        {{ deviations_of_shares('rows_now', 'all_now', 'rows_before', 'all_before') }} as deviations
    from cells
    where is_unknown and all_now > 0 and all_before > 0 and (share_of_all > share_of_all_before or rows_now = 0)
    union all
    select
        case when cells.place_level = 'total' then 'column_empty' else 'column_unknown' end as check_id,
        cells.export,
        cells.column_name,
        '' as category,
        cells.reporting_year,
        cells.place_level,
        cells.place_id,
        cells.share_of_all as observed,
        1 - in_all.known_share as expected,
        cells.rows_now as rows_against,
        1 as distance,
        null as deviations
    from cells
    left join columns_in_all as in_all
        on
            cells.export = in_all.export
            and cells.column_name = in_all.column_name
            and cells.reporting_year = in_all.reporting_year
    -- what half of the others know, or what nobody knows
    where
        cells.is_unknown
        and cells.rows_now = cells.all_now
        and case when cells.place_level = 'total' then not cells.is_occasional else in_all.known_share >= 0.5 end
    union all
    -- somebody does not know in most columns, and nobody in this one
    select
        'none_unknown' as check_id,
        export,
        column_name,
        '' as category,
        reporting_year,
        'total' as place_level,
        'Total' as place_id,
        0 as observed,
        null as expected,
        all_now as rows_against,
        avg(case when known_now < all_now then 1 else 0 end) over (partition by export, reporting_year) as distance,
        null as deviations
    from columns_in_all
    where is_optional
    qualify known_now = all_now
    union all
    select
        case when place_level = 'total' then 'one_value' else 'one_value_left' end as check_id,
        export,
        column_name,
        shown_value as category,
        reporting_year,
        place_level,
        place_id,
        share_of_known as observed,
        share_of_known_before as expected,
        case when place_level = 'total' then known_now else (1 - share_of_known_before) * known_now end as rows_against,
        case when place_level = 'total' then 1 else 1 - share_of_known_before end as distance,
        null as deviations
    from cells
    where
        rows_now = known_now
        and known_now > 0
        and case when place_level = 'total' then is_value and not is_occasional else is_comparable end
    union all
    select
        'value_gone' as check_id,
        export,
        column_name,
        shown_value as category,
        reporting_year,
        place_level,
        place_id,
        0 as observed,
        share_of_known_before as expected,
        share_of_known_before * known_now as rows_against,
        share_of_known_before as distance,
        null as deviations
    from cells
    where is_comparable and rows_now = 0
    union all
    select
        'value_shifted' as check_id,
        export,
        column_name,
        shown_value as category,
        reporting_year,
        place_level,
        place_id,
        share_of_known as observed,
        share_of_known_before as expected,
        abs(share_of_known - share_of_known_before) * known_now as rows_against,
        abs(share_of_known - share_of_known_before) as distance,
        {{ deviations_of_shares('rows_now', 'known_now', 'rows_before', 'known_before') }} as deviations
    from cells
    where is_comparable
    union all
    -- both columns are much nearer to the other's values of the year before than to their own
    select
        'columns_exchanged' as check_id,
        cells.export,
        cells.column_name,
        others.column_name as category,
        cells.reporting_year,
        cells.place_level,
        cells.place_id,
        {{ exact_sum('abs(cells.share_of_known - cells.share_of_known_before)') }} as observed,
        {{ exact_sum('abs(cells.share_of_known - others.share_of_known_before)') }} as expected,
        min(cells.known_now) as rows_against,
        {{ exact_sum(kept) }} as distance,
        {{ exact_sum(kept) }} / nullif({{ exact_sum(exchanged) }}, 0) as deviations
    from cells
    inner join cells as others
        on
            cells.export = others.export
            and cells.column_name < others.column_name
            and cells.reporting_year = others.reporting_year
            and cells.place_level = others.place_level
            and cells.place_id = others.place_id
            and cells.shown_value = others.shown_value
    where
        cells.place_level != 'worksite'
        and cells.is_comparable
        and others.is_comparable
    group by
        cells.export, cells.column_name, others.column_name, cells.reporting_year, cells.place_level, cells.place_id
    having sum(cells.share_of_known) > 0.99 and sum(others.share_of_known) > 0.99
)

select
    measured.check_id,
    measured.export,
    measured.column_name,
    measured.category,
    measured.reporting_year,
    measured.place_level,
    measured.place_id,
    cast(measured.observed as double) as observed,
    cast(measured.expected as double) as expected,
    cast(measured.rows_against as double) as rows_against,
    cast(measured.distance as double) as distance,
    cast(measured.deviations as double) as deviations,
    cast(null as string) as note
from measured
inner join {{ ref('stg_reference__data_checks') }} as checks on measured.check_id = checks.check_id
where measured.rows_against >= checks.least_rows
