"""What `cvg ingest` says: one line per problem on stderr, and a summary; no value, ever."""

from collections import defaultdict
from collections.abc import Iterator

from rich.table import Table

from cvg_warehouse.contracts.checks import all_checks, severity_of
from cvg_warehouse.ingest.findings import FileResult, IngestResult, Outcome
from cvg_warehouse.terminal import out, shown

LISTED = 5
CONSEQUENCES = {"refuse": "file refused", "quarantine": "in quarantine", "warn": "warning"}


def problem_lines(result: IngestResult) -> Iterator[str]:
    """A line for each check that a column of a sheet fails, naming the first of its lines."""
    for file in result.files:
        if file.outcome is Outcome.REPEATED:
            yield f"warning: {file.path}: the same file as {file.repeats}; nothing changed"
            continue
        for place, lines in _grouped(file).items():
            yield _line(*place, lines)
    for absent in result.absent:
        yield (
            f"warning: worksite {absent.worksite} ({absent.territory}) delivered nothing for "
            f"{absent.year}; counted as unknown, not as zero"
        )
    if result.corrections:
        yield f"warning: {len(result.corrections):,} rows were corrected by a later delivery"
    for reason, text in (
        ("same_identity", "seem to be one person under several identifiers"),
        ("same_identifier", "is one identifier for several names or birth dates"),
    ):
        count = sum(duplicate.reason == reason for duplicate in result.duplicates)
        if count:
            yield f"warning: likely duplicates: {count:,} x {text}; review them, none is merged"


def print_result(result: IngestResult, is_dry: bool) -> None:
    """The balance of the run."""
    table = Table(show_header=False, box=None, padding=(0, 2))
    outcomes = [file.outcome for file in result.files]
    kept = [file for file in result.files if file.outcome is not Outcome.REPEATED]
    table.add_row(
        "Files",
        f"{outcomes.count(Outcome.LOADED):,} taken in, {outcomes.count(Outcome.REFUSED):,} "
        f"refused, {outcomes.count(Outcome.REPEATED):,} repeated",
    )
    table.add_row(
        "Data lines",
        f"{sum(file.lines for file in kept):,} = {sum(file.loaded for file in kept):,} loaded + "
        f"{sum(file.quarantined for file in kept):,} in quarantine",
    )
    for name, rows in result.rows.items():
        table.add_row(f"{name}.csv", f"{rows:,} rows")
    out.print(table)
    if is_dry:
        out.print("Nothing was written (--dry-run).")
        return
    out.print(f"Written to {shown(result.out)}; the balance is in manifest.json", soft_wrap=True)
    if any(file.quarantined for file in kept):
        out.print(f"Rows to fix: {shown(result.quarantine)} (analysts only)", soft_wrap=True)
    out.print(f"Next: CVG_EXPORTS={shown(result.out)} cvg build", soft_wrap=True)


def _grouped(file: FileResult) -> dict[tuple[str, str, str, str], list[int]]:
    """Lines by file, sheet, column and check."""
    groups: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for found in file.findings:
        groups[found.file, found.sheet, found.column, found.check_id].append(found.line)
    return groups


def _line(file: str, sheet: str, column: str, check_id: str, lines: list[int]) -> str:
    check = all_checks()[check_id]
    places = [file]
    if sheet:
        places.append(f"sheet {sheet}")
    if named := sorted({line for line in lines if line}):
        more = f" and {len(named) - LISTED:,} more" if len(named) > LISTED else ""
        places.append("line " + ", ".join(map(str, named[:LISTED])) + more)
    if column:
        places.append(f"column {column}")
    return (
        f"{CONSEQUENCES[severity_of(check_id)]}: {', '.join(places)}: broken rule: {check.rule}; "
        f"{check.fix} [{check_id}]"
    )
