"""The components of one local control plane: which of them have ended, and one more start for those.

A component may give up because another is not up yet: the controller manager gives the API server ten seconds
to be healthy, and metrics-server none at all to listen. On a busy machine that says nothing about either.
What ends a second time is not started again: then it has another reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firstbell_workshop.local.command import last_lines
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.processes import processes_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FOUNDATIONS = frozenset({"etcd", "kube-apiserver"})
"""Those that wait for nobody's health: where one of them ends, there is no use in waiting for the others."""


def state_folder(folder: Path, name: str) -> Path:
    """Return the folder that kwok keeps a cluster's state and logs in."""
    return folder / "kwok" / "clusters" / name


@dataclass(kw_only=True, slots=True)
class Components:
    """The components of a cluster folder; `start` makes kwokctl start what it does not know to be running."""

    folder: Path
    name: str
    start: Callable[[], None]
    _again: set[str] = field(default_factory=set)

    def start_foundations_again(self) -> None:
        """Start what has ended of that which the others need, each once."""
        self._start_again([program for program in self.ended() if program in FOUNDATIONS])

    def start_again(self) -> None:
        """Start what has ended, each once. Raises ControlPlaneError for what has ended twice."""
        self._start_again(self.ended())

    def _start_again(self, ended: list[str]) -> None:
        if self._again.intersection(ended):
            raise ControlPlaneError(f"the control plane did not stay up{self.last_words()}")
        if ended:
            self._again.update(ended)
            for program in ended:
                # A process that nobody has waited for counts as running for kwokctl, which goes by the file.
                self._noted(program).unlink(missing_ok=True)
            self.start()

    def ended(self) -> list[str]:
        """Return the components that were started and have ended."""
        # In this order: what starts in between is then alive and not noted, and not the other way round.
        pids = sorted((state_folder(self.folder, self.name) / "pids").glob("*.pid"))
        noted = {path.stem: _read(path) for path in pids}
        alive = {str(pid) for pid in processes_of(self.folder)}
        return [program for program, pid in noted.items() if pid and pid not in alive]

    def last_words(self) -> str:
        """Return what those that have ended said last, or nothing, to go on after a sentence."""
        logs = state_folder(self.folder, self.name) / "logs"
        return "".join(
            f"; {program} ended{' twice' if program in self._again else ''}: "
            f"{last_lines(_read(logs / f'{program}.log'), 2)}"
            for program in self.ended()
        )

    def _noted(self, program: str) -> Path:
        return state_folder(self.folder, self.name) / "pids" / f"{program}.pid"


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except FileNotFoundError:
        return ""
