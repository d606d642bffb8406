-- The domains that indicators are broken down by are those of the reference list, with the same words; those of the
-- mobilised officers are among them.
with labelled as (
    select
        breakdown,
        value as domain,
        label_fr,
        label_en,
        sort_order
    from {{ ref('stg_reference__breakdown_values') }}
    where breakdown in ('domain', 'officer_domain')
),

pairs as (
    select
        labelled.breakdown,
        coalesce(labelled.domain, domains.domain) as domain,
        coalesce(
            labelled.label_fr = domains.label_fr
            and labelled.label_en = domains.label_en
            and labelled.sort_order = domains.sort_order,
            false
        ) as agrees
    from {{ ref('stg_reference__domains') }} as domains
    full outer join labelled on domains.domain = labelled.domain
)

select domain
from pairs
where not agrees
union all
select domain
from {{ ref('stg_reference__domains') }}
where
    domain not in (
        select labelled.domain
        from labelled
        where labelled.breakdown = 'domain'
    )
