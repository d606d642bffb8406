"""What `dbt build` leaves in its target folder: the compiled SQL of each model and test."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from cvg_warehouse.paths import PROJECT

CATALOG = "cvg"
PRINTED = ("published_tables", "published_narrative")
"""Seeds of the printed report: what is compared with them says nothing of other exports."""


@dataclass(frozen=True)
class Node:
    """A seed, a model or a data test."""

    name: str
    """Unique among nodes; tests go by the name that a build shows."""
    kind: str
    layer: str
    sql: str
    parents: tuple[str, ...]
    settings: dict[str, Any]

    @property
    def is_view(self) -> bool:
        """Made as a view."""
        return self.settings.get("materialized") == "view"

    @property
    def is_warning(self) -> bool:
        """A test that warns and does not fail."""
        return str(self.settings.get("severity")).lower() == "warn"


@dataclass(frozen=True)
class UnitTest:
    """A dbt unit test: its SQL gives the actual and the expected rows."""

    name: str
    model: str
    sql: str


@dataclass(frozen=True)
class Compiled:
    """A finished `dbt build`: its warehouse and the SQL that made and checked it."""

    warehouse: Path
    exports: Path
    nodes: dict[str, Node]
    unit_tests: tuple[UnitTest, ...]

    @cached_property
    def order(self) -> tuple[Node, ...]:
        """Seeds and models, parents first."""
        graph = {node.name: node.parents for node in self.nodes.values() if node.kind != "test"}
        return tuple(self.nodes[name] for name in TopologicalSorter(graph).static_order())

    @cached_property
    def tests(self) -> tuple[Node, ...]:
        """Data tests."""
        return tuple(node for node in self.nodes.values() if node.kind == "test")

    @cached_property
    def of_the_print(self) -> frozenset[str]:
        """Nodes that depend on what is printed; checks of the data only ask what it is about."""
        found = set(PRINTED)
        for node in (*self.order, *self.tests):
            if found.intersection(node.parents) and node.layer != "checks":
                found.add(node.name)
        return frozenset(found)

    def unit_tests_of(self, model: str) -> Iterator[UnitTest]:
        """The unit tests of a model."""
        return (test for test in self.unit_tests if test.model == model)


def build(exports: Path, home: Path) -> Compiled:
    """Run `dbt build` on exports, with the unit tests, in a folder of its own."""
    home.mkdir(parents=True, exist_ok=True)
    warehouse = home / f"{CATALOG}.duckdb"
    warehouse.unlink(missing_ok=True)
    shipped = exports.is_relative_to(PROJECT)
    settings = {
        "CVG_EXPORTS": str(exports.relative_to(PROJECT) if shipped else exports),
        "CVG_PUBLISH": "no",
        "CVG_WAREHOUSE": str(warehouse),
        "DBT_LOG_PATH": str(home / "logs"),
        "DBT_TARGET_PATH": str(home / "target"),
    }
    run = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "--quiet", "--no-use-colors", "build"],
        cwd=PROJECT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if run.returncode:
        raise RuntimeError(f"the unchanged project does not build:\n{run.stdout[-2000:]}")
    return read(home / "target", warehouse, exports)


def read(target: Path, warehouse: Path, exports: Path) -> Compiled:
    """Read dbt's artifacts."""
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    compiled = {result["unique_id"]: result.get("compiled_code") or "" for result in results}
    kinds = ("seed", "model", "test")
    found = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] in kinds}
    names = {key: _name(node) for key, node in found.items()}
    nodes = {
        names[key]: Node(
            name=names[key],
            kind=node["resource_type"],
            layer=node["fqn"][1],
            sql=compiled.get(key, ""),
            parents=tuple(names[up] for up in node["depends_on"].get("nodes", []) if up in names),
            settings=node["config"],
        )
        for key, node in found.items()
    }
    unit_tests = tuple(
        UnitTest(test["name"], test["model"], _executed(target, test))
        for test in manifest["unit_tests"].values()
    )
    if len(nodes) != len(found) or not unit_tests:
        raise RuntimeError(f"{target}: two nodes share a name, or there are no unit tests")
    return Compiled(warehouse, exports, nodes, unit_tests)


def _executed(target: Path, unit_test: dict[str, Any]) -> str:
    """The whole query of a unit test, which dbt keeps under the path of its YAML."""
    folder = target / "run" / unit_test["package_name"] / unit_test["original_file_path"]
    (file,) = folder.rglob(f"{unit_test['name']}.sql")
    # as it stands: line ends within its texts are data
    return file.read_bytes().decode()


def _name(node: dict[str, Any]) -> str:
    generic = node.get("test_metadata")
    if not generic:
        return str(node["name"])
    about = (node.get("attached_node") or node["name"]).rpartition(".")[2]
    column = f".{node['column_name']}" if node.get("column_name") else ""
    return f"{generic['name']} of {about}{column}"
