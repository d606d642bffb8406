"""Tables that follow from the cells: the SQL of dbt's models, over the cells that an edition shows.

What a model computes from `mart_indicators` holds its true counts, which the public edition may not
show. Its formula stands in its file alone; here the same file reads the edition's cells.
"""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined, pass_context
from jinja2.runtime import Context

from cvg_warehouse.paths import PROJECT

CELLS = "mart_indicators"
SHOWN = f"edition.{CELLS}"
"""The cells of the edition that is being written."""
REFERENCE = re.compile(r"\bref\('(\w+)'\)")
MACRO = re.compile(r"{%-? macro (\w+)\(")


def over_shown_cells(model: str) -> str:
    """The query of a model, with the edition's cells for those of the warehouse.

    Models between it and the cells are part of it; all others are read as they were built.
    """

    def relation(name: str) -> str:
        if name == CELLS:
            return SHOWN
        return f"({over_shown_cells(name)})" if _reads_cells(name) else name

    environment = Environment(undefined=StrictUndefined, autoescape=False)
    # what macros of dbt that have a form for each database ask for
    environment.globals |= {
        "adapter": {"dispatch": _form_for_duckdb},
        "return": lambda value: value,
    }
    text = _macros_for(_source(model)) + _source(model)
    return environment.from_string(text).render(ref=relation).strip()


@pass_context
def _form_for_duckdb(context: Context, name: str) -> Callable[..., str]:
    """The macro that a dispatch takes here, out of the files of the template."""
    macro: Callable[..., str] = context.get(f"duckdb__{name}") or context[f"default__{name}"]
    return macro


@cache
def _source(model: str) -> str:
    """The text of a model; '' for a seed."""
    return "".join(
        file.read_text(encoding="utf-8") for file in (PROJECT / "models").rglob(f"{model}.sql")
    )


@cache
def _reads_cells(model: str) -> bool:
    return model == CELLS or any(_reads_cells(name) for name in REFERENCE.findall(_source(model)))


@cache
def _macro_files() -> dict[str, Path]:
    """The file that defines each of dbt's macros of the project."""
    return {
        name: file
        for file in sorted((PROJECT / "macros").glob("*.sql"))
        for name in MACRO.findall(file.read_text(encoding="utf-8"))
    }


def _macros_for(text: str) -> str:
    """The files of the macros that a text calls."""
    files = {file for name, file in _macro_files().items() if re.search(rf"\b{name}\(", text)}
    return "".join(file.read_text(encoding="utf-8") for file in sorted(files))
