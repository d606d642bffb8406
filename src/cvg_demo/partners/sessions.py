"""Collective sessions for the people in the worksites and for their permanent staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from cvg_demo.apportion import repeated, share_out
from cvg_demo.calibration import prose
from cvg_demo.dates import REPORT_YEAR, YEARS
from cvg_demo.drawing import pick, shuffled, split_between, stream, working_day
from cvg_demo.partners.experiment import MENTAL_HEALTH, experiment_territories
from cvg_demo.partners.mobilisation import Mobilisation

WORKERS = "salariés en insertion"
STAFF = "permanents"

SMALLEST, LARGEST, USUAL = 3, 40, 9
"""Participants of a session."""

FAMILIES = {
    WORKERS: {"soutien psychologique": 4, "actions psychocorporelles": 3, "addictions": 2},
    STAFF: {"analyse de la pratique": 3, "addictions": 2, "sensibilisation et formation": 4},
}

THEMES = {
    ("santé", WORKERS): ("accès aux soins", "nutrition", "prévention et dépistage", "sommeil"),
    ("santé", STAFF): ("accès aux droits santé", "handicap et emploi", "prévention des risques"),
    ("logement", WORKERS): ("accès au logement", "budget et logement", "vivre dans son logement"),
    ("logement", STAFF): ("dispositifs de logement", "prévention des expulsions"),
    ("emploi", WORKERS): (
        "découverte des métiers",
        "techniques de recherche d'emploi",
        "numérique",
    ),
    ("emploi", STAFF): ("relation aux entreprises", "médiation vers l'emploi"),
    ("accès aux droits", WORKERS): ("démarches en ligne", "droits sociaux", "gestion du budget"),
    ("accès aux droits", STAFF): ("droit des étrangers", "surendettement"),
}

OTHER_PARTICIPATIONS = {
    ("santé", WORKERS): 720,
    ("emploi", WORKERS): 1180,
    ("emploi", STAFF): 130,
    ("accès aux droits", WORKERS): 360,
    ("accès aux droits", STAFF): 90,
}
"""Participations in the calibrated year where nothing is printed, mental health aside."""


@dataclass(frozen=True)
class Series:
    """The sessions of a year of one kind, and how many participations they make."""

    domain: str
    audience: str
    family: str
    participations: int


@dataclass(frozen=True)
class Session:
    """One collective session."""

    day: date
    territory: str
    domain: str
    theme: str
    family: str
    audience: str
    participants: int


def collective_sessions(mobilisation: Mobilisation, seed: int) -> list[Session]:
    """The sessions of all years."""
    sessions = []
    for year in YEARS:
        rng = stream(seed, "sessions", year)
        weights = mobilisation.territory_weights(year)
        series = year_series(year, mobilisation)
        mental = [kind for kind in series if kind.family]
        other = [kind for kind in series if not kind.family]
        places = experiment_territories(year, weights)
        sessions += _sessions_of(mental, year, {name: weights[name] for name in places}, rng)
        sessions += _sessions_of(other, year, weights, rng)
    return [*sessions, _first_aid_course()]


def _first_aid_course() -> Session:
    """The course that the report prints of one territory, outside the experiment."""
    day, theme = date(REPORT_YEAR, 11, 14), "premiers secours en santé mentale"
    return Session(day, "11-Moselle", "santé", theme, "", STAFF, int(prose("N408")))


def year_series(year: int, mobilisation: Mobilisation) -> list[Series]:
    """What the sessions of a year have to add up to."""
    volume = mobilisation.volume(year)
    staff, mental_staff, mental_workers = health_participations(year, mobilisation)
    totals = {key: round(number * volume) for key, number in OTHER_PARTICIPATIONS.items()}
    totals["santé", STAFF] = staff - mental_staff
    if year == REPORT_YEAR:
        totals["santé", STAFF] -= int(prose("N408"))
    totals["logement", WORKERS] = round(prose("N071") * volume)
    totals["logement", STAFF] = round(prose("N072") * volume)
    series = [Series(*key, "", number) for key, number in totals.items()]
    for audience, number in ((WORKERS, mental_workers), (STAFF, mental_staff)):
        parts = share_out(number, FAMILIES[audience])
        series += [Series("santé", audience, family, part) for family, part in parts.items()]
    return series


def health_participations(year: int, mobilisation: Mobilisation) -> tuple[int, int, int]:
    """Participations of staff in health sessions, theirs and the workers' in mental health.

    The calibrated year, in which the experiment began, and the staff's total of the year before it
    are printed.
    """
    staff = round(prose("N066"))
    if year == REPORT_YEAR:
        mental_staff = round(staff * prose("N067") / 100)
        return staff, mental_staff, round(prose("N060")) - mental_staff
    staff = round(staff / (1 + prose("N068") / 100))
    earlier = mobilisation.volume(year) / mobilisation.volume(REPORT_YEAR - 1)
    return round(staff * earlier), 0, 0


def _sessions_of(
    series: list[Series], year: int, weights: Mapping[str, float], rng: Random
) -> list[Session]:
    """Split each series into sessions, at least one of them in each territory if they suffice."""
    planned = [
        (kind, participants)
        for kind in series
        for participants in split_between(rng, kind.participations, SMALLEST, LARGEST, USUAL)
    ]
    territories = list(weights)[: len(planned)]
    territories += repeated(share_out(len(planned) - len(territories), weights))
    return [
        Session(
            working_day(rng, date(year, 1, 1), date(year, 12, 31)),
            territory,
            kind.domain,
            MENTAL_HEALTH if kind.family else pick(rng, THEMES[kind.domain, kind.audience]),
            kind.family,
            kind.audience,
            participants,
        )
        for (kind, participants), territory in zip(planned, shuffled(rng, territories), strict=True)
    ]
