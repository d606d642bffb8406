"""Benchmark of the warehouse, and an independent recomputation of its indicators."""
