"""What the page of an item of the Bilan shows: its figures, its table as printed, its chart."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cvg_warehouse.reading.blocks import Choice, item_block
from cvg_warehouse.reading.breakdowns import shape_across
from cvg_warehouse.reading.composed import ROW, Where, composed, parts
from cvg_warehouse.reading.data import EVERYBODY, JOIN, WHOLE, Edition, ReportItem, Term
from cvg_warehouse.reading.figures import (
    ABSENT,
    NOT_PUBLISHED,
    Figure,
    did_not_occur,
    rounding_text,
)
from cvg_warehouse.reading.grids import Grid, Head, altogether, grids
from cvg_warehouse.reading.texts import TEXTS, Language, label_of, place_name, say, value_label

# The row of the terms that stand for all places, years or values of an open list.
ANY_ROW = "*"


@dataclass(frozen=True)
class _Request:
    """What is asked: an item, for a choice, of an edition, in a language."""

    item: ReportItem
    choice: Choice
    edition: Edition
    language: Language

    @property
    def by_territory(self) -> bool:
        return "territory" in (self.item.geographies or "")

    def say(self, key: str) -> str:
        return say(self.language, key)

    def name(self, geography_id: str) -> str:
        return place_name(self.edition, geography_id, self.language)

    def where(self, place: str, years: tuple[int, ...] = (), value: str = "") -> Where:
        return Where(place, years or (self.choice.year,), self.choice.population, value)


class _Row(NamedTuple):
    """A row of a printed table: its heading, the terms of its cells, and where these are."""

    head: Head
    terms: Sequence[Term]
    where: Where


def item_grids(
    item: ReportItem, choice: Choice, edition: Edition, language: Language
) -> list[Grid]:
    """All that the page shows, in order; nothing where the edition publishes nothing of it."""
    request = _Request(item, choice, edition, language)
    chosen = choice.indicators
    terms = [term for term in item.terms if not chosen or term.indicator_id in chosen]
    of_table = [term for term in terms if term.figure_id == item.table_id]
    of_text = [term for term in terms if term.figure_id != item.table_id]
    found = [
        _key_figures(of_text, request) if of_text else None,
        _table(of_table, request) if of_table else None,
        *grids(item_block(item), choice, edition, language),
    ]
    return [grid for grid in found if grid]


def _key_figures(terms: Sequence[Term], request: _Request) -> Grid | None:
    """The figures of the text, each for the chosen place beside the whole, or for its own place.

    One that looks further back than there is data is left out.
    """
    item, choice, edition = request.item, request.choice, request.edition
    heads: list[Head] = []
    figures: list[tuple[Figure]] = []
    for own in _grouped(terms, "figure_id").values():
        if any(choice.year - term.years_before not in edition.years for term in own):
            continue
        named = [term.geography_id for term in own if term.geography_id != WHOLE]
        for place in named[:1] or dict.fromkeys((choice.place, WHOLE)):
            figure = composed(parts(own, request.where(place), edition), edition)
            label = own[0].label_fr if request.language == "fr" else own[0].label_en
            name = "" if place == choice.place == WHOLE else request.name(place)
            year = str(figure.years) if own[0].years_before else ""
            heads.append(Head(" · ".join(filter(None, (label, name, year))), place))
            figures.append((figure,))
    if all(figure.status == NOT_PUBLISHED for (figure,) in figures):
        return None
    return Grid(
        key=f"element-{item.item}-cles",
        title=item.title_fr if item.kind == "KPI" else request.say("block_key_figures"),
        filters=_filters(
            request.name(choice.place),
            str(choice.year),
            terms,
            [figure for (figure,) in figures],
            request,
        ),
        shape="figures",
        corner=request.say("measure"),
        rows=tuple(heads),
        columns=(Head(""),),
        figures=tuple(figures),
        focus=choice.place,
        year=choice.year,
    )


def _table(terms: Sequence[Term], request: _Request) -> Grid | None:
    """The printed table for the chosen place, beside the whole where nothing is shown there."""
    choice, edition = request.choice, request.edition
    measures = _grouped(terms, "measure")
    places = [choice.place]
    rows = _rows(terms, choice.place, request)
    lines = _lines(rows, places, measures, edition)
    is_absent = choice.place != WHOLE and not _is_published(lines)
    if is_absent and not request.by_territory:
        places.append(WHOLE)
        rows = _rows(terms, WHOLE, request)
        lines = _lines(rows, places, measures, edition)
    if not _is_published(lines):
        return None
    if any(ROW in term.breakdown for term in terms):
        table_id = terms[0].figure_id
        as_printed = edition.printed_rows(table_id, choice.year) if WHOLE in places else []
        rows, lines = _ordered(rows, lines, as_printed)
    years = [year for row in rows for year in row.where.years]
    span = "–".join(dict.fromkeys((str(min(years)), str(max(years)))))
    names = [request.name(place) for place in places]
    shown = [figure for line in lines for figure in line if figure]
    where = request.say("all_territories") if request.by_territory else " / ".join(names)
    return Grid(
        key=f"element-{request.item.item}",
        title=request.item.title_fr,
        filters=_filters(where, span, terms, shown, request),
        shape=shape_across(shown) if request.by_territory else "table",
        corner=_corner(terms, request),
        rows=tuple(row.head for row in rows),
        columns=tuple(
            Head(label) if len(places) == 1 else Head(f"{label} · {name}", place)
            for place, name in zip(places, names, strict=True)
            for label in _labels(measures, request)
        ),
        figures=tuple(lines),
        focus=choice.place,
        year=choice.year,
    )


def _rows(terms: Sequence[Term], place: str, request: _Request) -> list[_Row]:
    """The rows as printed: those that are named, and all places, years or values; totals last."""
    named = _grouped((term for term in terms if term.row_label != ANY_ROW), "row_label")
    others = [term for term in terms if term.row_label == ANY_ROW]
    usual = _usual(terms).indicator_id
    total = request.say("value_total")
    with_names = [
        _Row(
            Head(
                _name(label, own, others, total),
                is_total=bool(others) or own[0].indicator_id != usual,
            ),
            own,
            request.where(place),
        )
        for label, own in named.items()
    ]
    if any(ROW in term.breakdown for term in others):
        return [*_rows_of_values(others, named, place, request), *with_names]
    if others and request.by_territory:
        return [
            _Row(
                Head(request.name(one), one, request.choice.year, is_total=one == WHOLE),
                others,
                request.where(one),
            )
            for one in (*request.edition.territories, WHOLE)
        ]
    if others:
        years = tuple(sorted(request.edition.years))
        of_years = [
            _Row(Head(str(one), year=one), others, request.where(place, (one,))) for one in years
        ]
        return [*of_years, _Row(Head(total, is_total=True), others, request.where(place, years))]
    return with_names


def _name(label: str, own: Sequence[Term], others: Sequence[Term], total: str) -> str:
    """What a row is called: a total that is not of all values says of which."""
    if label != "Total":
        return label
    values = [_value(own[0].breakdown, pattern.breakdown) for pattern in others]
    part = next((value for value in values if value not in ("", "total")), "")
    return f"{total} ({part})" if part else total


def _rows_of_values(
    others: Sequence[Term], named: Mapping[str, Sequence[Term]], place: str, request: _Request
) -> list[_Row]:
    """A row for each value of an open list that occurred in the place and is not named itself."""
    edition = request.edition
    of_names = {
        _value(term.breakdown, pattern.breakdown)
        for own in named.values()
        for term in own
        for pattern in others
    }
    found = dict.fromkeys(
        value
        for term in others
        for breakdown in edition.breakdowns.get(term.indicator_id, ())
        if (value := _value(breakdown, term.breakdown))
        and value not in of_names
        # A value that the viewer has a word for, such as total, is no partner.
        and "value_" + value not in TEXTS
    )
    rows = [_Row(Head(value), others, request.where(place, value=value)) for value in found]
    return [
        row
        for row in rows
        if any(part.figure.cell for part in parts(row.terms, row.where, edition))
    ]


def _value(breakdown: str, pattern: str) -> str:
    """What stands in a breakdown for the {row} of a pattern; '' where it does not fit."""
    before, _, after = pattern.partition(ROW)
    fits = breakdown.startswith(before) and breakdown.endswith(after)
    return breakdown[len(before) : len(breakdown) - len(after)] if fits else ""


Lines = list[tuple[Figure | None, ...]]


def _ordered(rows: list[_Row], lines: Lines, as_printed: list[str]) -> tuple[list[_Row], Lines]:
    """The printed rows as they are printed, then those with the largest figures; totals last."""
    position = {label: place for place, label in enumerate(as_printed)}

    def order(pair: tuple[_Row, tuple[Figure | None, ...]]) -> tuple[int, float, str]:
        label = pair[0].head.label
        return position.get(label, len(position)), -altogether(pair[1]), label.casefold()

    pairs = list(zip(rows, lines, strict=True))
    kept = sorted((pair for pair in pairs if not pair[0].head.is_total), key=order)
    kept += [pair for pair in pairs if pair[0].head.is_total]
    return [row for row, _ in kept], [line for _, line in kept]


def _lines(
    rows: Iterable[_Row], places: Sequence[str], measures: Iterable[str], edition: Edition
) -> Lines:
    """The cells of the rows; where a table is of several places, those of each."""
    return [
        tuple(
            _figure(
                row,
                measure,
                row.where if len(places) == 1 else row.where._replace(place=place),
                edition,
            )
            for place in places
            for measure in measures
        )
        for row in rows
    ]


def _is_published(lines: Lines) -> bool:
    """Whether anything is there but marks of what is not."""
    return any(figure and figure.status not in ABSENT for line in lines for figure in line)


def _figure(row: _Row, measure: str, where: Where, edition: Edition) -> Figure | None:
    """The figure of a row and a column; None where nothing of it occurred."""
    terms = [term for term in row.terms if term.measure == measure]
    made_of = parts(terms, where, edition)
    if all(did_not_occur(part.figure, edition) for part in made_of):
        return None
    return composed(made_of, edition)


def _labels(measures: Mapping[str, Sequence[Term]], request: _Request) -> list[str]:
    """The columns' headings: what they differ in. A column that adds up several is the total."""
    if len(measures) == 1:
        ((first, *_),) = measures.values()
        unit = request.say("unit_name_" + request.edition.indicators[first.indicator_id].unit)
        return [unit[:1].upper() + unit[1:]]
    described = [_described(terms, request) for terms in measures.values()]
    differing = {
        name
        for labels in described
        for name in labels
        if len({one.get(name) for one in described if one}) > 1
    }
    headings = []
    for labels in described:
        parts_shown = [label for name, label in labels.items() if name in differing]
        heading = " · ".join(parts_shown or list(labels.values())[:1])
        headings.append(heading[:1].upper() + heading[1:] or request.say("value_total"))
    return headings


