"""A plan in the terminal: the days, a bar for each change, and the peaks with their reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from firstbell.cli.order_lines import order_lines, orders_between
from firstbell.cli.planned import Planned
from firstbell.core import Day, Plan, SchoolDays, peak_at
from firstbell.core.capacity import BroughtForward
from firstbell.core.instants import CLOCK, DATED_CLOCK, Minute, instant_of, local_clock, wall_clock
from firstbell.core.reasons import LimitedBy, peak_sentence
from firstbell.files.plan_document import DayWindow

BAR_CELLS = 32
LEAST_BAR_CELLS = 8
LONGEST_DAY_MINUTES = 25 * 60
# What stands beside the columns that wrap, gaps included; CHANGE is UTC and REPLICAS.
DATE_CELLS, BELL_CELLS, LABEL_CELLS, CHANGE_CELLS, GAP_CELLS = 16, 9, 7, 21, 2
EIGHTHS = " ▏▎▍▌▋▊▉"
FULL = "█"


def print_planned(console: Console, planned: Planned, *, steps: bool) -> None:
    """Print calendars, then each workload."""
    for school_days in planned.calendars:
        calendar = school_days.calendar
        suspended = ", suspended: no load" if calendar.suspended else ""
        _titled(console, f"{calendar.key} ({calendar.zone.key}){suspended}")
        console.print(_days_table(school_days, planned.window, console.width))
        console.print()
    for autoscaler, plan in zip(planned.autoscalers, planned.plans, strict=True):
        policy, zone = plan.workload.policy, plan.workload.zone
        what = "schedule" if steps else "writes"
        _titled(console, f"{policy.key}: {what}, {_bounds(plan)} ({zone.key})")
        console.print(_changes_table(plan, console, steps=steps))
        console.print()
        _titled(console, f"{policy.key}: peaks")
        console.print(_peaks_table(plan))
        console.print()
        orders = orders_between(autoscaler.overrides, instant_of(plan.start), instant_of(plan.end))
        if orders:
            _titled(console, f"{policy.key}: orders beside the plan ({zone.key})")
            for line in order_lines(orders, zone):
                console.print(line)
            console.print()


def _titled(console: Console, title: str) -> None:
    console.print(title, style="italic")


def _table(*headings: str) -> Table:
    """Return a table without lines, whose columns stand as they are.

    Columns that may wrap are added to it.
    """
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    return table


def _days_table(school_days: SchoolDays, window: DayWindow, width: int) -> Table:
    calendar = school_days.calendar
    days = [school_days.day(region, on) for on in window for region in calendar.region_names]
    regions, labels = bool(calendar.regions), calendar.rotation is not None
    table = _table("DATE", *(["REGION"] if regions else []))
    # The longest word of DAY stays whole; REASON wraps in what is left.
    beside = DATE_CELLS + BELL_CELLS + max(len(day.reason) for day in days)
    beside += max(len(name) + GAP_CELLS for name in ("REGION", *calendar.regions)) if regions else 0
    beside += LABEL_CELLS if labels else 0
    table.add_column("DAY", overflow="fold", width=_fitting(map(_day_words, days), width - beside))
    table.add_column("BELL", no_wrap=True)
    if labels:
        table.add_column("LABEL", no_wrap=True)
    table.add_column("REASON", overflow="fold")
    for day in days:
        bell = school_days.first_bell(day)
        label = day.lessons.label or "-" if day.lessons else "-"
        table.add_row(
            f"{day.date:%a %Y-%m-%d}",
            *([day.region or ""] if regions else []),
            _day_words(day),
            "-" if bell is None else _clock(bell, calendar.zone),
            *([label] if labels else []),
            day.reason,
        )
    return table


def _fitting(texts: Iterable[str], available: int) -> int:
    """Return the width of a column that shows texts in the cells there are, and never cuts a word."""
    texts = list(texts)
    longest_word = max(len(word) for text in texts for word in text.split())
    return min(max(map(len, texts)), max(longest_word, available))


def _bounds(plan: Plan) -> str:
    bounds = plan.workload.bounds
    if bounds.maximum is None:
        return f"at least {bounds.minimum} replicas"
    return f"{bounds.minimum} to {bounds.maximum} replicas"


def _day_words(day: Day) -> str:
    if day.lessons is None:
        return "no lessons"
    words = [day.lessons.day_class.value]
    if day.lessons.break_days:
        words.append(f"after {day.lessons.break_days} days")
    words.append(day.lessons.instruction_mode.value)
    if day.lessons.transition is not None:
        words.append(day.lessons.transition.value)
    return ", ".join(words)


def _changes_table(plan: Plan, console: Console, *, steps: bool) -> Table:
    """Return every write (or step), as it will be on the wall clock of the first calendar."""
    zone = plan.workload.zone
    several = _several_days(plan)
    changes = _changes(plan, steps=steps)
    clocks = [_clock(minute, zone, with_date=several) for minute, _, _ in changes]
    beside = max(map(len, clocks)) + CHANGE_CELLS + max(len(why) for _, _, why in changes)
    cells = min(BAR_CELLS, max(LEAST_BAR_CELLS, console.width - beside))
    table = _table("LOCAL", "UTC")
    table.add_column("REPLICAS", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True, style="cyan")
    table.add_column("PEAK", overflow="fold")
    highest = max((replicas for _, replicas, _ in changes), default=1)
    for clock, (minute, replicas, why) in zip(clocks, changes, strict=True):
        drawn = bar(replicas, highest, cells)
        table.add_row(
            clock,
            f"{instant_of(minute):%H:%M}",
            str(replicas),
            "#" * len(drawn) if console.options.ascii_only else drawn,
            why,
        )
    return table


def _several_days(plan: Plan) -> bool:
    """Tell whether a time of day could be on two dates; the longest single day has 25 hours."""
    return plan.end - plan.start > LONGEST_DAY_MINUTES


def _changes(plan: Plan, *, steps: bool) -> Sequence[tuple[Minute, int, str]]:
    if steps:
        return [(step.minute, step.replicas, _why(step.peak, step.limited_by)) for step in plan.steps]
    changes = []
    for run in plan.writes:
        peak = peak_at(plan, run.start) if run.value > plan.workload.bounds.minimum else None
        limited = None
        if run.value == plan.workload.bounds.maximum:
            limited = LimitedBy.MAX_REPLICAS
        elif run.value == plan.workload.bounds.minimum:
            limited = LimitedBy.MIN_REPLICAS
        why = _why(peak.surge.occurrence.peak.name if peak else None, limited)
        changes.append((run.start, run.value, why + _earlier(plan.ahead_at(run.start))))
    return changes


def _earlier(rise: BroughtForward | None) -> str:
    """Tell by how much a write is earlier than it is due, and which measurement says so."""
    if rise is None:
        return ""
    lead = rise.lead
    took = f"took {lead.seconds} s" if lead.ready else f"were not Ready in {lead.seconds} s"
    return f", {rise.due - rise.written} min early: {lead.least} to {lead.most} pods {took}"


def _why(peak: str | None, limited: LimitedBy | None) -> str:
    limits = {LimitedBy.MIN_REPLICAS: "minReplicas", LimitedBy.MAX_REPLICAS: "at maxReplicas"}
    words: Iterable[str | None] = (peak, limits[limited] if limited else None)
    return ", ".join(word for word in words if word)


def _peaks_table(plan: Plan) -> Table:
    calendars = [days.calendar for days in plan.workload.calendars]
    several, regions = len(calendars) > 1, any(calendar.regions for calendar in calendars)
    # The tail of an evening event belongs to the day before.
    dated = _several_days(plan) or any(peak.ready_by < plan.start for peak in plan.peaks)
    table = _table("READY BY")
    for heading in ("WANTED", "PLAN"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in (*(["CALENDAR"] if several else []), *(["REGION"] if regions else []), "WHY"):
        table.add_column(heading, overflow="fold")
    for peak in sorted(plan.peaks, key=lambda peak: peak.ready_by):
        table.add_row(
            wall_clock(peak, peak.ready_by, DATED_CLOCK if dated else CLOCK),
            str(peak.wanted),
            str(peak.replicas),
            *([peak.calendar] if several else []),
            *([peak.surge.occurrence.day.region or "-"] if regions else []),
            peak_sentence(peak),
        )
    if not plan.peaks:
        return _nothing()
    return table


def _nothing() -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_row("no bell or event in this time")
    return table


def bar(value: int, highest: int, cells: int = BAR_CELLS) -> str:
    """Return a bar for a value, `cells` long for the highest, in eighths of a cell; never empty above 0."""
    eighths = round(value * cells * 8 / max(1, highest))
    eighths = max(eighths, 1 if value else 0)
    whole, part = divmod(eighths, 8)
    return FULL * whole + (EIGHTHS[part] if part else "")


def _clock(minute: Minute, zone: ZoneInfo, *, with_date: bool = False) -> str:
    form = DATED_CLOCK if with_date else CLOCK
    return local_clock(instant_of(minute), zone, form)
