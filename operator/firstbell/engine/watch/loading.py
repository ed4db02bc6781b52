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

from firstbell.engine.floor.reading import seen_floor
from firstbell.engine.ports import Failure, FailureKind
from firstbell.engine.seen.workloads import seen_workload
from firstbell.engine.slices import Slices
from firstbell.engine.watch.own_objects import OWN_KINDS, keep_for_later, key_of, read
from firstbell.kinds.foreign_autoscalers import HPA, SCALED_OBJECT, ForeignAutoscaler
from firstbell.kinds.group import GROUP, VERSION

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from firstbell.engine.ports import Cluster, Json
    from firstbell.engine.seen.store import Store
    from firstbell.engine.watch.own_objects import OwnKind

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 15.0

_NOT_FOR_US = frozenset({FailureKind.NOT_FOUND, FailureKind.FORBIDDEN})

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
    """Fills the store, waiting for whatever is missing; `namespaces` empty = all.

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
) -> str | None:
    """Lists everything: what stood in the way, or None. `later` leaves what takes long to the engine.

    Nothing is kept of an incomplete look: what is deleted before the next one would stay for ever.
    """
    slices = slices if slices is not None else Slices()
    own = await _own(cluster, namespaces)
    if isinstance(own, str):
        return own
    found: list[tuple[Callable[[Json], Any], Json]] = []
    for group, version, plural, put in _kinds(store):
        for namespace in namespaces or (None,):
            items = await cluster.list_all(group, version, plural, namespace)
            if isinstance(items, Failure):
                return _sentence(items, group, plural, namespace)
            found += [(put, item) for item in items]
    scaled = await scaled_objects(cluster, namespaces)
    if isinstance(scaled, Failure):
        return scaled.message
    if again and not store.floors.follows(SCALED_OBJECT):
        scaled = None  # nothing is watched of them yet: whoever finds them has all begin anew
    elif not again:
        store.floors.followed = {SCALED_OBJECT} if scaled is not None else set()
    found += [(_put_floor(store, SCALED_OBJECT), item) for item in scaled or ()]
    for put, item in found:
        _put_safely(put, item)
    for kind, item in own:
        await asyncio.sleep(0)  # signals and probes are answered meanwhile
        _read(kind, item, store, slices, later=later)
    return None


async def _own(cluster: Cluster, namespaces: Sequence[str]) -> list[tuple[OwnKind, Json]] | str:
    """All objects of our own kinds, or what stood in the way."""
    own: list[tuple[OwnKind, Json]] = []
    for kind in OWN_KINDS.values():
        for namespace in namespaces or (None,):
            items = await cluster.list_all(GROUP, VERSION, kind.plural, namespace)
            if isinstance(items, Failure):
                return _sentence(items, GROUP, kind.plural, namespace)
            own += [(kind, item) for item in items]
    return own


def _put_safely(put: Callable[[Json], Any], item: Json) -> None:
    """Nobody's object keeps the operator from starting."""
    try:
        put(item)
    except Exception:
        log.exception("not understood", object=(item.get("metadata") or {}).get("name"))


def _read(kind: OwnKind, item: Json, store: Store, slices: Slices, *, later: bool) -> None:
    """Reads one of ours, or keeps it for later where its namespace has taken its part of the time."""
    key = key_of(item)
    known = kind.known(store).get(key)
    waits = (kind.plural, key) in store.unread
    rests = later and slices.rest_of(item["metadata"]["namespace"]) > 0
    if not kind.is_current(item, known) and (waits or rests):
        keep_for_later(kind, item, store)
    else:
        kind.put(store, read(kind, item, known, slices))


async def scaled_objects(cluster: Cluster, namespaces: Sequence[str]) -> list[Json] | Failure | None:
    """All ScaledObjects: None where the cluster has no such kind, or it is not for us to read.

    Without a right the API server does not say which of the two; whom it concerns is told by its status.
    """
    of = SCALED_OBJECT
    found: list[Json] = []
    for namespace in namespaces or (None,):
        items = await cluster.list_all(of.group, of.version, of.plural, namespace)
        if isinstance(items, Failure):
            return None if items.kind in _NOT_FOR_US else items
        found += items
    return found


def _kinds(store: Store) -> list[tuple[str, str, str, Callable[[Json], Any]]]:
    def workload(kind: str) -> Callable[[Json], Any]:
        return lambda body: store.put_workload(seen_workload(body, "apps/v1", kind))

    return [
        (HPA.group, HPA.version, HPA.plural, _put_floor(store, HPA)),
        ("apps", "v1", "deployments", workload("Deployment")),
        ("apps", "v1", "statefulsets", workload("StatefulSet")),
    ]


def _put_floor(store: Store, of: ForeignAutoscaler) -> Callable[[Json], Any]:
    return lambda body: store.put_floor(seen_floor(body, of))


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
