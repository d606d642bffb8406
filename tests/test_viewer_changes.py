"""What changed since an earlier year and the edition before: where both are shown, no more."""

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
import yaml
from dashboards.pages import PAGES
from playwright.sync_api import Page, expect
from tests.support.serving import Served, finished, served

from cvg_warehouse.formats import MINUS
from cvg_warehouse.paths import PROJECT
from cvg_warehouse.publication.editions import AUDIENCES
from cvg_warehouse.publication.editions.pointer import edition_file, read_pointer
from cvg_warehouse.reading.blocks import Block, Choice
from cvg_warehouse.reading.change_tables import Changes, since_edition, since_year
from cvg_warehouse.reading.data import WHOLE, Cell, Edition, Measure, read_edition, with_own
from cvg_warehouse.reading.earlier import earlier
from cvg_warehouse.reading.figures import Figure, look_up
from cvg_warehouse.reading.texts import label_of, measure_label, say
from cvg_warehouse.reading.verdicts import (
    STABLE_WITHIN_PERCENT,
    STABLE_WITHIN_POINTS,
    Pair,
    difference_texts,
    verdict,
)

ROUEN, PARIS, YEAR = "08-Rouen", "01-Paris", 2024
LASTING_JOB, RATE, PEOPLE = "exits.job_or_training", "housing.improved", "headcount.supported"
BEFORE = "20260301T080000Z-0a1b2c3d"
KEY_FIGURES = next(block for page in PAGES for block in page.blocks if block.shape == "cards")


def figure(edition: Edition, name: str, top: float, base: float | None = None) -> Figure:
    value = top if base is None else top / base
    cell = Cell(top, base, value, "shown", None, None)
    one = look_up(edition, name, YEAR, WHOLE, "all", "")
    return replace(one, cell=cell, margin=0)


def texts(now: Figure, before: Figure) -> list[str]:
    return difference_texts(Pair(now, before), "fr")


def test_a_share_changes_in_number_and_in_points(known: dict[str, Edition]) -> None:
    edition = known["internal"]
    before = figure(edition, RATE, 25, 100)

    def changed(top: float, base: float) -> list[str]:
        return texts(figure(edition, RATE, top, base), before)

    assert changed(30, 100) == ["+5", "+5,0 points", say("fr", "change_rise")]
    assert changed(20, 100) == [f"{MINUS}5", f"{MINUS}5,0 points", say("fr", "change_fall")]
    assert changed(54, 200) == ["+29", "+2,0 points", say("fr", "change_stable")]


def test_a_number_changes_by_percent_of_the_earlier_one(known: dict[str, Edition]) -> None:
    edition = known["internal"]

    def changed(now: float, before: float) -> list[str]:
        return texts(figure(edition, PEOPLE, now), figure(edition, PEOPLE, before))

    assert changed(105, 100) == ["+5", "–", say("fr", "change_stable")]
    assert changed(106, 100) == ["+6", "–", say("fr", "change_rise")]
    assert changed(94, 100) == [f"{MINUS}6", "–", say("fr", "change_fall")]
    assert changed(1, 0) == ["+1", "–", say("fr", "change_rise")]


def test_what_rounding_may_explain_is_neither_rise_nor_fall(known: dict[str, Edition]) -> None:
    edition = known["public"]

    def said(name: str, now: Sequence[float], before: Sequence[float], margin: float = 2) -> str:
        pair = (replace(figure(edition, name, *one), margin=margin) for one in (now, before))
        return verdict(Pair(*pair))

    assert said(RATE, (15, 50), (10, 50)) == "rounding"
    assert said(RATE, (300, 1000), (200, 1000)) == "rise"
    assert said(PEOPLE, [25], [20]) == "rise"
    assert said(PEOPLE, [25], [20], margin=3) == "rounding"


@pytest.mark.parametrize("status", ["masked", "unknown", "not_applicable", None])
def test_nothing_is_said_unless_both_are_shown(
    known: dict[str, Edition], status: str | None
) -> None:
    there = figure(known["internal"], RATE, 30, 100)
    # Even if the cell held numbers, a mask is a mask.
    hidden = replace(there, cell=Cell(25, 100, 0.25, status, None, None) if status else None)
    for pair in ((there, hidden), (hidden, there)):
        assert texts(*pair) == ["–", "–", say("fr", "change_unknown")]


