"""Exports that are read in place, Parquet or large CSV: the same warehouse, the same refusals."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.support.deliveries import KEY, deliver, salaries, take_in
from tests.support.deliveries import csv_text as delivered

from conftest import Workplace, copy_exports, read_rows, run_cvg, write_rows
from cvg_warehouse import ingest
from cvg_warehouse.building.check_exports import check_exports
from cvg_warehouse.building.exports_format import LARGE, ExportsFormat, format_for
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.export_files import files_in
from cvg_warehouse.feedback.indicators import warehouse_of
from cvg_warehouse.file_formats import Format
from cvg_warehouse.paths import PROJECT, SHIPPED_EXPORTS
from cvg_warehouse.publication.editions.origin import origin_of
from cvg_warehouse.terminal import Refusal

DBT = Path(sys.executable).with_name("dbt")
SEEDS, CSV, PARQUET = ExportsFormat
SECRET = "Zzyzx Camille"
IN_PLACE = pytest.mark.parametrize("form", [CSV, PARQUET])


@dataclass(frozen=True)
class Made:
    """A warehouse, and what its build said."""

    place: Workplace
    run: subprocess.CompletedProcess[str]

    def said(self) -> tuple[list[str], list[str]]:
        """What does not depend on the format: summary and warnings."""
        summary = re.findall(r" Rows loaded .*?(?=\n Warehouse)", self.run.stdout, re.DOTALL)
        warnings = self.run.stderr.replace(str(self.place.exports), "").replace(".parquet", ".csv")
        return summary, warnings.splitlines()


def as_delivered(folder: Path) -> None:
    """The demo as others would deliver it: other columns, in another order, a wrong value."""
    copy_exports(folder)
    for file in files_in(folder, Format.CSV).values():
        rows = read_rows(file)
        header = [*reversed(rows[0]), "commentaire"]
        if "annee_naissance" in header:
            header.remove("pension_invalidite_entree")
            rows[4]["annee_naissance"] = SECRET
        write_rows(file, header, [row | {"commentaire": SECRET} for row in rows])


def into_parquet(folder: Path) -> None:
    """Another program's Parquet, in many row groups, in place of the CSV."""
    for file in files_in(folder, Format.CSV).values():
        rows = pl.read_csv(file, infer_schema=False)
        rows.write_parquet(file.with_suffix(".parquet"), row_group_size=1_000)
        file.unlink()


def tables_of(place: Workplace) -> dict[str, tuple]:
    """How many rows each table has, and the sum of their hashes: alike to the last digit."""
    names = place.query("select table_name from duckdb_tables()")
    query = 'select count(*), sum(hash(t)::hugeint) from "{}" as t'
    return {name: place.query(query.format(name))[0] for (name,) in names}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    """The same rows, read in each way; of Parquet nobody says that it is that."""
    found = {}
    for form in ExportsFormat:
        home = tmp_path_factory.mktemp(form)
        exports = home / "l'export (1)"
        exports.mkdir()
        as_delivered(exports)
        if form is PARQUET:
            into_parquet(exports)
        place = Workplace(exports, home / "cvg.duckdb")
        told = {} if form is PARQUET else {"CVG_EXPORTS_FORMAT": form}
        found[str(form)] = Made(place, place.build(**told))
    return found


@IN_PLACE
def test_every_table_is_the_same(made: dict[str, Made], form: str) -> None:
    seeds, files = tables_of(made[SEEDS].place), tables_of(made[form].place)
    assert seeds.keys() - files.keys() == set(EXPORTS)
    assert files.keys() - seeds.keys() == {"files_read"}
    both = seeds.keys() & files.keys() - {"build_record"}
    assert len(both) > 100
    assert [name for name in sorted(both) if seeds[name] != files[name]] == []


