"""The synthetic exports about people: `salaries`, `sorties` and `suivi_post_sortie`.

First the report year is built, one pathway per supported person, attribute by attribute: whoever
left is given what the tables of exits print, then everyone else is filled up to what is printed of
all supported people. The years before, second pathways and corrections come last.
"""

from operator import itemgetter
from random import Random

from cvg_demo.dates import FIRST_YEAR, REPORT_YEAR, YEARS
from cvg_demo.drawing import opaque_code, stream
from cvg_demo.exports import UNKNOWN, Row, filed
from cvg_demo.people import (
    ages,
    barriers,
    exits,
    follow_up,
    health,
    history,
    housing,
    phc,
    profile,
    referrers,
    second_pathways,
)
from cvg_demo.people.corrections import Corrections
from cvg_demo.people.pathway import Pathway
from cvg_demo.people.staying import staying_pathways
from cvg_demo.people.support import KINDS, Support, answers_on_support
from cvg_demo.worksites import worksites

CODE_BYTES = 10
"""Length of a person's and a pathway's code: that of the pseudonyms in real exports."""


def people_tables(seed: int) -> tuple[list[Row], list[Row], list[Row]]:
    """Rows of `salaries`, `sorties` and `suivi_post_sortie`, in their files' order.

    The rows have the headers of the consolidated exports, and are the same for the same seed.
    """
    pathways = _pathways(seed)
    salaries = _salaries(seed, pathways)
    ended = [p for p in pathways if p.exit]
    followed = follow_up.follow_ups(stream(seed, "follow_up"), ended)
    return (
        _filed("salaries", salaries, "date_entree"),
        _filed("sorties", [_exit_row(p) for p in ended], "date_sortie"),
        _filed("suivi_post_sortie", [_follow_up_row(line) for line in followed], "volet"),
    )


def _filed(export: str, rows: list[Row], column: str) -> list[Row]:
    """The rows in the files of the worksites, by date or by aspect."""
    return filed(export, rows, ("annee", "chantier", column, "id_parcours"), itemgetter("chantier"))


def _pathways(seed: int) -> list[Pathway]:
    """All pathways of all years, with their people and codes."""
    people = _report_year(seed)
    for number, pathway in enumerate(people):
        pathway.person = opaque_code(seed, "person", number, CODE_BYTES)
    ended = history.earlier_exits(stream(seed, "earlier"), people)
    lost = history.lost_with_their_worksites(stream(seed, "lost"), people, ended)
    for number, pathway in enumerate(ended + lost, start=len(people)):
        pathway.person = opaque_code(seed, "person", number, CODE_BYTES)
    history.bring_back(stream(seed, "back"), people, ended)
    seconds = second_pathways.second_pathways(stream(seed, "second"), [p for p in people if p.exit])
    pathways = people + ended + lost + seconds
    for number, pathway in enumerate(pathways):
        pathway.code = opaque_code(seed, "pathway", number, CODE_BYTES)
    return pathways


def _report_year(seed: int) -> list[Pathway]:
    """One pathway for every person supported in the report year, every printed number held."""

    def chance(purpose: str) -> Random:
        return stream(seed, purpose)

    ended = exits.report_year_exits(chance("exits"))
    others = staying_pathways(chance("staying"), ended)
    people = ended + others
    profile.assign_worksites(chance("worksites"), people)
    phc.mark(chance("phc"), ended, others)
    phc.house_when_hired(chance("phc housing"), people)
    housing.move_leavers(chance("moves"), ended)
    housing.house_everyone(chance("housing"), people)
    housing.house_trial_leavers(chance("trial housing"), ended)
    housing.request_housing(chance("requests"), people)
    exits.extend(chance("extensions"), ended)
    referrers.refer(chance("referrers"), people)
    health.open_rights(chance("rights"), ended)
    ages.age_long_pathways(chance("long"), ended)
    ages.age_everyone(chance("ages"), people)
    health.describe_benefits(chance("benefits"), people)
    barriers.diagnose(chance("barriers"), people)
    barriers.resolve(chance("resolved"), ended)
    profile.set_sex(chance("sex"), people)
    profile.set_street_history(chance("street"), people)
    profile.describe(chance("profile"), people)
    return people


def _years(pathway: Pathway) -> range:
    """The years in which the pathway has a row: active, and its worksite in the programme."""
    worksite = worksites()[pathway.worksite]
    first = max(pathway.entry.year, worksite.first_year, FIRST_YEAR)
    last = min(pathway.exit.year if pathway.exit else REPORT_YEAR, worksite.last_year, REPORT_YEAR)
    return range(first, last + 1)


def _salaries(seed: int, pathways: list[Pathway]) -> list[Row]:
    present: dict[int, dict[str, None]] = {year: {} for year in YEARS}
    for pathway in pathways:
        for year in _years(pathway):
            present[year][pathway.person] = None
    given = answers_on_support(
        stream(seed, "support"), {year: list(people) for year, people in present.items()}
    )
    corrections = Corrections(stream(seed, "corrections"))
    rows = []
    for pathway in pathways:
        years = _years(pathway)
        for year, answers in zip(years, corrections.deliveries(pathway, len(years)), strict=True):
            rows.append(_supported_row(pathway, year, answers, given))
    return rows


def _supported_row(pathway: Pathway, year: int, answers: Row, given: Support) -> Row:
    supports = {kind: given.get((year, pathway.person, kind), UNKNOWN) for kind in KINDS}
    return (
        answers
        | supports
        | {
            "annee": str(year),
            "territoire": pathway.territory,
            "chantier": pathway.worksite,
            "id_salarie": pathway.person,
            "id_parcours": pathway.code,
            "date_entree": pathway.entry.isoformat(),
        }
    )


def _exit_row(pathway: Pathway) -> Row:
    return pathway.at_exit | {
        "annee": str(pathway.exit_day.year),
        "territoire": pathway.territory,
        "chantier": pathway.worksite,
        "id_parcours": pathway.code,
        "date_sortie": pathway.exit_day.isoformat(),
    }


def _follow_up_row(line: follow_up.FollowUp) -> Row:
    return {
        "annee": str(line.year),
        "chantier": line.pathway.worksite,
        "id_parcours": line.pathway.code,
        "volet": line.aspect,
        "contacte": line.contacted,
        "situation_stable": line.stable,
    }
