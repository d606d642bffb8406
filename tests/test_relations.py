"""Relations among public counts: what the rows show is signed, and what is signed is true."""

from dataclasses import replace

import duckdb
import numpy as np
import polars as pl
import pytest

from conftest import Built
from cvg_warehouse.publication.disclosure.derivation import judge, refuse_unsigned
from cvg_warehouse.publication.disclosure.grid import Grid
from cvg_warehouse.publication.disclosure.implied import Implications
from cvg_warehouse.publication.disclosure.means import relations_of_means
from cvg_warehouse.publication.disclosure.reading import read_grid
from cvg_warehouse.publication.disclosure.relations import relations_of
from cvg_warehouse.publication.disclosure.rules import load_rules
from cvg_warehouse.publication.disclosure.signed import Group
from cvg_warehouse.terminal import Refusal

SIGNED = load_rules().signed
FAMILIES = sorted({group.family for group in SIGNED.groups if group.kind != "chance"})
# What no table of two counts shows, and so nobody is told to sign.
BY_HAND = {"from year to year", "two answers among one base"}


@pytest.fixture(scope="module")
def grid(warehouse: duckdb.DuckDBPyConnection) -> Grid:
    return read_grid(warehouse, load_rules())


def with_groups(grid: Grid, *groups: Group) -> Grid:
    """The counts with other signed relations."""
    return replace(grid, rules=replace(grid.rules, signed=replace(SIGNED, groups=groups)))


def also(grid: Grid, kind: str, relation: str) -> Grid:
    """The counts with one more signed relation."""
    more = replace(SIGNED.groups[0], kind=kind, relations=(relation,))
    return with_groups(grid, *SIGNED.groups, more)


def without(grid: Grid, relation: str) -> Grid:
    """The counts with one signed relation less."""
    return with_groups(
        grid,
        *(
            replace(group, relations=tuple(one for one in group.relations if one != relation))
            for group in SIGNED.groups
        ),
    )


def test_the_rows_and_the_signed_relations_agree(
    warehouse: duckdb.DuckDBPyConnection, grid: Grid
) -> None:
    assert judge(warehouse, grid) == ([], [])


@pytest.mark.parametrize(
    ("relation", "shown"),
    [
        (
            "housing.group_at_entry[{housing_group}] <= public.housing_at_entry[{housing_group}]",
            "housing.group_at_entry[rue] <= public.housing_at_entry[rue]",
        ),
        (
            "exits.unknown_reason:base <= pathways.over_2_years:base",
            "headcount.exited <= exits.neutral + pathways.mean_duration_months:base",
        ),
        (
            "housing.reached_permanent = housing.reached_permanent_without_at_entry",
            "housing.reached_permanent = housing.reached_permanent_without_at_entry",
        ),
        (
            "pathways.over_2_years = pathways.duration_band[2 à 3 ans|3 à 4 ans|4 à 5 ans|"
            "5 ans et plus]",
            "pathways.over_2_years = pathways.duration_band[2 à 3 ans] + "
            "pathways.duration_band[3 à 4 ans] + pathways.duration_band[4 à 5 ans] + "
            "pathways.duration_band[5 ans et plus]",
        ),
        (
            "headcount.worksites_joined <= headcount.worksites",
            "headcount.worksites_joined <= headcount.worksites",
        ),
    ],
)
def test_a_relation_that_nobody_signed_is_refused_and_named(
    warehouse: duckdb.DuckDBPyConnection, grid: Grid, relation: str, shown: str
) -> None:
    """An inclusion, a complement, an equality, a sum, one of worksites."""
    with pytest.raises(Refusal) as refusal:
        refuse_unsigned(warehouse, without(grid, relation))
    lines = refusal.value.lines
    assert [line for line in lines if f"the rows show {shown}, which nobody has signed" in line]
    assert all(line.startswith("contracts/relations.toml: ") for line in lines)


@pytest.mark.parametrize("family", FAMILIES)
def test_no_family_can_be_forgotten(
    warehouse: duckdb.DuckDBPyConnection, grid: Grid, family: str
) -> None:
    others = [group for group in SIGNED.groups if group.family != family]
    unsigned, _ = judge(warehouse, with_groups(grid, *others))
    assert bool(unsigned) == (family not in BY_HAND)


