"""When a control plane may be used: it answers, its nodes are Ready, and pods can be created.

A namespace without its default ServiceAccount refuses pods; the controller manager makes it a moment after
the API server is up, and everybody who starts too early meets that as a flake.

`meanwhile` is what a wait calls before each look; what it raises ends the wait.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from firstbell_workshop.local.errors import ControlPlaneError

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstbell_workshop.local.control_plane import ControlPlane

_POLL_SECONDS = 0.2
_READY = "{range .items[*]}{.status.conditions[?(@.type=='Ready')].status}{' '}{end}"


class NotInTimeError(ControlPlaneError):
    """What was waited for did not come before the deadline."""


def _nothing() -> None:
    pass


def wait_until_it_answers(
    control_plane: ControlPlane, *, deadline: float, meanwhile: Callable[[], None] = _nothing
) -> None:
    """Wait until the API server calls itself ready: it listens long before that."""
    _until(
        deadline,
        f"the API server of {control_plane.name} is not ready",
        lambda: bool(control_plane.kubectl("get", "--raw", "/readyz")),
        meanwhile,
    )


def wait_until_ready(
    control_plane: ControlPlane, *, nodes: int, deadline: float, meanwhile: Callable[[], None] = _nothing
) -> None:
    """Wait until the control plane answers, has this many Ready nodes, and takes pods."""
    _until(
        deadline,
        f"{control_plane.name} has no {nodes} Ready nodes",
        lambda: _ready_nodes(control_plane) >= nodes,
        meanwhile,
    )
    wait_for_service_account(control_plane, "default", deadline=deadline, meanwhile=meanwhile)


def wait_for_service_account(
    control_plane: ControlPlane,
    namespace: str,
    *,
    deadline: float,
    meanwhile: Callable[[], None] = _nothing,
) -> None:
    """Wait until pods can be created in a namespace."""
    argv = (
        "get",
        "serviceaccount",
        "default",
        "--namespace",
        namespace,
        "--ignore-not-found",
        "--output",
        "name",
    )
    _until(
        deadline,
        f"namespace {namespace} has no default ServiceAccount",
        lambda: bool(control_plane.kubectl(*argv)),
        meanwhile,
    )


def _ready_nodes(control_plane: ControlPlane) -> int:
    output = control_plane.kubectl("get", "nodes", "--output", f"jsonpath={_READY}")
    return output.split().count("True")


def _until(
    deadline: float,
    otherwise: str,
    reached: Callable[[], bool],
    meanwhile: Callable[[], None] = _nothing,
) -> None:
    """Ask until it is so; a question that fails on the way is asked again."""
    last = ""
    while True:
        meanwhile()
        try:
            if reached():
                return
        except ControlPlaneError as error:
            last = f": {error}"
        if time.monotonic() > deadline:
            raise NotInTimeError(otherwise + last)
        time.sleep(_POLL_SECONDS)
