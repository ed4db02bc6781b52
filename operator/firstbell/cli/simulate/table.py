"""A simulated day in the terminal.

A row for each way of scaling, a strip of the hours that matter, and what all of it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from math import isfinite

from rich.console import Console
from rich.table import Table

from firstbell.core import upcoming_peaks
from firstbell.core.instants import CLOCK, instant_of, local_clock, local_date
from firstbell.core.reasons import peak_sentence
from firstbell.lab.day.advice import advice
from firstbell.lab.day.assumptions import assumptions
from firstbell.lab.day.compare import Comparison, Variant
from firstbell.lab.day.least import Least
from firstbell.lab.day.observed import FULL_PERCENT
from firstbell.lab.day.outcome import Moment, Outcome
from firstbell.lab.day.untried import untried_sentence

NAME_CELLS = 12
STRIP_BEFORE, STRIP_AFTER = 90, 54
STRIP_MINUTES = 2
"""A strip shows so many minutes before and after the busiest one, so many of them in a cell."""
LEVELS = " ▁▂▃▄▅▆▇█"
ASCII_LEVELS = " .:-=+*%#"
SHORT = "×"
LEAST = "least possible"
MINUTES = " min"

NAMES = {
    Variant.HPA_ALONE: "HPA alone",
    Variant.HPA_WITH_CRON: "HPA + cron",
    Variant.FIRSTBELL: "firstbell",
}


def print_comparisons(console: Console, comparisons: Iterable[Comparison]) -> None:
    """Print each workload's day."""
    for comparison in comparisons:
        plan = comparison.plan
        zone = plan.workload.zone
        day = instant_of(plan.start).astimezone(zone)
        console.print(f"{plan.workload.policy.key}: {day:%a %d %b %Y} ({zone.key})", style="italic")
        console.print(_outcomes(comparison))
        console.print()
        if comparison.quiet:
            console.print(_why_quiet(comparison))
        else:
            for line in _strips(comparison, ascii_only=console.options.ascii_only):
                console.print(line, no_wrap=True, overflow="crop")
        console.print()
        for line in _shortages(comparison):
            console.print(line)
        if (told := advice(comparison)) is not None:
            console.print(f"What to do: {told}.")
        console.print("It rests on these assumptions:")
        for assumption in assumptions(comparison):
            console.print(f"- {assumption.text}.")
        if told := untried_sentence(comparison.untried):
            console.print(f"- {told}.")
        console.print()


def _outcomes(comparison: Comparison) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    headings = (
        *("SHORT\nMIN", "SLOW\nMIN", "TURNED\nAWAY", "WAITING", "PEAK", "PODS"),
        *("POD\nHOURS", "COST", "STARTS"),
    )
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for variant, outcome in comparison.outcomes.items():
        cost = times(comparison.cost(variant))
        cells = _cells(outcome, counted=comparison.crowd.counted)
        table.add_row(NAMES[variant], *cells, cost, f"{outcome.starts:,}")
    for use, found in _leasts(comparison):
        cost = times(comparison.least.at_hpa_target.cost(found.pod_hours))
        enough = ["0", "0", "0", "0", f"{use} %", str(found.highest)]
        table.add_row(LEAST, *enough, f"{found.pod_hours:,.0f}", cost, f"{found.starts:,}")
    return table


def _leasts(comparison: Comparison) -> Iterable[tuple[int, Least]]:
    """Yield what would have been enough, by how busy replicas may be in percent."""
    yield comparison.conditions.hpa_target_percent, comparison.least.at_hpa_target
    if comparison.conditions.hpa_target_percent != FULL_PERCENT:
        yield FULL_PERCENT, comparison.least.at_full_use


def times(cost: float | None) -> str:
    """Return a multiple of the least possible."""
    return "-" if cost is None else f"{cost:.2f}"


def _cells(outcome: Outcome, *, counted: bool) -> list[str]:
    return [
        minutes(outcome.short_seconds).removesuffix(MINUTES),
        minutes(outcome.slow_seconds).removesuffix(MINUTES),
        people(outcome.turned_away, outcome.arrivals, counted=counted),
        people(outcome.most_waiting, outcome.arrivals, counted=counted),
        percent(outcome.peak_utilization_percent),
        str(outcome.highest_replicas),
        f"{outcome.pod_hours:,.0f}",
    ]


