"""The pointer: which edition readers open next, and which are kept."""

import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from cvg_warehouse.files import sync, unfinished_file
from cvg_warehouse.terminal import Refusal, shown

AUDIENCES = ("public", "internal")
EDITION_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
CHECKSUM = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Pointer:
    """What `current.json` says."""

    edition: str
    """The current edition."""
    checksums: dict[str, dict[str, str]] = field(default_factory=dict)
    """Editions that are kept, in order of publication: audience -> SHA-256 of its file."""

    def to(self, edition: str) -> "Pointer":
        """The same editions, another one current."""
        return replace(self, edition=edition)

    def write(self, folder: Path) -> None:
        """Replace the pointer of the folder in one step; everybody may read it."""
        content = {"edition": self.edition, "checksums": self.checksums}
        with unfinished_file(pointer_file(folder)) as file:
            file.write_text(json.dumps(content, indent=1), encoding="utf-8")
            file.chmod(0o644)
        sync(folder)


def read_pointer(folder: Path) -> Pointer | None:
    """The pointer of the folder, or None where nothing was published yet.

    Raises `Refusal` where the file cannot be understood.
    """
    file = pointer_file(folder)
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
        if _is_understood(read):
            return Pointer(**read)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        pass
    raise Refusal(
        f"{shown(file)}: names no edition; put it back from a copy, "
        "or remove it and publish again (earlier editions are removed then)"
    )


def _is_understood(read: object) -> bool:
    """Whether what was read is what `Pointer.write` writes."""
    match read:
        case {"edition": str(current), "checksums": dict(checksums), **others} if not others:
            files = [file for file in checksums.values() if isinstance(file, dict)]
            known = [
                audience in AUDIENCES and CHECKSUM.fullmatch(str(checksum))
                for file in files
                for audience, checksum in file.items()
            ]
            editions = [EDITION_ID.fullmatch(edition) for edition in (current, *checksums)]
            return len(files) == len(checksums) and all(known) and all(editions)
    return False


def pointer_file(folder: Path) -> Path:
    """The file that names the current edition."""
    return folder / "current.json"


def edition_file(folder: Path, edition: str, audience: str) -> Path:
    """The file of an edition for one audience, whether it is there or not."""
    return folder / f"{edition}-{audience}.duckdb"
