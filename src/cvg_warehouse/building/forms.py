"""Shows a build the half-yearly forms that lie beside the exports, where there are any."""

from pathlib import Path

import duckdb

from cvg_warehouse.contracts.dialogue import FORM, FORM_COLUMNS

TABLE = f"""
    attach if not exists ':memory:' as declared;
    create or replace table declared.{FORM} ({", ".join(f"{name} text" for name in FORM_COLUMNS)});
"""
ROWS = f"""
    insert into declared.{FORM} select {", ".join(FORM_COLUMNS)}
    from read_csv(?, header = true, delim = ',', quote = '"', escape = '"', all_varchar = true)
"""


def load_forms(warehouse: duckdb.DuckDBPyConnection, exports: Path) -> None:
    """Put the lines of the forms into a database in memory beside the warehouse, or none.

    It is the source that `models/staging/exports/declared.yml` describes. The file is no seed: dbt
    would refuse a project whose seed is not there.
    """
    warehouse.execute(TABLE)
    file = exports / f"{FORM}.csv"
    if file.exists():
        warehouse.execute(ROWS, [str(file)])
