"""The status of a ClusterScalingProfile: whether it can be used. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.core.reasons import AbsenceReason, Condition, ConditionReason, ConditionType, Truth
from firstbell.engine.objects.status_values import written_conditions

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.engine.ports import Json
    from firstbell.engine.seen.profiles import SeenProfile
    from firstbell.engine.seen.store import Store


def profile_status(_: Store, seen: SeenProfile, now: datetime) -> tuple[Json, datetime | None]:
    """Return the whole status, which changes with the profile alone."""
    if isinstance(seen.content, Unavailable):
        if seen.content.reason == AbsenceReason.NOT_READ_YET:
            return {}, None  # reported as soon as it is read
        return unread_profile_status(seen, seen.content, now), None
    valid = Condition(type=ConditionType.VALID, status=Truth.TRUE, reason=ConditionReason.RESOLVED)
    return _status(seen, valid, now), None


def unread_profile_status(seen: SeenProfile, why: Unavailable, now: datetime) -> Json:
    """Return the status of one that cannot be used."""
    invalid = Condition(type=ConditionType.VALID, status=Truth.FALSE, reason=why.reason, message=why.message)
    return _status(seen, invalid, now)


def _status(seen: SeenProfile, valid: Condition, now: datetime) -> Json:
    return {
        "observedGeneration": seen.generation,
        "conditions": written_conditions([valid], seen.status, seen.generation, now),
    }
