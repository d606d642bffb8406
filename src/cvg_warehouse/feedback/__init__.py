"""What each worksite and team gets back after an ingest, in French.

Each has a folder: a workbook and a page with the lines to fix, for the sender alone, and the same
without lines, files and own indicators, which may be forwarded. A page for the analysts says which
checks all deliveries kept. Findings hold no value of the deliveries, and neither does what is
written here.
"""

from cvg_warehouse.feedback.writing import Written, feedback_folder, write_feedback

__all__ = ["Written", "feedback_folder", "write_feedback"]
