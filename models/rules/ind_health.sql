-- One row per exited pathway and period. true = numerator, false = denominator only, null = outside the base.
-- A right is obtained during the pathway when it was known to be missing at entry and is held at exit.
with exits as (
    select
        *,
        not rqth_at_entry and rqth_at_exit as rqth_obtained,
        not aah_at_entry and aah_at_exit as aah_obtained,
        not gp_at_entry and gp_at_exit as gp_declared,
        {{ health_coverage_level('health_coverage_at_exit') }}
        > {{ health_coverage_level('health_coverage_at_entry') }} as coverage_improved
    from {{ exits_by_period() }} as exits
)

select
    pathway_key,
    person_key,
    period_id,
    territory_id,
    worksite_id,
    population,
    {{ within(
        'in_base_complete',
        'rqth_obtained or aah_obtained or had_health_checkup or gp_declared or coverage_improved'
    ) }} as health__rights_opened,
    {{ within('in_base_complete', 'coverage_improved') }} as health__coverage_improved,
    {{ within('in_base_complete', 'had_health_checkup') }} as health__checkup,
    {{ within('in_base_complete and gp_at_entry is not null', 'gp_at_entry') }}
        as health__status__medecin_traitant__entry,
    {{ within('in_base_complete and gp_at_exit is not null', 'gp_at_exit') }}
        as health__status__medecin_traitant__exit,
    {{ within('in_base_complete and rqth_at_entry is not null', 'rqth_at_entry') }} as health__status__rqth__entry,
    {{ within('in_base_complete and rqth_at_exit is not null', 'rqth_at_exit') }} as health__status__rqth__exit,
    {{ within('in_base_complete and aah_at_entry is not null', 'aah_at_entry') }} as health__status__aah__entry,
    {{ within('in_base_complete and aah_at_exit is not null', 'aah_at_exit') }} as health__status__aah__exit,
    {{ within('in_base_complete and invalidity_pension_at_entry is not null', 'invalidity_pension_at_entry') }}
        as health__status__pension_invalidite__entry,
    {{ within('in_base_complete and invalidity_pension_at_exit is not null', 'invalidity_pension_at_exit') }}
        as health__status__pension_invalidite__exit
from exits
