"""Masks of the public edition: hand-made tables, the demo's edition, and other data."""

import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from conftest import Built, Workplace
from cvg_warehouse.publication.disclosure import Protected, protect_warehouse
from cvg_warehouse.publication.disclosure.attack import Attack, Interval, attack
from cvg_warehouse.publication.disclosure.bounds import propagate
from cvg_warehouse.publication.disclosure.equations import UnknownName
from cvg_warehouse.publication.disclosure.grid import Grid, read_grid
from cvg_warehouse.publication.disclosure.plan import Before, Plan, plan_of
from cvg_warehouse.publication.disclosure.programs import models
from cvg_warehouse.publication.disclosure.proof import prove
from cvg_warehouse.publication.disclosure.protect import protect
from cvg_warehouse.publication.disclosure.publication import print_rows
from cvg_warehouse.publication.disclosure.relations import relations_of
from cvg_warehouse.publication.disclosure.rules import load_rules
from cvg_warehouse.publication.disclosure.system import INFINITE, Relation, System, Unknowns

CELL = ["indicator_id", "breakdown", "reporting_year", "geography_id", "population"]
WIDE = Interval(0, 10)


def is_wide(interval: Interval) -> bool:
    return interval.holds(*WIDE)


def total(whole: str, *parts: str) -> Relation:
    """Parts add up to the whole."""
    return Relation((*((part, 1) for part in parts), (whole, -1)))


# Hand-made tables


def test_a_single_mask_in_a_row_is_subtracted() -> None:
    row = [total("all", "rent", "hostel", "street")]
    found = attack({"all": 60, "rent": 33, "hostel": 20}, row)
    assert found == {"street": Interval(7, 7)}


def test_two_masks_in_a_row_leave_an_interval() -> None:
    row = [total("all", "rent", "hostel", "street")]
    found = attack({"all": 60, "rent": 33}, row)
    assert found == {"street": Interval(0, 27), "hostel": Interval(0, 27)}


def test_two_masks_in_each_row_may_still_be_solved_in_two_dimensions() -> None:
    """Two masks a row, but one of the columns has a single one."""
    table = [
        total("row 1", "a1", "b1", "c1"),
        total("row 2", "a2", "b2", "c2"),
        total("column a", "a1", "a2"),
        total("column b", "b1", "b2"),
        total("column c", "c1", "c2"),
    ]
    sums = {"row 1": 45, "row 2": 60, "column a": 35, "column b": 40, "column c": 30}
    in_rows = attack(sums | {"c1": 25, "b2": 25}, table[:2])
    assert is_wide(in_rows["a1"]) and is_wide(in_rows["b1"])
    found = attack(sums | {"c1": 25, "b2": 25}, table)
    assert found["b1"] == Interval(15, 15)
    assert found["a1"] == Interval(5, 5)


# The same people in three tables, each of which prints the sum of two groups.
THREE_TABLES = [
    total("exits", "x", "y"),
    total("housing", "y", "z"),
    total("health", "x", "z"),
]
THREE_SUMS = {"exits": 12, "housing": 12, "health": 12}


@pytest.mark.parametrize("left_out", range(3))
def test_three_tables_keep_their_secret_two_by_two(left_out: int) -> None:
    tables = [table for number, table in enumerate(THREE_TABLES) if number != left_out]
    found = attack(THREE_SUMS, tables)
    assert all(is_wide(found[cell]) for cell in "xyz")


def test_three_tables_lose_it_together_though_no_relation_gives_it_away() -> None:
    system = System.of(THREE_TABLES)
    counts = np.array([THREE_SUMS.get(cell, 0) for cell in system.cells])
    unknowns = Unknowns.of(system, counts, np.array([c in THREE_SUMS for c in system.cells]))
    one_by_one = propagate(unknowns)
    assert (one_by_one.low == 0).all() and (one_by_one.high >= 10).all()
    assert attack(THREE_SUMS, THREE_TABLES) == {
        "x": Interval(6, 6),
        "y": Interval(6, 6),
        "z": Interval(6, 6),
    }


