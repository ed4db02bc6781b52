"""What Kopf's watches of our own kinds tell, handed to the engine's store."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import kopf

from firstbell.engine.seen.watched_kinds import OWN_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstbell.engine.engine import Engine
    from firstbell.engine.seen.watched_kinds import OwnKind


def register(registry: kopf.OperatorRegistry, engine: Engine) -> None:
    """Add the handlers of our own kinds to a registry; those of others are followed by the engine."""
    for kind in filter(lambda kind: kind.is_followed(engine.store), OWN_KINDS):
        _on(registry, *kind.api, partial(_told, engine, kind))


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


def _told(engine: Engine, kind: OwnKind, event: Any) -> None:
    engine.own.told(kind, {"type": event["type"], "object": dict(event["object"])})
