"""Terms of a printed figure, for tests of what several cells make."""

from cvg_warehouse.reading.data import EVERYBODY, WHOLE, Term

INDICATOR = "exits.job_or_training"


def term(side: str = "top", kind: str = "share", coefficient: float = 1, counted: str = "") -> Term:
    """A term of a figure of the text, about the exits to a job or a training."""
    usual = "denominator" if side == "bottom" else "numerator"
    return Term(
        figure_id="N1",
        row_label="*",
        measure="figure",
        label_fr="Part",
        label_en="Share",
        kind=kind,
        side=side,
        coefficient=coefficient,
        indicator_id=INDICATOR,
        breakdown="total",
        years_before=0,
        geography_id=WHOLE,
        population=EVERYBODY,
        counted=counted or usual,
    )
