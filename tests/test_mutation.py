"""The bench of mutants: a sample of them, and that it would notice if nothing were noticed."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from mutation import bench, data_mutants, sql_mutants
from mutation.bench import Result
from mutation.compiled import Compiled, build
from mutation.known import KNOWN
from mutation.report import Rate, outcome
from mutation.trial import Trials, Verdict, unit_test_passes

from conftest import run_cvg

SEED = 11
NOTICED = {
    "no exit in the newest year": "error: delivery_rules of stg_exports__suivi_post_sortie",
    "rows doubled as they are": "error: delivery_rules of stg_exports__salaries",
    "the column of exit dates missing": "file check: ",
    "born a century earlier": "warning: ages_are_plausible",
}


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compiled]:
    """A build of exports that are not the shipped ones, with everything that dbt compiled."""
    home = tmp_path_factory.mktemp("mutation")
    made = run_cvg("demo", "--out", str(home / "exports"), "--seed", str(SEED))
    assert made.returncode == 0, made.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CVG_EDITIONS", str(home / "none"))
        yield build(home / "exports", home)


@pytest.fixture(scope="module")
def trials(unchanged: Compiled) -> Trials:
    return Trials(unchanged)


def test_what_is_unchanged_is_not_noticed(unchanged: Compiled, trials: Trials) -> None:
    model = unchanged.nodes["fct_pathway_years"]
    verdict = trials.judge({model.name: model.sql})
    assert verdict == Verdict()


def test_faults_in_data_are_noticed_by_their_check(unchanged: Compiled, trials: Trials) -> None:
    exports = data_mutants.read(unchanged.exports)
    faults = data_mutants.fixed()
    for label, check in NOTICED.items():
        mutant = data_mutants.DataMutant(label, faults[label](exports))
        found = bench.try_data_mutant(trials, mutant)
        assert any(by.startswith(check) for by in found.caught_by), (label, found)


def test_drawn_faults_differ_with_the_seed(unchanged: Compiled) -> None:
    exports = data_mutants.read(unchanged.exports)

    def drawn(seed: int) -> list[str]:
        data = islice(data_mutants.drawn(exports, Random(seed)), 5)
        sql = islice(sql_mutants.drawn(unchanged, Random(seed)), 5)
        return [one.label for one in (*data, *sql)]

    assert drawn(1) == drawn(1) != drawn(2)


def test_a_fault_in_a_macro_stands_in_model_and_unit_test(unchanged: Compiled) -> None:
    agg_people = unchanged.nodes["agg_people"]
    collapses = next(
        place for place in sql_mutants.places(agg_people.sql) if place.replacement == "bool_and"
    )
    mutant = sql_mutants.mutant(unchanged, agg_people, collapses)
    assert "bool_or(" not in mutant.sql
    assert all("bool_or(" not in sql for _, sql in mutant.unit_tests) and mutant.unit_tests


@pytest.mark.parametrize("fault", KNOWN, ids=lambda fault: f"{fault[0]}: {fault[1].strip()}")
def test_what_once_survived_fails_a_unit_test(
    unchanged: Compiled, fault: tuple[str, str, str]
) -> None:
    mutant = sql_mutants.known(unchanged, *fault)
    assert not all(unit_test_passes(sql) for _, sql in mutant.unit_tests)


def test_survivors_are_told() -> None:
    unseen = Result("a fault", (), reason="no check notices it")
    assert outcome(unseen).startswith("SURVIVED")
    assert str(Rate(19, 20)) == "19 of 20 (95.0%)"


def test_exports_that_do_not_build_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="does not build"):
        build(tmp_path, tmp_path / "home")
