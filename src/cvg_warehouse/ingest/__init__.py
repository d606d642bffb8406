"""From the worksites' deliveries to the consolidated exports.

`ingest.run` does it and returns what it found (see `ingest.findings`).
"""

from cvg_warehouse.ingest.deliveries import run
from cvg_warehouse.ingest.findings import FileResult, Finding, IngestResult, Outcome, SheetResult

__all__ = ["FileResult", "Finding", "IngestResult", "Outcome", "SheetResult", "run"]
