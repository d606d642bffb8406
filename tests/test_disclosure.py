"""Masks and rounding of the public edition: hand-made tables, the demo, and other data."""

import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest
import scipy.sparse as sp

from conftest import Built, Workplace, run_cvg
from cvg_warehouse.publication.disclosure import Protected, protect_warehouse
from cvg_warehouse.publication.disclosure.bounds import propagate
from cvg_warehouse.publication.disclosure.grid import Grid
from cvg_warehouse.publication.disclosure.moves import Knowledge, Moves
from cvg_warehouse.publication.disclosure.plan import (
    LEFT_OUT,
    MASKED,
    MOST_PRICE,
    NOT_THERE,
    Plan,
)
from cvg_warehouse.publication.disclosure.proof import printed_in_error, prove
from cvg_warehouse.publication.disclosure.protect import protect
from cvg_warehouse.publication.disclosure.publication import Control, control_of, print_rows
from cvg_warehouse.publication.disclosure.readers import ANYBODY, PRINT, Reader
from cvg_warehouse.publication.disclosure.reading import read_grid
from cvg_warehouse.publication.disclosure.rounding import Rounding
from cvg_warehouse.publication.disclosure.rules import load_rules
from cvg_warehouse.publication.disclosure.system import INFINITE, Relation, System

CELL = ["indicator_id", "breakdown", "reporting_year", "geography_id", "population"]
REACH = 10
EXACT, BY_5 = Rounding(1, 11), Rounding(5, 11)


def total(whole: str, *parts: str) -> Relation:
    """Parts add up to the whole."""
    return Relation((*((part, 1) for part in parts), (whole, -1)))


# Hand-made tables


def test_each_shown_number_stands_for_five_counts_from_11_on() -> None:
    counts = np.arange(11, 200)
    shown = BY_5.shown(counts)
    assert (shown % 5 == 0).all() and (np.abs(shown - counts) <= 2).all()
    for number in np.unique(shown)[:-1]:
        one = np.array(number)
        stands_for = counts[shown == number]
        assert [BY_5.low(one), BY_5.high(one)] == [stands_for.min(), stands_for.max()]
    assert (EXACT.shown(counts) == counts).all()


def plan_for(
    system: System,
    counts: dict[str, int],
    rounding: Rounding,
    most_masked: int = 1000,
    **flags: set[str],
) -> Plan:
    def flag(name: str, otherwise: np.ndarray) -> np.ndarray:
        chosen = flags.get(name)
        return otherwise if chosen is None else np.array([c in chosen for c in system.cells])

    values = np.array([counts[cell] for cell in system.cells])
    all_of_them = np.ones(len(values), dtype=bool)
    published = flag("published", all_of_them)
    return Plan(
        counts=values,
        published=published,
        sensitive=flag("sensitive", values < 11) & published,
        guarded=flag("guarded", ~all_of_them),
        rounded=all_of_them,
        is_part=flag("is_part", ~all_of_them),
        effort=np.ones(len(values)),
        price=np.where(published & (values >= 11), 100.0 * (3 + values), np.inf),
        rounding=rounding,
        most_masked=most_masked,
        is_optional=flag("is_optional", ~all_of_them),
        was_left_out=flag("was_left_out", ~all_of_them),
        groups=sp.csr_array(np.eye(len(values), dtype=np.int64)),
    )


def reader(
    system: System, name: str = ANYBODY, knows: dict[str, int] | None = None, own: int = 0
) -> Reader:
    knows = knows or {}
    low = np.array([knows.get(cell, 0) for cell in system.cells])
    high = np.array([knows.get(cell, INFINITE) for cell in system.cells])
    return Reader(name, Knowledge(low, high), system.high, np.full(len(low), own), name != ANYBODY)


def masks(plan: Plan, system: System, *readers: Reader) -> set[str]:
    """The masks, which must withstand the proof."""
    against = list(readers) or [reader(system)]
    found = protect(system, plan, against, REACH)
    needed = found.masked | plan.guarded
    narrowed = prove(
        system, plan, against, plan.shown(found.masked), needed, found.witnesses, REACH
    )
    assert not any(one.by_edition for one in narrowed)
    return {str(system.cells[cell]) for cell in np.flatnonzero(found.masked)}


