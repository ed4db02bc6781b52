"""Act on the workload itself: its `/scale` subresource, and nothing else of it.

Beside an autoscaler this follows a raised floor at once, because up to Kubernetes 1.36 the floor alone waits
for the autoscaler's next pass; without one it is the whole act. The patch tests the count that was read, so
that a person's 0 in between is not overwritten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.engine.ports import ObjectPath, write_outcome
from firstbell.engine.requests.command import Command
from firstbell.engine.seen.workloads import watched_workload

if TYPE_CHECKING:
    from firstbell.engine.objects.target_ref import TargetRef
    from firstbell.engine.ports import Cluster, Failure, Json, Telemetry
    from firstbell.engine.seen.store import SeenWorkload


def scale_path(ref: TargetRef, plural: str = "") -> ObjectPath:
    """Tell where a workload's scale lives; `plural` is needed for kinds that are not watched."""
    watched = watched_workload(ref)
    return ObjectPath(
        group=ref.group,
        version=ref.api_version.rpartition("/")[2],
        plural=plural or (watched.plural if watched is not None else ""),
        namespace=ref.namespace,
        name=ref.name,
        subresource="scale",
    )


def scale_command(workload: SeenWorkload, replicas: int) -> Command:
    """Plan the write that sets the workload's replicas, if they still are those that were read."""
    return Command(
        path=scale_path(workload.ref, workload.plural),
        operations=(
            {"op": "test", "path": "/metadata/uid", "value": workload.uid},
            # A Scale leaves 0 out, and null stands for an absent value.
            {"op": "test", "path": "/spec/replicas", "value": workload.replicas or None},
            {"op": "add", "path": "/spec/replicas", "value": replicas},
        ),
        why=f"scale {workload.ref.kind} {workload.ref.name} from {workload.replicas} to {replicas}",
    )


async def write_scale(cluster: Cluster, telemetry: Telemetry, command: Command) -> Json | Failure:
    """Send it, and return the Scale as it is then."""
    answer = await cluster.json_patch(command.path, command.operations)
    telemetry.wrote("scale", write_outcome(answer))
    return answer
