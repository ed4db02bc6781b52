"""Pods that take their time: a scheduler of the test's gives them a node only when that is over.

Made-up nodes make a pod Ready as soon as it has one. So a pod whose schedulerName is ours becomes Ready so
many seconds after it was made as the test says, by its clock, however fast that runs.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Self

from kubernetes.client.exceptions import ApiException

if TYPE_CHECKING:
    from datetime import datetime

    from tests.cluster.cluster_api import ClusterApi, Json
    from tests.cluster.operator_process import Sun

SCHEDULER = "slow-pods"
LOOK_SECONDS = 0.1


def slow(workload: Json) -> Json:
    """The workload with pods that wait for this scheduler."""
    workload["spec"]["template"]["spec"]["schedulerName"] = SCHEDULER
    return workload


class SlowPods:
    """Use as a context manager. `seconds` says by the label `app` how long pods take; it may be changed."""

    def __init__(self, api: ClusterApi, sun: Sun, **seconds: float) -> None:
        self._api, self._sun, self.seconds = api, sun, seconds
        self._made: dict[str, datetime] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="slow-pods")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        nodes = [node["metadata"]["name"] for node in self._api.list("Node")]
        while not self._ended.is_set():
            for number, pod in enumerate(self._waiting()):
                self._api_bind(pod, nodes[number % len(nodes)])
            time.sleep(LOOK_SECONDS)

    def _waiting(self) -> list[Json]:
        """The pods without a node whose time is over."""
        pods = [
            pod
            for pod in self._api.list("Pod", "spec.nodeName=")
            if pod["spec"].get("schedulerName") == SCHEDULER and "deletionTimestamp" not in pod["metadata"]
        ]
        now = self._sun.now()
        for pod in pods:
            self._made.setdefault(pod["metadata"]["uid"], now)
        return [
            pod
            for pod in pods
            if (now - self._made[pod["metadata"]["uid"]]).total_seconds()
            >= self.seconds.get(pod["metadata"]["labels"]["app"], 0)
        ]

    def _api_bind(self, pod: Json, node: str) -> None:
        try:
            self._api.bind(pod["metadata"]["name"], node)
        except ApiException as error:
            if error.status not in {404, 409}:  # it is gone, or was bound
                raise
