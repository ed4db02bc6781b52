"""Pasts for limits: a history made the way that decisions make it, from rows of a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from firstbell.core.behavior import Behavior
from firstbell.core.history import SETTLED, History
from firstbell.kinds.autoscaler_conversion import to_scaling_rules
from firstbell.kinds.behavior import DEFAULT_SCALE_DOWN, DEFAULT_SCALE_UP, ScalingRulesSpec

NOW = datetime(2020, 4, 20, 6, 20, tzinfo=UTC)


def ago(seconds: int) -> datetime:
    return NOW - timedelta(seconds=seconds)


def a_behavior(up=None, down=None) -> Behavior:
    """`up` and `down` as somebody writes them in a SchoolAutoscaler."""
    given = [ScalingRulesSpec.model_validate(rules or {}) for rules in (up, down)]
    defaults = (DEFAULT_SCALE_UP, DEFAULT_SCALE_DOWN)
    above, below = (
        to_scaling_rules(rules.completed(default)) for rules, default in zip(given, defaults, strict=True)
    )
    return Behavior(up=above, down=below)


def a_history(behavior, *, recommended=(), rescaled=(), live=None, scheduled=None) -> History:
    """The history after recommendations [seconds ago, replicas] and changes [seconds ago, replicas]."""
    highest, lowest = SETTLED.highest, SETTLED.lowest
    for seconds, replicas in recommended:
        so_far = History(highest=highest, lowest=lowest)
        highest, lowest = so_far.with_recommendation(replicas, ago(seconds), behavior)
    rescales = ()
    for seconds, change in rescaled:
        rescales = History(rescales=rescales).with_rescale(change, ago(seconds))
    return History(highest=highest, lowest=lowest, rescales=rescales, live=live, scheduled=scheduled)