def minutes(seconds: int) -> str:
    """Return seconds as minutes: `0` for none at all, else at least a tenth."""
    return f"{max(0.1, seconds / 60):.1f}{MINUTES}" if seconds else "0"


def people(number: float, of: float, *, counted: bool) -> str:
    """Return a number of pupils, or their share where nobody counts them."""
    if counted:
        return f"{number:,.0f}"
    return f"{100 * number / of:.1f} %" if of else "0 %"


def percent(value: float) -> str:
    """Return a load in percent of what is Ready."""
    return f"{value:,.0f} %" if isfinite(value) else "none Ready"


def _strips(comparison: Comparison, *, ascii_only: bool) -> Iterable[str]:
    """Yield for each variant what is Ready around the busiest minute, with a mark where it is not enough."""
    busiest = _busiest(comparison)
    first = max(0, busiest - STRIP_BEFORE)
    highest = max(
        moment.capacity
        for outcome in comparison.outcomes.values()
        for moment in outcome.moments[first : busiest + STRIP_AFTER]
    )
    levels = ASCII_LEVELS if ascii_only else LEVELS
    for variant, outcome in comparison.outcomes.items():
        shown = outcome.moments[first : busiest + STRIP_AFTER]
        yield f"{NAMES[variant]:{NAME_CELLS}}{_strip(shown, highest, levels, 'x' if ascii_only else SHORT)}"
    zone = comparison.plan.workload.zone
    begin, peak = (
        local_clock(instant_of(comparison.start + minute), zone, CLOCK) for minute in (first, busiest)
    )
    cells = (busiest - first) // STRIP_MINUTES
    left = begin if cells > len(begin) else ""
    yield f"{'':{NAME_CELLS}}{left:{cells}}{peak}"


def _why_quiet(comparison: Comparison) -> str:
    """Tell why there is nothing to see, by the calendars, and which day has something."""
    workload = comparison.plan.workload
    reasons = {
        days.day(region, local_date(days.calendar.zone, comparison.start)).reason
        for days in workload.calendars
        for region in days.calendar.region_names
    }
    ahead = upcoming_peaks(workload, comparison.start, 1)
    cure = f"The next bell or event is {peak_sentence(ahead[0])}" if ahead else "None is to come either"
    return f"Nobody comes on this day: no bell, no event ({', '.join(sorted(reasons))}). {cure}."


def _strip(moments: Sequence[Moment], highest: float, levels: str, short: str) -> str:
    cells = []
    for index in range(0, len(moments), STRIP_MINUTES):
        part = moments[index : index + STRIP_MINUTES]
        lowest = min(moment.capacity for moment in part)
        level = round(lowest / highest * (len(levels) - 1)) if highest else 0
        cells.append(short if any(moment.short for moment in part) else levels[level])
    return "".join(cells)


def _busiest(comparison: Comparison) -> int:
    """Return the busiest minute, of those in which anybody is short where there are any.

    What is asked for may be as high for hours: then the first of them, to a thousandth of a replica.
    """
    outcomes = [outcome.moments for outcome in comparison.outcomes.values()]
    load = [moment.load for moment in outcomes[0]]
    short = [index for index in range(len(load)) if any(moments[index].short for moments in outcomes)]
    return max(short or range(len(load)), key=lambda index: round(load[index], 3))


def _shortages(comparison: Comparison) -> Iterable[str]:
    zone = comparison.plan.workload.zone
    for variant, outcome in comparison.outcomes.items():
        if outcome.first_short is None or outcome.last_short is None:
            continue
        first, last = (
            local_clock(instant_of(comparison.start) + timedelta(seconds=second), zone, "%H:%M:%S")
            for second in (outcome.first_short, outcome.last_short)
        )
        yield (
            f"{NAMES[variant]} is short for {minutes(outcome.short_seconds)} between {first} and "
            f"{last}; the longest wait is {outcome.longest_wait_seconds:.0f} s."
        )
