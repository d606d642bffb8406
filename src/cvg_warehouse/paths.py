"""Where things lie: the project's own folders, and those that a user may move."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CONTRACTS = PROJECT / "contracts"
REFERENCE_SEEDS = PROJECT / "seeds" / "reference"
PUBLISHED_SEEDS = PROJECT / "seeds" / "published"
SHIPPED_EXPORTS = PROJECT / "seeds" / "exports"
SITE = PROJECT / "target" / "docs"


def exports_folder() -> Path:
    """Folder of the consolidated exports: `CVG_EXPORTS`, or the shipped ones."""
    return Path(os.environ.get("CVG_EXPORTS") or SHIPPED_EXPORTS).resolve()


def warehouse_file() -> Path:
    """DuckDB file of the warehouse: `CVG_WAREHOUSE`, or `target/cvg.duckdb`."""
    return Path(os.environ.get("CVG_WAREHOUSE") or PROJECT / "target/cvg.duckdb").resolve()


def editions_folder() -> Path:
    """Folder of the published editions: `CVG_EDITIONS`, or `editions`."""
    return Path(os.environ.get("CVG_EDITIONS") or PROJECT / "editions").resolve()
