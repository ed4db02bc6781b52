"""Which of the pods that a selector names belong to a workload.

A selector names more than that: a canary, a preview, a neighbour with the same label. A pod is the workload's
own if its owner references lead up to it, through ReplicaSets, Deployments and StatefulSets on the way. These
may be read; a kind of the user's own on the way may not, and a controller may set no references at all. Where
so not one pod leads up to the workload, its pods are known all the same if all of them are of one family.
Several families cannot be told apart: then nobody is taken for Ready.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.core.reasons import AbsenceReason, Shortfall, ShortfallReason
from firstbell.engine.ports import Failure, FailureKind, ObjectPath
from firstbell.engine.seen.pod_shortfalls import counts, grouped, pod_shortfall

if TYPE_CHECKING:
    from firstbell.engine.ports import Cluster, Json

READABLE = {
    ("apps", "ReplicaSet"): "replicasets",
    ("apps", "Deployment"): "deployments",
    ("apps", "StatefulSet"): "statefulsets",
}
PODS = ("", "v1", "pods")
PAGE = 100
"""Pods that are read at once: a thousand of them would take a noticeable time to parse."""
MOST_LOOKED_AT = 1000
GRANT = "Grant list on pods and get on replicasets: value readiness.podReasons of the chart."
LONGEST_CHAIN = 8
REMEMBERED = 20_000
ORPHAN = "without an owner"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Owner:
    """One owner reference."""

    uid: str
    group: str
    kind: str
    name: str


@dataclass(kw_only=True, slots=True)
class OwnPods:
    """Counts, and remembers who owns whom: an owner is read once.

    `refused` is the last owner that may not be read, None where the last one could.
    """

    cluster: Cluster
    refused: Failure | None = None
    _owners: OrderedDict[str, tuple[_Owner, ...]] = field(default_factory=OrderedDict)

    async def shortfalls(self, scale: Json) -> tuple[Shortfall, ...] | Unavailable:
        """Tell why a workload's own pods are not Ready, by its `/scale`; Unavailable says why not known.

        Only those count whose owners lead up to it: nothing is said of somebody else's. Of very many pods the
        first are looked at.
        """
        metadata, replicas = scale["metadata"], (scale.get("spec") or {}).get("replicas", 0)
        selector = (scale.get("status") or {}).get("selector")
        if not selector:
            return _no_selector()
        told: list[tuple[ShortfallReason, str]] = []
        counted, looked_at, following = 0, 0, ""
        while True:
            page = await self.cluster.list_page(PODS, metadata["namespace"], selector, PAGE, following)
            if isinstance(page, Failure):
                return _not_read(page)
            for pod in page.items:
                if not counts(pod) or await self._family(pod, metadata["uid"]) != metadata["uid"]:
                    continue
                counted += 1
                why = pod_shortfall(pod)
                told += [why] if why is not None else []
            looked_at, following = looked_at + len(page.items), page.following
            if not following or looked_at >= MOST_LOOKED_AT:
                break
        if self.refused is not None and not counted:
            return _not_read(self.refused)
        missing = 0 if following else replicas - counted
        absent = Shortfall(reason=ShortfallReason.NOT_CREATED, replicas=missing) if missing > 0 else None
        return (*grouped(told), *((absent,) if absent is not None else ()))

    async def ready(self, scale: Json) -> int | Unavailable:
        """Tell how many of a workload's own pods are Ready, by its `/scale`.

        Unavailable says why not known.
        """
        metadata, status = scale["metadata"], scale.get("status") or {}
        selector = status.get("selector")
        if not selector:
            return _no_selector()
        pods = await self.cluster.list_all("", "v1", "pods", metadata["namespace"], selector)
        if isinstance(pods, Failure):
            return Unavailable(
                reason=AbsenceReason.PODS_NOT_READABLE, message=f"{pods.message} Grant list on pods."
            )
        families: dict[str, list[Json]] = {}
        for pod in pods:
            families.setdefault(await self._family(pod, metadata["uid"]), []).append(pod)
        own = families.get(metadata["uid"])
        if own is None and len(families) > 1:
            return Unavailable(
                reason=AbsenceReason.PODS_NOT_TOLD,
                message=f"the selector {selector} names pods of {len(families)} owners, and no owner "
                "reference leads from one of them to the workload. Give it a selector of its own.",
            )
        if own is None:
            own = next(iter(families.values()), [])
        ready = sum(map(_is_ready, own))
        # No workload has more Ready pods than pods.
        return min(ready, status["replicas"]) if "replicas" in status else ready

    async def _family(self, pod: Json, wanted: str) -> str:
        """Return the uid of the workload if the pod's owners lead to it.

        Else that of the last owner known.
        """
        last, above = ORPHAN, _references(pod["metadata"])
        for _ in range(LONGEST_CHAIN):
            if any(owner.uid == wanted for owner in above):
                return wanted
            if not above:
                break
            last = above[0].uid
            above = await self._above(above[0], pod["metadata"]["namespace"])
        return last

    async def _above(self, owner: _Owner, namespace: str) -> tuple[_Owner, ...]:
        if owner.uid in self._owners:
            return self._owners[owner.uid]
        plural = READABLE.get((owner.group, owner.kind))
        if plural is None:
            return ()
        path = ObjectPath(
            group=owner.group, version="v1", plural=plural, namespace=namespace, name=owner.name
        )
        body = await self.cluster.get(path)
        if isinstance(body, Failure):
            self.refused = body if body.kind is FailureKind.FORBIDDEN else None
            return ()
        self.refused = None
        if body["metadata"].get("uid") != owner.uid:
            return ()
        self._owners[owner.uid] = _references(body["metadata"])
        while len(self._owners) > REMEMBERED:
            self._owners.popitem(last=False)
        return self._owners[owner.uid]


def _references(metadata: Json) -> tuple[_Owner, ...]:
    """Return the owners of an object, the one that controls it first."""
    found = sorted(metadata.get("ownerReferences") or (), key=lambda one: not one.get("controller"))
    return tuple(
        _Owner(
            uid=one.get("uid", ""),
            group=one.get("apiVersion", "").rpartition("/")[0],
            kind=one.get("kind", ""),
            name=one.get("name", ""),
        )
        for one in found
    )


def _no_selector() -> Unavailable:
    return Unavailable(reason=AbsenceReason.NO_SELECTOR, message="its scale names no selector of its pods")


def _not_read(failure: Failure) -> Unavailable:
    if failure.kind is not FailureKind.FORBIDDEN:
        return Unavailable(reason=AbsenceReason.READ_FAILED, message=failure.message)
    return Unavailable(reason=AbsenceReason.PODS_NOT_READABLE, message=f"{failure.message} {GRANT}")


def _is_ready(pod: Json) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or ()
    ready = any((one["type"], one["status"]) == ("Ready", "True") for one in conditions)
    return ready and "deletionTimestamp" not in pod["metadata"]
