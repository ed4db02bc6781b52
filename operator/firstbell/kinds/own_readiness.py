"""How ready something is that has no pods to be asked: a CapacityBuffer, by its own status.

Nothing is assumed about pods. What counts is, in this order, `status.readyReplicas`, a condition that says
whether it is ready, and `status.replicas`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firstbell.core import Unavailable
from firstbell.core.reasons import AbsenceReason, Shortfall, ShortfallReason, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

READY_CONDITIONS = ("Ready", "Available", "Provisioning")
"""The first of these that is there says whether it is ready. The last is what a CapacityBuffer has."""
LIMITED_CONDITION = "LimitedByQuotas"
"""True on a CapacityBuffer of which a quota allows less than is asked for."""
TELLS_NOTHING = (
    "its scale names no selector of its pods, and its status has neither readyReplicas, nor a condition "
    f"{', '.join(READY_CONDITIONS[:-1])} or {READY_CONDITIONS[-1]}, nor replicas"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnReadiness:
    """How many of its replicas are ready, None while its status is behind its spec, and why not all are."""

    ready: int | None
    troubles: tuple[Shortfall, ...] = ()


def own_readiness(body: Mapping[str, Any]) -> OwnReadiness | Unavailable:
    """Return what the status of an object of the API says of its readiness, or that it says nothing."""
    spec, status = (one if isinstance(one, dict) else {} for one in (body.get("spec"), body.get("status")))
    generation = _count(_part(body, "metadata").get("generation"))
    if _is_behind(status, generation):
        return OwnReadiness(ready=None)
    asked, there = _count(spec.get("replicas")), _count(status.get("replicas"))
    ready = _count(status.get("readyReplicas"))
    if ready is None and (condition := _condition(status)) is not None:
        return _by_condition(condition, status, asked, generation)
    known = ready if ready is not None else there
    if known is not None:
        return OwnReadiness(ready=known, troubles=_limited(status, asked, known))
    return Unavailable(reason=AbsenceReason.NO_SELECTOR, message=TELLS_NOTHING)


def _by_condition(
    condition: Mapping[str, Any], status: Mapping[str, Any], asked: int | None, generation: int | None
) -> OwnReadiness:
    """Return that all that is there is ready, or nothing, as a condition says."""
    if _is_behind(condition, generation):
        return OwnReadiness(ready=None)
    there = _count(status.get("replicas"))
    ready = there if there is not None else asked
    if condition.get("status") == "True" and ready is not None:
        return OwnReadiness(ready=ready, troubles=_limited(status, asked, ready))
    message = words_of(f"{condition.get('type')} is {condition.get('status')}: {_words(condition)}")
    missing = Shortfall(reason=ShortfallReason.CONDITION_NOT_TRUE, replicas=asked or 0, message=message)
    return OwnReadiness(ready=0, troubles=(missing, *_limited(status, asked, there or 0)))


def _is_behind(told: Mapping[str, Any], generation: int | None) -> bool:
    observed = _count(told.get("observedGeneration"))
    return observed is not None and generation is not None and observed < generation


def _condition(status: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the condition that says whether it is ready, if it has one."""
    found = {one.get("type"): one for one in _conditions(status)}
    return next((found[name] for name in READY_CONDITIONS if name in found), None)


def _limited(status: Mapping[str, Any], asked: int | None, ready: int) -> tuple[Shortfall, ...]:
    """Return what a quota keeps from it, if it says so."""
    for one in _conditions(status):
        if (one.get("type"), one.get("status")) == (LIMITED_CONDITION, "True"):
            missing = max(0, (asked or 0) - ready)
            return (
                Shortfall(
                    reason=ShortfallReason.EXCEEDED_QUOTA, replicas=missing, message=words_of(_words(one))
                ),
            )
    return ()


def _words(condition: Mapping[str, Any]) -> str:
    return str(condition.get("message") or condition.get("reason") or "it does not say why")


def _conditions(status: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = status.get("conditions")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _part(body: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    found = body.get(field)
    return found if isinstance(found, dict) else {}


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
