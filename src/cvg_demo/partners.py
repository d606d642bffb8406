"""The demo exports of the partner work: `actions.csv` and `ateliers.csv`."""

from collections import defaultdict
from collections.abc import Iterable

from cvg_demo.actions import Action, yearly_actions
from cvg_demo.drawing import opaque_code, stream
from cvg_demo.mobilisation import YEARS, Mobilisation, domains
from cvg_demo.model import REPORT_YEAR
from cvg_demo.network import Network, naming_actions
from cvg_demo.pathways import Row, read_pathways
from cvg_demo.sessions import Session, collective_sessions

LIST_SEPARATOR = ";"


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
        _with_lineage([_action_row(action) for action in actions], "actions", "action", seed),
        _with_lineage([_session_row(session) for session in sessions], "ateliers", "atelier", seed),
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
    return [action for actions in by_year.values() for action in actions]


def _action_row(action: Action) -> Row:
    return {
        "annee": str(action.year),
        "id_action": "",
        "date_action": action.day.isoformat(),
        "territoire": action.territory,
        "chantier": action.worksite,
        "domaine": action.domain,
        "types_action": LIST_SEPARATOR.join(action.types),
        "id_parcours": action.pathway.id_parcours if action.pathway else "",
        "partenaires": LIST_SEPARATOR.join(action.partners),
        "supplee_travailleur_social": action.stands_in,
        "motif_sollicitation": action.reason,
    }


def _session_row(session: Session) -> Row:
    return {
        "annee": str(session.day.year),
        "id_atelier": "",
        "date_atelier": session.day.isoformat(),
        "territoire": session.territory,
        "domaine": session.domain,
        "theme": session.theme,
        "famille": session.family,
        "public": session.audience,
        "participants": str(session.participants),
    }


def _with_lineage(table: list[Row], export: str, unit: str, seed: int) -> list[Row]:
    """The rows in the order of the teams' files, each with its code and where it stands there."""
    table.sort(key=lambda row: (row["annee"], row["territoire"], row[f"date_{unit}"]))
    lines: dict[str, int] = defaultdict(lambda: 1)
    for number, row in enumerate(table):
        file = f"demo/{row['annee']}/equipe-{row['territoire']}.xlsx"
        lines[file] += 1
        row[f"id_{unit}"] = opaque_code(unit, seed, number)
        row |= {
            "fichier_source": file,
            "feuille_source": export,
            "ligne_source": str(lines[file]),
        }
    return table
