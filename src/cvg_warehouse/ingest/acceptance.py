"""Whether exports may be built from: they are what their ingest left, whole."""

from pathlib import Path

from cvg_warehouse.ingest.landing import complete, is_interrupted
from cvg_warehouse.ingest.store import lock_of, refuse_changed


def accept_exports(folder: Path) -> None:
    """Finish an ingest into this folder that was killed; refuse exports that changed since theirs.

    Exports without a manifest are taken as they are. Raises Refusal where another ingest is
    writing there, or a file is not the one that the manifest describes.
    """
    if is_interrupted(folder):
        with lock_of(folder, "name another folder in CVG_EXPORTS"):
            complete(folder)
    refuse_changed(folder)
