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

from firstbell_workshop.local.build_estimate import BuildEstimate, in_words, processors_here
from firstbell_workshop.local.cache import cache_folder, file_lock, make_folder
from firstbell_workshop.local.command import last_lines, started
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.pinned_programs import family_of, program_named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from firstbell_workshop.local.pinned_programs import Family
    from firstbell_workshop.local.progress import Progress
    from firstbell_workshop.local.toolchain import Go

# A busy machine may build for hours, and is never silent for so long.
_LONGEST_SILENCE_SECONDS = 30 * 60
_LONGEST_WAIT_SECONDS = 4 * 60 * 60
_TELLING = ("error", "cannot", "fail", "no such", "no space", "denied", "requires", "timeout")
_NEEDS = "It needs Go 1.26 or newer, the Go module proxy, and 8 GB in the cache folders."


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


def build_all(wanted: Mapping[Family, Sequence[str]], go: Go, progress: Progress) -> None:
    """Make sure that these programs are in the cache, telling how long it will take."""
    missing = {family: names for family, names in wanted.items() if _missing(family_cache(family), names)}
    if not missing:
        return
    packages = {family.name: _packages(family, names, go, progress) for family, names in missing.items()}
    programs = {family.name: len(names) for family, names in missing.items()}
    estimate = BuildEstimate(packages, programs, processors_here())
    progress.say(
        f"{estimate.packages:,} packages are to be built with Go, once: "
        f"{in_words(estimate.seconds_left())} on this machine as it is now"
    )
    for family, names in missing.items():
        build(family, names, go, progress, estimate)


def build(family: Family, names: Sequence[str], go: Go, progress: Progress, estimate: BuildEstimate) -> None:
    """Make sure that these programs of a family are in the cache."""
    folder = family_cache(family)
    lock = folder.with_name(folder.name + ".lock")
    sentence = f"another firstbell builds {family.name}: waiting for it"
    with file_lock(lock, seconds=_LONGEST_WAIT_SECONDS, waiting=lambda: progress.say(sentence)):
        missing = _missing(folder, names)
        if not missing:
            estimate.finished(family.name)
            return
        make_folder(folder)
        building = f".building-{folder.name}-"
        for left in folder.parent.glob(f"{building}*"):
            # Whoever holds the lock is the only one who builds these: it is of a build that was killed.
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=building, dir=folder.parent) as fresh:
            with progress.step(f"building {', '.join(missing)} with Go (once)") as detail:
                _go_build(family, missing, Path(fresh), go, _Telling(family.name, estimate, detail))
            for name in missing:
                (Path(fresh) / program_named(name).output).rename(folder / name)


def _missing(folder: Path, names: Sequence[str]) -> list[str]:
    return [name for name in names if not (folder / name).is_file()]


def _packages(family: Family, names: Sequence[str], go: Go, progress: Progress) -> frozenset[str]:
    """Return the packages that these programs are made of, with their versions; fetches all sources."""
    form = "{{.ImportPath}}{{with .Module}}@{{.Version}}{{end}}"
    argv = ["list", "-deps", "-f", form, *family.source_flags, *_sources(names)]
    with (
        tempfile.TemporaryFile("w+", dir=make_folder(cache_folder() / "bin")) as listed,
        progress.step(f"fetching the sources of {family.name}") as detail,
    ):
        fetched: list[str] = []

        def heard(line: str | None) -> None:
            fetched.extend([line] if line and line.startswith("go: downloading") else [])
            detail(f"{len(fetched)} modules" if fetched else "")

        code, output = _run_go(go, argv, family, heard, stdout=listed)
        if code != 0:
            raise ControlPlaneError(
                f"Go could not fetch the sources of {', '.join(names)}: {_why(output)}. {_NEEDS}"
            )
        listed.seek(0)
        return frozenset(listed.read().split())


def _go_build(family: Family, names: Sequence[str], into: Path, go: Go, telling: _Telling) -> None:
    argv = ["build", "-v", *family.build_flags, "-o", f"{into}{os.sep}", *_sources(names)]
    code, output = _run_go(go, argv, family, telling.heard, stdout=subprocess.DEVNULL)
    if code != 0:
        raise ControlPlaneError(f"Go could not build {', '.join(names)}: {_why(output)}. {_NEEDS}")
    telling.finished()


def _sources(names: Sequence[str]) -> list[str]:
    return [program_named(name).package for name in names]


def _why(output: Sequence[str]) -> str:
    telling = [line for line in output if any(word in line.lower() for word in _TELLING)]
    return last_lines("\n".join(telling or output))


class _Telling:
    """Tells how far the build of a family is, and how long all of it will still take."""

    def __init__(self, family: str, estimate: BuildEstimate, detail: Callable[[str], None]) -> None:
        self._family, self._estimate, self._detail = family, estimate, detail
        self._began = time.monotonic()
        self._built = 0

    def heard(self, line: str | None) -> None:
        """Take one line of `go build -v`, or None where a second passed without one."""
        # What begins like this is a module being fetched.
        self._built += line is not None and not line.startswith("go: ")
        of = max(self._built, self._estimate.packages_of(self._family))
        seconds = time.monotonic() - self._began
        left = in_words(self._estimate.seconds_left(self._family, self._built, seconds))
        self._detail(f"{self._built:,} of {of:,} packages, {left} to go in all")

    def finished(self) -> None:
        """Note that the family is built."""
        self._estimate.finished(self._family, self._built, time.monotonic() - self._began)


def _run_go(
    go: Go, arguments: Sequence[str], family: Family, heard: Callable[[str | None], None], *, stdout: object
) -> tuple[int, list[str]]:
    """Run Go in a family's folder; returns its exit code and what it said."""
    argv: list[str | Path] = [go.path, *arguments]
    try:
        with started(
            argv, cwd=family.folder, env=go.environment(), stdout=stdout, stderr=subprocess.PIPE
        ) as process:
            output = _follow(process.stderr, heard) if process.stderr else []
            return process.wait(), output
    except OSError as error:
        raise ControlPlaneError(f"cannot run {go.path}: {error.strerror}") from error


def _follow(stream: IO[str], heard: Callable[[str | None], None]) -> list[str]:
    """Read Go's output to its end, and tell each line, or that a second has passed without one."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read() -> None:
        # The stream closes under this thread when the build is ended from outside.
        with contextlib.suppress(ValueError, OSError):
            for line in stream:
                lines.put(line.rstrip())
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    output: list[str] = []
    deadline = time.monotonic() + _LONGEST_SILENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            line = lines.get(timeout=1)
        except queue.Empty:
            heard(None)
            continue
        if line is None:
            return output
        output.append(line)
        heard(line)
        deadline = time.monotonic() + _LONGEST_SILENCE_SECONDS
    raise ControlPlaneError(f"Go said nothing for {_LONGEST_SILENCE_SECONDS // 60} minutes and was ended")
