"""The half-yearly form, computed a second time: row by row in plain Python, nothing of the product.

What each line counts is written here as the form means it, by line; the seed says it for the
warehouse.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from tests.oracle.lists import COVERAGE, DIFFICULTIES
from tests.oracle.reading import SEEDS

Row = dict[str, Any]
Key = tuple[str, date, date, str]
Period = tuple[date, date]
Condition = Callable[[Row], bool]
DAYS_OF_A_MONTH = 30.4375
HOUSING = {
    "autonome": "logement_perenne",
    "semi_durable": "logement_semi_durable",
    "collectif": "hebergement_collectif",
    "precaire": "hebergement_precaire",
    "rue": "rue",
}
RIGHTS = ("rqth", "aah", "pension_invalidite", "medecin_traitant")
SOLVED = ("Résolue", "En cours de résolution")
JOB = {
    "emploi": ("emploi_durable", "emploi_transition"),
    "suite": ("suite_parcours_iae",),
    "formation": ("formation",),
}
OTHER = {
    "retraite": ("retraite",),
    "sans_solution": ("inactif", "chomage"),
    "sans_nouvelles": ("sans_nouvelle",),
    "neutre": ("neutre",),
    "autre_positive": ("autre_emploi_formation",),
    "motif_inconnu": ("",),
}


@dataclass(frozen=True)
class Cell:
    number: float | None
    base: float | None
    share: float | None

    @classmethod
    def rounded(cls, number: float | None, base: float | None, share: float | None) -> "Cell":
        return cls(*(None if one is None else round(one, 9) for one in (number, base, share)))


def dialogue(exports: Path, worksites: Iterable[str], periods: Iterable[Period]) -> dict[Key, Cell]:
    """The cells of the form, by worksite, first and last day, and line."""
    salaries, exits = list(_read(exports / "salaries.csv")), list(_read(exports / "sorties.csv"))
    groups = {
        row["housing_type"]: row["housing_group"] for row in _read(SEEDS / "housing_types.csv")
    }
    categories = {row["code"]: row["category"] for row in _read(SEEDS / "exit_reasons.csv")}
    left = {row["id_parcours"]: date.fromisoformat(row["date_sortie"]) for row in exits}
    latest = {row["id_parcours"]: row for row in sorted(salaries, key=lambda row: row["annee"])}
    for row in (*salaries, *exits):
        for moment in ("entree", "sortie"):
            row[f"groupe_{moment}"] = groups.get(row.get(f"logement_{moment}", ""), "")
    ended = [
        latest[row["id_parcours"]]
        | {name: value for name, value in row.items() if name.endswith("_sortie")}
        | {"chantier": row["chantier"], "categorie": categories.get(row["motif_sortie"], "")}
        for row in exits
    ]
    cells: dict[Key, Cell] = {}
    chosen = set(worksites)
    for first, last in periods:
        people: dict[str, list[Row]] = {worksite: [] for worksite in chosen}
        for row in _speaking(salaries, first, last):
            end = left.get(row["id_parcours"])
            enters = date.fromisoformat(row["date_entree"])
            if row["chantier"] in chosen and enters <= last and (end is None or end >= first):
                stays = int(row["annee"]) == last.year and (end is None or end >= last)
                people[row["chantier"]].append(row | {"reste": stays, "fin": last.year})
        for worksite in chosen:
            gone = [
                row
                for row in ended
                if row["chantier"] == worksite
                and first <= date.fromisoformat(row["date_sortie"]) <= last
            ]
            if people[worksite] or gone:
                for line, cell in _form(people[worksite], gone):
                    assert (worksite, first, last, line) not in cells
                    cells[worksite, first, last, line] = cell
    return cells


def _read(file: Path) -> Iterator[Row]:
    with file.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield {name: value.strip() for name, value in row.items()}


def _speaking(salaries: Sequence[Row], first: date, last: date) -> Iterable[Row]:
    """Of each pathway the latest of the deliveries of the years that the period touches."""
    found: dict[str, Row] = {}
    for row in sorted(salaries, key=lambda row: row["annee"]):
        if first.year <= int(row["annee"]) <= last.year:
            found[row["id_parcours"]] = row
    return found.values()


def _form(people: list[Row], gone: list[Row]) -> Iterator[tuple[str, Cell]]:
    everybody = _who(people, lambda row: True)
    yield "accueillis", Cell(everybody, None, None)
    for line, condition in _first_part().items():
        yield line, _share(_who(people, condition), everybody)
    exits = _who(gone, lambda row: True)
    yield "sortis", Cell(exits, None, None)
    months = [
        (date.fromisoformat(row["date_sortie"]) - date.fromisoformat(row["date_entree"])).days
        / DAYS_OF_A_MONTH
        for row in gone
    ]
    mean = sum(months) / len(months) if months else None
    yield "duree_moyenne", Cell.rounded(mean, len(months), None)
    of_job = {category for listed in JOB.values() for category in listed}
    for block, kinds, is_job in (("emploi", JOB, True), ("hors_emploi", OTHER, False)):
        rows = [row for row in gone if (row["categorie"] in of_job) == is_job]
        total = _who(rows, lambda row: True)
        yield f"{block}_total", _share(total, exits)
        for kind, listed in kinds.items():
            yield f"{block}_{kind}", _share(_who(rows, _in("categorie", listed)), exits)
        for line, condition in _exit_part().items():
            yield f"{block}_{line}", _share(_who(rows, condition), total)
        if not is_job:
            positive = [row for row in rows if row["categorie"] == "autre_emploi_formation"]
            for line, answer in (("parcours_de_soin", "oui"), ("parcours_de_soin_inconnu", "")):
                care = _who(positive, _in("parcours_soin_sortie", (answer,)))
                yield f"{block}_{line}", _share(care, exits)


def _first_part() -> dict[str, Condition]:
    lines: dict[str, Condition] = {"en_contrat": lambda row: bool(row["reste"])}
    for line, sex in (
        ("hommes", "H"),
        ("femmes", "F"),
        ("sexe_autre", "autre"),
        ("sexe_inconnu", ""),
    ):
        lines[line] = _in("sexe", (sex,))
    lines["moins_de_26_ans"] = partial(_aged, least=0, most=25)
    lines["de_26_a_49_ans"] = partial(_aged, least=26, most=49)
    lines["de_50_ans_et_plus"] = partial(_aged, least=50, most=200)
    lines["age_inconnu"] = _in("annee_naissance", ("",))
    lines["niveau_1_2"] = _in("niveau_formation", ("1", "2"))
    for level in "345678":
        lines[f"niveau_{level}"] = _in("niveau_formation", (level,))
    lines["niveau_inconnu"] = _in("niveau_formation", ("",))
    lines["sans_emploi_2_ans"] = _in("duree_sans_emploi", ("plus de 2 ans", "jamais travaillé"))
    lines["sans_emploi_inconnu"] = _in("duree_sans_emploi", ("",))
    for line, column in (
        ("rsa", "rsa_entree"),
        ("ass", "ass_entree"),
        ("rth", "rqth_entree"),
        ("aah", "aah_entree"),
        ("refugies", "refugie_entree"),
    ):
        lines[line], lines[f"{line}_inconnu"] = _in(column, ("oui",)), _in(column, ("",))
    for line, group in HOUSING.items():
        lines[f"habitat_{line}"] = _in("groupe_entree", (group,))
    lines["habitat_inconnu"] = _in("groupe_entree", ("",))
    lines["parcours_de_rue"] = lambda row: row["duree_parcours_rue"] not in ("", "aucun")
    lines["parcours_de_rue_inconnu"] = _in("duree_parcours_rue", ("",))
    for one in DIFFICULTIES:
        lines[f"difficulte_{one}"] = _in(f"difficulte_{one}_entree", ("oui",))
        lines[f"difficulte_{one}_inconnue"] = _in(f"difficulte_{one}_entree", ("",))
    for row in _read(SEEDS / "referrers.csv"):
        lines[f"orienteur_{row['referrer']}"] = _in("orienteur", (row["referrer"],))
    lines["orienteur_inconnu"] = _in("orienteur", ("",))
    return lines


def _exit_part() -> dict[str, Condition]:
    lines: dict[str, Condition] = {}
    for one in DIFFICULTIES:
        met, status = f"difficulte_{one}_entree", f"difficulte_{one}_sortie"
        lines[f"{one}_entree"], lines[f"{one}_entree_inconnue"] = (
            _in(met, ("oui",)),
            _in(met, ("",)),
        )
        lines[f"{one}_resolution"] = partial(_met, met=met, status=status, listed=SOLVED)
        lines[f"{one}_resolution_inconnue"] = partial(_met, met=met, status=status, listed=("",))
    for moment in ("entree", "sortie"):
        for line, group in HOUSING.items():
            lines[f"habitat_{line}_{moment}"] = _in(f"groupe_{moment}", (group,))
        lines[f"habitat_inconnu_{moment}"] = _in(f"groupe_{moment}", ("",))
        for right in RIGHTS:
            lines[f"{right}_{moment}"] = _in(f"{right}_{moment}", ("oui",))
            lines[f"{right}_{moment}_inconnu"] = _in(f"{right}_{moment}", ("",))
    lines["couverture_amelioree"] = lambda row: _gain(row) is not None and (_gain(row) or 0) > 0
    lines["couverture_inconnue"] = lambda row: _gain(row) is None
    lines["accompagnement_post_sortie"] = _in("accompagnement_post_sortie", ("oui",))
    lines["accompagnement_post_sortie_inconnu"] = _in("accompagnement_post_sortie", ("",))
    return lines


def _in(column: str, listed: Sequence[str]) -> Condition:
    return lambda row: row[column] in listed


def _aged(row: Row, least: int, most: int) -> bool:
    return (
        bool(row["annee_naissance"]) and least <= row["fin"] - int(row["annee_naissance"]) <= most
    )


def _met(row: Row, met: str, status: str, listed: Sequence[str]) -> bool:
    return row[met] == "oui" and row[status] in listed


def _gain(row: Row) -> int | None:
    before, after = row["couverture_sante_entree"], row["couverture_sante_sortie"]
    return COVERAGE[after] - COVERAGE[before] if before and after else None


def _who(rows: list[Row], condition: Condition) -> int:
    return len({row["id_salarie"] for row in rows if condition(row)})


def _share(number: int, base: int) -> Cell:
    return Cell.rounded(number, base, number / base if base else None)
