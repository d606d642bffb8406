"""The demo keeps to its own copy of what it is calibrated on, and the copy is the seeds'."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Row, fingerprints, header_of, read_rows, write_rows
from cvg_demo.calibration import FOLDER
from cvg_demo.dates import REPORT_YEAR
from cvg_warehouse.paths import PROJECT, PUBLISHED_SEEDS, REFERENCE_SEEDS, SHIPPED_EXPORTS

COLUMNS = "columns"
"""Held against the contracts by the test of the files' headers."""
LISTS = sorted(file.stem for file in FOLDER.glob("*.csv") if file.stem != COLUMNS)
PRINTED = ("published_tables", "published_narrative")

COMMAND = "import cvg_demo; print(cvg_demo.__file__); from cvg_warehouse.cli import app; app()"

IMPORTED = (
    "import sys, cvg_demo.write; print(*sorted(n for n in sys.modules if n.startswith('cvg_w')))"
)


def test_exports_are_made_without_the_product() -> None:
    """All that the demo needs of it: files moved in or made Parquet, and how a problem is said."""
    run = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True)
    assert run.stdout.split() == [
        "cvg_warehouse",
        "cvg_warehouse.file_formats",
        "cvg_warehouse.files",
        "cvg_warehouse.paths",
        "cvg_warehouse.terminal",
    ]


def seed_of(name: str, project: Path = PROJECT) -> Path:
    folder = PUBLISHED_SEEDS if name in PRINTED else REFERENCE_SEEDS
    return project / folder.relative_to(PROJECT) / f"{name}.csv"


def as_of_the_report(name: str, row: Row) -> Row:
    """The row as it was in the report year: a worksite that left later was still in."""
    if name == "worksites" and row["last_year"] > str(REPORT_YEAR):
        return row | {"last_year": ""}
    return row


@pytest.mark.parametrize("name", LISTS)
def test_calibration_is_in_the_seeds_in_their_order(name: str) -> None:
    copy = FOLDER / f"{name}.csv"
    columns = header_of(copy)
    seeds = iter(read_rows(seed_of(name)))
    held = ({column: as_of_the_report(name, row)[column] for column in columns} for row in seeds)
    gone = [row for row in read_rows(copy) if row not in held]
    assert gone[:1] == [], f"{seed_of(name).name} does not hold it, or in another order"


def declare(project: Path, seed: str, like: Row | None = None, **changes: str) -> None:
    """Add a row to a seed: the last one that is like this, changed."""
    file = seed_of(seed, project)
    rows = read_rows(file)
    last = [row for row in rows if (like or {}).items() <= row.items()][-1]
    write_rows(file, header_of(file), [*rows, last | changes])


@pytest.fixture(scope="module")
def grown_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which more is declared, printed and asked for."""
    project = tmp_path_factory.mktemp("grown")
    for folder in ("src", "contracts", "seeds"):
        shutil.copytree(PROJECT / folder, project / folder)
    declare(project, "territories", territory_id="14-Brest", name="Brest")
    declare(project, "worksites", worksite_id="BRE-01", territory_id="14-Brest", last_year="")
    declare(project, "worksites", {"territory_id": "01-Paris"}, worksite_id="PAR-99", last_year="")
    declare(project, "referrers", referrer="autre", label_fr="Autre")
    declare(project, "difficulties", difficulty="sommeil", label_fr="Sommeil")
    declare(project, "housing_types", housing_type="Bateau")
    declare(project, "exit_reasons", {"neutral": "yes"}, code="99", label_fr="Autre motif")
    declare(project, "action_types", {"domain": "santé"}, action_type="99-Autre")
    declare(project, "request_reasons", {"domain": "emploi"}, request_reason="Autre")
    printed = {"table_id": "T12_sorties_emploi_formation", "row": "01-Paris"}
    declare(project, "published_tables", printed, row="14-Brest", value="7", printed="7")
    declare(project, "published_tables", printed, year="2025", value="9", printed="9")
    declare(project, "published_narrative", figure_id="N999", value="3")
    contract = project / "contracts" / "salaries.json"
    described = json.loads(contract.read_text(encoding="utf-8"))
    described["fields"].append(described["fields"][-1] | {"name": "permis_conduire"})
    contract.write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")
    return project


def test_what_is_declared_or_printed_later_changes_no_byte(grown_project: Path) -> None:
    out, sent = grown_project / "exports", grown_project / "deliveries"
    run = subprocess.run(
        [sys.executable, "-c", COMMAND, "demo", "--out", out, "--deliveries", sent],
        cwd=grown_project,
        env=os.environ | {"PYTHONPATH": str(grown_project / "src")},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith(str(grown_project))
    assert fingerprints(out) == fingerprints(SHIPPED_EXPORTS)
    assert any(sent.rglob("*.xlsx"))
