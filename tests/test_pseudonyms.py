"""Who is meant stays secret: keys, pseudonyms, and no byte about a person in what is written."""

import os
import stat
import subprocess
from pathlib import Path

import pytest
from tests.support.deliveries import (
    KEY,
    action,
    atelier,
    csv_text,
    deliver,
    salaries,
    saved,
    sortie,
    take_in,
    workbook,
    written,
)

from conftest import read_rows, run_cvg
from cvg_warehouse.contracts.exports import consolidated_columns
from cvg_warehouse.ingest.people import names_in, points_at_a_person
from cvg_warehouse.ingest.pseudonyms import (
    PSEUDONYM,
    key_version,
    load_key,
    local_pseudonym,
    new_key,
    pseudonym,
)
from cvg_warehouse.paths import PROJECT
from cvg_warehouse.terminal import Refusal

PLANTED = {
    "nom": "Zyxommequint",
    "prenom": "Quiteriavolm",
    "nir": "284057512345678",
    "telephone": "0698765432",
    "courriel": "zq@exemple-introuvable.fr",
    "adresse": "17 rue Introuvablissime",
}
SECRETS = [
    *PLANTED.values(),
    "06 98 76 54 32",
    "2 84 05 75 123 456 78",
    "SECRET-SALARIE-77",
    "SECRET-PARCOURS-77",
    "exemple-introuvable",
    "Introuvablissime",
]


def planted_files() -> dict[str, str | bytes]:
    """Deliveries that name a person in every column where that can happen, in good and bad rows."""
    person = PLANTED | {"id_salarie": "SECRET-SALARIE-77", "id_parcours": "SECRET-PARCOURS-77"}
    misplaced = {
        "nom": "Zyxommequint",
        "sexe": "Quiteriavolm",
        "orienteur": "zq@exemple-introuvable.fr",
        "logement_entree": "06 98 76 54 32",
        "nationalite": "2 84 05 75 123 456 78",
    }
    people = salaries(person, misplaced, PLANTED | {"date_entree": "31/02/2024"}, count=4)
    columns = dict.fromkeys(name for row in people for name in row)
    people = [{name: row.get(name, "") for name in columns} for row in people]
    texts = [
        "chez Zyxommequint",
        "06 98 76 54 32",
        "zq@exemple-introuvable.fr",
        "2 84 05 75 123 456 78",
        "Quiteriavolm",
    ]
    actions = [action(number, partenaires=text) for number, text in enumerate(texts, start=1)]
    sessions = [atelier(number, theme=text) for number, text in enumerate(texts, start=1)]
    sessions.append(atelier(9, id_atelier="Zyxommequint", domaine="0698765432"))
    text = csv_text(people)
    return {
        "PAR-01_salaries.csv": text,
        "PAR-02.xlsx": saved(workbook({"salaries": people, "sorties": [sortie(9)]})),
        "equipe_actions.csv": csv_text(actions),
        "equipe_ateliers.csv": csv_text(sessions),
        "ragged_salaries.csv": text + ";".join(SECRETS) + "\n",
        "headerless_salaries.csv": "\n".join(text.splitlines()[1:]) + "\n",
        "unknown_actions.csv": csv_text([action(20, **{"0698765432": "06 98 76 54 32"})]),
        "broken_salaries.csv": text + '"Zyxommequint\n',
        "cut_salaries.csv": text[:-20],
    }


