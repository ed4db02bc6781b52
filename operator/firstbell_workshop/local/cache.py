"""Where this room keeps its files: one cache folder of the user, and nothing anywhere else.

`FIRSTBELL_CACHE` names it; else `XDG_CACHE_HOME` holds it; else `~/.cache`. Below it `bin/` has the programs
that were built and `clusters/` one folder for each control plane that runs. Deleting the whole folder while
nothing runs is always safe.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

from firstbell_workshop.local.errors import ControlPlaneError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_POLL_SECONDS = 0.05


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the cache folder, which need not exist yet.

    Relative values are ignored, as the XDG specification asks: they would put binaries wherever the user
    happens to stand.
    """
    own = environ.get("FIRSTBELL_CACHE", "")
    if Path(own).is_absolute():
        return Path(own)
    xdg = environ.get("XDG_CACHE_HOME", "")
    base = Path(xdg) if Path(xdg).is_absolute() else Path.home() / ".cache"
    return base / "firstbell"


def make_folder(path: Path) -> Path:
    """Create a folder for the user alone (keys of control planes lie in it), or say why it cannot be."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ControlPlaneError(
            f"cannot create {path} ({error.strerror}): free it, or name another place with FIRSTBELL_CACHE"
        ) from error
    return path


@contextlib.contextmanager
def file_lock(path: Path, *, seconds: float, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Wait for the lock on a file and hold it; `waiting` is called if it is not free.

    The kernel drops the lock with the process, however it ends, so there are no stale locks to break. The
    programs that are started do not get the open file (PEP 446), so none of them keeps the lock alive.
    """
    make_folder(path.parent)
    deadline = time.monotonic() + seconds
    with path.open("a") as file:
        if not (taken := _taken(file)) and waiting:
            waiting()
        while not taken:
            if time.monotonic() > deadline:
                raise ControlPlaneError(
                    f"another firstbell held {path} for {seconds:g} s: end it, or name another place with "
                    "FIRSTBELL_CACHE"
                )
            time.sleep(_POLL_SECONDS)
            taken = _taken(file)
        yield


def _taken(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_locked(path: Path) -> bool:
    """Tell whether a living process holds the lock on a file."""
    try:
        with path.open("r") as file:
            return not _taken(file)
    except FileNotFoundError:
        return False
