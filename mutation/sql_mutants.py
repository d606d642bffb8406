"""Faults that somebody could write into a model: each operator finds its places in the SQL.

A place is known by its operator and its line, so that the same fault is found in the compiled model
and in each unit test that embeds it; lines that a macro writes once per column are one place.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random

from sqlglot import TokenType, tokenize
from sqlglot.tokens import Token

from mutation.compiled import CATALOG, Compiled, Node

LAYERS = ("core", "rules", "counting", "marts")
RELATION = re.compile(r'"cvg"\."main"\."(\w+)"|__dbt__cte__(\w+)')
COUNTED = re.compile(r"count\(case when [^()]* then $")
"""What stands before a number of which only matters that it is one."""
GENERATED = re.compile(r"\b\w+__\w+\b|(?<=\w)_\d+\b")


@dataclass(frozen=True)
class Place:
    """Where a fault is put; equal in all lines that say the same."""

    operator: str
    line: str
    number: int
    """Of the operator's places in the line."""
    replacement: str


@dataclass(frozen=True)
class SqlMutant:
    """A model with one fault."""

    model: str
    sql: str
    label: str
    """Model, operator, and the line before and after."""
    unit_tests: tuple[tuple[str, str], ...]
    """Name and SQL of the model's unit tests, with the same fault."""


Edit = tuple[int, int, str]
"""From, up to, and the text that stands there instead."""
Span = tuple[int, int]