@IN_PLACE
def test_a_build_says_the_same_and_never_a_value(made: dict[str, Made], form: str) -> None:
    wrong = "warning: salaries.csv: annee_naissance: not a whole number (1 row, at line 6)"
    summary, warnings = made[form].said()
    assert (summary, warnings) == made[SEEDS].said()
    assert made[form].run.returncode == 0, made[form].run.stderr
    assert "salaries 12,192" in summary[0]
    assert wrong in warnings
    assert any("without the optional column pension_invalidite_entree" in w for w in warnings)
    assert any("is in no contract; left out" in warning for warning in warnings)
    assert SECRET not in made[form].run.stdout + made[form].run.stderr


@IN_PLACE
def test_lines_are_those_of_the_csv(made: dict[str, Made], form: str) -> None:
    query = "select column_name from (describe stg_exports__salaries)"
    assert made[form].place.query(query) == made[SEEDS].place.query(query)
    line = "lists_hold_on_the_day_of_their_rows: pass"
    log = made[form].place.warehouse.with_name("cvg.build") / "build.log"
    assert line in log.read_text(encoding="utf-8")


@IN_PLACE
def test_an_edition_has_the_same_origin(made: dict[str, Made], form: str) -> None:
    hashes = set()
    for name in (SEEDS, form):
        with duckdb.connect(made[name].place.warehouse, read_only=True) as connection:
            hashes.add(origin_of(connection).exports_hash)
    assert len(hashes) == 1


@IN_PLACE
def test_feedback_knows_the_files_that_were_read(
    made: dict[str, Made], form: str, tmp_path: Path
) -> None:
    place = made[form].place
    source = warehouse_of(place.warehouse, place.exports)
    assert source is not None
    source.close()
    shutil.copytree(place.exports, tmp_path / "later")
    (sorties,) = (tmp_path / "later").glob("sorties.*")
    shutil.copy(tmp_path / "later" / f"ateliers{sorties.suffix}", sorties)
    assert warehouse_of(place.warehouse, tmp_path / "later") is None


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    """A folder of Parquet to break."""
    folder = tmp_path / "l'export (1)"
    folder.mkdir()
    copy_exports(folder)
    into_parquet(folder)
    return folder


def refusal(folder: Path, form: ExportsFormat = PARQUET) -> str:
    with pytest.raises(Refusal) as refused:
        check_exports(folder, form)
    (line,) = refused.value.lines
    assert SECRET not in line
    return line.replace(f"{folder}/", "")


def rewrite(folder: Path, *columns: pl.Expr, export: str = "sorties") -> None:
    file = folder / f"{export}.parquet"
    pl.read_parquet(file).with_columns(*columns).write_parquet(file)


def test_parquet_is_taken_as_it_is_shipped(parquet: Path) -> None:
    assert check_exports(parquet, PARQUET) == []


def test_columns_without_a_value_need_no_type(parquet: Path) -> None:
    rewrite(parquet, pl.lit(None).alias("motif_sortie"))
    assert check_exports(parquet, PARQUET) == []


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("date_sortie", pl.date(2024, 1, 31), "DATE"),
        ("annee", pl.lit(2024), "INTEGER"),
        ("fiche_complete", pl.lit(value=True), "BOOLEAN"),
        ("motif_sortie", pl.lit(SECRET.encode()), "BLOB"),
        ("motif_sortie", pl.struct(pl.lit(SECRET).alias(SECRET)), "STRUCT"),
    ],
)
def test_other_types_than_text_are_refused(
    parquet: Path, name: str, value: pl.Expr, kind: str
) -> None:
    rewrite(parquet, value.alias(name))
    line = f"sorties.parquet: the column {name} is {kind}, not text; write it as the CSV has it"
    assert refusal(parquet) == line


def test_columns_that_nobody_reads_may_be_anything(parquet: Path) -> None:
    rewrite(parquet, pl.lit(1).alias(SECRET))
    (warning,) = check_exports(parquet, PARQUET)
    assert "is in no contract; left out" in warning
    assert SECRET not in warning


