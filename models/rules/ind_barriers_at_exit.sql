-- One row per exited pathway and period. true = numerator, false = denominator only, null = outside the base.
{%- set statuses = [
    ('resolue', 'Résolue'), ('en_cours', 'En cours de résolution'),
    ('non_resolue', 'Non résolue'), ('refus', 'Refus accompagnement')
] %}
{%- set solved = "in ('Résolue', 'En cours de résolution')" %}
select
    pathway_key,
    person_key,
    period_id,
    territory_id,
    worksite_id,
    population,
    {%- for difficulty in listed_codes('difficulty') %}
    {%- set met = 'in_base_non_neutral and difficulty_' ~ difficulty ~ '_at_entry' %}
    {%- set status = 'difficulty_' ~ difficulty ~ '_status_at_exit' %}
    {{ within('in_base_non_neutral', 'difficulty_' ~ difficulty ~ '_at_entry') }}
        as barriers__at_entry_exited__{{ difficulty }},
    {{ within(met ~ ' and ' ~ status ~ ' is not null', status ~ ' ' ~ solved) }}
        as barriers__resolved_at_exit__{{ difficulty }},
    {%- for code, label in statuses %}
    {{ within(met ~ ' and ' ~ status ~ ' is not null', status ~ " = '" ~ label ~ "'") }}
        as barriers__status_at_exit__{{ difficulty }}__{{ code }},
    {%- endfor %}
    {%- endfor %}
    {%- set met = 'in_base_non_neutral and difficulty_sante_at_entry and difficulty_sante_status_at_exit is not null' %}
    {{ within(met ~ ' and has_health_officer', 'difficulty_sante_status_at_exit ' ~ solved) }}
        as barriers__health_resolved_by_officer__with,
    {{ within(met ~ ' and not has_health_officer', 'difficulty_sante_status_at_exit ' ~ solved) }}
        as barriers__health_resolved_by_officer__without
from {{ exits_by_period() }} as exits
