"""A pathway in the making."""

from dataclasses import dataclass, field
from datetime import date
from functools import cache

from cvg_demo.calibration import reference_list
from cvg_demo.dates import two_years_after
from cvg_demo.dwellings import PERMANENT, housing_levels
from cvg_demo.exports import YES

TRIAL_REASONS = ("26", "27")


@cache
def category_of(reason: str) -> str:
    """Category of an exit reason, empty where the reason is not known."""
    return next((r["category"] for r in reference_list("exit_reasons") if r["code"] == reason), "")


@dataclass
class Pathway:
    """One contract period at one worksite, with what is known at entry and at exit.

    `at_entry` and `at_exit` hold the columns of the exports `salaries` and `sorties`; an absent
    column is an unknown answer.
    """

    territory: str
    entry: date
    exit: date | None = None
    worksite: str = ""
    person: str = ""
    code: str = ""
    at_entry: dict[str, str] = field(default_factory=dict)
    at_exit: dict[str, str] = field(default_factory=dict)

    @property
    def exit_day(self) -> date:
        """The day of the exit. Raises ValueError where there was none."""
        if self.exit is None:
            raise ValueError("the pathway has not ended")
        return self.exit

    @property
    def reason(self) -> str:
        """Code of the exit reason, empty where not known."""
        return self.at_exit.get("motif_sortie", "")

    @property
    def category(self) -> str:
        """Category of the exit reason, empty where not known."""
        return category_of(self.reason)

    @property
    def non_neutral(self) -> bool:
        """Exited, and not for a neutral reason."""
        return self.exit is not None and self.category != "neutre"

    @property
    def complete(self) -> bool:
        """Non-neutral exit with a complete form."""
        return self.non_neutral and self.at_exit.get("fiche_complete") == YES

    @property
    def in_duration(self) -> bool:
        """Exited other than by a rupture of the trial period."""
        return self.exit is not None and self.reason not in TRIAL_REASONS

    @property
    def after_phc(self) -> bool:
        """The person went through Premières Heures en Chantier."""
        return self.at_entry.get("passage_phc") == YES

    @property
    def level_at_entry(self) -> int | None:
        """Housing level at entry, None where not known."""
        return housing_levels().get(self.at_entry.get("logement_entree", ""))

    @property
    def level_at_exit(self) -> int | None:
        """Housing level at exit, None where not known."""
        return housing_levels().get(self.at_exit.get("logement_sortie", ""))

    @property
    def improved(self) -> bool:
        """Housing at exit is of a higher level than at entry."""
        before, after = self.level_at_entry, self.level_at_exit
        return before is not None and after is not None and after > before

    @property
    def reached_permanent(self) -> bool:
        """Housing is permanent at exit, and was known not to be at entry."""
        return self.improved and self.level_at_exit == PERMANENT

    @property
    def over_two_years(self) -> bool:
        """Exited later than 24 calendar months after entry, outside the trial period."""
        return self.in_duration and self.exit_day > two_years_after(self.entry)

    @property
    def first_half(self) -> bool:
        """Exited before the end of June."""
        return self.exit is not None and self.exit <= date(self.exit.year, 6, 30)

    def entered_in(self, year: int) -> bool:
        """The pathway began in the year."""
        return self.entry.year == year
