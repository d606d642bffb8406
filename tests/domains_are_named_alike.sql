-- The domains of the mobilised officers are domains, with the same words.
select officers.value as domain
from {{ ref('stg_reference__breakdown_values') }} as officers
left join {{ ref('dim_breakdown_values') }} as domains
    on
        domains.breakdown = 'domain'
        and officers.value = domains.value
        and officers.label_fr = domains.label_fr
        and officers.label_en = domains.label_en
where officers.breakdown = 'officer_domain' and domains.value is null
