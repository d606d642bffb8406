"""What changed between two periods that are not calendar years: in the internal edition alone."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import pytest
from dashboards.pages import PAGES
from playwright.sync_api import Locator, Page, expect
from tests.support.serving import SHOWN, Served, finished, served

from cvg_warehouse.formats import signed
from cvg_warehouse.publication.editions.contents import tables
from cvg_warehouse.publication.editions.pointer import edition_file, read_pointer
from cvg_warehouse.publication.editions.verifying import faults_of
from cvg_warehouse.reading.blocks import Block, Choice
from cvg_warehouse.reading.change_tables import Changes, since_period
from cvg_warehouse.reading.data import WHOLE, Edition, Measure, read_edition, with_own
from cvg_warehouse.reading.figures import DECIMALS, written
from cvg_warehouse.reading.periods import Period, earlier_ones, periods
from cvg_warehouse.reading.texts import label_of, measure_label, say

ROUEN, PARIS = "08-Rouen", "01-Paris"
RATE, PEOPLE, OF_YEARS = "housing.improved", "headcount.supported", "support.proximity"
BLOCK = next(block for page in PAGES for block in page.blocks if block.shape == "cards")
KEY_FIGURES = replace(BLOCK, years="one")
# Two half-years that are not each other's same dates, as people choose them.
NOW, BEFORE = "2023-10-01/2024-03-31", "2022-04-01/2022-09-30"
NOW_LABEL = "1er octobre 2023 – 31 mars 2024 · Semestre du réseau"
BEFORE_LABEL = "1er avril 2022 – 30 septembre 2022 · Semestre du réseau"
YEAR_BEFORE_LABEL = "1er octobre 2022 – 31 mars 2023 · Semestre du réseau"
COMPARED = """
    select indicator_id, breakdown, earlier_value, value, difference_in_number, is_stable
    from mart_period_comparisons
    where place_kind = 'geography' and place_id = ? and population = ? and period_id = ?
        and earlier_period_id = ? and value is not null and earlier_value is not null
