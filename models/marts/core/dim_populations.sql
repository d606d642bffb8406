-- Every population that an indicator is shown for, and the pathways' populations that make it up.
select
    'all' as population,
    'after_phc' as member
union all
select
    'all' as population,
    'direct' as member
union all
select
    'after_phc' as population,
    'after_phc' as member
union all
select
    'direct' as population,
    'direct' as member
