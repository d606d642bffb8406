-- Every population that an indicator is shown for, and the populations of pathways that make it up.
-- An action without a pathway has no population: it counts in `all` only.
{%- set members = [
    ('all', 'after_phc'), ('all', 'direct'), ('all', 'none'), ('after_phc', 'after_phc'), ('direct', 'direct')
] %}
{%- for population, member in members %}
select
    '{{ population }}' as population,
    '{{ member }}' as member
{{ 'union all' if not loop.last }}
{%- endfor %}
