"""Whose number it is: worksites that count alike, senders who disagree, people who are linked."""

import json
from itertools import permutations
from pathlib import Path

import pytest
from tests.support.deliveries import (
    KEY,
    Row,
    action,
    atelier,
    checks_of,
    csv_text,
    deliver,
    salarie,
    sortie,
    take_in,
)

from conftest import read_rows, run_cvg
from cvg_warehouse import ingest
from cvg_warehouse.feedback.letters import letters_of
from cvg_warehouse.ingest.findings import IngestResult

ROUEN = {"territoire": "08-Rouen"}


def people(worksite: str, count: int, **changes: str) -> list[Row]:
    """Rows of a worksite of Rouen that numbers its people from 1."""
    return [salarie(n, **ROUEN, chantier=worksite, **changes) for n in range(1, count + 1)]


def loaded(folder: Path, export: str = "salaries") -> list[Row]:
    return read_rows(folder / "out" / f"{export}.csv")


def who(rows: list[Row]) -> set[tuple[str, str]]:
    return {(row["chantier"], row["id_salarie"]) for row in rows}


ONE, TWO = csv_text(people("ROU-01", 5)), csv_text(people("ROU-02", 4, sexe="H"))
GROUPINGS: dict[str, list[dict[str, str | bytes]]] = {
    "one run": [{"ROU-01 salaries.csv": ONE, "ROU-02 salaries.csv": TWO}],
    "two runs": [{"ROU-01 salaries.csv": ONE}, {"ROU-02 salaries.csv": TWO}],
    "the other order": [{"ROU-02 salaries.csv": TWO}, {"ROU-01 salaries.csv": ONE}],
    "dated folders": [{"2025-01-10/salaries.csv": ONE, "2025-02-10/salaries.csv": TWO}],
    "dated folders, the other order": [
        {"2025-02-10/salaries.csv": ONE, "2025-01-10/salaries.csv": TWO}
    ],
    "one file": [
        {"salaries.csv": csv_text([*people("ROU-02", 4, sexe="H"), *people("ROU-01", 5)])}
    ],
    "one again": [
        {"ROU-01 salaries.csv": ONE},
        {"ROU-02 salaries.csv": TWO},
        {"ROU-01 salaries.csv": ONE},
    ],
}


@pytest.mark.parametrize("grouping", GROUPINGS)
def test_two_worksites_that_count_from_1_are_all_loaded(grouping: str, tmp_path: Path) -> None:
    for files in GROUPINGS[grouping]:
        result = take_in(tmp_path, files)
        assert result.all_is_well, checks_of(result)
        assert not result.corrections
    first = tmp_path / "first"
    take_in(first, GROUPINGS["one run"][0])
    assert who(loaded(tmp_path)) == who(loaded(first))
    assert len({row["id_salarie"] for row in loaded(tmp_path)}) == 9
    assert len({row["id_parcours"] for row in loaded(tmp_path)}) == 9


def test_every_order_of_three_worksites_gives_the_same_people(tmp_path: Path) -> None:
    files = {code: csv_text(people(code, 3)) for code in ("ROU-01", "ROU-02", "ROU-03")}
    found = []
    for number, order in enumerate(permutations(files)):
        for code in order:
            take_in(tmp_path / str(number), {f"{code} salaries.csv": files[code]})
        found.append(who(loaded(tmp_path / str(number))))
    assert len(found[0]) == 9
    assert all(one == found[0] for one in found)


def test_an_exit_is_of_the_worksite_that_delivers_it(tmp_path: Path) -> None:
    take_in(tmp_path, {"ROU-01 salaries.csv": ONE})
    result = take_in(
        tmp_path, {"ROU-02 sorties.csv": csv_text([sortie(5, **ROUEN, chantier="ROU-02")])}
    )
    assert checks_of(result) >= {"pathway_unknown"}
    assert not loaded(tmp_path, "sorties")


