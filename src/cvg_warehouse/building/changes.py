"""What of the exports is not as it was when the warehouse was built, and which rows that touches.

A whole build notes a digest of the rows of each worksite and year in its file, in `rows_read`. Two
such notes tell which worksites delivered something else. A row that did not change is made anew all
the same where something made of it may change: by the pathway, the person, or the worksite.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from cvg_warehouse.building.exports_format import ExportsFormat
from cvg_warehouse.contracts.exports import consolidated_columns
from cvg_warehouse.export_files import files_in

NOTE = "rows_read"
PLACED = ("annee", "territoire", "chantier")
KEYED = ("annee", "id_parcours")
DIGESTED = {
    "salaries": PLACED,
    "sorties": PLACED,
    "actions": PLACED,
    "ateliers": ("annee", "territoire"),
    "suivi_post_sortie": KEYED,
}
"""By which columns the rows of an export are noted. Sessions have no worksite."""
GROUP = ("annee", "territoire", "chantier", "id_parcours")
YEAR = "extract(year from current_date)"
"""A check looks at rows of years to come: in another year all rows are others."""

TOUCHED = """
    create temp table changed as
    select distinct export, annee, territoire, chantier, id_parcours from (
        (select * from {new} except select * from {old})
        union all
        (select * from {old} except select * from {new})
    );

    -- the rows before, and of those now the ones of a group that changed: the others are the same
    create temp table people_now as select id_parcours, id_salarie, chantier from {salaries};
    create temp table exits_now as select id_parcours, chantier from {sorties};
    create temp table actions_now as
    select id_action, id_parcours, chantier, territoire from {actions};

    create temp table of_people as
    select pathway_key, person_key, worksite_id from {before}.stg_exports__salaries
    union all
    from people_now;

    create temp view actions as
    select action_key, pathway_key, worksite_id, territory_id from {before}.stg_exports__actions
    union all
    from actions_now;

    create temp view placed as
    select pathway_key, worksite_id from of_people
    union all
    select pathway_key, worksite_id from {before}.stg_exports__sorties
    union all
    from exits_now
    union all
    select pathway_key, worksite_id from actions;

    -- of rows without a worksite all of the territory are touched
    create temp table placeless_actions as
    select actions.*
    from actions inner join changed
        on changed.export = 'actions' and changed.chantier is null
        and actions.worksite_id is null
        and actions.territory_id is not distinct from changed.territoire;

    create temp table changed_pathways as
    select pathway_key from placed
    where pathway_key is not null and worksite_id in (select chantier from changed)
    union
    select id_parcours from changed where id_parcours is not null
    union
    select pathway_key from placeless_actions where pathway_key is not null;

    -- what is made of a pathway may ask for all pathways of its person
    create temp table of_changed_people as
    select pathway_key from changed_pathways
    union
    select pathway_key from of_people where pathway_key is not null and person_key in (
        select person_key from of_people
        where pathway_key in (select pathway_key from changed_pathways)
    );

    -- what is counted of a worksite asks for all of its pathways
    create temp table touched_worksites as
    select chantier as worksite_id from changed where chantier is not null
    union
    select worksite_id from placed
    where pathway_key in (select pathway_key from of_changed_people) and worksite_id is not null;

    -- a pathway may have been delivered as that of two people, and so on
    create temp table touched_pathways as
    with recursive reached as (
        select pathway_key from of_changed_people
        union
        select pathway_key from placed
        where pathway_key is not null
            and worksite_id in (select worksite_id from touched_worksites)
        union
        select others.pathway_key
        from reached
        inner join of_people as own on reached.pathway_key = own.pathway_key
        inner join of_people as others on own.person_key = others.person_key
        where others.pathway_key is not null
    )
    select pathway_key from reached;

    create or replace table touched as
    select 'pathway' as unit, pathway_key as key from touched_pathways
    union
    select 'person', person_key from of_people
    where person_key is not null and pathway_key in (select pathway_key from touched_pathways)
    union
    select 'worksite', worksite_id from touched_worksites
    union
    select 'place', worksite_id from touched_worksites
    union
    select 'place', geography_id from {before}.dim_geographies
    union
    select 'action', action_key from placeless_actions
    union
    select 'action', action_key from actions
    where worksite_id in (select worksite_id from touched_worksites)
        or pathway_key in (select pathway_key from touched_pathways)
    union
    select 'session', id_atelier from {ateliers}
    union
    select 'session', session_key
    from {before}.stg_exports__ateliers as sessions semi join changed
        on changed.export = 'ateliers'
        and sessions.territory_id is not distinct from changed.territoire
    union
    select unnest(['pathway', 'person', 'action', 'session', 'worksite', 'place']), '';
"""


def note_rows(connection: duckdb.DuckDBPyConnection, exports: Path, form: ExportsFormat) -> None:
    """Note in a database which rows the exports hold, for the next build to compare with."""
    files = files_in(exports, form.of_files)
    digests = (
        f"select '{export}' as export, {_groups(by)}, count(*) as rows, {YEAR} as noted_in, "
        f"sum(hash({', '.join(c.name for c in consolidated_columns(export))})) as digest "
        f"from {_rows(files[export], export)} group by all"
        for export, by in DIGESTED.items()
    )
    connection.execute(f"create or replace table {NOTE} as {' union all '.join(digests)}")


def note_touched(
    connection: duckdb.DuckDBPyConnection, before: str, exports: Path, form: ExportsFormat
) -> float:
    """Write the table `touched` (unit, key) into a database that holds the note of the new rows.

    `before` is the catalog of the warehouse before. Returns the share of all pathways that are
    touched, 0 to 1.
    """
    files = files_in(exports, form.of_files)
    rows = {export: _changed_rows(files[export], export) for export in DIGESTED}
    connection.execute(TOUCHED.format(new=NOTE, old=f"{before}.{NOTE}", before=before, **rows))
    ((share,),) = connection.execute(
        "select count(distinct pathway_key) filter (pathway_key in (from touched_pathways)) "
        "/ greatest(count(distinct pathway_key), 1) from of_people"
    ).fetchall()
    return float(share)


def _groups(by: tuple[str, ...]) -> str:
    return ", ".join(name if name in by else f"null::text as {name}" for name in GROUP)


def _changed_rows(file: Path, export: str) -> str:
    """The rows of a file that are of a group in the table `changed`."""
    same = [f"delivered.{by} is not distinct from changed.{by}" for by in DIGESTED[export]]
    condition = " and ".join([f"changed.export = '{export}'", *same])
    return f"{_rows(file, export)} as delivered semi join changed on {condition}"


def _rows(file: Path, export: str) -> str:
    """The rows of a file with all columns of the contract, trimmed as staging trims them."""
    path = str(file).replace("'", "''")
    if file.suffix == ".parquet":
        reader = f"read_parquet('{path}')"
    else:
        reader = (
            f"read_csv('{path}', header = true, delim = ',', quote = '\"', escape = '\"', "
            "all_varchar = true)"
        )
    described = duckdb.execute(f"select column_name from (describe from {reader})").fetchall()
    found = {name for (name,) in described}
    return f"(select {', '.join(_selected(export, found))} from {reader})"


def _selected(export: str, found: set[str]) -> Iterator[str]:
    for column in consolidated_columns(export):
        read = f"{column.name}::text" if column.name in found else "null::text"
        yield f"nullif(trim({read}), '') as {column.name}"
