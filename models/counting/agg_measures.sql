-- Means and medians of every measured indicator column.
{{ summarise_measures() }}
