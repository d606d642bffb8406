"""What worksites said of an entry in earlier deliveries, and corrected or completed later."""

from random import Random

from cvg_demo.dwellings import housing_of
from cvg_demo.exports import NO, YES
from cvg_demo.people.pathway import Pathway

CORRECTED = 0.06
COMPLETED = 0.05
CLOSED_ANSWERS = ("rsa_entree", "medecin_traitant_entree", "travailleur_social_exterieur")
COMPLETED_LATER = (
    "duree_sans_emploi",
    "duree_parcours_rue",
    "couverture_sante_entree",
    "nationalite",
    "orienteur",
)


class Corrections:
    """Changes some pathways' earlier answers; the latest delivery stays as it is."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def deliveries(self, pathway: Pathway, number: int) -> list[dict[str, str]]:
        """The answers at entry as delivered in each of so many years, the latest last."""
        latest = dict(pathway.at_entry)
        if number < 2:
            return [latest] * number
        earlier = dict(latest)
        if self._rng.random() < CORRECTED:
            self._mistake(earlier)
        if self._rng.random() < COMPLETED:
            earlier[COMPLETED_LATER[int(self._rng.random() * len(COMPLETED_LATER))]] = ""
        since = 1 + int(self._rng.random() * (number - 1))
        return [earlier] * since + [latest] * (number - since)

    def _mistake(self, answers: dict[str, str]) -> None:
        """Another answer in one column: housing, year of birth, education or a yes for a no."""
        mistakes = (self._housing, self._birth, self._education, self._closed)
        mistakes[int(self._rng.random() * len(mistakes))](answers)

    def _housing(self, answers: dict[str, str]) -> None:
        answers["logement_entree"] = housing_of(self._rng, int(self._rng.random() * 5))

    def _birth(self, answers: dict[str, str]) -> None:
        if answers.get("annee_naissance"):
            born = int(answers["annee_naissance"])
            answers["annee_naissance"] = str(born - (1 if self._rng.random() < 0.6 else 10))

    def _education(self, answers: dict[str, str]) -> None:
        answers["niveau_formation"] = str(1 + int(self._rng.random() * 5))

    def _closed(self, answers: dict[str, str]) -> None:
        column = CLOSED_ANSWERS[int(self._rng.random() * len(CLOSED_ANSWERS))]
        answers[column] = NO if answers.get(column) == YES else YES
