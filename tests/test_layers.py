"""The folders of models/ are layers: what refers to what, read from dbt's manifest."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

from conftest import Built
from cvg_warehouse.building.slice import BEFORE
from cvg_warehouse.paths import PROJECT

DBT = Path(sys.executable).with_name("dbt")
LAYERS = ("staging", "core", "rules", "counting", "marts", "report", "checks", "published")
PREFIXES = {"staging": "stg_", "core": ("fct_", "dim_"), "rules": "ind_"}
SLICED = "sliced_by"
MADE_OF_ALL = {
    "dim_worksites",
    "dim_reporting_years",
    "dim_reporting_periods",
    "dim_partner_network",
    "dim_partners",
}
"""What is made of exports and may be read by a sliced model all the same: a worksite whose rows
changed is touched whole, for other years or periods everything is built, and what is said of a
partner that got another name or place in the network is touched."""
OF_ROWS = {"pathway", "action", "session"}
LARGER = {"named_action", "partner_action", "partner_worksite"}
"""Units of which more is touched than of actions and worksites."""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The models of the manifest."""
    target = tmp_path_factory.mktemp("parsed")
    places = {"DBT_TARGET_PATH": str(target), "DBT_LOG_PATH": str(target)}
    subprocess.run(
        [DBT, "parse", "--quiet", "--no-partial-parse"],
        cwd=PROJECT,
        env=os.environ | places,
        check=True,
    )
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    found = [node for node in nodes.values() if node["resource_type"] == "model"]
    assert found
    return found


def layer(model: dict[str, Any]) -> str:
    return Path(model["original_file_path"]).parts[1]


def test_folders_form_no_circle(models: list[dict[str, Any]]) -> None:
    folder = {model["unique_id"]: str(Path(model["original_file_path"]).parent) for model in models}
    edges: dict[str, set[str]] = defaultdict(set)
    for model in models:
        own = folder[model["unique_id"]]
        edges[own] |= {folder[one] for one in model["depends_on"]["nodes"] if one in folder} - {own}
    assert len(edges) > len(LAYERS)
    # raises CycleError, which names the circle
    assert set(TopologicalSorter(edges).static_order()) == set(folder.values())


def test_a_model_refers_to_its_own_layer_or_to_an_earlier_one(models: list[dict[str, Any]]) -> None:
    of = {model["unique_id"]: layer(model) for model in models}
    assert set(of.values()) == set(LAYERS)
    later = [
        f"{model['name']} refers to {one}"
        for model in models
        for one in model["depends_on"]["nodes"]
        if one in of and LAYERS.index(of[one]) > LAYERS.index(layer(model))
    ]
    assert later == []


def test_names_tell_the_layer(models: list[dict[str, Any]]) -> None:
    strangers = [
        model["name"]
        for model in models
        for here, prefix in PREFIXES.items()
        if (layer(model) == here) != model["name"].startswith(prefix)
        # a dimension of what is counted, not of the facts
        and model["name"] != "dim_indicator_breakdowns"
    ]
    assert strangers == []


@dataclass(frozen=True)
class Slices:
    """All that dbt would run in a build of what changed, compiled; by unique id."""

    nodes: dict[str, dict[str, Any]]

    @cached_property
    def sliced(self) -> dict[str, str]:
        """The sliced models, with the unit that they are sliced by."""
        return {
            name: next(iter(node["config"]["meta"][SLICED]))
            for name, node in self.nodes.items()
            if node["resource_type"] == "model" and SLICED in node["config"]["meta"]
        }

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        return {name: node for name, node in self.nodes.items() if node["resource_type"] == kind}

    def parents(self, name: str) -> list[str]:
        """The models and seeds that a node names."""
        return [one for one in self.nodes[name]["depends_on"]["nodes"] if one in self.nodes]

    def ancestors(self, name: str) -> set[str]:
        found: set[str] = set()
        ahead = [name]
        while ahead:
            new = set(self.nodes[ahead.pop()].get("depends_on", {}).get("nodes", ()))
            ahead += (new & self.nodes.keys()) - found
            found |= new & self.nodes.keys()
        return found

    def reads_whole(self, name: str, parent: str) -> bool:
        """Whether as often as a slice's table its counterpart of the warehouse before is read.

        `whole` reads both, so do the sums that are taken from those before; `kept_before` reads the
        latter once, under a name.
        """
        sql = self.nodes[name]["compiled_code"]
        table = self.nodes[parent]["relation_name"]
        _, schema, identifier = table.split(".")
        before, kept = f'"{BEFORE}".{schema}.{identifier}', identifier.strip('"') + "_before"
        named = sql.count(kept) - sql.count(f"{kept} as (")
        return sql.count(table) == (named or sql.count(before))

    def is_of_exports(self, name: str) -> bool:
        """Whether it is made of what worksites deliver, and not of lists alone."""
        folders = ("models/staging/exports/", "seeds/exports/")
        line = {name, *self.ancestors(name)}
        return any(self.nodes[one]["original_file_path"].startswith(folders) for one in line)