def test_a_follow_up_is_of_the_worksite_that_its_file_or_its_row_names(tmp_path: Path) -> None:
    exits = {
        f"{code} {export}.csv": text
        for code in ("ROU-01", "ROU-02")
        for export, text in (
            ("salaries", csv_text(people(code, 2))),
            ("sorties", csv_text([sortie(1, **ROUEN, chantier=code)])),
        )
    }
    take_in(tmp_path, exits)
    told = {"annee": "2024", "id_parcours": "P0001", "volet": "emploi", "contacte": "oui"}
    nobodys = take_in(tmp_path, {"suivi.csv": csv_text([told])})
    assert checks_of(nobodys) >= {"worksite_needed"}
    by_name = take_in(tmp_path, {"ROU-02 suivi.csv": csv_text([told])})
    by_row = take_in(tmp_path, {"suivi Rouen.csv": csv_text([told | {"chantier": "ROU-01"}])})
    assert by_name.all_is_well
    assert by_row.all_is_well
    pathways = {row["chantier"]: row["id_parcours"] for row in loaded(tmp_path, "sorties")}
    assert {row["id_parcours"] for row in loaded(tmp_path, "suivi_post_sortie")} == set(
        pathways.values()
    )


def test_a_team_says_whose_number_it_means(tmp_path: Path) -> None:
    """Whatever lies beside its file: the number may be that of a worksite that comes later."""
    told = action(1, **ROUEN, id_parcours="P0001")
    files = {"ROU-01 salaries.csv": ONE, "equipe 08-Rouen actions.csv": csv_text([told])}
    result = take_in(tmp_path, dict(files))
    assert "worksite_needed" in checks_of(result)
    assert not loaded(tmp_path, "actions")
    named = csv_text([told | {"chantier": "ROU-01"}])
    assert take_in(tmp_path, {"equipe 08-Rouen actions.csv": named}).all_is_well
    assert len(loaded(tmp_path, "actions")) == 1


def test_teams_and_worksites_number_their_own_actions_and_sessions(tmp_path: Path) -> None:
    lyon = {"territoire": "02-Lyon"}
    result = take_in(
        tmp_path,
        {
            "equipe 08-Rouen actions.csv": csv_text([action(1, **ROUEN)]),
            "equipe 02-Lyon actions.csv": csv_text([action(1, **lyon)]),
            "ROU-01 actions.csv": csv_text([action(1, **ROUEN, date_action="06/03/2024")]),
            "ROU-02 actions.csv": csv_text([action(1, **ROUEN, date_action="07/03/2024")]),
            "ateliers.csv": csv_text([atelier(1, **ROUEN), atelier(1, **lyon)]),
        },
    )
    assert result.all_is_well, checks_of(result)
    assert {row["id_action"] for row in loaded(tmp_path, "actions")} == {
        "08-Rouen/A0001", "02-Lyon/A0001", "ROU-01/A0001", "ROU-02/A0001",
    }  # fmt: skip
    assert len(loaded(tmp_path, "ateliers")) == 2


@pytest.mark.parametrize("own_first", [True, False])
def test_only_its_own_sender_corrects_a_row_and_both_are_told(
    own_first: bool, tmp_path: Path
) -> None:
    own = {"ROU-01 salaries.csv": ONE}
    foreign = {"ROU-02 salaries.csv": csv_text(people("ROU-01", 1, sexe="H"))}
    order = (own, foreign) if own_first else (foreign, own)
    results = [take_in(tmp_path, files) for files in order]
    assert {row["sexe"] for row in loaded(tmp_path)} == {"F"}
    assert len(loaded(tmp_path)) == 5
    assert not results[-1].all_is_well
    told = {
        (letter.code, found.check_id)
        for letter in letters_of(results[-1])
        for found in letter.findings
    }
    assert {("ROU-01", "disagrees_with_other_sender"), ("ROU-02", "other_sender")} <= told
    waiting = (tmp_path / "quarantine" / "salaries.csv").read_text(encoding="utf-8-sig")
    assert "id_parcours:other_sender" in waiting
    assert waiting.count("\n") == 2


def test_the_same_row_from_another_sender_disturbs_nobody(tmp_path: Path) -> None:
    take_in(tmp_path, {"ROU-01 salaries.csv": ONE})
    result = take_in(tmp_path, {"ROU-02 salaries.csv": csv_text(people("ROU-01", 1))})
    assert result.all_is_well, checks_of(result)
    assert len(loaded(tmp_path)) == 5


IDENTITY = {"nom": "Zyxommequint", "prenom": "Quiteriavolm"}


def known_at_two_worksites(folder: Path) -> IngestResult:
    """One person at two worksites, delivered in two runs, and someone else at each."""
    for code in ("ROU-01", "ROU-02"):
        rows = people(code, 2)
        rows[0] |= IDENTITY
        result = take_in(folder, {f"{code} salaries.csv": csv_text(rows)})
    return result


