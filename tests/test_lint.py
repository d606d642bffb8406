"""What the tools of `make lint` hold: line ends, layers, and that no wheel can be built."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cvg_warehouse.building import check_exports
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.paths import PROJECT, SHIPPED_EXPORTS
from cvg_warehouse.terminal import Refusal

BIN = Path(sys.executable).parent


def run(*command: str | Path, cwd: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": "src"}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)


def test_every_text_file_ends_its_lines_with_lf() -> None:
    listed = run("git", "ls-files", "--eol")
    assert listed.returncode == 0, listed.stderr
    others = [line for line in listed.stdout.splitlines() if "crlf" in line or "mixed" in line]
    assert others == []


def with_crlf(file: Path, line: int) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    lines[line - 1] = lines[line - 1].replace(b"\n", b"\r\n")
    file.write_bytes(b"".join(lines))


def test_an_export_with_mixed_line_ends_is_refused_by_its_line(tmp_path: Path) -> None:
    for export in EXPORTS:
        shutil.copy(SHIPPED_EXPORTS / f"{export}.csv", tmp_path)
    with_crlf(tmp_path / "sorties.csv", 1200)
    with pytest.raises(Refusal, match=r"sorties\.csv: line 1200: ends with CRLF where"):
        check_exports.check_exports(tmp_path)


def test_a_reference_list_with_mixed_line_ends_is_refused_by_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(PROJECT / "seeds" / "reference", tmp_path / "seeds" / "reference")
    monkeypatch.setattr(check_exports, "PROJECT", tmp_path)
    with_crlf(tmp_path / "seeds" / "reference" / "housing_types.csv", 5)
    with pytest.raises(Refusal, match=r"housing_types\.csv: line 5: ends with CRLF where"):
        check_exports.check_exports(SHIPPED_EXPORTS)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project's Python, to break."""
    for part in ("src", "dashboards"):
        shutil.copytree(PROJECT / part, tmp_path / part)
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("dashboards/filters.py", "cvg_warehouse.building.build", "The viewer reads editions"),
        ("src/cvg_warehouse/paths.py", "cvg_warehouse.formats", "cvg_warehouse are layers"),
        ("src/cvg_warehouse/cli.py", "dbt.flags", "Only building knows dbt"),
    ],
)
def test_an_import_against_the_layers_is_refused(
    copy: Path, module: str, line: str, contract: str
) -> None:
    with (copy / module).open("a") as stream:
        stream.write(f"\nimport {line}\n")
    checked = run(BIN / "lint-imports", "--no-cache", cwd=copy)
    assert checked.returncode == 1, checked.stdout + checked.stderr
    (broken,) = (text for text in checked.stdout.splitlines() if " BROKEN" in text)
    assert contract in broken


def test_no_wheel_is_built(tmp_path: Path) -> None:
    built = run(BIN / "hatchling", "build", "-t", "wheel", "-d", tmp_path)
    assert built.returncode != 0
    assert (
        built.stderr.strip() == "cvg-warehouse runs from its checkout: use make build, not a wheel"
    )
    assert list(tmp_path.iterdir()) == []
