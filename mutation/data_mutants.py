"""Faults that exports may have: a fixed list of kinds, and others that a seed draws.

A drawn fault strikes all rows of a year, of a territory in a year or of a worksite in a year: what
strikes a few rows cannot be told from people's lives.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import polars as pl

from cvg_warehouse.contracts.exports import EXPORTS, Field, contract_of

Exports = dict[str, pl.DataFrame]
FEWEST_ROWS = 20
"""Rows that a drawn fault must strike at least."""
TELLING_SHARE = 0.2
"""Share of these that a drawn fault must change at least."""
IDENTIFIERS = {
    "salaries": ("id_salarie", "id_parcours"),
    "sorties": ("id_parcours",),
    "actions": ("id_action",),
    "ateliers": ("id_atelier",),
    "suivi_post_sortie": ("id_parcours",),
}
DATES = {"salaries": "date_entree", "sorties": "date_sortie", "actions": "date_action"}
PATHWAYS = ("salaries", "sorties", "actions", "suivi_post_sortie")
CODED = {
    "salaries": ("territoire", "chantier", "logement_entree", "orienteur", "nationalite"),
    "sorties": ("territoire", "chantier", "motif_sortie", "logement_sortie"),
    "actions": ("territoire", "domaine", "types_action"),
    "ateliers": ("territoire", "domaine", "public"),
    "suivi_post_sortie": ("volet",),
}


class NothingToChange(Exception):
    """A drawn fault that finds no rows that it would change."""


@dataclass(frozen=True)
class DataMutant:
    """Exports with one fault."""

    label: str
    changed: Exports
    """The tables that differ from the unchanged exports."""


@dataclass(frozen=True)
class Scope:
    """The rows of an export that a fault strikes."""

    name: str
    rows: pl.Expr


Change = Callable[[Exports], Exports]


def read(folder: Path) -> Exports:
    """The five exports of a folder, every column as text."""
    return {export: pl.read_csv(folder / f"{export}.csv", infer_schema=False) for export in EXPORTS}


def write(exports: Exports, folder: Path) -> None:
    """Write some exports into a folder."""
    for export, frame in exports.items():
        frame.write_csv(folder / f"{export}.csv")


# What the fixed faults and the drawn ones are made of.


def new_identifiers(frame: pl.DataFrame, columns: tuple[str, ...], mark: str) -> pl.DataFrame:
    """Other identifiers, alike for rows that had the same."""
    return frame.with_columns(pl.col(columns) + mark)


def with_rows(exports: Exports, export: str, *more: pl.DataFrame) -> Exports:
    """An export with more rows."""
    return {export: pl.concat([exports[export], *more])}


def only(exports: Exports, export: str, rows: pl.Expr) -> Exports:
    """An export with some of its rows."""
    return {export: exports[export].filter(rows)}


def put(exports: Exports, export: str, rows: pl.Expr, **values: pl.Expr) -> Exports:
    """An export with other values in some rows."""
    return {
        export: exports[export].with_columns(
            pl.when(rows).then(value).otherwise(pl.col(column)).alias(column)
            for column, value in values.items()
        )
    }


def years(exports: Exports) -> list[str]:
    """Years of the salaries, in order."""
    return sorted(exports["salaries"]["annee"].unique())


def last_year(exports: Exports) -> pl.Expr:
    """Rows of the newest year."""
    return pl.col("annee") == years(exports)[-1]


def without_newest_year(exports: Exports) -> Exports:
    """The exports as they were a year earlier."""
    return {export: frame.filter(~last_year(exports)) for export, frame in exports.items()}


def largest(exports: Exports, column: str) -> str:
    """The territory or worksite with the most people in the newest year."""
    newest = exports["salaries"].filter(last_year(exports))
    return str(newest[column].drop_nulls().value_counts().sort("count", column)[-1, column])


def later(column: str, by: int) -> pl.Expr:
    """A date some years later, text as before; 29 February becomes the 28th."""
    return pl.col(column).str.to_date().dt.offset_by(f"{by}y").cast(pl.String)


def doubled_under_new_identifiers(exports: Exports, rows: pl.Expr, share: int) -> Exports:
    """People whom a worksite delivered twice, each time under other identifiers."""
    people = exports["salaries"].filter(rows & (pl.col("id_parcours").hash(0) % share == 0))
    exits = exports["sorties"].join(people.select("id_parcours"), on="id_parcours", how="semi")
    return with_rows(
        exports, "salaries", new_identifiers(people, IDENTIFIERS["salaries"], "d")
    ) | with_rows(exports, "sorties", new_identifiers(exits.unique(), ("id_parcours",), "d"))


def renewed_pathways(exports: Exports, rows: pl.Expr, year: str) -> Exports:
    """Identifiers of pathways that begin anew in a year, with all that follows."""
    renewed = exports["salaries"].filter(rows & (pl.col("annee") == year))["id_parcours"]
    since = pl.col("id_parcours").is_in(renewed.implode()) & (pl.col("annee") >= year)
    changed: Exports = {}
    for export in PATHWAYS:
        changed |= put(exports, export, since, id_parcours=pl.col("id_parcours") + "r")
    return changed


def fixed() -> dict[str, Change]:
    """Kinds of faults that were met, or are to be expected."""
    yes, no = pl.lit("oui"), pl.lit("non")
    everywhere = pl.lit(True)
    some = pl.col("id_parcours").hash(0) % 10 == 0
    difficulties = [
        field.stored_as
        for field in contract_of("salaries").kept
        if field.name.startswith("difficulte_")
    ]
    faults: dict[str, Change] = {
        "half of all actions missing": lambda e: only(
            e, "actions", pl.col("id_action").hash(0) % 2 == 0
        ),
        "no exit in the newest year": lambda e: only(e, "sorties", ~last_year(e)),
        "no follow-up in the newest year": lambda e: only(e, "suivi_post_sortie", ~last_year(e)),
        "all sessions missing": lambda e: {"ateliers": e["ateliers"].clear()},
        "actions cut short at three quarters": lambda e: {
            "actions": e["actions"].head(e["actions"].height * 3 // 4)
        },
        "the largest worksite missing in the newest year": lambda e: {
            export: e[export].filter(
                ~(last_year(e) & (pl.col("chantier") == largest(e, "chantier")))
            )
            for export in ("salaries", "sorties")
        },
        "every form complete": lambda e: put(e, "sorties", everywhere, fiche_complete=yes),
        "all reasons of the largest territory unknown": lambda e: put(
            e,
            "sorties",
            pl.col("territoire") == largest(e, "territoire"),
            motif_sortie=pl.lit(None),
        ),
        "unknown difficulties read as no": lambda e: {
            "salaries": e["salaries"].with_columns(pl.col(difficulties).fill_null("non"))
        },
        "unknown doctors read as no": lambda e: put(
            e,
            "salaries",
            pl.col("medecin_traitant_entree").is_null(),
            medecin_traitant_entree=no,
        ),
        "RQTH and AAH exchanged": lambda e: put(
            e,
            "salaries",
            everywhere,
            rqth_entree=pl.col("aah_entree"),
            aah_entree=pl.col("rqth_entree"),
        ),
        "housing at exit as at entry": _housing_as_at_entry,
        "everybody a woman": lambda e: put(e, "salaries", everywhere, sexe=pl.lit("F")),
        "PHC lost for everybody": lambda e: put(e, "salaries", everywhere, passage_phc=no),
        "PHC turned round for everybody": lambda e: put(
            e,
            "salaries",
            everywhere,
            passage_phc=pl.when(pl.col("passage_phc") == "oui").then(no).otherwise(yes),
        ),
        "every difficulty resolved": lambda e: put(
            e,
            "sorties",
            everywhere,
            **{name.replace("_entree", "_sortie"): pl.lit("Résolue") for name in difficulties},
        ),
        "unemployment read as a lasting job in the newest year": _jobs_for_unemployment,
        "nobody contacted, though stable": lambda e: put(
            e, "suivi_post_sortie", everywhere, contacte=no
        ),
        "pathways doubled under new identifiers": lambda e: doubled_under_new_identifiers(
            e, last_year(e), 20
        ),
        "actions doubled under new identifiers": lambda e: with_rows(
            e,
            "actions",
            new_identifiers(e["actions"].filter(last_year(e)), ("id_action",), "d"),
        ),
        "rows doubled as they are": lambda e: with_rows(
            e, "salaries", e["salaries"].filter(last_year(e)).head(30)
        ),
        "many people under one identifier": lambda e: put(
            e, "salaries", last_year(e) & some, id_salarie=pl.col("id_salarie").first()
        ),
        "people renamed each year": lambda e: put(
            e, "salaries", everywhere, id_salarie=pl.col("id_salarie") + pl.col("annee")
        ),
        "pathways renamed in the newest year": lambda e: renewed_pathways(
            e, everywhere, years(e)[-1]
        ),
        "sessions with 9999 participants": lambda e: put(
            e, "ateliers", last_year(e), participants=pl.lit("9999")
        ),
        "a delivery a hundred years later": lambda e: with_rows(
            e,
            "salaries",
            e["salaries"]
            .filter(last_year(e))
            .head(30)
            .with_columns(
                (pl.col("annee").cast(pl.Int32) + 100).cast(pl.String).alias("annee"),
                later("date_entree", 100),
            ),
        ),
        "one session eighteen years later": lambda e: with_rows(
            e,
            "ateliers",
            e["ateliers"]
            .tail(1)
            .with_columns(
                (pl.col("annee").cast(pl.Int32) + 18).cast(pl.String).alias("annee"),
                pl.col("id_atelier") + "d",
                later("date_atelier", 18),
            ),
        ),
        "exits before the entry": lambda e: put(
            e, "sorties", last_year(e) & some, date_sortie=later("date_sortie", -30)
        ),
        "dates in French": lambda e: put(
            e,
            "sorties",
            last_year(e) & some,
            date_sortie=pl.col("date_sortie").str.to_date().dt.strftime("%d/%m/%Y"),
        ),
        "a territory that nobody knows": lambda e: put(
            e, "salaries", last_year(e) & some, territoire=pl.lit("99-Ailleurs")
        ),
        "born a century earlier": lambda e: put(
            e,
            "salaries",
            last_year(e) & some,
            annee_naissance=(pl.col("annee_naissance").cast(pl.Int32) - 100).cast(pl.String),
        ),
        "one pathway with two people": lambda e: put(
            e, "salaries", last_year(e) & some, id_salarie=pl.col("id_salarie") + "z"
        ),
        "delivered again after the exit": _delivered_after_exit,
        "people moved to another worksite of the territory": _moved_within_territory,
        "the column of exit dates missing": lambda e: {"sorties": e["sorties"].drop("date_sortie")},
        "a column of housing missing": lambda e: {
            "salaries": e["salaries"].drop("logement_entree")
        },
    }
    return faults


def _housing_as_at_entry(exports: Exports) -> Exports:
    entry = exports["salaries"].sort("annee").unique("id_parcours", keep="last")
    joined = exports["sorties"].join(
        entry.select("id_parcours", "logement_entree"), on="id_parcours", how="left"
    )
    return {
        "sorties": joined.with_columns(logement_sortie=pl.col("logement_entree")).drop(
            "logement_entree"
        )
    }


def _jobs_for_unemployment(exports: Exports) -> Exports:
    from cvg_warehouse.contracts.seeds import reference

    reasons = reference("exit_reasons")
    codes = {
        category: [row["code"] for row in reasons if row["category"] == category]
        for category in ("chomage", "emploi_durable")
    }
    jobless = last_year(exports) & pl.col("motif_sortie").is_in(codes["chomage"])
    return put(exports, "sorties", jobless, motif_sortie=pl.lit(codes["emploi_durable"][0]))


def _delivered_after_exit(exports: Exports) -> Exports:
    newest, before = years(exports)[-1], years(exports)[-2]
    left = exports["sorties"].filter(pl.col("annee") == before).select("id_parcours")
    again = exports["salaries"].filter(pl.col("annee") == before).join(left, on="id_parcours")
    return with_rows(exports, "salaries", again.with_columns(pl.lit(newest).alias("annee")))


def _moved_within_territory(exports: Exports) -> Exports:
    territory, largest_worksite = largest(exports, "territoire"), largest(exports, "chantier")
    there = exports["salaries"].filter(pl.col("territoire") == territory)["chantier"].unique()
    other = sorted(set(there) - {largest_worksite})[0]
    here = last_year(exports) & (pl.col("territoire") == territory) & (pl.col("chantier") != other)
    some = pl.col("id_parcours").hash(0) % 5 == 0
    return put(exports, "salaries", here & some, chantier=pl.lit(other))


# Drawn faults: each takes the exports, a place to strike and the source of chance.

Drawn = Callable[[Exports, str, Scope, Random], tuple[str, Exports]]


def _rows_missing(
    exports: Exports, export: str, scope: Scope, random: Random
) -> tuple[str, Exports]:
    return "rows missing", only(exports, export, ~scope.rows)


def _half_missing(
    exports: Exports, export: str, scope: Scope, random: Random
) -> tuple[str, Exports]:
    order = pl.col(IDENTIFIERS[export][-1]).hash(random.randrange(1000))
    return "half of the rows missing", only(exports, export, ~(scope.rows & (order % 2 == 0)))


def _unknown(exports: Exports, export: str, scope: Scope, random: Random) -> tuple[str, Exports]:
    column = random.choice(_facts(export)).stored_as
    return f"{column} unknown", put(exports, export, scope.rows, **{column: pl.lit(None)})


def _one_value(exports: Exports, export: str, scope: Scope, random: Random) -> tuple[str, Exports]:
    field = _listed(export, random)
    value = random.choice(field.allowed)
    filled = scope.rows & pl.col(field.stored_as).is_not_null()
    changed = put(exports, export, filled, **{field.stored_as: pl.lit(value)})
    return f"{field.stored_as} always the same", changed


def _value_gone(exports: Exports, export: str, scope: Scope, random: Random) -> tuple[str, Exports]:
    field = _listed(export, random)
    gone, instead = random.sample(field.allowed, 2)
    held = scope.rows & (pl.col(field.stored_as) == gone)
    changed = put(exports, export, held, **{field.stored_as: pl.lit(instead)})
    return f"a value of {field.stored_as} read as another", changed


def _turned_round(
    exports: Exports, export: str, scope: Scope, random: Random
) -> tuple[str, Exports]:
    column = _answer(export, random)
    other = pl.col(column).replace({"oui": "non", "non": "oui"})
    return f"yes and no of {column} exchanged", put(exports, export, scope.rows, **{column: other})


def _unknown_is_no(
    exports: Exports, export: str, scope: Scope, random: Random
) -> tuple[str, Exports]:
    column = _answer(export, random)
    unknown = scope.rows & pl.col(column).is_null()
    return f"unknown {column} read as no", put(exports, export, unknown, **{column: pl.lit("non")})


def _exchanged(exports: Exports, export: str, scope: Scope, random: Random) -> tuple[str, Exports]:
    alike: dict[tuple[str, ...], list[str]] = {}
    for field in _facts(export):
        if field.allowed:
            alike.setdefault(tuple(field.allowed), []).append(field.stored_as)
    pairs = [columns for columns in alike.values() if len(columns) > 1]
    if not pairs:
        raise NothingToChange
    one, other = random.sample(random.choice(pairs), 2)
    values = {one: pl.col(other), other: pl.col(one)}
    return f"{one} and {other} exchanged", put(exports, export, scope.rows, **values)


def _doubled(exports: Exports, export: str, scope: Scope, random: Random) -> tuple[str, Exports]:
    if export == "salaries":
        return "people doubled under new identifiers", doubled_under_new_identifiers(
            exports, scope.rows, 2
        )
    if export not in ("actions", "ateliers"):
        raise NothingToChange
    again = exports[export].filter(scope.rows)
    more = new_identifiers(again, IDENTIFIERS[export], "d")
    return "rows doubled under new identifiers", with_rows(exports, export, more)


def _renewed(exports: Exports, export: str, scope: Scope, random: Random) -> tuple[str, Exports]:
    if export != "salaries":
        raise NothingToChange
    struck = exports[export].filter(scope.rows)["annee"].unique()
    if len(struck) != 1 or struck[0] == years(exports)[0]:
        raise NothingToChange
    return "pathways under new identifiers", renewed_pathways(exports, scope.rows, struck[0])


def _merged(exports: Exports, export: str, scope: Scope, random: Random) -> tuple[str, Exports]:
    if export != "salaries":
        raise NothingToChange
    one = exports[export].filter(scope.rows)["id_salarie"][0]
    tenth = scope.rows & (pl.col("id_parcours").hash(random.randrange(1000)) % 3 == 0)
    return "a third of the people under one identifier", put(
        exports, export, tenth, id_salarie=pl.lit(one)
    )


def _moved(exports: Exports, export: str, scope: Scope, random: Random) -> tuple[str, Exports]:
    if "territoire" not in exports[export].columns:
        raise NothingToChange
    other = random.choice(sorted(exports[export]["territoire"].drop_nulls().unique()))
    moved = put(exports, export, scope.rows, territoire=pl.lit(other))
    return "all in another territory", moved


def _other_year(exports: Exports, export: str, scope: Scope, random: Random) -> tuple[str, Exports]:
    by = random.choice((-1, 1, 10))
    year = (pl.col("annee").cast(pl.Int32) + by).cast(pl.String)
    return f"annee {by:+d}", put(exports, export, scope.rows, annee=year)


def _other_dates(
    exports: Exports, export: str, scope: Scope, random: Random
) -> tuple[str, Exports]:
    if export not in DATES:
        raise NothingToChange
    by = random.choice((-3, -1, 1, 3))
    column = DATES[export]
    shifted = put(exports, export, scope.rows, **{column: later(column, by)})
    return f"{column} {by:+d} years", shifted


def _misspelt(exports: Exports, export: str, scope: Scope, random: Random) -> tuple[str, Exports]:
    column = random.choice(CODED[export])
    other = put(exports, export, scope.rows, **{column: pl.col(column) + " bis"})
    return f"{column} in another spelling", other


def _times_ten(exports: Exports, export: str, scope: Scope, random: Random) -> tuple[str, Exports]:
    if export != "ateliers":
        raise NothingToChange
    ten = pl.col("participants") + "0"
    return "ten times the participants", put(exports, export, scope.rows, participants=ten)


DRAWN: tuple[Drawn, ...] = (
    _rows_missing,
    _half_missing,
    _unknown,
    _one_value,
    _value_gone,
    _turned_round,
    _unknown_is_no,
    _exchanged,
    _doubled,
    _renewed,
    _merged,
    _moved,
    _other_year,
    _other_dates,
    _misspelt,
    _times_ten,
)


def drawn(exports: Exports, random: Random) -> Iterator[DataMutant]:
    """Faults without end: any kind, in any export, in any place that has enough rows."""
    seen: set[str] = set()
    while True:
        fault = random.choice(DRAWN)
        export = random.choice(EXPORTS)
        scope = _scope(exports[export], random)
        try:
            what, changed = fault(exports, export, scope, random)
        except NothingToChange:
            continue
        label = f"{export}, {scope.name}: {what}"
        if label not in seen and _is_telling(exports, export, changed, scope):
            seen.add(label)
            yield DataMutant(label, changed)


def _is_telling(exports: Exports, export: str, changed: Exports, scope: Scope) -> bool:
    struck = exports[export].select(scope.rows.sum()).item()
    before, after = exports[export], changed[export]
    if after.height != before.height:
        return struck >= FEWEST_ROWS
    rows = pl.DataFrame({"differs": before.hash_rows() != after.hash_rows()})
    return struck >= FEWEST_ROWS and rows["differs"].sum() >= TELLING_SHARE * struck


def _scope(frame: pl.DataFrame, random: Random) -> Scope:
    columns = random.choice(
        [
            columns
            for columns in (("annee",), ("annee", "territoire"), ("annee", "chantier"))
            if set(columns) <= set(frame.columns)
        ]
    )
    row = frame.drop_nulls(columns).select(columns).unique().sort(columns)
    place = row.row(random.randrange(row.height))
    condition = pl.lit(True)
    for column, value in zip(columns, place, strict=True):
        condition &= (pl.col(column) == value).fill_null(False)
    return Scope(" ".join(place), condition)


def _facts(export: str) -> list[Field]:
    """Columns that are no identifier, date or place and may be unknown."""
    return [field for field in contract_of(export).kept if not field.required]


def _listed(export: str, random: Random) -> Field:
    fields = [field for field in _facts(export) if len(field.allowed) > 1]
    if not fields:
        raise NothingToChange
    return random.choice(fields)


def _answer(export: str, random: Random) -> str:
    fields = [field for field in contract_of(export).kept if field.type == "boolean"]
    if not fields:
        raise NothingToChange
    return random.choice(fields).stored_as
