"""What a declaration changes: the days of its calendar, and the bells of every workload that uses it.

By the planning of the operator, over what is in the cluster or in files now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from firstbell import clock
from firstbell.cli.output import refuse
from firstbell.cli.plan_differences import differences, in_words
from firstbell.core import SchoolDays
from firstbell.core.calendar import changes_of, unchanged_words
from firstbell.core.reasons import Severity, last_entry_findings
from firstbell.files.links import Linked, link_readable, missing_calendar
from firstbell.files.manifests import ExceptionManifest, Manifests, gather
from firstbell.files.yaml_files import Origin, Unreadable
from firstbell.files.yaml_text import Node
from firstbell.kinds.group import CLUSTER_CALENDAR
from firstbell.kinds.laid_over import lay_over
from firstbell.kinds.problems import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from firstbell.core import SchoolCalendar

MOST_DAYS = 31
SHOWN = 20
"""Of the workloads that change; the rest are counted."""
AFTER_DAYS = 3
"""So many days more than the declaration's own: the lessons after it may be of another class."""
NO_CALENDAR = "There is none there; -n NAMESPACE names another: kubectl get schoolcal -A"
EDIT = "Who may edit it adds it there: kubectl edit cschoolcal"
COMMAND_LINE = "the command line"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """What there is: the objects, and what of them could not be read, a line each."""

    manifests: Manifests
    unread: tuple[str, ...] = ()
    knows_workloads: bool = True
    in_cluster: bool = False

    def calendar_meant(self, name: str, namespace: str | None) -> tuple[str, SchoolCalendar]:
        """Return the namespace of the calendar and the calendar as it lies now."""
        linked, _ = link_readable(self.manifests)
        named = [one for one in linked.calendars if one.name == name]
        found = [one for one in named if one.namespace and namespace in {None, one.namespace}]
        if len(found) > 1:
            spaces = ", ".join(one.namespace for one in found)
            refuse([f"{name}: there is one in each of {spaces}. Give -n."])
        if not found and any(not one.namespace for one in named):
            told = f"is a {CLUSTER_CALENDAR}, which takes late facts only in its calendarDates"
            refuse([f"{name}: {told}. {EDIT}"])
        if not found:
            known = {one.key: one for one in linked.calendars}
            where = namespace or next((one.namespace for one in linked.calendars if one.namespace), "default")
            problem = missing_calendar(f"{where}/{name}", known, "CALENDAR")
            if self.in_cluster and not known:
                problem = replace(problem, cure=NO_CALENDAR)
            refuse([*self.unread, str(problem)])
        return found[0].namespace, found[0]

    def exception(self, name: str, namespace: str) -> ExceptionManifest | None:
        """Return a CalendarException that is there."""
        exceptions = self.manifests.exceptions
        return next((one for one in exceptions if (one.namespace, one.name) == (namespace, name)), None)

    def with_one_more(self, body: dict[str, Any]) -> Scene:
        """Return the scene once the object is there, over all others; it must be a sound one."""
        gathered = gather([Origin(COMMAND_LINE, Node(body, 0))])
        if isinstance(gathered, Unreadable):
            refuse(str(problem).removeprefix(f"{COMMAND_LINE}: ") for problem in gathered.problems)
        exceptions = (*self.manifests.exceptions, *gathered.exceptions)
        return replace(self, manifests=replace(self.manifests, exceptions=exceptions))

    def without(self, one: ExceptionManifest) -> Scene:
        """Return the scene once an exception is gone."""
        exceptions = tuple(each for each in self.manifests.exceptions if each is not one)
        return replace(self, manifests=replace(self.manifests, exceptions=exceptions))

    def using(self, calendar_key: str) -> Linked:
        """Return what there is, of the workloads those that use a calendar."""
        linked, _ = link_readable(self.manifests)
        users = tuple(
            one
            for one in linked.autoscalers
            if any(calendar.key == calendar_key for calendar in one.calendars)
        )
        return replace(linked, autoscalers=users)


def sound_or_refused(calendar: SchoolCalendar, exception: ExceptionManifest) -> list[str]:
    """Return what is odd about a declaration; end the command where the operator would not take it."""
    from firstbell.cli.declare.declaration import refuse_problems  # noqa: PLC0415 - it knows the options

    laid = lay_over(calendar, [exception.entry])
    refused = laid.refused.get(0)
    if isinstance(refused, Refused):
        refuse_problems(refused.problems)
    findings = list(last_entry_findings(SchoolDays(laid.calendar)))
    errors = [finding.text for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        refuse(errors)
    return [finding.text for finding in findings if finding.severity is Severity.WARNING]


def day_lines(calendar: SchoolCalendar, exception: ExceptionManifest) -> list[str]:
    """Return the days that are others with it, a line each."""
    found = [f"  {change.sentence}" for change in changes_of(calendar, exception.entry)]
    return found or [f"  no lesson day is changed: {unchanged_words(calendar, exception.entry)}"]


def over_lines(exception: ExceptionManifest, today: date) -> list[str]:
    """Return a warning where all of its days are over; `today` is a date where the school is."""
    if exception.entry.dates.last >= today:
        return []
    return ["  these days are over: it counts only where days to come follow from them, as in a rotation"]


def workload_lines(before: Scene, after: Scene, key: str, exception: ExceptionManifest) -> Iterator[str]:
    """Yield the bells that change of each workload that uses the calendar."""
    old, new = before.using(key), after.using(key)
    dates = exception.entry.dates
    zone = next(one.zone for one in new.calendars if one.key == key)
    first: date = max(dates.first, clock.today(zone)) if dates.last >= clock.today(zone) else dates.first
    days = min((dates.last - first).days + 1 + AFTER_DAYS, MOST_DAYS)
    if not after.knows_workloads:
        yield "what this does to workloads is not told: they could not be read"
        return
    if not new.autoscalers:
        yield "no SchoolAutoscaler uses this calendar"
        return
    found = differences(old, new, first, days)
    changed = [one for one in found if one.changes]
    yield from in_words(changed[:SHOWN])
    if len(changed) > SHOWN:
        yield f"and {len(changed) - SHOWN} more SchoolAutoscalers"
    yield f"{len(changed)} of {len(found)} SchoolAutoscalers that use this calendar change"
