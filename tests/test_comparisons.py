"""With and without a partnership officer: the mart, the editions, the pages and the files."""

import csv
import io
import shutil
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from dashboards.pages import PAGES
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.proportion import confint_proportions_2indep

from conftest import Built
from cvg_warehouse.formats import number
from cvg_warehouse.paths import PROJECT
from cvg_warehouse.publication.editions.pointer import edition_file, read_pointer
from cvg_warehouse.publication.editions.verifying import faults_of
from cvg_warehouse.reading import charts, export, tables
from cvg_warehouse.reading.blocks import Choice, item_block
from cvg_warehouse.reading.comparisons import cautions, difference_text, pairs, ratio_text
from cvg_warehouse.reading.data import (
    EVERYBODY,
    WHOLE,
    Comparison,
    Edition,
    Estimate,
    with_own,
)
from cvg_warehouse.reading.figures import NOT_PUBLISHED
from cvg_warehouse.reading.grids import Grid, grids
from cvg_warehouse.reading.items import item_grids
from cvg_warehouse.reading.texts import LANGUAGES, Language, say
from cvg_warehouse.reading.workbooks import lines_workbook

ROUEN, YEAR = "08-Rouen", 2024
ITEM, ITEMS = 58, ("52", "58")
MODEL = "cvg.build/compiled/cvg_warehouse/models/marts/mart_officer_impact.sql"


def file_of(editions: Path, audience: str) -> Path:
    return edition_file(editions, read_pointer(editions).edition, audience)


def test_the_mart_is_the_same_to_the_last_bit_in_any_order_of_its_rows(built: Built) -> None:
    sql = (built.warehouse.parent / MODEL).read_text(encoding="utf-8")
    assert '"cvg"."main"."mart_indicators"' in sql
    found = set()
    for seed in range(6):
        with duckdb.connect() as connection:
            connection.execute("attach ':memory:' as cvg")
            connection.execute(f"attach '{built.warehouse}' as built (read_only)")
            for table in ("mart_indicators", "dim_geographies"):
                connection.execute(
                    f"create table cvg.main.{table} as from built.{table} "
                    f"order by hash({table}, {seed})"
                )
            connection.execute(f"set threads = {1 + seed % 2}")
            rows = connection.execute(f"select * from ({sql}) order by all").fetchall()
            found.add(tuple(rows))
    assert len(found) == 1 and len(found.pop()) > 100


def test_the_public_edition_says_what_its_own_cells_say(editions: Path) -> None:
    """Whoever has the shown rates can compute all of it: it gives nothing else away."""
    with duckdb.connect(file_of(editions, "public"), read_only=True) as connection:
        rows = connection.execute("""
            select impact.* exclude (indicator_id, reporting_year, geography_id, population),
                acted.numerator, acted.denominator, others.numerator, others.denominator
            from mart_officer_impact as impact
            inner join mart_indicators as acted
                using (indicator_id, reporting_year, geography_id, population)
            inner join mart_indicators as others
                using (indicator_id, reporting_year, geography_id, population)
            where acted.breakdown = 'with' and others.breakdown = 'without'
        """).fetchall()
        ((number,),) = connection.execute("select count(*) from mart_officer_impact").fetchall()
    assert len(rows) == number > 3
    for *said, reached, people, others_reached, others in rows:
        groups = (reached, people, others_reached, others)
        assert min(*groups) >= 10 and min(people - reached, others - others_reached) >= 5
        interval = confint_proportions_2indep(*groups, method="newcomb", compare="diff")
        table = Table2x2([[reached, people - reached], [others_reached, others - others_reached]])
        difference = reached / people - others_reached / others
        expected = [difference, *interval, table.riskratio, *table.riskratio_confint(0.05)]
        assert said[:6] == pytest.approx(expected)
        assert said[6:] == [None, None, None]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("update mart_officer_impact set adjusted_ratio = 1.2", "comparisons computed from counts"),
        ("update mart_officer_impact set ratio = ratio + 0.1", "comparisons that their two rates"),
        (
            "insert into mart_officer_impact by name select * replace ('08-Rouen' as geography_id)"
            " from mart_officer_impact where reporting_year = 2024",
            "comparisons that their two rates",
        ),
    ],
)
def test_a_public_edition_that_says_more_is_refused(
    editions: Path, tmp_path: Path, change: str, fault: str
) -> None:
    file = Path(shutil.copy(file_of(editions, "public"), tmp_path))
    edition = read_pointer(editions).edition
    assert faults_of(file, edition, "public") == []
    file.chmod(0o600)
    with duckdb.connect(file) as connection:
        connection.execute(change)
    assert any(fault in one for one in faults_of(file, edition, "public"))


def grids_of(edition: Edition, place: str, language: Language = "fr") -> list[Grid]:
    """Everything that the pages and the items show of an edition."""
    blocks = [block for page in PAGES for block in page.blocks]
    choice = Choice(YEAR, place, EVERYBODY)
    found = [grid for block in blocks for grid in grids(block, choice, edition, language)]
    for item in edition.report_items.values():
        if not item.reference_seed:
            found += item_grids(item, choice, edition, language)
    return found


