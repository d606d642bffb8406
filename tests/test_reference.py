"""mart_indicators against the independent recomputation in tests/oracle, cell by cell."""

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
from tests.oracle.feedback import differences

from conftest import Built
from cvg_warehouse.paths import PROJECT


def compare(warehouse: Path, exports: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.oracle.compare", str(warehouse), str(exports)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)


def test_every_cell_is_what_the_definitions_give(built: Built) -> None:
    found = compare(built.warehouse, built.exports)
    assert found.returncode == 0, found.stdout + found.stderr
    assert " cells, 0 differ" in found.stdout


def test_one_wrong_cell_and_one_lost_indicator_are_noticed(built: Built, tmp_path: Path) -> None:
    warehouse = tmp_path / "cvg.duckdb"
    shutil.copy(built.warehouse, warehouse)
    with duckdb.connect(warehouse) as connection:
        connection.execute(
            """
            update mart_indicators set numerator = numerator + 1
            where indicator_id = 'exits.neutral' and reporting_year = 2024
                and geography_id = '08-Rouen' and population = 'all'
            """
        )
        connection.execute("delete from mart_indicators where indicator_id = 'health.checkup'")
    found = compare(warehouse, built.exports)
    assert found.returncode == 1
    assert " cells, 1 differ" in found.stdout
    assert "exits.neutral: 1 other figures" in found.stdout
    assert "no row in mart_indicators: health.checkup" in found.stdout


def test_a_worksite_is_shown_what_the_definitions_give(built: Built, tmp_path: Path) -> None:
    assert differences(built.warehouse, built.exports).rows() == []
    warehouse = tmp_path / "cvg.duckdb"
    shutil.copy(built.warehouse, warehouse)
    with duckdb.connect(warehouse) as connection:
        connection.execute("alter view mart_worksite_feedback rename to right_values")
        connection.execute("create table mart_worksite_feedback as from right_values")
        connection.execute(
            """
            update mart_worksite_feedback as feedback set territory_value = direct.value
            from mart_indicators as direct
            where direct.population = 'direct' and direct.geography_id = feedback.territory_id
                and direct.reporting_year = feedback.reporting_year
                and direct.indicator_id = feedback.indicator_id
                and direct.breakdown = feedback.breakdown
                and feedback.worksite_id = 'PAR-01' and feedback.indicator_id = 'public.women'
            """
        )
    found = differences(warehouse, built.exports)
    assert set(found.select("worksite_id", "indicator_id").rows()) == {("PAR-01", "public.women")}
