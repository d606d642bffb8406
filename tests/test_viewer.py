"""The viewer: what it says of a figure, and every page in a real browser."""

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest
import vl_convert
from dashboards.pages import PAGES
from playwright.sync_api import Browser, Page, expect
from tests.support.serving import SHOWN, Served, finished, served

from conftest import read_rows
from cvg_warehouse.formats import number
from cvg_warehouse.paths import PROJECT, REFERENCE_SEEDS
from cvg_warehouse.publication.editions.pointer import edition_file, read_pointer
from cvg_warehouse.reading import charts, export, tables
from cvg_warehouse.reading.blocks import Block, Choice
from cvg_warehouse.reading.charts.tiles import PLACES, TILE
from cvg_warehouse.reading.data import (
    WHOLE,
    Base,
    Cell,
    Edition,
    Indicator,
    Measure,
    Theme,
)
from cvg_warehouse.reading.figures import (
    Figure,
    interval_text,
    parts_text,
    value_text,
    written,
)
from cvg_warehouse.reading.grids import Grid, Head, grids
from cvg_warehouse.reading.items import item_grids
from cvg_warehouse.reading.lists import reconciliation_table, reference_table
from cvg_warehouse.reading.texts import (
    LANGUAGES,
    TEXTS,
    Language,
    say,
)
from cvg_warehouse.reading.workbooks import lines_workbook

THIN = "\u202f"
ROUEN, YEAR = "08-Rouen", 2024
LASTING_JOB = ("exits.job_or_training", "emploi_durable")
SHARE = Indicator(
    indicator_id="exits.neutral",
    theme=Theme("exits", "Sorties", "Exits"),
    unit="share",
    statistic="share",
    counting_unit="people",
    breakdown=None,
    base=Base("EXITED", "personnes <sorties>", "people who <exited>"),
    label_fr="Sorties <neutres>",
    label_en="Neutral <exits>",
    numerator_definition="neutral",
    denominator_definition="base EXITED",
    numerator_definition_fr="neutres",
    denominator_definition_fr="base EXITED",
    published_in=None,
    rule_model="ind_exits",
)
CODE = [
    *(PROJECT / "dashboards").glob("*.py"),
    *(PROJECT / "src" / "cvg_warehouse" / "reading").rglob("*.py"),
    *(PROJECT / "src" / "cvg_warehouse" / "reading").rglob("*.html"),
]
NO_FIGURE = {"masked", "unknown", "not_applicable"}


def figure(status: str = "shown", value: float | None = 0.5, people: float = 40) -> Figure:
    cell = Cell(None if value is None else value * people, people, value, status, 0.35, 0.65)
    return Figure(SHARE, YEAR, ROUEN, "all", "", cell)


def grid_of(*figures: Figure, label: str = "Rouen") -> Grid:
    heads = tuple(Head(f"{label} {position}", ROUEN, YEAR) for position in range(len(figures)))
    rows = tuple((one,) for one in figures)
    column = (Head("Part", None, YEAR),)
    return Grid("a", "Titre", "Filtres", "bars", "Lieu", heads, column, rows, WHOLE, YEAR)


@pytest.mark.parametrize(
    ("value", "unit", "french", "english"),
    [
        (0.2135, "share", f"21,4{THIN}%", "21.4%"),
        (12.345, "share", f"1{THIN}234,5{THIN}%", "1,234.5%"),
        (0.0, "share", f"0,0{THIN}%", "0.0%"),
        (1234567.0, "people", f"1{THIN}234{THIN}567", "1,234,567"),
        (17.31, "months", "17,3\u00a0mois", "17.3\u00a0months"),
    ],
)
def test_numbers_are_written_as_in_the_language(
    value: float, unit: str, french: str, english: str
) -> None:
    assert written(value, unit, "fr") == french
    assert written(value, unit, "en") == english


def test_a_negative_number_has_a_minus_and_not_a_hyphen() -> None:
    assert number(-2.5, 1, "fr") == "\u22122,5"


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_there_is_no_value_can_be_told_apart(language: Language) -> None:
    marks = [value_text(figure(status, None), language) for status in sorted(NO_FIGURE)]
    marks.append(value_text(Figure(SHARE, YEAR, ROUEN, "all", "", None), language))
    marks.append(value_text(figure(value=0.0), language))
    assert len(set(marks)) == 5


