"""A stand-in for somebody's own kind with a scale subresource: a Portal, whose pods a Deployment runs.

Its controller is a loop that copies the count down to the Deployment, and the count and the pods' labels up
to the status, from which the API server makes `/scale`.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from tests.cluster import stand_in_kinds
from tests.cluster.cluster_api import ClusterApi
from tests.cluster.stage import BASELINE, NAME, workload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.cluster_api import Json
    from tests.cluster.stage import Stage

GROUP, KIND, PLURAL = "example.org", "Portal", "portals"
CRD = f"{PLURAL}.{GROUP}"
COPIES_EVERY_SECONDS = 0.2


def install(here: ControlPlane) -> None:
    stand_in_kinds.install(here, _crd())


def uninstall(here: ControlPlane) -> None:
    stand_in_kinds.uninstall(here, CRD)


def portal(replicas: int = BASELINE) -> Json:
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": KIND,
        "metadata": {"name": NAME},
        "spec": {"replicas": replicas},
    }


@contextlib.contextmanager
def controller(stage: Stage) -> Iterator[None]:
    """The loop, in a thread of its own while the block lasts; the Deployment is made at once."""
    stage.set(workload())
    ended, errors = threading.Event(), []

    def run() -> None:
        here = stage.control_plane
        try:
            with ClusterApi(here.kubeconfig, here.context, stage.namespace) as api:
                while not ended.wait(COPIES_EVERY_SECONDS):
                    if (body := api.get(KIND, NAME)) is not None:
                        _copy(api, body)
        except BaseException as error:  # noqa: BLE001 - handed to the test's thread
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True, name="portals")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=10)
    if errors:
        raise errors[0]


def _copy(api: ClusterApi, body: Json) -> None:
    replicas = body["spec"].get("replicas", 0)
    running = (api.get("Deployment", NAME) or {})["spec"]["replicas"]
    if running != replicas:
        api.patch("Deployment", NAME, {"spec": {"replicas": replicas}})
    status = {"replicas": running, "selector": f"app={NAME}"}
    if body.get("status") != status:
        api.patch(KIND, NAME, {"status": status}, "status")


def _crd() -> Json:
    # There from the first moment: without one the operator asks the object itself, which it may not.
    selector = {"selector": {"type": "string", "default": f"app={NAME}"}}
    return stand_in_kinds.scalable(GROUP, KIND, PLURAL, selector, labelSelectorPath=".status.selector")
