"""The questions of the check, each with an answer in words."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firstbell.cli.check.own_policy import MARK, calendar_of, policy_of
from firstbell.cli.deletion import deleted
from firstbell.cli.missing_namespace import missing_namespace
from firstbell.cli.missing_right import with_right
from firstbell.engine.objects.lease import lease_path, seen_lease
from firstbell.engine.ports import Failure, FailureKind, ObjectPath

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from firstbell.cli.check.own_policy import Place
    from firstbell.engine.ports import Clock, Cluster, Json

LOOK_SECONDS = 0.5
DELETED = "was deleted by somebody else, such as another check at the same time. Check again"
UNDECIDED = (
    "Its log says why: a stop, a namespace that it does not watch or that is another installation's, missing "
    "rights or kinds"
)
OTHER_OPERATOR = "Where it runs: --operator-namespace, and --name where its Deployment is called otherwise"
OTHER_POLICY = "Give one that the operator watches: -n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, and whether it is as it has to be."""

    fine: bool
    words: str
    last: bool = False
    """Whether there is nothing of which more could be asked."""


async def answers(cluster: Cluster, clock: Clock, place: Place, seconds: float) -> AsyncIterator[Answer]:
    """Yield the answers one after the other; each question has so many seconds."""
    found = await pods(cluster, place, seconds)
    yield found
    if found.last:
        return
    for shard in range(place.shards):
        yield await holder(cluster, clock, place, shard, seconds)
    yield await decision(cluster, clock, place, seconds)


async def pods(cluster: Cluster, place: Place, seconds: float) -> Answer:
    """Tell whether a pod of the operator is Ready, as the kubelet found by /readyz."""
    silent = Failure(kind=FailureKind.UNREACHABLE, message=f"the API server gave no answer in {seconds:g} s")
    where = ObjectPath(
        group="apps", version="v1", plural="deployments", namespace=place.operators, name=place.name
    )
    found: Json | Failure = silent
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            found = await cluster.get(where)
    if isinstance(found, Failure):
        return await _without_deployment(cluster, place, found)
    ready = (found.get("status") or {}).get("readyReplicas") or 0
    wanted = (found.get("spec") or {}).get("replicas")
    named = f"Deployment {place.operators}/{place.name}"
    return Answer(fine=ready > 0, words=f"{ready} of {wanted} pods of {named} are Ready")


async def _without_deployment(cluster: Cluster, place: Place, failure: Failure) -> Answer:
    """Tell why the Deployment cannot be seen; where there is none, or nobody answers, that is all."""
    if failure.kind is not FailureKind.NOT_FOUND:
        return Answer(fine=False, words=failure.message, last=failure.kind is FailureKind.UNREACHABLE)
    absent = await missing_namespace(cluster, place.operators, OTHER_OPERATOR)
    named = f"there is no Deployment {place.name!r} in namespace {place.operators}"
    return Answer(fine=False, words=absent.message if absent else f"{named}. {OTHER_OPERATOR}", last=True)


async def holder(cluster: Cluster, clock: Clock, place: Place, shard: int, seconds: float) -> Answer:
    """Tell whether somebody holds the Lease of a shard, and renews it."""
    path = lease_path(place.operators, place.name, shard)
    of = f"shard {shard} of {place.shards}"
    versions: set[str] = set()
    held_by = ""

    async def renewed() -> Answer | None:
        nonlocal held_by
        found = await cluster.get(path)
        if isinstance(found, Failure):
            return None if found.kind is FailureKind.NOT_FOUND else Answer(fine=False, words=found.message)
        seen = seen_lease(found)
        if seen.holder != held_by:
            versions.clear()
        held_by = seen.holder
        versions.add(seen.version)
        if not held_by or len(versions) == 1:
            return None
        return Answer(fine=True, words=f"{of} is held by {held_by}, who renews its Lease")

    answer = await _until(clock, seconds, renewed)
    why = f"is held by {held_by}, who has not renewed it" if held_by else "is held by nobody"
    return answer or Answer(
        fine=False, words=f"{of}: Lease {path.namespace}/{path.name} {why} within {seconds:g} s"
    )


