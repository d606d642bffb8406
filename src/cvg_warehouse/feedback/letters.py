"""Sorts the findings of an ingest by who sent the file and can fix it."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from cvg_warehouse.contracts.checks import all_checks, severity_of
from cvg_warehouse.contracts.exports import EXPORTS, contract_of
from cvg_warehouse.contracts.seeds import territory_of_worksite, today
from cvg_warehouse.feedback.declared import Declared
from cvg_warehouse.feedback.french import plain, plural, typeset
from cvg_warehouse.formats import number
from cvg_warehouse.ingest.findings import FileResult, Finding, IngestResult, Outcome
from cvg_warehouse.ingest.senders import sender_in
from cvg_warehouse.template import TEAM_EXPORTS

UNKNOWN_SENDER = "expediteur-inconnu"
SYNTHETIC_SOURCE = "demo"
MOST_NAMED = 8
SEVERITIES = {
    "refuse": "Fichier refusé",
    "quarantine": "Ligne mise de côté",
    "warn": "À vérifier",
}


@dataclass(frozen=True)
class Problem:
    """One check that a column of a sheet fails, with the lines where it does."""

    severity: str
    file: str
    sheet: str
    columns: tuple[str, ...]
    export: str
    guidance: str
    lines: tuple[int, ...]
    """Lines of the sheet, from 1; none where the sheet or file as a whole is meant."""
    times: int
    """How often it was found."""

    @property
    def severity_fr(self) -> str:
        """The severity as the worksite reads it."""
        return SEVERITIES[self.severity]

    @property
    def lines_fr(self) -> str:
        """The first lines, for a reader."""
        return ", ".join(map(str, self.lines[:MOST_NAMED])) + self._and_more(self.lines)

    @property
    def columns_fr(self) -> str:
        """The first columns, for a reader."""
        return ", ".join(self.columns[:MOST_NAMED]) + self._and_more(self.columns)

    def _and_more(self, named: tuple) -> str:
        more = len(named) - MOST_NAMED
        return f" et {number(more)} {plural(more, 'autre', 'autres')}" if more > 0 else ""


@dataclass(frozen=True)
class Balance:
    """What became of the lines of one sheet, or of a file that was refused."""

    file: str
    sheet: str
    export: str
    outcome: str
    """In French."""
    lines: int
    loaded: int
    quarantined: int
    replaced: int
    is_common: bool = False
    """Whether the counts are those of several senders together."""


@dataclass
class Letter:
    """All that one sender gets back."""

    code: str
    """Code of the worksite or territory, or `UNKNOWN_SENDER`."""
    label: str
    is_synthetic: bool
    balances: list[Balance] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    years: tuple[int, ...] = ()
    absent_years: tuple[int, ...] = ()
    declared: list[Declared] = field(default_factory=list)
    """Where its half-yearly forms and its rows disagree."""

    @property
    def is_worksite(self) -> bool:
        """Whether a worksite gets it."""
        return self.code in territory_of_worksite()

    @property
    def shares_files(self) -> bool:
        """Whether some of its lines came in a file with those of others."""
        return any(balance.is_common for balance in self.balances)

    @property
    def problems(self) -> list[Problem]:
        """The findings by check, column and sheet; what hinders most comes first."""
        return _grouped(self.findings, lambda found: (found.file, found.sheet, found.column))

    @property
    def forwardable_problems(self) -> list[Problem]:
        """The same without names of files and sheets, and with columns of the contract only."""
        return _grouped(self.findings, lambda found: ("", "", _column_of_contract(found)))

    def count(self, severity: str) -> int:
        """Findings of a severity; lines in quarantine count once whatever they fail."""
        found = [f for f in self.findings if severity_of(f.check_id) == severity]
        if severity == "quarantine":
            return len({(f.file, f.sheet, f.line) for f in found})
        if severity == "refuse":
            return len({f.file for f in found})
        return len(found)

    @property
    def by_export(self) -> list[Balance]:
        """The balances added up by export; refused files are left out, for nobody knows theirs."""
        by_export: dict[str, list[Balance]] = defaultdict(list)
        for balance in self.balances:
            if balance.export:
                by_export[balance.export].append(balance)
        return [
            Balance(
                file="",
                sheet="",
                export=export,
                outcome="",
                lines=sum(one.lines for one in balances),
                loaded=sum(one.loaded for one in balances),
                quarantined=sum(one.quarantined for one in balances),
                replaced=sum(one.replaced for one in balances),
            )
            for export, balances in by_export.items()
        ]


def letters_of(result: IngestResult) -> list[Letter]:
    """A letter for each sender of this run, in order of their codes."""
    letters: dict[str, Letter] = {}
    synthetic = is_synthetic(result)

    def letter_to(code: str) -> Letter:
        return letters.setdefault(code, Letter(code, _label(code), synthetic))

    years: dict[str, set[int]] = defaultdict(set)
    for file in result.files:
        named = sender_in(file.path)
        repeats = file.outcome is Outcome.REPEATED
        for code, balance in _balances(file, named):
            letter_to(code).balances.append(balance)
            years[code] |= {year for sheet in file.sheets for year in sheet.years}
        exports = {sheet.sheet: sheet.export for sheet in file.sheets}
        for found in () if repeats else file.findings:
            own = replace(found, export=found.export or exports.get(found.sheet, ""))
            letter_to(_sender(own, file, named)).findings.append(own)
    for found in result.notices:
        letter_to(found.worksite or sender_in(found.file) or UNKNOWN_SENDER).findings.append(found)
    for code, letter in letters.items():
        letter.years = tuple(sorted(years[code]))
        letter.absent_years = tuple(a.year for a in result.absent if a.worksite == code)
    return [letters[code] for code in sorted(letters)]


def is_synthetic(result: IngestResult) -> bool:
    """Whether every file is the demo's, as its path says."""
    return all(file.path.startswith(SYNTHETIC_SOURCE) for file in result.files)