"""


@pytest.fixture
def known(
    known: dict[str, Edition], editions: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Edition]:
    """The editions, whose files are read again for their periods."""
    monkeypatch.setenv("CVG_EDITIONS", str(editions))
    return known


@pytest.fixture
def internal(known: dict[str, Edition]) -> Edition:
    return known["internal"]


@pytest.fixture
def two(internal: Edition) -> tuple[Period, Period]:
    known = {one.period_id: one for one in periods(internal, WHOLE)}
    return known[BEFORE], known[NOW]


def changes_of(
    edition: Edition,
    two: tuple[Period, Period],
    name: str,
    place: str = WHOLE,
    population: str = "all",
) -> Changes:
    block = Block("b", (Measure(name, "%"),), shape="cards")
    return since_period(block, two, Choice(2024, place, population), edition, "fr")


@pytest.mark.parametrize("population", ["all", "after_phc"])
@pytest.mark.parametrize("place", [WHOLE, ROUEN, "urban"])
def test_the_figures_are_those_of_the_warehouse(
    internal: Edition,
    two: tuple[Period, Period],
    warehouse: duckdb.DuckDBPyConnection,
    place: str,
    population: str,
) -> None:
    choice = Choice(2024, place, population)
    header, rows = since_period(KEY_FIGURES, two, choice, internal, "fr").table
    assert header[1].endswith("1er avril 2022 – 30 septembre 2022")
    assert header[2].endswith("1er octobre 2023 – 31 mars 2024")
    assert len(header) == (6 if place == WHOLE else 7)
    shown = {row[0]: row[1:6] for row in rows if row[5] != say("fr", "change_unknown")}
    expected = {}
    for name, breakdown, *figures in warehouse.execute(
        COMPARED, [place, population, NOW, BEFORE]
    ).fetchall():
        before, now, difference, is_stable = figures
        unit = internal.indicators[name].unit
        decimals = 0 if unit == "share" else DECIMALS.get(unit, 0)
        label = measure_label(internal, name, breakdown, "fr")
        values = [written(value, unit, "fr") for value in (before, now)]
        expected[label] = (*values, signed(difference, decimals), is_stable)
    assert len(shown) >= (8 if population == "all" else 3)
    for label, (before, now, number, _, said) in shown.items():
        wanted = expected[label]
        assert (before, now, said == say("fr", "change_stable")) == (*wanted[:2], wanted[3]), label
        if "mois" not in now:  # months differ by what is read of them, not by what is not
            assert number == wanted[2], label


def test_the_newest_is_set_beside_its_same_dates_a_year_before(internal: Edition) -> None:
    known = periods(internal, ROUEN)
    assert [one.first_day for one in known] == sorted((p.first_day for p in known), reverse=True)
    newest = known[0]
    before = earlier_ones(newest, known)[0]
    assert before.first_day == newest.first_day.replace(year=newest.first_day.year - 1)
    assert before.last_day == newest.last_day.replace(year=newest.last_day.year - 1)
    assert earlier_ones(known[-1], known) == []


def test_the_last_days_of_february_are_the_same_dates() -> None:
    winters = [
        Period(f"{year}", date(year - 1, 7, 15), date(year, 2, 29 if year % 4 == 0 else 28), None)
        for year in range(2021, 2026)
    ]
    quarter = Period("q", date(2023, 7, 15), date(2023, 9, 30), None)
    for before, now in pairwise(winters):
        assert before.is_year_before(now) and not now.is_year_before(before)
        assert earlier_ones(now, [*winters, quarter])[0] == before
    assert not quarter.is_year_before(winters[4])


def test_a_period_before_a_territory_joined_is_not_compared(internal: Edition) -> None:
    known = periods(internal, ROUEN)
    joined = internal.geographies[ROUEN].launch_year
    assert joined and known[-1].last_day.year < joined
    [row] = changes_of(internal, (known[-1], known[0]), PEOPLE, ROUEN).table[1]
    assert row[1] == say("fr", "mark_before_joining")
    assert row[3:6] == ["–", "–", say("fr", "change_unknown")]
    assert row[6].startswith("+")


def test_an_empty_base_is_no_nought(internal: Edition, editions: Path) -> None:
    with duckdb.connect(file_of(editions, "internal"), read_only=True) as connection:
        place, population, *ids = connection.execute(
            f"""select now.geography_id, now.population, before.period_id, now.period_id
            from mart_indicators_by_period as now
            inner join mart_indicators_by_period as before
                using (indicator_id, geography_id, population, breakdown)
            where now.indicator_id = '{RATE}' and now.denominator = 0 and before.value > 0
                and before.period_id < now.period_id
            order by all limit 1"""
        ).fetchall()[0]
    known = {one.period_id: one for one in periods(internal, place)}
    before, now = (known[one] for one in ids)
    [row] = changes_of(internal, (before, now), RATE, place, population).table[1]
    assert row[2] in (say("fr", "mark_not_applicable"), say("fr", "mark_unknown"))
    assert row[3:6] == ["–", "–", say("fr", "change_unknown")]


def test_what_is_said_of_whole_years_only_is_not_there(
    internal: Edition, two: tuple[Period, Period]
) -> None:
    assert internal.breakdowns[OF_YEARS]
    assert changes_of(internal, two, OF_YEARS).table[1] == []


def test_of_an_open_list_both_periods_have_the_same_rows(
    internal: Edition, two: tuple[Period, Period]
) -> None:
    header, rows = changes_of(internal, two, "partners.partner_actions", ROUEN).table
    assert len(rows) > 10
    assert {len(row) for row in rows} == {len(header)}
    assert all(re.match(r"\d", text) for row in rows for text in row[1:3])


# Whom the periods are for


def file_of(editions: Path, audience: str) -> Path:
    pointer = read_pointer(editions)
    assert pointer
    return edition_file(editions, pointer.edition, audience)


def internal_tables() -> list[str]:
    return [name for name, table in tables().items() if table.is_internal]


def test_the_public_edition_has_no_periods(known: dict[str, Edition], editions: Path) -> None:
    assert internal_tables() == ["mart_indicators_by_period", "reporting_periods"]
    for audience, is_filled in (("internal", True), ("public", False)):
        assert bool(periods(known[audience], ROUEN)) == is_filled
        with duckdb.connect(file_of(editions, audience), read_only=True) as connection:
            for name in internal_tables():
                [(rows,)] = connection.execute(f"select count(*) from {name}").fetchall()
                assert (rows > 0) == is_filled, (audience, name)


@pytest.mark.parametrize("name", ["mart_indicators_by_period", "reporting_periods"])
def test_a_public_edition_with_a_period_is_refused(
    editions: Path, tmp_path: Path, name: str
) -> None:
    file = Path(shutil.copy(file_of(editions, "public"), tmp_path))
    pointer = read_pointer(editions)
    assert pointer and faults_of(file, pointer.edition, "public") == []
    file.chmod(0o600)
    with duckdb.connect(file) as connection:
        connection.execute(f"attach '{file_of(editions, 'internal')}' as internal (read_only)")
        connection.execute(f"insert into {name} from internal.{name} limit 1")
    [fault] = faults_of(file, pointer.edition, "public")
    assert f"1 rows of {name}, which is for the internal edition alone" in fault


def test_whoever_reads_one_territory_has_its_periods_and_no_others(
    known: dict[str, Edition], two: tuple[Period, Period]
) -> None:
    mixed = with_own(known["public"], known["internal"], {ROUEN})
    assert periods(mixed, ROUEN) == periods(known["internal"], ROUEN)
    assert periods(mixed, PARIS) == periods(mixed, WHOLE) == ()
    (header, rows), (_, expected) = (
        changes_of(edition, two, PEOPLE, ROUEN).table for edition in (mixed, known["internal"])
    )
    assert len(header) == 6
    assert rows == [row[:6] for row in expected]


# The page


@pytest.fixture(scope="module")
def viewer(editions: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The internal edition, served to its owner."""
    home = tmp_path_factory.mktemp("internal")
    with served(home, CVG_EDITIONS=editions, CVG_AUDIENCE="internal") as running:
        yield running


