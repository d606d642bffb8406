"""Synthetic exports, calibrated on the printed figures of the Bilan 2024."""
