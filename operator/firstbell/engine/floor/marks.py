"""Our annotations on an autoscaler: what was written there, over what, and for whom.

The status of our own object remembers the same, in case somebody drops the annotations.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from firstbell.core.scaling import FloorMark, FloorMemory
from firstbell.engine.objects.field_managers import annotated_by
from firstbell.kinds.group import GROUP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstbell.engine.ports import Json

ANNOTATION_FLOOR = f"{GROUP}/floor"
ANNOTATION_BASELINE = f"{GROUP}/baseline"
ANNOTATION_OWNER = f"{GROUP}/autoscaler"
ANNOTATION_INSTANCE = f"{GROUP}/instance"
ANNOTATION_MANAGERS = f"{GROUP}/managers"

ANNOTATIONS = (
    ANNOTATION_FLOOR,
    ANNOTATION_BASELINE,
    ANNOTATION_OWNER,
    ANNOTATION_INSTANCE,
    ANNOTATION_MANAGERS,
)

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
COPIES_LIVE_VALUES = "argocd"
MOST_REPLICAS = 2**31 - 1
OWNER_CHARACTERS = 63 + 1 + 253
"""As many as `namespace/name` can have."""


def read_mark(annotations: Mapping[str, str], minimum: int) -> FloorMark | None:
    """Return our annotations, if all of them are there and make sense; a damaged mark is none.

    Under a floor that stands, a baseline above it is damage: nobody raises a minimum to less.
    """
    try:
        mark = FloorMark(
            floor=int(annotations[ANNOTATION_FLOOR]),
            baseline=int(annotations[ANNOTATION_BASELINE]),
            owner=annotations[ANNOTATION_OWNER],
            instance=annotations[ANNOTATION_INSTANCE],
        )
    except (KeyError, ValueError):
        return None
    raised = mark.floor != minimum or 0 <= mark.baseline <= mark.floor
    counts = max(abs(mark.floor), abs(mark.baseline)) <= MOST_REPLICAS
    return mark if raised and counts and len(mark.owner) <= OWNER_CHARACTERS else None


def declared_minimum(
    annotations: Mapping[str, str], managers: Sequence[Json], minimum_field: str
) -> int | None:
    """Return the minimum in the manifest that was last applied from a client, if somebody chose it there.

    A copy of the live object chose nothing: a manifest that bears our own mark, or one of Argo CD, which
    puts the live value of each ignored field into what it applies (RespectIgnoreDifferences).
    """
    try:
        manifest = json.loads(annotations[LAST_APPLIED])
        declared = manifest["spec"][minimum_field]
        copied = ANNOTATION_FLOOR in (manifest.get("metadata", {}).get("annotations") or {})
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):  # anybody may write it
        return None
    copied = copied or annotated_by(managers, LAST_APPLIED).startswith(COPIES_LIVE_VALUES)
    return declared if isinstance(declared, int) and not copied else None


def floor_from_status(status: Json) -> FloorMemory | None:
    """Return what our own status remembers of the autoscaler that was floored."""
    actuator = status.get("actuator") or {}
    if not actuator.get("uid") or actuator.get("baselineMinReplicas") is None:
        return None
    return FloorMemory(
        uid=actuator["uid"], floor=actuator.get("floor"), baseline=actuator["baselineMinReplicas"]
    )
