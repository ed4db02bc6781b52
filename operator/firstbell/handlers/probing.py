"""Liveness: fails when the engine's loop stalls, and only then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import kopf

if TYPE_CHECKING:
    from firstbell.engine.engine import Engine

STALLED_SECONDS = 60.0


def register(registry: kopf.OperatorRegistry, engine: Engine) -> None:
    """Adds the liveness probe to a registry."""

    async def loop_turns(**_: Any) -> float:
        seconds = engine.seconds_since_beat()
        if seconds > STALLED_SECONDS:
            # Anything but a permanent error is tried again inside the request, which then times out.
            msg = f"the engine's loop has not turned for {seconds:.0f} s"
            raise kopf.PermanentError(msg)
        return round(seconds, 1)

    kopf.on.probe(registry=registry, id="seconds-since-beat")(loop_turns)
