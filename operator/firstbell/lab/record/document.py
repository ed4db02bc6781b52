"""A backtest as a document: `firstbell.dev/backtest/v1`, stable, for other tools to read.

Times are UTC as `YYYY-MM-DDTHH:MM:SSZ`; minutes and hours are rounded to two decimals; what is not known is
null. Fields are only ever added.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from firstbell.core.instants import EPOCH, api_minute, api_time
from firstbell.core.reasons import number_text
from firstbell.files.plan_document import peak_document
from firstbell.lab.day.untried import untried_document
from firstbell.lab.record.assumptions import assumptions
from firstbell.lab.record.outcome import Variant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstbell.lab.day.untried import Untried
    from firstbell.lab.record.outcome import BellOutcome, Outcome
    from firstbell.lab.record.tally import Tally

API_VERSION = "firstbell.dev/backtest/v1"
MOST_GAPS = 100
"""Of more gaps only the longest are listed."""


def backtest_document(outcome: Outcome, left_out: Iterable[Untried]) -> dict[str, Any]:
    """Return the whole document; `left_out` is what of the policy was not tried."""
    recording = outcome.recording
    return {
        "apiVersion": API_VERSION,
        "autoscaler": outcome.workload.policy.key,
        "from": second_text(recording.start),
        "to": second_text(recording.end),
        "load": _load(outcome),
        "startSeconds": outcome.start_seconds,
        "liveMetric": outcome.live_metric,
        "floor": outcome.beside_autoscaler,
        "assumptions": list(assumptions(outcome)),
        **untried_document(left_out),
        "leastPossible": {
            "podHours": _hundredths(outcome.least.pod_seconds, 3600),
            "starts": outcome.least.starts,
            "highestReplicas": outcome.least.highest,
        },
        "variants": [_variant(outcome, variant) for variant in Variant],
        "unrecordedBells": outcome.unrecorded_bells,
        "bells": [_bell(bell) for bell in outcome.bells],
    }


def second_text(second: int) -> str:
    """Return a second since 1970 as the document writes it."""
    return api_time(EPOCH + timedelta(seconds=second))


def _load(outcome: Outcome) -> dict[str, Any]:
    longest = sorted(outcome.gaps, key=lambda gap: gap.start - gap.end)[:MOST_GAPS]
    recording = outcome.recording
    return {
        "samples": recording.samples,
        "unusableSamples": recording.unusable,
        "perReplica": number_text(outcome.per_replica),
        "highestNeed": outcome.highest_need,
        "unknownMinutes": _hundredths(recording.end - recording.start - outcome.known_seconds, 60),
        "gaps": [{"from": second_text(gap.start), "to": second_text(gap.end)} for gap in sorted(longest)],
        "gapsTotal": len(outcome.gaps),
    }


def _variant(outcome: Outcome, variant: Variant) -> dict[str, Any]:
    total = outcome.totals[variant]
    worst = None
    if total.worst is not None:
        worst = {
            "peak": total.worst.window.peak.surge.occurrence.peak.name,
            "bellTime": api_minute(total.worst.window.peak.bell),
            "shortMinutes": _hundredths(total.worst.tallies[variant].short_seconds, 60),
        }
    return {
        "variant": variant,
        "podHours": _hundredths(total.tally.replica_seconds, 3600),
        "cost": cost_of(outcome, variant),
        "starts": outcome.courses[variant].starts,
        **_tally(total.tally),
        "highestReplicas": total.tally.highest,
        "shortBells": total.short_bells,
        "worstBell": worst,
    }


def cost_of(outcome: Outcome, variant: Variant) -> float | None:
    """Return a variant's pod-hours over the least possible; None where nothing was needed."""
    cost = outcome.least.cost(outcome.totals[variant].tally.replica_seconds / 3600)
    return None if cost is None else round(cost, 2)


def _bell(bell: BellOutcome) -> dict[str, Any]:
    return {
        **peak_document(bell.window.peak),
        "from": second_text(bell.window.start),
        "to": second_text(bell.window.end),
        "planned": bell.planned,
        "needed": bell.needed,
        "unknownMinutes": _hundredths(bell.unknown_seconds, 60),
        **{variant.value: _tally(bell.tallies[variant]) for variant in Variant},
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "shortMinutes": _hundredths(tally.short_seconds, 60),
        "mostMissing": tally.most_missing,
        "wasteReplicaHours": _hundredths(tally.waste, 3600),
    }


def _hundredths(value: int, unit: int) -> int | float:
    """Return a value in a larger unit, with at most two decimals; a whole number where it is one."""
    rounded = round(value / unit, 2)
    return int(rounded) if rounded == int(rounded) else rounded
