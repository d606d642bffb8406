"""The checks of the exports find what was done to copies of them, and nothing in those of the demo.

Builds take long, so many changes share one: each at a place of its own, so that it is found there.
"""

import csv
import json
import shutil
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from conftest import Built, Row, Workplace, header_of, read_rows, run_cvg, write_rows
from cvg_warehouse.building.edition_before import load_edition_before
from cvg_warehouse.contracts.exports import EXPORTS, LINEAGE
from cvg_warehouse.paths import REFERENCE_SEEDS, exports_folder
from cvg_warehouse.publication.editions.pointer import edition_file, read_pointer

Rows = dict[str, list[Row]]
FOUND = """
    select distinct check_id, column_name, place_id, reporting_year
    from mart_data_findings where state = 'found'
"""
NOTES = "select distinct note from mart_data_findings where state = 'not_checked' order by 1"
YEAR = "2024"


def checks() -> dict[str, Row]:
    return {row["check_id"]: row for row in read_rows(REFERENCE_SEEDS / "data_checks.csv")}


def in_place(row: Row, place: str) -> bool:
    return row["annee"] == YEAR and place in (row["territoire"], row.get("chantier"), "Total")


def exits(rows: Rows) -> dict[str, Row]:
    return {row["id_parcours"]: row for row in rows["sorties"]}


def only(rows: Rows, export: str, keeps: Callable[[Row], bool]) -> None:
    rows[export] = [row for row in rows[export] if keeps(row)]


def without_exits(rows: Rows, gone: set[str]) -> None:
    for export in ("sorties", "suivi_post_sortie"):
        only(rows, export, lambda row: row["id_parcours"] not in gone)


def again(found: Iterable[Row], key: str, times: int = 1, **changed: str) -> list[Row]:
    """The same rows under other identifiers."""
    return [row | {key: f"{row[key]}-{n}"} | changed for row in found for n in range(times)]


def some(found: Iterable[Row], number: int) -> list[Row]:
    listed = list(found)[:number]
    assert len(listed) == number
    return listed


# What is done to one year, at a place


def actions_halved(rows: Rows, place: str) -> None:
    there = [row["id_action"] for row in rows["actions"] if in_place(row, place)]
    gone = set(there[::2])
    only(rows, "actions", lambda row: row["id_action"] not in gone)


def worksite_left_out(rows: Rows, place: str) -> None:
    without_exits(rows, {row["id_parcours"] for row in rows["sorties"] if in_place(row, place)})
    for export in ("salaries", "actions"):
        only(rows, export, lambda row: not in_place(row, place))


def most_people_left_out(rows: Rows, place: str) -> None:
    there = [row["id_parcours"] for row in rows["salaries"] if in_place(row, place)]
    gone = set(there) - set(there[::4])
    only(rows, "salaries", lambda row: not (in_place(row, place) and row["id_parcours"] in gone))
    unknown = gone - {row["id_parcours"] for row in rows["salaries"]}
    without_exits(rows, unknown)
    only(rows, "actions", lambda row: row["id_parcours"] not in unknown)


def sessions_left_out(rows: Rows, place: str) -> None:
    kept = {row["id_atelier"] for row in [r for r in rows["ateliers"] if in_place(r, place)][::8]}
    only(rows, "ateliers", lambda row: not in_place(row, place) or row["id_atelier"] in kept)


def exits_left_out(rows: Rows, place: str) -> None:
    there = [row["id_parcours"] for row in rows["sorties"] if in_place(row, place)]
    without_exits(rows, set(there) - set(there[::5]))


def exits_added(rows: Rows, place: str) -> None:
    example, known = rows["sorties"][0], exits(rows)
    rows["sorties"] += [
        dict.fromkeys(example, "")
        | {name: example[name] for name in LINEAGE}
        | {name: row[name] for name in ("annee", "territoire", "chantier", "id_parcours")}
        | {"date_sortie": f"{YEAR}-12-30", "motif_sortie": "20", "fiche_complete": "oui"}
        for row in rows["salaries"]
        if in_place(row, place) and row["id_parcours"] not in known
    ]