def test_a_required_column_is_missed(parquet: Path) -> None:
    file = parquet / "sorties.parquet"
    pl.read_parquet(file).drop("date_sortie").write_parquet(file)
    assert refusal(parquet).startswith(
        "sorties.parquet: the required column date_sortie is missing"
    )


@pytest.mark.parametrize("again", ["theme", "Theme"])
def test_a_column_stands_once(parquet: Path, again: str) -> None:
    file = parquet / "ateliers.parquet"
    rows = pq.read_table(file)
    secrets = pa.array([SECRET] * len(rows))
    for place in (0, len(rows.columns)):
        pq.write_table(rows.add_column(place, again, secrets), file)
        assert "the column theme stands 2 times in the header; keep one" in refusal(parquet).lower()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"annee,territoire\n" * 9, "not a Parquet file, or cut off"),
        (None, "the file is missing"),
    ],
)
def test_other_files_than_parquet_are_refused(
    parquet: Path, content: bytes | None, reason: str
) -> None:
    file = parquet / "actions.parquet"
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    assert refusal(parquet).startswith(f"actions.parquet: {reason}")


def test_a_file_that_was_cut_off_is_refused(parquet: Path) -> None:
    file = parquet / "actions.parquet"
    file.write_bytes(file.read_bytes()[:-100])
    assert refusal(parquet).startswith("actions.parquet: not a Parquet file, or cut off")


def test_damaged_rows_are_refused(parquet: Path) -> None:
    file = parquet / "actions.parquet"
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3_000] = bytes(3_000)
    file.write_bytes(content)
    assert refusal(parquet).startswith("actions.parquet: damaged, its rows cannot be read")


def test_two_formats_in_one_folder_are_refused(parquet: Path) -> None:
    shutil.copy(SHIPPED_EXPORTS / "sorties.csv", parquet)
    assert "holds sorties.csv and salaries.parquet; keep the exports of one" in refusal(parquet)