def _sender(found: Finding, file: FileResult, named: str) -> str:
    """Who can fix a finding: whom the file's path names, or else the worksite of the row."""
    if named in territory_of_worksite():
        return named
    if found.worksite and found.export not in TEAM_EXPORTS:
        return found.worksite
    if named:
        return named
    if len(file.worksites) == 1:
        return file.worksites[0]
    territories = {territory_of_worksite()[code] for code in file.worksites}
    if found.worksite:
        territories = {territory_of_worksite()[found.worksite]}
    return territories.pop() if len(territories) == 1 else UNKNOWN_SENDER


def _balances(file: FileResult, named: str) -> Iterator[tuple[str, Balance]]:
    """The sheets of a file, for each of those whom they concern; `named` is in the file's path."""
    path, outcome = plain(file.path), _outcome(file)
    if not file.sheets:
        codes = {_sender(found, file, named) for found in file.findings} or {
            named or UNKNOWN_SENDER
        }
        for code in sorted(codes):
            yield code, Balance(path, "", "", outcome, 0, 0, 0, 0)
    for sheet in file.sheets:
        shared = set(sheet.worksites) if sheet.export not in TEAM_EXPORTS else set()
        codes = {named} if named in territory_of_worksite() else shared or {named}
        if codes == {""}:
            codes = {_sender(Finding(file.path, "", 0, "", ""), file, named)}
        is_common = len(codes) > 1
        note = f"{outcome}, fichier commun" if is_common else outcome
        counts = sheet.lines, sheet.loaded, sheet.quarantined, sheet.replaced
        for code in sorted(codes):
            yield code, Balance(path, plain(sheet.sheet), sheet.export, note, *counts, is_common)


def _outcome(file: FileResult) -> str:
    if file.outcome is Outcome.REFUSED:
        return "refusé"
    if file.outcome is Outcome.REPEATED:
        return "déjà reçu, rien ne change"
    return "lu" if not file.quarantined else "lu en partie"


def _grouped(
    findings: list[Finding], place: Callable[[Finding], tuple[str, str, str]]
) -> list[Problem]:
    """The findings by check and `place` (file, sheet, column).

    Columns that a sheet as a whole lacks, or has too many of, are one problem together.
    """
    groups: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for found in findings:
        file, sheet, column = place(found)
        groups[file, sheet, column if found.line else "", found.export, found.check_id].append(
            found
        )
    problems = [
        Problem(
            severity_of(check_id),
            plain(file),
            plain(sheet),
            tuple(sorted({plain(place(one)[2]) for one in found} - {""})),
            export,
            typeset(all_checks()[check_id].guidance_fr),
            tuple(sorted(one.line for one in found if one.line)),
            len(found),
        )
        for (file, sheet, _, export, check_id), found in groups.items()
    ]
    order = list(SEVERITIES)
    return sorted(
        problems,
        key=lambda problem: (
            order.index(problem.severity),
            -problem.times,
            problem.file,
            problem.sheet,
            problem.columns,
            problem.guidance,
        ),
    )


def _column_of_contract(found: Finding) -> str:
    """The column, unless its name is the worksite's own."""
    if found.export not in EXPORTS:
        return ""
    known = {column.name for column in contract_of(found.export).fields}
    return found.column if found.column in known else ""


def _label(code: str) -> str:
    labels = {code: row["label_fr"] for code, row in today("worksites", "worksite_id").items()}
    labels |= {
        code: f"Équipe {row['name']}" for code, row in today("territories", "territory_id").items()
    }
    return labels.get(code, "Fichiers dont l'expéditeur n'est pas reconnu")
