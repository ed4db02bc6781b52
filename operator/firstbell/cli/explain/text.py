"""An explanation in the terminal: a screenful in plain words, times on the wall clock of the school."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from itertools import islice
from typing import TypeAlias

from rich.console import Console
from rich.table import Table

from firstbell.cli.order_lines import order_lines
from firstbell.cli.output import printable
from firstbell.cli.patch_text import patch_rows
from firstbell.core import Day, Decision, PlannedPeak, Policy, SchoolDays, Unavailable
from firstbell.core.calendar import day_words
from firstbell.core.instants import DATED_CLOCK, instant_of, told_instant
from firstbell.core.reasons import ConditionType, DecisionReason, percent_text
from firstbell.core.scaling import Peak
from firstbell.engine.deciding.situation import ByFloor, ByScale
from firstbell.engine.explaining.explanation import ExplainedPeak, Explanation
from firstbell.engine.explaining.foresight import Foreseen
from firstbell.engine.explaining.last_report import lag, not_fine
from firstbell.engine.explaining.what_would_change import levers
from firstbell.engine.objects.status_values import read_condition
from firstbell.kinds.school_autoscaler import DEFAULT_PRIORITY, MOST_PRIORITY, Mode

PEAKS_SHOWN, UPCOMING_SHOWN, ACTIONS_SHOWN, ORDERS_SHOWN, DAYS_SHOWN = 2, 3, 3, 5, 2
Rows: TypeAlias = Iterable[tuple[str, str]]


def print_explanation(console: Console, of: Explanation) -> None:
    """Print the number, why it is that, what comes next, what would change it, and the last report."""
    zone = zone_of(of)
    console.print(printable(_headline(of)), style="bold", soft_wrap=True)
    console.print(f"{_when(of.outcome.now, zone, form='%a %d %b %Y %H:%M')}, {zone}")
    _section(console, "WHY", _why(of, zone))
    _section(console, "NEXT", _next(of, zone))
    if of.writes:
        _section(console, "PATCHES STILL TO BE SENT", patch_rows(of.writes))
    if of.writes_if_enforced:
        _section(console, "PATCHES THAT ENFORCE WOULD SEND", patch_rows(of.writes_if_enforced))
    _section(console, "WHAT WOULD CHANGE IT", (("-", sentence) for sentence in levers(of)))
    _section(console, "WHAT THE OPERATOR LAST REPORTED", _reported(of, zone))


def zone_of(of: Explanation) -> tzinfo:
    """Return the zone of the school whose bell explains the number, else of the first calendar, else UTC."""
    for peak in (*(one.peak for one in of.peaks), *of.upcoming):
        return peak.zone
    calendars = of.outcome.situation.calendars
    return UTC if isinstance(calendars, Unavailable) or not calendars else calendars[0].calendar.zone


def _section(console: Console, title: str, rows: Rows) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in rows:
        table.add_row(label, printable(text))
    console.print()
    console.print(title)
    console.print(table)


def _when(at: datetime, zone: tzinfo, form: str = DATED_CLOCK) -> str:
    """Return an instant on the wall of the school, and in UTC where that differs."""
    local = at.astimezone(zone)
    return f"{local:{form}}" + (f" ({at.astimezone(UTC):%H:%M} UTC)" if local.utcoffset() else " UTC")


def _headline(of: Explanation) -> str:
    decision = of.outcome.decision
    if isinstance(decision, Unavailable):
        return f"{of.seen.key}: nothing can be decided ({decision.reason})"
    if decision.desired is None:
        return f"{of.seen.key}: nothing is written ({decision.reason})"
    unwritten = ""
    if of.rules.mode is Mode.DRY_RUN:
        unwritten = ", not written: DryRun"
    elif isinstance(of.outcome.situation.workload, Unavailable):
        unwritten = f", nothing to scale: {of.outcome.situation.workload.reason}"
    return f"{of.seen.key}: {_counted(decision.desired)} ({decision.reason}{unwritten})"


def _counted(replicas: int) -> str:
    return f"{replicas} replica{'' if replicas == 1 else 's'}"


def _why(of: Explanation, zone: tzinfo) -> Iterator[tuple[str, str]]:
    decision, stands = of.outcome.decision, of.outcome.situation
    if isinstance(decision, Unavailable):
        yield "problem", decision.message
    elif not of.peaks or decision.reason not in {DecisionReason.SCHEDULED_PEAK, DecisionReason.BASELINE}:
        yield "reason", decision.message
    yield from _demand(of)
    if isinstance(decision, Decision):
        yield "schedule", _schedule(of, decision)
        for limit in decision.limits:
            yield "limit", f"{limit.before} -> {limit.after}: {limit.reason}"
    for line in islice(order_lines(of.outcome.orders, zone), ORDERS_SHOWN):
        yield "order", line
    yield from _actuator(of, zone)
    workload = stands.workload
    if not isinstance(workload, Unavailable):
        ready = "Ready not known yet" if workload.ready is None else f"{workload.ready} Ready"
        yield "workload", f"{workload.ref.kind} {workload.ref.name}: {_counted(workload.replicas)}, {ready}"
    else:
        yield "workload", workload.message
    yield "live load", _live(of)
    if of.rules.profile:
        yield "profile", _profile(of)
    yield from _lead(of)
    if of.rules.priority != DEFAULT_PRIORITY:
        yield "priority", f"{of.rules.priority} of {MOST_PRIORITY}: {_turn(of.rules.priority)}"


def _turn(priority: int) -> str:
    """Tell when its rises are written beside those of others for the same bell."""
    order = "before" if priority > DEFAULT_PRIORITY else "after"
    return f"at a bell it is raised {order} workloads without a priority ({DEFAULT_PRIORITY})"


def _demand(of: Explanation) -> Iterator[tuple[str, str]]:
    """Tell the peaks whose load is there, else what day it is, else why nobody knows."""
    for one in of.peaks[:PEAKS_SHOWN]:
        yield from _peak(one, of.rules.policy)
    if len(of.peaks) > PEAKS_SHOWN:
        yield "", f"and {len(of.peaks) - PEAKS_SHOWN} smaller at the same time"
    calendars = of.outcome.situation.calendars
    if isinstance(calendars, Unavailable):
        yield "calendar", calendars.message
    elif not of.peaks:
        yield from _days(calendars, of.outcome.now)


def _profile(of: Explanation) -> str:
    """Tell which fields come from the profile, and which that it could give are the object's own."""
    given, own = ", ".join(of.rules.from_profile) or "nothing", ", ".join(of.rules.of_its_own)
    return f"{of.rules.profile} gives {given}" + (f"; set here: {own}" if own else "")


