-- The periods that a session is counted in: those that hold its day.
{{ periods_of_day(ref('fct_collective_sessions'), 'session_key', 'session_date') }}