def at_most_one(*cells: str) -> Relation:
    return Relation(tuple((cell, 1) for cell in cells), low=-INFINITE, high=1)


def test_only_whole_numbers_break_this_one() -> None:
    """Seven triangles, no two of each: halves would make 10.5 of them, people make 7."""
    relations, corners = [], []
    for number in range(7):
        a, b, c = (f"{corner}{number}" for corner in "abc")
        relations += [at_most_one(a, b), at_most_one(b, c), at_most_one(a, c)]
        corners += [a, b, c]
    relations.append(total("masked", *corners))
    system = System.of(relations)
    counts = np.zeros(len(system.cells), dtype=np.int64)
    unknowns = Unknowns.of(system, counts, np.zeros(len(counts), dtype=bool))
    is_masked = np.array([cell == "masked" for cell in system.cells])
    (model,) = models(unknowns, is_masked)
    masked = int(np.flatnonzero(is_masked)[0])
    assert model.probe(masked, -1).value == pytest.approx(10.5)
    assert attack({}, relations)["masked"] == Interval(0, 7)
    (exposed,) = Attack(unknowns, is_masked, reach=10, start=counts).run()
    assert exposed.cell == masked


def plan_for(system: System, counts: dict[str, int], **flags: set[str]) -> Plan:
    def flag(name: str, otherwise: bool = False) -> np.ndarray:
        chosen = flags.get(name)
        return np.array([otherwise if chosen is None else c in chosen for c in system.cells])

    values = np.array([counts[cell] for cell in system.cells])
    return Plan(
        counts=values,
        published=flag("published", True),
        sensitive=flag("sensitive", False) if "sensitive" in flags else (values < 11),
        kept=flag("kept"),
        given=flag("given"),
        guarded=flag("guarded"),
        weight=np.ones(len(values)),
    )


ROW = [total("all", "small", "middle", "large")]
ROW_COUNTS = {"small": 4, "middle": 15, "large": 40, "all": 59}


def masks(plan: Plan, system: System) -> set[str]:
    found = protect(system, plan, 10)
    return {system.cells[cell] for cell in np.flatnonzero(found.masked)}


def test_the_cheapest_cell_hides_the_small_one() -> None:
    system = System.of(ROW)
    assert masks(plan_for(system, ROW_COUNTS), system) == {"small", "middle"}


def test_what_an_edition_printed_before_hides_nothing() -> None:
    system = System.of(ROW)
    plan = plan_for(system, ROW_COUNTS, given={"middle"})
    assert masks(plan, system) == {"small", "large"}


def test_masks_of_the_edition_before_stay() -> None:
    system = System.of(ROW)
    plan = plan_for(system, ROW_COUNTS, kept={"large"})
    assert {"small", "large"} <= masks(plan, system)


def test_what_everybody_knows_is_not_masked() -> None:
    system = System.of(ROW)
    assert masks(plan_for(system, ROW_COUNTS, given={"small"}), system) == set()


def test_parts_of_what_is_masked_are_masked() -> None:
    """One part more would hide the whole; but each of them says how large it is at least."""
    system = System.of([total("all", "a", "b"), total("a", "a1", "a2")])
    counts = {"all": 160, "a": 70, "b": 90, "a1": 30, "a2": 40}
    assert {"a", "a1", "a2"} <= masks(plan_for(system, counts, sensitive={"a"}), system)


def test_a_small_rest_that_is_not_printed_is_hidden_too() -> None:
    system = System.of([total("base", "part", "rest")])
    counts = {"base": 60, "part": 56, "rest": 4}
    shown = {"published": {"base", "part"}, "sensitive": set[str]()}
    assert masks(plan_for(system, counts, **shown), system) == set()
    assert masks(plan_for(system, counts, **shown, guarded={"rest"}), system) == {"part"}


# The demo's edition


@pytest.fixture(scope="module")
def public(warehouse: duckdb.DuckDBPyConnection) -> Protected:
    return protect_warehouse(warehouse)