def _live(of: Explanation) -> str:
    """Return what live metrics ask for by the operator's last report, which alone reads them."""
    if not of.rules.metrics:
        return "spec.metrics asks for none"
    read = read_condition(of.seen.status, ConditionType.METRICS_AVAILABLE)
    asked = (of.seen.status.get("decision") or {}).get("reactiveReplicas")
    said = "not reported yet" if asked is None else f"{asked} asked for by the operator's last report"
    return said if read is None else f"{said}; {read.reason}: {read.message}".rstrip(": ")


def _schedule(of: Explanation, decision: Decision) -> str:
    if decision.scheduled is None or of.wanted is None or isinstance(of.outcome.plan, Unavailable):
        return "no plan can be made"
    bounds = of.outcome.plan.workload.bounds
    most = "" if bounds.maximum is None else f" to {bounds.maximum}"
    kept = ""
    if decision.scheduled > min(max(of.wanted, bounds.minimum), bounds.maximum or of.wanted):
        kept = f", {decision.scheduled} written: a rise comes early and a fall late"
    return f"{of.wanted} wanted this minute, within {bounds.minimum}{most}{kept}"


def _peak(one: ExplainedPeak, policy: Policy) -> Iterator[tuple[str, str]]:
    peak, occurrence = one.peak, one.peak.surge.occurrence
    region = f", region {occurrence.day.region}" if occurrence.day.region else ""
    bell = _bell(peak)
    yield "peak", f"{occurrence.peak.name}: {_counted(peak.wanted)} at its height, bell {bell}"
    yield "calendar", f"{peak.calendar}{region}"
    yield "day", _day(occurrence.day)
    factors = peak.surge.factors
    if factors.factors:
        product = " x ".join(f"{factor.name} {factor.percent} %" for factor in factors.factors)
        capped = f", capped from {percent_text(factors.uncapped_percent)} %" if factors.capped else ""
        yield "factors", f"{product} = {percent_text(factors.percent)} %{capped}"
    yield "pupils", _pupils(one) + _carried(occurrence.peak, policy)


def _carried(peak: Peak, policy: Policy) -> str:
    """Tell what sizes a peak besides its own numbers."""
    if peak.replicas is not None:
        return ""
    if policy.replicas_at_peak is not None:
        return f"; all of them need {_counted(policy.replicas_at_peak)} at a peak of 100 %"
    return f"; one replica carries {policy.pupils_per_replica:,}"


def _bell(peak: PlannedPeak) -> str:
    """Tell when it rings, with its zone where calendars of several zones are planned together."""
    zone = f", {peak.zone.key}" if peak.zones_meet else ""
    return f"{_when(instant_of(peak.bell), peak.zone)}{zone}"


def _pupils(one: ExplainedPeak) -> str:
    if one.pupils is None:
        return "not counted: the policy itself says how many replicas"
    if len(one.offsets) < 2:  # noqa: PLR2004 - two make a spread
        return f"{one.pupils:,}, all at the same bell"
    spread = f"{one.offsets[0]:+} to {one.offsets[-1]:+} minutes"
    return f"{one.pupils:,} in {one.cohorts} cohorts that start at the bell {spread}"


def _days(calendars: Iterable[SchoolDays], now: datetime) -> Iterator[tuple[str, str]]:
    """Tell what day it is in each calendar: why no bell asks for more is most often there."""
    told = {
        (days.calendar.name, _day(days.day(region, now.astimezone(days.calendar.zone).date())))
        for days in calendars
        for region in days.calendar.region_names
    }
    for name, day in sorted(told)[:DAYS_SHOWN]:
        yield "day", f"{name}: {day}"
    if len(told) > DAYS_SHOWN:
        yield "", f"and {len(told) - DAYS_SHOWN} more"


