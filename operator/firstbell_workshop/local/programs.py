"""Finding programs: `KUBEBUILDER_ASSETS`, then PATH, then what was built here, then building.

A name on PATH proves nothing: `kubectl` may be years old or another program's wrapper. A found program counts
only if it tells a version from its minimum on. The three servers of Kubernetes must fit each other: those
found count if they are of the version that is built here, or if all three are there in one version.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from firstbell_workshop.local.build import build_all, built_program
from firstbell_workshop.local.command import run
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.pinned_programs import (
    FAMILIES,
    KUBERNETES_MINOR,
    SERVERS,
    family_of,
    program_named,
)
from firstbell_workshop.local.toolchain import HOW_TO_GET, find_go

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from firstbell_workshop.local.pinned_programs import Program
    from firstbell_workshop.local.progress import Progress
    from firstbell_workshop.local.toolchain import Go

_VERSION = re.compile(r"\bv?(\d+)\.(\d+)\.\d+")
_ANSWER_SECONDS = 10.0


def version_in(output: str) -> tuple[int, int] | None:
    """Return the first version in a program's output, as major and minor."""
    match = _VERSION.search(output)
    return (int(match[1]), int(match[2])) if match else None


def fitting_servers(found: Mapping[str, tuple[int, int]]) -> frozenset[str]:
    """Return which of the servers that were found may run together with those that will be built."""
    versions = {found.get(name) for name in SERVERS}
    if len(versions) == 1 and None not in versions:
        return frozenset(SERVERS)
    return frozenset(name for name in SERVERS if found.get(name) == KUBERNETES_MINOR)


@dataclass(kw_only=True, slots=True)
class Programs:
    """The programs of this machine, each looked for once."""

    progress: Progress
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    answer_seconds: float = _ANSWER_SECONDS
    """How long a program may take to tell its version."""
    _found: dict[str, tuple[Path, tuple[int, int]] | None] = field(default_factory=dict)
    _go: tuple[Go | None] | None = None
    """The Go that was found, if it was looked for."""

    def go(self) -> Go | None:
        """Return the Go that builds what is missing, or None if there is none."""
        if self._go is None:
            self._go = (find_go(self.environ),)
        return self._go[0]

    def at_hand(self, names: Iterable[str]) -> dict[str, Path]:
        """Return those of the programs that need no building."""
        here: dict[str, Path] = {}
        for name in names:
            path = self._usable(name) or built_program(name)
            if path is not None:
                here[name] = path
        return here

    def get(self, names: Iterable[str]) -> dict[str, Path]:
        """Return all of the programs, building those that are missing."""
        names = tuple(names)
        here = self.at_hand(names)
        missing = [name for name in names if name not in here]
        if missing:
            go = self.go()
            if go is None:
                raise ControlPlaneError(
                    f"{', '.join(missing)} not found: {HOW_TO_GET}, which builds them once, or put them "
                    "on PATH"
                )
            families = {
                family: [name for name in missing if family_of(name) is family] for family in FAMILIES
            }
            build_all({family: wanted for family, wanted in families.items() if wanted}, go, self.progress)
        return here | {name: path for name in missing if (path := built_program(name)) is not None}

    def _usable(self, name: str) -> Path | None:
        found = self._find(name)
        if found is None:
            return None
        if name in SERVERS:
            servers = {server: self._find(server) for server in SERVERS}
            versions = {server: hit[1] for server, hit in servers.items() if hit is not None}
            return found[0] if name in fitting_servers(versions) else None
        return found[0]

    def _find(self, name: str) -> tuple[Path, tuple[int, int]] | None:
        if name not in self._found:
            program = program_named(name)
            self._found[name] = next(self._candidates(program), None)
        return self._found[name]

    def _candidates(self, program: Program) -> Iterator[tuple[Path, tuple[int, int]]]:
        for folders in (self.environ.get("KUBEBUILDER_ASSETS", ""), self.environ.get("PATH", "")):
            path = shutil.which(program.name, path=folders) if folders else None
            version = _version_of(Path(path), program, self.answer_seconds) if path else None
            if path and version and version >= program.minimum:
                yield Path(path).absolute(), version


def _version_of(path: Path, program: Program, seconds: float) -> tuple[int, int] | None:
    """Ask a program for its version; one that does not answer is none of ours."""
    try:
        finished = run([path, *program.version_args], seconds=seconds)
    except ControlPlaneError:
        return None
    return version_in(finished.stdout + finished.stderr)
