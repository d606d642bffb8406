"""Figures that several cells make: sums, shares, differences, and what they are not made of."""

import pytest
from tests.support.terms import INDICATOR, term

from cvg_warehouse.reading.composed import Part, Where, composed, parts
from cvg_warehouse.reading.data import Cell, Edition, Term
from cvg_warehouse.reading.figures import Figure, value_text

PARTNERS = "partners.partner_actions"


@pytest.fixture(scope="module")
def edition(known: dict[str, Edition]) -> Edition:
    return known["internal"]


def shown(numerator: float, denominator: float) -> Cell:
    return Cell(numerator, denominator, numerator / denominator, "shown", 0.1, 0.9)


EMPTY = Cell(0, 0, None, "not_applicable", None, None)
UNKNOWN = Cell(0, 0, None, "unknown", None, None)
MASKED = Cell(None, 40, None, "masked", None, None)


def made_of(edition: Edition, *cells: Cell | None, kind: str = "share") -> Figure:
    """The share of some years together: a cell for each."""
    years = [
        Figure(edition.indicators[INDICATOR], 2020 + position, "Total", "all", "total", cell)
        for position, cell in enumerate(cells)
    ]
    sides = ("top", "bottom") if kind == "share" else ("top",)
    both = [Part(term(side, kind), figure) for side in sides for figure in years]
    return composed(both, edition)


def test_a_share_of_several_years_divides_their_sums(edition: Edition) -> None:
    figure = made_of(edition, shown(1, 10), shown(30, 50))
    assert figure.cell == Cell(31, 60, 31 / 60, "shown", None, None)
    assert figure.years == "2020–2021"


def test_a_single_cell_stays_as_it_is_with_its_interval(edition: Edition) -> None:
    cell = shown(3, 10)
    assert made_of(edition, cell).cell is cell
    assert made_of(edition, cell).years == 2020
    assert made_of(edition, cell, kind="count").cell == Cell(3, None, 3, "shown", None, None)


@pytest.mark.parametrize("nobody", [EMPTY, UNKNOWN])
def test_a_year_about_nobody_adds_nothing(edition: Edition, nobody: Cell) -> None:
    assert made_of(edition, nobody, shown(3, 10)).value == 0.3
    assert made_of(edition, nobody, nobody).status == nobody.status


@pytest.mark.parametrize("kind", ["share", "count"])
def test_nothing_is_made_of_a_masked_cell(edition: Edition, kind: str) -> None:
    figure = made_of(edition, shown(3, 10), MASKED, kind=kind)
    assert figure.cell == Cell(None, None, None, "masked", None, None)


def test_nothing_is_made_of_a_cell_that_is_not_published(edition: Edition) -> None:
    assert made_of(edition, shown(3, 10), None).status == "not_published"


def test_a_difference_of_two_shares_is_in_points(edition: Edition) -> None:
    both = [
        Part(
            term(kind="points", coefficient=coefficient, counted="value"),
            Figure(edition.indicators[INDICATOR], year, "Total", "all", "total", cell),
        )
        for coefficient, year, cell in ((1, 2024, shown(5, 10)), (-1, 2023, shown(6, 10)))
    ]
    figure = composed(both, edition)
    assert value_text(figure, "fr") == "\u221210,0\u00a0points"
    empty = [both[0], Part(both[1].term, Figure(**{**vars(both[1].figure), "cell": EMPTY}))]
    assert composed(empty, edition).status == "not_applicable"


def test_what_did_not_occur_is_nought_where_the_list_is_open(edition: Edition) -> None:
    nobody = Term(
        **{
            **{name: getattr(term(kind="count"), name) for name in Term.__slots__},
            "indicator_id": PARTNERS,
            "breakdown": "emploi x {row} x 02- PMSMP",
        }
    )
    where = Where("Total", (edition.last_year,), "all", "Partenaire inconnu")
    assert composed(parts([nobody], where, edition), edition).value == 0
    before = Where("Total", (edition.first_year - 1,), "all", "Partenaire inconnu")
    assert composed(parts([nobody], before, edition), edition).status == "not_published"
