"""What the API server asks of a calendar as a whole: every name that is used exists.

The conversion asks the same of files, with the exact path. The API server also counts what a rule costs on
the calendar at hand, and refuses a calendar on which one rule costs too much, with that rule's message and
though it holds. So the names of a list are compared in one call: `name in LIST.map(...)` for each of them
would make the list anew as often. Where both lists are long the names become keys, which cost no search.
"""

from __future__ import annotations

from firstbell.core.calendar import CalendarEvent
from firstbell.kinds.cel import Rule

MOST_YEARS = 30
DAYS_PER_YEAR = 366
_REGIONS = "self.regions.map(r, r.name)"
_BELLS = "self.bellSchedules.map(b, b.name)"


def _regions_exist(field: str) -> Rule:
    return Rule(
        rule=f"!has(self.{field}) || self.{field}.all(x, !has(x.regions) || size(x.regions) == 0"
        f" || has(self.regions) && sets.contains({_REGIONS}, x.regions))",
        message=f"spec.{field}[].regions must name regions of spec.regions",
    )


def _years() -> Rule:
    """Refuse dates with lessons too far apart: a mistyped year would make a plan resolve centuries."""
    events = ", ".join(f"'{event}'" for event in CalendarEvent if event.has_lessons)
    dates = " + ".join(
        f"(has(self.{field}) ? self.{field}.map(x, {of_lessons}, x.startDate)"
        f" + self.{field}.map(x, {of_lessons} && has(x.endDate), x.endDate) : [])"
        for field, of_lessons in (
            ("academicSessions", "x.type == 'SchoolYear'"),
            ("calendarDates", f"x.event in [{events}]"),
        )
    )
    return Rule(
        rule=f"[{dates}].all(days, size(days) == 0"
        f" || days.max() - days.min() <= duration('{MOST_YEARS * DAYS_PER_YEAR * 24}h'))",
        message="spec.academicSessions and spec.calendarDates must not reach over more than"
        f" {MOST_YEARS} years: check the years of their dates",
    )


CALENDAR_RULES = (
    Rule(
        rule="!has(self.weeklySchedule) || self.weeklySchedule.all(w, has(self.bellSchedules)"
        f" && w.bellScheduleName in {_BELLS})",
        message="spec.weeklySchedule[].bellScheduleName must name a bell schedule of spec.bellSchedules",
    ),
    Rule(
        rule="!has(self.calendarDates) || self.calendarDates.all(d, !has(d.bellScheduleName)"
        f" || has(self.bellSchedules) && d.bellScheduleName in {_BELLS})",
        message="spec.calendarDates[].bellScheduleName must name a bell schedule of spec.bellSchedules",
    ),
    Rule(
        rule="!has(self.weeklySchedule) || self.weeklySchedule.all(w, !has(w.labels) || size(w.labels) == 0"
        " || has(self.rotation) && sets.contains(self.rotation.labels, w.labels))",
        message="spec.weeklySchedule[].labels must name labels of spec.rotation",
    ),
    Rule(
        rule="!has(self.academicSessions) || self.academicSessions.all(s, !has(s.parentName)"
        " || s.parentName != s.name && s.parentName in self.academicSessions.map(p, p.name))",
        message="spec.academicSessions[].parentName must name another session of spec.academicSessions",
    ),
    _regions_exist("academicSessions"),
    _regions_exist("weeklySchedule"),
    _regions_exist("holidays"),
    _regions_exist("calendarDates"),
    _regions_exist("demandEvents"),
    Rule(
        rule="!has(self.demandEvents) || (has(self.cohorts)"
        " ? [self.cohorts.transformMapEntry(i, c, {c.name: true})].all(names,"
        " self.demandEvents.all(e, !has(e.cohorts) || e.cohorts.all(x, x in names)))"
        " : self.demandEvents.all(e, !has(e.cohorts) || size(e.cohorts) == 0))",
        message="spec.demandEvents[].cohorts must name cohorts of spec.cohorts",
    ),
    Rule(
        rule="!has(self.cohorts) || self.cohorts.all(c, has(self.regions) && size(self.regions) > 0"
        f" ? has(c.region) && c.region in {_REGIONS} : !has(c.region))",
        message="spec.cohorts[].region must name a region of spec.regions, and must be left out where the"
        " calendar has no regions",
    ),
    _years(),
)
