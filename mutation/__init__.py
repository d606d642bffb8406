"""Breaks the exports and the models on purpose, and says which check notices."""