def test_a_figure_says_what_it_is_made_of() -> None:
    assert parts_text(figure(), "fr") == "20 sur 40"
    assert parts_text(figure("masked", None), "fr") == "base 40"
    assert parts_text(figure("not_applicable", None, people=0), "fr") == ""


def test_only_a_rate_of_few_people_has_an_interval() -> None:
    assert interval_text(figure(people=99), "fr") == f"[35,0{THIN}% ; 65,0{THIN}%]"
    assert interval_text(figure(people=100), "fr") == ""
    assert interval_text(figure("masked", None), "fr") == ""


def test_every_text_is_there_in_both_languages_with_the_same_places() -> None:
    for key, texts in TEXTS.items():
        assert texts.keys() == set(LANGUAGES), key
        places = [set(re.findall(r"\{\d\}", texts[language])) for language in LANGUAGES]
        assert places[0] == places[1], key


def test_every_text_that_the_code_names_is_there() -> None:
    code = "".join(file.read_text() for file in CODE)
    named = set(re.findall(r'(?:say\((?:\w+\.)?language|view\.say)\(?,? ?"(\w+)"', code))
    keys = {key for key in named if not key.endswith("_")}
    assert len(keys) > 50
    assert keys <= TEXTS.keys()
    pages = {f"{kind}_{page.key}" for page in PAGES for kind in ("page", "lead")}
    titles = {block.title for page in PAGES for block in page.blocks if block.title}
    groups = {page.group for page in PAGES if page.group}
    assert pages | titles | groups <= TEXTS.keys()


def test_every_text_is_used() -> None:
    code = "".join(file.read_text() for file in [*CODE, PROJECT / "dashboards" / "pages.toml"])
    named = set(re.findall(r"""["'](\w+)["']""", code))
    beginnings = tuple(name for name in named if name.endswith("_") and name != "_")
    assert {key for key in TEXTS if key not in named and not key.startswith(beginnings)} == set()


def test_all_of_the_catalogue_is_said_in_both_languages() -> None:
    themes, bases, catalogue = (
        {next(iter(row.values())): row for row in read_rows(REFERENCE_SEEDS / f"{seed}.csv")}
        for seed in ("themes", "bases", "indicators")
    )
    for row in (*themes.values(), *bases.values(), *catalogue.values()):
        assert row["label_fr"] and row["label_en"], row
    for row in catalogue.values():
        assert bool(row["denominator_fr"]) == bool(row["denominator"])
        assert row["theme"] in themes
        assert row["base"] in ("", *bases)
        for key in ("unit_name_" + row["unit"], "counted_" + row["counting_unit"]):
            assert key in TEXTS


def test_every_territory_has_a_tile_of_its_own() -> None:
    territories = {row["territory_id"] for row in read_rows(REFERENCE_SEEDS / "territories.csv")}
    assert PLACES.keys() == territories
    assert len(set(PLACES.values())) == len(territories)


def test_an_unknown_territory_gets_a_tile_below() -> None:
    row = Head("Mars", "14-Mars", YEAR)
    grid = grid_of(figure())
    with_mars = Grid(**{**vars(grid), "shape": "tiles", "rows": (row,)})
    tiles = charts.chart(with_mars, "fr")["layer"][0]["data"]["values"]
    lowest = max(line for _, line in PLACES.values())
    assert [tile["name"] for tile in tiles] == [["Mars"]]
    assert tiles[0]["y"] == (lowest + 1) * TILE


HOSTILE = "<script>alert(1)</script>\"><b onclick='x'>&amp;"