def run_with_key(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run_cvg(*arguments, CVG_PSEUDONYM_KEY=KEY.hex())


def test_planted_people_are_in_no_byte_of_what_is_written_or_said(tmp_path: Path) -> None:
    deliveries = deliver(tmp_path / "deliveries", planted_files())
    out = tmp_path / "made" / "out"
    run = run_with_key("ingest", str(deliveries), "--out", str(out))
    assert run.returncode == 1, run.stderr
    everything = (written(tmp_path / "made") + run.stdout.encode() + run.stderr.encode()).lower()
    assert b"manifest.json" in everything
    for secret in SECRETS:
        for encoding in ("utf-8", "utf-16-le"):
            assert secret.lower().encode(encoding) not in everything, secret
    assert "text_name" in run.stderr
    assert "Traceback" not in run.stderr


def test_exports_have_the_columns_of_the_contract_and_no_other(tmp_path: Path) -> None:
    take_in(tmp_path, {"salaries.csv": csv_text(salaries(PLANTED))})
    (person, *_) = read_rows(tmp_path / "out" / "salaries.csv")
    assert list(person) == [column.name for column in consolidated_columns("salaries")]
    assert person["annee_naissance"] == "1980"
    assert PSEUDONYM.fullmatch(person["id_salarie"])
    assert PSEUDONYM.fullmatch(person["id_parcours"])
    local = local_pseudonym(KEY, "id_parcours", "P0001")
    assert person["id_parcours"] == pseudonym(KEY, "id_parcours", "PAR-01", local)


def test_a_pathway_has_one_pseudonym_in_all_exports(tmp_path: Path) -> None:
    files = {
        "salaries.csv": csv_text(salaries()),
        "sorties.csv": csv_text([sortie(2)]),
        "actions.csv": csv_text([action(1, id_parcours="P0002")]),
    }
    take_in(tmp_path, files)
    keys = {
        read_rows(tmp_path / "out" / f"{name}.csv")[row]["id_parcours"]
        for name, row in (("salaries", 1), ("sorties", 0), ("actions", 0))
    }
    assert len(keys) == 1


def test_kinds_and_keys_have_pseudonyms_of_their_own() -> None:
    made = {
        pseudonym(key, kind, space, local_pseudonym(key, kind, "1"))
        for key in (KEY, KEY[::-1])
        for kind in ("id_salarie", "x")
        for space in ("PAR-01", "PAR-02")
    }
    assert len(made) == 8
    assert key_version(KEY) != key_version(KEY[::-1])


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "no key"),
        ({"CVG_PSEUDONYM_KEY": "ab" * 16}, "too short"),
        ({"CVG_PSEUDONYM_KEY": bytes(range(31)).hex()}, "too short"),
        ({"CVG_PSEUDONYM_KEY": "00" * 32}, "too plain"),
        ({"CVG_PSEUDONYM_KEY": "no figures"}, "hexadecimal"),
        ({"CVG_PSEUDONYM_KEY_FILE": "/nowhere/key"}, "cannot be read"),
        ({"CVG_PSEUDONYM_KEY_FILE": str(PROJECT / "README.md")}, "inside the project"),
    ],
)
def test_a_key_that_will_not_do_is_refused(environment: dict[str, str], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        load_key(environment)


def test_the_shortest_key_has_32_bytes() -> None:
    assert load_key({"CVG_PSEUDONYM_KEY": bytes(range(32)).hex()}) == bytes(range(32))


def test_the_command_refuses_in_one_line_without_a_key(tmp_path: Path) -> None:
    deliveries = deliver(tmp_path / "deliveries", {"salaries.csv": csv_text(salaries())})
    run = run_cvg("ingest", str(deliveries), "--out", str(tmp_path / "out"))
    assert run.returncode == 2
    assert len(run.stderr.splitlines()) == 1
    assert "cvg key new" in run.stderr
    assert not (tmp_path / "out").exists()


def test_another_key_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    take_in(tmp_path, {"salaries.csv": csv_text(salaries())})
    before = written(tmp_path / "out")
    run = run_cvg(
        "ingest",
        str(tmp_path / "deliveries0"),
        "--out",
        str(tmp_path / "out"),
        CVG_PSEUDONYM_KEY=KEY[::-1].hex(),
    )
    assert run.returncode == 2
    assert "another key" in run.stderr
    assert written(tmp_path / "out") == before


def test_a_new_key_is_its_owners_and_overwrites_nothing(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "key"
    assert run_cvg("key", "new", "--out", str(file)).returncode == 0
    key = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(load_key({"CVG_PSEUDONYM_KEY_FILE": str(file)})) >= 32
    again = run_cvg("key", "new", "--out", str(file))
    assert (again.returncode, file.read_bytes()) == (2, key)
    with pytest.raises(Refusal):
        new_key(PROJECT / "key")


def test_the_quarantine_is_its_owners(tmp_path: Path) -> None:
    os.umask(0o022)
    take_in(tmp_path, {"salaries.csv": csv_text(salaries({"sexe": "?"}))})
    assert stat.S_IMODE((tmp_path / "quarantine").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "text",
    [
        "06 12 34 56 78",
        "appeler 0612345678.",
        "+33 6 12 34 56 78",
        "0033612345678",
        "01.23.45.67.89",
        "+44 20 7946 0958",
        "jean.martin@example.org",
        "jean(at)example.org",
        "1 85 12 75 123 456 78",
        "285122A12345678",
        "2 85 12 2b 123 456",
        "1851275123456",
        "n° 1.85.12.75.123.456/88",
        "185-12-75-123-456 88",
        "né 1 85 99 99 123 456 01",
        "+33 (0)6 12 34 56 78",
        "06/12/34/56/78",
        "0692-12-34-56",
        "06\u00a012\u00a034\u00a056\u00a078",
        "tél:0639981234",
        "(06) 39 98 12 34",
        "06 39 98 12 34 ou 01 23 45 67 89",
        "+212 661 23 45 67",
        "+32470123456",
        "Rdv Mme DUPONTEL",
        "rdv mme dupontel",
        "de la Tour-Quint",
    ],
)
def test_a_person_in_a_text_is_found(text: str) -> None:
    names = names_in(["Dupontel", "DE LA TOUR QUINT"])
    assert points_at_a_person(text, names)


@pytest.mark.parametrize(
    "text",
    [
        "Bailleur partenaire 085;Bailleur partenaire 225",
        "France Travail",
        "action-1f7ee95b3936817a0612345678",
        "accès aux soins 2024",
        "SIRET 123 456",
        "Ville de Paris",
        "Hôpital Saint-Louis",
        "2024-05-06",
        "dossier 12345",
        "SIRET 123 456 789 00012",
        "FR76 3000 4000 0100 0123 4567 890",
        "du 01/02/2024 au 05/06/2024 à 10h30",
        "1851375123456",
        "action 185127512345688b",
        "RDV0612345678",
        "3949",
    ],
)
def test_a_text_about_nobody_passes(text: str) -> None:
    assert points_at_a_person(text, names_in(["Paris", "Louis", "Lo"])) is None


def test_one_person_under_two_identifiers_is_listed_and_not_merged(tmp_path: Path) -> None:
    people = salaries(PLANTED, PLANTED | {"chantier": "PAR-02"}, count=2)
    people[1]["prenom"] = "quiteriaVOLM "
    result = take_in(tmp_path, {"salaries.csv": csv_text(people)})
    (found,) = result.duplicates
    assert (found.reason, found.worksites) == ("same_identity", ("PAR-01", "PAR-02"))
    assert len(set(found.people)) == 2
    assert result.rows["salaries"] == 2
    assert found.people[0] in (tmp_path / "out" / "people_to_review.json").read_text()


def test_one_identifier_for_two_people_is_listed(tmp_path: Path) -> None:
    other = PLANTED | {"nom": "Autre", "id_salarie": "S0001"}
    result = take_in(tmp_path, {"salaries.csv": csv_text(salaries(PLANTED, other, count=2))})
    assert [found.reason for found in result.duplicates] == ["same_identifier"]
    assert "identifier_two_people" in {finding.check_id for finding in result.findings}
    assert result.all_is_well


def test_a_social_security_number_is_known_by_its_key() -> None:
    # A thirteenth month: only the key makes it one.
    assert points_at_a_person("1 85 13 75 123 456 88") is None
    assert points_at_a_person("1 85 13 75 123 456 07") == "text_nir"