class Query:
    """Tokens of a query, with what surrounds each."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.tokens = tokenize(sql, read="duckdb")
        self.closes: dict[int, int] = {}
        self.clauses: list[str] = []
        self._look_around()

    def _look_around(self) -> None:
        opened: list[int] = []
        clause = ["select"]
        for index, token in enumerate(self.tokens):
            kind = token.token_type
            if kind == TokenType.L_PAREN:
                opened.append(index)
                clause.append(clause[-1])
            elif kind == TokenType.R_PAREN:
                self.closes[opened.pop()] = index
                clause.pop()
            elif kind in CLAUSES:
                clause[-1] = CLAUSES[kind]
            self.clauses.append(clause[-1])

    @cached_property
    def sources(self) -> list[str]:
        """Names before a dot: tables and their aliases."""
        pairs = zip(self.tokens, self.tokens[1:], strict=False)
        found = {a.text for a, b in pairs if _is_name(a) and b.token_type == TokenType.DOT}
        return sorted(found - {CATALOG, "main"})

    def end_of_clause(self, index: int) -> int:
        """Index of the token that ends the clause that begins at a token."""
        depth = 0
        for end in range(index + 1, len(self.tokens)):
            kind = self.tokens[end].token_type
            if kind == TokenType.L_PAREN:
                depth += 1
            elif kind == TokenType.R_PAREN:
                depth -= 1
                if depth < 0:
                    return end
            elif depth == 0 and kind in CLAUSE_ENDS:
                return end
        return len(self.tokens)

    def text(self, first: int, last: int) -> str:
        """What stands from one token up to another, without it."""
        end = self.tokens[last].start if last < len(self.tokens) else len(self.sql)
        return self.sql[self.tokens[first].start : end].rstrip()


CLAUSES = {
    TokenType.SELECT: "select",
    TokenType.FROM: "from",
    TokenType.ON: "on",
    TokenType.WHERE: "where",
    TokenType.GROUP_BY: "group",
    TokenType.HAVING: "having",
    TokenType.ORDER_BY: "order",
    TokenType.PARTITION_BY: "group",
    TokenType.JOIN: "from",
}
CLAUSE_ENDS = {
    TokenType.GROUP_BY,
    TokenType.HAVING,
    TokenType.ORDER_BY,
    TokenType.QUALIFY,
    TokenType.UNION,
    TokenType.LEFT,
    TokenType.INNER,
    TokenType.CROSS,
    TokenType.FULL,
    TokenType.JOIN,
    TokenType.WHERE,
    TokenType.COMMA,
}
COMPARISONS = {
    TokenType.EQ: ("!=",),
    TokenType.NEQ: ("=",),
    TokenType.LT: ("<=", ">"),
    TokenType.LTE: ("<", ">"),
    TokenType.GT: (">=", "<"),
    TokenType.GTE: (">", "<"),
}
AGGREGATES = {
    "sum": ("max",),
    "max": ("min",),
    "min": ("max",),
    "bool_or": ("bool_and",),
    "bool_and": ("bool_or",),
    "median": ("avg",),
    "avg": ("median",),
}
BASES = ("in_base_exited", "in_base_non_neutral", "in_base_complete", "in_base_duration")
OTHER_NAMES = {
    "numerator": ("denominator",),
    "denominator": ("numerator",),
    "person_key": ("pathway_key",),
    "pathway_key": ("person_key",),
    "is_supported": ("has_entered",),
    "has_entered": ("is_supported",),
    "worksite_id": ("territory_id",),
    **{base: tuple(other for other in BASES if other != base) for base in BASES},
    "in_base_housing": ("in_base_duration",),
}
ARITHMETIC = {
    TokenType.PLUS: "-",
    TokenType.DASH: "+",
    TokenType.STAR: "/",
    TokenType.SLASH: "*",
}


def _is_name(token: Token) -> bool:
    return token.text.replace("_", "a").isalnum() and not token.text[0].isdigit()


def _replaced(query: Query, index: int, text: str) -> Edit:
    token = query.tokens[index]
    return token.start, token.end + 1, text


def _comparison(query: Query) -> Iterator[Edit]:
    for index, token in enumerate(query.tokens):
        for other in COMPARISONS.get(token.token_type, ()):
            # joins that are on everything else take for ever; conditions of joins are dropped
            if query.clauses[index] != "on" or token.token_type != TokenType.EQ:
                yield _replaced(query, index, other)


def _and_or(query: Query) -> Iterator[Edit]:
    between = False
    for index, token in enumerate(query.tokens):
        if token.token_type == TokenType.BETWEEN:
            between = True
        elif token.token_type == TokenType.AND and between:
            between = False
        elif token.token_type == TokenType.AND and query.clauses[index] != "on":
            yield _replaced(query, index, "or")
        elif token.token_type == TokenType.OR:
            yield _replaced(query, index, "and")


def _null(query: Query) -> Iterator[Edit]:
    for index, token in enumerate(query.tokens[:-2]):
        if token.token_type == TokenType.IS:
            negated = query.tokens[index + 1].token_type == TokenType.NOT
            last = query.tokens[index + (2 if negated else 1)]
            yield token.start, last.end + 1, "is null" if negated else "is not null"


def _negation(query: Query) -> Iterator[Edit]:
    for index, token in enumerate(query.tokens[:-1]):
        before = query.tokens[index - 1].token_type
        if token.token_type == TokenType.NOT and before != TokenType.IS:
            yield token.start, query.tokens[index + 1].start, ""


def _join(query: Query) -> Iterator[Edit]:
    for index, token in enumerate(query.tokens[:-2]):
        following = [other.token_type for other in query.tokens[index + 1 : index + 3]]
        if token.token_type == TokenType.INNER and following[0] == TokenType.JOIN:
            yield _replaced(query, index, "left")
        elif token.token_type == TokenType.LEFT and following[0] == TokenType.JOIN:
            yield _replaced(query, index, "inner")
        elif token.token_type == TokenType.FULL:
            yield token.start, query.tokens[index + 1].end + 1, "left"


def _join_condition(query: Query) -> Iterator[Edit]:
    for index, token in enumerate(query.tokens):
        if token.token_type != TokenType.ON:
            continue
        end = query.end_of_clause(index)
        parts = [index]
        depth = 0
        for place in range(index + 1, end):
            kind = query.tokens[place].token_type
            depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
            if kind == TokenType.AND and depth == 0:
                parts.append(place)
        if len(parts) > 1:
            for first, last in zip(parts, [*parts[1:], end], strict=True):
                if first == index:
                    # the first condition goes with the "and" after it
                    start = query.tokens[first + 1].start
                    yield start, query.tokens[last + 1].start, ""
                else:
                    start = query.tokens[first].start
                    yield start, start + len(query.text(first, last)), ""


def _filter(query: Query) -> Iterator[Edit]:
    for index, token in enumerate(query.tokens):
        if token.token_type in (TokenType.WHERE, TokenType.HAVING):
            end = query.end_of_clause(index)
            yield token.start, token.start + len(query.text(index, end)), ""


def _coalesce(query: Query) -> Iterator[Edit]:
    for index, token in enumerate(query.tokens[:-1]):
        if token.text.lower() in ("coalesce", "nullif") and index + 1 in query.closes:
            close = query.closes[index + 1]
            if _is_within_known_base(query, index, close):
                continue
            depth = 0
            for place in range(index + 2, close):
                kind = query.tokens[place].token_type
                depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
                if kind == TokenType.COMMA and depth == 0:
                    first = query.text(index + 2, place)
                    yield token.start, query.tokens[close].end + 1, f"({first})"
                    break


def _is_within_known_base(query: Query, index: int, close: int) -> bool:
    """`case when a is not null then coalesce(a, false) end` is the same without its coalesce."""
    found = re.search(
        r"case when ((?:(?!\bcase\b).)+?) then $",
        query.sql[: query.tokens[index].start][-400:].replace("\n", " "),
    )
    if not found:
        return False
    known = set(re.findall(r"(\w+) is not null", found[1])) | set(re.split(r" and ", found[1]))
    inside = [
        token.text
        for token in query.tokens[index + 2 : close - 2]
        if _is_name(token) and token.token_type == TokenType.VAR
    ]
    return bool(inside) and known.issuperset(inside)


def _distinct(query: Query) -> Iterator[Edit]:
    for index, token in enumerate(query.tokens[:-1]):
        following = query.tokens[index + 1]
        if token.token_type == TokenType.DISTINCT:
            yield token.start, following.start, ""
        elif token.token_type == TokenType.UNION and following.token_type != TokenType.ALL:
            yield _replaced(query, index, "union all")


def _aggregate(query: Query) -> Iterator[Edit]:
    for index, token in enumerate(query.tokens[:-1]):
        if query.tokens[index + 1].token_type == TokenType.L_PAREN:
            for other in AGGREGATES.get(token.text.lower(), ()):
                yield _replaced(query, index, other)


def _other_name(query: Query) -> Iterator[Edit]:
    for index, token in enumerate(query.tokens):
        is_alias = query.tokens[index - 1].token_type == TokenType.ALIAS
        if query.clauses[index] in ("select", "where", "having") and not is_alias:
            before = query.tokens[index - 1]
            follows = query.tokens[index + 1] if index + 1 < len(query.tokens) else token
            # a column by itself would only lose its name
            if before.token_type in (TokenType.COMMA, TokenType.SELECT) and (
                follows.token_type == TokenType.COMMA
            ):
                continue
            for other in OTHER_NAMES.get(token.text, ()):
                yield _replaced(query, index, other)


def _other_source(query: Query) -> Iterator[Edit]:
    for index, token in enumerate(query.tokens[:-1]):
        if (
            query.tokens[index + 1].token_type == TokenType.DOT
            and query.clauses[index] == "select"
            and token.text in query.sources
        ):
            for other in query.sources:
                if other != token.text:
                    yield _replaced(query, index, other)


def _year(query: Query) -> Iterator[Edit]:
    for index, token in enumerate(query.tokens[:-1]):
        following = query.tokens[index + 1].token_type
        if token.text.endswith("_year") and following in (*COMPARISONS, *ARITHMETIC):
            yield token.end + 1, token.end + 1, " + 1"
        elif token.text.lower() == "extract" and index + 1 in query.closes:
            end = query.tokens[query.closes[index + 1]].end + 1
            yield end, end, " + 1"


def _constant(query: Query) -> Iterator[Edit]:
    for index, token in enumerate(query.tokens):
        before = query.tokens[index - 1]
        if token.token_type == TokenType.NUMBER and query.clauses[index] not in ("group", "order"):
            decimals = before.token_type == TokenType.L_PAREN or before.text == ","
            if not decimals and not COUNTED.search(query.sql[: token.start]):
                other = str(float(token.text) * 1.1 if "." in token.text else int(token.text) + 1)
                yield _replaced(query, index, other)
        elif token.token_type == TokenType.STRING and token.text:
            compared = before.token_type in COMPARISONS or _stands_in_list(query, index)
            following = (
                query.tokens[index + 1].token_type if index + 1 < len(query.tokens) else None
            )
            if compared or following == TokenType.ALIAS or before.token_type == TokenType.THEN:
                yield token.end, token.end, " bis"
        elif token.token_type in (TokenType.TRUE, TokenType.FALSE):
            if _is_never_asked_for(query, index):
                continue
            other = "false" if token.token_type == TokenType.TRUE else "true"
            yield _replaced(query, index, other)


def _is_never_asked_for(query: Query, index: int) -> bool:
    """The last value of a `coalesce` whose others are known."""
    for open_, close in query.closes.items():
        if close == index + 1 and query.tokens[open_ - 1].text.lower() == "coalesce":
            return _is_within_known_base(query, open_ - 1, close)
    return False


def _stands_in_list(query: Query, index: int) -> bool:
    for open_, close in query.closes.items():
        if open_ < index < close and query.tokens[open_ - 1].token_type == TokenType.IN:
            return True
    return False


def _arithmetic(query: Query) -> Iterator[Edit]:
    for index, token in enumerate(query.tokens[:-1]):
        other = ARITHMETIC.get(token.token_type)
        before = query.tokens[index - 1]
        is_value = _is_name(before) or before.token_type in (TokenType.NUMBER, TokenType.R_PAREN)
        if other and is_value and before.token_type not in (TokenType.SELECT, TokenType.DISTINCT):
            yield _replaced(query, index, other)


def _order(query: Query) -> Iterator[Edit]:
    for index, token in enumerate(query.tokens):
        if token.token_type == TokenType.DESC:
            yield _replaced(query, index, "asc")
        elif token.token_type == TokenType.ASC:
            yield _replaced(query, index, "desc")


OPERATORS: dict[str, Callable[[Query], Iterator[Edit]]] = {
    "comparison flipped": _comparison,
    "and <-> or": _and_or,
    "null <-> not null": _null,
    "negation dropped": _negation,
    "inner <-> left": _join,
    "join condition dropped": _join_condition,
    "filter dropped": _filter,
    "coalesce dropped": _coalesce,
    "distinct dropped": _distinct,
    "other aggregate": _aggregate,
    "other column or base": _other_name,
    "column of another table": _other_source,
    "other year": _year,
    "other constant": _constant,
    "other sign": _arithmetic,
    "other order": _order,
}


def places(sql: str) -> dict[Place, list[Span]]:
    """Where faults can be put in a query: what each of them replaces."""
    query = Query(sql)
    found: dict[Place, list[Span]] = defaultdict(list)
    for operator, edits in OPERATORS.items():
        numbers: dict[tuple[int, str], int] = defaultdict(int)
        for start, end, text in edits(query):
            line_start = sql.rfind("\n", 0, start) + 1
            line = _normal(_line(sql, start))
            number = numbers[line_start, text]
            numbers[line_start, text] += 1
            found[Place(operator, line, number, text)].append((start, end))
    return found


def _line(sql: str, position: int) -> str:
    start = sql.rfind("\n", 0, position) + 1
    end = sql.find("\n", position)
    return sql[start : end if end >= 0 else len(sql)]


def _normal(line: str) -> str:
    named = RELATION.sub(lambda found: found[1] or found[2], line)
    return GENERATED.sub("*", " ".join(named.split()).removesuffix(","))


def changed(sql: str, place: Place, spans: list[Span]) -> str:
    """The query with a fault."""
    for start, end in sorted(spans, reverse=True):
        sql = sql[:start] + place.replacement + sql[end:]
    return sql


def mutant(compiled: Compiled, model: Node, place: Place) -> SqlMutant:
    """The model, and its unit tests, with a fault at a place."""
    spans = places(model.sql)[place]
    first = min(spans)
    before, after = (
        _normal(_line(text, first[0])) for text in (model.sql, changed(model.sql, place, [first]))
    )
    unit_tests = tuple(
        (test.name, changed(test.sql, place, places(test.sql).get(place, [])))
        for test in compiled.unit_tests_of(model.name)
    )
    label = f"{model.name}: {place.operator}: {before} -> {after}"
    return SqlMutant(model.name, changed(model.sql, place, spans), label, unit_tests)


def known(compiled: Compiled, model: str, old: str, new: str) -> SqlMutant:
    """A model, and its unit tests, with one text in place of another."""
    sql = compiled.nodes[model].sql
    if old not in sql:
        raise LookupError(f"{model}: {old!r} stands nowhere; correct mutation/known.py")
    unit_tests = tuple(
        (test.name, test.sql.replace(old, new)) for test in compiled.unit_tests_of(model)
    )
    label = f"{model}: known: {old} -> {new}"
    return SqlMutant(model, sql.replace(old, new), label, unit_tests)


def drawn(compiled: Compiled, random: Random) -> Iterator[SqlMutant]:
    """Mutants without end but for the last place: any model, then any operator, then any place."""
    models = {
        node.name: by_operator
        for node in compiled.order
        if node.kind == "model" and node.layer in LAYERS
        if (by_operator := _by_operator(node.sql))
    }
    while models:
        name = random.choice(sorted(models))
        operator = random.choice(sorted(models[name]))
        left = models[name][operator]
        place = left.pop(random.randrange(len(left)))
        if not left:
            del models[name][operator]
        if not models[name]:
            del models[name]
        yield mutant(compiled, compiled.nodes[name], place)


def _by_operator(sql: str) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = defaultdict(list)
    for place in places(sql):
        found[place.operator].append(place)
    return found