def cells(export: str, **values: str | Callable[[Row], str]) -> Callable[[Rows, str], None]:
    """Fill columns in, at a place and in the year."""

    def fill(rows: Rows, place: str) -> None:
        for row in rows[export]:
            if in_place(row, place):
                filled = {n: v(row) if callable(v) else v for n, v in values.items()}
                row.update(filled)

    return fill


def housing_copied(rows: Rows, place: str) -> None:
    entry = {row["id_parcours"]: row["logement_entree"] for row in rows["salaries"]}
    cells("sorties", logement_sortie=lambda row: entry[row["id_parcours"]])(rows, place)


def doubled(export: str, key: str, times: int = 3) -> Callable[[Rows, str], None]:
    def add(rows: Rows, place: str) -> None:
        there = [row for row in rows[export] if in_place(row, place)]
        unlinked = {"id_parcours": ""} if export == "actions" else {}
        rows[export] += again(there, key, times, **unlinked)

    return add


def people_doubled(rows: Rows, place: str) -> None:
    there = some((row for row in rows["salaries"] if in_place(row, place)), 40)
    rows["salaries"] += again(again(there, "id_parcours"), "id_salarie")


def people_tripled(rows: Rows, place: str) -> None:
    there = [row for row in rows["salaries"] if in_place(row, place)]
    strangers = again(again(there, "id_parcours", 2), "id_salarie", annee_naissance="1999")
    rows["salaries"] += [row | {"date_entree": f"{YEAR}-02-01"} for row in strangers]


def actions_doubled(rows: Rows, place: str) -> None:
    there = (row for row in rows["actions"] if in_place(row, place) and row["id_parcours"])
    rows["actions"] += again(some(there, 40), "id_action")


def people_merged(rows: Rows, place: str) -> None:
    for row in some((row for row in rows["salaries"] if in_place(row, place)), 20):
        row["id_salarie"] = "merged"


def pathways_moved(rows: Rows, place: str) -> None:
    there = [row for row in rows["salaries"] if in_place(row, place)]
    others = {row["chantier"] for row in there} - {there[0]["chantier"]}
    earlier = {row["id_parcours"] for row in rows["salaries"] if row["annee"] < YEAR}
    moving = (
        row
        for row in there
        if row["chantier"] == there[0]["chantier"] and row["id_parcours"] in earlier
    )
    for row in some(moving, 5):
        row["chantier"] = min(others)


def exits_moved(rows: Rows, place: str) -> None:
    worksites = sorted({row["chantier"] for row in rows["salaries"] if in_place(row, place)})
    for row in some((row for row in rows["sorties"] if in_place(row, place)), 5):
        row["chantier"] = next(one for one in worksites if one != row["chantier"])


def actions_moved(rows: Rows, place: str) -> None:
    worksites = sorted({row["chantier"] for row in rows["salaries"] if in_place(row, place)})
    there = (row for row in rows["actions"] if in_place(row, place) and row["id_parcours"])
    for row in some(there, 60):
        row["chantier"] = next(one for one in worksites if one != row["chantier"])


def actions_of_who_left(rows: Rows, place: str) -> None:
    left = [row["id_parcours"] for row in rows["sorties"] if row["annee"] < "2023"]
    there = (row for row in rows["actions"] if in_place(row, place) and row["id_parcours"])
    for row, gone in zip(some(there, 120), left, strict=False):
        row["id_parcours"] = gone


def delivered_after_exit(rows: Rows, place: str) -> None:
    left = {row["id_parcours"] for row in rows["sorties"] if row["annee"] == "2022"}
    there = (r for r in rows["salaries"] if r["territoire"] == place and r["id_parcours"] in left)
    rows["salaries"] += [row | {"annee": YEAR} for row in some(there, 1)]


def exits_without_a_year(rows: Rows, place: str) -> None:
    earlier = {row["id_parcours"] for row in rows["salaries"] if row["annee"] == "2023"}
    leaving = (
        row["id_parcours"]
        for row in rows["sorties"]
        if in_place(row, place) and row["id_parcours"] in earlier
    )
    gone = set(list(leaving)[:2])
    assert gone
    only(rows, "salaries", lambda row: not (in_place(row, place) and row["id_parcours"] in gone))


