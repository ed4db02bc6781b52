"""What Kopf's watches of our own kinds tell, handed to the engine's store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import kopf

from firstbell.api.objects import GROUP, VERSION
from firstbell.engine.seen.own_kinds import seen_autoscaler, seen_calendar

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstbell.engine.engine import Engine


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
    if event["type"] == "DELETED":
        engine.wake(engine.store.drop_calendar(key))
        return
    before = engine.store.calendars.get(key)
    seen = seen_calendar(body, before)
    concerned = engine.store.put_calendar(seen)
    if before is None or before.days is not seen.days:
        engine.wake(concerned)
        engine.wake_calendar(key)


def _autoscaler(engine: Engine, event: Any) -> None:
    body = dict(event["object"])
    key = _key(body)
    if event["type"] == "DELETED":
        concerned = engine.store.drop_autoscaler(key)
        engine.forget(key)
        engine.wake(concerned)
        return
    before = engine.store.autoscalers.get(key)
    seen = seen_autoscaler(body, before)
    concerned = engine.store.put_autoscaler(seen)
    if before is None or before.rules is not seen.rules:
        engine.wake(concerned)


def _key(body: dict[str, Any]) -> str:
    return f"{body['metadata']['namespace']}/{body['metadata']['name']}"