@pytest.fixture(scope="module")
def slices(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Slices:
    target = tmp_path_factory.mktemp("slices")
    # dbt names a catalog after its file
    file = target / built.warehouse.name
    shutil.copy(built.warehouse, file)
    places = {
        "CVG_WAREHOUSE": str(file),
        "CVG_BUILT_BEFORE": str(built.warehouse),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target),
    }
    kinds = ["resource_type:model", "resource_type:test"]
    run = [DBT, "compile", "--quiet", "--no-partial-parse", "--select", *kinds]
    subprocess.run(run, cwd=PROJECT, env=os.environ | places, check=True, capture_output=True)
    found = Slices(json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"])
    assert set(found.sliced.values()) == OF_ROWS | LARGER | {"person", "worksite", "place"}
    assert any(f'"{BEFORE}".' in node["compiled_code"] for node in found.of("model").values())
    return found


def test_the_docs_name_every_unit(slices: Slices) -> None:
    said = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    (named,) = re.findall(r"with the unit \((.*?)\)", said)
    assert set(re.findall(r"`(\w+)`", named)) == set(slices.sliced.values())


def test_a_model_that_is_not_sliced_reads_a_sliced_one_whole(slices: Slices) -> None:
    partial = [
        f"{slices.nodes[name]['name']} reads touched rows of {slices.nodes[parent]['name']} alone"
        for name in slices.of("model").keys() - slices.sliced.keys()
        for parent in slices.parents(name)
        if parent in slices.sliced and not slices.reads_whole(name, parent)
    ]
    assert partial == []


def test_a_check_of_sliced_rows_beside_what_all_make_reads_them_whole(slices: Slices) -> None:
    beside = {
        name
        for name in slices.of("test")
        for parent in slices.parents(name)
        if parent not in slices.sliced and slices.ancestors(parent) & slices.sliced.keys()
    }
    partial = [
        f"{slices.nodes[name]['name']} reads touched rows of {slices.nodes[parent]['name']} alone"
        for name in beside
        for parent in slices.parents(name)
        if parent in slices.sliced and not slices.reads_whole(name, parent)
    ]
    assert beside
    assert partial == []


def test_a_sliced_model_is_made_of_touched_rows_and_lists(slices: Slices) -> None:
    read = {
        parent: name
        for name in slices.sliced
        for parent in slices.parents(name)
        if parent not in slices.sliced
        and slices.nodes[parent]["resource_type"] == "model"
        and slices.is_of_exports(parent)
        and not slices.reads_whole(name, parent)
    }
    assert {slices.nodes[parent]["name"] for parent in read} == MADE_OF_ALL, read


def test_what_follows_a_pathway_asks_nothing_of_its_worksite_as_a_whole(slices: Slices) -> None:
    asking = [
        f"{slices.nodes[name]['name']} reads {slices.nodes[parent]['name']}"
        for name, unit in slices.sliced.items()
        for parent in slices.parents(name)
        if unit in OF_ROWS and slices.sliced.get(parent, unit) not in OF_ROWS
    ]
    assert asking == []


def test_what_is_touched_more_widely_reads_more_than_is_touched(slices: Slices) -> None:
    partial = [
        f"{slices.nodes[name]['name']} reads touched rows of {slices.nodes[parent]['name']} alone"
        for name, unit in slices.sliced.items()
        for parent in slices.parents(name)
        if unit in LARGER
        and slices.sliced.get(parent, unit) != unit
        and not slices.reads_whole(name, parent)
    ]
    assert partial == []