def run_link(folder: Path, *options: str) -> tuple[int, str]:
    run = run_cvg("link", str(folder / "out"), *options, CVG_PSEUDONYM_KEY=KEY.hex())
    return run.returncode, run.stdout + run.stderr


def test_a_person_known_at_two_worksites_is_linked_when_an_analyst_signs_it(tmp_path: Path) -> None:
    result = known_at_two_worksites(tmp_path)
    (found,) = result.duplicates
    assert (found.reason, found.worksites) == ("same_identity", ("ROU-01", "ROU-02"))
    assert len({row["id_salarie"] for row in loaded(tmp_path)}) == 4, "nobody is merged by itself"
    (entry,) = json.loads((tmp_path / "out" / "people_to_review.json").read_text())

    assert run_link(tmp_path, "--sign", entry["id"])[0] == 2, "nobody signs"
    assert run_link(tmp_path, "--sign", "00000000", "--by", "AB")[0] == 2
    code, said = run_link(tmp_path, "--sign", entry["id"], "--by", "AB")
    assert code == 0, said
    linked = {row["id_salarie"] for row in loaded(tmp_path)}
    assert len(linked) == 3
    assert linked & set(found.people) == {min(found.people)}

    again = known_at_two_worksites(tmp_path)
    assert not again.duplicates, "it is signed"
    assert {row["id_salarie"] for row in loaded(tmp_path)} == linked
    assert run_link(tmp_path, "--undo", found.people[0])[0] == 0
    assert len({row["id_salarie"] for row in loaded(tmp_path)}) == 4


def test_different_people_are_no_longer_proposed(tmp_path: Path) -> None:
    known_at_two_worksites(tmp_path)
    (entry,) = json.loads((tmp_path / "out" / "people_to_review.json").read_text())
    assert run_link(tmp_path, "--apart", entry["id"], "--by", "AB")[0] == 0
    assert not known_at_two_worksites(tmp_path).duplicates
    assert len({row["id_salarie"] for row in loaded(tmp_path)}) == 4
    assert "0 to review; signed: 0 pairs are one person, 1" in run_link(tmp_path)[1]


def test_a_number_that_is_given_to_somebody_else_later_is_told(tmp_path: Path) -> None:
    first = [salarie(1, **IDENTITY)]
    take_in(tmp_path, {"PAR-01 salaries.csv": csv_text(first)})
    later = [first[0] | {"nom": "Autrequint", "annee": "2025", "id_parcours": "P0009"}]
    result = take_in(tmp_path, {"PAR-01 salaries 2025.csv": csv_text(later)})
    assert "identifier_two_people" in checks_of(result)
    assert [found.reason for found in result.duplicates] == ["same_identifier"]


def test_worksites_that_are_declared_to_share_a_numbering_have_one(tmp_path: Path) -> None:
    from tests.support.project import Project

    project = Project.copy(tmp_path / "project", tmp_path / "out")
    spaces = project.home / "contracts" / "number_spaces.csv"
    spaces.write_text("space,worksite\nROU,ROU-01\nROU,ROU-02\n", encoding="utf-8")
    deliveries = deliver(tmp_path / "deliveries", GROUPINGS["one run"][0])
    other = [salarie(1, **ROUEN, chantier="ROU-02", annee="2025")]
    deliver(deliveries, {"ROU-02 salaries 2025.csv": csv_text(other)})
    run = project.cvg(
        "ingest", str(deliveries), "--out", str(tmp_path / "out"), CVG_PSEUDONYM_KEY=KEY.hex()
    )
    assert "other_sender" in run.stderr, "P0001 to P0004 of 2024 are delivered twice"
    rows = loaded(tmp_path)
    assert len({row["id_salarie"] for row in rows}) == 5
    assert {row["chantier"] for row in rows if row["annee"] == "2025"} == {"ROU-02"}


def test_an_order_of_runs_changes_no_byte(tmp_path: Path) -> None:
    files = {"ROU-01 salaries.csv": ONE, "ROU-02 salaries.csv": TWO}
    deliveries = deliver(tmp_path / "deliveries", dict(files))
    made = []
    for name in ("first", "second"):
        for _ in range(2):
            ingest.run(deliveries, tmp_path / name / "out", KEY)
        made.append({f.name: f.read_bytes() for f in sorted((tmp_path / name / "out").iterdir())})
    assert made[0] == made[1]
