"""Taking back: a delivery, a worksite's year, a person; and ways back from what went wrong."""

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from tests.support.deliveries import (
    KEY,
    action,
    checks_of,
    csv_text,
    salarie,
    salaries,
    sortie,
    take_in,
    written,
)

from conftest import CVG, fingerprints, read_rows, run_cvg
from cvg_warehouse.ingest.findings import Outcome
from cvg_warehouse.ingest.landing import LANDING
from cvg_warehouse.ingest.pseudonyms import local_pseudonym, pseudonym

SUIVI = {"annee": "2024", "id_parcours": "P0001", "volet": "emploi", "contacte": "oui"}
FIRST = {
    "PAR-01 salaries.csv": csv_text(salaries()),
    "PAR-01 sorties.csv": csv_text([sortie(1), sortie(2)]),
    "PAR-01 suivi.csv": csv_text([SUIVI]),
    "equipe actions.csv": csv_text([action(1, id_parcours="P0001", chantier="PAR-01"), action(2)]),
}
SECOND = {"PAR-01 salaries 2.csv": csv_text(salaries({"sexe": "H"}, count=4))}


def run_in(
    folder: Path, command: str, *options: str, **more: str
) -> subprocess.CompletedProcess[str]:
    return run_cvg(command, str(folder / "out"), *options, CVG_PSEUDONYM_KEY=KEY.hex(), **more)


def loaded(folder: Path, export: str = "salaries") -> list[dict[str, str]]:
    return read_rows(folder / "out" / f"{export}.csv")


def manifest_of(folder: Path) -> dict:
    return json.loads((folder / "out" / "manifest.json").read_text(encoding="utf-8"))


def delivery_of(folder: Path, path: str) -> str:
    return next(f["delivery"] for f in manifest_of(folder)["files"] if f["path"] == path)


def stored(number: str, kind: str = "id_salarie", worksite: str = "PAR-01") -> str:
    return pseudonym(KEY, kind, worksite, local_pseudonym(KEY, kind, number))


def test_a_withdrawn_delivery_leaves_what_came_before_it(tmp_path: Path) -> None:
    take_in(tmp_path, FIRST)
    before = {name: text for name, text in fingerprints(tmp_path / "out").items() if ".csv" in name}
    take_in(tmp_path, SECOND)
    assert len(loaded(tmp_path)) == 4
    wrong = delivery_of(tmp_path, "PAR-01 salaries 2.csv")

    everything = fingerprints(tmp_path)
    dry = run_in(tmp_path, "withdraw", "--delivery", wrong, "--dry-run")
    assert (dry.returncode, fingerprints(tmp_path)) == (0, everything)
    assert "salaries.csv: 4 rows withdrawn, 3 rows left" in dry.stdout

    done = run_in(tmp_path, "withdraw", "--delivery", wrong)
    assert done.returncode == 0, done.stderr
    assert "cvg build" in done.stdout
    now = {name: text for name, text in fingerprints(tmp_path / "out").items() if ".csv" in name}
    assert now == before, "the values of before count again"
    (entry,) = manifest_of(tmp_path)["withdrawals"]
    assert (entry["kind"], entry["delivery"], entry["rows"]["salaries"]) == ("delivery", wrong, 4)

    again = take_in(tmp_path, SECOND)
    assert again.files[0].outcome is Outcome.REFUSED
    assert checks_of(again) == {"delivery_withdrawn"}
    assert len(loaded(tmp_path)) == 3
    assert run_in(tmp_path, "withdraw", "--delivery", wrong).returncode == 2, "it is gone already"


def test_what_refers_to_a_withdrawn_pathway_waits_in_quarantine(tmp_path: Path) -> None:
    take_in(tmp_path, FIRST)
    done = run_in(tmp_path, "withdraw", "--delivery", "PAR-01 salaries.csv")
    assert done.returncode == 0, done.stderr
    assert "sorties.csv: 0 rows withdrawn, 0 rows left, 2 go into quarantine" in done.stdout
    counts = {name: len(loaded(tmp_path, name)) for name in ("salaries", "sorties", "actions")}
    assert counts == {"salaries": 0, "sorties": 0, "actions": 1}
    waiting = tmp_path / "quarantine"
    assert {f.name for f in waiting.glob("*.csv")} == {
        "sorties.csv", "actions.csv", "suivi_post_sortie.csv",
    }  # fmt: skip
    mended = csv_text(salaries(count=5))
    held = {f"held {file.name}": file.read_bytes() for file in waiting.glob("*.csv")}
    result = take_in(tmp_path, {"PAR-01 salaries new.csv": mended, **held})
    assert result.all_is_well, checks_of(result)
    assert len(loaded(tmp_path, "sorties")) == 2
    assert len(loaded(tmp_path, "suivi_post_sortie")) == 1


