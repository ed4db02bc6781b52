"""When a control plane may be used: it answers, its nodes are Ready, and pods can be created.

A namespace without its default ServiceAccount refuses pods; the controller manager makes it a moment after
the API server is up, and everybody who starts too early meets that as a flake.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from firstbell.local.errors import ControlPlaneError

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstbell.local.control_plane import ControlPlane

_POLL_SECONDS = 0.2
_READY = "{range .items[*]}{.status.conditions[?(@.type=='Ready')].status}{' '}{end}"


def wait_until_ready(control_plane: ControlPlane, *, nodes: int, deadline: float) -> None:
    """Wait until the control plane answers, has this many Ready nodes, and takes pods."""
    _until(
        deadline,
        f"{control_plane.name} has no {nodes} Ready nodes",
        lambda: _ready_nodes(control_plane) >= nodes,
    )
    wait_for_service_account(control_plane, "default", deadline=deadline)


def wait_for_service_account(control_plane: ControlPlane, namespace: str, *, deadline: float) -> None:
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
    )


def _ready_nodes(control_plane: ControlPlane) -> int:
    output = control_plane.kubectl("get", "nodes", "--output", f"jsonpath={_READY}")
    return output.split().count("True")


def _until(deadline: float, otherwise: str, reached: Callable[[], bool]) -> None:
    """Ask until it is so; a question that fails on the way is asked again."""
    last = ""
    while True:
        try:
            if reached():
                return
        except ControlPlaneError as error:
            last = f": {error}"
        if time.monotonic() > deadline:
            raise ControlPlaneError(otherwise + last)
        time.sleep(_POLL_SECONDS)
