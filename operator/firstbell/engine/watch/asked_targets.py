"""Workloads of kinds that are not watched: whatever has a scale subresource, asked for again and again.

Which kinds people will name is not known when the watches begin, and a watch on each would need rights on
whole kinds. `/scale` tells the count and a selector of pods; of these its own are looked at. What moves is
asked for every few seconds, what rests once a minute.

A workload that cannot be read is told with the right that is missing, or the kind that does not exist.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from firstbell.core import Unavailable
from firstbell.core.reasons import AbsenceReason
from firstbell.engine.acting.scale_actuator import scale_path
from firstbell.engine.ports import Failure, FailureKind
from firstbell.engine.seen.store import SeenWorkload, Store
from firstbell.engine.seen.workloads import WATCHED
from firstbell.engine.watch.own_pods import OwnPods
from firstbell.kinds.own_readiness import OwnReadiness, own_readiness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from firstbell.engine.engine import Engine
    from firstbell.engine.objects.target_ref import TargetRef
    from firstbell.engine.ports import Cluster, Json

AT_ONCE = 16
BUSY_SECONDS = 0.05
FIRST_LOOK_SECONDS = 5.0
LOOK_SECONDS = 5.0
"""How often a workload that changes is asked for, by the clock on the wall."""
REST_LOOKS = 12
"""A workload that has not changed for so many looks rests, and is asked for once in as many."""


GRANT_OWN_STATUS = (
    "Its scale names no selector of its pods, so its own status is to tell who is ready: grant get on it "
    "(scaleTargets[].ownStatus of the chart)."
)

Seen: TypeAlias = SeenWorkload | Unavailable | None
"""A workload, why it cannot be known, or None where there is none of that name."""


@dataclass(kw_only=True, slots=True)
class _Look:
    """What the last answer was, and for how many looks it has been the same."""

    seen: Seen = None
    unchanged: int = 0


@dataclass(kw_only=True, slots=True)
class AskedTargets:
    """The workloads that are asked for, and when."""

    store: Store
    cluster: Cluster
    _own_pods: OwnPods = field(init=False)
    _plurals: dict[tuple[str, str], str] = field(default_factory=dict)
    _looks: dict[str, _Look] = field(default_factory=dict)
    _busy: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._own_pods = OwnPods(cluster=self.cluster)

    async def first_look(self) -> None:
        """Ask for all as far as some seconds reach: nobody's many targets keep us from starting."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_LOOK_SECONDS):
                await self.look()

    async def look(self, tell: Callable[[set[str]], None] = lambda _: None) -> set[str]:
        """Ask for those that are due: the keys of the autoscalers that must look again.

        `tell` is told them as they come. The targets of a namespace come one after the other, beside those of
        others, so that nobody waits for the many of another; one whose last are still asked for is left out.
        """
        wanted = {target.key: target for target in _asked(self.store)}
        for key in self._looks.keys() - wanted.keys():
            del self._looks[key]
            self.store.unreadable.pop(key, None)
        by_namespace: dict[str, list[TargetRef]] = {}
        for target in wanted.values():
            by_namespace.setdefault(target.namespace, []).append(target)
        free = asyncio.Semaphore(AT_ONCE)
        looks = [
            self._look_in(namespace, targets, free, tell)
            for namespace, targets in by_namespace.items()
            if namespace not in self._busy
        ]
        return set().union(*await asyncio.gather(*looks))

    async def _look_in(
        self,
        namespace: str,
        targets: Iterable[TargetRef],
        free: asyncio.Semaphore,
        tell: Callable[[set[str]], None],
    ) -> set[str]:
        concerned: set[str] = set()
        self._busy.add(namespace)
        try:
            for target in targets:
                async with free:
                    found = await self._look_at(target, self._looks.setdefault(target.key, _Look()))
                tell(found)
                concerned |= found
        finally:
            self._busy.discard(namespace)
        return concerned

    async def look_at_all(self) -> set[str]:
        """Ask for each, due or not: the keys of the autoscalers that must look again."""
        while self._busy:  # noqa: ASYNC110 - seldom; what was asked for before may be answered by what was then
            await asyncio.sleep(BUSY_SECONDS)
        for last in self._looks.values():
            last.unchanged = 0
        return await self.look()

    async def _look_at(self, target: TargetRef, last: _Look) -> set[str]:
        known = self._known(target)
        last.unchanged += 1
        # What we wrote meanwhile stands in the store: who is Ready of it is to be seen soon.
        resting = known is last.seen and last.unchanged > REST_LOOKS
        if resting and last.unchanged % REST_LOOKS:
            return set()
        seen = await self._seen(target)
        if seen == last.seen and seen == known:
            return set()
        last.seen, last.unchanged = seen, 0
        self.store.unreadable.pop(target.key, None)
        if isinstance(seen, SeenWorkload):
            return self.store.put_workload(seen)
        if seen is not None:
            self.store.unreadable[target.key] = seen
        return self.store.drop_workload(target.key)

    def _known(self, target: TargetRef) -> Seen:
        return self.store.workloads.get(target.key) or self.store.unreadable.get(target.key)

    async def _seen(self, target: TargetRef) -> Seen:
        plural = await self._plural(target)
        if isinstance(plural, Unavailable):
            return plural
        scale = await self.cluster.get(scale_path(target, plural))
        if isinstance(scale, Failure):
            if scale.kind is FailureKind.NOT_FOUND:
                return None
            known = self._known(target)
            return known if scale.transient and known is not None else _unreadable(scale)
        metadata, spec = scale["metadata"], scale.get("spec") or {}
        readiness = await self._readiness(target, plural, scale)
        told = readiness if isinstance(readiness, OwnReadiness) else OwnReadiness(ready=None)
        return SeenWorkload(
            ref=target,
            uid=metadata["uid"],
            replicas=spec.get("replicas", 0),
            ready=told.ready,
            troubles=told.troubles,
            unknown_ready=readiness if isinstance(readiness, Unavailable) else None,
            plural=plural,
            version=metadata.get("resourceVersion", ""),
        )

    async def _readiness(self, target: TargetRef, plural: str, scale: Json) -> OwnReadiness | Unavailable:
        """Ask its pods, or the object itself where its scale names none."""
        if (scale.get("status") or {}).get("selector"):
            ready = await self._own_pods.ready(scale)
            return ready if isinstance(ready, Unavailable) else OwnReadiness(ready=ready)
        body = await self.cluster.get(replace(scale_path(target, plural), subresource=""))
        if not isinstance(body, Failure):
            return own_readiness(body)
        if body.kind is FailureKind.FORBIDDEN:
            return Unavailable(
                reason=AbsenceReason.TARGET_NOT_READABLE, message=f"{body.message} {GRANT_OWN_STATUS}"
            )
        return Unavailable(reason=AbsenceReason.READ_FAILED, message=body.message)

    async def _plural(self, target: TargetRef) -> str | Unavailable:
        """Return what the API server calls the kind; asked once for each that there is."""
        key = (target.api_version, target.kind)
        if key not in self._plurals:
            served = await self.cluster.resources(target.group, target.api_version.rpartition("/")[2])
            if isinstance(served, Failure) and served.kind is not FailureKind.NOT_FOUND:
                return _unreadable(served)
            plural = _scalable(() if isinstance(served, Failure) else served, target.kind)
            if plural is None:
                return Unavailable(
                    reason=AbsenceReason.TARGET_NOT_SCALABLE,
                    message=f"spec.scaleTargetRef: the cluster has no kind {target.kind} of "
                    f"{target.api_version} with a scale subresource. Correct kind or apiVersion.",
                )
            self._plurals[key] = plural
        return self._plurals[key]


def _asked(store: Store) -> Iterator[TargetRef]:
    """Yield the targets of kinds that are not watched: seldom any, so not all are gone through for them."""
    for kind in sorted(store.by_kind.keys() - WATCHED.keys()):
        for key in sorted(store.by_kind[kind]):
            if (target := store.autoscalers[key].target) is not None:
                yield target


def _scalable(served: Iterable[Json], kind: str) -> str | None:
    """Return the plural of a kind, if it has a scale subresource."""
    served = list(served)
    scaled = {one["name"].partition("/")[0] for one in served if one["name"].endswith("/scale")}
    plurals = {one["name"] for one in served if one.get("kind") == kind and "/" not in one["name"]}
    return next(iter(sorted(plurals & scaled)), None)


def _unreadable(failure: Failure) -> Unavailable:
    cure = " Grant get and patch on its scale." if failure.kind is FailureKind.FORBIDDEN else ""
    return Unavailable(reason=AbsenceReason.TARGET_NOT_READABLE, message=failure.message + cure)


async def follow_asked(engine: Engine, targets: AskedTargets) -> None:
    """Ask again and again by the clock on the wall, until cancelled."""
    async with asyncio.TaskGroup() as looks:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            looks.create_task(targets.look(engine.wake))
