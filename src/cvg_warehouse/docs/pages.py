"""The pages of the site: dbt's dictionary, colibri's column lineage, and the page that links them.

Each is sealed with a policy: the browser itself refuses whatever it might ask of another host.
"""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from cvg_warehouse.docs.tools import run
from cvg_warehouse.formats import day, number
from cvg_warehouse.html import templates
from cvg_warehouse.terminal import Refusal

DICTIONARY, COLUMNS, INDEX = "dictionary.html", "columns.html", "index.html"
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob: data:; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; connect-src data: blob:"
)
# The dictionary shows whole descriptions, without the empty column of constraints.
DICTIONARY_STYLE = """
.column-row td {vertical-align: top}
.column-row td:first-child {overflow-wrap: anywhere; min-width: 13rem}
.column-row td:nth-child(3) {white-space: normal !important; max-width: none !important;
  min-width: 22rem}
.table-hover th:nth-child(4), .column-row td:nth-child(4) {display: none}
"""
# The lineage makes no offers of a paid service.
COLUMNS_STYLE = """
a[href*="colibri-data.com"] {pointer-events: none}
a[href*="colibri-data.com"][class*="dashed"] {display: none}
"""
TEMPLATES = templates(Path(__file__).with_name("templates"))


def dictionary_page(scratch: Path, manifest: dict[str, Any], catalog: dict[str, Any]) -> str:
    """dbt's own page of models, columns and lineage graph, with its data inside."""
    # Beside its JSON dbt leaves the page that shows it.
    page = (scratch / "index.html").read_text(encoding="utf-8")
    for name, content in (("MANIFEST", manifest), ("CATALOG", catalog)):
        inline = json.dumps(content, ensure_ascii=False).replace("</", "<\\/")
        page = page.replace(f'"{name}.JSON INLINE DATA"', inline)
    # Two defects of dbt's page: an icon whose name was never filled in, and icons that are asked
    # for before their names are filled in.
    page = re.sub(r'<link rel="shortcut icon" href="\$\{[^>]*>', "", page)
    page = page.replace('xlink:href="{{', 'ng-attr-href="{{')
    return _sealed(page, DICTIONARY, DICTIONARY_STYLE)


def column_lineage_page(scratch: Path) -> str:
    """colibri's page of column lineage, from the manifest and the catalog in `scratch`."""
    output = scratch / "colibri"
    metadata = ("--manifest", scratch / "manifest.json", "--catalog", scratch / "catalog.json")
    run(
        ["colibri", "generate", "--disable-telemetry", "--output-dir", output, *metadata],
        DO_NOT_TRACK="1",
        DBT_COLIBRI_NO_VERSION_CHECK="1",
    )
    page = (output / "index.html").read_text(encoding="utf-8")
    return _sealed(page, COLUMNS, COLUMNS_STYLE)


def index_page(built_at: datetime, synthetic: bool, models: int, columns: int) -> str:
    """The page that links the others and says what the site is made from."""
    data = {
        "fr": "Données des chantiers : l'entrepôt n'est pas le jeu synthétique. "
        "Ce site n'en contient aucune ligne.",
        "en": "Data of worksites: the warehouse is not the synthetic one. "
        "This site holds none of its rows.",
    }
    if synthetic:
        data = {
            "fr": "Données synthétiques : aucune ligne ne concerne une personne réelle.",
            "en": "Synthetic data: no row is about a real person.",
        }
    return TEMPLATES.get_template("index.html").render(
        policy=POLICY,
        dictionary=DICTIONARY,
        column_lineage=COLUMNS,
        data=data,
        models=models,
        columns={"fr": number(columns), "en": number(columns, language="en")},
        built={
            "fr": f"{day(built_at)} à {built_at:%H h %M} (UTC)",
            "en": f"{day(built_at, 'en')}, {built_at:%H:%M} (UTC)",
        },
    )


def _sealed(page: str, name: str, style: str) -> str:
    head = re.search(r"<head\b[^>]*>", page)
    if not head:
        raise Refusal(f"{name}: the page has no <head> to seal; nothing was written")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    return f"{page[: head.end()]}{policy}<style>{style}</style>{page[head.end() :]}"
