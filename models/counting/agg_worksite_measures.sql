-- Means and medians of every measured indicator column, by worksite.
{{ summarise_measures(place='worksite') }}