def test_no_text_of_the_data_is_taken_for_html(edition: Edition) -> None:
    hostile = replace(
        SHARE,
        label_fr=HOSTILE,
        base=Base("EXITED", HOSTILE, HOSTILE),
        numerator_definition_fr=HOSTILE,
        denominator_definition_fr=HOSTILE,
        published_in=HOSTILE,
        rule_model=HOSTILE,
    )
    other_base = replace(hostile, base=Base("OTHER", HOSTILE + "2", HOSTILE))
    figures = [replace(figure(), indicator=one) for one in (hostile, other_base)]
    grid = replace(grid_of(*figures, label=HOSTILE), title=HOSTILE, filters=HOSTILE, corner=HOSTILE)
    lines = replace(grid, shape="lines")
    key_figures = replace(grid, shape="cards", columns=(Head(HOSTILE, WHOLE, YEAR),))
    named = replace(edition, edition_id=HOSTILE, code_version=HOSTILE)
    made = [
        tables.grid_table(grid, "fr"),
        tables.cards(key_figures, "fr"),
        tables.headline(lines, "fr"),
        tables.key_figures(grid, "fr"),
        tables.explanation(grid, HOSTILE, HOSTILE, "fr"),
        tables.dictionary([hostile], edition, HOSTILE, "fr"),
        tables.plain_table(HOSTILE, ([HOSTILE], [[HOSTILE, HOSTILE]]), "fr"),
        tables.edition_line(named, HOSTILE, "fr"),
        tables.contents([(HOSTILE, HOSTILE)], "fr"),
        tables.chosen([HOSTILE], "fr"),
        tables.folds(grid, HOSTILE, HOSTILE, "fr", with_table=True),
        tables.note(HOSTILE),
    ]
    for html in made:
        assert "alert(1)" in html
        assert "<script" not in html and "<b onclick" not in html and '">&lt;b' not in html
        assert "&amp;amp;" in html
    # Text that is joined to a part of a page is escaped too.
    assert "<i>" not in tables.note("") + "<i>"


def test_a_table_can_be_read_by_ear() -> None:
    made = tables.grid_table(grid_of(figure(), figure("masked", None)), "fr")
    assert made.count('<th scope="row">') == 2
    assert made.count('<th scope="col">') == 2
    assert "<caption><span>Titre" in made
    assert 'role="region" tabindex="0" aria-label="' in made
    assert made.count("secret statistique") == 2


def test_no_spreadsheet_takes_a_text_for_a_formula() -> None:
    texts = ["=1+1", "+1", "-1", "@A1", "\tx", "\rx", "plain"]
    lines: list[list[export.Value]] = [list(texts), [-0.5, 3.0, None, 0.1]]
    text = export.csv_bytes(lines).decode("utf-8-sig")
    first, second = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert first == ["'" + text for text in texts[:-1]] + ["plain"]
    assert second == ["-0,5", "3", "", "0,1"]
    book = openpyxl.load_workbook(io.BytesIO(lines_workbook(lines, [["a", "=b"]], "fr")))
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert [cell.value for cell in book["Données"][2] if cell.value is not None] == [-0.5, 3, 0.1]


# --- Against published editions ---


@pytest.fixture(scope="module")
def edition(known: dict[str, Edition]) -> Edition:
    return known["public"]


