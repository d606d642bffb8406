"""One changed cell of the exports moves the indicators that it should, by one, and no other."""

from collections.abc import Callable
from datetime import date

import pytest

from conftest import Built, Row, Workplace, read_rows

CELLS = """
    select indicator_id, breakdown, reporting_year, geography_id, population, numerator, denominator
    from mart_indicators
    where indicator_id not in ('pathways.mean_duration_months', 'pathways.median_duration_months')
"""
YEAR, TERRITORY = "2024", "08-Rouen"
Change = tuple[str, str, float, float]


def cells(workplace: Workplace) -> dict[tuple, tuple[float, float]]:
    return {row[:5]: (row[5] or 0, row[6] or 0) for row in workplace.query(CELLS)}


def changes(before: Built, after: Workplace, population: str) -> set[Change]:
    """What moved at its own territory; the same must have moved in its group and in the whole."""
    assert after.build().returncode in (0, 1)
    old, new = cells(before), cells(after)
    assert old.keys() == new.keys()
    moved: dict[tuple[str, str], set[Change]] = {}
    for key, (numerator, denominator) in new.items():
        indicator, breakdown, year, place, people = key
        change = (numerator - old[key][0], denominator - old[key][1])
        if change != (0, 0):
            assert year == int(YEAR), key
            moved.setdefault((place, people), set()).add((indicator, breakdown, *change))
    places = {
        (place, people) for place in (TERRITORY, "urban", "Total") for people in ("all", population)
    }
    assert moved.keys() == places
    seen = moved[TERRITORY, "all"]
    assert all(change == seen for change in moved.values())
    return seen


@pytest.fixture(scope="module")
def pathways(built: Built) -> dict[str, Row]:
    """The latest delivery of each pathway, with its exit; people with one pathway only."""
    deliveries: dict[str, Row] = {}
    people: dict[str, set[str]] = {}
    for row in sorted(read_rows(built.file("salaries")), key=lambda row: row["annee"]):
        deliveries[row["id_parcours"]] = row
        people.setdefault(row["id_salarie"], set()).add(row["id_parcours"])
    exits = {row["id_parcours"]: row for row in read_rows(built.file("sorties"))}
    return {
        key: row | exits[key]
        for key, row in deliveries.items()
        if key in exits and len(people[row["id_salarie"]]) == 1
    }


def one(pathways: dict[str, Row], fits: Callable[[Row], bool]) -> Row:
    return next(
        row
        for row in pathways.values()
        if (row["annee"], row["territoire"]) == (YEAR, TERRITORY) and fits(row)
    )


def set_cell(workplace: Workplace, export: str, key: str, column: str, value: str) -> None:
    workplace.rewrite(
        export, lambda row: row | {column: value} if row["id_parcours"] == key else row
    )


def population_of(row: Row) -> str:
    return "after_phc" if row["passage_phc"] == "oui" else "direct"


def test_exit_reason(built: Built, other: Workplace, pathways: dict[str, Row]) -> None:
    row = one(
        pathways,
        lambda row: (
            row["motif_sortie"] == "04"
            and row["fiche_complete"] == "oui"
            and row["date_sortie"] > f"{YEAR}-07-01"
        ),
    )
    set_cell(other, "sorties", row["id_parcours"], "motif_sortie", "08")
    assert changes(built, other, population_of(row)) == {
        ("exits.job_or_training", "emploi_durable", -1, 0),
        ("exits.job_or_training", "formation", 1, 0),
        ("exits.distribution", "emploi_durable", -1, 0),
        ("exits.distribution", "formation", 1, 0),
    }


def test_housing_type(built: Built, other: Workplace, pathways: dict[str, Row]) -> None:
    row = one(
        pathways,
        lambda row: (
            row["logement_entree"] == row["logement_sortie"] == "Logement autonome"
            and row["motif_sortie"] not in ("26", "27")
        ),
    )
    set_cell(other, "sorties", row["id_parcours"], "logement_sortie", "CHRS")
    assert changes(built, other, population_of(row)) == {
        ("housing.permanent_at_exit", "", -1, 0),
        ("housing.group_at_exit", "logement_perenne", -1, 0),
        ("housing.group_at_exit", "hebergement_collectif", 1, 0),
        ("housing.transition", "logement_perenne x logement_perenne", -1, 0),
        ("housing.transition", "logement_perenne x hebergement_collectif", 1, 0),
    }


def test_date(built: Built, other: Workplace, pathways: dict[str, Row]) -> None:
    """An entry moved back within its year makes a pathway one of over two years."""

    def is_nearly_two_years(row: Row) -> bool:
        entry, end = (date.fromisoformat(row[column]) for column in ("date_entree", "date_sortie"))
        return (
            entry.year == int(YEAR) - 2
            and entry.month > 1
            and (entry.month, entry.day) > (end.month, end.day)
            and row["motif_sortie"] not in ("26", "27")
            and row["rqth_sortie"] != "oui"
            and row["rqth_entree"] != "oui"
            and row["prolongation_convergence"] != "oui"
            and row["annee_naissance"] > "1980"
        )

    row = one(pathways, is_nearly_two_years)
    moved = f"{int(YEAR) - 2}-01-02"
    set_cell(other, "salaries", row["id_parcours"], "date_entree", moved)
    assert changes(built, other, population_of(row)) == {
        ("pathways.duration_band", "12 à 24 mois", -1, 0),
        ("pathways.duration_band", "2 à 3 ans", 1, 0),
        ("pathways.over_2_years", "", 1, 0),
        ("pathways.over_2_years_rqth", "", 0, 1),
        ("pathways.over_2_years_50_plus", "", 0, 1),
        ("pathways.over_2_years_extension", "", 0, 1),
        ("pathways.over_2_years_under_50_no_rqth", "", 1, 1),
    }