def _described(terms: Sequence[Term], request: _Request) -> dict[str, str]:
    """What a column's figures are, in parts with their labels; {} where they add several up."""
    row = [term for term in terms if term.row_label == terms[-1].row_label and term.side == "top"]
    if len(row) > 1:
        return {}
    (term,) = row
    indicator = request.edition.indicators[term.indicator_id]
    counted = indicator.base if term.counted == "denominator" and indicator.base else indicator
    names = indicator.breakdown.split(JOIN) if indicator.breakdown else []
    values = {
        name: value_label(request.edition, name, value, request.language)
        for name, value in zip(names, term.breakdown.split(JOIN), strict=False)
        if value != ROW
    }
    population = value_label(request.edition, "population", term.population, request.language)
    return {"indicator": label_of(counted, request.language), **values, "population": population}


def _corner(terms: Sequence[Term], request: _Request) -> str:
    """What heads the rows."""
    term = _usual(terms)
    breakdown = request.edition.indicators[term.indicator_id].breakdown or ""
    names = dict(zip(term.breakdown.split(JOIN), breakdown.split(JOIN), strict=False))
    heading = "breakdown_" + names.get(ROW, breakdown.split(JOIN)[-1])
    if term.row_label == ANY_ROW and ROW not in names:
        heading = "territory" if request.by_territory else "year"
    return request.say(heading if heading in TEXTS else "measure")


def _usual(terms: Sequence[Term]) -> Term:
    """A term of the indicator that most of the table shows; sums have one of their own."""
    counts = Counter(term.indicator_id for term in terms)
    return max(terms, key=lambda term: (counts[term.indicator_id], term.row_label == ANY_ROW))


def _filters(
    place: str, years: str, terms: Iterable[Term], figures: Iterable[Figure], request: _Request
) -> str:
    """The place, years and population that a grid is for, and how its counts are rounded."""
    populations = {term.population for term in terms}
    everybody = request.choice.population
    population = [value_label(request.edition, "population", everybody, request.language)]
    rounding = rounding_text(figures, request.language)
    shared = [place, years, *(population if populations == {EVERYBODY} else ()), rounding]
    return " · ".join(filter(None, shared))


def _grouped(terms: Iterable[Term], by: str) -> dict[str, list[Term]]:
    groups: dict[str, list[Term]] = {}
    for term in terms:
        groups.setdefault(getattr(term, by), []).append(term)
    return groups
