"""What a worksite declares in its half-yearly forms, where its rows count otherwise."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from cvg_warehouse.contracts.dialogue import FORM
from cvg_warehouse.feedback.french import typeset
from cvg_warehouse.formats import number

QUERY = """
    select declared.first_day, declared.last_day, declared.status, parts.label_fr, lines.label_fr,
        lines.noun_fr, lines.unit, declared.declared, declared.counted
    from mart_declared_totals as declared
    inner join stg_reference__dialogue_lines as lines on declared.line_id = lines.line_id
    inner join stg_reference__dialogue_parts as parts on lines.part = parts.part
    where declared.worksite_id = ?
        and (declared.status = 'different'
            or (declared.status in ('no_rows', 'period_not_counted') and lines.noun_fr is not null))
    qualify declared.status = 'different'
        or row_number() over (partition by declared.first_day, declared.last_day
            order by lines.sort_order) = 1
    order by declared.last_day, declared.first_day, lines.sort_order
"""
BUILT = """
    select count(*), sum(hash(worksite_id, first_day, last_day, line_id, state, number)::hugeint)
    from stg_exports__formulaires
"""
NOW = """
    select count(*), sum(hash(chantier, premier_jour::date, dernier_jour::date, ligne, etat,
        nombre::double)::hugeint)
    from read_csv(?, header = true, all_varchar = true, delim = ',', quote = '"')
"""


@dataclass(frozen=True)
class Declared:
    """A declared total that the rows do not confirm, ready to be read."""

    first_day: date
    last_day: date
    status: str
    """`different`, `no_rows` or `period_not_counted`, as in `mart_declared_totals`."""
    part: str
    label: str
    noun: str | None
    """What is counted, in the plural; None where the label serves."""
    unit: str
    declared: float
    counted: float | None

    @property
    def period(self) -> str:
        """The days of the form."""
        return f"du {self.first_day:%d/%m/%Y} au {self.last_day:%d/%m/%Y}"

    @property
    def sentence(self) -> str:
        """What differs, in French."""
        said = self._written(self.declared)
        what = f"vous déclarez {said} {self.noun}"
        if self.noun is None or self.declared < 2:
            what = f"« {self.label} » ({self.part}) : vous déclarez {said}"
        if self.status == "no_rows":
            return typeset(f"{what}, et aucune de vos lignes n'est de cette période")
        if self.status == "period_not_counted":
            return typeset(
                f"{what} ; cette période n'est pas encore comptée par l'équipe nationale"
            )
        return typeset(f"{what}, vos lignes en comptent {self._written(self.counted or 0)}")

    def _written(self, value: float) -> str:
        return number(value, 0 if self.unit == "people" else 1)


def declared_by(connection: duckdb.DuckDBPyConnection, worksite: str) -> list[Declared]:
    """Where the forms of a worksite and its rows disagree, in the order of the form."""
    return [Declared(*row) for row in connection.execute(QUERY, [worksite]).fetchall()]


def has_these_forms(connection: duckdb.DuckDBPyConnection, exports: Path) -> bool:
    """Whether the warehouse was built with the forms that lie beside these exports now."""
    file = exports / f"{FORM}.csv"
    built = connection.execute(BUILT).fetchall()
    now = connection.execute(NOW, [str(file)]).fetchall() if file.is_file() else [(0, None)]
    return built == now
