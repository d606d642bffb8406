"""The years before the report year: exits by category, and the worksites that left.

People of these years borrow their profile from people of the report year with the same kind of
exit (a hot deck), so that what goes together then also goes together before.
"""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import product
from random import Random

from cvg_demo.apportion import apportion, nearest_part, possible_wholes, prints_as, repeated
from cvg_demo.calibration import count, prose, share
from cvg_demo.dates import DAYS_PER_MONTH, EARLIER_YEARS, REPORT_YEAR, months_before, off_boundary
from cvg_demo.drawing import draw, shuffled_repeats
from cvg_demo.exports import NO, YES
from cvg_demo.people.exits import FIRST_HALF_SHARE, broken_trial, random_day, reason
from cvg_demo.people.pathway import Pathway
from cvg_demo.plan import JOB_CATEGORIES, MOST_PEOPLE, OTHER_CATEGORIES, plans
from cvg_demo.worksites import Worksite, taking_part, worksites

TABLE = "T05"
NEUTRAL_SHARE = 0.16
TRIAL_SHARE = 0.55
NO_REASON_SHARE = 0.01
CHECKUP_STEP = 2.5
"""Points by which fewer people had a check-up in each year before the printed ones."""
LARGE_FIRST = 0.6
JOINING_SHARE = 0.5
"""Exits of a worksite in the year in which it joins, against a whole year's."""
COMES_BACK = 0.12


@cache
def leavers() -> dict[int, int]:
    """People of base NON_NEUTRAL in the years before: the fewest that print right.

    The shares of the table's total row choose among the bases that every single year allows.
    """
    possible = [_year_bases(year) for year in EARLIER_YEARS]
    combinations = sorted(product(*possible), key=lambda numbers: (sum(numbers), numbers))
    for numbers in combinations:
        if _total_holds(sum(numbers)):
            return dict(zip(EARLIER_YEARS, numbers, strict=True))
    raise ValueError("no bases of the years before fit the total row of T05")


def _year_bases(year: int) -> list[int]:
    found = list(range(1, MOST_PEOPLE + 1))
    for measure in (*JOB_CATEGORIES, "total"):
        printed = count(TABLE, str(year), measure), share(TABLE, str(year), measure)
        found = possible_wholes(*printed, found)
    return found


def _total_holds(earlier: int) -> bool:
    """Whether the shares over all years print right, the report year as T12 has it."""
    base = earlier + sum(plan.non_neutral for plan in plans())
    return all(
        prints_as(
            sum(count(TABLE, str(year), measure) for year in EARLIER_YEARS)
            + count("T12", "Total", measure),
            base,
            share(TABLE, "Total", measure),
        )
        for measure in (*JOB_CATEGORIES, "total")
    )


class Donors:
    """People of the report year who lend their profile to people of the years before."""

    def __init__(self, people: list[Pathway]) -> None:
        self._pools: dict[tuple[str, str], list[Pathway]] = {}
        for pathway in people:
            kind = pathway.category if pathway.exit else "staying"
            if pathway.exit and not pathway.in_duration:
                kind = "trial"
            for territory in (pathway.territory, ""):
                self._pools.setdefault((territory, kind), []).append(pathway)

    def like(self, rng: Random, territory: str, kind: str) -> Pathway:
        """A donor of the kind, from the territory if it has several."""
        here = self._pools.get((territory, kind), [])
        pool = here if len(here) > 2 else self._pools[("", kind)]
        return pool[int(rng.random() * len(pool))]


def _categories(year: int) -> list[str]:
    """Categories of the non-neutral exits of a year; those that T05 leaves out as in T13."""
    counts = {name: count(TABLE, str(year), name) for name in JOB_CATEGORIES}
    rest = leavers()[year] - sum(counts.values())
    weights = [count("T13", "Total", name) for name in OTHER_CATEGORIES]
    weights.append(int(sum(weights) * NO_REASON_SHARE))
    counts |= dict(zip((*OTHER_CATEGORIES, ""), apportion(rest, weights), strict=True))
    return repeated(counts)


def _ended(rng: Random, donor: Pathway, worksite: Worksite, year: int, category: str) -> Pathway:
    """A pathway that ended in the year, after its donor."""
    last = random_day(rng, year, rng.random() < FIRST_HALF_SHARE)
    months = (donor.exit_day - donor.entry).days / DAYS_PER_MONTH * (0.85 + 0.3 * rng.random())
    pathway = Pathway(
        worksite.territory,
        months_before(last, _off_anniversary(max(months, 1.1))),
        last,
        worksite.code,
        at_entry=_aged(donor, year - REPORT_YEAR),
        at_exit=dict(donor.at_exit),
    )
    pathway.at_exit["motif_sortie"] = reason(rng, category) if category else ""
    return pathway


def _off_anniversary(months: float) -> float:
    """The duration, moved off a whole number of years."""
    off = (months + 6) % 12 - 6
    return months - off + 0.6 if abs(off) < 0.5 and months > 6 else months


def _aged(donor: Pathway, years: int) -> dict[str, str]:
    """The donor's answers at entry, the year of birth moved so that ages stay."""
    answers = dict(donor.at_entry)
    if answers.get("annee_naissance"):
        answers["annee_naissance"] = str(int(answers["annee_naissance"]) + years)
    return answers


