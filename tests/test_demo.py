"""`cvg demo` makes the shipped exports, at any scale, or nothing at all."""

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import CVG, Row, fingerprints, header_of, read_rows, run_cvg, wait_for
from cvg_warehouse.contracts.exports import EXPORTS, consolidated_columns
from cvg_warehouse.paths import PROJECT, SHIPPED_EXPORTS

IDENTIFIERS = ("id_salarie", "id_parcours", "chantier", "id_action", "id_atelier")
SOURCE = "fichier_source"
SHIPPED_LIMIT = 15_000_000

each_export = pytest.mark.parametrize("export", EXPORTS)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("made") / "exports", hash_seed=1)


@pytest.fixture(scope="module")
def doubled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("doubled") / "exports", "--scale", "2", hash_seed=2)


def make(folder: Path, *options: str, hash_seed: int) -> Path:
    run = run_cvg("demo", "--out", str(folder), *options, PYTHONHASHSEED=hash_seed)
    assert run.returncode == 0, run.stderr
    assert "synthetic" in run.stdout.lower()
    assert f"CVG_EXPORTS={folder} make build" in run.stdout
    for export in EXPORTS:
        assert f"{export}.csv  {len(read_rows(folder / f'{export}.csv')):,} rows" in run.stdout
    return folder


def test_the_shipped_exports_are_what_the_command_makes(made: Path) -> None:
    shipped = {f"{export}.csv": (SHIPPED_EXPORTS / f"{export}.csv") for export in EXPORTS}
    assert fingerprints(made) == fingerprints(SHIPPED_EXPORTS)
    assert sum(file.stat().st_size for file in shipped.values()) < SHIPPED_LIMIT


@each_export
def test_files_have_the_header_of_their_contract(made: Path, export: str) -> None:
    file = made / f"{export}.csv"
    assert header_of(file) == [column.name for column in consolidated_columns(export)]
    assert b"\r" not in file.read_bytes()


@each_export
def test_required_columns_are_filled(made: Path, export: str) -> None:
    rows = read_rows(made / f"{export}.csv")
    for column in consolidated_columns(export):
        if column.required:
            assert all(row[column.name] for row in rows), column.name


@each_export
def test_every_row_says_that_it_is_synthetic(made: Path, doubled: Path, export: str) -> None:
    for folder, prefix in ((made, "demo/"), (doubled, "demo-x2/")):
        rows = read_rows(folder / f"{export}.csv")
        assert all(row[SOURCE].startswith(prefix) for row in rows)


@each_export
def test_twice_the_scale_is_the_first_copy_and_another(
    made: Path, doubled: Path, export: str
) -> None:
    once, twice = read_rows(made / f"{export}.csv"), read_rows(doubled / f"{export}.csv")
    first, second = twice[: len(once)], twice[len(once) :]
    assert list(without(first, SOURCE)) == list(without(once, SOURCE))
    # Beside the identifiers every value is the same, so every share is.
    assert list(without(second, SOURCE, *IDENTIFIERS)) == list(without(once, SOURCE, *IDENTIFIERS))
    for name in set(IDENTIFIERS) & set(once[0]):
        assert_own_identifiers([row[name] for row in once], [row[name] for row in second])


def assert_own_identifiers(first: list[str], second: list[str]) -> None:
    """The second copy has identifiers of its own, that repeat where those of the first do."""
    assert [bool(code) for code in first] == [bool(code) for code in second]
    assert set(filter(None, first)).isdisjoint(second)
    assert sorted(Counter(first).values()) == sorted(Counter(second).values())


def without(rows: list[Row], *names: str) -> Iterator[Row]:
    return ({name: value for name, value in row.items() if name not in names} for row in rows)


def test_placements_and_contracts_name_their_employer(made: Path) -> None:
    placed = [
        row
        for row in read_rows(made / "actions.csv")
        if "02- PMSMP" in row["types_action"].split(";") or "01-Signature" in row["types_action"]
    ]
    assert placed
    assert all(row["partenaires"] for row in placed)


def test_the_mental_health_experiment_begins_in_2024(made: Path) -> None:
    marked = [row for row in read_rows(made / "actions.csv") if row["experimentation"]]
    sessions = [row for row in read_rows(made / "ateliers.csv") if row["famille"]]
    assert {row["annee"] for row in marked} == {row["annee"] for row in sessions} == {"2024"}
    assert {row["territoire"] for row in marked} == {row["territoire"] for row in sessions}
    assert len({row["territoire"] for row in marked}) == 10


def test_another_seed_makes_other_people(made: Path, tmp_path: Path) -> None:
    other = make(tmp_path / "exports", "--seed", "7", hash_seed=1)
    assert read_rows(other / "salaries.csv") != read_rows(made / "salaries.csv")


@pytest.mark.parametrize("scale", ["0", "-3"])
def test_scale_below_one_is_refused(tmp_path: Path, scale: str) -> None:
    run = run_cvg("demo", "--out", str(tmp_path / "exports"), "--scale", scale)
    assert run.returncode == 2
    assert run.stderr == f"--scale {scale}: at least 1 is needed\n"
    assert not (tmp_path / "exports").exists()


def test_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "exports"
    file.write_text("mine", encoding="utf-8")
    for out in (file, file / "below"):
        run = run_cvg("demo", "--out", str(out))
        assert run.returncode == 2
        assert run.stderr.startswith(f"--out {out}: ")
        assert run.stderr.count("\n") == 1
    assert file.read_text(encoding="utf-8") == "mine"


def test_interrupted_demo_leaves_no_half_file(tmp_path: Path) -> None:
    with subprocess.Popen(
        [CVG, "demo", "--out", tmp_path / "exports", "--scale", "50"],
        cwd=PROJECT,
        env=os.environ,
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        wait_for(tmp_path / ".exports.unfinished" / "salaries.csv")
        demo.send_signal(signal.SIGINT)
        _, said = demo.communicate(timeout=60)
    assert demo.returncode == 130
    assert "interrupted; " in said
    assert "Traceback" not in said
    assert list(tmp_path.rglob("*")) == [tmp_path / "exports"]
