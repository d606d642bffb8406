"""Shows a build the edition that readers have now, so that checks can compare with it."""

from contextlib import closing

import duckdb

from cvg_warehouse.files import checksum_of
from cvg_warehouse.paths import editions_folder
from cvg_warehouse.publication.editions.pointer import edition_file, read_pointer
from cvg_warehouse.publication.editions.reading import open_locked
from cvg_warehouse.terminal import Refusal, shown

TABLES = """
    attach if not exists ':memory:' as edition_before;
    create or replace table edition_before.state (
        edition_id text, is_synthetic boolean, problem text
    );
    create or replace table edition_before.mart_indicators (
        indicator_id text, reporting_year int, geography_id text, breakdown text,
        numerator double, denominator double, value double
    );
"""
CELLS = """
    select indicator_id, reporting_year, geography_id, breakdown, numerator, denominator, value
    from mart_indicators where population = 'all'
"""
FIX = "cvg publish --verify says what is wrong, --use ID goes back to another"


def load_edition_before(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Put the current internal edition into a database in memory beside the warehouse.

    It is the source that `models/checks/edition_before.yml` describes. Its table `state` has no row
    where nothing is published, and a problem where what is published cannot be read.
    """
    warehouse.execute(TABLES)
    edition_id, is_synthetic, problem = None, None, None
    try:
        pointer = read_pointer(editions_folder())
        if pointer is None:
            return
        edition_id = pointer.edition
        file = edition_file(editions_folder(), edition_id, "internal")
        with closing(open_locked(file)) as edition:
            if checksum_of(file) != pointer.checksums.get(edition_id, {}).get("internal"):
                raise Refusal(f"{shown(file)}: is not as it was published; {FIX}")
            try:
                ((is_synthetic,),) = edition.execute("select is_synthetic from edition").fetchall()
                cells = edition.sql(CELLS).to_arrow_table()
            except (duckdb.Error, ValueError):
                raise Refusal(f"{shown(file)}: does not hold an edition; {FIX}") from None
        warehouse.register("cells_of_edition", cells)
        warehouse.execute("insert into edition_before.mart_indicators from cells_of_edition")
        warehouse.unregister("cells_of_edition")
    except Refusal as refusal:
        problem = refusal.lines[0]
    warehouse.execute(
        "insert into edition_before.state values (?, ?, ?)", [edition_id, is_synthetic, problem]
    )
