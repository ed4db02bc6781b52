"""The conditions of a SchoolAutoscaler that have turned, as events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.reasons import ConditionType, Truth
from firstbell.engine.objects.status_values import read_conditions
from firstbell.engine.ports import Happening

if TYPE_CHECKING:
    from firstbell.engine.ports import Json

TOLD_CONDITIONS = frozenset(
    {
        ConditionType.READY,
        ConditionType.CALENDAR_RESOLVED,
        ConditionType.METRICS_AVAILABLE,
        ConditionType.ABLE_TO_SCALE,
        ConditionType.SCALING_LIMITED,
        ConditionType.READY_FOR_BELL,
        ConditionType.RETURNED_TO_BASELINE,
        ConditionType.FLOOR_CONTESTED,
        ConditionType.CLOCK_IN_SYNC,
        ConditionType.PLAN_SHRUNK,
    }
)
"""A hand is told by an event of its own, in its own words."""


def turned_conditions(old: Json, new: Json) -> list[Happening]:
    """Return what has turned between two statuses, in their order; what becomes unknown is no news."""
    before = {condition.type: condition for condition in read_conditions(old)}
    now = read_conditions(new)
    causes = {condition.reason for condition in now if condition.type != ConditionType.READY}
    told = []
    for condition in now:
        if condition.type not in TOLD_CONDITIONS or condition.status is Truth.UNKNOWN:
            continue
        if condition.type == ConditionType.READY and condition.reason in causes:
            continue  # told by the condition that is the cause
        if condition.type == ConditionType.PLAN_SHRUNK and condition.status is Truth.TRUE:
            continue  # each loss is told by an event of its own, also where one stood before
        known, bad = before.get(condition.type), condition.is_trouble
        turned = known is not None and (known.status, known.reason) != (condition.status, condition.reason)
        was_unknown = known is None or known.status is Truth.UNKNOWN
        if (turned and not was_unknown) or (bad and (turned or known is None)):
            message = f"{condition.type} is {condition.status}: {condition.message}".rstrip(": ")
            told.append(Happening(reason=condition.reason, message=message, warning=bad))
    return told