@pytest.fixture(scope="module")
def cells(warehouse: duckdb.DuckDBPyConnection, public: Protected) -> pl.DataFrame:
    """The printed rows beside the true ones, and the catalogue."""
    printed = public.mart_indicators  # noqa: F841 (read by DuckDB)
    return warehouse.sql("""
        select
            printed.*,
            truth.numerator as true_numerator,
            truth.denominator as true_denominator,
            indicators.statistic, indicators.counting_unit,
            coalesce(indicators.breakdown, '') as breakdown_name,
            geographies.geography_level, territories.urbanity
        from printed
        inner join mart_indicators as truth using
            (indicator_id, breakdown, reporting_year, geography_id, population)
        inner join stg_reference__indicators as indicators using (indicator_id)
        inner join (select distinct geography_id, geography_level from dim_geographies)
            as geographies using (geography_id)
        left join dim_territories as territories on territories.territory_id = printed.geography_id
    """).pl()


def test_nothing_can_be_computed(public: Protected) -> None:
    assert public.exposed == []
    assert public.recoverable_cells == 0


def test_the_record_counts_rows(public: Protected) -> None:
    rows = public.mart_indicators
    assert public.cells == rows.height == rows.select(CELL).n_unique()
    assert public.masked_cells == rows.filter(pl.col("status") == "masked").height


def test_no_count_from_1_to_10_is_printed(cells: pl.DataFrame) -> None:
    counted = cells.filter(pl.col("statistic").is_in(["count", "share"]))
    assert counted.filter(pl.col("numerator").is_between(1, 10)).is_empty()
    assert cells.filter(pl.col("denominator").is_between(1, 10)).is_empty()


def test_a_masked_row_shows_neither_value_nor_numerator(cells: pl.DataFrame) -> None:
    masked = cells.filter(pl.col("status") == "masked")
    assert masked["value"].null_count() == masked["numerator"].null_count() == masked.height
    shown = cells.filter(pl.col("status") == "shown")
    assert shown["value"].null_count() == 0
    assert shown.filter(pl.col("numerator").ne_missing(pl.col("true_numerator"))).is_empty()


def test_no_share_is_near_0_or_100_percent(cells: pl.DataFrame) -> None:
    rest = pl.col("denominator") - pl.col("numerator")
    shares = cells.filter(pl.col("statistic") == "share", pl.col("status") == "shown")
    assert shares.filter(rest.is_between(1, 10)).is_empty()
    of_people = shares.filter(pl.col("counting_unit") == "people")
    assert not of_people.is_empty()
    assert of_people.filter(pl.col("value").is_in([0.0, 1.0])).is_empty()


def test_means_rest_on_11(cells: pl.DataFrame) -> None:
    means = cells.filter(pl.col("statistic").is_in(["mean", "median"]))
    shown = means.filter(pl.col("status") == "shown")
    assert shown.height > 50
    assert shown["denominator"].min() >= 11
    assert means.filter(pl.col("true_denominator") < 11, pl.col("value").is_not_null()).is_empty()


def test_justice_is_left_out(cells: pl.DataFrame) -> None:
    assert cells.filter(pl.col("breakdown").str.contains("justice")).is_empty()
    assert cells.filter(pl.col("breakdown").str.contains("surendettement")).height > 0


