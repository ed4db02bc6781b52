"""What a backtest takes for granted, in sentences for people: printed under its table and in its document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.reasons import number_text
from firstbell.lab.day.late_facts import late_facts
from firstbell.lab.record.outcome import Variant
from firstbell.lab.record.recording import SECONDS_PER_MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.lab.record.outcome import Outcome


def assumptions(outcome: Outcome) -> tuple[str, ...]:
    """Return every assumption that bears on this outcome."""
    return tuple(_assumptions(outcome))


def _assumptions(outcome: Outcome) -> Iterator[str]:
    per_replica = number_text(outcome.per_replica)
    yield f"One Ready replica carries a load of {per_replica}; that pupils waited changes no load."
    yield (
        f"A pod is Ready {outcome.start_seconds} s after it is asked for, and there is always a node for it."
        " At the start all that are needed run."
    )
    yield (
        f"The HPA alone has the recorded load as external metric with averageValue {per_replica}, without any"
        " lag, a pass every 15 s, and the policy's behavior if it has one: a real HPA sees less, and later."
    )
    if outcome.beside_autoscaler:
        yield "firstbell raises the floor of the same HPA."
    elif outcome.live_metric is None:
        yield "firstbell scales the workload itself, by the calendar alone: the load is none of its metrics."
    if outcome.live_metric is not None:
        yield f"firstbell follows the recorded load as its metric {outcome.live_metric}, read every 15 s."
    if outcome.follows_arrivals:
        yield "More pupils than planned before a first bell raise its peak, by the policy's surge."
    longest = outcome.workload.policy.longest_lead_minutes
    if longest:
        yield (
            f"The last rises always took {outcome.start_seconds} s until all were Ready: the next are written"
            f" so much earlier, in whole minutes, at most {longest}."
        )
    yield "An exception with announcedTime is unknown to the plan before it."
    recorded = outcome.recording
    first, last = recorded.start // SECONDS_PER_MINUTE, (recorded.end - 1) // SECONDS_PER_MINUTE
    for fact in late_facts(outcome.workload, first, last + 1):
        yield f"{fact.sentence}."
    for order in outcome.overrides:
        yield f"Beside the plan {order.sentence}."
    if outcome.gaps:
        yield "While the load is not recorded counts are held, and neither short time nor waste is counted."
    yield f"The fixed size is {outcome.fixed}{_why_fixed(outcome)}."
    yield (
        "COST is pod-hours over the least possible: the fewest replicas at each second that carry the load,"
        f" asked for {outcome.start_seconds} s before by somebody who knows it."
    )


def _why_fixed(outcome: Outcome) -> str:
    if outcome.fixed == outcome.highest_need:
        return ", the highest need: just enough, as nobody knows beforehand"
    short = outcome.totals[Variant.FIXED].tally.short_seconds
    return "" if short else ", which was enough"
