"""Compiled modules are kept from process to process, where the environment says that none are to be written.

A run starts hundreds of Python processes: those of pytest-xdist, each of which collects every test, and
commands of ours as people start them. Where PYTHONDONTWRITEBYTECODE is set, as it often is in containers,
each of them would compile all that it loads, and rewrite the asserts of all tests, which takes longer than
the rest of its start. What is kept lies in the cache of pytest; nothing is written beside the sources.
"""

from __future__ import annotations

import fcntl
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT = Path(__file__).parents[1] / ".pytest_cache/bytecode"


def keep_bytecode() -> None:
    """From now on here, and in every process that is started from here."""
    if not sys.dont_write_bytecode:
        return
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(KEPT)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(KEPT)


@contextmanager
def compiled_once() -> Iterator[None]:
    """Where nothing is kept yet one process goes ahead, and the others read what it has written."""
    KEPT.mkdir(parents=True, exist_ok=True)
    told = KEPT / f"{sys.implementation.cache_tag}.whole"
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            yield
            told.touch()
            return
    yield
