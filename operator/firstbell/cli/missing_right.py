"""What a person may not, with the right that is missing and the chart's role that has it."""

from __future__ import annotations

import re

from firstbell.engine.ports import Failure, FailureKind
from firstbell.kinds.group import (
    AUTOSCALER_PLURAL,
    CALENDAR_PLURAL,
    EXCEPTION_PLURAL,
    GROUP,
    OVERRIDE_PLURAL,
)

_READING = {"get", "list", "watch"}
_WRITERS = {
    CALENDAR_PLURAL: "firstbell-calendars-edit",
    EXCEPTION_PLURAL: "firstbell-calendars-edit",
    AUTOSCALER_PLURAL: "firstbell-policies-edit",
    OVERRIDE_PLURAL: "firstbell-overrides-edit",
}
_NO_RIGHT = re.compile(r"denied( the)? request|exceeded quota|failed quota|being terminated")
"""What else is forbidden: by an admission policy, by a quota, in a namespace that goes."""
INSTALL = "Install the kinds: firstbell crds | kubectl apply --server-side -f -"


def with_right(failure: Failure, verb: str, plural: str, namespace: str | None) -> Failure:
    """Return a failure over one of our kinds with the right that is missing, or how to get the kind.

    `namespace` None is all. What an admission policy or a quota forbids says by itself why, and is no matter
    of rights.
    """
    of_kind = verb in {"list", "create"} and "namespaces" not in failure.message
    if failure.kind is FailureKind.NOT_FOUND and of_kind:
        # Nothing is missing but the kind itself: there is no object's name in such a request.
        return Failure(kind=failure.kind, message=f"the cluster has no {plural}.{GROUP}. {INSTALL}")
    if failure.kind is not FailureKind.FORBIDDEN or _NO_RIGHT.search(failure.message):
        return failure
    where = f"namespace {namespace}" if namespace else "all namespaces"
    role = "firstbell-view" if verb in _READING else _WRITERS[plural]
    message = (
        f"{failure.message.rstrip('.')}. The right is {verb} on {plural}.{GROUP} in {where}. "
        f"The chart's ClusterRole {role} has it"
    )
    return Failure(kind=failure.kind, message=message)
