"""What the operator would have measured of earlier rises, in a world that starts pods as this one does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firstbell.core import make_plan
from firstbell.core.capacity import all_taking

if TYPE_CHECKING:
    from firstbell.core import Workload
    from firstbell.core.instants import Minute
    from firstbell.lab.day.pods import Cluster

LONGEST_MINUTES = 15
"""Where it is asked what a lead would do of a policy that has none."""


def with_lead(
    workload: Workload, start: Minute, end: Minute, cluster: Cluster, lead_seconds: int | None
) -> Workload:
    """Return the workload with what its last rises took: so many seconds, or (None) as long as pods take.

    Of a policy that brings no rises forward only what is asked for by `lead_seconds`.
    """
    policy = workload.policy
    if lead_seconds is not None and not policy.longest_lead_minutes:
        policy = replace(policy, longest_lead_minutes=LONGEST_MINUTES)
    if not policy.longest_lead_minutes:
        return workload
    if lead_seconds is None:
        lead_seconds = _pods_take(workload, start, end, cluster)
    return replace(workload, policy=policy, rises=all_taking(lead_seconds))


def _pods_take(workload: Workload, start: Minute, end: Minute, cluster: Cluster) -> int:
    """Return what a pod of the largest rise takes: its node, too, where that is not there all day."""
    most = max(run.value for run in make_plan(workload, start, end).writes)
    room = cluster.standing_room(workload.bounds.minimum)
    return cluster.start_seconds + (cluster.node_seconds if most > room else 0)