ROW = [total("all", "small", "middle", "large")]
ROW_COUNTS = {"small": 4, "middle": 15, "large": 40, "all": 59}


def test_a_single_mask_among_exact_counts_needs_another_one() -> None:
    system = System.of(ROW)
    assert masks(plan_for(system, ROW_COUNTS, EXACT), system) == {"small", "middle"}


def test_among_rounded_counts_it_needs_none() -> None:
    """60 less 15 less 40: from -1 to 11."""
    system = System.of(ROW)
    assert masks(plan_for(system, ROW_COUNTS, BY_5), system) == {"small"}


def test_but_where_few_are_added_up_it_does() -> None:
    """45 less 40: from 1 to 9, so nobody is out of the question."""
    system = System.of([total("all", "small", "large")])
    counts = {"small": 4, "large": 40, "all": 44}
    assert len(masks(plan_for(system, counts, BY_5), system)) == 2


def test_what_was_printed_before_hides_nothing() -> None:
    system = System.of(ROW)
    print_of = reader(system, PRINT, {"middle": 15})
    assert masks(plan_for(system, ROW_COUNTS, EXACT), system, print_of) == {"small", "large"}


def test_a_reader_of_one_part_needs_two_others_masked() -> None:
    """The pair that hides one another: who knows one of them has the other."""
    system = System.of([total("all", "a", "b", "c", "d")])
    counts = {"a": 4, "b": 12, "c": 20, "d": 40, "all": 76}
    plan = plan_for(system, counts, EXACT)
    assert masks(plan, system) == {"a", "b"}
    of_b = reader(system, "a reader of b", {"b": 12})
    assert masks(plan, system, reader(system), of_b) == {"a", "b", "c"}


def test_own_people_are_no_secret_to_who_has_them() -> None:
    system = System.of(ROW)
    of_three = reader(system, "worksite X", own=3)
    low = np.array([3 if cell in ("small", "all") else 0 for cell in system.cells])
    of_three = replace(of_three, knows=Knowledge(low, of_three.knows.high))
    assert masks(plan_for(system, ROW_COUNTS, EXACT), system, of_three) == {"small", "middle"}


def test_parts_of_what_is_masked_are_masked() -> None:
    """One part more would hide the whole; but each of them says how large it is at least."""
    system = System.of([total("all", "a", "b"), total("a", "a1", "a2")])
    counts = {"all": 160, "a": 70, "b": 90, "a1": 30, "a2": 40}
    plan = plan_for(system, counts, EXACT, sensitive={"a"})
    plan = replace(plan, price=np.where(plan.sensitive, np.inf, plan.price))
    assert {"a", "a1", "a2"} <= masks(plan, system)


def test_who_hides_many_is_left_out_and_need_not_look_as_nobody() -> None:
    """As a mask, the 90 would have to look as if it could be 0, and would take the 40 with it."""
    at_least = Relation((("among b", 1), ("b", -1)), low=-INFINITE)
    system = System.of([total("all", "a", "b", "c"), at_least])
    counts = {"all": 164, "a": 4, "b": 90, "c": 70, "among b": 40}
    plan = plan_for(system, counts, EXACT, most_masked=20)
    price = np.where(np.isin(system.cells, ["b"]), 1.0, np.inf)
    plan = replace(plan, price=np.where(plan.sensitive, np.inf, price))
    found = protect(system, plan, [reader(system)], REACH)
    shown = dict(zip(system.cells, plan.shown(found.masked), strict=True))
    assert (shown["a"], shown["b"]) == (MASKED, LEFT_OUT)
    assert shown["among b"] == 40
    masked = replace(plan, most_masked=1000)
    assert masked.shown(protect(system, masked, [reader(system)], REACH).masked).tolist() != [
        *shown.values()
    ]


