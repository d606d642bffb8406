"""The filters in an address: a link shows the same view tomorrow."""

from urllib.parse import urlencode

from cvg_warehouse.reading.blocks import Choice
from cvg_warehouse.reading.texts import Language

# Names of the filters in the address.
YEAR, PLACE, POPULATION = "annee", "territoire", "population"
INDICATORS, LANGUAGE = "indicateur", "langue"
# Names of filters that only one page has: an item of the Bilan, the measure that is compared.
ITEM, MEASURE = "element", "mesure"
# And those that it is compared for.
COMPARED = "comparer"
# The year that a page compares the chosen one with.
SINCE = "depuis"
# The two periods that it compares, of which none is a calendar year.
PERIOD, PERIOD_BEFORE = "periode", "periode-avant"
# Of the table that somebody composes: its values, places, years and populations, and its columns.
VALUES, PLACES, YEARS, POPULATIONS = "modalites", "territoires", "annees", "publics"
ACROSS = "colonnes"
# What an address may hold several of.
SEVERAL = (INDICATORS, COMPARED, VALUES, PLACES, YEARS, POPULATIONS)
# The one block that a page is to show, by its key.
BLOCK = "vue"
# What is looked for.
QUESTION = "q"

Query = dict[str, str | list[str]]


def query_of(choice: Choice, language: Language) -> Query:
    """The filters as they stand in the address bar."""
    query: Query = {
        YEAR: str(choice.year),
        PLACE: choice.place,
        POPULATION: choice.population,
    }
    if choice.indicators:
        query[INDICATORS] = list(choice.indicators)
    if language != "fr":
        query[LANGUAGE] = language
    return query


def address(base: str, page: str, query: Query, block: str = "") -> str:
    """The link to a page, or to one block of it, with all filters."""
    asked = {**query, BLOCK: block} if block else query
    return f"{base.rstrip('/')}/{page}?{urlencode(asked, doseq=True)}"
