"""The public edition is attacked with equations of the domain, apart from what the masks know."""

import ast
import tomllib
from pathlib import Path

import numpy as np
import pytest
from tests.attack.linear import attack
from tests.attack.table import Files, Table

from cvg_warehouse.paths import CONTRACTS

PACKAGE = Path(__file__).with_name("attack")
YEARS = range(2020, 2025)
# The other years take minutes: `python -m tests.attack`.
YEARS_OF_PROGRAMS = (2020, 2024)


@pytest.fixture(scope="module")
def files(editions: Path) -> Files:
    return Files(editions)


@pytest.fixture
def table(files: Files, year: int) -> Table:
    return files.table(year)


def test_it_takes_nothing_from_the_publication() -> None:
    """A relation that the publication forgets must not be forgotten here for the same reason."""
    files = list(PACKAGE.glob("*.py"))
    assert len(files) > 3
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or "", *(f"{node.module}.{one.name}" for one in node.names)]
            ours = {name for name in names if name.startswith("cvg_warehouse")}
            assert ours <= {"cvg_warehouse.paths", "cvg_warehouse.paths.PROJECT"}, file.name


@pytest.mark.parametrize("year", YEARS)
def test_what_the_attack_claims_is_true(table: Table) -> None:
    """Its equations hold but for people who count twice, and what is shown holds the truth."""
    matrix, low, high = table.rows
    assert matrix.shape[0] > 20_000
    assert all(abs(miss) <= 5 for misses in table.misses.values() for miss in misses)
    totals = matrix @ table.true
    assert ((low - 1e-6 <= totals) & (totals <= high + 1e-6)).all()
    assert ((table.low <= table.true) & (table.true <= table.high)).all()
    assert table.masked and (table.high[list(table.masked)] > 10).all()


@pytest.mark.parametrize("year", YEARS)
def test_no_masked_count_is_narrowed_by_one_equation_after_another(table: Table) -> None:
    assert [str(one) for one in attack(table, with_programs=False)] == []


@pytest.mark.parametrize("year", YEARS_OF_PROGRAMS)
def test_no_masked_count_is_narrowed_by_all_equations_at_once(table: Table) -> None:
    assert [str(one) for one in attack(table)] == []


@pytest.mark.parametrize("year", YEARS)
def test_who_reads_the_rules_narrows_no_more(table: Table) -> None:
    """They say how large a masked count may be."""
    rules = tomllib.loads((CONTRACTS / "disclosure.toml").read_text(encoding="utf-8"))
    table.read_the_rules(rules["most_masked"])
    assert [str(one) for one in attack(table, with_programs=False)] == []


@pytest.mark.parametrize("year", YEARS)
def test_masks_that_are_lifted_narrow_others(table: Table) -> None:
    chosen = np.random.default_rng(0).choice(
        sorted(table.masked), len(table.masked) // 10, replace=False
    )
    shown = (table.true[chosen] + 2) // 5 * 5
    table.low[chosen], table.high[chosen] = np.maximum(shown - 2, 0), shown + 2
    for cell in chosen:
        del table.masked[int(cell)]
    assert len(attack(table, with_programs=False)) > 5


@pytest.mark.parametrize("year", YEARS)
def test_counts_that_are_not_rounded_narrow_masks(table: Table) -> None:
    before = len(attack(table, with_programs=False))
    table.low[table.is_shown] = table.high[table.is_shown] = table.true[table.is_shown]
    assert len(attack(table, with_programs=False)) > before


@pytest.mark.parametrize("year", [2024])
def test_a_single_mask_in_a_partition_is_narrowed(table: Table) -> None:
    """Also where its base is rounded."""
    bands = [table.index[name, "Total", "all"] for name in table.counts("public.age_band[*]")]
    least, *others = sorted(bands, key=lambda cell: table.true[cell])
    table.low[others] = table.high[others] = table.true[others]
    table.low[least], table.high[least] = 0, table.true.sum()
    table.masked = {least: ("least", "Total", "all")}
    (found,) = attack(table, with_programs=False)
    assert found.name == "least"
    assert 0 < found.least <= table.true[least] <= found.most < found.least + 5
