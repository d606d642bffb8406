"""The folders of models/ are layers: what refers to what, read from dbt's manifest."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

from cvg_warehouse.paths import PROJECT

DBT = Path(sys.executable).with_name("dbt")
LAYERS = ("staging", "core", "rules", "counting", "marts", "report", "checks", "published")
PREFIXES = {"staging": "stg_", "core": ("fct_", "dim_"), "rules": "ind_"}


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
