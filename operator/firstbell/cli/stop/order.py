"""The order to stop, given and taken back: by whom, in which namespace, and whether anybody has heard it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from firstbell.core.instants import told_instant
from firstbell.core.reasons import ConditionReason, ConditionType
from firstbell.engine.objects.status_values import read_condition
from firstbell.engine.ports import Failure, FailureKind, ObjectPath
from firstbell.kinds.group import AUTOSCALER_PLURAL, GROUP, VERSION
from firstbell.kinds.stop_order import STOP_NAME, StopOrder, stop_order

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from firstbell.engine.ports import Cluster, Json

OPERATORS_LABEL = "app.kubernetes.io/name=firstbell"
HEARD_SECONDS, CALM_SECONDS, LOOK_SECONDS = 15.0, 3.0, 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """Of how many SchoolAutoscalers the status says what was ordered; `failure`: they may not be read."""

    of: int = 0
    saying_so: int = 0
    failure: Failure | None = None


def order_path(namespace: str) -> ObjectPath:
    """Tell where the order of a namespace is."""
    return ObjectPath(group="", version="v1", plural="configmaps", namespace=namespace, name=STOP_NAME)


async def operators_namespaces(cluster: Cluster) -> list[str] | Failure:
    """Return the namespaces in which the chart has installed an operator, by name."""
    found = await cluster.list_all("apps", "v1", "deployments", None, OPERATORS_LABEL)
    if isinstance(found, Failure):
        return found
    return sorted({body["metadata"]["namespace"] for body in found})


async def who_am_i(cluster: Cluster) -> str:
    """Return the name by which the API server knows us; empty where it does not say."""
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    answer = await cluster.create("authentication.k8s.io", "v1", "selfsubjectreviews", "", review)
    if isinstance(answer, Failure):
        return ""
    return str(((answer.get("status") or {}).get("userInfo") or {}).get("username") or "")


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class ComingBell:
    """A bell for which a SchoolAutoscaler plans more replicas than it has; `at` as the API writes it."""

    at: str
    key: str
    replicas: int
    current: int


async def coming_bells(cluster: Cluster, until: datetime | None) -> list[ComingBell]:
    """Return the next such bell of each SchoolAutoscaler up to an instant, soonest first; none unread."""
    bodies = await cluster.list_all(GROUP, VERSION, AUTOSCALER_PLURAL, None)
    found = []
    for body in () if isinstance(bodies, Failure) else bodies:
        status, metadata = body.get("status") or {}, body["metadata"]
        current = status.get("currentReplicas") or 0
        peaks = [peak for peak in status.get("upcoming") or () if peak["replicas"] > current]
        at = told_instant(peaks[0]["bellTime"]) if peaks else None
        if at is not None and (until is None or at < until):
            key = f"{metadata['namespace']}/{metadata['name']}"
            replicas = peaks[0]["replicas"]
            found.append(ComingBell(at=peaks[0]["bellTime"], key=key, replicas=replicas, current=current))
    return sorted(found)


async def standing_order(cluster: Cluster, namespace: str) -> StopOrder | Failure | None:
    """Return the order that stands in a namespace; None where there is none."""
    body = await cluster.get(order_path(namespace))
    if isinstance(body, Failure):
        return None if body.kind is FailureKind.NOT_FOUND else body
    return stop_order(body)


async def give(cluster: Cluster, manifest: Json) -> Failure | None:
    """Give the order, over one that stands there; return what stood in the way."""
    answer = await cluster.apply(order_path(manifest["metadata"]["namespace"]), manifest)
    return answer if isinstance(answer, Failure) else None


async def take_back(cluster: Cluster, namespace: str) -> Failure | None:
    """Take the order back, whoever gave it; return what stood in the way, and None where there was none."""
    path = order_path(namespace)
    body = await cluster.get(path)
    if not isinstance(body, Failure):
        body = await cluster.delete(path, body["metadata"]["uid"], body["metadata"]["resourceVersion"])
    return body if isinstance(body, Failure) and body.kind is not FailureKind.NOT_FOUND else None


async def heard(
    cluster: Cluster,
    *,
    stopped: bool,
    seconds: float = HEARD_SECONDS,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Heard:
    """Wait until all statuses say that they are stopped, or that they are not; at most so many seconds.

    Some may be another operator's: where some say so, it ends as soon as no more have come for a while.
    """
    found, calm = Heard(), 0
    for _ in range(max(1, round(seconds / LOOK_SECONDS))):
        bodies = await cluster.list_all(GROUP, VERSION, AUTOSCALER_PLURAL, None)
        if isinstance(bodies, Failure):
            return Heard(failure=bodies)
        saying_so = sum(_says(body, stopped=stopped) for body in bodies)
        calm = calm + 1 if saying_so == found.saying_so else 0
        found = Heard(of=len(bodies), saying_so=saying_so)
        if saying_so == len(bodies) or (saying_so and calm * LOOK_SECONDS >= CALM_SECONDS):
            return found
        await sleep(LOOK_SECONDS)
    return found


def _says(body: Json, *, stopped: bool) -> bool:
    ready = read_condition(body.get("status") or {}, ConditionType.READY)
    return ready is not None and (ready.reason == ConditionReason.STOPPED) is stopped
