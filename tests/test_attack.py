"""The public edition is attacked with equations of the domain, apart from what the masks know."""

import ast
import tomllib
from pathlib import Path

import numpy as np
import pytest
from tests.attack.linear import Narrowed, attack
from tests.attack.table import Files, Table

from cvg_warehouse.paths import CONTRACTS

PACKAGE = Path(__file__).with_name("attack")
YEARS = range(2020, 2025)
# Of 2020 the nation alone is printed.
YEARS_OF_TERRITORIES = range(2021, 2025)
# The other years take minutes: `python -m tests.attack`.
YEARS_OF_PROGRAMS = (2020, 2024)


@pytest.fixture(scope="module")
def files(editions: Path) -> Files:
    return Files(editions)


@pytest.fixture
def table(files: Files, year: int) -> Table:
    return files.table(year)


def names(found: list[Narrowed]) -> str:
    return "\n".join(map(str, found))


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
    assert names(attack(table, with_programs=False)) == ""


@pytest.mark.parametrize("year", YEARS_OF_PROGRAMS)
def test_no_masked_count_is_narrowed_by_all_equations_at_once(table: Table) -> None:
    assert names(attack(table)) == ""


@pytest.mark.parametrize("year", YEARS)
def test_who_reads_the_rules_narrows_no_more(table: Table) -> None:
    """They say how large a masked count may be."""
    rules = tomllib.loads((CONTRACTS / "disclosure.toml").read_text(encoding="utf-8"))
    table.read_the_rules(rules["most_masked"])
    assert names(attack(table, with_programs=False)) == ""


@pytest.mark.parametrize("year", YEARS)
def test_masks_that_are_lifted_narrow_others(table: Table) -> None:
    chosen = np.random.default_rng(0).choice(
        sorted(table.masked), len(table.masked) // 4, replace=False
    )
    shown = (table.true[chosen] + 2) // 5 * 5
    table.low[chosen], table.high[chosen] = np.maximum(shown - 2, 0), shown + 2
    for cell in chosen:
        del table.masked[int(cell)]
    assert len(attack(table, with_programs=False)) > 10


@pytest.mark.parametrize("year", YEARS_OF_TERRITORIES)
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


@pytest.mark.parametrize("year", [2020])
@pytest.mark.parametrize(
    ("masked", "shown"),
    [
        (
            "public.housing_at_entry[logement_perenne]",
            ["housing.group_at_entry[logement_perenne]"],
        ),
        (
            "public.housing_at_entry[logement_perenne]",
            ["housing.permanent_at_exit", "housing.reached_permanent"],
        ),
        ("exits.neutral", ["headcount.exited", "pathways.over_2_years:base"]),
        (
            "pathways.over_2_years_rqth",
            [
                "pathways.over_2_years",
                "pathways.over_2_years_under_50_no_rqth",
                "pathways.over_2_years_50_plus",
            ],
        ),
        ("headcount.worksites", ["headcount.worksites_joined"]),
        (
            "exits.other[chomage]",
            [
                "exits.other:base[chomage]",
                "exits.job_or_training[total]",
                "exits.other[!chomage]",
                "exits.unknown_reason",
            ],
        ),
        ("exits.job_or_training[emploi_durable]", ["post_exit.job_stable:base"]),
        ("housing.reached_permanent", ["post_exit.housing_contacted:base"]),
        (
            "support.officer_mobilised_by_seniority[3e année et plus]",
            [
                "support.officer_mobilised[logement]",
                "support.officer_mobilised_by_seniority[1re année|2e année]",
            ],
        ),
        ("health.rights_opened", ["health.checkup"]),
        ("barriers.at_entry[mobilite]", ["barriers.at_entry_exited[mobilite]"]),
    ],
)
def test_what_a_publication_once_forgot_is_in_the_attack(
    table: Table, masked: str, shown: list[str]
) -> None:
    """Each of these relations, by itself, says something of a count that nothing else shows."""
    show_only(table, masked, shown)
    assert [one.name for one in attack(table)] == [masked]


def test_a_shown_mean_and_a_median_say_something_of_the_bands(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were nobody in the first band, but in the second, neither could be as low."""
    first = "pathways.duration_band[moins de 12 mois]"
    others = "pathways.duration_band[!moins de 12 mois|12 à 24 mois]"

    def least() -> float:
        table = files.table(2021)
        show_only(table, first, [others, "pathways.mean_duration_months:base"], "03-Lille")
        (found,) = attack(table)
        return found.least

    by_both = least()
    monkeypatch.setattr("tests.attack.table.MEDIANS", {})
    assert 0 < least() < by_both


def show_only(table: Table, masked: str, shown: list[str], place: str = "Total") -> None:
    """Forget all that is printed but some counts of a place, of which one is masked."""
    table.low[:], table.high[:] = 0, table.true.max()
    for name in shown:
        for count in table.counts(name):
            known = table.index[count, place, "all"]
            table.low[known] = table.high[known] = table.true[known]
    table.masked = {table.index[masked, place, "all"]: (masked, place, "all")}
