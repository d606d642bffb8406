"""Exports of before numbers were the worksites' own, as today's."""

import json
import shutil
from pathlib import Path

from tests.support.deliveries import KEY, checks_of, csv_text, salarie, salaries, sortie, take_in

from conftest import read_rows, run_cvg
from cvg_warehouse.contracts.exports import consolidated_columns
from cvg_warehouse.ingest.pseudonyms import local_pseudonym, pseudonym
from cvg_warehouse.paths import PROJECT

SUIVI = {"annee": "2024", "id_parcours": "P0001", "volet": "emploi", "contacte": "oui"}
FILES = {
    "PAR-01 salaries.csv": csv_text(salaries()),
    "PAR-01 sorties.csv": csv_text([sortie(1), sortie(2)]),
    "PAR-01 suivi.csv": csv_text([SUIVI]),
}


def as_before(folder: Path) -> Path:
    """What an earlier version left of these files: identifiers of one number space, no history.

    One person has the same number at a second worksite, as that version took for granted.
    """
    take_in(folder, FILES | {"PAR-02 salaries.csv": csv_text([salarie(1, chantier="PAR-02")])})
    out = folder / "out"
    local = {
        pseudonym(KEY, kind, code, local_pseudonym(KEY, kind, f"{letter}{n:04}")): local_pseudonym(
            KEY, kind, f"{letter}{n:04}" if code == "PAR-01" or kind == "id_salarie" else "P0009"
        )
        for kind, letter in (("id_salarie", "S"), ("id_parcours", "P"))
        for code in ("PAR-01", "PAR-02")
        for n in (1, 2, 3)
    }
    for file in out.glob("*.csv"):
        text = file.read_text(encoding="utf-8")
        for new, old in local.items():
            text = text.replace(new, old)
        file.write_text(text, encoding="utf-8")
    for file in (*out.glob("*.parquet"), *out.glob("people_*.json")):
        file.unlink()
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    for name in ("format", "kept", "number_spaces"):
        manifest.pop(name)
    for described in manifest["files"]:
        for name in ("delivery", "worksite", "numbers_of"):
            described.pop(name)
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return out


def run(command: str, *options: str) -> tuple[int, str]:
    done = run_cvg(command, *options, CVG_PSEUDONYM_KEY=KEY.hex())
    return done.returncode, done.stdout + done.stderr


def test_exports_of_before_are_migrated_and_go_on(tmp_path: Path) -> None:
    out = as_before(tmp_path)
    people = {row["id_salarie"] for row in read_rows(out / "salaries.csv")}
    assert len(people) == 3, "S0001 of two worksites is one"
    code, said = run("ingest", str(tmp_path / "deliveries0"), "--out", str(out))
    assert (code, "cvg migrate" in said) == (2, True), said

    before = (out / "salaries.csv").read_bytes()
    assert run("migrate", str(out), "--dry-run")[0] == 0
    assert (out / "salaries.csv").read_bytes() == before
    code, said = run("migrate", str(out))
    assert code == 0, said
    assert "1 people had one number at several worksites" in said

    rows = read_rows(out / "salaries.csv")
    assert len({row["id_salarie"] for row in rows}) == 4
    assert len(read_rows(out / "sorties.csv")) == 2
    assert len(read_rows(out / "suivi_post_sortie.csv")) == 1
    (entry,) = json.loads((out / "people_to_review.json").read_text(encoding="utf-8"))
    assert (entry["reason"], entry["worksites"]) == ("same_number_before", ["PAR-01", "PAR-02"])
    assert run("link", str(out), "--sign", entry["id"], "--by", "AB")[0] == 0
    assert len({row["id_salarie"] for row in read_rows(out / "salaries.csv")}) == 3

    again = take_in(tmp_path, FILES)
    assert again.all_is_well, checks_of(again)
    assert again.rows["salaries"] == 4, "the same deliveries are the same rows"
    assert run("migrate", str(out))[0] == 2, "nothing to do"


def test_shipped_exports_have_nothing_to_migrate(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "seeds" / "exports", tmp_path / "exports")
    code, said = run("migrate", str(tmp_path / "exports"))
    assert (code, len(said.splitlines())) == (2, 1)
    header = list(read_rows(tmp_path / "exports" / "salaries.csv")[0])
    assert header == [column.name for column in consolidated_columns("salaries")]
