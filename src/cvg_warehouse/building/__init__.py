"""Builds the warehouse: checks the exports, runs dbt, sums up. All that knows dbt's Python."""
