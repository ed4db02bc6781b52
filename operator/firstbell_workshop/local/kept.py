"""Control planes that stay up until somebody takes them down: for looking around.

They are processes and a folder, no more: after a restart of the machine the folder is still there and nothing
runs. So "up" is asked of the control plane itself, and one that is gone is made anew.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from firstbell_workshop.local.control_plane import ControlPlane
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.folders import clusters_folder, kept_folders, provision_of
from firstbell_workshop.local.programs import Programs
from firstbell_workshop.local.progress import progress_here
from firstbell_workshop.local.provision import control_plane, take_down

if TYPE_CHECKING:
    from pathlib import Path

    from firstbell_workshop.local.spec import ControlPlaneSpec

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


def up(name: str, spec: ControlPlaneSpec) -> Path:
    """Start a control plane that stays, and return its kubeconfig; one that is up already is used."""
    if not _NAME.fullmatch(name):
        raise ControlPlaneError(
            f"{name!r} is not a name: use lower-case letters, digits and hyphens, at most 40"
        )
    if name in names():
        if _answers(name):
            return kubeconfig(name)
        down(name)
    with control_plane(spec, name=name, keep=True) as here:
        return here.kubeconfig


def down(name: str) -> None:
    """Take down a control plane that stayed up."""
    if name not in names():
        raise ControlPlaneError(f"{_not_up(name)}: there is nothing to take down")
    take_down(kubeconfig(name).parent, Programs(progress=progress_here()))


def kubeconfig(name: str) -> Path:
    """Return the kubeconfig of a control plane that stayed up."""
    if name not in names():
        raise ControlPlaneError(f"{_not_up(name)}: start it with firstbell cluster up {name}")
    return clusters_folder() / name / "kubeconfig"


def names() -> list[str]:
    """Return the control planes that stay up."""
    return [folder.name for folder in kept_folders()]


def _not_up(name: str) -> str:
    return f"no cluster {name!r} is up (up: {', '.join(names()) or 'none'})"


def _answers(name: str) -> bool:
    path = kubeconfig(name)
    here = ControlPlane(
        name=name,
        provision=provision_of(path.parent),
        kubeconfig=path,
        programs=Programs(progress=progress_here()),
        folder=path.parent,
    )
    try:
        here.kubectl("get", "--raw", "/readyz", "--request-timeout=5s")
    except ControlPlaneError:
        return False
    return True
