"""The Apply managers that owned a minimum together, as an annotation remembers them while a floor is held.

Anybody may write an annotation: what does not name managers of the autoscaler's own API is nobody.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstbell.engine.ports import Json

MOST_MANAGERS = 8
NAME_BYTES = 128
"""As many as the API server takes for the name of a field manager."""


def together(*groups: Iterable[Json]) -> tuple[Json, ...]:
    """Return all of them, each once: by name and version of the API, told as the last group tells it."""
    named = {(one["manager"], one.get("apiVersion")): one for group in groups for one in group}
    return tuple(named.values())[:MOST_MANAGERS]


def managers_to_annotation(managers: Iterable[Json]) -> str:
    """Return the annotation that remembers these managers."""
    return json.dumps([{key: one.get(key) for key in ("manager", "apiVersion")} for one in managers])


def managers_from_annotation(text: str, group: str) -> tuple[Json, ...]:
    """Return the managers that an annotation remembers, as entries of managedFields name them."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):  # anybody may write it
        return ()
    return tuple(
        {"manager": one["manager"], "operation": "Apply", "apiVersion": one["apiVersion"]}
        for one in (told if isinstance(told, list) else ())[:MOST_MANAGERS]
        if _names_a_manager(one, group)
    )


def _names_a_manager(one: object, group: str) -> TypeGuard[Json]:
    if not isinstance(one, dict):
        return False
    manager, version = one.get("manager"), one.get("apiVersion")
    # isprintable comes first: a lone surrogate has no bytes.
    named = isinstance(manager, str) and manager.isprintable() and 0 < len(manager.encode()) <= NAME_BYTES
    return named and isinstance(version, str) and version.startswith(f"{group}/")