@pytest.mark.parametrize(
    ("price", "optional", "masked"),
    [
        (1.0, set(), {"small", "large"}),
        (MOST_PRICE, set(), set()),
        (1.0, {"small"}, set()),
        (1.0, {"small", "large"}, {"small", "large"}),
    ],
    ids=["as ever", "too dear", "optional, and the other is not", "both optional"],
)
def test_what_others_must_not_be_hidden_for_is_left_out(
    price: float, optional: set[str], masked: set[str]
) -> None:
    """Of 44, 40 and 4 one can be computed from the others: the 40 goes, or the 4 has no row."""
    system = System.of([total("all", "small", "large")])
    counts = {"small": 4, "large": 40, "all": 44}
    plan = plan_for(system, counts, EXACT, is_optional=optional)
    plan = replace(plan, price=np.where(np.isin(system.cells, ["large"]), price, np.inf))
    found = protect(system, plan, [reader(system)], REACH)
    assert {system.cells[cell] for cell in np.flatnonzero(found.masked)} == masked
    left = {system.cells[group] for group in found.left_out}
    assert left == (set() if masked else {"small"})
    shown = dict(zip(system.cells, plan.without(found.left_out).shown(found.masked), strict=True))
    assert shown["small"] == (MASKED if masked else NOT_THERE)


def test_a_small_rest_that_is_not_printed_is_hidden_too() -> None:
    system = System.of([total("base", "part", "rest")])
    counts = {"base": 60, "part": 56, "rest": 4}
    shown = {"published": {"base", "part"}, "sensitive": set[str]()}
    assert masks(plan_for(system, counts, EXACT, **shown), system) == set()
    assert len(masks(plan_for(system, counts, EXACT, **shown, guarded={"rest"}), system)) == 1


# The same people in three tables, each of which prints the sum of two groups.
THREE_TABLES = [
    total("exits", "x", "y"),
    total("housing", "y", "z"),
    total("health", "x", "z"),
]
THREE_SUMS = {"exits": 12, "housing": 12, "health": 12}


@pytest.mark.parametrize("tables", [THREE_TABLES[:2], THREE_TABLES], ids=["two", "three"])
def test_three_tables_lose_together_what_no_relation_gives_away(tables: list[Relation]) -> None:
    system = System.of(tables, [*THREE_SUMS, *"xyz"])
    counts = np.array([THREE_SUMS.get(str(cell), 6) for cell in system.cells])
    is_known = np.array([cell in THREE_SUMS for cell in system.cells])
    known = Knowledge(np.where(is_known, counts, 0), np.where(is_known, counts, INFINITE))
    bounds = propagate(system, system.high, known)
    assert (bounds.low[~is_known] == 0).all() and (bounds.high[~is_known] >= 10).all()
    moves = Moves(system, counts, np.ones(len(counts)))
    moves.know(known, known, system.high)
    found = [moves.move(int(cell), 0) for cell in np.flatnonzero(~is_known)]
    assert [one is None for one in found] == [len(tables) == 3] * 3


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
    moves = Moves(system, counts, np.ones(len(counts)))
    nothing = Knowledge.nothing(len(counts))
    moves.know(nothing, nothing, system.high)
    masked = system.cells.index("masked")
    seven = moves.move(masked, 7)
    assert seven is not None and seven.by[masked] == 7
    assert moves.move(masked, 8) is None


@pytest.mark.parametrize(("name", "by_edition"), [(ANYBODY, True), (PRINT, False)])
def test_the_proof_names_what_few_masks_give_away(name: str, by_edition: bool) -> None:
    """By the edition, or by the print alone; who knows more is not asked again."""
    system = System.of(ROW)
    plan = plan_for(system, ROW_COUNTS, EXACT)
    readers = {
        ANYBODY: [reader(system), reader(system, "worksite X")],
        PRINT: [reader(system, PRINT, {"all": 59, "middle": 15, "large": 40})],
    }[name]
    found = prove(
        system,
        plan,
        readers,
        plan.shown(plan.sensitive),
        plan.sensitive,
        protect(system, plan, [], REACH).witnesses,
        REACH,
    )
    small = system.cells.index("small")
    assert [(one.reader, one.cells, one.by_edition) for one in found] == [
        (name, [small], by_edition)
    ]


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


