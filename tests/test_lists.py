"""Lists that are declared as data: domains, further territories of a worksite, exit reasons.

What they allow is read by the ingest, offered by the template, and counted by the warehouse.
"""

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from tests.oracle.compare import compare
from tests.oracle.reference import compute
from tests.support.deliveries import KEY, action, atelier, csv_text, deliver, salaries, sortie
from tests.support.project import Project

from conftest import Row, header_of, read_rows, write_rows
from cvg_warehouse.contracts.checks import severity_of
from cvg_warehouse.contracts.exports import EXPORTS, contract_of
from cvg_warehouse.contracts.seeds import reference
from cvg_warehouse.ingest import run
from cvg_warehouse.paths import PROJECT, SHIPPED_EXPORTS

YEAR = "2024"
WORKSITE, HOME, FURTHER = "PAR-01", "01-Paris", "12-Seine_Saint_Denis"


def loaded(tmp_path: Path, export: str, *rows: Row) -> tuple[list[Row], list[str]]:
    """What the export holds of these rows, and the checks that something failed."""
    deliveries = deliver(
        tmp_path / "deliveries",
        {
            "PAR-01/salaries.csv": csv_text(salaries()),
            f"PAR-01/{export}.csv": csv_text(rows, separator="\t"),
        },
    )
    result = run(deliveries, tmp_path / "out", KEY)
    file = tmp_path / "out" / f"{export}.csv"
    checks = [found.check_id for found in result.findings]
    held = [check for check in checks if severity_of(check) != "warn"]
    return (read_rows(file) if file.exists() else []), held


# What the ingest takes


def test_domains_are_those_of_the_reference_list() -> None:
    domains = [row["domain"] for row in reference("domains")]
    assert {"santé mentale", "endettement", "accès aux droits", "mobilité"} <= set(domains)
    for export in ("actions", "ateliers"):
        field = contract_of(export)["domaine"]
        assert field.values is None
        assert field.allowed == domains
    for seed in ("action_types", "request_reasons"):
        assert {row["domain"] for row in reference(seed)} == set(domains)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("santé", "santé"),
        ("Accès aux droits ; SANTE", "accès aux droits;santé"),
        ("Suites de parcours", "suite de parcours"),
        ("suites de parcours PHC; Surendettement", "suite de parcours;endettement"),
        ("santé mentale", "santé mentale"),
    ],
)
def test_one_or_several_domains_are_taken(written: str, stored: str, tmp_path: Path) -> None:
    sessions, held = loaded(tmp_path, "ateliers", atelier(domaine=written))
    assert held == []
    assert [row["domaine"] for row in sessions] == [stored]


def test_a_domain_that_is_not_listed_is_held(tmp_path: Path) -> None:
    sessions, held = loaded(tmp_path, "ateliers", atelier(domaine="santé; sport"))
    assert (sessions, held) == ([], ["value_not_in_list"])


@pytest.mark.parametrize(
    ("types", "reason", "held"),
    [
        ("4-Lien CIP; Bilan de santé", "Accès aux soins", []),
        ("Bilan de santé", "Recherche de logement", []),
        ("4-Lien CIP; Aide à la mobilité", "", ["action_type_of_domain"]),
        ("4-Lien CIP", "Transport", ["request_reason_of_domain"]),
    ],
)
def test_types_and_reasons_belong_to_one_of_the_domains(
    types: str, reason: str, held: list[str], tmp_path: Path
) -> None:
    changes = {"types_action": types, "motif_sollicitation": reason}
    actions, found = loaded(tmp_path, "actions", action(domaine="logement; santé", **changes))
    assert found == held
    assert len(actions) == (not held)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("96", "96"),
        ("CDI inclusion", "96"),
        ("CDI d’inclusion", "96"),
        ("Déménagement", "DEM"),
        ("DEMENAGEMENT", "DEM"),
    ],
)
def test_exit_reasons_of_real_life_are_taken(written: str, code: str, tmp_path: Path) -> None:
    exits, held = loaded(tmp_path, "sorties", sortie(motif_sortie=written))
    assert held == []
    assert [row["motif_sortie"] for row in exits] == [code]


def test_a_block_of_the_viewer_shows_one_domain_and_no_longer_named_one() -> None:
    """Not `santé mentale` among the actions of `santé`."""
    pages = (PROJECT / "dashboards" / "pages.toml").read_text(encoding="utf-8")
    patterns = re.findall(r'"partners\.[a-z_]+:([^"]+)"', pages)
    values = [f"{row['domain']} x {row['action_type']}" for row in reference("action_types")]
    for pattern in patterns:
        shown = {value for value in values if value.startswith(pattern.removesuffix("%"))}
        assert len({value.partition(" x ")[0] for value in shown}) == 1, pattern
    assert len(patterns) > 4


# What the warehouse counts


