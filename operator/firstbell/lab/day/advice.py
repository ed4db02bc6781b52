"""What to do about a shortage of firstbell's: told from the first minute that was short."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from firstbell.lab.day.compare import Comparison, Variant

if TYPE_CHECKING:
    from firstbell.lab.day.outcome import Moment

SECONDS_PER_MINUTE = 60


def advice(comparison: Comparison) -> str | None:
    """Return one sentence on why firstbell was short and what would help; None where it was not."""
    outcome = comparison.outcomes.get(Variant.FIRSTBELL)
    if outcome is None or outcome.first_short is None:
        return None
    world = comparison.conditions.world
    moment = _first_short(outcome.moments)
    if moment is None:
        return None
    each = 100 / world.busy_percent
    needed = ceil(moment.load / each)
    if world.faults and moment.ready >= needed:
        return (
            f"{moment.ready} Ready replicas are enough for what comes: something before or behind the "
            "workload keeps them from working, and no scaling helps"
        )
    if moment.floor >= needed:
        seconds = world.cluster.start_seconds + world.cluster.node_seconds
        return (
            f"the floor of {moment.floor} is enough, but it came too late: with a new node a pod takes "
            f"{seconds} s to be Ready. Raise leadMinutes of the peak, or keep nodes warm"
        )
    return (
        f"the plan asks for {moment.floor} where {needed} would carry what comes. Let the peak begin earlier "
        "(rampMinutes, leadMinutes), or raise what it asks for (replicas, loadPercent, dayFactors)"
    )


def _first_short(moments: list[Moment]) -> Moment | None:
    return next((moment for moment in moments if moment.short), None)