@pytest.mark.parametrize("place", [WHOLE, ROUEN])
@pytest.mark.parametrize("audience", ["public", "internal"])
def test_two_groups_never_stand_beside_each_other_alone(
    known: dict[str, Edition], audience: str, place: str
) -> None:
    caution = say("fr", "comparison_caution")
    found = [grid for grid in grids_of(known[audience], place) if pairs(grid)]
    keys = {grid.key for grid in found}
    assert "avec-et-sans" in keys
    assert {key.split("-")[1] for key in keys if key.startswith("element")} == set(ITEMS)
    for grid in found:
        assert grid.shape == "groups"
        spec = charts.chart(grid, "fr")
        published = [pair for pair in pairs(grid) if pair.with_officer.status != NOT_PUBLISHED]
        assert spec and published and all(pair.comparison for pair in published)
        words = [row["text"] for layer in spec["layer"][2:] for row in layer["data"]["values"]]
        assert sum("points [" in text for text in words) == len(published)
        html = tables.comparison(grid, "fr")
        assert html.count("points [") == len(published)
        assert caution in html.unescape()
    # What is made of the two rates, as the Bilan's "20%", bears the caution too.
    texts = [grid for grid in grids_of(known[audience], place) if grid.shape == "figures"]
    assert len(texts) > 20
    warned = {grid.key for grid in texts if caution in cautions(grid, "fr")}
    assert {key.split("-")[1] for key in warned} == set(ITEMS)


def test_the_page_says_what_the_shipped_exports_give(built: Built) -> None:
    """As staff read it, in English: the rates in percent, the difference in points."""

    def group(row: dict[str, Any], name: str) -> str:
        reached, people = (number(row[f"{name}_{one}"], 0, "en") for one in ("reached", "people"))
        rate, low, high = (
            number(100 * row[f"{name}_rate{one}"], 1, "en") for one in ("", "_lower", "_upper")
        )
        return f"{reached} of {people}, {rate}% [{low}; {high}]"

    def estimate(row: dict[str, Any], name: str) -> Estimate:
        return Estimate(*(row[name + bound] for bound in ("", "_lower", "_upper")))

    page = (PROJECT / "docs" / "impact.md").read_text(encoding="utf-8")
    rows = built.rows(f"""
        select * from mart_officer_impact
        where reporting_year = {YEAR} and geography_id = '{WHOLE}' and population = '{EVERYBODY}'
    """)
    assert len(rows) == 2
    for row in rows:
        ratio, adjusted = estimate(row, "ratio"), estimate(row, "adjusted_ratio")
        compared = Comparison(estimate(row, "difference"), ratio, adjusted, True)
        cells = [
            group(row, "with"),
            group(row, "without"),
            difference_text(compared, "en"),
            ratio_text(ratio, "en"),
            ratio_text(adjusted, "en"),
        ]
        assert " | ".join(cells) in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_the_public_edition_says_that_it_leaves_the_adjusted_ratio_out(
    known: dict[str, Edition], language: Language
) -> None:
    left_out = say(language, "comparison_adjusted_not_published")
    adjusted = say(language, "comparison_adjusted")
    for audience, edition in known.items():
        (grid,) = grids(
            item_block(edition.report_items[ITEM]),
            Choice(YEAR, WHOLE, EVERYBODY),
            edition,
            language,
        )
        assert (left_out in cautions(grid, language)) == (audience == "public")
        assert (adjusted in tables.comparison(grid, language)) == (audience == "internal")


def test_where_a_rate_is_masked_there_is_no_difference(known: dict[str, Edition]) -> None:
    edition = known["public"]
    block = item_block(edition.report_items[ITEM])
    (grid,) = grids(block, Choice(2020, WHOLE, EVERYBODY), edition, "fr")
    assert [pair.comparison for pair in pairs(grid)] == [None]
    assert cautions(grid, "fr") == [
        say("fr", "comparison_caution"),
        say("fr", "comparison_absent"),
    ]
    assert "points [" not in tables.comparison(grid, "fr")


def test_staff_of_a_territory_see_its_comparison_and_no_other(known: dict[str, Edition]) -> None:
    edition = with_own(known["public"], known["internal"], {ROUEN})
    key = ("barriers.health_resolved_by_officer", YEAR, ROUEN, EVERYBODY)
    assert edition.comparisons[key] == known["internal"].comparisons[key]
    assert {place for _, _, place, _ in edition.comparisons} == {WHOLE, ROUEN}
    whole = (*key[:2], WHOLE, EVERYBODY)
    assert edition.comparisons[whole] == known["public"].comparisons[whole]


def test_what_is_taken_away_carries_the_comparison_and_its_caution(
    known: dict[str, Edition],
) -> None:
    edition = known["internal"]
    block = item_block(edition.report_items[ITEM])
    (grid,) = grids(block, Choice(YEAR, WHOLE, EVERYBODY), edition, "fr")
    compared = pairs(grid)[0].comparison
    assert compared and compared.adjusted
    lines = export.records([grid], edition, "fr")
    text = export.csv_bytes(lines).decode("utf-8-sig")
    caution = say("fr", "comparison_caution")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
    assert len(rows) == 2
    for row in rows:
        assert caution in row[say("fr", "column_comparison_note")]
        for name, estimate in {
            "difference": compared.difference,
            "adjusted": compared.adjusted,
        }.items():
            for part in ("value", "lower", "upper"):
                held = row[say("fr", f"column_comparison_{name}_{part}")]
                assert float(held.replace(",", ".")) == getattr(estimate, part)
    notes = export.notes(grid, edition, "https://example.org", "fr")
    book = openpyxl.load_workbook(io.BytesIO(lines_workbook(lines, notes, "fr")))
    about = [cell.value for row in book["À lire"] for cell in row]
    assert caution in about
    assert any("points [" in str(value) for value in about)
    picture = export.image(grid, "Source", "https://example.org", "svg", "fr").decode()
    assert caution.split(" : ")[0].replace("'", "&#39;") in picture or caution[:20] in picture
