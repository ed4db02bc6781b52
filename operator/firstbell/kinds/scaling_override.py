"""ScalingOverride: one order with an end, of whoever is on duty, for one or several workloads."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import ConfigDict

from firstbell.kinds.cel import Rule, validated_by
from firstbell.kinds.label_selector import LabelSelectorSpec
from firstbell.kinds.model import SpecModel, named_list
from firstbell.kinds.scalars import LARGEST_INT32, Flag, ObjectName, Replicas, Time, number, text

LONGEST_DAYS = 31
LONGEST = timedelta(days=LONGEST_DAYS)
WEEK_SECONDS = 7 * 24 * 3600
MOST_REFS = 64
REASON_PATTERN = r"\S"

OVERRIDE_RULES = (
    Rule(
        rule="(has(self.autoscalerRefs) && size(self.autoscalerRefs) > 0) != has(self.selector)",
        message="spec.autoscalerRefs or spec.selector says what is meant: give exactly one of the two",
    ),
    Rule(
        rule="[has(self.floorReplicas), has(self.floorPercent), has(self.hold) && self.hold]"
        ".exists_one(given, given)",
        message="spec.floorReplicas, spec.floorPercent and spec.hold: true: give exactly one of the three",
    ),
    Rule(
        rule="!has(self.startTime) || self.endTime > self.startTime",
        message="spec.endTime must be after startTime",
    ),
    Rule(
        rule=f"!has(self.startTime) || self.endTime - self.startTime <= duration('{LONGEST_DAYS * 24}h')",
        message=f"spec.endTime must be at most {LONGEST_DAYS} days after startTime: what is to stay belongs"
        " into the SchoolAutoscaler",
    ),
)


class AutoscalerRefSpec(SpecModel):
    """A SchoolAutoscaler that is meant."""

    name: ObjectName
    """The name of a SchoolAutoscaler in the same namespace."""


class ScalingOverrideSpec(SpecModel):
    """An order with an end: it changes no policy, and ends by itself."""

    model_config = ConfigDict(json_schema_extra=validated_by(*OVERRIDE_RULES))

    autoscaler_refs: Annotated[tuple[AutoscalerRefSpec, ...], named_list(MOST_REFS)] = ()
    """The SchoolAutoscalers that are meant, by name. Either these or selector."""
    selector: LabelSelectorSpec | None = None
    """The SchoolAutoscalers that are meant, by their labels, also those that come later. Either this or
    autoscalerRefs."""
    floor_replicas: Replicas | None = None
    """At least so many replicas, within the bounds of the workload. Exactly one of this, floorPercent and
    hold."""
    floor_percent: Annotated[int, number(100, 10_000)] | None = None
    """At least so many percent of the plan as it is at each moment: 150 = half as much again. It only
    raises."""
    hold: Flag | None = None
    """True: nothing is written for the workloads, whatever is planned. What stands stays."""
    start_time: Time | None = None
    """From when on, a point in time with its offset, for example 2027-01-26T08:00:00-05:00. Default: when the
    object is created."""
    end_time: Time
    """Until when, a point in time with its offset: from then on it does not count any more. At most 31 days
    after startTime."""
    reason: Annotated[
        str, *text(REASON_PATTERN, "a reason", "Say in a few words why this is ordered", longest=1024)
    ]
    """Why, for the people who find the order in a status: who asked for it, and for what."""
    ttl_seconds_after_finished: Annotated[int, number(0, LARGEST_INT32)] = WEEK_SECONDS
    """How many seconds after endTime the object is deleted. Default: a week."""