def _sites(rng: Random, year: int, number: int) -> list[Worksite]:
    """A worksite for each of so many exits of a year, the large ones oftener."""
    sites = taking_part(year)
    rank: Counter[str] = Counter()
    weights = []
    for site in sites:
        rank[site.territory] += 1
        joined = JOINING_SHARE if site.first_year == year else 1
        weights.append(joined / rank[site.territory] ** LARGE_FIRST)
    numbers = apportion(number, weights)
    names = shuffled_repeats(rng, {site.code: n for site, n in zip(sites, numbers, strict=True)})
    return [worksites()[name] for name in names]


def _since_it_joined(rng: Random, pathway: Pathway, site: Worksite) -> Pathway:
    """The pathway, as long, but not ended before its worksite joined."""
    if pathway.exit_day >= site.joined_on:
        return pathway
    left = date(site.first_year, 12, 28) - site.joined_on
    later = off_boundary(site.joined_on + left * rng.random()) - pathway.exit_day
    return replace(
        pathway, entry=off_boundary(pathway.entry + later), exit=pathway.exit_day + later
    )


def earlier_exits(rng: Random, people: list[Pathway]) -> list[Pathway]:
    """The pathways that ended before the report year, within the programme."""
    donors = Donors(people)
    ended = []
    for year in EARLIER_YEARS:
        kinds = _categories(year)
        neutral = int(len(kinds) * NEUTRAL_SHARE)
        trial = int(neutral * TRIAL_SHARE)
        kinds += ["neutre"] * (neutral - trial) + ["trial"] * trial
        for kind, site in zip(kinds, _sites(rng, year, len(kinds)), strict=True):
            donor = donors.like(rng, site.territory, kind)
            if kind == "trial":
                short = broken_trial(rng, site.territory, year)
                aged = _aged(donor, year - REPORT_YEAR)
                answers = dict(donor.at_exit) | short.at_exit
                new = replace(short, worksite=site.code, at_entry=aged, at_exit=answers)
            else:
                new = _ended(rng, donor, site, year, kind)
            ended.append(_since_it_joined(rng, new, site))
    for year in EARLIER_YEARS:
        _check_up(rng, year, [p for p in ended if p.complete and p.exit_day.year == year])
    return ended


def _check_up(rng: Random, year: int, complete: list[Pathway]) -> None:
    """Health check-ups: in the year before fewer by the printed points, earlier fewer still."""
    now = 100 * count("T15", "Total", "bilan_sante") / count("T15", "Total", "salaries_sortis")
    fewer = prose("N064") + CHECKUP_STEP * (REPORT_YEAR - 1 - year)
    wanted = nearest_part(len(complete), now - fewer)
    for pathway in complete:
        if pathway.at_exit.get("bilan_sante") == YES:
            pathway.at_exit["bilan_sante"] = NO
    for pathway in draw(rng, complete, wanted):
        pathway.at_exit["bilan_sante"] = YES


def lost_with_their_worksites(
    rng: Random, people: list[Pathway], ended: list[Pathway]
) -> list[Pathway]:
    """People still there when their worksite left the programme at the end of last year.

    They are as many as the printed growth of the number of supported people leaves.
    """
    last_year = REPORT_YEAR - 1
    gone = [w for w in worksites().values() if w.last_year == last_year]
    wanted = int(sum(plan.supported for plan in plans()) / (1 + prose("N006") / 100))
    wanted -= sum(p.exit_day.year == last_year or _seen(p, last_year) for p in ended)
    wanted -= sum(_seen(p, last_year) for p in people)
    donors = Donors(people)
    lost = []
    for site, number in zip(gone, apportion(wanted, [1.0] * len(gone)), strict=True):
        for _ in range(number):
            donor = donors.like(rng, site.territory, "staying")
            entry = off_boundary(donor.entry - timedelta(days=365))
            answers = _aged(donor, -1)
            lost.append(Pathway(site.territory, entry, None, site.code, at_entry=answers))
    return lost


def _seen(pathway: Pathway, year: int) -> bool:
    """The pathway has a row in the year."""
    return (
        pathway.entry.year <= year
        and (pathway.exit is None or pathway.exit.year >= year)
        and worksites()[pathway.worksite].takes_part(year)
    )


def bring_back(rng: Random, people: list[Pathway], ended: list[Pathway]) -> None:
    """Make some who left neutrally and some who entered later the same people.

    Only neutral exits: nobody is to leave non-neutrally in two of the years.
    """
    newcomers = [
        p
        for p in people
        if p.exit is None and p.entered_in(REPORT_YEAR) and not p.after_phc and _adult(p)
    ]
    rng.shuffle(newcomers)
    before_last = [p for p in ended if p.exit_day.year >= REPORT_YEAR - 2 and not p.non_neutral]
    gone = [p for p in before_last if not p.after_phc and p.reason != "22"]
    for old in draw(rng, gone, int(len(gone) * COMES_BACK)):
        elsewhere = rng.random() < 0.15
        new = next(p for p in newcomers if elsewhere or p.territory == old.territory)
        newcomers.remove(new)
        old.person = new.person
        old.at_entry = dict(new.at_entry)
        old.at_exit = {name: old.at_exit[name] for name in old.at_exit if _still_fits(old, name)}


def _still_fits(pathway: Pathway, column: str) -> bool:
    """The answer at exit goes with the entry: no status of a difficulty that was not met."""
    met = column.replace("_sortie", "_entree")
    return not column.startswith("difficulte_") or pathway.at_entry.get(met) == YES


def _adult(pathway: Pathway) -> bool:
    """Old enough to have had a pathway some years ago."""
    return "" < pathway.at_entry.get("annee_naissance", "") <= str(REPORT_YEAR - 28)