def pathways_vanished(rows: Rows, place: str) -> None:
    left, earlier = exits(rows), {r["id_parcours"] for r in rows["salaries"] if r["annee"] < YEAR}
    staying = (
        row["id_parcours"]
        for row in rows["salaries"]
        if in_place(row, place) and row["id_parcours"] in earlier - left.keys()
    )
    gone = set(list(staying)[:10])
    assert len(gone) == 10
    only(rows, "salaries", lambda row: not (in_place(row, place) and row["id_parcours"] in gone))


def pathways_renewed(rows: Rows, place: str) -> None:
    earlier = {row["id_parcours"] for row in rows["salaries"] if row["annee"] < YEAR}
    there = (row for row in rows["salaries"] if in_place(row, place))
    renewed = {
        row["id_parcours"] for row in some((r for r in there if r["id_parcours"] in earlier), 20)
    }
    for export in ("salaries", "sorties", "actions", "suivi_post_sortie"):
        for row in rows[export]:
            if row["annee"] == YEAR and row["id_parcours"] in renewed:
                row["id_parcours"] += "-new"
                if export == "salaries":
                    row["id_salarie"] += "-new"


def follow_ups_left_out(rows: Rows, place: str) -> None:
    there = [row for row in rows["suivi_post_sortie"] if row["annee"] == YEAR]
    rows["suivi_post_sortie"] = [
        row for row in rows["suivi_post_sortie"] if row["annee"] != YEAR
    ] + there[::8]


def follow_ups_added(rows: Rows, place: str) -> None:
    example = rows["suivi_post_sortie"][0]
    known = {row["id_parcours"] for row in rows["suivi_post_sortie"]}
    rows["suivi_post_sortie"] += [
        example | {"annee": "2023", "id_parcours": row["id_parcours"], "volet": "logement"}
        for row in rows["sorties"]
        if row["annee"] == "2023" and row["id_parcours"] not in known
    ]


def follow_up_late(rows: Rows, place: str) -> None:
    left = {row["id_parcours"] for row in rows["sorties"] if row["annee"] == "2021"}
    late = next(row for row in rows["suivi_post_sortie"] if row["id_parcours"] in left)
    late["annee"] = YEAR


def nobody_reached(rows: Rows, place: str) -> None:
    for row in rows["suivi_post_sortie"]:
        if row["annee"] == "2023":
            row["contacte"] = "non"


def one_session_of_9999(rows: Rows, place: str) -> None:
    next(r for r in rows["ateliers"] if in_place(r, place))["participants"] = "9999"


def swapped(rows: Rows, place: str) -> None:
    for row in rows["salaries"]:
        if in_place(row, place):
            row["rsa_entree"], row["ass_entree"] = row["ass_entree"], row["rsa_entree"]


