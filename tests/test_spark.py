"""The same models on Spark: no cell of `mart_indicators` differs from that of DuckDB."""

import os
import shutil
from pathlib import Path

import pytest
from bench.spark import SPARK_DBT, build_on_spark, differences
from tests.conftest import Built, run_cvg

WANTED = "apt-get install openjdk-17-jre-headless; make .venv/spark/.ready"


@pytest.fixture(autouse=True, scope="module")
def spark() -> None:
    is_there = shutil.which("java") and SPARK_DBT.exists()
    if not is_there and "CI" not in os.environ:
        pytest.skip(f"Spark is not installed: {WANTED}")
    assert is_there, WANTED


def assert_alike(exports: Path, warehouse: Path, scratch: Path, form: str = "seeds") -> None:
    run = build_on_spark(exports, scratch, form)
    assert run.status == 0, run.output[-3000:]
    for table, (rows, differing) in differences(warehouse, scratch).items():
        assert rows > 10_000, table
        assert differing == 0, f"{table}: {differing} rows differ"


def test_the_demo_is_counted_alike(built: Built, tmp_path: Path) -> None:
    assert_alike(built.exports, built.warehouse, tmp_path)


def test_other_exports_are_counted_alike(tmp_path: Path) -> None:
    """In Parquet, which either reads in place."""
    exports, warehouse = tmp_path / "exports", tmp_path / "cvg.duckdb"
    made = run_cvg("demo", "--seed", "7", "--format", "parquet", "--out", str(exports))
    assert made.returncode == 0, made.stderr
    run_cvg("build", CVG_EXPORTS=exports, CVG_WAREHOUSE=warehouse)
    assert_alike(exports, warehouse, tmp_path / "spark", "parquet")
