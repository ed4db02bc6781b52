"""What the watches tell, handed to the engine's store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import kopf

from firstbell.api.objects import GROUP, VERSION
from firstbell.engine.floor_kinds import FLOOR_KINDS, FloorKind
from firstbell.engine.kinds import seen_autoscaler, seen_calendar
from firstbell.engine.objects import seen_floor, seen_workload

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstbell.engine.engine import Engine

WORKLOADS = (("apps", "v1", "deployments", "Deployment"), ("apps", "v1", "statefulsets", "StatefulSet"))


def register(registry: kopf.OperatorRegistry, engine: Engine) -> None:
    """Adds the handlers of every watched kind to a registry.

    A kind that the cluster does not have is left out: Kopf would warn of it.
    """
    _on(registry, GROUP, VERSION, "schoolcalendars", lambda event: _calendar(engine, event))
    _on(registry, GROUP, VERSION, "schoolautoscalers", lambda event: _autoscaler(engine, event))
    for of in FLOOR_KINDS:
        if engine.store.follows(of):
            _on(registry, of.group, of.version, of.plural, _floor_handler(engine, of))
    for group, version, plural, kind in WORKLOADS:
        _on(registry, group, version, plural, _workload_handler(engine, f"{group}/{version}", kind))


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


def _floor_handler(engine: Engine, of: FloorKind) -> Callable[[Any], None]:
    def handle(event: Any) -> None:
        seen = seen_floor(dict(event["object"]), of)
        if event["type"] == "DELETED":
            engine.wake(engine.store.drop_floor(seen.key))
            return
        if engine.store.floors.get(seen.key) != seen:
            engine.wake(engine.store.put_floor(seen))

    return handle


def _workload_handler(engine: Engine, api_version: str, kind: str) -> Callable[[Any], None]:
    def handle(event: Any) -> None:
        seen = seen_workload(dict(event["object"]), api_version, kind)
        if event["type"] == "DELETED":
            engine.wake(engine.store.drop_workload(seen.ref.key))
            return
        if engine.store.workloads.get(seen.ref.key) != seen:
            engine.wake(engine.store.put_workload(seen))

    return handle


def _key(body: dict[str, Any]) -> str:
    return f"{body['metadata']['namespace']}/{body['metadata']['name']}"