def test_stable_is_what_the_warehouse_calls_stable() -> None:
    known = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))["vars"]
    assert known["stable_within_points"] == STABLE_WITHIN_POINTS
    assert known["stable_within_percent"] == STABLE_WITHIN_PERCENT


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("place", [WHOLE, ROUEN, PARIS])
def test_the_years_are_those_of_the_edition(
    known: dict[str, Edition], audience: str, place: str
) -> None:
    edition = known[audience]
    block = replace(KEY_FIGURES, years="one")
    found = since_year(block, 2022, Choice(YEAR, place, "all"), edition, "fr")
    header, rows = found.table
    assert (say("fr", "margin", 4) in " ".join(header)) == (audience == "public")
    assert len(header) == (6 if place == WHOLE else 7)
    assert len(rows) == sum(found.counts.values())
    label = label_of(edition.indicators[PEOPLE], "fr")
    [row] = [row for row in rows if row[0] == label]
    cells = [edition.cell(PEOPLE, year, place, "all", "") for year in (2022, YEAR)]
    assert cells[0] and cells[1] and cells[0].value and cells[1].value
    assert row[3].replace("\u202f", "") == f"+{cells[1].value - cells[0].value:.0f}"
    for one in rows:
        hidden = not all(re.match(r"[\d\u202f]", text) for text in one[1:3])
        assert (one[5] == say("fr", "change_unknown")) == hidden, one
        assert not hidden or one[3:5] == ["–", "–"]


def test_a_year_before_joining_has_no_difference(known: dict[str, Edition]) -> None:
    edition = known["internal"]
    block = Block("b", (Measure(PEOPLE, "%"),), shape="cards")
    found = since_year(block, 2020, Choice(YEAR, ROUEN, "all"), edition, "fr")
    [row] = found.table[1]
    assert row[1] == say("fr", "mark_before_joining")
    assert row[3:6] == ["–", "–", say("fr", "change_unknown")]
    nowhere = since_year(
        Block("b", (Measure("no.such", "%"),), shape="cards"),
        2020,
        Choice(YEAR, ROUEN, "all"),
        edition,
        "fr",
    )
    assert nowhere.table[1] == []


def test_of_an_open_list_a_place_has_its_own_figures(known: dict[str, Edition]) -> None:
    edition, name = known["internal"], "partners.partner_actions"
    block = Block("b", (Measure(name, "%"),), shape="cards")
    rows = since_year(block, 2023, Choice(YEAR, ROUEN, "all"), edition, "fr").table[1]
    own = {
        measure_label(edition, name, breakdown, "fr").replace(" · ", " – "): cell.value
        for (indicator_id, year, breakdown), cell in edition.cells_of(ROUEN, "all").items()
        if (indicator_id, year) == (name, YEAR)
    }
    assert len(rows) > 10
    for label, _, now, *_ in rows:
        assert now.replace("\u202f", "") == f"{own[label]:.0f}", label


