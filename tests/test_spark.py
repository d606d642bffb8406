"""The same models on Spark: no cell of `mart_indicators` differs from that of DuckDB."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest
from tests.conftest import Built, run_cvg

from cvg_warehouse.paths import PROJECT

DBT = Path(sys.executable).with_name("dbt")
COMPARED = ("mart_indicators", "mart_indicators_by_period")
WANTED = "apt-get install openjdk-17-jre-headless; make .venv/.spark"
DIFFERENCES = """
    select count(*) from (
        (select {columns} from duck.{table} except all select {columns} from {spark})
        union all
        (select {columns} from {spark} except all select {columns} from duck.{table})
    )
"""


@pytest.fixture(autouse=True, scope="module")
def spark() -> None:
    is_there = shutil.which("java") and find_spec("pyspark")
    if not is_there and "CI" not in os.environ:
        pytest.skip(f"Spark is not installed: {WANTED}")
    assert is_there, WANTED


def differences(
    exports: Path, warehouse: Path, scratch: Path, form: str = "seeds"
) -> dict[str, tuple[int, int]]:
    """Build on Spark; rows of DuckDB and rows that differ, for each table that is compared."""
    places = {"DBT_TARGET_PATH": scratch / "dbt", "DBT_LOG_PATH": scratch, "CVG_SPARK": scratch}
    run = subprocess.run(
        [
            *(DBT, "build", "--target", "spark", "--select", "+mart_indicators"),
            *("--exclude-resource-types", "test", "unit_test"),
        ],
        cwd=PROJECT,
        env=os.environ
        | {name: str(value) for name, value in places.items()}
        | {"CVG_EXPORTS": str(exports), "CVG_EXPORTS_FORMAT": form},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-3000:]
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


def assert_alike(found: dict[str, tuple[int, int]]) -> None:
    for table, (rows, differing) in found.items():
        assert rows > 10_000, table
        assert differing == 0, f"{table}: {differing} rows differ"


def test_the_demo_is_counted_alike(built: Built, tmp_path: Path) -> None:
    assert_alike(differences(built.exports, built.warehouse, tmp_path))


def test_other_exports_are_counted_alike(tmp_path: Path) -> None:
    """In Parquet, which either reads in place."""
    exports, warehouse = tmp_path / "exports", tmp_path / "cvg.duckdb"
    made = run_cvg("demo", "--seed", "7", "--format", "parquet", "--out", str(exports))
    assert made.returncode == 0, made.stderr
    run_cvg("build", CVG_EXPORTS=exports, CVG_WAREHOUSE=warehouse)
    assert_alike(differences(exports, warehouse, tmp_path / "spark", "parquet"))
