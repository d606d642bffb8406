"""`cvg docs`: the dictionary and lineage site, a folder that opens from a file with no network.

An indicator is defined in two places, its theme's model and the catalogue (the seed `indicators`),
so its column has no description in the model's YAML: it gets one here, from the catalogue.

The site holds names, definitions and SQL. It holds no row and no statistic of the data.
"""

import html
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Any

import duckdb

from cvg_warehouse.files import move_in, unfinished_folder
from cvg_warehouse.formats import day, number
from cvg_warehouse.paths import PROJECT
from cvg_warehouse.terminal import Refusal, shown

DICTIONARY, COLUMNS, INDEX = "dictionary.html", "columns.html", "index.html"
DESCRIBED = ("model", "seed")
GRAIN_AND_KEY = re.compile(r"\bGrain: .+\bPrimary key: ", re.DOTALL)
# Where the project and its temporary files lay on the machine that made the site.
PLACES = ("root_path", "compiled_path", "build_path")
# The browser itself refuses whatever a page might ask of another host.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob: data:; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; connect-src data: blob:"
)
# Descriptions in full in the dictionary, without its empty column of constraints; no offers of a
# paid service in the lineage.
LOOKS = {
    DICTIONARY: ".column-row td {vertical-align: top} "
    ".column-row td:first-child {overflow-wrap: anywhere; min-width: 13rem} "
    ".column-row td:nth-child(3) {white-space: normal !important; max-width: none !important; "
    "min-width: 22rem} "
    ".table-hover th:nth-child(4), .column-row td:nth-child(4) {display: none}",
    COLUMNS: 'a[href*="colibri-data.com"] {pointer-events: none} '
    'a[href*="colibri-data.com"][class*="dashed"] {display: none}',
}
CATALOGUE = """
    select
        places.indicator_column,
        catalogue.*,
        places.breakdown as breakdown_value,
        first_values.label_fr as first_label_fr,
        first_values.label_en as first_label_en,
        second_values.label_fr as second_label_fr,
        second_values.label_en as second_label_en
    from dim_indicator_breakdowns as places
    inner join stg_reference__indicators as catalogue using (indicator_id)
    left join stg_reference__breakdown_values as first_values
        on split_part(catalogue.breakdown, ' x ', 1) = first_values.breakdown
        and split_part(places.breakdown, ' x ', 1) = first_values.value
    left join stg_reference__breakdown_values as second_values
        on split_part(catalogue.breakdown, ' x ', 2) = second_values.breakdown
        and split_part(places.breakdown, ' x ', 2) = second_values.value
    where places.indicator_column is not null
"""

Json = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """What was written: the folder, how many nodes and columns, and what lacks a description."""

    folder: Path
    models: int
    columns: int
    gaps: list[str]


def write_docs(warehouse: Path, folder: Path) -> Site:
    """Write the site of a built warehouse to `folder`, in place of the one of before."""
    if not warehouse.is_file():
        raise Refusal(f"{shown(warehouse)}: there is no warehouse; build it first: make build")
    built_at = datetime.fromtimestamp(warehouse.stat().st_mtime, UTC)
    with (
        tempfile.TemporaryDirectory(prefix="cvg-docs-") as scratch,
        _moved_in(folder) as site,
    ):
        manifest, catalog = document(warehouse, Path(scratch))
        # Beside its JSON dbt leaves the page that shows it.
        page = (Path(scratch) / "index.html").read_text(encoding="utf-8")
        dictionary = _dictionary(page, manifest, catalog)
        (site / DICTIONARY).write_text(dictionary, encoding="utf-8")
        (site / COLUMNS).write_text(_column_lineage(Path(scratch)), encoding="utf-8")
        models = [unique_id for unique_id, _ in _nodes(manifest, catalog, ("model",))]
        columns = sum(len(catalog["nodes"][unique_id]["columns"]) for unique_id in models)
        index = _index(built_at, is_synthetic(warehouse), len(models), columns)
        (site / INDEX).write_text(index, encoding="utf-8")
    return Site(folder, len(models), columns, gaps(manifest, catalog))


