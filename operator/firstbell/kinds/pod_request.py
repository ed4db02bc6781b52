"""What one pod of a workload asks for, as its template says: the sum that the scheduler goes by."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from firstbell.core import Unavailable
from firstbell.core.capacity import PodRequest
from firstbell.core.reasons import AbsenceReason
from firstbell.kinds.quantities import NANOS, nanos

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

NO_TEMPLATE = "it has no template of pods"
_UNITS = {"cpu": NANOS // 1000, "memory": NANOS}
"""How many billionths are one of what is counted in: thousandths of a core, bytes."""


def unknown_request(reason: StrEnum, message: str) -> PodRequest:
    """Return the request of a pod of which nothing is known, and why."""
    why = Unavailable(reason=reason, message=message)
    return PodRequest(cpu=why, memory=why)


def pod_request(workload: Mapping[str, Any]) -> PodRequest:
    """Return what one pod of a workload asks for, by the `spec.template` of an object of the API."""
    spec = _part(_part(_part(workload, "spec"), "template"), "spec")
    if not isinstance(spec.get("containers"), list):
        return unknown_request(AbsenceReason.NOT_REQUESTED, NO_TEMPLATE)
    return PodRequest(cpu=_asked(spec, "cpu"), memory=_asked(spec, "memory"))


def amount(value: object, resource: str) -> int | None:
    """Return a quantity in what a resource is counted in, rounded up; None where it is none.

    That is thousandths of a core for `cpu`, bytes for `memory`, else whole ones.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    found = nanos(str(value))
    return None if found is None else ceil(found / _UNITS.get(resource, NANOS))


def _asked(spec: Mapping[str, Any], resource: str) -> int | Unavailable:
    """Return the pod's own request, else the larger of what runs together and what runs before it."""
    overhead = amount(_part(spec, "overhead").get(resource), resource) or 0
    whole = _of(spec, resource)
    if whole is not None:
        return whole + overhead
    running, largest = 0, 0
    for one in _list(spec, "initContainers"):
        asked = _of(one, resource)
        if one.get("restartPolicy") == "Always":
            if asked is None:
                return _silent(one, resource)
            running += asked
        largest = max(largest, running + (asked or 0))
    for one in _list(spec, "containers"):
        asked = _of(one, resource)
        if asked is None:
            return _silent(one, resource)
        running += asked
    return max(running, largest) + overhead


def _of(one: Mapping[str, Any], resource: str) -> int | None:
    """Return what a container or a pod asks for; where it says a limit alone, that is the request."""
    resources = _part(one, "resources")
    asked = amount(_part(resources, "requests").get(resource), resource)
    return asked if asked is not None else amount(_part(resources, "limits").get(resource), resource)


def _silent(one: Mapping[str, Any], resource: str) -> Unavailable:
    return Unavailable(
        reason=AbsenceReason.NOT_REQUESTED,
        message=f"container {one.get('name', '')} asks for no {resource}",
    )


def _part(value: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    found = value.get(field)
    return found if isinstance(found, dict) else {}


def _list(value: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
    found = value.get(field)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
