"""The plan as a document: `firstbell.dev/plan/v1`, stable, for other tools to read.

Times are UTC as `YYYY-MM-DDTHH:MM:SSZ`, dates are civil dates in each calendar's zone, and what is not
known is null. Fields are only ever added.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from firstbell.core.instants import EPOCH, api_minute, api_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from fractions import Fraction

    from firstbell.core import Day, Override, Plan, PlannedPeak, Run, SchoolDays, Step

API_VERSION = "firstbell.dev/plan/v1"


@dataclass(frozen=True, kw_only=True, slots=True)
class DayWindow:
    """Civil dates from `first` on, `days` of them."""

    first: date
    days: int

    @property
    def last(self) -> date:
        """The last date, inclusive."""
        return self.first + timedelta(days=self.days - 1)

    @property
    def after(self) -> date:
        """The date after the last."""
        return self.first + timedelta(days=self.days)

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=offset) for offset in range(self.days))


def plan_document(
    window: DayWindow,
    calendars: Iterable[SchoolDays],
    plans: Iterable[Plan],
    orders: Iterable[tuple[Override, ...]] = (),
) -> dict[str, Any]:
    """Return the whole document; `orders` are those beside each plan, in the order of the plans."""
    beside = iter(orders)
    return {
        "apiVersion": API_VERSION,
        "from": window.first.isoformat(),
        "to": window.last.isoformat(),
        "calendars": [_calendar(school_days, window) for school_days in calendars],
        "autoscalers": [_autoscaler(plan, next(beside, ())) for plan in plans],
    }


def _calendar(school_days: SchoolDays, window: DayWindow) -> dict[str, Any]:
    calendar = school_days.calendar
    return {
        "calendar": calendar.key,
        "timeZone": calendar.zone.key,
        "days": [
            _day(school_days, school_days.day(region, on))
            for on in window
            for region in calendar.region_names
        ],
    }


def _day(school_days: SchoolDays, day: Day) -> dict[str, Any]:
    lessons = day.lessons
    return {
        "region": day.region,
        "date": day.date.isoformat(),
        "instructional": day.instructional,
        "reason": day.reason,
        "dayClass": lessons.day_class if lessons else None,
        "breakDays": lessons.break_days if lessons else None,
        "transition": lessons.transition if lessons else None,
        "instructionMode": lessons.instruction_mode if lessons else None,
        "bellScheduleName": lessons.bell_schedule_name if lessons else None,
        "firstBellTime": api_minute(at) if (at := school_days.first_bell(day)) is not None else None,
        "label": lessons.label if lessons else None,
        "event": day.event,
    }


def order_document(order: Override) -> dict[str, Any]:
    """Return one order with an end, as every document of ours writes it."""
    return {
        "name": order.name,
        "startTime": None if order.start == EPOCH else api_time(order.start),
        "endTime": api_time(order.end),
        "floorReplicas": order.floor,
        "floorPercent": order.percent,
        "hold": order.hold,
        "reason": order.reason,
    }


def _autoscaler(plan: Plan, orders: tuple[Override, ...]) -> dict[str, Any]:
    told = _planned(plan)
    return {**told, "overrides": [order_document(one) for one in orders]} if orders else told


def _planned(plan: Plan) -> dict[str, Any]:
    return {
        "autoscaler": plan.workload.policy.key,
        "from": api_minute(plan.start),
        "to": api_minute(plan.end),
        "steps": [_step(step) for step in plan.steps],
        "writes": [_write(plan, run) for run in plan.writes],
        "peaks": [peak_document(peak) for peak in plan.peaks],
    }


def _write(plan: Plan, run: Run) -> dict[str, Any]:
    """Return a write; one that is made before it is due says when it is, and which measurement says so."""
    told = {"time": api_minute(run.start), "replicas": run.value}
    rise = plan.ahead_at(run.start)
    if rise is None:
        return told
    return {**told, "dueTime": api_minute(rise.due), "leadSeconds": rise.lead.seconds}


def _step(step: Step) -> dict[str, Any]:
    return {
        "time": api_minute(step.minute),
        "replicas": step.replicas,
        "wanted": step.wanted,
        "peak": step.peak,
        "limitedBy": step.limited_by,
    }


def peak_document(peak: PlannedPeak) -> dict[str, Any]:
    """Return one planned peak, as every document of ours writes it."""
    occurrence, product = peak.surge.occurrence, peak.surge.factors
    lessons = occurrence.day.lessons
    return {
        "peak": occurrence.peak.name,
        "calendar": peak.calendar,
        "region": occurrence.day.region,
        "bellTime": api_minute(occurrence.bell),
        "readyByTime": api_minute(peak.ready_by),
        "wanted": peak.wanted,
        "replicas": peak.replicas,
        "dayClass": lessons.day_class if lessons else None,
        "transition": lessons.transition if lessons else None,
        "factorPercent": _percent(product.percent),
        "uncappedFactorPercent": _percent(product.uncapped_percent),
        "factors": [{"name": factor.name, "percent": factor.percent} for factor in product.factors],
    }


def _percent(percent: Fraction) -> int | float:
    """Round to two decimals; a whole number where it is one."""
    rounded = round(percent, 2)
    return int(rounded) if rounded.denominator == 1 else float(rounded)
