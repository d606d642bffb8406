"""The folder of the deliveries: what of it is read, what is not and why, and when it was delivered.

Nothing is passed over in silence: what is neither read nor refused by name is counted. Links are
never followed, for they may lead anywhere.
"""

import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from cvg_warehouse.contracts.exports import contract_of
from cvg_warehouse.contracts.seeds import territory_of_worksite
from cvg_warehouse.contracts.text import name_key
from cvg_warehouse.ingest.announcements import Announced, is_announcement, read_announcement
from cvg_warehouse.ingest.landing import MANIFEST, REPLACED
from cvg_warehouse.ingest.sheets import Place
from cvg_warehouse.terminal import Refusal, shown

IGNORED = (".*", "~$*", "*.tmp", "thumbs.db", "desktop.ini", "__macosx")
"""Names, in lower case, of what a system or a spreadsheet keeps for itself."""
YEAR_FIRST = re.compile(r"(?<!\d)(?=(\d{4})([-_.]?)(\d{2})\2(\d{2})(?!\d))", re.ASCII)
DAY_FIRST = re.compile(r"(?<!\d)(?=(\d{2})([-_. ])(\d{2})\2(\d{4})(?!\d))", re.ASCII)
BY_FILE, BY_FOLDER, BY_ANNOUNCEMENT = "file name", "folder name", "livraison.csv"
HEAD = 4096


@dataclass(frozen=True)
class Delivered:
    """A file to read."""

    file: Path
    path: str
    """Below the folder, with slashes, composed (NFC), without signs that cannot be printed."""
    delivered_on: str
    """Date of the delivery, ISO, or ''."""
    dated_by: str
    """Where that date stands: `file name`, `folder name`, `livraison.csv`, or ''."""
    expected: dict[str, int]
    """Rows by sheet ('' is the whole file), where a `livraison.csv` announces them."""


@dataclass
class Folder:
    """What lies in a folder of deliveries."""

    files: list[Delivered] = field(default_factory=list)
    """The files to read, in the order of their paths."""
    passed_over: dict[str, list[Place]] = field(default_factory=dict)
    """What is not read, by path, with the checks that it fails."""
    warnings: dict[str, list[Place]] = field(default_factory=dict)
    """Warnings about files that are read, by path."""
    ignored: int = 0
    """Files of the system or the spreadsheet."""


@dataclass(frozen=True)
class _Found:
    """Something in the folder, and the check that keeps it from being read, or ''."""

    place: Path
    path: str
    parts: tuple[str, ...]
    check_id: str

    @property
    def name(self) -> str:
        return self.parts[-1]

    @property
    def key(self) -> str:
        return name_key("/".join(self.parts))


def read_folder(deliveries: Path, out: Path, quarantine: Path, today: date) -> Folder:
    """What lies below `deliveries`; a date of delivery later than `today` is refused.

    Raises Refusal where there is nothing, or where `out` or `quarantine` lies among the deliveries
    or they in `out`: the ingest would read what it wrote. The quarantine itself may be delivered,
    when its rows are corrected; what it keeps of replaced rows is then left out.
    """
    deliveries, out, quarantine = deliveries.resolve(), out.resolve(), quarantine.resolve()
    _refuse_places(deliveries, out, quarantine)
    left_out = quarantine / REPLACED if quarantine == deliveries else None
    folder, found = Folder(), []
    for one in _found_in(deliveries):
        if _is_ignored(one.parts) or (left_out and one.place.is_relative_to(left_out)):
            folder.ignored += 1
        else:
            found.append(one)
    announced = _announced(found, folder)
    for one in found:
        if one.check_id:
            folder.passed_over[one.path] = [Place(one.check_id)]
        elif not is_announcement(one.name):
            names = (deliveries.name, *one.parts)
            _add(folder, one, names, announced.get(one.key, Announced()), today)
    if not folder.files and not folder.passed_over:
        raise Refusal(f"{shown(deliveries)}: no file to read; put the deliveries into it")
    return folder


def _refuse_places(deliveries: Path, out: Path, quarantine: Path) -> None:
    if not deliveries.is_dir():
        raise Refusal(f"{shown(deliveries)}: no such folder; name the folder of the deliveries")
    if _is_of_an_ingest(deliveries):
        raise Refusal(f"{shown(deliveries)}: holds exports of an ingest; name the deliveries")
    apart = "name a folder apart from the deliveries"
    if out.is_relative_to(deliveries) or deliveries.is_relative_to(out):
        raise Refusal(f"--out {shown(out)}: {apart}")
    if deliveries in quarantine.parents:
        raise Refusal(f"--quarantine {shown(quarantine)}: {apart}")


def _found_in(deliveries: Path) -> Iterator[_Found]:
    """All that lies below, in the order of the paths, under paths that differ."""
    taken: set[str] = set()
    for place, check_id in sorted(_walk(deliveries)):
        parts = place.relative_to(deliveries).parts
        path = named = "/".join(map(_printable, parts))
        number = 1
        while path in taken:
            number += 1
            path = f"{named} ({number})"
        taken.add(path)
        if not check_id and not _is_decodable(parts):
            check_id = "file_name_undecodable"
        yield _Found(place, path, parts, check_id)