def test_what_is_shown_is_the_rounded_truth(cells: pl.DataFrame) -> None:
    """Written apart from the package: nearest multiple of 5, from 11 on; others as they are."""
    is_exact = pl.col("counting_unit").is_in(["worksites", "actions", "partners"])
    for shown, true in (("numerator", "true_numerator"), ("denominator", "true_denominator")):
        counts = cells.filter(pl.col(shown).is_not_null(), pl.col("status") == "shown")
        if shown == "numerator":
            counts = counts.filter(pl.col("statistic").is_in(["count", "share"]))
        people, others = counts.filter(~is_exact), counts.filter(is_exact)
        assert people.height > 500 and others.height > 5
        nearest = (pl.col(true) / 5 + 0.5).floor() * 5
        assert people.filter(pl.col(shown) != nearest).is_empty()
        assert people.filter(pl.col(true).is_between(1, 10)).is_empty()
        assert others.filter(pl.col(shown) != pl.col(true)).is_empty()


def test_rates_follow_from_what_is_shown(cells: pl.DataFrame) -> None:
    shares = cells.filter(pl.col("statistic") == "share", pl.col("status") == "shown")
    assert shares.height > 1000
    wrong = pl.col("value") != pl.col("numerator") / pl.col("denominator")
    assert shares.filter(wrong).is_empty()
    of_people = shares.filter(pl.col("counting_unit") == "people")
    assert of_people.filter(pl.col("value") == 1).is_empty()


def test_a_masked_row_shows_neither_value_nor_numerator(cells: pl.DataFrame) -> None:
    masked = cells.filter(pl.col("status") == "masked")
    assert masked["value"].null_count() == masked["numerator"].null_count() == masked.height > 100
    assert cells.filter(pl.col("status") == "shown")["value"].null_count() == 0


def test_means_rest_on_11_and_are_no_finer_than_the_counts(cells: pl.DataFrame) -> None:
    means = cells.filter(pl.col("statistic").is_in(["mean", "median"]))
    shown = means.filter(pl.col("status") == "shown")
    assert shown.height > 50
    assert means.filter(pl.col("true_denominator") < 11, pl.col("value").is_not_null()).is_empty()
    whole = pl.col("value") == pl.col("value").round(0)
    assert shown.filter(pl.col("statistic") == "median", ~whole).is_empty()
    assert shown.filter(pl.col("value") != pl.col("value").round(1)).is_empty()


def test_justice_is_left_out(cells: pl.DataFrame) -> None:
    assert cells.filter(pl.col("breakdown").str.contains("justice")).is_empty()
    assert cells.filter(pl.col("breakdown").str.contains("surendettement")).height > 0


def test_zeros_of_a_category_that_nobody_was_in_yet_are_shown(cells: pl.DataFrame) -> None:
    national = cells.filter(pl.col("geography_level") == "national", pl.col("population") == "all")
    first = national.filter(pl.col("true_numerator") > 0).group_by("indicator_id", "breakdown")
    seen = first.agg(first_year=pl.col("reporting_year").min())
    somebody = cells.filter(
        pl.col("indicator_id") == "headcount.supported", pl.col("true_numerator") > 0
    ).select("reporting_year", "geography_id", "population")
    zeros = (
        cells.filter(pl.col("true_numerator") == 0, pl.col("counting_unit") == "people")
        .join(seen, on=["indicator_id", "breakdown"], how="left")
        .join(somebody, on=somebody.columns)
        .with_columns(
            is_new=pl.col("first_year").is_null()
            | (pl.col("reporting_year") < pl.col("first_year"))
        )
    )
    shown = zeros.filter(pl.col("status") == "shown")
    assert shown.height > 0 and shown["is_new"].all()
    assert zeros.filter(~pl.col("is_new")).height > 0


@pytest.fixture(scope="module")
def grid(warehouse: duckdb.DuckDBPyConnection) -> Grid:
    return read_grid(warehouse, load_rules())


@pytest.fixture(scope="module")
def control(grid: Grid, warehouse: duckdb.DuckDBPyConnection) -> Control:
    return control_of(grid, warehouse, None)


def test_without_secondary_masks_the_proof_fails(control: Control) -> None:
    _, system, plan, readers = control.year(2022)
    nothing = protect(system, plan, [], REACH).witnesses
    anybody = [one for one in readers if one.name == ANYBODY]
    needed = plan.sensitive | plan.guarded
    found = prove(system, plan, anybody, plan.shown(plan.sensitive), needed, nothing, REACH)
    (narrowed,) = [one for one in found if one.by_edition]
    assert len(narrowed.cells) > 10


