"""Who may read what the commands make, whatever the umask of whoever runs them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.project import CVG, Project

from conftest import header_of, read_rows, write_rows
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.files import owner_only, public_folder
from cvg_warehouse.paths import SHIPPED_EXPORTS

DBT = Path(sys.executable).with_name("dbt")
UMASKS = [0o022, 0o077]
PLACES = ("03-Lille", "08-Rouen", "09-Somme")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def under(umask: int, project: Project, *command: str | Path, **variables: object) -> None:
    """Run a command in the copy of the project, under a umask."""
    own = {"PYTHONPATH": str(project.home / "src"), "CVG_EXPORTS": str(project.exports)}
    done = subprocess.run(
        command,
        cwd=project.home,
        env=os.environ | own | {name: str(value) for name, value in variables.items()},
        umask=umask,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def assert_editions_are_readable(folder: Path) -> None:
    assert mode(folder) == 0o755
    assert mode(folder / "current.json") == 0o644
    (public,) = folder.glob("*-public.duckdb")
    (internal,) = folder.glob("*-internal.duckdb")
    assert (mode(public), mode(internal)) == (0o444, 0o440)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project with the rows of one year of three territories, not built."""
    exports = tmp_path_factory.mktemp("exports")
    known: set[str] = {""}
    for export in EXPORTS:
        file = SHIPPED_EXPORTS / f"{export}.csv"
        rows = [
            row
            for row in read_rows(file)
            if row["annee"] == "2024" and row.get("territoire", PLACES[0]) in PLACES
        ]
        if export == "salaries":
            known |= {row["id_parcours"] for row in rows}
        rows = [row for row in rows if row.get("id_parcours", "") in known]
        write_rows(exports / f"{export}.csv", header_of(file), rows)
    return Project.copy(tmp_path_factory.mktemp("project"), exports)


def test_the_warehouse_is_its_owners_and_the_editions_are_everybodys(
    project: Project, tmp_path: Path
) -> None:
    """Also where the file, and the folder beside it, were there with wider rights."""
    warehouse, editions = tmp_path / "cvg.duckdb", tmp_path / "new" / "editions"
    warehouse.touch(0o644)
    warehouse.with_name("cvg.build").mkdir(mode=0o755)
    cvg = (sys.executable, "-c", CVG)
    places = {"CVG_WAREHOUSE": warehouse, "CVG_EDITIONS": editions, "CVG_PUBLISH": "yes"}
    under(0o022, project, *cvg, "build", **places)
    assert mode(warehouse) == 0o600
    assert mode(warehouse.with_name("cvg.build")) == 0o700
    assert_editions_are_readable(editions)

    elsewhere = tmp_path / "elsewhere" / "editions"
    under(0o077, project, *cvg, "publish", **places | {"CVG_EDITIONS": elsewhere})
    assert mode(elsewhere.parent) == 0o755
    assert_editions_are_readable(elsewhere)


@pytest.mark.parametrize("umask", UMASKS)
def test_a_plain_dbt_build_keeps_the_warehouse_to_its_owner(
    umask: int, project: Project, tmp_path: Path
) -> None:
    """Also one that was there, with wider rights, and that is written to again."""
    warehouse = tmp_path / "cvg.duckdb"
    step = ("build", "--quiet", "--select", "domains", "--target-path", str(tmp_path / "target"))
    under(umask, project, DBT, *step, CVG_WAREHOUSE=warehouse)
    assert mode(warehouse) == 0o600
    warehouse.chmod(0o644)
    under(umask, project, DBT, *step, CVG_WAREHOUSE=warehouse)
    assert mode(warehouse) == 0o600


def test_the_umask_is_set_back(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with pytest.raises(OSError), owner_only():
            (tmp_path / "inside").touch()
            raise OSError
        (tmp_path / "after").touch()
    finally:
        os.umask(before)
    assert (mode(tmp_path / "inside"), mode(tmp_path / "after")) == (0o600, 0o640)


def test_a_public_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there").chmod(0o750)
    with owner_only():
        public_folder(tmp_path / "there" / "new" / "editions")
    made = [mode(tmp_path / place) for place in ("there", "there/new", "there/new/editions")]
    assert made == [0o750, 0o755, 0o755]