def query(editions: Path, sql: str) -> list[tuple]:
    file = edition_file(editions, read_pointer(editions).edition, "public")
    with duckdb.connect(file, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_every_figure_is_the_one_that_the_edition_holds(editions: Path, edition: Edition) -> None:
    rows = query(editions, "select * from mart_indicators")
    names = ("numerator", "denominator", "value", "status")
    for indicator, year, place, population, breakdown, *figures in rows:
        cell = edition.cell(indicator, year, place, population, breakdown)
        assert cell
        assert [getattr(cell, name) for name in names] == figures


def test_labels_and_rules_are_those_that_the_edition_holds(edition: Edition) -> None:
    models = {file.stem: file.read_text() for file in (PROJECT / "models").rglob("ind_*.sql")}
    for name, indicator in edition.indicators.items():
        rule = models[indicator.rule_model]
        assert name.replace(".", "__") in rule or f"'{name}'" in rule, name
        for labelled in filter(None, (indicator, indicator.theme, indicator.base)):
            assert labelled.label_fr and labelled.label_en, name
        assert edition.themes[indicator.theme.theme] is indicator.theme
    used = {measure.indicator_id for page in PAGES for b in page.blocks for measure in b.measures}
    assert used <= edition.indicators.keys()


def test_every_printed_figure_says_in_both_languages_what_it_counts(edition: Edition) -> None:
    found = edition.reconciliation
    tables_of_text = [reconciliation_table(found, edition, language) for language in LANGUAGES]
    for row, *lines in zip(found, *(rows for _, rows in tables_of_text), strict=True):
        french, english = (line[1] for line in lines)
        assert french and english, row["figure_id"]
        if row["table_id"] is None:
            assert (french, english) == (row["label_fr"], row["measure"])
    places = {line[2] for line in tables_of_text[0][1]}
    assert "Ensemble des territoires" in places and ROUEN not in places
    assert {line[-1] for line in tables_of_text[0][1]} == {"Bilan 2024"}


def test_years_without_data_are_not_offered(edition: Edition) -> None:
    """A masked cell, a nought and a year after the edition make no year."""
    shown = {
        2019: Cell(0.0, 40, 0.0, "shown", None, None),
        2021: Cell(20, 40, 0.5, "shown", None, None),
        2022: Cell(None, None, None, "masked", None, None),
        2023: Cell(20, 40, 0.5, "shown", None, None),
        edition.published_at.year + 1: Cell(1, 1, 1.0, "shown", None, None),
    }
    cells = {ROUEN: {("public.women", "all", year): {"": cell} for year, cell in shown.items()}}
    assert replace(edition, _cells=cells).years == (2023, 2021)
    assert edition.years == (2024, 2023, 2022, 2021, 2020)


@pytest.mark.parametrize("place", [WHOLE, ROUEN])
def test_every_item_of_the_bilan_has_a_chart_and_a_table(
    editions: Path, edition: Edition, place: str
) -> None:
    published = query(
        editions,
        """select distinct item, indicator_id from report_item_indicators as items
        semi join mart_indicators as cells
        on items.indicator_id = cells.indicator_id and cells.breakdown like breakdown_pattern
        union select distinct item, indicator_id from report_item_terms as terms
        semi join mart_indicators as cells on terms.indicator_id = cells.indicator_id""",
    )
    assert list(edition.report_items) == list(range(1, 105))
    for item in edition.report_items.values():
        if item.reference_seed:
            _, rows = reference_table(item.reference_seed, edition, "fr")
            seed = read_rows(REFERENCE_SEEDS / f"{item.reference_seed}.csv")
            assert {row[0] for row in rows} == {next(iter(row.values())) for row in seed}
            continue
        made = item_grids(item, Choice(YEAR, place, "all"), edition, "fr")
        figures = [cell for grid in made for cell in grid.cells]
        known = {name for number, name in published if number == item.item}
        assert known <= {cell.indicator.indicator_id for cell in figures} <= item.indicator_ids
        for grid in made:
            shown = any(cell.value is not None for cell in grid.cells)
            spec = charts.chart(grid, "fr")
            is_text = grid.shape in ("table", "figures")
            assert bool(spec) or is_text or not shown or charts.without_whole(grid), item.item
            assert tables.grid_table(grid, "fr").count("<tr") == 1 + len(grid.rows)


def test_every_kind_of_chart_is_drawn_without_a_network(edition: Edition) -> None:
    choice = Choice(YEAR, WHOLE, "all")
    drawn = {}
    for page in PAGES:
        for block in page.blocks:
            for grid in grids(block, choice, edition, "fr"):
                if charts.chart(grid, "fr"):
                    drawn[grid.shape] = grid
    places = Block("p", (Measure("public.women", "%"),), places="territories", shape="tiles")
    bands = Block("p", (Measure("public.age_band", "%"),), places="territories")
    for block in (places, bands):
        drawn |= {grid.shape: grid for grid in grids(block, choice, edition, "fr")}
    assert drawn.keys() >= {"lines", "bars", "matrix", "stacked", "tiles"}
    for grid in drawn.values():
        picture = export.image(grid, "Source", "https://example.org", "svg", "fr").decode()
        assert picture.startswith("<svg")
        assert grid.title.split()[0] in picture
        assert export.image(grid, "Source", "https://example.org", "png", "fr").startswith(
            b"\x89PNG"
        )


def test_the_flow_draws_what_the_figures_say() -> None:
    groups = ("rue", "logement")
    counts = ((3.0, 5.0), (0.0, None))
    rows = tuple(
        tuple(
            Figure(SHARE, YEAR, WHOLE, "all", "", Cell(n, None, n, "shown", None, None))
            for n in line
        )
        for line in counts
    )
    heads = tuple(Head(name) for name in groups)
    grid = Grid("f", "T", "F", "flow", "", heads, heads, rows, WHOLE, YEAR)
    spec = charts.chart(grid, "fr")
    bands = spec["layer"][0]["data"]["values"]
    thick = {band["band"]: round(band["y2"] - band["y"]) for band in bands}
    assert thick == {"0-0": 158, "0-1": 262}
    vl_convert.vegalite_to_vega(spec)


# --- In a real browser ---

SIZES = {"desktop": (1280, 900), "phone": (320, 700)}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(accept_downloads=True) as context:
        yield context.new_page()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_whole_in_both_languages(
    viewer: Served, browser: Browser, language: Language, size: str
) -> None:
    width, height = SIZES[size]
    asked: set[str] = set()
    broken: list[str] = []
    with browser.new_context(viewport={"width": width, "height": height}) as context:
        page = context.new_page()
        page.on("request", lambda request: asked.add(request.url))
        page.on("pageerror", lambda error: broken.append(str(error)))
        for one in PAGES:
            page.goto(f"{viewer.address}/{one.path}?territoire={ROUEN}&langue={language}")
            finished(page)
            expect(page.locator("h1")).to_have_text(say(language, "page_" + one.key))
            assert page.evaluate("document.documentElement.lang") == language
            assert page.get_by_test_id("stException").count() == 0
            without_figures = one.key in ("accessibility", "search")
            assert page.locator("h2").count() >= 1 or without_figures
            tables_or_cards = page.locator(".table-box table, .cards, .how dl")
            assert tables_or_cards.count() >= 1 or without_figures
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            main = page.get_by_test_id("stMain")
            assert main.evaluate("box => box.scrollWidth - box.clientWidth") <= 0, one.key
            text = main.inner_text()
            assert "None" not in text and "nan" not in text.split()
            charts_drawn = page.get_by_test_id("stVegaLiteChart")
            for chart in charts_drawn.all():
                expect(chart.locator("svg, canvas").first).to_be_attached(timeout=SHOWN)
    assert broken == []
    own = (viewer.address, "data:", "blob:")
    assert {address for address in asked if not address.startswith(own)} == set()


def test_how_exits_to_lasting_jobs_went_in_rouen(
    viewer: Served, page: Page, editions: Path
) -> None:
    page.goto(f"{viewer.address}/sorties?territoire={ROUEN}")
    finished(page)
    expect(page.locator("h2").first).to_contain_text("emploi durable")
    headline = page.locator(".cards").first.inner_text()
    indicator, value = LASTING_JOB
    for place in (ROUEN, WHOLE):
        [(numerator, denominator, share)] = query(
            editions,
            f"""select numerator, denominator, value from mart_indicators where indicator_id =
            '{indicator}' and breakdown = '{value}' and population = 'all'
            and reporting_year = {YEAR} and geography_id = '{place}'""",
        )
        # Counts within 2 of the true ones give a whole percent, or a tenth where they are many.
        decimals = 1 if 2 * 2 / denominator < 0.005 else 0
        assert written(share, "share", "fr", decimals) in headline
        assert f"env. {number(numerator, 0, 'fr')} sur {number(denominator, 0, 'fr')}" in headline
    page.get_by_text("Tableau et légende").first.click()
    years = page.locator(".table-box").first.locator("tbody th")
    assert years.all_inner_texts() == ["2020", "2021", "2022", "2023", "2024"]
    described = page.locator("[role=graphics-document]").first.get_attribute("aria-label")
    assert described.startswith("Courbes : Sorties en emploi durable")
    assert f"{YEAR} Rouen : " in described
    page.get_by_text("Définition", exact=True).first.click()
    expect(page.get_by_text("ind_exits").first).to_be_visible()


def test_filters_are_kept_from_page_to_page_and_in_the_address(viewer: Served, page: Page) -> None:
    page.goto(f"{viewer.address}/sorties?territoire={ROUEN}&annee=2023")
    finished(page)
    page.get_by_role("link", name="Logement").click()
    expect(page.locator("h1")).to_have_text("Logement", timeout=SHOWN)
    finished(page)
    expect(page).to_have_url(re.compile(rf"/logement\?annee=2023&territoire={ROUEN}"))
    assert "Rouen" in page.locator(".filters").first.inner_text()
    page.get_by_text("English", exact=True).click()
    expect(page.locator("h1")).to_have_text("Housing", timeout=SHOWN)
    expect(page).to_have_url(re.compile(rf"territoire={ROUEN}.*langue=en"))
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_value_that_is_not_known_falls_back_and_says_so(viewer: Served, page: Page) -> None:
    unknown = "annee=1999&territoire=99-Mars&population=none&langue=de&indicateur=no.such"
    page.goto(f"{viewer.address}/sorties?{unknown}")
    finished(page)
    notices = " ".join(page.locator(".notice").all_inner_texts())
    for value in ("1999", "99-Mars", "none", "de", "no.such"):
        assert f"« {value} »" in notices
    assert str(YEAR) in page.locator(".card").first.inner_text()


def test_an_unknown_address_leads_to_the_overview(viewer: Served, page: Page) -> None:
    page.goto(f"{viewer.address}/nulle-part?territoire={ROUEN}")
    finished(page)
    expect(page.locator("h1")).to_have_text("Aperçu")
    expect(page.locator(".notice").first).to_contain_text("aucune page")
    assert page.get_by_role("dialog").count() == 0
    assert page.get_by_text("Page not found").count() == 0


def test_what_an_edition_does_not_publish_is_named(
    viewer: Served, page: Page, edition: Edition
) -> None:
    assert "housing.transition" not in edition.breakdowns
    page.goto(f"{viewer.address}/logement")
    finished(page)
    label = edition.indicators["housing.transition"].label_fr
    said = page.get_by_text("Cette édition ne publie pas, pour que personne")
    expect(said).to_contain_text(label)


def test_an_empty_choice_says_what_to_do(viewer: Served, page: Page) -> None:
    page.goto(f"{viewer.address}/sorties?indicateur=public.women")
    finished(page)
    page.get_by_role("button", name="Afficher tous les indicateurs").click()
    expect(page.locator("h2").first).to_contain_text("emploi durable", timeout=SHOWN)


def test_what_is_taken_away_is_what_the_edition_holds(
    viewer: Served, page: Page, editions: Path, edition: Edition
) -> None:
    page.goto(f"{viewer.address}/sorties?territoire={ROUEN}")
    finished(page)
    page.get_by_role("button", name="Emporter").first.click()
    files = {}
    for kind, name in {"csv": "CSV", "xlsx": "Excel (XLSX)", "png": "Image PNG"}.items():
        with page.expect_download(timeout=SHOWN) as download:
            page.get_by_role("button", name=name, exact=True).click()
        assert download.value.suggested_filename.endswith("." + kind)
        files[kind] = Path(download.value.path()).read_bytes()
    indicator, value = LASTING_JOB
    held = {
        (year, place): figures
        for year, place, *figures in query(
            editions,
            f"""select reporting_year, geography_id, status, value, numerator, denominator
            from mart_indicators where indicator_id = '{indicator}' and breakdown = '{value}'
            and population = 'all' and geography_id in ('{ROUEN}', '{WHOLE}')""",
        )
    }
    assert files["csv"].startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(files["csv"].decode("utf-8-sig")), delimiter=";"))
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    header, *rows = book["Données"].iter_rows(values_only=True)
    assert len(lines) == len(rows) == 10
    for line, row in zip(lines, rows, strict=True):
        cells = dict(zip(header, row, strict=True))
        key = (int(line["année"]), line["territoire"])
        status, *figures = held.get(key, ("not_published", None, None, None))
        if key[1] == ROUEN and key[0] < edition.geographies[ROUEN].launch_year:
            status, *figures = "before_joining", None, None, None
        names = ("valeur", "numérateur", "dénominateur")
        assert line["statut"] == cells["statut"] == say("fr", "status_" + status)
        for name, held_figure in zip(names, figures, strict=True):
            read = float(line[name].replace(",", ".")) if line[name] else None
            assert read == held_figure
            # A workbook keeps fifteen digits.
            assert cells[name] == (held_figure and pytest.approx(held_figure, rel=1e-14))
        assert line["édition"] == read_pointer(editions).edition
    about = {row[0]: row[1] for row in book["À lire"].iter_rows(values_only=True)}
    assert about["Édition"] == read_pointer(editions).edition
    assert about["Titre"] == say("fr", "block_lasting_job")
    assert f"territoire={ROUEN}" in about["Lien vers cette vue"]
    assert files["png"].startswith(b"\x89PNG")
    link = page.get_by_test_id("stCode").last.inner_text()
    page.goto(link)
    finished(page)
    expect(page.locator("#emploi-durable")).to_be_in_viewport(timeout=SHOWN)


