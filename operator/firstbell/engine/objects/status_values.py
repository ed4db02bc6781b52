"""How values are written into a status, and read back from one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firstbell.core.instants import api_time, told_instant
from firstbell.core.reasons import Condition, ConditionReason, ConditionType, Truth, merge_conditions, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from firstbell.engine.ports import Json

WORD_CHARACTERS, MESSAGE_CHARACTERS = 1000, 4000
"""A letter that is spelled out takes up to ten, and the definition of a status allows 1024 and 32768."""
_TRUTHS = list(Truth)
"""A list, because anything may stand in a status, and not all of it has a hash."""


def merge_patch(old: Json, new: Json) -> Json:
    """Return the merge patch from one status to the other; a key whose new value is None is removed.

    A server merges maps into each other, so what a nested map has lost is named too.
    """
    patch: Json = {}
    for key, value in new.items():
        before = old.get(key)
        if before == value:
            continue
        if isinstance(before, dict) and isinstance(value, dict):
            patch[key] = {**dict.fromkeys(before.keys() - value.keys()), **value}
        else:
            patch[key] = value
    return patch


def visible_status(status: Json) -> Json:
    """Return a status with every text in it visible, and no longer than the definition allows."""
    return {key: _visible(key, value) for key, value in status.items()}


def _visible(key: str, value: Any) -> Any:
    if isinstance(value, str):
        return visible(value, MESSAGE_CHARACTERS if key == "message" else WORD_CHARACTERS)
    if isinstance(value, dict):
        return visible_status(value)
    return [_visible(key, each) for each in value] if isinstance(value, (list, tuple)) else value


def without_absent(status: Json) -> Json:
    """Return a status as it stands in the API: without the keys whose value is None."""
    return {key: value for key, value in status.items() if value is not None}


def written_conditions(
    new: Iterable[Condition], old_status: Json, generation: int, now: datetime
) -> list[Json]:
    """Return the new conditions with the time since when each holds, taken from the old status."""
    return [
        {
            "type": condition.type,
            "status": condition.status.value,
            "reason": condition.reason,
            "message": condition.message,
            "observedGeneration": generation,
            "lastTransitionTime": api_time(condition.since or now),
        }
        for condition in merge_conditions(read_conditions(old_status), new, now)
    ]


def read_conditions(status: Json) -> list[Condition]:
    """Return the conditions of a status as values; what cannot be read is left out."""
    return [_condition(item) for item in _readable(status)]


def read_condition(status: Json, kind: ConditionType) -> Condition | None:
    """Return the condition of a type as it was last reported; None where it was not."""
    return next((_condition(item) for item in _readable(status) if item["type"] == kind), None)


def _readable(status: Json) -> Iterator[Json]:
    told = status.get("conditions")
    for item in told if isinstance(told, list) else ():
        if isinstance(item, dict) and item.get("type") and item.get("status") in _TRUTHS:
            yield item


def _condition(item: Json) -> Condition:
    return Condition(
        type=item["type"],
        status=Truth(item["status"]),
        reason=item.get("reason") or "",
        message=item.get("message") or "",
        observed_generation=item.get("observedGeneration"),
        since=told_instant(item.get("lastTransitionTime")),
    )


def reported_stop(status: Json) -> str:
    """Return the order to write nothing, in the words of the last report; empty where there is none."""
    ready = read_condition(status, ConditionType.READY)
    if ready is None or ready.reason != ConditionReason.STOPPED:
        return ""
    return ready.message or ready.reason
