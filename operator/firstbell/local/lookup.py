"""Which control plane a caller gets, in the order that people expect.

One that was named explicitly; else kind, where a Docker daemon answers and pytest-kind is installed; else the
local one. A KUBECONFIG in the environment is somebody's working cluster: it counts only where the caller says
so, as the tests do, and never for the demo, which makes namespaces and workloads.
"""

from __future__ import annotations

import importlib.util
import shutil
from typing import TYPE_CHECKING

from firstbell.local.command import run
from firstbell.local.control_plane import Provision
from firstbell.local.errors import ControlPlaneError

if TYPE_CHECKING:
    from pathlib import Path

_DOCKER_SECONDS = 5.0


def choose(*, given: Path | None, context: str | None, kind_possible: bool) -> Provision:
    """The provision for what was given and what is possible here."""
    if given is not None or context is not None:
        return Provision.GIVEN
    return Provision.KIND if kind_possible else Provision.LOCAL


def kind_is_possible() -> bool:
    """Whether kind can run: the daemon itself was asked, a client alone proves nothing."""
    return importlib.util.find_spec("pytest_kind") is not None and docker_answers()


def docker_answers() -> bool:
    """Whether a Docker daemon answers within a few seconds."""
    if shutil.which("docker") is None:
        return False
    try:
        answer = run(["docker", "version", "--format", "{{.Server.Version}}"], seconds=_DOCKER_SECONDS)
    except ControlPlaneError:
        return False
    return answer.code == 0 and bool(answer.stdout.strip())
