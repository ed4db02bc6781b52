"""What Kopf's watches of our own kinds tell, handed to the engine's store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import kopf

from firstbell.api.objects import GROUP, VERSION
from firstbell.engine.seen.own_kinds import seen_autoscaler, seen_calendar

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstbell.engine.engine import Engine
    from firstbell.engine.seen.store import SeenAutoscaler, SeenCalendar


def register(registry: kopf.OperatorRegistry, engine: Engine) -> None:
    """Adds the handlers of our own kinds to a registry; those of others are followed by the engine."""
    _on(registry, GROUP, VERSION, "schoolcalendars", lambda event: _calendar(engine, event))
    _on(registry, GROUP, VERSION, "schoolautoscalers", lambda event: _autoscaler(engine, event))


def _on(
    registry: kopf.OperatorRegistry,
    group: str,
    version: str,
    plural: str,
    handle: Callable[[Any], None],
) -> None:
    async def handler(event: Any, **_: Any) -> None:
        handle(event)

    kopf.on.event(group, version, plural, registry=registry, id=f"watch-{plural}")(handler)


def _calendar(engine: Engine, event: Any) -> None:
    body = dict(event["object"])
    key = _key(body)
    before = engine.store.calendars.get(key)
    if event["type"] == "DELETED":
        if not _was_made_anew(body, before):
            engine.wake(engine.store.drop_calendar(key))
        return
    seen = seen_calendar(body, before)
    concerned = engine.store.put_calendar(seen)
    if before is None or before.days is not seen.days:
        engine.wake(concerned)
        engine.wake_calendar(key)


def _autoscaler(engine: Engine, event: Any) -> None:
    body = dict(event["object"])
    key = _key(body)
    before = engine.store.autoscalers.get(key)
    if event["type"] == "DELETED":
        if _was_made_anew(body, before):
            return
        concerned = engine.store.drop_autoscaler(key)
        engine.forget(key)
        engine.wake(concerned)
        return
    seen = seen_autoscaler(body, before)
    concerned = engine.store.put_autoscaler(seen)
    if before is None or before.rules is not seen.rules:
        engine.wake(concerned)


def _was_made_anew(deleted: dict[str, Any], known: SeenCalendar | SeenAutoscaler | None) -> bool:
    """Whether another object of the same name is known already: the watch tells late of the one before it."""
    return known is not None and known.uid != deleted["metadata"]["uid"]


def _key(body: dict[str, Any]) -> str:
    return f"{body['metadata']['namespace']}/{body['metadata']['name']}"