def opened(page: Page, viewer: Served, **filters: str) -> None:
    page.goto(f"{viewer.address}/changements?{urlencode({'territoire': ROUEN, **filters})}")
    finished(page)


def box(page: Page, name: str) -> Locator:
    return page.get_by_role("combobox", name=name, exact=True)


def choose(page: Page, name: str, value: str, asked: dict[str, str]) -> None:
    """Choose a period; a long list shows what was typed. The page is of it once its address is."""
    box(page, name).click()
    box(page, name).fill(value)
    page.get_by_role("option", name=value, exact=True).click()
    expect(box(page, name)).to_have_value(value, timeout=SHOWN)
    expect(page).to_have_url(re.compile(re.escape(urlencode(asked))), timeout=SHOWN)
    finished(page)


def test_staff_choose_two_periods(
    viewer: Served, page: Page, internal: Edition, warehouse: duckdb.DuckDBPyConnection
) -> None:
    opened(page, viewer)
    newest = periods(internal, ROUEN)[0]
    expect(box(page, "Période")).to_have_value(newest.label("fr"))
    choose(page, "Période", NOW_LABEL, {"periode": NOW})
    # whoever chooses a period sees the same dates a year before first
    expect(box(page, "Comparer à la période")).to_have_value(YEAR_BEFORE_LABEL, timeout=SHOWN)
    choose(page, "Comparer à la période", BEFORE_LABEL, {"periode-avant": BEFORE})
    table = page.locator(".table-box").nth(1)
    expect(table).to_contain_text("Période du 1er octobre 2023", timeout=SHOWN)
    label = label_of(internal.indicators[PEOPLE], "fr")
    row = table.locator("tr", has=page.get_by_role("rowheader", name=label, exact=True))
    counts = [
        number
        for period in (BEFORE, NOW)
        for (number,) in warehouse.execute(
            f"""select value from mart_indicators_by_period
            where indicator_id = '{PEOPLE}' and geography_id = '{ROUEN}' and population = 'all'
            and period_id = ?""",
            [period],
        ).fetchall()
    ]
    texts = row.locator("td").all_inner_texts()
    assert texts[:2] == [written(count, "people", "fr") for count in counts]
    assert texts[2] == signed(counts[1] - counts[0])
    page.get_by_role("button", name="Emporter").nth(1).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert "depuis-la-periode" in download.value.suggested_filename
    assert "interne" in download.value.suggested_filename
    text = Path(download.value.path()).read_text("utf-8-sig")
    assert "1er octobre 2023 – 31 mars 2024" in text and label in text