@pytest.mark.parametrize(
    ("kind", "relation"),
    [
        ("rule", "public.never_worked = public.long_term_unemployed"),
        ("rule", "headcount.exited <= exits.neutral"),
        ("near", "public.women <= public.after_phc"),
        ("rule", "partners.actions_total[emploi] <= partners.actions_total[santé]"),
        ("near", "headcount.supported <= headcount.on_books_at_year_end"),
    ],
)
def test_a_signed_relation_that_is_false_is_refused_and_named(
    warehouse: duckdb.DuckDBPyConnection, grid: Grid, kind: str, relation: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        refuse_unsigned(warehouse, also(grid, kind, relation))
    (line,) = refusal.value.lines
    assert f"{relation} is signed and the rows refute it" in line


def test_what_holds_by_chance_may_be_signed_as_such(
    warehouse: duckdb.DuckDBPyConnection, grid: Grid
) -> None:
    """It is then no news, and no error where other rows refute it."""
    relation = "exits.unknown_reason:base <= pathways.over_2_years:base"
    by_chance = also(without(grid, relation), "chance", relation)
    assert judge(warehouse, by_chance) == ([], [])
    assert judge(warehouse, also(grid, "chance", "headcount.exited <= exits.neutral"))[1] == []


@pytest.mark.parametrize(
    "chosen",
    [
        "hash(person_key) % 40 = 0",
        "hash(person_key) % 10 = 1",
        "hash(person_key) % 3 = 2",
        "reporting_year = 2021",
        "reporting_year = 2024",
        "reporting_year != 2022",
        "territory_id < '05'",
        "territory_id = '08-Rouen'",
        "population = 'after_phc'",
    ],
)
def test_fewer_rows_of_the_same_kind_show_no_more(built: Built, grid: Grid, chosen: str) -> None:
    """Chance must not look like a rule: relations are judged only where rows could refute them."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built.warehouse}' as whole (read_only)")
        tables = connection.execute(
            "select table_name, bool_or(column_name = 'person_key') from duckdb_columns() "
            "where database_name = 'whole' and (starts_with(table_name, 'ind_') or table_name "
            "in ('dim_indicator_breakdowns', 'dim_reporting_years')) "
            # the form's answers are no public counts
            "and not starts_with(table_name, 'ind_dialogue') group by all"
        ).fetchall()
        years = "inner join whole.dim_reporting_years as years using (period_id)"
        for table, has_people in tables:
            rows = f"{years} where {chosen}" if has_people else ""
            connection.execute(
                f"create table {table} as select facts.* from whole.{table} as facts {rows}"
            )
        assert judge(connection, grid) == ([], [])


def test_a_shown_mean_limits_the_bands_that_it_is_made_of(grid: Grid) -> None:
    """All relations hold of the truth; were all people 50 and more, the mean would tell."""
    system = relations_of(grid)
    counts = np.concatenate([grid.values, grid.small_complements[2]])
    is_shown = pl.Series(grid.in_scope)
    shown = grid.rows.select(
        value=pl.when(is_shown).then(pl.col("value").round(1)), step=pl.lit(0.1)
    )
    rows = relations_of_means(grid, system, shown, counts)
    assert rows.matrix.shape[0] > 100
    assert (rows.matrix @ counts <= 0).all()
    everybody = np.arange(len(grid.populations))
    bands = {
        band: grid.cell(grid.quantities[f"public.age_band[{band}]"], everybody)
        for band in SIGNED.bands["public.mean_age"].limits
    }
    moved = counts.copy()
    moved[bands["50 ans et plus"]] = sum(counts[cells] for cells in bands.values())
    for band in bands.keys() - {"50 ans et plus"}:
        moved[bands[band]] = 0
    assert (rows.matrix @ moved > rows.high).any()


def test_a_median_limits_the_bands_beyond_it(grid: Grid) -> None:
    system = relations_of(grid)
    counts = np.concatenate([grid.values, grid.small_complements[2]])
    is_median = (pl.col("indicator_id") == "pathways.median_duration_months") & pl.Series(
        grid.in_scope
    )
    shown = grid.rows.select(value=pl.when(is_median).then(pl.col("value").round()), step=pl.lit(1))
    rows = relations_of_means(grid, system, shown, counts)
    assert rows.matrix.shape[0] > 10
    assert (rows.matrix @ counts <= 0).all()
    # everybody in the longest band: more than half are beyond the median
    longest = grid.quantities["pathways.duration_band[5 ans et plus]"]
    base = grid.quantities["pathways.over_2_years:base"]
    everybody = np.arange(len(grid.populations))
    moved = counts.copy()
    moved[grid.cell(longest, everybody)] = counts[grid.cell(base, everybody)]
    assert (rows.matrix @ moved > rows.high).any()


def test_what_equations_imply_of_one_unit() -> None:
    """whole = a + b + c, a <= x, b <= x: who is in the whole and not in x is in c."""
    whole, a, b, c, x = range(5)
    equations = [
        ([(whole, 1), (a, -1), (b, -1), (c, -1)], True),
        ([(a, 1), (x, -1)], False),
        ([(b, 1), (x, -1)], False),
    ]
    implied = Implications.of(equations, 5)
    impossible = implied.exclude(
        inside=[[whole], [whole], [a, b], [a], [c]],
        outside=[[x, c], [x], [], [whole], [x]],
    )
    assert impossible.tolist() == [True, False, True, True, False]
    low, out, _ = implied.propagate(np.eye(5, dtype=bool), np.zeros((5, 5), dtype=bool))
    assert np.flatnonzero(low[a]).tolist() == [whole, a, x]
    assert np.flatnonzero(out[a]).tolist() == [b, c]
