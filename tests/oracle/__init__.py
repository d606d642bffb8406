"""An independent recomputation of mart_indicators, and its comparison with the warehouse."""
