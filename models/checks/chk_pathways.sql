-- Deliveries of people that contradict themselves, others or the year before: how many of how many,
-- by worksite, territory and in all. Measured here, judged in mart_data_findings.
{{ sum_by_place(whole(ref('chk_pathway_rows'))) }}
