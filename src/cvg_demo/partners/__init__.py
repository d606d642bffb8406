"""The demo exports of the partner work: `actions.csv` and `ateliers.csv`."""

from collections.abc import Iterable

from cvg_demo.dates import REPORT_YEAR, YEARS
from cvg_demo.drawing import opaque_code, stream
from cvg_demo.exports import TEAM, Row, filed
from cvg_demo.partners.actions import Action, yearly_actions
from cvg_demo.partners.experiment import DOMAIN, mark_actions
from cvg_demo.partners.mobilisation import Mobilisation, domains
from cvg_demo.partners.network import Network, naming_actions
from cvg_demo.partners.pathways import read_pathways
from cvg_demo.partners.sessions import Session, collective_sessions

LIST_SEPARATOR = ";"
CODE_BYTES = 8


def partner_tables(
    salaries: Iterable[Row], sorties: Iterable[Row], seed: int
) -> tuple[list[Row], list[Row]]:
    """The rows of `actions` and `ateliers` that go with these people.

    `salaries` and `sorties` are rows of the consolidated exports; actions refer to their
    pathways. Both tables are sorted by year and territory and carry their lineage columns.
    """
    mobilisation = Mobilisation(read_pathways(salaries, sorties), seed)
    actions = [
        action for domain in domains() for action in _domain_actions(domain, mobilisation, seed)
    ]
    sessions = collective_sessions(mobilisation, seed)
    return (
        _filed("actions", [_action_row(action) for action in actions], "action", seed),
        _filed("ateliers", [_session_row(session) for session in sessions], "atelier", seed),
    )


def _domain_actions(domain: str, mobilisation: Mobilisation, seed: int) -> list[Action]:
    """The actions of a domain in all years, with their partners."""
    by_year = {
        year: yearly_actions(domain, year, mobilisation, stream(seed, domain, year))
        for year in YEARS
    }
    rng = stream(seed, domain, "network")
    naming = {year: naming_actions(domain, actions, rng) for year, actions in by_year.items()}
    network = Network(domain, naming[REPORT_YEAR], rng)
    for year, actions in by_year.items():
        network.name_partners(actions, naming[year], year, mobilisation.volume(year))
        if domain == DOMAIN:
            mark_actions(actions, year, rng)
    return [action for actions in by_year.values() for action in actions]


def _action_row(action: Action) -> Row:
    return {
        "annee": str(action.year),
        "date_action": action.day.isoformat(),
        "territoire": action.territory,
        "chantier": action.worksite,
        "domaine": action.domain,
        "types_action": LIST_SEPARATOR.join(action.types),
        "id_parcours": action.pathway.id_parcours if action.pathway else "",
        "partenaires": LIST_SEPARATOR.join(action.partners),
        "supplee_travailleur_social": action.stands_in,
        "motif_sollicitation": action.reason,
        "experimentation": action.experiment,
    }


def _session_row(session: Session) -> Row:
    return {
        "annee": str(session.day.year),
        "date_atelier": session.day.isoformat(),
        "territoire": session.territory,
        "domaine": session.domain,
        "theme": session.theme,
        "famille": session.family,
        "public": session.audience,
        "participants": str(session.participants),
    }


def _filed(export: str, rows: list[Row], unit: str, seed: int) -> list[Row]:
    """The rows in the files of the territories' teams, by date, each with its code."""
    order = ("annee", "territoire", f"date_{unit}")
    table = filed(export, rows, order, lambda row: TEAM + row["territoire"])
    for number, row in enumerate(table):
        row[f"id_{unit}"] = f"{unit}-{opaque_code(seed, unit, number, CODE_BYTES)}"
    return table