@pytest.fixture(scope="module")
def two_editions(editions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The editions, and one before them that showed other figures."""
    folder = tmp_path_factory.mktemp("two")
    current = read_pointer(editions)
    assert current
    for audience in AUDIENCES:
        for edition in (current.edition, BEFORE):
            file = edition_file(folder, edition, audience)
            shutil.copy(edition_file(editions, current.edition, audience), file)
            file.chmod(0o600)
        with duckdb.connect(edition_file(folder, current.edition, audience)) as connection:
            connection.execute("update edition set previous_edition_id = ?", [BEFORE])
        with duckdb.connect(edition_file(folder, BEFORE, audience)) as connection:
            connection.execute(
                "update edition set edition_id = ?, published_at = ?",
                [BEFORE, datetime(2026, 3, 1)],
            )
            connection.execute(
                f"""delete from mart_indicators where indicator_id = '{LASTING_JOB}'
                and breakdown = 'emploi_durable' and reporting_year = {YEAR}"""
            )
            connection.execute(
                f"""update mart_indicators set numerator = numerator + 10,
                value = (numerator + 10) / denominator
                where indicator_id = '{RATE}' and status = 'shown' and denominator > 0"""
            )
            connection.execute(
                f"""insert into mart_indicators
                select * replace ('was there' as breakdown) from mart_indicators
                where indicator_id = '{LASTING_JOB}' and breakdown = 'total'"""
            )
    pointer = {"edition": current.edition, "checksums": {}}
    (folder / "current.json").write_text(json.dumps(pointer))
    return folder


def changes_of(edition: Edition, place: str) -> dict[int, Changes]:
    before = earlier(edition, place, "all")
    assert before and before.edition_id == BEFORE
    return since_edition(before, Choice(YEAR, place, "all"), edition, "fr")


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("place", [WHOLE, ROUEN])
def test_new_changed_and_gone_figures_of_an_edition(
    two_editions: Path, monkeypatch: pytest.MonkeyPatch, audience: str, place: str
) -> None:
    monkeypatch.setenv("CVG_EDITIONS", str(two_editions))
    edition = read_edition(audience)
    found = changes_of(edition, place)
    rows = {(row[0].split(" – ")[-1], row[1]): row for row in found[YEAR].table[1]}
    gone, new = say("fr", "change_gone"), say("fr", "change_new")
    assert rows.keys() == {
        ("was there", gone),
        ("Emploi durable", new),
        (label_of(edition.indicators[RATE], "fr"), say("fr", "change_changed")),
    }
    assert found[YEAR].counts == {"gone": 1, "new": 1, "changed": 1}
    assert rows["was there", gone][4:] == rows["Emploi durable", new][4:] == ["–", "–", "–"]
    [changed] = [row for row in found[YEAR].table[1] if row[4] != "–"]
    assert changed[4] == f"{MINUS}10"
    assert changed[5].startswith(MINUS) and "point" in changed[5]
    # What it showed of the years before a territory joined was nought, and is not gone.
    joined = edition.geographies[place].launch_year or 0
    assert all(found[year].counts["gone"] <= 1 for year in found if year < joined)


def test_each_figure_is_set_beside_the_edition_that_it_is_from(
    two_editions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CVG_EDITIONS", str(two_editions))
    public, internal = read_edition("public"), read_edition("internal")
    mixed = with_own(public, internal, {ROUEN})
    for place, like in ((ROUEN, internal), (PARIS, public), (WHOLE, public)):
        here, there = earlier(mixed, place, "all"), earlier(like, place, "all")
        assert here and there and here.cells == there.cells
    own = changes_of(mixed, ROUEN)[YEAR]
    assert own.table == changes_of(internal, ROUEN)[YEAR].table


def test_no_edition_before_or_none_that_is_kept(
    known: dict[str, Edition], two_editions: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = replace(known["public"], about={"previous_edition_id": None})
    assert earlier(first, WHOLE, "all") is None
    monkeypatch.setenv("CVG_EDITIONS", str(two_editions))
    edition = read_edition("public")
    monkeypatch.setenv("CVG_EDITIONS", str(tmp_path))
    assert earlier(edition, WHOLE, "all") is None
    edition_file(tmp_path, BEFORE, "public").write_bytes(b"no database")
    assert earlier(edition, WHOLE, "all") is None


@pytest.fixture(scope="module", params=AUDIENCES)
def shown_to(
    request: pytest.FixtureRequest, two_editions: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The viewer for each audience, with an edition before the current one."""
    home = tmp_path_factory.mktemp(request.param)
    with served(home, CVG_EDITIONS=two_editions, CVG_AUDIENCE=request.param) as running:
        yield running


def test_what_changed_is_one_click_away_and_can_be_taken_away(shown_to: Served, page: Page) -> None:
    page.goto(f"{shown_to.address}/?territoire={ROUEN}")
    finished(page)
    page.get_by_role("link", name="Ce qui a changé").click()
    expect(page.locator("h2").first).to_have_text("De 2023 à 2024")
    finished(page)
    expect(page.locator(".table-box").first).to_contain_text("Rouen 2023")
    page.get_by_role("combobox", name="Comparer à l'année").click()
    page.get_by_role("option", name="2022").click()
    expect(page.locator("h2").first).to_have_text("De 2022 à 2024")
    expect(page).to_have_url(re.compile(f"territoire={ROUEN}.*depuis=2022"))
    main = page.get_by_test_id("stMain")
    expect(main).to_contain_text("D'une période à l'autre")
    expect(main).to_contain_text("Depuis l'édition du 1er mars 2026")
    expect(page.locator(".table-box").last).to_contain_text("was there")
    expect(main).not_to_contain_text("L'édition précédente arrondissait")
    page.get_by_role("button", name="Emporter").last.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    name = download.value.suggested_filename
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert {line["changement"] for line in lines} >= {"nouveau", "n'est plus affiché", "changé"}
    with page.expect_download() as download:
        page.get_by_role("button", name=say("fr", "page_pdf")).click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    audience = "édition interne" if "-interne-" in name else "édition publique"
    assert all(line["destinataires"].startswith(audience) for line in lines)


def test_the_oldest_year_has_none_before_it(shown_to: Served, page: Page) -> None:
    page.goto(f"{shown_to.address}/changements?annee=2020")
    finished(page)
    expect(page.get_by_test_id("stMain")).to_contain_text("n'a pas d'année avant 2020")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_the_first_edition_says_that_it_is(viewer: Served, page: Page) -> None:
    page.goto(f"{viewer.address}/changements")
    finished(page)
    expect(page.get_by_test_id("stMain")).to_contain_text("C'est la première édition")
