"""Conditions as Kubernetes keeps them: what holds, why, and since when.

`lastTransitionTime` moves only when a condition's status changes; times are whole seconds, or two equal
conditions would differ for ever. All conditions of a kind exist from the first report, `Unknown` until
something is known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from firstbell.core.reason_words import ConditionType

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_TROUBLE_WHEN_TRUE = frozenset(
    {
        ConditionType.SCALING_LIMITED,
        ConditionType.FLOOR_CONTESTED,
        ConditionType.PLAN_SHRUNK,
        ConditionType.CHANGED_BY_HAND,
        ConditionType.EXPIRING,
    }
)
"""All others tell a trouble where they are False."""


class Truth(StrEnum):
    """The three values of a condition."""

    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One condition; `since` is None until it is first reported."""

    type: str
    status: Truth
    reason: str
    message: str = ""
    observed_generation: int | None = None
    since: datetime | None = None

    @property
    def is_trouble(self) -> bool:
        """Whether it tells that something is not as it should be; what is unknown is no trouble."""
        return self.status is (Truth.TRUE if self.type in _TROUBLE_WHEN_TRUE else Truth.FALSE)


def merge_conditions(
    old: Iterable[Condition], new: Iterable[Condition], now: datetime
) -> tuple[Condition, ...]:
    """Return the new conditions, each with the time since when its status holds."""
    known = {condition.type: condition for condition in old}
    second = now.replace(microsecond=0)
    merged = []
    for condition in new:
        before = known.get(condition.type)
        unchanged = before is not None and before.status is condition.status and before.since is not None
        merged.append(replace(condition, since=before.since if unchanged and before else second))
    return tuple(merged)
