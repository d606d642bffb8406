"""The pointer: which edition readers open next, and which are kept."""

import json
import re
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from cvg_warehouse.files import sync, unfinished_file
from cvg_warehouse.terminal import Refusal, shown

AUDIENCES = ("public", "internal")
EDITION_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
EDITION_FILE = re.compile(rf"({EDITION_ID.pattern})-(?:{'|'.join(AUDIENCES)})\.duckdb")
CHECKSUM = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Pointer:
    """What `current.json` says."""

    edition: str
    """The current edition."""
    checksums: dict[str, dict[str, str]] = field(default_factory=dict)
    """Editions that are kept, in order of publication: audience -> SHA-256 of its file."""
    log: str | None = None
    """SHA-256 of the last line of the log; None from before there was one."""

    def to(self, edition: str) -> "Pointer":
        """The same editions, another one current."""
        return replace(self, edition=edition)

    def write(self, place: Path) -> None:
        """Replace a pointer's file in one step; everybody may read it."""
        with unfinished_file(place) as file:
            file.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
            file.chmod(0o644)
        sync(place.parent)


def read_pointer(folder: Path) -> Pointer | None:
    """The pointer of the folder, or None where nothing was published yet.

    Raises `Refusal` where the file cannot be understood.
    """
    file = pointer_file(folder)
    pointer = understood(file)
    if pointer is None and file.exists():
        raise Refusal(
            f"{shown(file)}: names no edition; put it back from a copy, "
            "or remove it and say which is the current one: cvg publish --use ID"
        )
    return pointer


def understood(file: Path) -> Pointer | None:
    """The pointer in a file; None where there is none."""
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
        return Pointer(**read) if _is_understood(read) else None
    except (OSError, ValueError, RecursionError):
        return None


def _is_understood(read: object) -> bool:
    """Whether what was read is what `Pointer.write` writes."""
    match read:
        case {
            "edition": str(current),
            "checksums": dict(checksums),
            **others,
        } if others.keys() <= {"log"}:
            files = [file for file in checksums.values() if isinstance(file, dict)]
            known = [
                audience in AUDIENCES and CHECKSUM.fullmatch(str(checksum))
                for file in files
                for audience, checksum in file.items()
            ]
            head = CHECKSUM.fullmatch(str(others.get("log") or "0" * 64))
            editions = [EDITION_ID.fullmatch(edition) for edition in (current, *checksums)]
            return bool(head) and len(files) == len(checksums) and all(known) and all(editions)
    return False


def pointer_file(folder: Path) -> Path:
    """The file that names the current edition."""
    return folder / "current.json"


def editions_in(folder: Path) -> set[str]:
    """Editions that have a file in the folder, whoever knows them."""
    names = (EDITION_FILE.fullmatch(path.name) for path in folder.iterdir())
    return {name[1] for name in names if name}


def edition_file(folder: Path, edition: str, audience: str) -> Path:
    """The file of an edition for one audience, whether it is there or not."""
    return folder / f"{edition}-{audience}.duckdb"
