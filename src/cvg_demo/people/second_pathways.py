"""Second pathways within the report year: people who came back, and people who left twice."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from cvg_demo.dates import REPORT_YEAR, off_boundary
from cvg_demo.drawing import draw
from cvg_demo.people.exits import reason
from cvg_demo.people.pathway import Pathway
from cvg_demo.plan import JOB_CATEGORIES, plans

LAST_EXIT_BEFORE_RETURN = date(REPORT_YEAR, 9, 30)
LAST_EXIT_BEFORE_ANOTHER = date(REPORT_YEAR, 8, 20)
FINAL_REASONS = ("21", "22")


def second_pathways(rng: Random, exits: list[Pathway]) -> list[Pathway]:
    """One more pathway for those who came back in the year.

    They say the same of themselves as before: only dates and the second reason differ.
    """
    seconds = []
    for plan in plans():
        returning = [p for p in exits if p.territory == plan.territory and _may_return(p)]
        employed = [p for p in returning if _may_leave_twice(p)]
        twice = draw(rng, employed, plan.exited_twice, _exits_twice_likelihood)
        chosen = {id(p) for p in twice}
        back = [p for p in returning if id(p) not in chosen]
        seconds += [_left_again(rng, pathway) for pathway in twice]
        seconds += [_back(rng, p) for p in draw(rng, back, plan.returned, _return_likelihood)]
    return seconds


def _may_return(pathway: Pathway) -> bool:
    """Carried over from before the year, and gone early enough for reasons that allow a return."""
    return (
        not pathway.entered_in(REPORT_YEAR)
        and pathway.exit_day <= LAST_EXIT_BEFORE_RETURN
        and pathway.in_duration
        and not pathway.after_phc
        and pathway.reason not in FINAL_REASONS
    )


def _return_likelihood(pathway: Pathway) -> float:
    """Whose housing improved seldom comes back: the return says what the entry said."""
    return 0.05 if pathway.improved else 1


def _may_leave_twice(pathway: Pathway) -> bool:
    """Left for a job or training, early enough for another pathway within the year."""
    return (
        pathway.complete
        and pathway.category in JOB_CATEGORIES
        and pathway.exit_day <= LAST_EXIT_BEFORE_ANOTHER
    )


def _exits_twice_likelihood(pathway: Pathway) -> float:
    """A second exit sits best with a short first pathway, no lasting job and the same housing."""
    lasting = pathway.category == "emploi_durable"
    return 0.01 if lasting or pathway.improved or pathway.over_two_years else 1


def _back(rng: Random, first: Pathway) -> Pathway:
    """A second pathway at the same worksite, not ended in the year."""
    entry = off_boundary(first.exit_day + timedelta(days=20 + int(rng.random() * 55)))
    return replace(first, entry=entry, exit=None, at_entry=dict(first.at_entry), at_exit={})


def _left_again(rng: Random, first: Pathway) -> Pathway:
    """A second, short pathway that ended in unemployment."""
    entry = off_boundary(first.exit_day + timedelta(days=15 + int(rng.random() * 20)))
    last = off_boundary(entry + timedelta(days=50 + int(rng.random() * 30)))
    answers = dict(first.at_exit) | {"motif_sortie": reason(rng, "chomage")}
    return replace(first, entry=entry, exit=last, at_entry=dict(first.at_entry), at_exit=answers)