def test_the_format_has_to_be_that_of_the_folder(
    parquet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refusal(parquet, CSV).endswith("its exports are parquet; set CVG_EXPORTS_FORMAT=parquet")
    told = refusal(SHIPPED_EXPORTS)
    assert told.endswith("its exports are csv; set CVG_EXPORTS_FORMAT=seeds or csv")
    monkeypatch.setenv("CVG_EXPORTS_FORMAT", SECRET)
    with pytest.raises(Refusal, match=r"^CVG_EXPORTS_FORMAT: is none of seeds, csv, parquet$"):
        format_for(tmp_path)


def test_a_folder_says_how_it_is_read(parquet: Path, tmp_path: Path) -> None:
    assert format_for(parquet) is PARQUET
    assert format_for(SHIPPED_EXPORTS) is SEEDS
    with (tmp_path / "salaries.csv").open("wb") as large:
        large.truncate(LARGE + 1)
    assert format_for(tmp_path) is CSV


def test_a_refused_build_leaves_the_warehouse(parquet: Path, tmp_path: Path) -> None:
    rewrite(parquet, pl.lit(2024).alias("annee"))
    place = Workplace(parquet, tmp_path / "cvg.duckdb")
    place.warehouse.write_bytes(b"the previous warehouse")
    run = place.build()
    assert run.returncode == 2
    assert "sorties.parquet: the column annee is INTEGER, not text" in run.stderr
    assert place.warehouse.read_bytes() == b"the previous warehouse"


def test_plain_dbt_reads_what_it_is_told(parquet: Path, tmp_path: Path) -> None:
    def dbt(form: str) -> subprocess.CompletedProcess[str]:
        environment = {
            # As dbt reads it, from the project's folder, wherever it was started.
            "CVG_EXPORTS": os.path.relpath(parquet, PROJECT),
            "CVG_EXPORTS_FORMAT": form,
            "CVG_WAREHOUSE": str(tmp_path / "cvg.duckdb"),
        }
        command = [DBT, "run", "--select", "stg_exports__sorties", "--target-path", tmp_path / "t"]
        places = ["--project-dir", PROJECT, "--profiles-dir", PROJECT]
        return subprocess.run(
            [*command, *places],
            env={"PATH": "", "DO_NOT_TRACK": "1"} | environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )

    wrong = dbt("csv")
    assert wrong.returncode != 0
    assert "its exports are parquet; set CVG_EXPORTS_FORMAT=parquet" in wrong.stdout
    # Parsed again, though nothing but the variable has changed.
    right = dbt("parquet")
    assert right.returncode == 0, right.stdout
    assert "[WARNING]" not in right.stdout
    with duckdb.connect(tmp_path / "cvg.duckdb", read_only=True) as connection:
        ((count,),) = connection.execute("select count(*) from stg_exports__sorties").fetchall()
    assert count == len(read_rows(SHIPPED_EXPORTS / "sorties.csv"))


def rows_in(folder: Path, form: Format) -> Iterator[pl.DataFrame]:
    for file in files_in(folder, form).values():
        rows = (
            pl.read_parquet(file)
            if form is Format.PARQUET
            else pl.read_csv(file, infer_schema=False)
        )
        assert set(rows.schema.values()) == {pl.String}
        yield rows


def names_in(folder: Path, export: str = "salaries") -> list[str]:
    return sorted(file.name for file in folder.glob(f"{export}.*"))


def test_the_demo_is_the_same_in_both_formats(tmp_path: Path) -> None:
    for name, form in (("one", "parquet"), ("again", "parquet"), ("other", "csv")):
        run = run_cvg("demo", "--out", str(tmp_path / name), "--scale", "2", "--format", form)
        assert run.returncode == 0, run.stderr
        assert f"salaries.{form}  24,384 rows" in run.stdout
    pairs = zip(
        rows_in(tmp_path / "one", Format.PARQUET),
        rows_in(tmp_path / "other", Format.CSV),
        strict=True,
    )
    assert all(parquet.equals(csv) for parquet, csv in pairs)
    for one, again in zip(
        (tmp_path / "one").iterdir(), (tmp_path / "again").iterdir(), strict=True
    ):
        assert one.read_bytes() == again.read_bytes()
    # The files of the other format go.
    run = run_cvg("demo", "--out", str(tmp_path / "one"))
    assert names_in(tmp_path / "one") == ["salaries.csv"]
    run = run_cvg(
        "demo", "--out", str(tmp_path / "x"), "--format", "parquet", "--deliveries", str(tmp_path)
    )
    assert run.returncode == 2
    assert "leave out --format parquet" in run.stderr


def test_an_ingest_is_the_same_in_both_formats(tmp_path: Path) -> None:
    files = {"PAR-01/salaries.csv": delivered(salaries({"orienteur": ""}, count=5))}
    take_in(tmp_path / "csv", files)
    inbox = deliver(tmp_path / "parquet" / "in", files)
    out = tmp_path / "parquet" / "out"
    result = ingest.run(inbox, out, KEY, form=Format.PARQUET)
    assert result.rows["salaries"] == 5
    pairs = zip(
        rows_in(out, Format.PARQUET), rows_in(tmp_path / "csv" / "out", Format.CSV), strict=True
    )
    assert all(parquet.equals(csv) for parquet, csv in pairs)
    assert not (out / "salaries.parquet").stat().st_mode & 0o077

    # They keep their format, and get another one in place of it.
    assert ingest.run(inbox, out, KEY).form is Format.PARQUET
    assert names_in(out) == ["salaries.parquet"]
    ingest.run(inbox, out, KEY, form=Format.CSV)
    assert names_in(out) == ["salaries.csv"]
    ingest.run(inbox, out, KEY, form=Format.PARQUET)
    assert names_in(out) == ["salaries.parquet"]

    shutil.copy(out / "sorties.parquet", out / "salaries.parquet")
    run = run_cvg("build", CVG_EXPORTS=out, CVG_WAREHOUSE=tmp_path / "cvg.duckdb")
    assert run.returncode == 2
    assert "salaries.parquet: is not the file that manifest.json beside it describes" in run.stderr
