{#- Lines of one code in a reference list: none ends before it begins, and no two hold on one day. -#}
{% test lines_follow_each_other(model, file, code) %}
{{ config(fail_calc='coalesce(sum(rows_against), 0)') }}
{%- set begins, ends = iso_date('valid_from'), iso_date('valid_to') %}
{{ wrong_rows(file, [
    (ends ~ ' < ' ~ begins, "'valid_to: is before valid_from'"),
    (ends ~ ' >= ' ~ begin_of_next_line(code), "'valid_to: is not before the next line of the same code begins'"),
]) }}
{% endtest %}
