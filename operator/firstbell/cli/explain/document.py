"""An explanation as a document: `firstbell.dev/explain/v1`, stable, for other tools to read.

Times are UTC as `YYYY-MM-DDTHH:MM:SSZ`; what is not known is null, with the reason beside it where there is
one. Fields are only ever added.
"""

from __future__ import annotations

from typing import Any

from firstbell.core import Decision, Unavailable
from firstbell.core.instants import api_minute, api_time
from firstbell.core.reasons import Condition, ConditionType, number_text
from firstbell.engine.deciding.situation import ByFloor, ByScale
from firstbell.engine.explaining.explanation import ExplainedPeak, Explanation
from firstbell.engine.explaining.last_report import lag, not_fine
from firstbell.engine.explaining.what_would_change import levers
from firstbell.engine.objects.status_values import read_condition
from firstbell.files.plan_document import order_document, peak_document

API_VERSION = "firstbell.dev/explain/v1"


def explain_document(of: Explanation) -> dict[str, Any]:
    """Return the whole document."""
    stands = of.outcome.situation
    return {
        "apiVersion": API_VERSION,
        "autoscaler": of.seen.key,
        "time": api_time(of.outcome.now),
        "mode": of.rules.mode.value,
        "target": _target(of),
        "decision": _decision(of),
        "peaks": [_peak(one) for one in of.peaks],
        "liveMetricsRead": _live(of)["available"] == "True",
        "live": _live(of),
        "actuator": _actuator(of),
        "calendars": _absent(stands.calendars)
        if isinstance(stands.calendars, Unavailable)
        else [
            {
                "calendar": days.calendar.key,
                "timeZone": days.calendar.zone.key,
                "suspended": days.calendar.suspended,
            }
            for days in stands.calendars
        ],
        **_profile(of),
        "nextWrite": _next_write(of),
        "upcoming": [peak_document(peak) for peak in of.upcoming],
        "overrides": [order_document(one) for one in of.outcome.orders],
        "overrideTurns": [
            {
                "override": turn.order.name,
                "turn": "Begins" if turn.begins else "Ends",
                "time": api_time(turn.then.at),
                "replicas": turn.then.replicas,
                "reason": turn.then.reason,
                "message": turn.then.message,
            }
            for turn in of.turns
        ],
        "wouldChange": list(levers(of)),
        "reported": _reported(of),
        "writes": [command.document for command in of.writes],
        "writesIfEnforced": None
        if of.writes_if_enforced is None
        else [command.document for command in of.writes_if_enforced],
        "lead": [
            {"fromPods": lead.least, "toPods": lead.most, "seconds": lead.seconds, "ready": lead.ready}
            for lead in of.rises.by_size()
        ],
        "priority": of.rules.priority,
    }


def _profile(of: Explanation) -> dict[str, Any]:
    """Return which fields a profile gives; nothing where none is named."""
    if not of.rules.profile:
        return {}
    fields = {"fromProfile": list(of.rules.from_profile), "setHere": list(of.rules.of_its_own)}
    return {"profile": {"name": of.rules.profile, **fields}}


def _next_write(of: Explanation) -> dict[str, Any] | None:
    """Return the next number that is written, orders counted."""
    if of.outcome.stopped:
        return None
    if of.beside_schedule:
        coming = of.following_change
        return None if coming is None else {"time": api_time(coming.at), "replicas": coming.replicas}
    following = of.following
    return None if following is None else {"time": api_minute(following.start), "replicas": following.value}


def _absent(absent: Unavailable) -> dict[str, Any]:
    return {"reason": absent.reason, "message": absent.message}


def _target(of: Explanation) -> dict[str, Any]:
    workload, ref = of.outcome.situation.workload, of.rules.target
    return {
        "apiVersion": ref.api_version,
        "kind": ref.kind,
        "name": ref.name,
        "replicas": None if isinstance(workload, Unavailable) else workload.replicas,
        "readyReplicas": None if isinstance(workload, Unavailable) else workload.ready,
        "problem": _absent(workload) if isinstance(workload, Unavailable) else None,
    }


def _decision(of: Explanation) -> dict[str, Any]:
    decision = of.outcome.decision
    known = decision if isinstance(decision, Decision) else None
    return {
        "replicas": known.desired if known else None,
        "reason": str(decision.reason),
        "message": decision.message,
        "scheduledReplicas": known.scheduled if known else None,
        "wantedReplicas": of.wanted,
        "limits": [
            {"reason": limit.reason.value, "before": limit.before, "after": limit.after}
            for limit in (known.limits if known else ())
        ],
    }


def _live(of: Explanation) -> dict[str, Any]:
    """Return what the policy asks of live metrics, and what the operator last reported of them."""
    status = of.seen.status
    read = read_condition(status, ConditionType.METRICS_AVAILABLE)
    return {
        "metrics": [
            {
                "name": one.target.name,
                "serverAddress": one.query.server_address,
                "query": one.query.query,
                "targetType": one.target.type.value,
                "target": number_text(one.target.amount),
            }
            for one in of.rules.metrics
        ],
        "reactiveReplicas": (status.get("decision") or {}).get("reactiveReplicas"),
        "available": read.status.value if read else None,
        "reason": read.reason if read else None,
        "message": read.message if read else None,
    }


def _peak(one: ExplainedPeak) -> dict[str, Any]:
    day = one.peak.surge.occurrence.day
    return {
        **peak_document(one.peak),
        "dayReason": day.reason,
        "event": day.event,
        "breakDays": day.lessons.break_days if day.lessons else None,
        "instructionMode": day.lessons.instruction_mode if day.lessons else None,
        "label": day.lessons.label if day.lessons else None,
        "pupils": one.pupils,
        "cohorts": one.cohorts,
    }


def _actuator(of: Explanation) -> dict[str, Any]:
    actuator = of.outcome.situation.actuator
    if isinstance(actuator, Unavailable):
        return _absent(actuator)
    if isinstance(actuator, ByScale):
        return {
            "kind": of.rules.target.kind,
            "name": of.rules.target.name,
            "field": "replicas",
            "baselineMinReplicas": actuator.minimum,
            "maxReplicas": actuator.maximum,
        }
    return _floor(of, actuator)


def _floor(of: Explanation, actuator: ByFloor) -> dict[str, Any]:
    autoscaler = actuator.seen.autoscaler
    return {
        "kind": autoscaler.kind,
        "name": autoscaler.name,
        "field": actuator.seen.of.minimum_field,
        "value": autoscaler.minimum,
        "floor": actuator.held,
        "baselineMinReplicas": actuator.baseline,
        "maxReplicas": autoscaler.maximum,
        "writers": [
            {
                "manager": writer.manager,
                "operation": writer.operation,
                "time": api_time(writer.time) if writer.time else None,
            }
            for writer in of.writers
        ],
    }


def _reported(of: Explanation) -> dict[str, Any]:
    status = of.seen.status
    return {
        "note": lag(of.seen, of.outcome) or None,
        "desiredReplicas": status.get("desiredReplicas"),
        "decision": status.get("decision"),
        "conditions": [_condition(one) for one in not_fine(status)],
        "lastActions": list(status.get("lastActions") or ()),
    }


def _condition(one: Condition) -> dict[str, Any]:
    return {"type": one.type, "status": one.status.value, "reason": one.reason, "message": one.message}
