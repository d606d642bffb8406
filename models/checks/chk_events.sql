-- Exits, follow-ups, actions and sessions that contradict themselves, others or their pathway: how many of how many,
-- by worksite, territory and in all. Measured here, judged in mart_data_findings.
{{ sum_by_place(whole(ref('chk_event_rows'))) }}
