"""A comparison as a document: `firstbell.dev/simulation/v1`, stable, for other tools to read.

Times are UTC as `YYYY-MM-DDTHH:MM:SSZ`, at the second. What is not known, or has no finite value, is null.
Fields are only ever added.
"""

from __future__ import annotations

from datetime import timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any

from firstbell.core.instants import api_minute, api_time, instant_of
from firstbell.lab.day.advice import advice
from firstbell.lab.day.assumptions import assumptions
from firstbell.lab.day.untried import untried_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from firstbell.core.instants import Minute
    from firstbell.lab.day.compare import Comparison, Variant
    from firstbell.lab.day.least import Least
    from firstbell.lab.day.outcome import Moment, Outcome
    from firstbell.lab.day.scenario import Played

API_VERSION = "firstbell.dev/simulation/v1"


def simulation_document(comparisons: Iterable[Comparison]) -> dict[str, Any]:
    """Return the whole document of one day."""
    return {"apiVersion": API_VERSION, "autoscalers": [comparison_document(one) for one in comparisons]}


def scenarios_document(played: Iterable[Played]) -> dict[str, Any]:
    """Return the whole document of mornings on record."""
    return {"apiVersion": API_VERSION, "scenarios": [_scenario(one) for one in played]}


def _scenario(played: Played) -> dict[str, Any]:
    spec = played.scenario.spec
    return {
        "name": played.scenario.name,
        "title": spec.title,
        "date": spec.date.isoformat(),
        "verdict": played.verdict,
        "asTold": played.as_told,
        "because": spec.because,
        "published": spec.published,
        "assumed": spec.assumed,
        **comparison_document(played.comparison),
    }


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """Return one workload's day under all variants."""
    plan = comparison.plan
    return {
        "autoscaler": plan.workload.policy.key,
        "from": api_minute(plan.start),
        "to": api_minute(plan.end),
        "held": comparison.held,
        "quiet": comparison.quiet,
        "advice": advice(comparison),
        "loadByMinute": [round(load, 2) for load in comparison.load],
        "leastPossible": {
            "atFullUse": _least(comparison.least.at_full_use),
            "atHpaTarget": _least(comparison.least.at_hpa_target),
        },
        "variants": [
            _variant(comparison, variant, outcome) for variant, outcome in comparison.outcomes.items()
        ],
        "assumptions": [
            {"name": one.name, "value": one.value, "text": one.text} for one in assumptions(comparison)
        ],
        **untried_document(comparison.untried),
    }


def _variant(comparison: Comparison, variant: Variant, outcome: Outcome) -> dict[str, Any]:
    counted, start = comparison.crowd.counted, comparison.start
    share = outcome.turned_away / outcome.arrivals if outcome.arrivals else 0.0
    return {
        "variant": variant,
        "minutesShort": round(outcome.short_minutes, 2),
        "minutesSlow": round(outcome.slow_seconds / 60, 2),
        "minutesBusy": round(outcome.busy_seconds / 60, 2),
        "firstShortTime": _time(start, outcome.first_short),
        "lastShortTime": _time(start, outcome.last_short),
        "turnedAway": round(outcome.turned_away) if counted else None,
        "turnedAwayPercent": round(100 * share, 2),
        "mostWaiting": round(outcome.most_waiting) if counted else None,
        "longestWaitSeconds": round(outcome.longest_wait_seconds, 1),
        "peakUtilizationPercent": _finite(outcome.peak_utilization_percent),
        "highestReplicas": outcome.highest_replicas,
        "podHours": round(outcome.pod_hours, 1),
        "cost": None if (cost := comparison.cost(variant)) is None else round(cost, 2),
        "starts": outcome.starts,
        "steps": list(_steps(start, outcome.moments)),
    }


def _least(found: Least) -> dict[str, Any]:
    return {
        "podHours": round(found.pod_hours, 1),
        "starts": found.starts,
        "highestReplicas": found.highest,
    }


def _steps(start: Minute, moments: list[Moment]) -> Iterator[dict[str, Any]]:
    """Yield each minute at whose end floor, replicas or Ready ones are not what they were a minute before."""
    before: tuple[int, int, int] | None = None
    for moment in moments:
        counts = (moment.floor, moment.replicas, moment.ready)
        if counts != before:
            yield {
                "time": _time(start, moment.second),
                "floor": moment.floor,
                "replicas": moment.replicas,
                "ready": moment.ready,
                "load": round(moment.load, 1),
                "capacity": round(moment.capacity, 1),
            }
        before = counts


def _time(start: Minute, second: int | None) -> str | None:
    if second is None:
        return None
    return api_time(instant_of(start) + timedelta(seconds=second))


def _finite(percent: float) -> int | None:
    return round(percent) if isfinite(percent) else None