def test_an_item_of_the_bilan_has_an_address(viewer: Served, page: Page) -> None:
    page.goto(f"{viewer.address}/bilan?element=84")
    finished(page)
    expect(page.locator("h2").first).to_contain_text("Salariés accédant à un emploi")
    page.get_by_role("button", name="Suivant").click()
    expect(page.locator("h2").first).to_contain_text("n'accédant pas", timeout=SHOWN)
    expect(page).to_have_url(re.compile("element=85"))


def test_a_page_is_walked_by_keyboard(viewer: Served, page: Page) -> None:
    page.goto(f"{viewer.address}/sorties")
    finished(page)
    page.get_by_text("Tableau et légende").first.press("Enter")
    page.get_by_role("combobox").first.focus()
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                """() => { const at = document.activeElement;
                return at.classList.contains('table-box') ? 'table' : at.tagName.toLowerCase() }"""
            )
        )
    assert reached >= {"a", "summary", "input", "button", "table"}


@pytest.fixture
def own_editions(editions: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "editions"
    folder.mkdir()
    current = read_pointer(editions).edition
    for audience in ("public", "internal"):
        shutil.copy(edition_file(editions, current, audience), folder)
    return folder


def publish(folder: Path, current: str, edition: str) -> None:
    """Put another edition in place, as publication does: new files, then the pointer."""
    for audience in ("public", "internal"):
        file = edition_file(folder, edition, audience)
        if not file.exists():
            shutil.copy(edition_file(folder, current, audience), file)
            file.chmod(0o644)
            with duckdb.connect(file) as connection:
                connection.execute(
                    "update edition set edition_id = ?, published_at = ?",
                    [edition, datetime(2031, 2, 3)],
                )
    new = folder / "new.json"
    new.write_text(json.dumps({"edition": edition, "checksums": {}}))
    new.replace(folder / "current.json")


def test_a_new_edition_arrives_while_a_page_is_open(
    own_editions: Path, editions: Path, tmp_path: Path, page: Page
) -> None:
    current, other = read_pointer(editions).edition, "20310203T000000Z-0a1b2c3d"
    with served(tmp_path, CVG_EDITIONS=own_editions) as viewer:
        page.goto(f"{viewer.address}/sorties?territoire={ROUEN}")
        expect(page.get_by_text("Aucune édition à lire")).to_be_visible(timeout=SHOWN)
        publish(own_editions, current, current)
        line = page.locator(".edition")
        expect(line).to_have_attribute("title", re.compile(current), timeout=SHOWN)
        page.evaluate("window.stayed = true")
        publish(own_editions, current, other)
        expect(line).to_have_attribute("title", re.compile(other), timeout=SHOWN)
        expect(line).to_contain_text("3 février 2031")
        assert page.evaluate("window.stayed")
        assert "Rouen" in page.locator(".filters").first.inner_text()