@pytest.mark.parametrize(
    "parts_of",
    [
        pytest.param(["indicator_id", "breakdown", "reporting_year", "population"], id="nation"),
        pytest.param(
            ["indicator_id", "breakdown", "reporting_year", "population", "urbanity"], id="group"
        ),
        pytest.param(
            ["indicator_id", "reporting_year", "geography_id", "population"], id="category"
        ),
    ],
)
def test_plain_subtraction_finds_nothing(cells: pl.DataFrame, parts_of: list[str]) -> None:
    """Written apart from the package: whole less printed parts leaves room for each masked part."""
    people = cells.filter(
        pl.col("counting_unit").is_in(["people", "pathways"]),
        pl.col("statistic").is_in(["count", "share"]),
    )
    if "geography_id" in parts_of:
        people = people.filter(
            pl.col("breakdown_name").is_in(
                ["age_band", "nationality_group", "education_level", "referrer", "duration_band"]
            )
        )
        wholes = people.rename({"denominator": "whole"}).drop("numerator")
        parts = people
    else:
        level = "urbanity" if "urbanity" in parts_of else "national"
        wholes = people.filter(pl.col("geography_level") == level).rename({"numerator": "whole"})
        wholes = wholes.with_columns(urbanity=pl.col("geography_id"))
        parts = people.filter(pl.col("geography_level") == "territory")
    wholes = wholes.filter(pl.col("whole").is_not_null()).select(*parts_of, "whole").unique()
    sums = parts.group_by(parts_of).agg(
        masked=pl.col("numerator").is_null().sum(),
        left=pl.col("true_numerator").filter(pl.col("numerator").is_null()).sum(),
        places=pl.len(),
    )
    held = sums.join(wholes, on=parts_of).filter(pl.col("masked") > 0)
    assert held.height > 20
    # those that exit twice or in two places are known to no outsider; here they are
    assert held.filter((pl.col("masked") == 1) | (pl.col("left") < 10)).is_empty()


def test_populations_do_not_give_the_direct_ones_away(cells: pl.DataFrame) -> None:
    assert set(cells["population"]) == {"all", "after_phc"}
    people = cells.filter(pl.col("counting_unit") == "people", pl.col("numerator").is_not_null())
    keys = ["indicator_id", "breakdown", "reporting_year", "geography_id"]
    everybody, after = (people.filter(pl.col("population") == p) for p in ("all", "after_phc"))
    both = after.join(everybody, on=keys, suffix="_of_all")
    rest = pl.col("numerator_of_all") - pl.col("numerator")
    is_the_same = pl.col("indicator_id") == "public.after_phc"
    assert both.height > 50
    assert both.filter(rest.is_between(0, 10), ~is_the_same).is_empty()


@pytest.fixture(scope="module")
def grid(warehouse: duckdb.DuckDBPyConnection) -> Grid:
    return read_grid(warehouse, load_rules())


@pytest.fixture(scope="module")
def system(grid: Grid) -> System:
    return relations_of(grid)


def plan_of_year(grid: Grid, system: System, year: int) -> Plan:
    """The plan of the demo, with all other years known."""
    plan = plan_of(grid, system, Before.of(grid, None))
    return replace(plan, given=plan.given | (np.array([c.year for c in system.cells]) != year))


def test_without_secondary_masks_the_proof_fails(grid: Grid, system: System) -> None:
    plan = plan_of_year(grid, system, 2022)
    exposed = prove(grid, system, plan, print_rows(grid, plan.hidden), {})
    assert len(exposed) > 50
    assert {one.reporting_year for one in exposed} == {2022}


def test_an_error_in_the_printed_rows_is_found_and_named(
    grid: Grid, system: System, public: Protected
) -> None:
    """The proof reads what is printed, not what the protection meant to print."""
    plan = plan_of_year(grid, system, 2020)
    rows = public.mart_indicators
    assert prove(grid, system, plan, rows, {}) == []
    is_leaking = pl.Series(
        np.arange(rows.height)
        == rows.with_row_index().filter(
            pl.col("status") == "masked", pl.col("reporting_year") == 2020
        )["index"][0]
    )
    truth = grid.rows.filter(pl.Series(grid.in_scope))["numerator"]
    leaking = rows.with_columns(numerator=pl.when(is_leaking).then(truth).otherwise("numerator"))
    named = [str(one) for one in prove(grid, system, plan, leaking, {})]
    (row,) = rows.filter(is_leaking).select(CELL).rows()
    assert ", ".join(str(part) for part in row if part != "") in named


def test_a_rule_that_names_nothing_is_told_in_one_line(grid: Grid) -> None:
    wrong = replace(
        grid.rules.signed.groups[0], relations=("headcount.suported = headcount.exited",)
    )
    rules = replace(grid.rules, signed=replace(grid.rules.signed, groups=(wrong,)))
    with pytest.raises(UnknownName, match=r"no indicator is called headcount\.suported"):
        relations_of(replace(grid, rules=rules))