def test_a_number_that_must_not_be_printed_is_found(control: Control) -> None:
    plan = control.plan
    shown = plan.shown(plan.sensitive)
    assert printed_in_error(plan, shown).size == 0
    small = int(np.flatnonzero(plan.sensitive & (plan.counts > 0))[0])
    shown[small] = plan.counts[small]
    large = int(np.flatnonzero((shown > 100) & (plan.counts % 5 != 0) & plan.rounded)[0])
    shown[large] = plan.counts[large]
    assert set(printed_in_error(plan, shown)) == {small, large}


def test_a_small_rest_is_asked_about_as_long_as_its_row_is_printed(control: Control) -> None:
    grid = control.grid
    printed = print_rows(grid, control.plan.sensitive[: grid.size])
    rests = control.seen_of(printed, np.zeros(len(printed), dtype=bool))[1][grid.size :]
    assert rests.size > 10 and rests.all()
    part, _, _ = grid.small_complements
    its_rows = (np.isin(grid.top, part) | np.isin(grid.bottom, part))[grid.in_scope]
    assert not control.seen_of(printed, its_rows)[1][grid.size :].any()


def test_there_is_a_reader_of_each_territory_and_worksite(control: Control) -> None:
    readers = [one.name for one in control.year(2024)[3]]
    assert len([name for name in readers if name.startswith("a reader of 0")]) == 9
    assert len([name for name in readers if name.startswith("worksite ")]) > 70
    assert len(set(readers)) == len(readers)


def test_a_hidden_stock_follows_from_the_years_beside_it(control: Control) -> None:
    """Nearly: what is shown of them is rounded. They are no more than known."""
    cells, system, plan, (anybody, *_) = control.year(2022)
    own = len(control.years[2022])
    beside = [system.cells[number] for number in range(own, len(cells))]
    assert {cell.year for cell in beside} == {2021, 2023}
    assert not plan.sensitive[own:].any() and not np.isfinite(plan.price[own:]).any()
    stock = system.cells.index(("headcount.on_books_at_year_end", 2022, "Total", "all"))
    of_year = np.arange(len(cells)) < own
    nothing = plan.seen(np.full(len(cells), NOT_THERE))
    shown = plan.seen(np.where(of_year, NOT_THERE, plan.shown(plan.sensitive)))
    bounds = propagate(system, anybody.high, shown)
    assert bounds.high[stock] - bounds.low[stock] <= 8
    assert propagate(system, anybody.high, nothing).high[stock] == INFINITE


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


def test_the_first_years_of_another_demo(tmp_path: Path) -> None:
    """Two territories in one of them, so that each reads the other's figures in the nation's."""
    place = Workplace(tmp_path / "exports", tmp_path / "cvg.duckdb")
    assert run_cvg("demo", "--out", place.exports, "--seed", "7").returncode == 0
    for export in ("salaries", "sorties", "actions", "ateliers", "suivi_post_sortie"):
        place.rewrite(export, lambda row: row if row["annee"] <= "2021" else None)
    assert place.build().returncode in (0, 1)
    found = edition(place.warehouse)
    assert found.exposed == []
    rows = found.mart_indicators
    assert set(rows["reporting_year"]) == {2020, 2021}
    assert rows.filter(pl.col("status") == "shown").height > found.left_out.height


def edition(warehouse: Path, before: Protected | None = None) -> Protected:
    printed = before and before.mart_indicators.with_columns(rounding=5)
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
    assert of_year[2021] == of_year[2024] == {"national", "territory"}


def test_the_same_data_give_the_same_edition(small: Path, first: Protected) -> None:
    assert edition(small).mart_indicators.equals(first.mart_indicators)
    again = edition(small, before=first)
    assert again.exposed == []
    before, after = (
        one.mart_indicators.sort(CELL).with_columns(is_masked=pl.col("status") == "masked")
        for one in (first, again)
    )
    # The same rows: what was left out then is not named now as a mask that the readers can narrow.
    assert after.select(CELL).equals(before.select(CELL))
    # What was shown stays so; a mask may go whose reason was left out after it had been found.
    assert not (after["is_masked"] & ~before["is_masked"]).any()
    shown = pl.Series(~before["is_masked"])
    assert after.filter(shown).equals(before.filter(shown))
    assert (before["is_masked"] & ~after["is_masked"]).sum() <= 5
