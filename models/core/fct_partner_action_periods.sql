-- The periods that an action is counted in: those that hold its day.
{{ periods_of_day(ref('fct_partner_actions'), 'action_key', 'action_date') }}
