"""The half-yearly form of a worksite, out of a built warehouse: XLSX, CSV or PDF."""

from cvg_warehouse.dialogue.counted import forms_of, period_of
from cvg_warehouse.dialogue.writing import SUFFIXES, write_form, write_forms

__all__ = ["SUFFIXES", "forms_of", "period_of", "write_form", "write_forms"]
