-- Nothing in the exports looks unlike the year before, the edition before or itself. One row per check.
{{ config(severity='warn', fail_calc='coalesce(sum(rows_against), 0)') }}
{{ findings_by_check('warning') }}
