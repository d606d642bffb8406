"""What an ingest found, without a single value of the deliveries.

`ingest.run(...)` returns an `IngestResult`: the files in order, each with its sheets (counts of
lines) and its findings (where and which check, never what stood there). The texts of a check, in
English for the command line and in French for the worksite, stand in `contracts/checks.csv` and
are read with `contracts.checks.all_checks()`.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from cvg_warehouse.contracts.checks import severity_of
from cvg_warehouse.file_formats import Format


class Outcome(StrEnum):
    """What became of a file."""

    LOADED = "loaded"
    """All its rows are loaded or, each with its reason, in quarantine."""
    REFUSED = "refused"
    """None of its rows was taken; what was loaded before stays as it was."""
    REPEATED = "repeated"
    """Byte for byte another file of this run, whose counts it carries; nothing changed."""


@dataclass(frozen=True, order=True)
class Finding:
    """One problem at one place: no value, ever."""

    file: str
    """Path below the folder of deliveries, with slashes."""
    sheet: str
    """Sheet of the workbook, or '' in a CSV file and for the file as a whole."""
    line: int
    """Line of the sheet or file as the worksite sees it, from 1; 0 for the file or sheet whole."""
    column: str
    """Column by the contract's name (an unknown one by its header), or ''."""
    check_id: str
    """Key of `contracts/checks.csv`."""
    worksite: str = ""
    """Code of the row's worksite where it could be read, or ''."""
    export: str = ""
    """Export of the row or sheet, or ''."""
    other: str = ""
    """The place that the row disagrees with or looks like (`file:line`), or ''."""


@dataclass
class SheetResult:
    """The balance of one sheet (or of a CSV file): `lines == loaded + quarantined`."""

    sheet: str
    export: str
    worksites: tuple[str, ...] = ()
    """Codes of the worksites that its rows name, sorted."""
    years: tuple[int, ...] = ()
    """Reporting years that its rows name, sorted."""
    lines: int = 0
    """Data lines: neither header nor blank."""
    loaded: int = 0
    quarantined: int = 0
    replaced: int = 0
    """Loaded lines that a later delivery of the same key has replaced; part of `loaded`."""
    blank: int = 0
    """Blank lines, in none of the other counts."""


@dataclass
class FileResult:
    """One delivered file."""

    path: str
    """Path below the folder of deliveries, with slashes."""
    sha256: str
    outcome: Outcome = Outcome.LOADED
    delivered_on: str = ""
    """Date of the delivery, ISO, or ''."""
    dated_by: str = ""
    """Where that date stands: `file name`, `folder name`, `livraison.csv`, or ''."""
    is_again: bool = False
    """Whether an earlier run took in the same bytes; they keep their place in the order."""
    repeats: str = ""
    """The file of this run that it repeats byte for byte, or ''."""
    sheets: list[SheetResult] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def worksites(self) -> tuple[str, ...]:
        """Codes of all the worksites of the file, sorted."""
        return tuple(sorted({code for sheet in self.sheets for code in sheet.worksites}))

    @property
    def lines(self) -> int:
        """Data lines of all sheets."""
        return sum(sheet.lines for sheet in self.sheets)

    @property
    def loaded(self) -> int:
        """Loaded lines of all sheets."""
        return sum(sheet.loaded for sheet in self.sheets)

    @property
    def quarantined(self) -> int:
        """Lines in quarantine, of all sheets."""
        return sum(sheet.quarantined for sheet in self.sheets)

    @property
    def warnings(self) -> int:
        """Findings of the severity `warn`."""
        return sum(severity_of(finding.check_id) == "warn" for finding in self.findings)


@dataclass(frozen=True)
class AbsentWorksite:
    """A worksite that should have delivered for a year and has not: unknown, not zero."""

    worksite: str
    territory: str
    year: int


@dataclass(frozen=True)
class AbsentPathway:
    """A pathway that a later full delivery of its worksite and year no longer holds; it stays."""

    worksite: str
    year: int
    person: str
    """Pseudonym of `id_salarie`."""
    pathway: str
    """Pseudonym of `id_parcours`."""
    last_place: str
    """File and line that it was last delivered in."""


@dataclass(frozen=True)
class Correction:
    """A row that a later delivery has replaced, by pseudonym and names of columns only."""

    export: str
    key: str
    """The row's key with identifiers as pseudonyms, joined with ' / '."""
    columns: tuple[str, ...]
    """The columns whose values differ."""
    old_file: str
    old_sheet: str
    old_line: int
    new_file: str
    new_sheet: str
    new_line: int
    is_new: bool = False
    """Whether one of the two rows came in this run."""


@dataclass(frozen=True)
class LikelyDuplicate:
    """Pseudonyms that seem to be one person, or a pseudonym that seems to be two; never merged."""

    reason: str
    """`same_identity`: name, first name and birth date agree under several identifiers.
    `same_identifier`: one identifier stands for several names or birth dates."""
    people: tuple[str, ...]
    """Pseudonyms of `id_salarie`, sorted."""
    worksites: tuple[str, ...]


@dataclass
class IngestResult:
    """All that one run did."""

    files: list[FileResult]
    rows: dict[str, int]
    """Rows of each consolidated export after the run, earlier deliveries included."""
    absent: list[AbsentWorksite]
    corrections: list[Correction]
    """Rows that this run's deliveries replaced, or that came after what replaces them."""
    duplicates: list[LikelyDuplicate]
    key_version: str
    contract_hash: str
    out: Path
    quarantine: Path
    missing: list[AbsentPathway] = field(default_factory=list)
    notices: list[Finding] = field(default_factory=list)
    """Findings on rows of earlier deliveries: put into quarantine now, or disagreed with."""
    form: Format = Format.CSV
    """The format of the exports."""
    ignored: int = 0
    """Files of the system or the spreadsheet that were left out."""
    settled_in_quarantine: int = 0
    """Rows of the quarantine that later deliveries have settled."""

    @property
    def findings(self) -> list[Finding]:
        """The findings of all files, in order."""
        return [finding for file in self.files for finding in file.findings]

    @property
    def all_is_well(self) -> bool:
        """Whether nothing was refused and nothing went into quarantine."""
        return not any(
            file.outcome is Outcome.REFUSED or file.quarantined > 0 for file in self.files
        ) and not any(severity_of(found.check_id) == "quarantine" for found in self.notices)