def _walk(top: Path) -> Iterator[tuple[Path, str]]:
    """Files, and what is no file or not gone into, each with the check that it fails or ''."""
    errors: list[OSError] = []
    for name, subfolders, files in os.walk(top, onerror=errors.append):
        folder = Path(name)
        for subfolder in list(subfolders):
            place = folder / subfolder
            check_id = "link_not_followed" if place.is_symlink() else ""
            if not check_id and _is_of_an_ingest(place):
                check_id = "exports_delivered"
            if check_id:
                subfolders.remove(subfolder)
                yield place, check_id
        for file in files:
            yield folder / file, _kind(folder / file)
    for error in errors:
        place = Path(error.filename or top)
        if place == top:
            raise Refusal(f"{shown(top)}: cannot be read ({error.strerror})")
        yield place, "folder_unreadable"


def _kind(file: Path) -> str:
    try:
        mode = file.lstat().st_mode
    except OSError:
        return "file_inaccessible"
    if stat.S_ISLNK(mode):
        return "link_not_followed"
    return "" if stat.S_ISREG(mode) else "not_a_file"


def _is_of_an_ingest(folder: Path) -> bool:
    """Whether an ingest wrote this folder: its manifest says so."""
    manifest = folder / MANIFEST
    try:
        if not stat.S_ISREG(manifest.lstat().st_mode):
            return False
        with manifest.open("rb") as stream:
            return b'"key_version"' in stream.read(HEAD)
    except OSError:
        return False


def _is_ignored(parts: tuple[str, ...]) -> bool:
    return any(fnmatchcase(part.lower(), pattern) for part in parts for pattern in IGNORED)


def _is_decodable(parts: tuple[str, ...]) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for part in parts for sign in part)


def _printable(name: str) -> str:
    """The name composed, with signs that cannot be printed as escapes."""
    return "".join(
        sign.encode("unicode_escape").decode()
        if unicodedata.category(sign)[0] == "C" or sign in "\u2028\u2029"
        else sign
        for sign in unicodedata.normalize("NFC", name)
    )


def _announced(found: list[_Found], folder: Folder) -> dict[str, Announced]:
    """What the announcements say, by key of the file; what is wrong with them is passed over."""
    announced: dict[str, Announced] = {}
    present = {one.key for one in found}
    for one in found:
        if one.check_id or not is_announcement(one.name):
            continue
        lines, unreadable = read_announcement(one.place)
        wrong = [Place("announcement_unreadable", line=line) for line in unreadable]
        for said in lines:
            key = name_key("/".join((*one.parts[:-1], said.file)))
            if key not in present:
                wrong.append(Place("announced_missing", line=said.line))
            elif not announced.setdefault(key, Announced()).takes(said):
                wrong.append(Place("announcement_unreadable", line=said.line))
        if wrong:
            folder.passed_over[one.path] = wrong
    return announced


def _add(
    folder: Folder, one: _Found, names: tuple[str, ...], announced: Announced, today: date
) -> None:
    """Add a file to those that are read, unless its date keeps it out."""
    on, dated_by, is_ambiguous = announced.delivered_on, BY_ANNOUNCEMENT, False
    if not on:
        on, dated_by, is_ambiguous = _named_date(names)
    if on > today.isoformat():
        folder.passed_over[one.path] = [Place("delivery_date_future")]
        return
    if is_ambiguous:
        folder.warnings[one.path] = [Place("delivery_date_ambiguous")]
    folder.files.append(Delivered(one.place, one.path, on, dated_by, announced.rows))


def _named_date(names: tuple[str, ...]) -> tuple[str, str, bool]:
    """The date in the file's name, else in the nearest folder's: date, where, whether it is two."""
    *folders, file = names
    named = [(Path(file).stem, BY_FILE), *((name, BY_FOLDER) for name in reversed(folders))]
    for name, where in named:
        if found := dates_in(name):
            return (found.pop(), where, False) if len(found) == 1 else ("", "", True)
    return "", "", False


def dates_in(name: str) -> set[str]:
    """The dates that can be of a delivery in the name of a file or folder, ISO.

    Written AAAA-MM-JJ (or with `_` or `.`), AAAAMMJJ or JJ-MM-AAAA (or with `_`, `.` or a space).
    The number of a worksite is no part of a date.
    """
    name = _codes_of_worksites().sub(" ", name)
    written = [(year, month, day) for year, _, month, day in YEAR_FIRST.findall(name)]
    written += [(year, month, day) for day, _, month, year in DAY_FIRST.findall(name)]
    earliest = contract_of("salaries")["annee"].minimum or date.min.year
    return {
        found.isoformat()
        for parts in written
        if (found := _date(*parts)) and found.year >= earliest
    }


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


@cache
def _codes_of_worksites() -> re.Pattern[str]:
    codes = ("[-_. ]?".join(map(re.escape, code.split("-"))) for code in territory_of_worksite())
    return re.compile(rf"(?i)(?<![a-z0-9])(?:{'|'.join(codes)})(?!\d)")
