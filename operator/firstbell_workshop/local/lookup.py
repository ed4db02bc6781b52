"""The look-up order: which control plane a caller gets.

1. The one that was named, by kubeconfig or context (`provision` uses it as it is, before anything is looked
   up). A KUBECONFIG in the environment is a user's working cluster: it counts only where the caller says
   so, as the tests do, and never for the demo, which makes namespaces and workloads.
2. kind, through pytest-kind, where its container engine answers, unless it cannot give what is asked for.
   That engine is Docker, or what kind's own KIND_EXPERIMENTAL_PROVIDER names, such as podman.
3. The local control plane, from programs in `KUBEBUILDER_ASSETS` and on PATH, or built before.
4. The local control plane, with what is missing built by Go (`toolchain` says which).
5. None, and one sentence that says what to install.

`FIRSTBELL_PROVISION=kind` or `=local` decides for one of the two.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from firstbell_workshop.local.command import run
from firstbell_workshop.local.control_plane import Provision
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.toolchain import HOW_TO_GET

if TYPE_CHECKING:
    from firstbell_workshop.local.programs import Programs

_ENGINE_SECONDS = 5.0
_NOTHING = (
    "no Kubernetes is to be had here: have Docker running and the package pytest-kind installed (pip install "
    f"'firstbell[kind]'; firstbell then uses kind), or {HOW_TO_GET}, with which "
    "firstbell builds a control plane, once, in a quarter of an hour, or name a cluster of yours"
)


_WITHOUT_PYTEST_KIND = (
    "a container engine answers, but kind is not used: it needs the package pytest-kind. "
    "Install it: pip install 'firstbell[kind]'"
)


class Possible(Protocol):
    """What can be had on this machine. Questions that cost time are asked when their turn comes."""

    def wanted(self) -> str:
        """Return what the user insists on, or nothing."""

    def kind(self) -> bool:
        """Tell whether kind can run."""

    def local(self) -> bool:
        """Tell whether the local control plane can run."""


def choose(possible: Possible) -> Provision:
    """Return what provides the control plane, where none was named."""
    wanted = possible.wanted()
    if wanted not in {"", Provision.KIND, Provision.LOCAL}:
        raise ControlPlaneError(f"FIRSTBELL_PROVISION is kind or local, not {wanted!r}")
    if wanted != Provision.LOCAL and possible.kind():
        return Provision.KIND
    if wanted == Provision.KIND:
        raise ControlPlaneError(
            "kind cannot run here: it needs a Docker daemon that answers (or, with "
            "KIND_EXPERIMENTAL_PROVIDER=podman, podman), the package pytest-kind (pip install "
            "'firstbell[kind]'), and kind and kubectl on "
            "PATH or Go 1.26 to build them"
        )
    if possible.local():
        return Provision.LOCAL
    raise ControlPlaneError(_NOTHING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Here:
    """What can be had on this very machine."""

    needed: tuple[str, ...]
    programs: Programs
    beyond_kind: bool = False
    """Whether something is asked for that kind cannot give."""

    def wanted(self) -> str:
        """Return the value of `FIRSTBELL_PROVISION`."""
        return os.environ.get("FIRSTBELL_PROVISION", "")

    def kind(self) -> bool:
        """Ask the container engine, and whether pytest-kind is installed and kind is to be had."""
        if self.beyond_kind and self.wanted() != Provision.KIND:
            return False
        if not engine_answers():
            return False
        if importlib.util.find_spec("pytest_kind") is None:
            self.programs.progress.say(_WITHOUT_PYTEST_KIND)
            return False
        return self._all("kind", "kubectl")

    def local(self) -> bool:
        """Look for the programs, and for Go."""
        return self._all(*self.needed)

    def _all(self, *names: str) -> bool:
        # Go is asked last: each call of it leaves a folder in the user's configuration.
        return len(self.programs.at_hand(names)) == len(names) or self.programs.go() is not None


def engine_answers(*, seconds: float = _ENGINE_SECONDS) -> bool:
    """Tell whether kind's container engine answers within a few seconds; a client alone proves nothing."""
    engine = os.environ.get("KIND_EXPERIMENTAL_PROVIDER") or "docker"
    if shutil.which(engine) is None:
        return False
    # Only Docker has a server to tell the version of; the others fail where they could run nothing.
    question = ("version", "--format", "{{.Server.Version}}") if engine == "docker" else ("info",)
    try:
        answer = run([engine, *question], seconds=seconds)
    except ControlPlaneError:
        return False
    return answer.code == 0 and bool(answer.stdout.strip())