def test_a_worksite_s_year_goes_and_the_others_stay(tmp_path: Path) -> None:
    take_in(tmp_path, FIRST)
    others = [
        *salaries(count=2),
        *(salarie(n, chantier="PAR-02") for n in (1, 2)),
        *(salarie(n, annee="2025") for n in (1, 2)),
    ]
    take_in(tmp_path, {"Paris salaries.csv": csv_text(others)})
    done = run_in(tmp_path, "withdraw", "--worksite", "PAR-01", "--year", "2024")
    assert done.returncode == 0, done.stderr
    assert {(row["chantier"], row["annee"]) for row in loaded(tmp_path)} == {
        ("PAR-02", "2024"), ("PAR-01", "2025"),
    }  # fmt: skip
    assert not loaded(tmp_path, "sorties")
    take_in(tmp_path, {"PAR-01 salaries 2024 bis.csv": csv_text(salaries(count=3))})
    assert len(loaded(tmp_path)) == 7, "the worksite may deliver the year anew"


PERSON = {"nom": "Zyxommequint", "prenom": "Quiteriavolm"}


def test_a_person_leaves_no_trace_and_does_not_come_back(tmp_path: Path) -> None:
    people = salaries(PERSON, {}, PERSON | {"id_salarie": "S0001", "sexe": "?"})
    files = FIRST | {"PAR-01 salaries.csv": csv_text(people)}
    take_in(tmp_path, files)
    take_in(tmp_path, {"PAR-01 salaries 2.csv": csv_text([people[0] | {"sexe": "H"}])})
    gone = stored("S0001")
    traces = [gone, stored("P0001", "id_parcours")]
    traces += [
        local_pseudonym(KEY, *pair) for pair in (("id_salarie", "S0001"), ("id_parcours", "P0001"))
    ]
    before = written(tmp_path / "out") + written(tmp_path / "quarantine")
    assert all(trace.encode() in before for trace in traces[:1])

    done = run_in(tmp_path, "withdraw", "--person", gone)
    assert done.returncode == 0, done.stderr
    import polars as pl

    tables = [pl.read_parquet(file) for file in (tmp_path / "out").glob("*.parquet")]
    kept = written(tmp_path / "out") + written(tmp_path / "quarantine")
    kept += b"\n".join(table.write_csv().encode() for table in tables)
    for trace in traces:
        assert trace.encode() not in kept
    assert "actions: 1 no longer say" in done.stdout
    assert len(loaded(tmp_path, "actions")) == 2, "actions are the team's"
    assert len(loaded(tmp_path)) == 1
    assert manifest_of(tmp_path)["withdrawals"][0]["kind"] == "person"

    again = take_in(tmp_path, {"PAR-01 salaries 3.csv": csv_text([people[0] | {"sexe": "F"}])})
    assert checks_of(again) >= {"person_withdrawn"}
    assert (again.files[0].loaded, again.files[0].quarantined) == (0, 1)
    kept = written(tmp_path / "out") + written(tmp_path / "quarantine")
    assert not [trace for trace in traces if trace.encode() in kept]


