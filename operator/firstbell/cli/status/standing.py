"""How one workload stands with its next bell, read off the status of its SchoolAutoscaler. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from firstbell.core.instants import told_instant
from firstbell.core.reasons import ConditionType, Truth
from firstbell.engine.objects.status_values import read_conditions
from firstbell.kinds.school_autoscaler import DEFAULT_PRIORITY, Mode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstbell.core.reasons import Condition
    from firstbell.engine.ports import Json

BROKEN, SILENT, NOT_KNOWN = "Not ready", "Not reported", "Unknown"
WORST_FIRST = (
    "Late",
    "At risk",
    "Baseline not ready",
    BROKEN,
    SILENT,
    "Behind",
    "Rolling out",
    NOT_KNOWN,
    "On track",
    "Ready",
    "Nothing due",
)
"""The states in the order of their lines; one that is not known here stands with the unknown."""
RUNG_AGO = timedelta(minutes=2)
"""A bell that is still told as the next one so long after it rang: nobody writes this status any more."""
PLAYED_AGO = timedelta(days=30)
"""A bell of so long ago is no silence: the operator has a clock of its own, as in the demo."""
NOBODY = "the operator has reported nothing yet. Does it run, and does it watch this namespace?"
SILENCE = "the operator has reported nothing since this bell. Does it run?"


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """One line: `why` is empty where nothing is to be said; `red` that somebody has to do something.

    `written` is how many replicas are asked for now, None where nothing is written.
    """

    context: str
    namespace: str
    name: str
    state: str
    red: bool
    mode: str
    peak: str = ""
    bell: datetime | None = None
    planned: int | None = None
    written: int | None = None
    ready: int | None = None
    why: str = ""
    priority: int = DEFAULT_PRIORITY


def standing(body: Json, now: datetime, context: str = "") -> Standing:
    """Return how a SchoolAutoscaler stands, as the operator last reported."""
    metadata, spec, status = body["metadata"], body.get("spec") or {}, body.get("status") or {}
    conditions = {one.type: one for one in read_conditions(status)}
    coming = (status.get("upcoming") or [{}])[0]
    bell = told_instant(coming.get("bellTime"))
    mode = str(spec.get("mode") or Mode.ENFORCE)
    state, why = _state(status, conditions, bell, now)
    enforced = mode != Mode.DRY_RUN
    return Standing(
        context=context,
        namespace=str(metadata.get("namespace", "")),
        name=str(metadata.get("name", "")),
        state=state,
        red=enforced and _is_red(state, conditions),
        mode=mode,
        peak=str(coming.get("peak") or ""),
        bell=bell,
        planned=_count(coming.get("replicas")),
        written=_count(status.get("desiredReplicas")) if enforced else None,
        ready=_count(status.get("readyReplicas")),
        why=why,
        priority=DEFAULT_PRIORITY if (priority := _count(spec.get("priority"))) is None else priority,
    )


def worst_first(standings: Iterable[Standing]) -> list[Standing]:
    """Return lines with the worst first, of equals the nearest bell, of one bell the most important."""
    return sorted(standings, key=_order)


def _order(one: Standing) -> tuple[Any, ...]:
    known = one.state if one.state in WORST_FIRST else NOT_KNOWN
    far = one.bell.timestamp() if one.bell is not None else float("inf")
    rank = WORST_FIRST.index(known)
    return not one.red, rank, far, -one.priority, one.context, one.namespace, one.name


def _state(
    status: Json, conditions: dict[str, Condition], bell: datetime | None, now: datetime
) -> tuple[str, str]:
    """Return the state and why it is so: what is broken comes before what is told of a bell."""
    ready, readiness = conditions.get(ConditionType.READY), conditions.get(ConditionType.READY_FOR_BELL)
    if ready is None or readiness is None:
        return SILENT, NOBODY
    if bell is not None and RUNG_AGO < now - bell < PLAYED_AGO:
        return SILENT, SILENCE
    if readiness.status is not Truth.FALSE and ready.status is Truth.FALSE:
        return BROKEN, f"{ready.reason}: {ready.message}".rstrip(": ")
    state = str((status.get("bell") or {}).get("state") or NOT_KNOWN)
    shrunk = conditions.get(ConditionType.PLAN_SHRUNK)
    if readiness.status is not Truth.FALSE and shrunk is not None and shrunk.status is Truth.TRUE:
        return state, f"{shrunk.type}: {shrunk.message}"
    return state, "" if readiness.status is Truth.TRUE else readiness.message


def _is_red(state: str, conditions: dict[str, Condition]) -> bool:
    readiness = conditions.get(ConditionType.READY_FOR_BELL)
    late = readiness is not None and readiness.status is Truth.FALSE
    return state in {BROKEN, SILENT} or late


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None
