"""What dbt says of the warehouse: its manifest and catalog, with all columns described."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cvg_warehouse.docs.indicator_columns import breakdown_labels, indicator_descriptions
from cvg_warehouse.docs.tools import run
from cvg_warehouse.paths import PROJECT

Json = dict[str, Any]

DESCRIBED = ("model", "seed")
GRAIN_AND_KEY = re.compile(r"\bGrain: .+\bPrimary key: ", re.DOTALL)
# Where the project and its temporary files lay on the machine that made the site.
PATHS_OF_THE_MACHINE = ("root_path", "compiled_path", "build_path")
THREE_STATES = "True = numerator, false = denominator only, null = outside the base."


def generate(warehouse: Path, scratch: Path) -> tuple[Json, Json]:
    """dbt's manifest and catalog of the warehouse; the manifest as used stays in `scratch`."""
    where = ("--project-dir", PROJECT, "--profiles-dir", PROJECT)
    output = ("--target-path", scratch, "--log-path", scratch, "--log-level-file", "none")
    # The shipped exports: only their names are looked at, and a path of this machine stays out.
    run(
        ["dbt", "--quiet", "docs", "generate", *where, *output],
        CVG_WAREHOUSE=str(warehouse),
        CVG_EXPORTS="seeds/exports",
        CVG_EXPORTS_FORMAT="seeds",
        DBT_TARGET_PATH=str(scratch),
    )
    manifest = json.loads((scratch / "manifest.json").read_text(encoding="utf-8"))
    catalog = json.loads((scratch / "catalog.json").read_text(encoding="utf-8"))
    spread_columns(manifest, breakdown_labels(warehouse))
    describe_indicators(manifest, catalog, indicator_descriptions(warehouse))
    for node in _leaves(manifest):
        for path in PATHS_OF_THE_MACHINE:
            node.pop(path, None)
    (scratch / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return manifest, catalog


def spread_columns(manifest: Json, labels: dict[str, dict[str, str]]) -> None:
    """Describe each column of a list's value where a model describes them once, with `{}`."""
    for node in manifest["nodes"].values():
        columns = {}
        for name, column in node["columns"].items():
            each = column["config"]["meta"].get("each")
            for suffix, label in labels[each].items() if each else [("", "")]:
                own = name.replace("{}", suffix)
                description = column["description"].replace("{}", label)
                columns[own] = column | {"name": own, "description": description}
        node["columns"] = columns


def describe_indicators(manifest: Json, catalog: Json, descriptions: dict[str, str]) -> None:
    """Give the indicator columns of the manifest, in place, their descriptions."""
    for unique_id, node in nodes(manifest, catalog, ("model",)):
        for name, column in catalog["nodes"][unique_id]["columns"].items():
            documented = node["columns"].get(name, {})
            if name in descriptions and not documented.get("description"):
                states = THREE_STATES if column["type"] == "BOOLEAN" else ""
                description = f"{descriptions[name]} {states}".strip()
                node["columns"][name] = {**documented, "name": name, "description": description}


def gaps(manifest: Json, catalog: Json) -> list[str]:
    """What lacks a description: columns and models, and models without grain or primary key."""
    missing = []
    for unique_id, node in nodes(manifest, catalog, DESCRIBED):
        if not node["description"]:
            missing.append(f"{node['name']}: no description")
        elif node["resource_type"] == "model" and not GRAIN_AND_KEY.search(node["description"]):
            missing.append(f"{node['name']}: the description names no grain or no primary key")
        missing += [
            f"{node['name']}.{name}: no description"
            for name in catalog["nodes"][unique_id]["columns"]
            if not node["columns"].get(name, {}).get("description")
        ]
    return missing


def nodes(manifest: Json, catalog: Json, kinds: tuple[str, ...]) -> Iterator[tuple[str, Json]]:
    """The nodes of some kinds that are in the warehouse, by their identifiers."""
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] in kinds and unique_id in catalog["nodes"]:
            yield unique_id, node


def _leaves(manifest: Json) -> Iterator[Json]:
    for content in manifest.values():
        if isinstance(content, dict):
            yield from (node for node in content.values() if isinstance(node, dict))
