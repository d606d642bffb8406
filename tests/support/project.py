"""A copy of the whole project, to change and to run."""

import csv
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cvg_warehouse.paths import PROJECT

CVG = "from cvg_warehouse.cli import app; app()"
PARTS = (
    "contracts",
    "dbt_project.yml",
    "docs/dbt",
    "macros",
    "models",
    "profiles.yml",
    "seeds/published",
    "seeds/reference",
    "src",
    "tests",
)


@dataclass(frozen=True)
class Project:
    """A copy of the project in `home`, with exports of its own."""

    home: Path
    exports: Path

    @classmethod
    def copy(cls, home: Path, exports: Path) -> "Project":
        """Copy what a build needs; bytecode and the tests of Python stay behind."""
        for part in PARTS:
            if (PROJECT / part).is_dir():
                left_out = shutil.ignore_patterns("__pycache__", "test_*.py")
                shutil.copytree(PROJECT / part, home / part, ignore=left_out)
            else:
                shutil.copy(PROJECT / part, home)
        return cls(home, exports)

    @property
    def warehouse(self) -> Path:
        """The warehouse that the copy builds."""
        return self.home / "target" / "cvg.duckdb"

    @property
    def editions(self) -> Path:
        """The editions that the copy publishes."""
        return self.home / "editions"

    def cvg(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the copy's own `cvg`."""
        return self.python("-c", CVG, *arguments, **variables)

    def python(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run Python on the copy's own packages."""
        own = {"PYTHONPATH": str(self.home / "src"), "CVG_EXPORTS": str(self.exports)}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.home,
            env=kept | own | variables,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )

    def replace(self, file: str, old: str, new: str) -> None:
        """Replace a text that stands in a file once."""
        path = self.home / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, (file, old)
        path.write_text(text.replace(old, new), encoding="utf-8")

    def add_row(self, seed: str, **values: str) -> None:
        """Add a line to a seed; columns that are not named are empty."""
        (path,) = (self.home / "seeds").glob(f"*/{seed}.csv")
        with path.open(encoding="utf-8", newline="") as stream:
            header = next(csv.reader(stream))
        with path.open("a", encoding="utf-8", newline="") as stream:
            csv.DictWriter(stream, header, restval="", lineterminator="\n").writerow(values)

    def query(self, sql: str) -> list[tuple]:
        """Rows of a query on the warehouse."""
        with duckdb.connect(self.warehouse, read_only=True) as connection:
            return connection.execute(sql).fetchall()
