"""What `cvg ingest` says: one line per problem on stderr, and a summary; no value, ever."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from rich.table import Table

from cvg_warehouse.contracts.checks import all_checks
from cvg_warehouse.contracts.exports import contract_of
from cvg_warehouse.contracts.seeds import worksites_of
from cvg_warehouse.ingest.findings import AbsentPathway, FileResult, Finding, IngestResult, Outcome
from cvg_warehouse.ingest.folder import BY_ANNOUNCEMENT, BY_FILE, BY_FOLDER
from cvg_warehouse.paths import CONTRACTS, REFERENCE_SEEDS
from cvg_warehouse.terminal import out, shown

LISTED = 5
NAMED = 8
CONSEQUENCES = {"refuse": "file refused", "quarantine": "in quarantine", "warn": "warning"}
ONE_LINE_A_FILE = ("column_absent", "sheet_empty")
"""Checks that a partial delivery fails for many columns or sheets."""
OF_A_LIST = (
    "value_not_in_list",
    "worksite_not_in_territory",
    "action_type_of_domain",
    "request_reason_of_domain",
)
"""Checks that a right value fails too, as long as no list has it."""
DATED = {
    BY_FILE: "by their name",
    BY_FOLDER: "by their folder's name",
    BY_ANNOUNCEMENT: "by livraison.csv",
    "": "without a date, counting as delivered in this run, after all undated before",
}


def problem_lines(result: IngestResult) -> Iterator[str]:
    """A line for each check that a column of a sheet fails, naming the first of its lines."""
    for file in result.files:
        if file.outcome is Outcome.REPEATED:
            yield f"warning: {file.path}: the same file as {file.repeats}; nothing changed"
            continue
        for found in _grouped(file):
            yield _line(found)
    taken = [file for file in result.files if file.outcome is Outcome.LOADED]
    if again := [file.path for file in taken if file.is_again]:
        yield (
            f"warning: delivered again: {len(again):,} {_files(len(again))} with the same content "
            "as in an earlier run, whose place in the order of deliveries stays, as do later "
            f"corrections: {_first(again)}"
        )
    for notice in result.notices:
        yield _line([notice])
    for (worksite, year), missing in _missing(result).items():
        yield (
            f"warning: worksite {worksite}, {year}: {len(missing):,} pathways of earlier "
            "deliveries are not in its newest one and stay loaded, the first one of "
            f"{missing[0].last_place}: people_missing.json lists them"
        )
    if result.settled_in_quarantine:
        yield (
            f"warning: {result.settled_in_quarantine:,} rows left the quarantine: a later "
            "delivery has them right"
        )
    dated = _dated(result)
    if "" in dated and len(dated) > 1:
        yield f"warning: dates of delivery: {_dates(dated)}"
    yield from _absent(result)
    if result.corrections:
        yield f"warning: {len(result.corrections):,} rows were corrected by a later delivery"
    for reason, text in (
        ("same_identity", "seem to be one person under several identifiers"),
        ("same_identifier", "is one identifier for several names or birth dates"),
        ("same_number_before", "had one number at several worksites before the migration"),
    ):
        count = sum(duplicate.reason == reason for duplicate in result.duplicates)
        if count:
            yield f"warning: likely duplicates: {count:,} x {text}; none is merged: see cvg link"


def _missing(result: IngestResult) -> dict[tuple[str, int], list[AbsentPathway]]:
    missing: dict[tuple[str, int], list[AbsentPathway]] = defaultdict(list)
    for one in result.missing:
        missing[one.worksite, one.year].append(one)
    return missing


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
        table.add_row(f"{name}.{result.form}", f"{rows:,} rows")
    if dated := _dated(result):
        table.add_row("Dates of delivery", _dates(dated))
    if result.ignored:
        count = f"{result.ignored:,} {_files(result.ignored)}"
        table.add_row("Ignored", f"{count} of the system or the spreadsheet")
    out.print(table)
    if is_dry:
        out.print("Nothing was written (--dry-run).")
        return
    out.print(f"Written to {shown(result.out)}; the balance is in manifest.json", soft_wrap=True)
    if any(file.quarantined for file in kept):
        out.print(f"Rows to fix: {shown(result.quarantine)} (analysts only)", soft_wrap=True)
    out.print(f"Next: CVG_EXPORTS={shown(result.out)} cvg build", soft_wrap=True)


def _absent(result: IngestResult) -> Iterator[str]:
    """A line for each year in which worksites delivered nothing."""
    for year in sorted({absent.year for absent in result.absent}):
        absent = [absent.worksite for absent in result.absent if absent.year == year]
        yield (
            f"warning: {year}: {len(absent)} of {len(worksites_of(year))} declared worksites have "
            f"delivered nothing yet: counted as unknown, not as zero: {_first(absent)}"
        )


def _dated(result: IngestResult) -> Counter[str]:
    """How many of the files that were read have their date from where."""
    return Counter(file.dated_by for file in result.files if file.outcome is not Outcome.REFUSED)


def _dates(dated: Counter[str]) -> str:
    told = [f"{dated[where]:,} {text}" for where, text in DATED.items() if dated[where]]
    number, _, text = told[0].partition(" ")
    return ", ".join([f"{number} {_files(sum(dated.values()))} {text}", *told[1:]])


def _files(count: int) -> str:
    return "file" if count == 1 else "files"


def _first(names: Iterable[str]) -> str:
    """The first of the names, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _grouped(file: FileResult) -> list[list[Finding]]:
    """The findings that one line tells: of a check, by column and sheet or in the whole file."""
    groups: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for found in file.findings:
        of_the_file = found.check_id in ONE_LINE_A_FILE
        place = () if of_the_file else (found.sheet, found.column, found.export)
        groups[found.check_id, *place].append(found)
    return list(groups.values())


def _line(found: list[Finding]) -> str:
    one, check = found[0], all_checks()[found[0].check_id]
    places = [one.file]
    if one.check_id in ONE_LINE_A_FILE:
        kind = "column" if one.column else "sheet"
        names = dict.fromkeys(finding.column or finding.sheet for finding in found)
        places.append(f"{kind if len(names) == 1 else kind + 's'} {_first(names)}")
    else:
        if one.sheet:
            places.append(f"sheet {one.sheet}")
        if named := sorted({finding.line for finding in found if finding.line}):
            more = f" and {len(named) - LISTED:,} more" if len(named) > LISTED else ""
            places.append("line " + ", ".join(map(str, named[:LISTED])) + more)
        if one.column:
            places.append(f"column {one.column}")
        if one.other:
            places.append(f"see {one.other}")
    return (
        f"{CONSEQUENCES[check.severity]}: {', '.join(places)}: broken rule: {check.rule}; "
        f"{check.fix}{_list_to_extend(one)} [{one.check_id}]"
    )


def _list_to_extend(found: Finding) -> str:
    """Where an analyst adds the value, if it is right."""
    if found.check_id not in OF_A_LIST or not found.export:
        return ""
    refers_to = contract_of(found.export)[found.column].refers_to
    listed = REFERENCE_SEEDS / f"{refers_to[0]}.csv" if refers_to else None
    return f", or if it is new, add it to {shown(listed or CONTRACTS / f'{found.export}.json')}"
