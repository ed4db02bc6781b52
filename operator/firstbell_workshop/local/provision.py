"""Bringing a control plane up for as long as somebody holds it, and taking it down whatever happens.

An exception on the way up, Ctrl-C, SIGTERM, SIGHUP: the block is left and the control plane goes. Only
SIGKILL passes by; what it leaves, the next start removes.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from firstbell_workshop.local import folders, kind, kwok
from firstbell_workshop.local.control_plane import ControlPlane, Provision
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.interruption import stoppable, undisturbed
from firstbell_workshop.local.lookup import Here, choose
from firstbell_workshop.local.programs import Programs
from firstbell_workshop.local.progress import progress_here

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell_workshop.local.spec import ControlPlaneSpec


@contextlib.contextmanager
def control_plane(
    spec: ControlPlaneSpec,
    *,
    kubeconfig: Path | None = None,
    context: str | None = None,
    name: str | None = None,
    keep: bool = False,
) -> Iterator[ControlPlane]:
    """Hold a control plane for the length of a block; a given one is used as it is, and never taken down.

    `name` is made up where it is None, so that two holders do not meet. `keep` leaves the control plane up at
    the end of a block without an exception, for `kept.down` to take down. Raises ControlPlaneError with a
    sentence for people.
    """
    programs = Programs(progress=progress_here())
    if kubeconfig is not None or context is not None:
        yield _given(kubeconfig, context, programs)
        return
    provision = choose(
        Here(needed=kwok.program_names(spec), programs=programs, beyond_kind=bool(spec.beyond_kind))
    )
    name = name or f"firstbell-{secrets.token_hex(3)}"
    with stoppable():
        folders.sweep(lambda folder: take_down(folder, programs))
        with folders.claimed(name, provision) as folder, _taken_down(folder, programs, keep=keep):
            here = ControlPlane(
                name=name,
                provision=provision,
                kubeconfig=folder / "kubeconfig",
                programs=programs,
                has_metrics=provision is Provision.LOCAL and spec.metrics_server,
                folder=folder,
                audit_log=kwok.audit_log(folder, name) if spec.audit_policy else None,
            )
            _start(here, spec)
            yield here


@contextlib.contextmanager
def _taken_down(folder: Path, programs: Programs, *, keep: bool) -> Iterator[None]:
    try:
        yield
        if keep:
            folders.keep(folder)
            return
    except BaseException:
        # What went wrong first is what the caller should hear; the next start sweeps what is left.
        with undisturbed(), contextlib.suppress(ControlPlaneError):
            take_down(folder, programs)
        raise
    with undisturbed():
        take_down(folder, programs)


def take_down(folder: Path, programs: Programs) -> None:
    """End the control plane of a folder, in whatever state it is, and remove the folder."""
    kubeconfig = folder / "kubeconfig"
    if folders.provision_of(folder) is Provision.KIND:
        kind.stop(folder, programs)
    kwok.stop(folder, folder.name, kubeconfig, programs.at_hand(["kwokctl"]).get("kwokctl"))
    shutil.rmtree(folder, ignore_errors=True)


def _given(kubeconfig: Path | None, context: str | None, programs: Programs) -> ControlPlane:
    """Return the cluster that the caller named."""
    path = given_kubeconfig(kubeconfig)
    return ControlPlane(
        name=context or path.name,
        provision=Provision.GIVEN,
        kubeconfig=path.absolute(),
        programs=programs,
        context=context,
    )


def given_kubeconfig(kubeconfig: Path | None) -> Path:
    """Return the file of a cluster that the caller named; where it was a context alone, kubectl's.

    Raises ControlPlaneError with a sentence for people where there is none.
    """
    where = str(kubeconfig or os.environ.get("KUBECONFIG") or Path.home() / ".kube" / "config")
    if os.pathsep in where:
        raise ControlPlaneError(f"KUBECONFIG names several files ({where}): name one of them")
    path = Path(where)
    if not path.is_file():
        raise ControlPlaneError(f"there is no kubeconfig {path}: name the file of the cluster to use")
    return path


def _start(here: ControlPlane, spec: ControlPlaneSpec) -> None:
    progress = here.programs.progress
    if here.provision is Provision.KIND:
        names = kind.program_names(here.programs)
        here.programs.get(names)
        with progress.step("starting a kind cluster"):
            kind.start(here, spec)
        return
    here.programs.get(kwok.program_names(spec))
    with progress.step("starting a local control plane"):
        kwok.start(here, spec)