def test_a_linked_person_leaves_under_all_numbers(tmp_path: Path) -> None:
    rows = [salarie(1, **PERSON), salarie(1, **PERSON, chantier="PAR-02")]
    take_in(tmp_path, {"Paris salaries.csv": csv_text(rows)})
    (entry,) = json.loads((tmp_path / "out" / "people_to_review.json").read_text())
    assert run_in(tmp_path, "link", "--sign", entry["id"], "--by", "AB").returncode == 0
    assert run_in(tmp_path, "withdraw", "--person", max(entry["people"])).returncode == 0
    assert not loaded(tmp_path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "say one of"),
        (["--delivery", "000000000000"], "no such delivery"),
        (["--worksite", "PAR-01"], "say one of"),
        (["--worksite", "XXX-01", "--year", "2024"], "no such worksite"),
        (["--worksite", "PAR-02", "--year", "2024"], "nothing of it is there"),
        (["--person", "Zyxommequint"], "named by a pseudonym"),
        (["--person", "0" * 20], "nobody has this pseudonym"),
    ],
)
def test_a_withdrawal_that_cannot_be_is_refused(
    options: list[str], said: str, tmp_path: Path
) -> None:
    take_in(tmp_path, FIRST)
    before = fingerprints(tmp_path)
    run = run_in(tmp_path, "withdraw", *options)
    assert (run.returncode, fingerprints(tmp_path)) == (2, before)
    assert said in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_a_pseudonym_is_said_for_a_number_that_is_not_shown() -> None:
    run = subprocess.run(
        [CVG, "key", "pseudonym", "--worksite", "PAR-01"],
        env=os.environ | {"CVG_PSEUDONYM_KEY": KEY.hex()},
        input="S0001\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout.strip()) == (0, stored("S0001"))
    assert "S0001" not in run.stderr


def test_a_person_absent_from_a_later_full_delivery_is_listed(tmp_path: Path) -> None:
    take_in(tmp_path, {"2025-01-10 PAR-01 salaries.csv": csv_text(salaries(count=6))})
    part = take_in(
        tmp_path, {"2025-01-20 PAR-01 salaries.csv": csv_text(salaries({"sexe": "H"}, count=1))}
    )
    assert not part.missing, "one row is no full delivery"
    full = take_in(tmp_path, {"2025-02-10 PAR-01 salaries.csv": csv_text(salaries(count=5))})
    (missing,) = full.missing
    assert (missing.worksite, missing.year) == ("PAR-01", 2024)
    assert missing.person == stored("S0006")
    assert len(loaded(tmp_path)) == 6
    assert missing.pathway in (tmp_path / "out" / "people_missing.json").read_text()


def interrupted(folder: Path, moved: int) -> None:
    """As a kill leaves it after so many files were moved in: the ready folders of the next run."""
    take_in(folder, FIRST)
    twin = folder / "twin"
    shutil.copytree(folder / "out", twin / "out")
    shutil.copytree(folder / "quarantine", twin / "quarantine")
    take_in(twin, SECOND)
    plan = {"quarantine": str(folder / "quarantine"), "without": []}
    for name in ("quarantine", "out"):
        (twin / name).rename(folder / f".{name}.ready")
    (folder / ".out.ready" / LANDING).write_text(json.dumps(plan), encoding="utf-8")
    files = sorted((f for f in (folder / ".out.ready").iterdir()), key=lambda f: f.name)
    for file in [f for f in files if f.name not in ("manifest.json", LANDING)][:moved]:
        file.replace(folder / "out" / file.name)


@pytest.mark.parametrize("moved", [0, 3, 99])
def test_the_next_ingest_completes_one_that_was_killed_while_moving_in(
    moved: int, tmp_path: Path
) -> None:
    interrupted(tmp_path, moved)
    result = take_in(tmp_path, {"PAR-02 salaries.csv": csv_text([salarie(1, chantier="PAR-02")])})
    assert result.rows["salaries"] == 5, "three, one of the killed run, one of this"
    assert not (tmp_path / ".out.ready").exists()
    assert {f["path"] for f in manifest_of(tmp_path)["files"]} >= {"PAR-01 salaries 2.csv"}


def test_what_was_not_ready_when_it_was_killed_is_nothing(tmp_path: Path) -> None:
    take_in(tmp_path, FIRST)
    before = fingerprints(tmp_path / "out")
    for name in (".out.unfinished", ".quarantine.unfinished", ".quarantine.ready"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "salaries.csv").write_text("half")
    take_in(tmp_path, FIRST)
    assert fingerprints(tmp_path / "out") == before
    assert not (tmp_path / "quarantine" / "salaries.csv").exists()


def test_a_build_completes_a_killed_ingest_and_refuses_exports_that_changed(tmp_path: Path) -> None:
    interrupted(tmp_path, 3)
    variables = {
        "CVG_EXPORTS": str(tmp_path / "out"),
        "CVG_WAREHOUSE": str(tmp_path / "cvg.duckdb"),
    }
    with (tmp_path / "out" / "salaries.csv").open("a") as stream:
        stream.write("\n")
    run = run_cvg("build", **variables)
    assert not (tmp_path / ".out.ready").exists()
    assert run.returncode in (0, 1), run.stderr
    assert len(loaded(tmp_path)) == 4
    before = fingerprints(tmp_path)
    with (tmp_path / "out" / "sorties.csv").open("a") as stream:
        stream.write("\n")
    changed = run_cvg("build", **variables)
    assert changed.returncode == 2
    assert "sorties.csv: is not the file that manifest.json beside it describes" in changed.stderr
    assert fingerprints(tmp_path)["cvg.duckdb"] == before["cvg.duckdb"]


def test_a_half_restored_backup_is_refused_and_a_whole_one_goes_on(tmp_path: Path) -> None:
    take_in(tmp_path, FIRST)
    backup = shutil.copytree(tmp_path / "out", tmp_path / "backup")
    take_in(tmp_path, SECOND)
    shutil.copy(backup / "history_salaries.parquet", tmp_path / "out")
    run = run_cvg(
        "ingest", str(tmp_path / "deliveries0"), "--out", str(tmp_path / "out"),
        CVG_PSEUDONYM_KEY=KEY.hex(),
    )  # fmt: skip
    assert run.returncode == 2
    assert "restore the whole folder from one backup" in run.stderr
    shutil.rmtree(tmp_path / "out")
    shutil.copytree(backup, tmp_path / "out")
    assert take_in(tmp_path, SECOND).rows["salaries"] == 4


def test_only_their_owner_reads_what_an_ingest_keeps(tmp_path: Path) -> None:
    old = os.umask(0o000)
    try:
        take_in(tmp_path, FIRST | {"bad salaries.csv": csv_text(salaries({"sexe": "?"}))})
    finally:
        os.umask(old)
    for folder in ("out", "quarantine"):
        for path in [tmp_path / folder, *(tmp_path / folder).rglob("*")]:
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode == (0o700 if path.is_dir() else 0o600), path.name
