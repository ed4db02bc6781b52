"""Bringing a control plane up for as long as somebody holds it, and taking it down whatever happens.

Its folder below `clusters/` is locked while it is held: folders without a living holder are what a killed
process left, and the next start removes them.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from firstbell.local import kind, kwok
from firstbell.local.cache import cache_folder, file_lock, is_locked, make_folder
from firstbell.local.control_plane import ControlPlane, Provision
from firstbell.local.errors import ControlPlaneError
from firstbell.local.interruption import stoppable, undisturbed
from firstbell.local.lookup import choose, kind_is_possible
from firstbell.local.processes import end_processes_of
from firstbell.local.programs import Programs
from firstbell.local.progress import progress_here

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.local.progress import Progress
    from firstbell.local.spec import ControlPlaneSpec

LOCK = "holder.lock"
KEPT = "kept"


@contextlib.contextmanager
def control_plane(
    spec: ControlPlaneSpec,
    *,
    kubeconfig: Path | None = None,
    context: str | None = None,
    name: str | None = None,
    keep: bool = False,
) -> Iterator[ControlPlane]:
    """A control plane for the length of a block; one that was given is used as it is, and never taken down.

    `name` is made up where it is None, so that two holders do not meet. `keep` leaves it up at the end (and
    its kubeconfig where `ControlPlane.kubeconfig` says), for `stop_kept` to take down. Raises
    ControlPlaneError with a sentence for people.
    """
    progress = progress_here()
    programs = Programs(progress=progress)
    provision = choose(given=kubeconfig, context=context, kind_possible=kind_is_possible())
    if provision is Provision.GIVEN:
        path = kubeconfig or Path.home() / ".kube" / "config"
        if not path.is_file():
            msg = f"there is no kubeconfig {path}. Give --kubeconfig FILE."
            raise ControlPlaneError(msg)
        yield ControlPlane(
            name=context or path.name,
            provision=provision,
            kubeconfig=path,
            programs=programs,
            context=context,
        )
        return
    remove_abandoned()
    name = name or f"firstbell-{secrets.token_hex(3)}"
    folder = make_folder(clusters_folder() / name)
    here = ControlPlane(
        name=name,
        provision=provision,
        kubeconfig=folder / "kubeconfig",
        programs=programs,
        has_metrics=provision is Provision.LOCAL and spec.metrics_server,
        folder=folder,
        audit_log=kwok.audit_log(folder, name) if spec.audit_policy else None,
    )
    with file_lock(folder / LOCK), stoppable():
        finished = False
        try:
            _start(here, spec, progress)
            yield here
            finished = True
        finally:
            if keep and finished:
                (folder / KEPT).touch()
            else:
                with undisturbed():
                    take_down(here)


def clusters_folder() -> Path:
    """Where control planes have their folders."""
    return cache_folder() / "clusters"


def _start(here: ControlPlane, spec: ControlPlaneSpec, progress: Progress) -> None:
    if here.provision is Provision.KIND:
        with progress.step("starting a kind cluster"):
            kind.start(here)
        return
    here.programs.get(kwok.program_names(spec))
    with progress.step("starting a local control plane"):
        kwok.start(here, spec)


def take_down(here: ControlPlane) -> None:
    """Ends a control plane of ours and removes its folder."""
    if here.folder is None:
        return
    if here.provision is Provision.KIND:
        kind.stop(here)
        shutil.rmtree(here.folder, ignore_errors=True)
        return
    kwokctl = here.programs.at_hand(["kwokctl"]).get("kwokctl")
    kwok.stop(here.folder, here.name, here.kubeconfig, kwokctl)


def remove_abandoned() -> None:
    """Ends what killed holders left behind; kept ones and those that are held stay."""
    for folder in sorted(clusters_folder().glob("*")):
        if not (folder / KEPT).exists() and not is_locked(folder / LOCK):
            end_processes_of(folder)
            shutil.rmtree(folder, ignore_errors=True)