ONE_YEAR: list[tuple[str, str, str, Callable[[Rows, str], None]]] = [
    ("complete_without_reason", "06-Charente", "motif_sortie", cells("sorties", motif_sortie="")),
    ("column_unknown", "06-Charente", "motif_sortie", lambda rows, place: None),
    ("unknown_more", "06-Charente", "motif_sortie", lambda rows, place: None),
    ("more_ateliers", "06-Charente", "", doubled("ateliers", "id_atelier")),
    ("one_value_left", "05-Strasbourg", "sexe", cells("salaries", sexe="F")),
    ("more_actions", "05-Strasbourg", "", doubled("actions", "id_action")),
    (
        "status_without_difficulty",
        "05-Strasbourg",
        "difficulte_sante_sortie",
        cells("salaries", difficulte_sante_entree="non"),
    ),
    ("housing_unchanged", "09-Somme", "logement_sortie", housing_copied),
    ("pathway_vanished", "09-Somme", "", pathways_vanished),
    (
        "phc_housing_without_phc",
        "10-Rennes",
        "passage_phc",
        cells("salaries", passage_phc="non", logement_entree_phc="Rue"),
    ),
    ("action_outside_pathway", "10-Rennes", "annee", actions_of_who_left),
    ("one_value", "Total", "fiche_complete", cells("sorties", fiche_complete="oui")),
    ("pathways_alike", "07-Marseille", "", people_doubled),
    ("fewer_sorties", "07-Marseille", "", exits_left_out),
    ("actions_alike", "08-Rouen", "", actions_doubled),
    ("person_of_many_pathways", "11-Moselle", "id_salarie", people_merged),
    ("person_of_two_births", "11-Moselle", "annee_naissance", lambda rows, place: None),
    ("pathway_of_two_people", "11-Moselle", "id_salarie", lambda rows, place: None),
    ("pathway_moved", "12-Seine_Saint_Denis", "chantier", pathways_moved),
    ("exit_elsewhere", "12-Seine_Saint_Denis", "chantier", exits_moved),
    ("more_sorties", "05-Strasbourg", "", exits_added),
    ("active_after_exit", "03-Lille", "annee", delivered_after_exit),
    ("exit_without_year", "03-Lille", "annee", exits_without_a_year),
    ("action_elsewhere", "03-Lille", "chantier", actions_moved),
    (
        "unknown_gone",
        "Total",
        "medecin_traitant_entree",
        cells("salaries", medecin_traitant_entree=lambda r: r["medecin_traitant_entree"] or "non"),
    ),
    ("columns_exchanged", "Total", "ass_entree", swapped),
    ("fewer_actions", "02-Lyon", "", actions_halved),
    ("many_participants", "04-Nantes", "participants", one_session_of_9999),
    (
        "value_gone",
        "04-Nantes",
        "duree_sans_emploi",
        cells("salaries", duree_sans_emploi="1 à 2 ans"),
    ),
    ("value_shifted", "04-Nantes", "duree_sans_emploi", lambda rows, place: None),
    (
        "entry_changed",
        "01-Paris",
        "rqth_entree",
        cells("salaries", rqth_entree=lambda row: row["medecin_traitant_entree"]),
    ),
    ("right_lost", "01-Paris", "rqth_sortie", lambda rows, place: None),
    ("pathway_renewed", "01-Paris", "", pathways_renewed),
    ("pathway_late", "01-Paris", "", lambda rows, place: None),
    ("more_salaries", "CHA-01", "", people_tripled),
    ("fewer_salaries", "LYO-03", "", most_people_left_out),
    ("fewer_ateliers", "02-Lyon", "", sessions_left_out),
    ("rows_gone", "ROU-02", "", worksite_left_out),
    ("fewer_suivi_post_sortie", "Total", "", follow_ups_left_out),
    ("more_suivi_post_sortie", "Total", "", follow_ups_added),
    ("follow_up_out_of_time", "Total", "annee", follow_up_late),
    ("known_without_contact", "Total", "contacte", nobody_reached),
]


def changed_exports(folder: Path, change: Callable[[Rows], None]) -> Workplace:
    """A copy of the exports with a change, and room for its warehouse beside it."""
    workplace = Workplace(folder / "exports", folder / "built" / "cvg.duckdb")
    workplace.exports.mkdir()
    workplace.warehouse.parent.mkdir()
    shipped = {export: exports_folder() / f"{export}.csv" for export in EXPORTS}
    rows = {export: read_rows(file) for export, file in shipped.items()}
    change(rows)
    for export, file in shipped.items():
        write_rows(workplace.file(export), header_of(file), rows[export])
    return workplace


def all_of_one_year(rows: Rows) -> None:
    for _, place, _, change in ONE_YEAR:
        change(rows, place)


def in_all_years(rows: Rows) -> None:
    """Nothing of this differs from the year before."""
    swapped = {"oui": "non", "non": "oui", "": ""}
    rows["ateliers"] = []
    for row in rows["salaries"]:
        row["passage_phc"] = swapped[row["passage_phc"]]
        row["medecin_traitant_entree"] = row["medecin_traitant_entree"] or "non"
        row["niveau_formation"] = ""
        if row["orienteur"] == "premieres_heures":
            row["passage_phc"] = "non"