def _day(day: Day) -> str:
    if day.lessons is None:
        return f"no lessons ({day.reason})"
    return f"{day_words(day)} (by {day.reason})"


def _actuator(of: Explanation, zone: tzinfo) -> Iterator[tuple[str, str]]:
    actuator = of.outcome.situation.actuator
    if isinstance(actuator, ByScale):
        yield "baseline", f"{actuator.minimum}, spec.minReplicas"
        yield "written to", f"replicas of {of.rules.target.kind} {of.rules.target.name} (no autoscaler found)"
    if not isinstance(actuator, ByFloor):
        return
    autoscaler, field = actuator.seen.autoscaler, actuator.seen.of.minimum_field
    yield "baseline", f"{actuator.baseline}, what {field} is without firstbell"
    whose = "raised by firstbell" if actuator.held is not None else "not raised"
    yield "written to", f"{field} of {autoscaler.kind} {autoscaler.name}: {autoscaler.minimum}, {whose}"
    yield "who writes", _writers(of, zone) or "nobody owns the field: no apply can conflict"


def _writers(of: Explanation, zone: tzinfo) -> str:
    return "; ".join(
        f"{writer.manager} ({writer.operation}{', ' + _when(writer.time, zone) if writer.time else ''})"
        for writer in of.writers
    )


def _next(of: Explanation, zone: tzinfo) -> Iterator[tuple[str, str]]:
    if of.outcome.stopped:
        yield "write", "none while firstbell is stopped"
    elif of.beside_schedule:
        yield from _with_orders(of, zone)
    elif of.following is not None:
        at = _when(instant_of(of.following.start), zone)
        yield "write", f"{_counted(of.following.value)} at {at}{_earlier(of)}"
    else:
        yield "write", "none in the next two days"
    # Regions that share a bell would say the same line again.
    coming = {(peak.bell, peak.surge.occurrence.peak.name): peak for peak in of.upcoming}
    for peak in list(coming.values())[:UPCOMING_SHOWN]:
        occurrence = peak.surge.occurrence
        at = _bell(peak)
        day = occurrence.day.lessons.day_class.value if occurrence.day.lessons else "no lessons"
        yield "bell", f"{at}: {_counted(peak.replicas)}, {occurrence.peak.name}, {day}"


def _with_orders(of: Explanation, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """Tell the next write where orders count, and what follows when each begins or ends."""
    following = of.following_change
    if following is None:
        yield "write", "none in the next two days"
    else:
        yield "write", f"{_then(following)} at {_when(following.at, zone)}"
    for turn in of.turns[:ORDERS_SHOWN]:
        verb = "begins" if turn.begins else "ends"
        yield "order", f"{turn.order.name} {verb} at {_when(turn.then.at, zone)}: then {_then(turn.then)}"
    if len(of.turns) > ORDERS_SHOWN:
        yield "", f"and {len(of.turns) - ORDERS_SHOWN} more orders"


def _then(one: Foreseen) -> str:
    """Tell what is decided at a coming time, and why."""
    told = "nothing is written" if one.replicas is None else _counted(one.replicas)
    return f"{told} ({one.message})"


def _earlier(of: Explanation) -> str:
    """Tell by how much the next write is earlier than it is due."""
    if of.following is None or isinstance(of.outcome.plan, Unavailable):
        return ""
    rise = of.outcome.plan.ahead_at(of.following.start)
    return "" if rise is None else f", {rise.due - rise.written} min before it is due"


def _lead(of: Explanation) -> Iterator[tuple[str, str]]:
    """Tell what was measured of the last rises, and what follows."""
    longest, measured = of.rules.policy.longest_lead_minutes, of.rises.by_size()
    if not measured:
        return
    told = "; ".join(
        f"{lead.least} to {lead.most} pods {'took' if lead.ready else 'were not Ready in'} {lead.seconds} s"
        for lead in measured
    )
    how = (
        f"rises are written up to {longest} min earlier" if longest else "spec.leadTime is Fixed: no earlier"
    )
    yield "lead", f"{told}; {how}"


def _reported(of: Explanation, zone: tzinfo) -> Iterator[tuple[str, str]]:
    status, note = of.seen.status, lag(of.seen, of.outcome)
    if status.get("decision"):
        decision, desired = status["decision"], status.get("desiredReplicas")
        told = decision.get("message") or ""
        yield "decided", f"{'nothing' if desired is None else desired}: {decision.get('reason')}, {told}"
    if note:
        yield "note", note
    troubles = not_fine(status)
    for one in troubles:
        yield "trouble", f"{one.type}={one.status.value}, {one.reason}: {one.message}"
    if status and not troubles:
        yield "trouble", "none"
    for action in (status.get("lastActions") or ())[:ACTIONS_SHOWN]:
        time = told_instant(action["time"])
        at = "at some time" if time is None else _when(time, zone)
        yield "change", f"{at}: {action['from']} -> {action['to']}, {action['reason']}"
