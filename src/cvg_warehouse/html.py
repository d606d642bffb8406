"""HTML from Jinja templates: how every page of the project is written."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def templates(folder: Path) -> Environment:
    """The templates of a folder. Every text put into them is escaped; an unknown name is an error.

    Each is compiled once, so a change of a file is seen after a restart.
    """
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
