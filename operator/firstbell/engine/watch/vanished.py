"""What is gone without any watch having told of it.

A watch that is set up anew tells what there is, never what went away meanwhile: between our first look and
the first watch, or while a watch was broken. A SchoolAutoscaler deleted then would hold its floor for ever.
So everything is listed again, soon after the start and then seldom. What a list does not show is asked for
by its name before it is forgotten, since it may just have been created.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import structlog

from firstbell.engine.ports import Failure, FailureKind
from firstbell.engine.seen.watched_kinds import WATCHED_KINDS, OwnKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstbell.engine.engine import Engine
    from firstbell.engine.ports import Cluster
    from firstbell.engine.seen.watched_kinds import WatchedKind

SOON_SECONDS, SELDOM_SECONDS = 10.0, 1800.0
APART_SECONDS = 60.0
"""The least between two looks that watches ask for, however often they begin anew."""

log = structlog.get_logger("firstbell.engine")


async def follow_vanished(
    engine: Engine, cluster: Cluster, namespaces: Sequence[str], listed_anew: asyncio.Event | None = None
) -> None:
    """Forget what has gone, again and again by the wall's clock, until cancelled.

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


async def forget_vanished(
    engine: Engine,
    cluster: Cluster,
    namespaces: Sequence[str],
    kinds: Sequence[WatchedKind] = WATCHED_KINDS,
) -> bool:
    """Look once: whether everything could be looked at; `namespaces` empty = all."""
    complete = True
    for kind in kinds:
        if not kind.is_followed(engine.store):
            continue
        before = {key: seen for key, seen in kind.known(engine.store).items() if kind.concerns(seen)}
        there = await _listed(kind, cluster, namespaces)
        if there is None:
            complete = False
            continue
        for key, seen in before.items():
            path = kind.path(key)
            if (path.namespace, path.name) not in there:
                complete &= await _forget_if_gone(engine, kind, cluster, key, seen)
    return complete


async def _listed(
    kind: WatchedKind, cluster: Cluster, namespaces: Sequence[str]
) -> set[tuple[str, str]] | None:
    """Return namespace and name of all there is of a kind, or None where that could not be had."""
    there: set[tuple[str, str]] = set()
    for namespace in kind.places(namespaces):
        answer = await cluster.list_each(
            kind.api,
            namespace,
            lambda item: there.add((item["metadata"].get("namespace", ""), item["metadata"]["name"])),
        )
        if isinstance(answer, Failure):
            return None
    return there


async def _forget_if_gone(
    engine: Engine, kind: WatchedKind, cluster: Cluster, key: str, seen: object
) -> bool:
    answer = await cluster.get(kind.path(key))
    if not isinstance(answer, Failure):
        return True
    if answer.kind is not FailureKind.NOT_FOUND:
        return False
    if kind.known(engine.store).get(key) is seen:  # else a watch has told of it meanwhile
        log.info("deletion found without a watch", object=f"{kind.plural}/{key}")
        _forget(engine, kind, key)
    return True


def _forget(engine: Engine, kind: WatchedKind, key: str) -> None:
    """Forget an object as if its deletion had been told."""
    if isinstance(kind, OwnKind):
        engine.own.gone(kind, key)
    else:
        engine.wake(kind.drop(engine.store, key))