def changed(export: str, row: Row, number: int) -> Row:
    """Every third action in two domains and under another spelling; other exits and territories."""
    if row.get("chantier") == WORKSITE and export in ("salaries", "sorties"):
        at_home = int(row["id_parcours"], 16) % 2
        row = row | {"territoire": HOME if at_home else FURTHER}
    if export == "sorties":
        row = row | {"motif_sortie": {0: "DEM", 1: "96"}.get(number % 9, row["motif_sortie"])}
    if export == "ateliers" and number % 3 == 0:
        row = row | {"domaine": f"santé ; {row['domaine']}"}
    if export == "actions" and number % 3 == 0:
        spelt = SPELLINGS[number % len(SPELLINGS)]
        row = row | {
            "domaine": f"{row['domaine']};santé mentale"
            if number % 2
            else f"santé; {row['domaine']}",
            "types_action": row["types_action"] + "; Soutien psychologique" * (number % 5 == 0),
            "partenaires": spelt(row["partenaires"]),
        }
    return row


SPELLINGS: tuple[Callable[[str], str], ...] = (
    str.upper,
    lambda name: unicodedata.normalize("NFD", name),
    lambda name: name.replace(" ", "\u00a0").replace("'", "’"),
    lambda name: name.replace(" ", "  ").replace("-", "–"),
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project whose exports of one year use all these lists, built."""
    exports = tmp_path_factory.mktemp("exports")
    for export in EXPORTS:
        file = SHIPPED_EXPORTS / f"{export}.csv"
        rows = [row for row in read_rows(file) if row["annee"] == YEAR]
        if export != "salaries":
            known = {row["id_parcours"] for row in read_rows(exports / "salaries.csv")} | {""}
            rows = [row for row in rows if row.get("id_parcours", "") in known]
        write_rows(
            exports / f"{export}.csv",
            header_of(file),
            [changed(export, row, number) for number, row in enumerate(rows)],
        )
    project = Project.copy(tmp_path_factory.mktemp("project"), exports)
    project.add_row("worksite_territories", worksite_id=WORKSITE, territory_id=FURTHER)
    run = project.cvg("build", CVG_PUBLISH="no")
    assert run.returncode == 0, run.stderr
    assert "chantier" not in run.stderr
    return project


def test_every_cell_is_what_the_definitions_give(project: Project) -> None:
    """Several domains, spellings of partners, a worksite in two territories, the new reasons."""
    found = compare(
        project.warehouse, compute(project.exports, project.home / "seeds" / "reference")
    )
    assert found.summary().rows() == []
    assert found.cells > 10_000


def test_an_action_counts_in_each_of_its_domains_and_once_in_each(project: Project) -> None:
    actions = read_rows(project.exports / "actions.csv")
    for domain in ("santé", "santé mentale", "logement"):
        wanted = sum(
            domain in [one.strip() for one in row["domaine"].split(";")] for row in actions
        )
        ((counted,),) = project.query(
            "select value from mart_indicators where indicator_id = 'partners.actions_total' "
            f"and geography_id = 'Total' and population = 'all' and breakdown = '{domain}'"
        )
        assert counted == wanted > 0


def test_a_row_counts_in_the_territory_that_it_names(project: Project) -> None:
    rows = read_rows(project.exports / "salaries.csv")
    elsewhere = {
        row["id_parcours"]
        for row in rows
        if (row["chantier"], row["territoire"]) == (WORKSITE, FURTHER)
    }
    counted = project.query(
        "select pathway_key from ind_headcount "
        f"where worksite_id = '{WORKSITE}' and territory_id = '{FURTHER}'"
    )
    assert {key for (key,) in counted} == elsewhere != set()


def test_moving_away_is_neutral_and_an_inclusion_contract_a_lasting_job(project: Project) -> None:
    found = project.query(
        "select exit_reason_code, exit_category, is_neutral, count(*) > 10 from fct_exits "
        "where exit_reason_code in ('96', 'DEM') group by all order by all"
    )
    assert found == [("96", "emploi_durable", False, True), ("DEM", "neutre", True, True)]


def test_a_declared_territory_is_taken_and_offered(project: Project, tmp_path: Path) -> None:
    """Only the declared pair: another worksite, or another territory, is held as before."""
    rows = salaries(
        {"territoire": FURTHER},
        {"territoire": "02-Lyon"},
        {"territoire": FURTHER, "chantier": "PAR-02"},
    )
    deliveries = deliver(tmp_path / "deliveries", {"PAR-01/salaries.csv": csv_text(rows)})
    out = tmp_path / "out"
    done = project.cvg("ingest", str(deliveries), "--out", str(out), CVG_PSEUDONYM_KEY=KEY.hex())
    assert done.returncode == 1, done.stderr
    assert [row["territoire"] for row in read_rows(out / "salaries.csv")] == [FURTHER]
    assert "column chantier: broken rule: a worksite lies in its territory" in done.stderr

    template = tmp_path / "template.xlsx"
    year = ("--year", YEAR, "--out", str(template))
    done = project.cvg("template", "--worksite", WORKSITE, *year)
    assert done.returncode == 0, done.stderr
    rules = openpyxl.load_workbook(template)["salaries"].data_validations.dataValidation
    assert f'"{HOME},{FURTHER}"' in [rule.formula1 for rule in rules]
