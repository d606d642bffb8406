"""The models up to `mart_indicators` on Spark, and whether its cells are those of DuckDB.

    python -m bench.spark EXPORTS WAREHOUSE SCRATCH

Prints how many cells differ, and the seconds of the build as JSON.
"""

import json
import sys
from pathlib import Path

import duckdb
import typer

from bench.run import Run, measure

# the dbt of an environment of its own (docs/spark.md)
SPARK_DBT = Path(sys.prefix) / "spark" / "bin" / "dbt"
COMPARED = ("mart_indicators", "mart_indicators_by_period")
DIFFERENCES = """
    select count(*) from (
        (select {columns} from duck.{table} except all select {columns} from {spark})
        union all
        (select {columns} from {spark} except all select {columns} from duck.{table})
    )
"""


def build_on_spark(exports: Path, scratch: Path, form: str = "seeds") -> Run:
    """Build them in one process on this machine, all that Spark writes in a folder of its own."""
    scratch.mkdir(parents=True, exist_ok=True)
    places = {"DBT_TARGET_PATH": scratch / "dbt", "DBT_LOG_PATH": scratch, "CVG_SPARK": scratch}
    told = {name: str(place) for name, place in places.items()}
    return measure(
        [
            *(str(SPARK_DBT), "build", "--target", "spark"),
            *("--select", "+mart_indicators", "--exclude-resource-types", "test", "unit_test"),
        ],
        told | {"CVG_EXPORTS": str(exports), "CVG_EXPORTS_FORMAT": form},
    )


def differences(warehouse: Path, scratch: Path) -> dict[str, tuple[int, int]]:
    """Rows of DuckDB and rows that differ, for each table that is compared."""
    found = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as duck (read_only)")
        for table in COMPARED:
            spark = f"read_parquet('{scratch}/tables/cvg.db/{table}/*.parquet')"
            columns = ", ".join(connection.sql(f"from duck.{table}").columns)
            sql = DIFFERENCES.format(table=table, columns=columns, spark=spark)
            ((rows,),) = connection.execute(f"select count(*) from duck.{table}").fetchall()
            ((differing,),) = connection.execute(sql).fetchall()
            found[table] = (rows, differing)
    return found


def main(exports: Path, warehouse: Path, scratch: Path) -> None:
    """Build, compare, and print both."""
    built = build_on_spark(exports, scratch)
    if built.status:
        print(built.output[-2000:])
        raise typer.Exit(1)
    rows, differing = differences(warehouse, scratch)["mart_indicators"]
    print(f"{rows} cells, {differing} differ")
    print(json.dumps({"models": built.seconds}))


if __name__ == "__main__":
    typer.run(main)
