"""A limit on the pods of a namespace, which holds from the first pod on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cluster.waiting import until

if TYPE_CHECKING:
    from tests.cluster.stage import Stage


def limit_pods(stage: Stage, name: str, pods: int) -> None:
    """Makes the quota and waits until it is counted: to be called before there are pods.

    The API server lets every pod pass that is made before the quota's controller has written for the first
    time what is used. A pod that is made meanwhile may be missing from what it then writes.
    """
    body = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": name}}
    assert stage.api.list("Pod") == []
    stage.set(body | {"spec": {"hard": {"pods": str(pods)}}})
    until(lambda: used(stage, name) == "0", lambda: f"quota {name} counts: {used(stage, name)!r}")


def used(stage: Stage, name: str) -> str:
    """How many pods are counted; empty before it was counted for the first time."""
    status = (stage.api.get("ResourceQuota", name) or {}).get("status", {})
    return str(status.get("used", {}).get("pods", ""))
