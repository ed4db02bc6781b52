"""A plan in the terminal: the days, a bar for each change, and the peaks with their reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from firstbell.api.plan_document import DayWindow
from firstbell.cli.planned import Planned
from firstbell.domain.bells import Minute, instant_of
from firstbell.domain.days import Day, SchoolDays
from firstbell.domain.plan import LimitedBy, Plan
from firstbell.domain.upcoming import peak_at, peak_sentence

BAR_CELLS = 32
EIGHTHS = " ▏▎▍▌▋▊▉"
FULL = "█"


def print_planned(console: Console, planned: Planned, *, steps: bool) -> None:
    """Prints calendars, then each workload."""
    for school_days in planned.calendars:
        console.print(_days_table(school_days, planned.window))
    for plan in planned.plans:
        console.print(_changes_table(plan, steps=steps))
        console.print(_peaks_table(plan))


def _days_table(school_days: SchoolDays, window: DayWindow) -> Table:
    calendar = school_days.calendar
    table = Table(
        title=f"{calendar.key} ({calendar.zone.key})", title_justify="left", box=None, pad_edge=False
    )
    regions = bool(calendar.regions)
    for heading in ("DATE", *(("REGION",) if regions else ()), "DAY", "FIRST BELL", "LABEL", "REASON"):
        table.add_column(heading, overflow="fold")
    for on in window:
        for region in calendar.region_names:
            day = school_days.day(region, on)
            bell = school_days.first_bell(day)
            at = "-" if bell is None else _clock(bell, calendar.zone)
            label = day.lessons.label or "-" if day.lessons else "-"
            table.add_row(
                f"{on:%a %Y-%m-%d}",
                *((region or "",) if regions else ()),
                _day_words(day),
                at,
                label,
                day.reason,
            )
    return table


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


def _changes_table(plan: Plan, *, steps: bool) -> Table:
    """Every write (or step), as it will be on the wall clock of the first calendar."""
    policy, bounds = plan.workload.policy, plan.workload.bounds
    zone = plan.workload.calendars[0].calendar.zone
    ceiling = bounds.maximum if bounds.maximum is not None else "no maximum"
    what = "schedule" if steps else "writes"
    table = Table(
        title=f"\n{policy.key}: {what}, {bounds.minimum} to {ceiling} replicas ({zone.key})",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    for heading in ("LOCAL", "UTC"):
        table.add_column(heading, no_wrap=True)
    table.add_column("REPLICAS", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True, style="cyan")
    table.add_column("PEAK", overflow="fold")
    changes = _changes(plan, steps=steps)
    highest = max((replicas for _, replicas, _ in changes), default=1)
    several = (plan.end - plan.start) > 2 * 24 * 60
    for minute, replicas, why in changes:
        table.add_row(
            _clock(minute, zone, with_date=several),
            f"{instant_of(minute):%H:%M}",
            str(replicas),
            bar(replicas, highest),
            why,
        )
    return table


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
        changes.append(
            (run.start, run.value, _why(peak.surge.occurrence.peak.name if peak else None, limited))
        )
    return changes


def _why(peak: str | None, limited: LimitedBy | None) -> str:
    limits = {LimitedBy.MIN_REPLICAS: "minReplicas", LimitedBy.MAX_REPLICAS: "at maxReplicas"}
    words: Iterable[str | None] = (peak, limits[limited] if limited else None)
    return ", ".join(word for word in words if word)


def _peaks_table(plan: Plan) -> Table:
    table = Table(title="\npeaks", title_justify="left", box=None, pad_edge=False)
    table.add_column("READY BY", no_wrap=True)
    table.add_column("WANTED", justify="right", no_wrap=True)
    table.add_column("PLAN", justify="right", no_wrap=True)
    table.add_column("WHY", overflow="fold")
    for peak in plan.peaks:
        table.add_row(
            _clock(peak.ready_by, peak.zone), str(peak.wanted), str(peak.replicas), peak_sentence(peak)
        )
    if not plan.peaks:
        table.add_row("-", "-", "-", "no bell or event in this time")
    return table


def bar(value: int, highest: int) -> str:
    """A bar for a value, `BAR_CELLS` long for the highest, in eighths of a cell; never empty above 0."""
    eighths = round(value * BAR_CELLS * 8 / max(1, highest))
    eighths = max(eighths, 1 if value else 0)
    whole, part = divmod(eighths, 8)
    return FULL * whole + (EIGHTHS[part] if part else "")


def _clock(minute: Minute, zone: ZoneInfo, *, with_date: bool = False) -> str:
    form = "%a %d %b %H:%M" if with_date else "%H:%M"
    return f"{instant_of(minute).astimezone(zone):{form}}"
