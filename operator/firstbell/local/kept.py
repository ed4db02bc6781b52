"""Control planes that stay up until somebody takes them down: for looking around."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from firstbell.local.control_plane import ControlPlane, Provision
from firstbell.local.errors import ControlPlaneError
from firstbell.local.lookup import kind_is_possible
from firstbell.local.programs import Programs
from firstbell.local.progress import progress_here
from firstbell.local.provision import KEPT, clusters_folder, control_plane, take_down

if TYPE_CHECKING:
    from pathlib import Path

    from firstbell.local.spec import ControlPlaneSpec

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


def up(name: str, spec: ControlPlaneSpec) -> Path:
    """Starts a control plane that stays, and returns its kubeconfig; one that is up already is used."""
    if not _NAME.fullmatch(name):
        msg = f"{name!r} is not a name: use lower-case letters, digits and hyphens, at most 40."
        raise ControlPlaneError(msg)
    if name not in names():
        with control_plane(spec, name=name, keep=True):
            pass
    return kubeconfig(name)


def down(name: str) -> None:
    """Takes a control plane down that stayed up."""
    path = kubeconfig(name)
    provision = (
        Provision.KIND if not (path.parent / "kwok").exists() and kind_is_possible() else Provision.LOCAL
    )
    take_down(
        ControlPlane(
            name=name,
            provision=provision,
            kubeconfig=path,
            programs=Programs(progress=progress_here()),
            folder=path.parent,
        )
    )


def kubeconfig(name: str) -> Path:
    """The kubeconfig of a control plane that stayed up."""
    if name not in names():
        there = ", ".join(names()) or "none"
        msg = f"no cluster {name!r} is up (up: {there}). Start it: firstbell cluster up {name}"
        raise ControlPlaneError(msg)
    return clusters_folder() / name / "kubeconfig"


def names() -> list[str]:
    """The control planes that stay up."""
    return sorted(mark.parent.name for mark in clusters_folder().glob(f"*/{KEPT}"))
