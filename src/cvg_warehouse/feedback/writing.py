"""Writes the feedback folder: a folder for each sender, and the analysts' page of the checks."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from cvg_warehouse.contracts.checks import all_checks
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.feedback.french import plain, plural, typeset
from cvg_warehouse.feedback.indicators import Indicator, Source, warehouse_of
from cvg_warehouse.feedback.letters import SEVERITIES, Letter, is_synthetic, letters_of
from cvg_warehouse.feedback.workbook import COMMON_FILE, FORWARDABLE, OWN_ONLY, FeedbackBook
from cvg_warehouse.files import move_in, owner_only, unfinished_folder
from cvg_warehouse.formats import number
from cvg_warehouse.html import templates
from cvg_warehouse.ingest.findings import IngestResult, Outcome
from cvg_warehouse.paths import PROJECT
from cvg_warehouse.template import SYNTHETIC
from cvg_warehouse.terminal import Refusal, shown

CHECKS_PAGE = "controles.html"
UNTRACKED = PROJECT / "target"
DUPLICATES = {
    "same_identity": "même nom, prénom et date de naissance sous plusieurs identifiants",
    "same_identifier": "un identifiant pour plusieurs noms ou dates de naissance",
}
OUTCOMES = {
    Outcome.LOADED: "lu",
    Outcome.REFUSED: "refusé",
    Outcome.REPEATED: "déjà reçu",
}


@dataclass(frozen=True)
class Written:
    """What was written: the folder, for how many senders, and for how many with indicators."""

    folder: Path
    senders: int
    with_indicators: int

    def __str__(self) -> str:
        senders = f"{self.senders:,} sender{'s' if self.senders != 1 else ''}"
        line = f"Feedback for {senders}: {shown(self.folder)}"
        if self.with_indicators:
            return f"{line}; {self.with_indicators:,} with their indicators"
        return f"{line}; without indicators: build --out, then run this again"


def feedback_folder(folder: Path, *others: Path) -> Path:
    """The folder for feedback. Raises Refusal where it lies in one of the others or the project."""
    folder = folder.expanduser().resolve()
    if folder.exists() and not folder.is_dir():
        raise Refusal(f"--feedback {shown(folder)}: a file has this name; name a folder")
    if any(folder.is_relative_to(other) or other.is_relative_to(folder) for other in others):
        raise Refusal(
            f"--feedback {shown(folder)}: name a folder apart from --out and the deliveries"
        )
    if folder.is_relative_to(PROJECT) and not folder.is_relative_to(UNTRACKED):
        raise Refusal(f"--feedback {shown(folder)}: lies inside the project; name one outside it")
    return folder


def write_feedback(result: IngestResult, folder: Path, warehouse: Path) -> Written:
    """Write the feedback of an ingest; what lies in the folder of a sender is replaced.

    The indicators are those of `warehouse`, where it was built from the exports of this ingest.
    """
    letters = letters_of(result)
    source = warehouse_of(warehouse, result.out)
    with_indicators = 0
    try:
        with owner_only(), unfinished_folder(folder) as unfinished:
            for letter in letters:
                indicators, year = _indicators(letter, source)
                with_indicators += bool(indicators)
                if source and letter.is_worksite:
                    letter.declared = source.declared(letter.code)
                _write_letter(unfinished / letter.code, letter, indicators, year)
            _write_page(unfinished / CHECKS_PAGE, "checks.html", **_checks(result, letters))
            folder.mkdir(parents=True, exist_ok=True)
            for new in sorted(unfinished.iterdir()):
                move_in(new, folder / new.name)
    except OSError as error:
        reason = error.strerror or "not writable"
        raise Refusal(f"--feedback {shown(folder)}: cannot be written ({reason})") from None
    finally:
        if source:
            source.close()
    return Written(folder, len(letters), with_indicators)


def _indicators(letter: Letter, source: Source | None) -> tuple[list[Indicator], int | None]:
    """The indicators of the latest year that a worksite delivered, and that year."""
    if source is None or not letter.is_worksite or not letter.years:
        return [], None
    year = letter.years[-1]
    return source.of(letter.code, year), year


def _write_letter(
    folder: Path, letter: Letter, indicators: list[Indicator], year: int | None
) -> None:
    folder.mkdir()
    for name, is_forwardable in (("retour", False), ("synthese", True)):
        stem = f"{name}-{letter.code}"
        FeedbackBook(folder / f"{stem}.xlsx", letter).write(indicators, year, is_forwardable)
        _write_page(
            folder / f"{stem}.html",
            "letter.html",
            letter=letter,
            is_forwardable=is_forwardable,
            balances=letter.by_export if is_forwardable else letter.balances,
            problems=letter.forwardable_problems if is_forwardable else letter.problems,
            # A page is short: the details are in the workbook.
            themes=[] if is_forwardable else _themes(indicators),
            declared=[] if is_forwardable else letter.declared,
            year=year,
            confidential=FORWARDABLE if is_forwardable else OWN_ONLY,
            common_file=COMMON_FILE if letter.shares_files else "",
            synthetic=SYNTHETIC if letter.is_synthetic else "",
            totals={
                "lines": sum(balance.lines for balance in letter.balances),
                "loaded": sum(balance.loaded for balance in letter.balances),
                "quarantined": letter.count("quarantine"),
                "refused": letter.count("refuse"),
                "warnings": letter.count("warn"),
            },
        )


def _themes(indicators: list[Indicator]) -> list[tuple[str, list[Indicator]]]:
    """The indicators without a breakdown, by theme, in the order of the catalogue."""
    themes: dict[str, list[Indicator]] = {}
    for indicator in indicators:
        if not indicator.detail:
            themes.setdefault(indicator.theme, []).append(indicator)
    return list(themes.items())


def _checks(result: IngestResult, letters: list[Letter]) -> dict[str, object]:
    """What the analysts' page shows: files, checks by severity, absent worksites, doubts."""
    kept = [file for file in result.files if file.outcome is not Outcome.REPEATED]
    found = [finding for file in kept for finding in file.findings]
    times = Counter(finding.check_id for finding in found)
    files = Counter(check_id for _, check_id in {(f.file, f.check_id) for f in found})
    by_export = Counter((f.check_id, f.export) for f in found)
    order = list(SEVERITIES)
    checks = sorted(
        all_checks().values(),
        key=lambda check: (order.index(check.severity), -times[check.check_id]),
    )
    rows = [
        {
            "id": check.check_id,
            "severity": check.severity,
            "severity_fr": SEVERITIES[check.severity],
            "guidance": typeset(check.guidance_fr),
            "times": times[check.check_id],
            "files": files[check.check_id],
            "exports": ", ".join(
                f"{export} {number(by_export[check.check_id, export])}"
                for export in EXPORTS
                if by_export[check.check_id, export]
            ),
        }
        for check in checks
    ]
    sheets = [sheet for file in kept for sheet in file.sheets]
    return {
        "synthetic": SYNTHETIC if is_synthetic(result) else "",
        "files": [
            {
                "path": plain(file.path),
                "outcome": OUTCOMES[file.outcome],
                "repeats": plain(file.repeats),
                "lines": file.lines,
                "loaded": file.loaded,
                "quarantined": file.quarantined,
                "warnings": file.warnings,
            }
            for file in result.files
        ],
        "exports": [
            {
                "name": export,
                "lines": sum(sheet.lines for sheet in sheets if sheet.export == export),
                "loaded": sum(sheet.loaded for sheet in sheets if sheet.export == export),
                "quarantined": sum(sheet.quarantined for sheet in sheets if sheet.export == export),
                "replaced": sum(sheet.replaced for sheet in sheets if sheet.export == export),
                "rows": result.rows[export],
            }
            for export in EXPORTS
        ],
        "failed": [row for row in rows if row["times"]],
        "passed": [row for row in rows if not row["times"]],
        "absent": {
            year: ", ".join(a.worksite for a in result.absent if a.year == year)
            for year in sorted({absent.year for absent in result.absent})
        },
        "ignored": result.ignored,
        "corrections": len(result.corrections),
        "duplicates": [
            (text, sum(duplicate.reason == reason for duplicate in result.duplicates))
            for reason, text in DUPLICATES.items()
        ],
        "letters": letters,
        "key_version": result.key_version,
        "contract_hash": result.contract_hash[:12],
    }


def _write_page(file: Path, template: str, **values: object) -> None:
    pages = templates(Path(__file__).with_name("pages"))
    pages.filters |= {"number": number, "plural": plural, "breakable": _breakable}
    file.write_text(pages.get_template(template).render(**values), encoding="utf-8")


def _breakable(name: str) -> Markup:
    """Paths or names of columns, broken after slashes, underscores and spaces only."""
    parts = re.findall(r"[^/_ ]*[/_ ]|[^/_ ]+", name)
    return Markup("<wbr>").join(Markup('<span class="one">{}</span>').format(p) for p in parts)
