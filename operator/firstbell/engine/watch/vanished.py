"""What is gone without any watch having told of it.

A watch that is set up anew tells what there is, never what went away meanwhile: between our first look and
the first watch, or while a watch was broken. A SchoolAutoscaler deleted then would hold its floor for ever.
So everything is listed again, soon after the start and then seldom. What a list does not show is asked for
by its name before it is forgotten, since it may just have been created.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from firstbell.engine.acting.scale_actuator import WORKLOAD_PLURALS
from firstbell.engine.ports import Failure, FailureKind, ObjectPath
from firstbell.engine.watch.asked_targets import is_watched
from firstbell.kinds.foreign_autoscalers import FOREIGN_AUTOSCALERS, ForeignAutoscaler
from firstbell.kinds.group import GROUP, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from firstbell.engine.engine import Engine
    from firstbell.engine.ports import Cluster

SOON_SECONDS, SELDOM_SECONDS = 10.0, 1800.0
APART_SECONDS = 60.0
"""The least between two looks that watches ask for, however often they begin anew."""

log = structlog.get_logger("firstbell.engine")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kind:
    """One kind in the store: `known` by store key, `forget` as if its deletion had been told.

    Workloads of all kinds are known in one place, autoscalers too: `concerns` tells which are meant.
    """

    group: str
    version: str
    plural: str
    known: Mapping[str, Any]
    forget: Callable[[str], None]
    concerns: Callable[[Any], bool] = lambda _: True

    def path(self, key: str) -> ObjectPath:
        """Where the object of a store key lives; some have their kind in the middle of the key."""
        namespace, *_, name = key.split("/")
        return ObjectPath(
            group=self.group, version=self.version, plural=self.plural, namespace=namespace, name=name
        )


async def follow_vanished(
    engine: Engine, cluster: Cluster, namespaces: Sequence[str], listed_anew: asyncio.Event | None = None
) -> None:
    """Forgets what has gone, again and again by the wall's clock, until cancelled.

    `listed_anew` is set where a watch could not go on where it was: then it is looked soon.
    """
    listed_anew = listed_anew or asyncio.Event()
    wait = SOON_SECONDS
    while True:
        await asyncio.sleep(min(wait, APART_SECONDS))
        if wait > APART_SECONDS:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(listed_anew.wait(), wait - APART_SECONDS)
        listed_anew.clear()
        complete = await forget_vanished(engine, cluster, namespaces)
        wait = SELDOM_SECONDS if complete else SOON_SECONDS


async def forget_vanished(engine: Engine, cluster: Cluster, namespaces: Sequence[str]) -> bool:
    """Looks once: whether everything could be looked at; `namespaces` empty = all."""
    complete = True
    for kind in _kinds(engine):
        before = {key: seen for key, seen in kind.known.items() if kind.concerns(seen)}
        there = await _listed(kind, cluster, namespaces)
        if there is None:
            complete = False
            continue
        for key, seen in before.items():
            path = kind.path(key)
            if f"{path.namespace}/{path.name}" not in there:
                complete &= await _forget_if_gone(kind, cluster, key, seen)
    return complete


async def _listed(kind: _Kind, cluster: Cluster, namespaces: Sequence[str]) -> set[str] | None:
    """`namespace/name` of all there is of a kind, or None where that could not be had."""
    there: set[str] = set()
    for namespace in namespaces or (None,):
        items = await cluster.list_all(kind.group, kind.version, kind.plural, namespace)
        if isinstance(items, Failure):
            return None
        there |= {f"{item['metadata']['namespace']}/{item['metadata']['name']}" for item in items}
    return there


async def _forget_if_gone(kind: _Kind, cluster: Cluster, key: str, seen: object) -> bool:
    answer = await cluster.get(kind.path(key))
    if not isinstance(answer, Failure):
        return True
    if answer.kind is not FailureKind.NOT_FOUND:
        return False
    if kind.known.get(key) is seen:  # else a watch has told of it meanwhile
        log.info("deletion found without a watch", object=f"{kind.plural}/{key}")
        kind.forget(key)
    return True


def _kinds(engine: Engine) -> list[_Kind]:
    store = engine.store

    def forget_autoscaler(key: str) -> None:
        concerned = store.drop_autoscaler(key)
        engine.forget(key)
        engine.wake(concerned)

    return [
        _Kind(
            group=GROUP,
            version=VERSION,
            plural="schoolcalendars",
            known=store.calendars,
            forget=lambda key: engine.wake(store.drop_calendar(key)),
        ),
        _Kind(
            group=GROUP,
            version=VERSION,
            plural="schoolautoscalers",
            known=store.autoscalers,
            forget=forget_autoscaler,
        ),
        *(_floor_kind(engine, of) for of in FOREIGN_AUTOSCALERS if store.floors.follows(of)),
        *(
            _Kind(
                group="apps",
                version="v1",
                plural=plural,
                known=store.workloads,
                forget=lambda key: engine.wake(store.drop_workload(key)),
                concerns=_is_workload(kind),
            )
            for kind, plural in WORKLOAD_PLURALS.items()
        ),
    ]


def _floor_kind(engine: Engine, of: ForeignAutoscaler) -> _Kind:
    return _Kind(
        group=of.group,
        version=of.version,
        plural=of.plural,
        known=engine.store.floors,
        forget=lambda key: engine.wake(engine.store.drop_floor(key)),
        concerns=lambda seen: seen.of is of,
    )


def _is_workload(kind: str) -> Callable[[Any], bool]:
    return lambda seen: seen.ref.kind == kind and is_watched(seen.ref)
