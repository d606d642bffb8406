"""What the project relies on dbt for: its settings, its unit tests, and few of its modules."""

import ast
import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
import yaml
from rich.console import Console

from conftest import Built
from cvg_warehouse import terminal
from cvg_warehouse.building import dbt_run
from cvg_warehouse.paths import PROJECT

DBT = Path(sys.executable).with_name("dbt")
PROFILE = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))
SETTINGS = PROFILE["cvg_warehouse"]["outputs"]["dev"]["settings"] | {"memory_limit": "3GB"}

BUILDING = PROJECT / "src" / "cvg_warehouse" / "building"
DOCUMENTED = {"dbt.adapters.duckdb.plugins", "dbt.cli.main"}
# In brackets, so that the pattern does not find itself.
INTERNALS = re.compile(r"dbt[_]common|dbt\.[t]racking|Event[M]anager")


def dbt(*arguments: str, home: Path, warehouse: Path) -> subprocess.CompletedProcess[str]:
    """Run dbt as an analyst would, with everything that it writes in `home`."""
    places = {"CVG_WAREHOUSE": str(warehouse), "DBT_TARGET_PATH": str(home / "target")}
    return subprocess.run(
        [DBT, "--no-use-colors", *arguments],
        env=os.environ | places,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_settings_of_the_profile_hold(tmp_path: Path) -> None:
    held = ", ".join(f"cast(current_setting('{name}') as varchar) as {name}" for name in SETTINGS)
    show = ("-q", "show", "--output", "json", "--inline", f"select {held}")
    run = dbt(*show, home=tmp_path, warehouse=tmp_path / "a.duckdb")
    with duckdb.connect(config=SETTINGS) as connection:
        wanted = connection.execute(f"select {held}").fetchall()[0]
    assert json.loads(run.stdout)["show"] == [dict(zip(SETTINGS, wanted, strict=True))]


def test_memory_is_what_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CVG_MEMORY", "1GiB")
    setting = "cast(current_setting('memory_limit') as varchar) as memory"
    show = ("-q", "show", "--output", "json", "--inline", f"select {setting}")
    run = dbt(*show, home=tmp_path, warehouse=tmp_path / "a.duckdb")
    assert json.loads(run.stdout)["show"] == [{"memory": "1.0 GiB"}]


def test_progress_names_the_steps_that_run(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(terminal, "err", Console(file=written, force_terminal=True, width=120))

    def event(name: str, **data: object) -> SimpleNamespace:
        return SimpleNamespace(info=SimpleNamespace(name=name), data=SimpleNamespace(**data))

    def step(name: str) -> SimpleNamespace:
        return SimpleNamespace(unique_id=f"model.{name}", node_name=name)

    with terminal.progress("Building") as bar:
        listen = dbt_run.shown_on(bar)

        def line() -> str:
            """The bar as it was drawn last, without what a terminal obeys."""
            time.sleep(0.3)
            drawn = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written.getvalue())
            return re.split(r"[\r\n]", drawn.strip())[-1].strip()

        listen(event("LogStartLine", total=7))
        listen(event("NodeStart", node_info=step("ind_exits")))
        listen(event("NodeStart", node_info=step("m" * 40)))
        assert "0/7" in line()
        assert line().endswith(f"ind_exits, {'m' * 30}…")
        listen(event("NodeFinished", node_info=step("ind_exits")))
        assert "1/7" in line()
        assert "ind_exits" not in line()
        assert line().endswith(f"{'m' * 30}…")


def written_unit_tests() -> set[str]:
    """Names of the unit tests in the models' YAML, whether they are run or not."""
    files = sorted((PROJECT / "models").rglob("*.yml"))
    documents = [yaml.safe_load(file.read_text(encoding="utf-8")) or {} for file in files]
    return {test["name"] for document in documents for test in document.get("unit_tests", [])}


def test_every_unit_test_is_run_and_passes(
    built: Built, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("unit_tests")
    run = dbt("-q", "test", "--select", "test_type:unit", home=home, warehouse=built.warehouse)
    assert run.returncode == 0, run.stdout + run.stderr
    results = json.loads((home / "target" / "run_results.json").read_text())["results"]
    passed = {
        result["unique_id"].rpartition(".")[2] for result in results if result["status"] == "pass"
    }
    assert passed == written_unit_tests() != set()
    assert built.query("select count(*) from build_record") == [(1,)]


def test_dbt_is_known_to_one_package() -> None:
    outside = {
        str(file.relative_to(PROJECT))
        for folder in ("src", "dashboards", "tests", "bench", "mutation")
        for file in (PROJECT / folder).rglob("*.py")
        if not file.is_relative_to(BUILDING)
        and (set(dbt_modules(file)) or INTERNALS.search(file.read_text(encoding="utf-8")))
    }
    assert outside == set()
    assert {module for file in BUILDING.rglob("*.py") for module in dbt_modules(file)} == DOCUMENTED


def dbt_modules(file: Path) -> Iterator[str]:
    """The modules of dbt that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        yield from (name for name in names if re.match(r"dbt(?!_score)(_\w+)?(\.|$)", name))
