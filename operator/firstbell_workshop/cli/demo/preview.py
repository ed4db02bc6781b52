"""What a morning will be, before it is played: the plan, the day simulated, and a picture of both.

It needs no cluster, so that there is something to look at while one is made.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from firstbell.cli.plan.table import bar
from firstbell.cli.planned import plan_files
from firstbell.cli.simulate.table import print_comparisons
from firstbell.core import Plan, make_plan
from firstbell.core.instants import instant_of, minute_of
from firstbell.kinds.autoscaler_conversion import to_rules
from firstbell.lab.day.compare import Comparison, Conditions, Variant, compare
from firstbell_workshop.demo.morning import Morning, example_file
from firstbell_workshop.demo.show import Point, chart

if TYPE_CHECKING:
    from collections.abc import Iterator

BEFORE_MINUTES, AFTER_MINUTES = 60, 6 * 60


def planned(morning: Morning) -> tuple[Plan, Conditions]:
    """Return the plan of the example's workload around the morning, and what it is simulated under."""
    found = plan_files([example_file(morning.example)], morning.bell.date(), 1)
    start = minute_of(morning.start) - BEFORE_MINUTES
    plan = make_plan(found.plans[0].workload, start, minute_of(morning.end) + AFTER_MINUTES)
    return plan, Conditions(rules=to_rules(found.autoscalers[0].manifest.spec))


def print_preview(console: Console, morning: Morning, plan: Plan, conditions: Conditions) -> None:
    """Print the plan at once, and the simulated day as soon as it is played."""
    zone = plan.workload.calendars[0].calendar.zone
    console.print(f"{morning.title}\n")
    console.print("The plan, from the calendar alone, up to the bell:")
    console.print(rises_table(console, morning, plan))
    on = morning.bell.astimezone(zone).date()
    console.print("\nHow that will go, simulated:")
    # The picture first: on a busy machine the two others, to compare with, take as long again each.
    ours = compare(plan.workload, on, conditions, (Variant.FIRSTBELL,))
    console.print(f"{chart(list(simulated(ours, morning, plan)), zone)}\n")
    others = [variant for variant in Variant if variant is not Variant.FIRSTBELL]
    comparison = compare(plan.workload, on, conditions, others)
    print_comparisons(console, [replace(comparison, outcomes=comparison.outcomes | ours.outcomes)])


def rises_table(console: Console, morning: Morning, plan: Plan) -> Table:
    """Return what the floor will be, a row for each change up to the bell."""
    zone = plan.workload.calendars[0].calendar.zone
    start, bell = minute_of(morning.start), minute_of(morning.bell)
    runs = [run for run in plan.writes if run.end > start and run.start <= bell]
    highest = max(run.value for run in runs)
    table = Table(box=None, pad_edge=False, show_header=False)
    for run in runs:
        drawn = bar(run.value, highest)
        table.add_row(
            f"{instant_of(max(run.start, start)).astimezone(zone):%H:%M}",
            f"{run.value:>5}",
            "#" * len(drawn) if console.options.ascii_only else drawn,
        )
    return table


def simulated(comparison: Comparison, morning: Morning, plan: Plan) -> Iterator[Point]:
    """Yield what was Ready with firstbell on a simulated day, for the hours of the morning."""
    for moment in comparison.outcomes[Variant.FIRSTBELL].moments:
        at = instant_of(comparison.start) + timedelta(seconds=moment.second)
        if morning.start <= at <= morning.end:
            yield Point(time=at, planned=plan.replicas_at(minute_of(at)), ready=moment.ready)