# Other data, and the edition after another


@pytest.fixture(scope="module")
def small(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One territory, two years, no workshops."""
    folder = tmp_path_factory.mktemp("small")
    exports = folder / "exports"
    shutil.copytree(built.exports, exports)
    place = Workplace(exports, folder / "cvg.duckdb")
    pathways: set[str] = set()

    def of_rouen(row: dict[str, str]) -> dict[str, str] | None:
        is_there = row["annee"] >= "2023" and row["territoire"] == "08-Rouen"
        if is_there:
            pathways.add(row["id_parcours"])
        return row if is_there else None

    def of_those(row: dict[str, str]) -> dict[str, str] | None:
        return row if row["annee"] >= "2023" and row["id_parcours"] in pathways else None

    place.rewrite("salaries", of_rouen)
    for export in ("sorties", "actions", "suivi_post_sortie"):
        place.rewrite(export, of_those)
    place.rewrite("ateliers", lambda _row: None)
    assert place.build().returncode in (0, 1)
    return place.warehouse


def edition(warehouse: Path, before: Protected | None = None) -> Protected:
    printed = before and before.mart_indicators.with_columns(rounding=1)
    with duckdb.connect(warehouse, read_only=True) as connection:
        return protect_warehouse(connection, printed)


@pytest.fixture(scope="module")
def first(small: Path) -> Protected:
    return edition(small)


def test_one_territory_two_years_no_workshops(first: Protected) -> None:
    rows = first.mart_indicators
    assert first.exposed == []
    assert set(rows["reporting_year"]) == {2023, 2024}
    assert set(rows["geography_id"]) == {"Total"}
    assert rows.filter(pl.col("status") == "shown").height > 50


def test_places_are_printed_where_there_are_enough_of_them(grid: Grid) -> None:
    of_year = grid.levels_of_year
    assert of_year[2020] == {"national"}  # two territories
    assert of_year[2021] == {"national", "territory"}  # one of them less urban
    assert of_year[2024] == {"national", "territory", "urbanity"}


def test_the_same_data_give_the_same_edition(small: Path, first: Protected) -> None:
    assert edition(small).mart_indicators.equals(first.mart_indicators)
    assert edition(small, before=first).mart_indicators.equals(first.mart_indicators)


def test_what_earlier_editions_gave_away_stops_no_later_one(small: Path) -> None:
    """An edition without secondary masks, from before a relation was known: no mask undoes it."""
    with duckdb.connect(small, read_only=True) as connection:
        grid = read_grid(connection, load_rules())
    system = relations_of(grid)
    plan = plan_of(grid, system, Before.of(grid, None))
    careless = Protected(print_rows(grid, plan.hidden), [])
    assert len(prove(grid, system, plan, careless.mart_indicators, {})) > 10
    after = edition(small, before=careless)
    assert after.exposed == []
    assert after.masked_cells >= careless.masked_cells


def test_a_corrected_edition_shows_nothing_that_was_masked(
    small: Path, first: Protected, tmp_path: Path
) -> None:
    """Two people more entered; the partners that were few are 30."""
    corrected = tmp_path / "corrected.duckdb"
    shutil.copy(small, corrected)
    was_masked = first.mart_indicators.filter(pl.col("status") == "masked")
    with duckdb.connect(corrected) as connection:
        connection.execute("""
            update mart_indicators set numerator = 30, value = 30
            where indicator_id = 'partners.partners_mobilised' and numerator between 1 and 10
        """)
        connection.execute("""
            update mart_indicators set numerator = numerator + 2, value = value + 2
            where indicator_id = 'headcount.entered' and numerator > 20
        """)
    alone = edition(corrected)
    after = edition(corrected, before=first)
    assert alone.exposed == after.exposed == []

    def shown_again(edition: Protected) -> pl.DataFrame:
        shown = edition.mart_indicators.filter(pl.col("status") != "masked")
        return was_masked.join(shown, on=CELL, how="semi")

    assert not shown_again(alone).is_empty()
    assert shown_again(after).is_empty()