@contextmanager
def _moved_in(folder: Path) -> Iterator[Path]:
    """A folder to write the site to, which takes the place of `folder` when it is whole."""
    try:
        with unfinished_folder(folder) as site:
            yield site
            move_in(site, folder)
    except OSError as error:
        raise Refusal(
            f"{shown(folder)}: cannot be written ({error.strerror}); name another with --out"
        ) from None


def document(warehouse: Path, scratch: Path) -> tuple[Json, Json]:
    """dbt's manifest and catalog of the warehouse, with every indicator column described."""
    where = ["--project-dir", PROJECT, "--profiles-dir", PROJECT]
    scratches = ["--target-path", scratch, "--log-path", scratch, "--log-level-file", "none"]
    # The shipped exports: only their names are looked at, and a path of this machine stays out.
    _run(
        *("dbt", "--quiet", "docs", "generate", *where, *scratches),
        CVG_WAREHOUSE=str(warehouse),
        CVG_EXPORTS="seeds/exports",
        DBT_TARGET_PATH=str(scratch),
    )
    manifest = json.loads((scratch / "manifest.json").read_text(encoding="utf-8"))
    catalog = json.loads((scratch / "catalog.json").read_text(encoding="utf-8"))
    describe_indicators(manifest, catalog, indicator_descriptions(warehouse))
    for node in _leaves(manifest):
        for place in PLACES:
            node.pop(place, None)
    (scratch / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return manifest, catalog


def indicator_descriptions(warehouse: Path) -> dict[str, str]:
    """The catalogue's words for each indicator column, by the column's name."""
    with duckdb.connect(warehouse, read_only=True) as connection:
        found = connection.execute(CATALOGUE)
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return {row["indicator_column"]: _description(row) for row in rows}


def _description(row: dict[str, str | None]) -> str:
    labels = {
        language: ", ".join(
            str(row[f"{part}label_{language}"])
            for part in ("", "first_", "second_")
            if row[f"{part}label_{language}"]
        )
        for language in ("en", "fr")
    }
    unit = "share of people, 0 to 1" if row["unit"] == "share" else row["unit"]
    if row["statistic"] in ("mean", "median"):
        counted = f"Measure: {row['numerator_definition']}. Over: {row['denominator_definition']}."
    else:
        outside = row["denominator_definition"] or "not named: the indicator is a count"
        counted = f"Numerator: {row['numerator_definition']}. Denominator: {outside}."
    printed = f" Printed in {row['published_in']}." if row["published_in"] else ""
    value = f", value «\u00a0{row['breakdown_value']}\u00a0»" if row["breakdown_value"] else ""
    named = row["base"] and row["base"] in (row["denominator_definition"] or "")
    base = f" Base {row['base']}." if row["base"] and not named else ""
    return (
        f"{labels['en']} ({labels['fr']}). {counted}{base} Unit: {unit}.{printed} "
        f"Catalogue: {row['indicator_id']}{value}."
    )


def describe_indicators(manifest: Json, catalog: Json, descriptions: dict[str, str]) -> None:
    """Give the indicator columns of the manifest, in place, their descriptions."""
    states = "True = numerator, false = denominator only, null = outside the base. "
    for unique_id, node in _nodes(manifest, catalog, ("model",)):
        for name, column in catalog["nodes"][unique_id]["columns"].items():
            if name in descriptions and not node["columns"].get(name, {}).get("description"):
                intro = states if column["type"] == "BOOLEAN" else ""
                described = {"name": name, "description": f"{descriptions[name]} {intro}".strip()}
                node["columns"][name] = node["columns"].get(name, {}) | described


def gaps(manifest: Json, catalog: Json) -> list[str]:
    """What lacks a description: columns and models, and models without grain or primary key."""
    missing = []
    for unique_id, node in _nodes(manifest, catalog, DESCRIBED):
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


def is_synthetic(warehouse: Path) -> bool:
    """Every row of every export is one that `cvg demo` made."""
    with duckdb.connect(warehouse, read_only=True) as connection:
        query = "select coalesce(bool_and(is_synthetic), false) from dim_exports"
        return connection.execute(f"{query} where rows_loaded > 0").fetchone()[0]


def _dictionary(page: str, manifest: Json, catalog: Json) -> str:
    for name, content in (("MANIFEST", manifest), ("CATALOG", catalog)):
        inline = json.dumps(content, ensure_ascii=False).replace("</", "<\\/")
        page = page.replace(f'"{name}.JSON INLINE DATA"', inline)
    # Two slips of dbt's page: an icon whose name was never filled in, others asked for unfilled.
    page = re.sub(r'<link rel="shortcut icon" href="\$\{[^>]*>', "", page)
    page = page.replace('xlink:href="{{', 'ng-attr-href="{{')
    return _sealed(page, DICTIONARY)


def _column_lineage(scratch: Path) -> str:
    made = scratch / "colibri"
    _run(
        *("colibri", "generate", "--disable-telemetry", "--output-dir", made),
        *("--manifest", scratch / "manifest.json", "--catalog", scratch / "catalog.json"),
        DO_NOT_TRACK="1",
        DBT_COLIBRI_NO_VERSION_CHECK="1",
    )
    return _sealed((made / "index.html").read_text(encoding="utf-8"), COLUMNS)


def _sealed(page: str, name: str) -> str:
    """The page with a policy that keeps the browser from asking anything of another host."""
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    sealed, times = re.subn(
        r"<head\b[^>]*>",
        lambda head: f"{head[0]}{policy}<style>{LOOKS[name]}</style>",
        page,
        count=1,
    )
    if not times:
        raise Refusal(f"{name}: the page has no <head> to seal; nothing was written")
    return sealed


def _index(built_at: datetime, synthetic: bool, models: int, columns: int) -> str:
    page = Template(Path(__file__).with_name("index.html").read_text(encoding="utf-8"))
    return page.substitute(
        policy=html.escape(POLICY),
        dictionary=DICTIONARY,
        columns_page=COLUMNS,
        models=models,
        columns_fr=number(columns),
        columns_en=number(columns, language="en"),
        built_fr=f"{day(built_at)} à {built_at:%H h %M} (UTC)",
        built_en=f"{day(built_at, 'en')}, {built_at:%H:%M} (UTC)",
        data_fr=(
            "Données synthétiques : aucune ligne ne concerne une personne réelle."
            if synthetic
            else "Données des chantiers : l'entrepôt n'est pas le jeu synthétique. "
            "Ce site n'en contient aucune ligne."
        ),
        data_en=(
            "Synthetic data: no row is about a real person."
            if synthetic
            else "Data of worksites: the warehouse is not the synthetic one. "
            "This site holds none of its rows."
        ),
    )


def _nodes(manifest: Json, catalog: Json, kinds: tuple[str, ...]) -> Iterator[tuple[str, Json]]:
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] in kinds and unique_id in catalog["nodes"]:
            yield unique_id, node


def _leaves(manifest: Json) -> Iterator[Json]:
    for content in manifest.values():
        if isinstance(content, dict):
            yield from (node for node in content.values() if isinstance(node, dict))


def _run(tool: str, *arguments: str | Path, **variables: str) -> None:
    command = Path(sys.executable).with_name(tool)
    if not command.exists():
        raise Refusal(f"{tool} is not in the environment; make it again: make clean build")
    run = subprocess.run(
        [command, *arguments],
        cwd=PROJECT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if run.returncode:
        # Not what the tool said, which may quote the data.
        raise Refusal(f"{tool} could not read the warehouse; build it again: make build")
    if " Error" in run.stderr or "[ERROR]" in run.stdout + run.stderr:
        raise Refusal(f"{tool} left something out; is it the version of requirements.lock?")
