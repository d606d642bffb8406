"""Where an edition comes from: the exports, the code and the rules, as short fingerprints."""

import hashlib
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import duckdb

from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.paths import CONTRACTS, PROJECT, PUBLISHED_SEEDS, REFERENCE_SEEDS
from cvg_warehouse.terminal import Refusal

RULES = (CONTRACTS / "disclosure.toml", CONTRACTS / "relations.toml")
CODE = (
    PROJECT / "src" / "cvg_warehouse",
    PROJECT / "models",
    PROJECT / "macros",
    PROJECT / "dbt_project.yml",
    REFERENCE_SEEDS,
    PUBLISHED_SEEDS,
    CONTRACTS,
)


@dataclass(frozen=True)
class Origin:
    """What an edition is made from; the same origin makes the same edition."""

    exports_hash: str
    code_version: str
    rules_hash: str


def origin_of(warehouse: duckdb.DuckDBPyConnection) -> Origin:
    """Fingerprints of a warehouse that was built as a whole.

    Raises `Refusal` where it was not, or something was built into it since.
    """
    recorded = warehouse.execute(
        "select 1 from duckdb_tables() "
        "where database_name = current_database() and table_name = 'build_record'"
    ).fetchall()
    if not recorded:
        raise Refusal(
            "the warehouse does not come from a whole build without a failed test; "
            "build it again: make build"
        )
    ((built_by,),) = warehouse.execute("select code_version from build_record").fetchall()
    published_by = code_version()
    by = built_by if built_by == published_by else f"{built_by}, published by {published_by}"
    rules = hashlib.sha256(b"\0".join(file.read_bytes() for file in RULES)).hexdigest()
    return Origin(_hash_of_exports(warehouse), by, rules)


def code_version() -> str:
    """Version, last commit of the code where there is one, and a hash of its files as they are."""
    files = (file for path in CODE for file in ([path] if path.is_file() else path.rglob("*")))
    digest = hashlib.sha256()
    for file in sorted(file for file in files if file.is_file() and file.suffix != ".pyc"):
        digest.update(f"{file.relative_to(PROJECT)}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    commit = _git("log", "-1", "--format=+%h", "--", *CODE)
    modified = "-modified" if commit and _git("status", "--porcelain", "--", *CODE) else ""
    return f"{version('cvg-warehouse')}{commit}{modified}.{digest.hexdigest()[:12]}"


def _git(*arguments: str | Path) -> str:
    """What git answers, or nothing: the project need not be a checkout."""
    if not (PROJECT / ".git").exists():
        return ""
    try:
        answer = subprocess.run(
            ["git", "-C", PROJECT, *arguments], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return answer.stdout.strip()


def _hash_of_exports(warehouse: duckdb.DuckDBPyConnection) -> str:
    """SHA-256 over the rows as staging read them, in whatever order and format they lie."""
    digest = hashlib.sha256()
    for export in EXPORTS:
        ((rows,),) = warehouse.execute(
            "select coalesce(sha256(string_agg(row_hash, '' order by row_hash)), '') "
            f"from (select sha256(staged::text) as row_hash from stg_exports__{export} as staged)"
        ).fetchall()
        digest.update(f"{export} {rows}\n".encode())
    return digest.hexdigest()
