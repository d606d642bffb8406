{#-
  Texts that are compared in spite of their spelling. `folded` gives the text in lower case, without
  accents, composed or not, with plain spaces, quotes and dashes, each run of spaces as one.
-#}
{% macro folded(column) -%}
{%- set spaces = '\u00a0\u2007\u2009\u200a\u202f\t\r\n' -%}
{%- set quotes = '’‘ʼ`´′' -%}
{%- set dashes = '–—‐‑‒―−' -%}
{%- set invisible = '\u200b\u200c\u200d\u2060\ufeff\u00ad' -%}
{%- set signs -%}
translate(lower({{ column }}), '{{ spaces ~ quotes ~ dashes ~ invisible }}', '
{{- ' ' * spaces | length }}{{ "''" * quotes | length }}{{ '-' * dashes | length }}')
{%- endset -%}
trim({{ single_spaces(without_accents(signs)) }})
{%- endmacro %}

{# Text without accents: letters with an accent of their own, and letters followed by one. #}
{% macro without_accents(text) -%}
    {{ return(adapter.dispatch('without_accents')(text)) }}
{%- endmacro %}

{% macro default__without_accents(text) -%}
replace(replace(strip_accents({{ text }}), 'œ', 'oe'), 'æ', 'ae')
{%- endmacro %}

{# Spark knows no accents: the lower-case letters of Western Europe, then the signs that stand alone. #}
{% macro spark__without_accents(text) -%}
regexp_replace(
    replace(replace(translate({{ text }}, 'àáâãäåçèéêëìíîïñòóôõöùúûüýÿ', 'aaaaaaceeeeiiiinooooouuuuyy'), 'œ', 'oe'), 'æ', 'ae'),
    '[\\u0300-\\u036f]', ''
)
{%- endmacro %}

{# Text with each run of spaces as one. #}
{% macro single_spaces(text) -%}
    {{ return(adapter.dispatch('single_spaces')(text)) }}
{%- endmacro %}

{% macro default__single_spaces(text) -%}
regexp_replace({{ text }}, ' +', ' ', 'g')
{%- endmacro %}

{% macro spark__single_spaces(text) -%}
regexp_replace({{ text }}, ' +', ' ')
{%- endmacro %}