@pytest.fixture(scope="module")
def one_year(tmp_path_factory: pytest.TempPathFactory, editions: Path) -> Built:
    """Beside an edition of the exports as they were."""
    workplace = changed_exports(tmp_path_factory.mktemp("one_year"), all_of_one_year)
    run = workplace.build(CVG_EDITIONS=editions)
    return Built(workplace.exports, workplace.warehouse, run, {})


@pytest.fixture(scope="module")
def all_years(tmp_path_factory: pytest.TempPathFactory, damaged: Path) -> Built:
    """Beside a damaged edition."""
    workplace = changed_exports(tmp_path_factory.mktemp("all_years"), in_all_years)
    run = workplace.build(CVG_EDITIONS=damaged)
    return Built(workplace.exports, workplace.warehouse, run, {})


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory, editions: Path) -> Path:
    """Editions whose current internal file is cut short."""
    folder = tmp_path_factory.mktemp("damaged")
    pointer = read_pointer(editions)
    assert pointer is not None
    shutil.copy(editions / "current.json", folder)
    whole = edition_file(editions, pointer.edition, "internal").read_bytes()
    edition_file(folder, pointer.edition, "internal").write_bytes(whole[: len(whole) // 2])
    return folder


def found(workplace: Workplace) -> set[tuple]:
    return set(workplace.query(FOUND))


def test_shipped_exports_are_as_they_should_be(built: Built) -> None:
    assert found(built) == set()
    assert "nothing found; 2020 has no year before; there is no edition before" in " ".join(
        built.run.stdout.split()
    )


def test_another_seed_and_size_are_too(tmp_path: Path) -> None:
    workplace = Workplace(tmp_path / "exports", tmp_path / "built" / "cvg.duckdb")
    workplace.warehouse.parent.mkdir()
    assert (
        run_cvg("demo", "--out", workplace.exports, "--seed", "7", "--scale", "3").returncode == 0
    )
    run = workplace.build()
    assert found(workplace) == set()
    assert "not comparable: the exports are synthetic, and not the shipped ones" in " ".join(
        run.stdout.split()
    )
    assert "report_is_reproduced" not in run.stderr


@pytest.mark.parametrize(("check", "place", "column"), [row[:3] for row in ONE_YEAR])
def test_a_change_in_one_year_is_found(
    one_year: Built, check: str, place: str, column: str
) -> None:
    last_years = {(check, column, place, year) for year in (2023, 2024)}
    assert last_years & found(one_year), one_year.run.stderr


def test_findings_stop_nothing_and_are_told_in_a_line_each(one_year: Built) -> None:
    assert one_year.run.returncode == 0, one_year.run.stderr
    told = [line for line in one_year.run.stderr.splitlines() if "data check" in line]
    assert [line.split()[3].rstrip(":") for line in told] == sorted(
        {check for check, *_ in found(one_year)}
    )
    fixes = {check: row["fix"] for check, row in checks().items()}
    for line in told:
        assert line.startswith("warning: data check ")
        assert line.endswith(fixes[line.split()[3].rstrip(":")])
    people = {row["id_salarie"] for row in read_rows(one_year.file("salaries"))}
    assert people.isdisjoint(one_year.run.stderr.replace(":", " ").split())


def test_figures_that_readers_have_are_compared(one_year: Built, built: Built) -> None:
    moved = set(
        one_year.query(
            "select column_name, place_id from mart_data_findings where check_id = 'figure_moved'"
        )
    )
    assert ("public.women", "05-Strasbourg") in moved
    assert ("headcount.exited", "07-Marseille") in moved
    (note,) = built.query("select note from mart_data_findings where check_id = 'figure_moved'")
    assert note == ("there is no edition before",)


def test_a_change_in_all_years_is_found(all_years: Built) -> None:
    assert {
        ("none_unknown", "medecin_traitant_entree", "Total", 2024),
        ("column_empty", "niveau_formation", "Total", 2021),
        ("export_empty", "", "Total", 2024),
        ("phc_housing_without_phc", "passage_phc", "01-Paris", 2024),
        ("phc_without_housing", "passage_phc", "01-Paris", 2024),
        ("phc_referral_without_phc", "passage_phc", "Total", 2024),
    } <= found(all_years), all_years.run.stderr


def test_an_edition_that_cannot_be_read_is_told_and_stops_nothing(all_years: Built) -> None:
    assert all_years.run.returncode == 0, all_years.run.stderr
    assert "Traceback" not in all_years.run.stderr
    assert ("edition_unreadable", "", "Total", 2024) in found(all_years)
    assert any("internal.duckdb" in note for (note,) in all_years.query(NOTES))


def test_every_check_was_seen_to_find(one_year: Built, all_years: Built) -> None:
    seen = {check for check, *_ in found(one_year) | found(all_years)}
    # one refuses, one is told as a state, those of forms are in test_forms_in.py
    elsewhere = {
        "year_ahead",
        "printed_report",
        "declared_total",
        "form_without_rows",
        "form_period",
    }
    assert seen == checks().keys() - elsewhere


@pytest.mark.parametrize(
    ("export", "columns", "said"),
    [
        ("ateliers", ("annee", "date_atelier"), "year_ahead: correct the year, or the clock of"),
        ("salaries", ("annee",), "year_ahead: correct the year, or the clock of"),
        ("sorties", ("date_sortie",), "date_sortie: not in the year of annee"),
    ],
)
def test_a_year_that_has_not_begun_is_refused(
    tmp_path: Path, export: str, columns: tuple[str, ...], said: str
) -> None:
    """So that no mistyped date makes a reporting year: not in the warehouse, nor in an edition."""
    ahead = str(datetime.now(UTC).year + 1)

    def mistype(rows: Rows) -> None:
        for column in columns:
            written = rows[export][5][column].replace("02-29", "02-28")
            rows[export][5][column] = ahead + written[4:]

    workplace = changed_exports(tmp_path, mistype)
    workplace.warehouse.write_bytes(b"the previous warehouse")
    run = workplace.build()
    assert run.returncode == 2
    assert said in run.stderr
    assert workplace.warehouse.read_bytes() == b"the previous warehouse"


# The edition before, by itself


def state(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    monkeypatch.setenv("CVG_EDITIONS", str(folder))
    with closing(duckdb.connect()) as connection:
        load_edition_before(connection)
        load_edition_before(connection)  # also a second time in one process
        cells = "(select count(*) > 0 from edition_before.mart_indicators)"
        return connection.execute(f"select *, {cells} from edition_before.state").fetchall()


def test_edition_is_read(editions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pointer = read_pointer(editions)
    assert pointer is not None
    assert state(editions, monkeypatch) == [(pointer.edition, True, None, True)]


def test_no_edition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state(tmp_path, monkeypatch) == []


@pytest.mark.parametrize("text", ["", "[]", "{", json.dumps({"edition": "../x"})])
def test_pointer_that_names_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "current.json").write_text(text, encoding="utf-8")
    ((edition, _, problem, has_cells),) = state(tmp_path, monkeypatch)
    assert (edition, has_cells) == (None, False)
    assert "current.json: names no edition" in problem


@pytest.mark.parametrize("damage", ["gone", "cut", "other"])
def test_edition_that_cannot_be_read(
    damaged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    folder = tmp_path / "editions"
    shutil.copytree(damaged, folder)
    (file,) = folder.glob("*-internal.duckdb")
    if damage != "cut":
        file.unlink()
    if damage == "other":
        with closing(duckdb.connect(file)) as connection:
            connection.execute("create table edition (is_synthetic int)")
    ((_, _, problem, has_cells),) = state(folder, monkeypatch)
    assert file.name in problem
    assert not has_cells


# The seed


def test_checks_say_everything() -> None:
    with (REFERENCE_SEEDS / "data_checks.csv").open(encoding="utf-8", newline="") as stream:
        assert all(None not in row for row in csv.DictReader(stream))
    for check, row in checks().items():
        assert row["severity"] in ("error", "warning"), check
        assert row["rule"], check
        assert row["fix"], check
        assert any(row[f"largest_{level}"] for level in ("total", "territory", "worksite")), check


def test_every_export_has_its_checks_of_volume() -> None:
    assert {f"{less}_{export}" for less in ("fewer", "more") for export in EXPORTS} <= set(checks())
