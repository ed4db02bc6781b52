"""Building programs with Go, once, into the user's cache.

A family's folder is named by what decides about its binaries (go.mod, go.sum, flags, platform), so another
version never meets an old binary and a warm run builds nothing. Binaries are built beside it and moved in
whole; a lock makes the second of two runs wait for the first instead of building the same again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import queue
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

from firstbell.local.cache import cache_folder, file_lock, make_folder
from firstbell.local.command import last_lines, started
from firstbell.local.errors import ControlPlaneError
from firstbell.local.pinned_programs import family_of, program_named

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from firstbell.local.pinned_programs import Family
    from firstbell.local.progress import Progress

_LONGEST_BUILD_SECONDS = 45 * 60
_TELLING = ("error", "cannot", "fail", "no such", "no space", "denied", "requires", "timeout")


def family_key(family: Family, machine: str | None = None) -> str:
    """Return the hash of everything that decides about a family's binaries."""
    digest = hashlib.sha256()
    parts = [
        (family.folder / "go.mod").read_bytes(),
        (family.folder / "go.sum").read_bytes(),
        "\0".join(family.build_flags).encode(),
        (machine or f"{platform.system()}-{platform.machine()}").encode(),
    ]
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:12]


def family_cache(family: Family) -> Path:
    """Return the folder that a family's binaries are built into."""
    return cache_folder() / "bin" / f"{family.name}-{family_key(family)}"


def built_program(name: str) -> Path | None:
    """Return a program that was built before."""
    path = family_cache(family_of(name)) / name
    return path if path.is_file() else None


def go_is_here() -> bool:
    """Tell whether a Go toolchain is on PATH (a too old one says so itself when it builds)."""
    return shutil.which("go") is not None


def build(family: Family, names: Sequence[str], progress: Progress) -> None:
    """Make sure that these programs of a family are in the cache."""
    folder = family_cache(family)
    if not _missing(folder, names):
        return
    lock = folder.with_name(folder.name + ".lock")
    sentence = f"another firstbell builds {family.name}: waiting for it"
    with file_lock(lock, seconds=_LONGEST_BUILD_SECONDS, waiting=lambda: progress.say(sentence)):
        missing = _missing(folder, names)
        if not missing:
            return
        make_folder(folder)
        building = f".building-{folder.name}-"
        for left in folder.parent.glob(f"{building}*"):
            # Whoever holds the lock is the only one who builds these: it is of a build that was killed.
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=building, dir=folder.parent) as fresh:
            with progress.step(f"building {', '.join(missing)} with Go (once)") as detail:
                _go_build(family, missing, Path(fresh), detail)
            for name in missing:
                (Path(fresh) / program_named(name).output).rename(folder / name)


def _missing(folder: Path, names: Sequence[str]) -> list[str]:
    return [name for name in names if not (folder / name).is_file()]


def _go_build(family: Family, names: Sequence[str], into: Path, detail: Callable[[str], None]) -> None:
    packages = [program_named(name).package for name in names]
    argv = ["go", "build", "-v", *family.build_flags, "-o", f"{into}{os.sep}", *packages]
    # For this machine, whatever else its user usually builds for.
    env = {key: value for key, value in os.environ.items() if key not in {"GOOS", "GOARCH"}}
    env |= {"CGO_ENABLED": "0", "GOWORK": "off"}
    pipe = subprocess.PIPE
    try:
        with started(argv, cwd=family.folder, env=env, stdout=subprocess.DEVNULL, stderr=pipe) as process:
            output = _follow(process.stderr, detail) if process.stderr else []
            code = process.wait()
    except OSError as error:
        raise ControlPlaneError(f"cannot run go: {error.strerror}") from error
    if code != 0:
        telling = [line for line in output if any(word in line.lower() for word in _TELLING)]
        raise ControlPlaneError(
            f"Go could not build {', '.join(names)}: {last_lines(chr(10).join(telling or output))}. "
            "The build needs Go 1.26 or newer, the Go module proxy, and 8 GB in the cache folders."
        )


def _follow(stream: IO[str], detail: Callable[[str], None]) -> list[str]:
    """Read a build's output to its end, telling every second how far it is."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read() -> None:
        # The stream closes under this thread when the build is ended from outside.
        with contextlib.suppress(ValueError, OSError):
            for line in stream:
                lines.put(line.rstrip())
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    output: list[str] = []
    built = 0
    deadline = time.monotonic() + _LONGEST_BUILD_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(queue.Empty):
            line = lines.get(timeout=1)
            if line is None:
                return output
            output.append(line)
            built += not line.startswith("go: ")  # that is a module being fetched
        detail(f"{built} packages" if built else "fetching modules")
    raise ControlPlaneError(f"the Go build did not end within {_LONGEST_BUILD_SECONDS // 60} minutes")
