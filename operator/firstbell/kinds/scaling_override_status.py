"""What the operator reports on a ScalingOverride."""

from __future__ import annotations

from typing import Annotated

from firstbell.kinds.conditions import Conditions, Sentence, TypeName
from firstbell.kinds.model import StatusModel, named_list
from firstbell.kinds.scalars import Generation, ReplicaCount, Time

MOST_TOLD = 20
"""SchoolAutoscalers that are told one by one."""


class ConcernedAutoscalerStatus(StatusModel):
    """A SchoolAutoscaler that the order is for, and what comes of it there."""

    name: TypeName
    """Its name, in the same namespace."""
    replicas: ReplicaCount | None = None
    """How many replicas the order asks for there now; absent while it asks for none."""
    message: Sentence | None = None
    """What comes of it now, for people."""


class ScalingOverrideStatus(StatusModel):
    """What the operator makes of the order."""

    observed_generation: Generation | None = None
    """The generation of the spec that this status is about."""
    conditions: Conditions = ()
    """Active: True while it counts; else False because it is Pending, Ended or Invalid. Effective: whether
    something can come of it for every workload that it is for."""
    autoscalers: Annotated[tuple[ConcernedAutoscalerStatus, ...], named_list(MOST_TOLD)] = ()
    """The first 20 SchoolAutoscalers that it is for, by name."""
    autoscalers_total: ReplicaCount | None = None
    """How many SchoolAutoscalers it is for in all."""
    start_time: Time | None = None
    """From when on it counts, in UTC."""
    end_time: Time | None = None
    """When it ends, in UTC."""
    reason: Sentence | None = None
    """Why it was ordered, in the words of spec.reason, with letters that nobody sees spelled out."""
