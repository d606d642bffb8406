"""The compiled SQL of a `dbt build`, run once more in one DuckDB connection, without dbt.

    python -m bench.direct TARGET DATABASE [--years]

`TARGET` is the target folder of a `dbt compile` over a warehouse; `DATABASE` a new file with the
same name, because the compiled SQL names its database. Prints, as JSON, the seconds of loading
seeds, building models and running data tests, and of what `mart_indicators` needs: all of it, and
its rules and counting alone. With `--years` nothing else is built, and calendar years are the only
periods, as in the polars script.
"""

import csv
import json
import sys
import time
from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from cvg_warehouse.building.edition_before import load_edition_before
from cvg_warehouse.building.forms import load_forms
from cvg_warehouse.paths import exports_folder

Node = dict[str, Any]


def _in_order(nodes: dict[str, Node], kinds: tuple[str, ...]) -> Iterator[str]:
    graph = {
        name: [parent for parent in node["depends_on"]["nodes"] if parent in nodes]
        for name, node in nodes.items()
    }
    for name in TopologicalSorter(graph).static_order():
        if nodes[name]["resource_type"] in kinds:
            yield name


def _ancestors(nodes: dict[str, Node], name: str) -> set[str]:
    parents = [parent for parent in nodes[name]["depends_on"].get("nodes", []) if parent in nodes]
    return {name}.union(*(_ancestors(nodes, parent) for parent in parents))


def seed_sql(path: Path, columns: Iterable[str]) -> str:
    """A seed from its file, as the project's loader has it.

    Every column is text; an optional one that the file lacks is null; the rows are numbered.
    """
    with path.open(newline="", encoding="utf-8") as file:
        header = next(csv.reader(file))
    selected = ["row_number() over () + 1 as line_in_file"]
    selected += [
        f'"{name}"' if name in header else f'cast(null as varchar) as "{name}"' for name in columns
    ]
    return (
        f"select {', '.join(selected)} from read_csv('{path}', header = true, all_varchar = true)"
    )


def run(target: Path, database: Path, years: bool = False) -> dict[str, float]:
    """Run everything, or what `mart_indicators` needs, in graph order; seconds per part."""
    manifest = json.loads((target / "manifest.json").read_text())
    ran = json.loads((target / "run_results.json").read_text())["results"]
    compiled = {
        result["unique_id"]: result.get("compiled_code")
        for result in ran
        if result["status"] not in ("error", "skipped")
    }
    nodes: dict[str, Node] = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "seed" or compiled.get(name)
    }
    for node in nodes.values():
        node["depends_on"].setdefault("nodes", [])
    mart = next(name for name in nodes if name.endswith(".mart_indicators"))
    needed = _ancestors(nodes, mart)
    if years:
        nodes = {name: node for name, node in nodes.items() if name in needed}
    seconds: dict[str, float] = {}
    with duckdb.connect(str(database), config={"threads": 2, "memory_limit": "3GB"}) as connection:
        connection.execute("set preserve_insertion_order = false")
        # sources that the warehouse reads beside its seeds
        load_forms(connection, exports_folder())
        load_edition_before(connection)
        for name in _in_order(nodes, ("seed", "model")):
            node = nodes[name]
            if node["resource_type"] == "seed":
                file = Path(node["root_path"] or "") / node["original_file_path"]
                sql = seed_sql(file, node["config"]["column_types"])
            else:
                sql = compiled[name]
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            start = time.perf_counter()
            connection.execute(f"create {kind} {node['relation_name']} as {sql}")
            seconds[name] = time.perf_counter() - start
            if years and name.endswith(".stg_reference__period_kinds"):
                connection.execute(
                    f"delete from {node['relation_name']} where period_kind != 'calendar_year'"
                )
        for name in _in_order(nodes, ("test",)):
            start = time.perf_counter()
            connection.execute(f"select count(*) from ({compiled[name]})").fetchall()
            seconds[name] = time.perf_counter() - start
    rules = {n for n in needed if {"rules", "counting"} & set(nodes[n]["fqn"])}

    def total(names: set[str]) -> float:
        return sum(seconds[name] for name in names)

    return {
        "seeds": total({n for n in seconds if nodes[n]["resource_type"] == "seed"}),
        "models": total({n for n in seconds if nodes[n]["resource_type"] == "model"}),
        "tests": total({n for n in seconds if nodes[n]["resource_type"] == "test"}),
        "mart_from_files": total(needed),
        "rules_and_counting": total(rules),
    }


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), Path(sys.argv[2]), "--years" in sys.argv[3:])))
