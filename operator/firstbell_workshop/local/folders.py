"""The folders of our control planes: `clusters/NAME/` in the cache, everything of one cluster in one of them.

Whoever holds a control plane holds a lock in its folder, which the kernel drops with the process. A folder
that is neither held nor marked as kept is what a killed process left. Folders are claimed, and left ones
found, under one lock for all: a new folder is never taken for one that was left.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from firstbell_workshop.local.cache import cache_folder, file_lock, is_locked, make_folder
from firstbell_workshop.local.control_plane import Provision
from firstbell_workshop.local.errors import ControlPlaneError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

_HELD = "held.lock"
_KEPT = "kept"
_PROVISION = "provision"
# Of a start what kwokctl does, which gives up after two minutes; several may stand in line.
_TURN_SECONDS = 600.0


def clusters_folder() -> Path:
    """Return where control planes have their folders."""
    return cache_folder() / "clusters"


def turn() -> AbstractContextManager[None]:
    """Wait for this process's turn among all that claim folders or start control planes."""
    return file_lock(cache_folder() / "clusters.lock", seconds=_TURN_SECONDS)


@contextlib.contextmanager
def claimed(name: str, provision: Provision) -> Iterator[Path]:
    """Make a folder of this name and hold it; one that is there already belongs to somebody else."""
    folder = clusters_folder() / name
    with contextlib.ExitStack() as held:
        with turn():
            if folder.exists():
                raise ControlPlaneError(
                    f"a cluster {name!r} is there already: take it down (firstbell cluster down {name}) or "
                    "choose another name"
                )
            make_folder(folder)
            held.enter_context(file_lock(folder / _HELD, seconds=1))
            (folder / _PROVISION).write_text(provision)
        yield folder


def keep(folder: Path) -> None:
    """Mark a folder to stay when its holder goes."""
    (folder / _KEPT).touch()


def kept_folders() -> list[Path]:
    """Return the folders that stay until somebody takes their control plane down."""
    return sorted(mark.parent for mark in clusters_folder().glob(f"*/{_KEPT}"))


def provision_of(folder: Path) -> Provision:
    """Return what made the control plane of a folder."""
    try:
        return Provision((folder / _PROVISION).read_text())
    except (FileNotFoundError, ValueError):
        return Provision.LOCAL


def sweep(take_down: Callable[[Path], None]) -> None:
    """Take down what killed holders left."""
    with turn():
        for folder in sorted(clusters_folder().glob("*")):
            if not (folder / _KEPT).exists() and not is_locked(folder / _HELD):
                take_down(folder)
