"""The kubelet of pods that no scheduler takes: it says of each what the test wants it to say.

Made-up nodes make every pod Ready. Pods with `schedulerName: nobody` get no node, so kwok leaves them alone,
and their statuses are written here, by the API as a kubelet writes them.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from kubernetes.client.exceptions import ApiException

from tests.cluster.cluster_api import ClusterApi

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.cluster_api import Json
    from tests.cluster.stage import Stage

NOBODY = "nobody"
SCHEDULED = {"type": "PodScheduled", "status": "True"}


def pending(state: Json, last: Json | None = None) -> Json:
    """A pod with a node, whose one container is in such a state."""
    container = {
        "name": "web",
        "image": "registry.example.invalid/web:1",
        "imageID": "",
        "ready": False,
        "restartCount": 0 if last is None else 4,
        "state": state,
        **({} if last is None else {"lastState": {"terminated": last}}),
    }
    conditions = [SCHEDULED, {"type": "Ready", "status": "False", "reason": "ContainersNotReady"}]
    return {"phase": "Pending", "conditions": conditions, "containerStatuses": [container]}


NO_IMAGE = pending({"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}})
CRASHES = pending(
    {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"}},
    last={"exitCode": 3, "reason": "Error"},
)
RUNS = pending({"running": {"startedAt": "2026-03-04T08:00:00Z"}}) | {"phase": "Running"}
READY = {"phase": "Running", "conditions": [SCHEDULED, {"type": "Ready", "status": "True"}]}


class Kubelet:
    """Use as a context manager. `says` gets a pod and returns its status, or None to leave it as it is."""

    def __init__(self, stage: Stage, says: Callable[[Json], Json | None]) -> None:
        self._stage, self.says = stage, says
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="kubelet")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join(timeout=60)

    def _run(self) -> None:
        plane = self._stage.control_plane
        with ClusterApi(plane.kubeconfig, plane.context, self._stage.namespace) as api:
            while not self._end.wait(0.2):
                for pod in api.list("Pod"):
                    status = self.says(pod) if pod["spec"].get("schedulerName") == NOBODY else None
                    if status is not None and not _says(pod, status):
                        self._write(api, pod["metadata"]["name"], status)

    @staticmethod
    def _write(api: ClusterApi, name: str, status: Json) -> None:
        try:
            api.patch("Pod", name, {"status": status}, "status")
        except ApiException as error:
            if error.status not in {404, 409}:
                raise


def _says(pod: Json, status: Json) -> bool:
    def told(one: Json) -> object:
        conditions = {each["type"]: each["status"] for each in one.get("conditions") or ()}
        containers = [sorted(each.get("state") or {}) for each in one.get("containerStatuses") or ()]
        return one.get("phase"), conditions.get("Ready"), containers

    return told(pod.get("status") or {}) == told(status)
