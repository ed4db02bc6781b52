"""What the operator reports on a ClusterScalingProfile."""

from __future__ import annotations

from firstbell.kinds.conditions import Conditions
from firstbell.kinds.model import StatusModel
from firstbell.kinds.scalars import Generation


class ClusterScalingProfileStatus(StatusModel):
    """What the operator makes of the profile."""

    observed_generation: Generation | None = None
    """The generation of the spec that this status is about."""
    conditions: Conditions = ()
    """Valid: the profile can be used. Whether it is enough for a workload is told on its SchoolAutoscaler."""