def test_an_address_keeps_both_periods(viewer: Served, page: Page) -> None:
    asked = {"periode": NOW, "periode-avant": BEFORE}
    opened(page, viewer, **asked)
    expect(box(page, "Période")).to_have_value(NOW_LABEL)
    expect(box(page, "Comparer à la période")).to_have_value(BEFORE_LABEL)
    expect(page).to_have_url(re.compile(re.escape(urlencode(asked))))
    expect(page.locator(".notice")).to_have_count(0)


@pytest.mark.parametrize(
    "asked",
    [
        {"periode": "<img src=x onerror=alert(1)>", "periode-avant": "[a](https://evil.test)"},
        # a calendar year is no such period, and none is compared with a later one
        {"periode": "2024", "periode-avant": "2024-04-01/2024-09-30"},
    ],
)
def test_what_an_address_cannot_ask_for_is_said_and_left(
    viewer: Served, page: Page, internal: Edition, asked: dict[str, str]
) -> None:
    opened(page, viewer, **asked)
    newest = periods(internal, ROUEN)[0]
    expect(box(page, "Période")).to_have_value(newest.label("fr"))
    notices = page.locator(".notice")
    expect(notices).to_have_count(2)
    for text, notice in zip(asked.values(), notices.all_inner_texts(), strict=True):
        assert text[:20] in notice
    assert notices.locator("a, img").count() == 0


def test_indicators_of_whole_years_are_said_to_be_missing(viewer: Served, page: Page) -> None:
    opened(page, viewer, indicateur=OF_YEARS)
    main = page.get_by_test_id("stMain")
    expect(main).to_contain_text(say("fr", "changes_whole_years"))
    expect(page.locator(".table-box")).to_have_count(1)


def test_the_public_edition_says_where_the_periods_are(
    editions: Path, page: Page, tmp_path: Path
) -> None:
    with served(tmp_path, CVG_EDITIONS=editions) as public:
        opened(page, public, periode=NOW)
        main = page.get_by_test_id("stMain")
        expect(main).to_contain_text(say("fr", "changes_period_internal"))
        expect(box(page, "Période")).to_have_count(0)


def test_one_period_has_none_before_it(
    editions: Path, page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pointer = read_pointer(editions)
    assert pointer
    folder = tmp_path / "editions"
    folder.mkdir()
    for audience in ("public", "internal"):
        shutil.copy(file_of(editions, audience), folder)
    (folder / "current.json").write_text(json.dumps({"edition": pointer.edition, "checksums": {}}))
    file = edition_file(folder, pointer.edition, "internal")
    file.chmod(0o600)
    with duckdb.connect(file) as connection:
        connection.execute(f"delete from reporting_periods where period_id != '{NOW}'")
    with served(tmp_path, CVG_EDITIONS=folder, CVG_AUDIENCE="internal") as running:
        opened(page, running)
        expect(page.get_by_test_id("stMain")).to_contain_text(say("fr", "changes_no_period"))
        expect(page.get_by_test_id("stException")).to_have_count(0)
    # an edition of before there were any
    with duckdb.connect(file) as connection:
        connection.execute("drop table reporting_periods")
    monkeypatch.setenv("CVG_EDITIONS", str(folder))
    assert periods(read_edition("internal"), ROUEN) == ()