async def decision(cluster: Cluster, clock: Clock, place: Place, seconds: float) -> Answer:
    """Tell whether the operator decides on a policy of the check's own, which is gone afterwards.

    Also where this is cancelled meanwhile.
    """
    try:
        answer = await _asked(cluster, clock, place, seconds)
    except asyncio.CancelledError:
        await _clear(cluster, place)
        raise
    left = await _clear(cluster, place)
    if left is None or left.message == answer.words:
        return answer
    return Answer(fine=False, words=f"{answer.words}. Not deleted afterwards: {left.message}")


async def _asked(cluster: Cluster, clock: Clock, place: Place, seconds: float) -> Answer:
    failure = await _clear(cluster, place)
    if failure is None:
        failure = await _made(cluster, place, calendar_of(place, clock.now().date()), place.calendar)
    if failure is None:
        failure = await _made(cluster, place, policy_of(place), place.policy)
    if failure is not None:
        return Answer(fine=False, words=failure.message)
    return await _decided(cluster, clock, place, seconds)


async def _decided(cluster: Cluster, clock: Clock, place: Place, seconds: float) -> Answer:
    named = f"SchoolAutoscaler {place.namespace}/{place.own_name}"
    begun = clock.monotonic()

    async def told() -> Answer | None:
        found = await cluster.get(place.policy)
        if isinstance(found, Failure):
            gone = found.kind is FailureKind.NOT_FOUND
            return Answer(fine=False, words=f"{named} {DELETED}" if gone else found.message)
        words = _judged(found)
        if words is None:
            return None
        took = clock.monotonic() - begun
        return Answer(fine=True, words=f"{named} was decided on after {took:.1f} s: {words}")

    answer = await _until(clock, seconds, told)
    return answer or Answer(fine=False, words=f"{named} was not decided on within {seconds:g} s. {UNDECIDED}")


def _judged(policy: Json) -> str | None:
    """Return what the operator makes of this very generation; None where it has not said."""
    status: dict[str, Any] = policy.get("status") or {}
    if status.get("observedGeneration") != policy["metadata"]["generation"]:
        return None
    conditions = {one.get("type"): one for one in status.get("conditions") or ()}
    ready = conditions.get("Ready")
    if ready is None:
        return None
    decided = status.get("decision")
    if decided is not None:
        return f"{status.get('desiredReplicas')} replicas ({decided.get('reason')}), nothing written"
    # Without its own Deployment in that namespace it has nothing to decide for, and says so.
    return f"{ready.get('reason')}, nothing written"


async def _made(cluster: Cluster, place: Place, body: Json, path: ObjectPath) -> Failure | None:
    answer = await cluster.create(path.group, path.version, path.plural, place.namespace, body)
    if not isinstance(answer, Failure):
        return None
    if answer.kind is FailureKind.NOT_FOUND:
        absent = await missing_namespace(cluster, place.namespace, OTHER_POLICY)
        if absent is not None:
            return absent
    return with_right(answer, "create", path.plural, place.namespace)


async def _clear(cluster: Cluster, place: Place) -> Failure | None:
    """Delete what this check, or an earlier one that was ended, has made; return what stands in the way."""
    for path in (place.policy, place.calendar):
        found = await cluster.get(path)
        if isinstance(found, Failure):
            if found.kind is FailureKind.NOT_FOUND:
                continue
            return with_right(found, "get", path.plural, place.namespace)
        if MARK not in (found["metadata"].get("labels") or {}):
            message = f"{path.plural} {place.namespace}/{path.name} is there and not the check's own"
            return Failure(kind=FailureKind.CONFLICT, message=message)
        failure = await deleted(cluster, path)
        if failure is not None and failure.kind is not FailureKind.NOT_FOUND:
            return failure
    return None


async def _until(clock: Clock, seconds: float, look: Callable[[], Awaitable[Answer | None]]) -> Answer | None:
    """Look again until there is an answer, or None when the seconds are over."""
    end = clock.monotonic() + seconds
    while True:
        if (answer := await look()) is not None:
            return answer
        if clock.monotonic() >= end:
            return None
        await clock.sleep(LOOK_SECONDS)
