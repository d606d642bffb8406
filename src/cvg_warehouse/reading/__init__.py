"""What people see of an edition: figures, grids, charts, tables and texts."""
