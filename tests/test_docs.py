"""`cvg docs`: everything is described, nothing of the data is shown, nothing is asked of others."""

import base64
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from conftest import Built, read_rows, run_cvg
from cvg_warehouse.docs import COLUMNS, DICTIONARY, INDEX, POLICY, gaps
from cvg_warehouse.paths import PROJECT, exports_folder

PAGES = (INDEX, DICTIONARY, COLUMNS)
# A tag or a style that makes a browser fetch something from another host as the page loads.
FETCHED = re.compile(
    r"<(?:script|img|iframe|embed|source|object)\b[^>]*\b(?:src|data)=[\"']?(?:https?:)?//"
    r"|<link\b[^>]*\bhref=[\"']?(?:https?:)?//"
    r"|@import\s+(?:url\()?[\"']?(?:https?:)?//"
    r"|url\(\s*[\"']?(?:https?:)?//",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def site(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "docs"
    run = run_cvg("docs", "--out", str(folder), CVG_WAREHOUSE=built.warehouse)
    assert run.returncode == 0, run.stderr
    return folder


def test_everything_is_described(site: Path) -> None:
    """`cvg docs` ended with 0: it found no gap. The catalogue's words have reached the pages."""
    (content,) = hidden(site / COLUMNS)
    nodes = json.loads(content)["nodes"]
    models = [node for node in nodes.values() if node["nodeType"] == "model"]
    assert len(models) > 50
    assert all(column.get("description") for node in models for column in node["columns"].values())
    indicators = nodes["model.cvg_warehouse.ind_exits"]["columns"]
    described = indicators["exits__job_or_training__formation"]["description"]
    for word in ("training", "formation", "NON_NEUTRAL", "T12", "exits.job_or_training"):
        assert word in described
    assert described in (site / DICTIONARY).read_text(encoding="utf-8")


def test_a_gap_is_named() -> None:
    def node(kind: str, description: str, columns: dict) -> dict:
        return {"resource_type": kind, "name": "x", "description": description, "columns": columns}

    manifest = {
        "nodes": {
            "a": node("model", "Grain: one row. Primary key: k.", {"k": {"description": ""}}),
            "b": node("model", "Grain: one row.", {"k": {"description": "A key."}}),
        }
    }
    catalog = {"nodes": {name: {"columns": {"k": {}}} for name in ("a", "b")}}
    assert gaps(manifest, catalog) == [
        "x.k: no description",
        "x: the description names no grain or no primary key",
    ]


def test_site_is_one_folder_of_three_pages(site: Path) -> None:
    assert {file.name for file in site.iterdir()} == set(PAGES)
    index = (site / INDEX).read_text(encoding="utf-8")
    assert "aucune ligne ne concerne une personne réelle" in index
    assert "no row is about a real person" in index
    links = re.findall(r'href="([^"?#]+)', index)
    assert links and all((site / link).is_file() for link in links)


@pytest.mark.parametrize("page", PAGES)
def test_page_asks_nothing_of_another_host(site: Path, page: str) -> None:
    content = (site / page).read_text(encoding="utf-8")
    assert POLICY in html.unescape(content)
    # The style sheets and tags of the page itself, not the source of the programs in it.
    assert FETCHED.findall(re.sub(r"<script\b.*?</script>", "<script>", content, flags=re.S)) == []
    assert not re.search(r"<script\b[^>]*\bsrc=", content.split("<body", 1)[0])


def test_colibri_counts_no_visits(site: Path) -> None:
    assert "window.colibriTelemetry = false" in (site / COLUMNS).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_page_holds_no_row_and_no_place_of_this_machine(site: Path, page: str) -> None:
    content = (site / page).read_text(encoding="utf-8") + "".join(hidden(site / page))
    for row in read_rows(exports_folder() / "salaries.csv")[::50]:
        assert row["id_salarie"] not in content
        assert row["id_parcours"] not in content
    for place in (PROJECT, Path.home(), "/tmp/"):
        if str(place) != "/":
            assert f"{place}" not in content


def hidden(page: Path) -> Iterator[str]:
    """What the lineage page carries in base64."""
    for data in re.findall(r'JSON\.parse\(atob\("([^"]+)"', page.read_text(encoding="utf-8")):
        yield json.dumps(json.loads(base64.b64decode(data)), ensure_ascii=False)


def test_lineage_reaches_from_the_mart_to_the_export(site: Path) -> None:
    (content,) = hidden(site / COLUMNS)
    edges = json.loads(content)["lineage"]["edges"]
    parents: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for edge in edges:
        if edge.get("sourceColumn") and edge.get("targetColumn"):
            child = edge["target"].rpartition(".")[2], edge["targetColumn"]
            parent = edge["source"].rpartition(".")[2], edge["sourceColumn"]
            parents.setdefault(child, set()).add(parent)
    ahead, seen = [("mart_exits", "formation")], set()
    while ahead:
        column = ahead.pop()
        if column not in seen:
            seen.add(column)
            ahead += parents.get(column, set())
    assert ("ind_exits", "exits__job_or_training__formation") in seen
    assert ("sorties", "fiche_complete") in seen


def test_pages_open_without_network(site: Path, browser: Browser) -> None:
    asked: list[str] = []
    failed: list[str] = []
    with browser.new_context(offline=True) as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: failed.append(str(error)))
        for name, words in (
            (INDEX, "Par où commencer"),
            (
                f"{DICTIONARY}#!/model/model.cvg_warehouse.ind_exits",
                "exits__job_or_training__total",
            ),
            (f"{COLUMNS}?model=model.cvg_warehouse.ind_exits", "exits__neutral"),
        ):
            page.goto(f"file://{site}/{name}")
            page.get_by_text(words).first.wait_for(timeout=30_000)
    assert failed == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked), asked


def test_docs_of_no_warehouse(tmp_path: Path) -> None:
    run = run_cvg("docs", "--out", str(tmp_path / "docs"), CVG_WAREHOUSE=tmp_path / "no.duckdb")
    assert (run.returncode, run.stdout) == (2, "")
    assert "no.duckdb: there is no warehouse; build it first: make build" in run.stderr
