"""The first look at the world, before anything is decided, and the same look once more.

A tick that knew an autoscaler but not yet the HPA beside it would scale the workload itself. So everything
is listed once before the first tick; afterwards the watches keep it current. The listing is the check of
rights and CRDs too: what is missing is one clear sentence, and it is tried again until it is there.
What is listed again is read anew only where it was edited.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import structlog

from firstbell.core import Unavailable
from firstbell.core.reasons import AbsenceReason
from firstbell.engine.objects.object_keys import key_of, namespace_of
from firstbell.engine.objects.packed import packed, unpacked
from firstbell.engine.pace.slices import Slices
from firstbell.engine.ports import NOT_FOR_US, Failure, FailureKind
from firstbell.engine.seen.own_objects import keep_for_later, read
from firstbell.engine.seen.watched_kinds import WATCHED_KINDS, ForeignKind, OwnKind
from firstbell.kinds.group import GROUP

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from firstbell.engine.ports import Cluster, Json
    from firstbell.engine.seen.store import Store
    from firstbell.engine.seen.watched_kinds import WatchedKind, WatchedKinds

PUT_AT_ONCE = 500
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 15.0


log = structlog.get_logger("firstbell.engine")


async def load(  # noqa: PLR0913 - what a look is handed, and how
    cluster: Cluster,
    store: Store,
    namespaces: Sequence[str],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    *,
    slices: Slices | None = None,
    again: bool = False,
) -> None:
    """Fill the store, waiting for whatever is missing; `namespaces` empty = all.

    `again`: the store was filled before, and what is watched since then stays what it is. What one namespace
    has of objects that take long to read is left to the engine: nobody waits for it.

    `sleep` is of the wall, however fast the engine's clock runs: it is the API server that is waited for.
    """
    wait, told = FIRST_WAIT_SECONDS, ""
    while True:
        problem = await load_once(cluster, store, namespaces, slices, again=again, later=True)
        if problem is None:
            if told:
                log.info("the cause is gone, going on" if again else "the cause is gone, starting")
            return
        if problem != told:
            what = "not read again yet" if again else "not started yet"
            log.error(what, problem=problem, tries_again="by itself")
            told = problem
        await sleep(wait)
        wait = min(LONGEST_WAIT_SECONDS, wait * 2)


async def load_once(  # noqa: PLR0913 - what a look is handed, and how
    cluster: Cluster,
    store: Store,
    namespaces: Sequence[str],
    slices: Slices | None = None,
    *,
    again: bool = False,
    later: bool = False,
    kinds: WatchedKinds = WATCHED_KINDS,
) -> str | None:
    """List everything; return what stood in the way, or None. `later` leaves what takes long to the engine.

    Nothing is kept of an incomplete look: what is deleted before the next one would stay for ever. Who looks
    into namespaces alone does without what belongs to none; the store then says why.
    """
    slices = slices if slices is not None else Slices()
    found: list[tuple[OwnKind | ForeignKind, Any]] = []
    followed = set(store.floors.followed) if again else set()
    for kind in kinds:
        taken: list[tuple[OwnKind | ForeignKind, Any]] = []
        there = await _looked_at(cluster, kind, namespaces, store, _taker(kind, taken))
        if isinstance(there, str):
            return there
        if there and kind.of is not None and kind.optional:
            if again and kind.of not in followed:
                continue  # nothing is watched of them yet: whoever finds them has all begin anew
            followed.add(kind.of)
        found += taken
    store.floors.followed = followed
    for number, (kind, seen) in enumerate(found):
        if isinstance(kind, ForeignKind):
            kind.put(store, seen)
        if number % PUT_AT_ONCE == 0:
            await asyncio.sleep(0)
    for kind, kept in found:
        if isinstance(kind, OwnKind):
            await asyncio.sleep(0)  # signals and probes are answered meanwhile
            _read(kind, unpacked(kept), store, slices, later=later)
    return None


def _taker(
    kind: OwnKind | ForeignKind, taken: list[tuple[OwnKind | ForeignKind, Any]]
) -> Callable[[Json], None]:
    """Return what keeps an object as soon as it comes, small: one of ours packed, others' as they are seen.

    As they come, the objects of ten thousand workloads are several hundred MB.
    """

    def keep(item: Json) -> None:
        try:
            taken.append((kind, packed(item) if isinstance(kind, OwnKind) else kind.read(item)))
        except Exception:
            # Nobody's object keeps the operator from starting.
            log.exception("not understood", object=(item.get("metadata") or {}).get("name"))

    return keep


async def _looked_at(
    cluster: Cluster,
    kind: WatchedKind,
    namespaces: Sequence[str],
    store: Store,
    take: Callable[[Json], None],
) -> bool | str:
    """Do the same as `look_through`; False for what belongs to no namespace where that is not to be seen."""
    if kind.clusterwide and store.cluster_unseen is not None:
        return False
    there = await look_through(cluster, kind, namespaces, take)
    if isinstance(there, str) and kind.clusterwide and namespaces:
        store.cluster_unseen = Unavailable(reason=AbsenceReason.NOT_READ, message=there)
        return False
    return there


async def look_through(
    cluster: Cluster, kind: WatchedKind, namespaces: Sequence[str], take: Callable[[Json], None]
) -> bool | str:
    """Hand over all objects of a kind, or return what stood in the way; `namespaces` empty = all.

    False where it is optional and the cluster has no such kind, or it is not for us to read. Without a right
    the API server does not say which of the two; whom it concerns is told by its status.
    """
    for namespace in kind.places(namespaces):
        answer = await cluster.list_each(kind.api, namespace, take)
        if isinstance(answer, Failure):
            if kind.optional and answer.kind in NOT_FOR_US:
                return False
            return _sentence(answer, kind.group, kind.plural, namespace)
    return True


def _read(kind: OwnKind, item: Json, store: Store, slices: Slices, *, later: bool) -> None:
    """Read one of ours, or keeps it for later where its namespace has taken its part of the time."""
    key = key_of(item)
    known = kind.known(store).get(key)
    waits = (kind.plural, key) in store.unread
    rests = later and slices.rest_of(namespace_of(key)) > 0
    if not kind.is_current(item, known) and (waits or rests):
        keep_for_later(kind, item, store)
    else:
        kind.put(store, read(kind, item, known, slices))


def _sentence(failure: Failure, group: str, plural: str, namespace: str | None) -> str:
    where = f"in namespace {namespace}" if namespace else "in all namespaces"
    if failure.kind is FailureKind.NOT_FOUND and group == GROUP:
        return (
            f"the CustomResourceDefinition {plural}.{group} is not installed. "
            "Install it: firstbell crds | kubectl apply --server-side -f -"
        )
    if failure.kind is FailureKind.FORBIDDEN:
        return f"no right to list {plural}.{group} {where}: {failure.message}. Grant list and watch on it."
    return failure.message
