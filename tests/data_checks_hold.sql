-- Nothing in the exports looks as nothing lawful can look. One row per check.
{{ config(fail_calc='coalesce(sum(rows_against), 0)') }}
{{ findings_by_check('error') }}
