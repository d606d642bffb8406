"""How the results of an ingest come to their places: all of them, or none.

They are written into folders beside their places first. Once these are whole they are renamed to
`.NAME.ready`, that of the exports last; from then on the results count, and whoever finds such a
folder moves its files in. A folder that was not renamed is nothing.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.files import sync, unfinished_folder
from cvg_warehouse.terminal import Refusal, shown

MANIFEST, LANDING, REPLACED = "manifest.json", "landing.json", "replaced"
OWNERS_FOLDER, OWNERS_FILE = 0o700, 0o600


@contextmanager
def landing(
    out: Path, quarantine: Path, outdated: Sequence[str] = ()
) -> Iterator[tuple[Path, Path]]:
    """Two folders to write the new content of `out` and `quarantine` to; moved in at the end.

    `outdated` are files of `out` that go then. Where an error ends the block nothing has changed.
    Only their owner may read what is written.
    """
    with (
        unfinished_folder(out, OWNERS_FOLDER) as new,
        unfinished_folder(quarantine, OWNERS_FOLDER) as held,
    ):
        yield new, held
        ways = ("{}.csv", f"{REPLACED}/{{}}.csv", f"{REPLACED}/held_{{}}.csv")
        of_exports = (way.format(name) for name in EXPORTS for way in ways)
        gone = [path for path in of_exports if not (held / path).exists()]
        plan = {"quarantine": str(quarantine), "without": gone, "outdated": outdated}
        (new / LANDING).write_text(json.dumps(plan), encoding="utf-8")
        for folder in (held, new):
            for file in _files(folder):
                file.chmod(OWNERS_FILE)
                sync(file)
        _discard(_ready(quarantine))
        held.rename(_ready(quarantine))
        new.rename(_ready(out))
        complete(out)


def is_interrupted(out: Path) -> bool:
    """Whether an ingest was killed while it moved its results in."""
    return _ready(out).exists()


def complete(out: Path) -> None:
    """Move in what is ready for a folder of exports; nothing where nothing is."""
    new = _ready(out)
    if not new.exists():
        return
    try:
        plan = json.loads((new / LANDING).read_text(encoding="utf-8"))
        quarantine = Path(plan["quarantine"])
        if _ready(quarantine).exists():
            for name in plan["without"]:
                (quarantine / name).unlink(missing_ok=True)
            _move_in(_ready(quarantine), quarantine)
        # One that an earlier version left ready knows of none.
        for name in plan.get("outdated", ()):
            (out / name).unlink(missing_ok=True)
        _move_in(new, out)
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = getattr(error, "strerror", None) or "damaged"
        raise Refusal(
            f"{shown(new)}: results of an interrupted ingest cannot be moved in ({reason}); "
            "correct the rights of the folder and ingest again"
        ) from None


def _move_in(ready: Path, folder: Path) -> None:
    """Replace the files of a folder, the manifest last of all."""
    folder.mkdir(parents=True, exist_ok=True, mode=OWNERS_FOLDER)
    folder.chmod(OWNERS_FOLDER)
    for file in sorted(_files(ready), key=lambda file: (file.name == MANIFEST, file)):
        if file.name != LANDING:
            place = folder / file.relative_to(ready)
            place.parent.mkdir(exist_ok=True, mode=OWNERS_FOLDER)
            file.replace(place)
    _discard(ready)


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def _discard(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _ready(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.ready")
