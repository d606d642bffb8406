-- The periods that an exit is counted in: those that hold its day.
{{ periods_of_day(ref('fct_exits'), 'pathway_key', 'exit_date') }}
