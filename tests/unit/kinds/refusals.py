"""Every way in which a spec can be wrong, once: what is changed in a good one, and what is said about it.

The unit tests ask the conversion for the path and the cure; the cluster tests send the same objects to a
real API server and ask for its message. `server` None: only the conversion can know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.unit.kinds.specimens import MISSING


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A change, and the answers to it."""

    changes: dict[str, Any]
    path: str
    cure: str
    server: str | None
    kind: str = "SchoolCalendar"


def _calendar(changes: dict[str, Any], path: str, cure: str, server: str | None) -> Refusal:
    return Refusal(changes=changes, path=path, cure=cure, server=server)


def _autoscaler(changes: dict[str, Any], path: str, cure: str, server: str | None) -> Refusal:
    return Refusal(kind="SchoolAutoscaler", changes=changes, path=path, cure=cure, server=server)


def _profile(changes: dict[str, Any], path: str, cure: str, server: str | None) -> Refusal:
    return Refusal(kind="ClusterScalingProfile", changes=changes, path=path, cure=cure, server=server)


def _exception(changes: dict[str, Any], path: str, cure: str, server: str | None) -> Refusal:
    return Refusal(kind="CalendarException", changes=changes, path=path, cure=cure, server=server)


def _override(changes: dict[str, Any], path: str, cure: str, server: str | None) -> Refusal:
    return Refusal(kind="ScalingOverride", changes=changes, path=path, cure=cure, server=server)


SHAPES: dict[str, Refusal] = {
    "a profile that gives what is each workload's own": _profile(
        {"capacity": {"replicasAtPeak": 60}},
        "spec.capacity",
        "Use a known field: calendarRefs",
        'unknown field "spec.capacity"',
    ),
    "an exception without its calendar": _exception(
        {"calendarRef": MISSING}, "spec.calendarRef", "Add it", "spec.calendarRef: Required value"
    ),
    "an exception on a day that does not exist": _exception(
        {"startDate": "2027-02-30"},
        "spec.startDate",
        'Write it as "YYYY-MM-DD"',
        "spec.startDate",
    ),
    "an exception of an unknown kind": _exception(
        {"event": "Landslide"},
        "spec.event",
        "Use a known word: InstructionalDay",
        'Unsupported value: "Landslide"',
    ),
    "an exception that is gone before it is over": _exception(
        {"ttlSecondsAfterFinished": -1},
        "spec.ttlSecondsAfterFinished",
        "The least is 0",
        "should be greater than or equal to 0",
    ),
    "a calendar without a time zone": _calendar(
        {"timeZone": MISSING}, "spec.timeZone", "Add it: The IANA name", "spec.timeZone: Required value"
    ),
    "an unknown field": _calendar(
        {"holidays[0].endDates": "x"},
        "spec.holidays[0].endDates",
        'The nearest known field is "endDate"',
        'unknown field "spec.holidays[0].endDates"',
    ),
    "an unknown field at the top of the spec": _calendar(
        {"timezone": "Europe/Paris"},
        "spec.timezone",
        'The nearest known field is "timeZone"',
        'unknown field "spec.timezone"',
    ),
    "a number for a name": _calendar(
        {"bellSchedules[0].classPeriods[0].name": 1},
        "spec.bellSchedules[0].classPeriods[0].name",
        'Quote it: "1"',
        'must be of type string: "integer"',
    ),
    "a bell that is a number": _calendar(
        {"bellSchedules[0].classPeriods[0].startTime": 810},
        "spec.bellSchedules[0].classPeriods[0].startTime",
        'Write it as "HH:MM" in quotes',
        'must be of type string: "integer"',
    ),
    "a bell that does not exist": _calendar(
        {"bellSchedules[0].classPeriods[0].startTime": "24:30"},
        "spec.bellSchedules[0].classPeriods[0].startTime",
        'Write it as "HH:MM" in quotes',
        "should match",
    ),
    "a date that does not exist": _calendar(
        {"holidays[0].startDate": "2026-04-31"},
        "spec.holidays[0].startDate",
        'Write it as "YYYY-MM-DD"',
        "must be of type date",
    ),
    "a date of another millennium": _calendar(
        {"holidays[0].startDate": "0206-04-30"},
        "spec.holidays[0].startDate",
        'Write it as "YYYY-MM-DD"',
        "should match",
    ),
    "a text for a number": _calendar(
        {"cohorts[0].pupils": "12000"},
        "spec.cohorts[0].pupils",
        "Write a whole number, without quotes",
        'must be of type integer: "string"',
    ),
    "a negative number of pupils": _calendar(
        {"cohorts[0].pupils": -1},
        "spec.cohorts[0].pupils",
        "The least is 0",
        "should be greater than or equal to 0",
    ),
    "a cohort that starts a day later": _calendar(
        {"cohorts[0].startOffsetMinutes": 1440},
        "spec.cohorts[0].startOffsetMinutes",
        "The most is 720",
        "should be less than or equal to 720",
    ),
    "an unknown event": _calendar(
        {"calendarDates[0].event": "LateArival"},
        "spec.calendarDates[0].event",
        'The nearest known word is "LateArrival"',
        'Unsupported value: "LateArival"',
    ),
    "a text for a flag": _calendar(
        {"suspend": "yes"}, "spec.suspend", "Write true or false", 'must be of type boolean: "string"'
    ),
    "a mapping for a list": _calendar(
        {"holidays": {}},
        "spec.holidays",
        'Start each item with "- "',
        'must be of type array: "object"',
    ),
    "a list for a mapping": _calendar(
        {"rotation": [1]},
        "spec.rotation",
        "Give its fields: Labels that days or weeks take in turn",
        'must be of type object: "array"',
    ),
    "a required key without a value": _calendar(
        {"holidays[0].endDate": None},
        "spec.holidays[0].endDate",
        "Add it: The last day off",
        "spec.holidays[0].endDate: Required value",
    ),
    "an entry without a value": _calendar(
        {"weeklySchedule[0].daysOfWeek": ["Monday", None]},
        "spec.weeklySchedule[0].daysOfWeek[1]",
        "Use one of Monday",
        'must be of type string: "null"',
    ),
    "an unknown key without a value": _calendar(
        {"holiday": None},
        "spec.holiday",
        'The nearest known field is "holidays"',
        'unknown field "spec.holiday"',
    ),
    "an empty name": _calendar(
        {"holidays[0].name": ""},
        "spec.holidays[0].name",
        "Characters needed: 1 or more",
        "should be at least 1 chars long",
    ),
    "a name with a blank at its end": _calendar(
        {"holidays[0].name": "x "}, "spec.holidays[0].name", "without blanks at its ends", "should match"
    ),
    "a name of 64 characters": _calendar(
        {"holidays[0].name": "x" * 64},
        "spec.holidays[0].name",
        "Write at most 63 characters",
        "Too long",
    ),
    "a time zone of 65 characters": _calendar(
        {"timeZone": "Europe/" + "x" * 58}, "spec.timeZone", "Write at most 64 characters", "Too long"
    ),
    "a time zone that is no name": _calendar(
        {"timeZone": "Europe/Paris!"}, "spec.timeZone", "Write an IANA name", "should match"
    ),
    "a bell schedule without periods": _calendar(
        {"bellSchedules[0].classPeriods": []},
        "spec.bellSchedules[0].classPeriods",
        "Entries needed: 1 or more",
        "should have at least 1 items",
    ),
    "twenty-five regions": _calendar(
        {"regions": [{"name": f"r{number}"} for number in range(25)]},
        "spec.regions",
        "Give at most 24",
        "must have at most 24 items",
    ),
    "a point in time without its offset": _calendar(
        {"calendarDates[1].announcedTime": "2027-01-26T05:15:00"},
        "spec.calendarDates[1].announcedTime",
        'Write it like "2027-01-26T05:15:00-05:00"',
        "must be of type date-time",
    ),
    "an event that starts at the end of a day": _calendar(
        {"demandEvents[0].startTime": "24:00"},
        "spec.demandEvents[0].startTime",
        'starts at "00:00" of the next day',
        "should match",
    ),
    "a quantity that is a number": _autoscaler(
        {"metrics[0].target.averageValue": 350},
        "spec.metrics[0].target.averageValue",
        'Quote it: "350"',
        'must be of type string: "integer"',
    ),
    "a quantity with an unknown unit": _autoscaler(
        {"metrics[0].target.averageValue": "350x"},
        "spec.metrics[0].target.averageValue",
        'Write a number in quotes like "350"',
        "should match",
    ),
    "no replicas at all": _autoscaler(
        {"minReplicas": 0}, "spec.minReplicas", "The least is 1", "should be greater than or equal to 1"
    ),
    "an autoscaler without calendars": _autoscaler(
        {"calendarRefs": []}, "spec.calendarRefs", "Entries needed: 1 or more", "should have at least 1 items"
    ),
    "twenty-one peaks": _autoscaler(
        {"peaks": [{"name": f"p{number}", "anchor": "PeriodStart"} for number in range(21)]},
        "spec.peaks",
        "Give at most 20",
        "must have at most 20 items",
    ),
    "a mode of another case": _autoscaler(
        {"mode": "dryrun"}, "spec.mode", 'The nearest known word is "DryRun"', 'Unsupported value: "dryrun"'
    ),
}
"""Fields of the wrong shape."""

_EXTRA_REGION_ENTRIES = {
    "academicSessions": "academicSessions[0]",
    "weeklySchedule": "weeklySchedule[0]",
    "holidays": "holidays[0]",
    "calendarDates": "calendarDates[0]",
    "demandEvents": "demandEvents[0]",
}

RULES: dict[str, Refusal] = {
    "a late fact that ends before it starts": _exception(
        {"endDate": "2027-01-26"},
        "spec.endDate",
        "Both dates are inclusive",
        "spec.endDate must not be before startDate",
    ),
    "a late fact that shortens a day without bells of its own": _exception(
        {"bellScheduleName": MISSING},
        "spec.bellScheduleName",
        "Name the bell schedule",
        "spec.bellScheduleName is required for the events LateArrival, EarlyDismissal and MakeUpDay",
    ),
    "a session that ends before it starts": _calendar(
        {"academicSessions[0].endDate": "2026-08-31"},
        "spec.academicSessions[0].endDate",
        "endDate is the last day",
        "spec.academicSessions[].endDate must not be before startDate",
    ),
    "a holiday that ends before it starts": _calendar(
        {"holidays[0].endDate": "2026-10-16"},
        "spec.holidays[0].endDate",
        "endDate is the last day",
        "spec.holidays[].endDate must not be before startDate",
    ),
    "an exception that ends before it starts": _calendar(
        {"calendarDates[2].endDate": "2027-02-28"},
        "spec.calendarDates[2].endDate",
        "endDate is the last day",
        "spec.calendarDates[].endDate must not be before startDate",
    ),
    "an event that ends as it starts": _calendar(
        {"demandEvents[0].startTime": "22:00", "demandEvents[0].endTime": "22:00"},
        "spec.demandEvents[0].endTime",
        "write 00:00 to 24:00 for a whole day",
        "spec.demandEvents[].endTime must differ from startTime",
    ),
    "an event that ends before it starts on its one date": _calendar(
        {"demandEvents[0].endDate": "2026-12-11", "demandEvents[0].endTime": "08:00"},
        "spec.demandEvents[0].endTime",
        "Write the date on which it ends as endDate",
        "spec.demandEvents[].endTime must not be before startTime where endDate is date",
    ),
    "an event of a cohort that there is not": _calendar(
        {"demandEvents[0].cohorts": ["lycees", "college"]},
        "spec.demandEvents[0].cohorts[1]",
        'The nearest known cohort is "colleges"',
        "spec.demandEvents[].cohorts must name cohorts of spec.cohorts",
    ),
    "an event on one date from another on": _calendar(
        {"demandEvents[0].startDate": "2026-11-01"},
        "spec.demandEvents[0].startDate",
        "give recurrence instead of date",
        "spec.demandEvents[].startDate and excludeHolidays go with recurrence",
    ),
    "an event of dates that are neither one nor recur": _calendar(
        {
            "demandEvents[0].date": MISSING,
            "demandEvents[0].startDate": "2026-11-01",
            "demandEvents[0].endDate": "2026-11-03",
            "demandEvents[0].endTime": "20:00",
        },
        "spec.demandEvents[0].startDate",
        "recurrence: {daysOfWeek: []}",
        "spec.demandEvents[].startDate and excludeHolidays go with recurrence",
    ),
    "an event with one date that ends before it": _calendar(
        {"demandEvents[0].endDate": "2026-11-01", "demandEvents[0].endTime": "20:00"},
        "spec.demandEvents[0].endDate",
        "date the first",
        "spec.demandEvents[].endDate must not be before startDate or date",
    ),
    "an event over days without an end on the last": _calendar(
        {"demandEvents[0].endDate": "2026-12-12", "demandEvents[0].endTime": MISSING},
        "spec.demandEvents[0].endDate",
        "24:00 is the end of the day",
        "spec.demandEvents[].endDate needs endTime",
    ),
    "an event that recurs until before it starts": _calendar(
        {"demandEvents[1].startDate": "2026-11-08", "demandEvents[1].endDate": "2026-11-01"},
        "spec.demandEvents[1].endDate",
        "endDate is the last day",
        "spec.demandEvents[].endDate must not be before startDate or date",
    ),
    "a rotation without an anchor": _calendar(
        {"rotation.anchorDate": MISSING},
        "spec.rotation.anchorDate",
        "CalendarWeeks for odd and even weeks",
        "spec.rotation.anchorDate and onClosure are required",
    ),
    "odd and even weeks of three labels": _calendar(
        {
            "rotation.type": "CalendarWeeks",
            "rotation.labels": ["A", "B", "C"],
            "rotation.weekStartsOn": MISSING,
        },
        "spec.rotation.labels",
        "the label of odd weeks, then that of even ones",
        "spec.rotation.labels must be two where type is CalendarWeeks",
    ),
    "odd and even weeks that begin anew with a term": _calendar(
        {
            "rotation.type": "CalendarWeeks",
            "rotation.labels": ["A", "B"],
            "rotation.weekStartsOn": MISSING,
            "rotation.restartsWith": "Term",
        },
        "spec.rotation.restartsWith",
        "Remove it, or use AlternatingWeeks",
        "spec.rotation.restartsWith must be left out where type is CalendarWeeks",
    ),
    "odd and even weeks from Sunday on": _calendar(
        {"rotation.type": "CalendarWeeks", "rotation.labels": ["A", "B"], "rotation.weekStartsOn": "Sunday"},
        "spec.rotation.weekStartsOn",
        "Remove it, or use AlternatingWeeks",
        "spec.rotation.weekStartsOn must be Monday where type is CalendarWeeks",
    ),
    "a late arrival without bells": _calendar(
        {"calendarDates[1].bellScheduleName": MISSING},
        "spec.calendarDates[1].bellScheduleName",
        "Name the bell schedule of that day",
        "spec.calendarDates[].bellScheduleName is required for the events LateArrival",
    ),
    "an early dismissal without bells": _calendar(
        {"calendarDates[0].event": "EarlyDismissal"},
        "spec.calendarDates[0].bellScheduleName",
        "Name the bell schedule of that day",
        "spec.calendarDates[].bellScheduleName is required for the events LateArrival",
    ),
    "a make-up day without bells": _calendar(
        {"calendarDates[0].event": "MakeUpDay"},
        "spec.calendarDates[0].bellScheduleName",
        "Name the bell schedule of that day",
        "spec.calendarDates[].bellScheduleName is required for the events LateArrival",
    ),
    "a period that ends as it starts": _calendar(
        {"bellSchedules[0].classPeriods[0].endTime": "08:00"},
        "spec.bellSchedules[0].classPeriods[0].endTime",
        "the start before the end",
        "spec.bellSchedules[].classPeriods[].endTime must be after startTime",
    ),
    "a period that ends at the midnight before it": _calendar(
        {"bellSchedules[0].classPeriods[0].endTime": "00:00"},
        "spec.bellSchedules[0].classPeriods[0].endTime",
        "Write 24:00 for the end of the day",
        "spec.bellSchedules[].classPeriods[].endTime must be after startTime",
    ),
    "a period after one to the end of the day": _calendar(
        {"bellSchedules[0].classPeriods[0].endTime": "24:00"},
        "spec.bellSchedules[0].classPeriods[1].startTime",
        "List the periods in order of time, without overlap",
        "spec.bellSchedules[].classPeriods must be in order of time and must not overlap",
    ),
    "periods that overlap": _calendar(
        {"bellSchedules[0].classPeriods[1].startTime": "08:59"},
        "spec.bellSchedules[0].classPeriods[1].startTime",
        "List the periods in order of time, without overlap",
        "spec.bellSchedules[].classPeriods must be in order of time and must not overlap",
    ),
    "periods out of order": _calendar(
        {
            "bellSchedules[0].classPeriods[1].startTime": "07:00",
            "bellSchedules[0].classPeriods[1].endTime": "07:30",
        },
        "spec.bellSchedules[0].classPeriods[1].startTime",
        "List the periods in order of time, without overlap",
        "spec.bellSchedules[].classPeriods must be in order of time and must not overlap",
    ),
    "a weekly row with unknown bells": _calendar(
        {"weeklySchedule[0].bellScheduleName": "ful"},
        "spec.weeklySchedule[0].bellScheduleName",
        'The nearest known bell schedule is "full"',
        "spec.weeklySchedule[].bellScheduleName must name a bell schedule",
    ),
    "a weekly row where there are no bells": _calendar(
        {"bellSchedules": MISSING, "calendarDates": MISSING},
        "spec.weeklySchedule[0].bellScheduleName",
        "There is no bell schedule here",
        "spec.weeklySchedule[].bellScheduleName must name a bell schedule",
    ),
    "an exception with unknown bells": _calendar(
        {"calendarDates[1].bellScheduleName": "lat"},
        "spec.calendarDates[1].bellScheduleName",
        'The nearest known bell schedule is "late"',
        "spec.calendarDates[].bellScheduleName must name a bell schedule",
    ),
    "a weekly row with a label that the rotation lacks": _calendar(
        {"weeklySchedule[0].labels[0]": "C"},
        "spec.weeklySchedule[0].labels[0]",
        "Use a known label of the rotation: A, B",
        "spec.weeklySchedule[].labels must name labels of spec.rotation",
    ),
    "a weekly row with a label where nothing rotates": _calendar(
        {"rotation": MISSING},
        "spec.weeklySchedule[0].labels[0]",
        "There is no label of the rotation here",
        "spec.weeklySchedule[].labels must name labels of spec.rotation",
    ),
    "a session with an unknown parent": _calendar(
        {"academicSessions[1].parentName": "yaer"},
        "spec.academicSessions[1].parentName",
        'The nearest known other session is "year"',
        "spec.academicSessions[].parentName must name another session",
    ),
    "a session that is its own parent": _calendar(
        {"academicSessions[1].parentName": "fall"},
        "spec.academicSessions[1].parentName",
        "Use a known other session: year",
        "spec.academicSessions[].parentName must name another session",
    ),
    "a cohort without a region": _calendar(
        {"cohorts[0].region": MISSING},
        "spec.cohorts[0].region",
        "Name one of zone-a, zone-b",
        "spec.cohorts[].region must name a region of spec.regions",
    ),
    "a cohort of an unknown region": _calendar(
        {"cohorts[0].region": "zone-c"},
        "spec.cohorts[0].region",
        "The nearest known region is",
        "spec.cohorts[].region must name a region of spec.regions",
    ),
    "a cohort with a region where there are none": _calendar(
        {
            "regions": MISSING,
            "academicSessions[1].regions": MISSING,
            "weeklySchedule[0].regions": MISSING,
            "holidays[1].regions": MISSING,
            "calendarDates[1].regions": MISSING,
            "demandEvents[1].regions": MISSING,
        },
        "spec.cohorts[0].region",
        "There is no region here",
        "must be left out where the calendar has no regions",
    ),
    **{
        f"an unknown region in {field_name}": _calendar(
            {f"{entry}.regions": ["zone-a", "nowhere"]},
            f"spec.{entry}.regions[1]",
            "Use a known region: zone-a, zone-b",
            f"spec.{field_name}[].regions must name regions of spec.regions",
        )
        for field_name, entry in _EXTRA_REGION_ENTRIES.items()
    },
    "an event with a date and a recurrence": _calendar(
        {"demandEvents[0].recurrence": {"condition": "Always"}},
        "spec.demandEvents[0]",
        "Give exactly one of them",
        "spec.demandEvents[] needs exactly one of date and recurrence",
    ),
    "an event without date and recurrence": _calendar(
        {"demandEvents[0].date": MISSING},
        "spec.demandEvents[0]",
        "Give exactly one of them",
        "spec.demandEvents[] needs exactly one of date and recurrence",
    ),
    "a recurrence with a cron line and weekdays": _calendar(
        {"demandEvents[2].recurrence.daysOfWeek": ["Sunday"]},
        "spec.demandEvents[2].recurrence",
        "Keep the schedule, or the weekdays and the condition",
        "spec.demandEvents[].recurrence takes either schedule",
    ),
    "a recurrence with a cron line and a condition": _calendar(
        {"demandEvents[2].recurrence.condition": "Always"},
        "spec.demandEvents[2].recurrence",
        "Keep the schedule, or the weekdays and the condition",
        "spec.demandEvents[].recurrence takes either schedule",
    ),
    "an event without a start": _calendar(
        {"demandEvents[1].startTime": MISSING},
        "spec.demandEvents[1].startTime",
        "Add when it starts",
        "spec.demandEvents[].startTime is required",
    ),
    "a cron event with a start": _calendar(
        {"demandEvents[2].startTime": "19:00"},
        "spec.demandEvents[2].startTime",
        "Remove startTime",
        "spec.demandEvents[].startTime is required, except with recurrence.schedule",
    ),
    "an end without a start": _calendar(
        {"demandEvents[2].endTime": "20:00"},
        "spec.demandEvents[2].endTime",
        "with a cron line use durationMinutes",
        "spec.demandEvents[].endTime needs startTime",
    ),
    "a duration without a cron line": _calendar(
        {"demandEvents[0].durationMinutes": 60},
        "spec.demandEvents[0].durationMinutes",
        "Write endTime instead",
        "spec.demandEvents[].durationMinutes goes with recurrence.schedule only",
    ),
    "two holidays of one name": _calendar(
        {"holidays[1].name": "toussaint"},
        "spec.holidays[1].name",
        "Give it another name",
        "spec.holidays[1]: Duplicate value",
    ),
    "two periods of one name": _calendar(
        {"bellSchedules[0].classPeriods[1].name": "1"},
        "spec.bellSchedules[0].classPeriods[1].name",
        "Give it another name",
        "Duplicate value",
    ),
    "a weekday twice in a row": _calendar(
        {"weeklySchedule[1].daysOfWeek": ["Friday", "Friday"]},
        "spec.weeklySchedule[1].daysOfWeek[1]",
        "Remove one of the two",
        "Duplicate value",
    ),
    "an exception to everybody's calendar": _exception(
        {"calendarRef.kind": "ClusterSchoolCalendar"},
        "spec.calendarRef.kind",
        "Put it into the calendarDates of that calendar",
        "spec.calendarRef.kind must be SchoolCalendar",
    ),
    "a minimum above the maximum": _autoscaler(
        {"minReplicas": 41},
        "spec.minReplicas",
        "Lower it, or raise maxReplicas",
        "spec.minReplicas must not be above spec.maxReplicas",
    ),
    "direct scaling without a minimum": _autoscaler(
        {"actuation": "Scale", "minReplicas": MISSING},
        "spec.minReplicas",
        "Add minReplicas",
        "spec.minReplicas and spec.maxReplicas are required where spec.actuation is Scale",
    ),
    "direct scaling without a maximum": _autoscaler(
        {"actuation": "Scale", "maxReplicas": MISSING},
        "spec.maxReplicas",
        "Add maxReplicas",
        "spec.minReplicas and spec.maxReplicas are required where spec.actuation is Scale",
    ),
    "a peak that nothing sizes": _autoscaler(
        {"capacity": MISSING, "peaks[0].loadPercent": MISSING},
        "spec.peaks[0]",
        "Add spec.capacity with pupilsPerReplica or replicasAtPeak, or replicas to this peak",
        "spec.capacity is required, with pupilsPerReplica or replicasAtPeak",
    ),
    "a capacity of both kinds": _autoscaler(
        {"capacity.replicasAtPeak": 60},
        "spec.capacity",
        "Keep one of the two",
        "spec.capacity takes pupilsPerReplica or replicasAtPeak: give exactly one of the two",
    ),
    "a capacity that says nothing": _autoscaler(
        {"capacity": {}},
        "spec.capacity",
        "Add one of the two",
        "spec.capacity takes pupilsPerReplica or replicasAtPeak: give exactly one of the two",
    ),
    "no calendars and no profile": _autoscaler(
        {"calendarRefs": MISSING, "profileRef": MISSING},
        "spec.calendarRefs",
        "Add it: The calendars",
        "spec.calendarRefs is required, except where spec.profileRef names",
    ),
    "a profile's peak with a load and replicas": _profile(
        {"peaks[1].loadPercent": 100},
        "spec.peaks[1]",
        "Keep one of them",
        "spec.peaks[] takes loadPercent or replicas, not both",
    ),
    "a profile's peak without lead and hold": _profile(
        {"peaks[0].leadMinutes": 0, "peaks[0].holdMinutes": 0},
        "spec.peaks[0]",
        "Give one of them at least 1 minute",
        "spec.peaks[].leadMinutes and holdMinutes together must be at least 1",
    ),
    "a peak with a load and replicas": _autoscaler(
        {"peaks[2].loadPercent": 100},
        "spec.peaks[2]",
        "Keep one of them",
        "spec.peaks[] takes loadPercent or replicas, not both",
    ),
    "a peak without lead and hold": _autoscaler(
        {"peaks[0].leadMinutes": 0, "peaks[0].holdMinutes": 0},
        "spec.peaks[0]",
        "Give one of them at least 1 minute",
        "spec.peaks[].leadMinutes and holdMinutes together must be at least 1",
    ),
    "an average target without its value": _autoscaler(
        {"metrics[0].target.averageValue": MISSING},
        "spec.metrics[0].target.averageValue",
        "Add averageValue",
        "spec.metrics[].target needs averageValue for the type AverageValue",
    ),
    "a value target with an average": _autoscaler(
        {"metrics[1].target.averageValue": "5"},
        "spec.metrics[1].target.averageValue",
        "Remove it, or change the type",
        "spec.metrics[].target needs averageValue for the type AverageValue",
    ),
    "a surge that no metric tells": _autoscaler(
        {"metrics[2].perPupil": MISSING},
        "spec.surge",
        "Add perPupil",
        "spec.surge needs a metric with perPupil",
    ),
    "a surge without metrics": _autoscaler(
        {"metrics": MISSING}, "spec.surge", "Add perPupil", "spec.surge needs a metric with perPupil"
    ),
    "a priority above the highest": _autoscaler(
        {"priority": 101}, "spec.priority", "The most is 100", "should be less than or equal to 100"
    ),
    "a priority below the lowest": _autoscaler(
        {"priority": -1}, "spec.priority", "The least is 0", "should be greater than or equal to 0"
    ),
    "the priority of a PriorityClass": _autoscaler(
        {"priority": 1_000_000}, "spec.priority", "The most is 100", "should be less than or equal to 100"
    ),
    "a surge that raises nothing": _autoscaler(
        {"surge.maxPercent": 100},
        "spec.surge.maxPercent",
        "The least is 110",
        "should be greater than or equal to 110",
    ),
    "two peaks of one name": _autoscaler(
        {"peaks[1].name": "first"},
        "spec.peaks[1].name",
        "Give it another name",
        "spec.peaks[1]: Duplicate value",
    ),
}
"""Fields of the right shape that do not fit together: what CEL and list types refuse."""

BEYOND_THE_SERVER: dict[str, Refusal] = {
    "an order at the end of all years": _override(
        {"startTime": "9999-12-31T23:00:00-23:00", "endTime": "9999-12-31T23:59:59-23:59"},
        "spec.endTime",
        "Check the year",
        None,
    ),
    "an unknown time zone": _calendar(
        {"timeZone": "Europe/Brusels"},
        "spec.timeZone",
        'The nearest known time zone is "Europe/Brussels"',
        None,
    ),
    "a city for a time zone": _calendar(
        {"timeZone": "new_york"}, "spec.timeZone", 'The nearest known time zone is "America/New_York"', None
    ),
    "the time zone of the machine": _calendar(
        {"timeZone": "localtime"}, "spec.timeZone", "Write an IANA name", None
    ),
    "a cron line of six fields": _calendar(
        {"demandEvents[2].recurrence.schedule": "0 0 19 * * MON"},
        "spec.demandEvents[2].recurrence.schedule",
        "Write five fields",
        None,
    ),
    "a cron line out of range": _calendar(
        {"demandEvents[2].recurrence.schedule": "0 25 * * MON"},
        "spec.demandEvents[2].recurrence.schedule",
        "Write five fields",
        None,
    ),
    "a cron line of every minute": _calendar(
        {"demandEvents[2].recurrence.schedule": "* * * * *"},
        "spec.demandEvents[2].recurrence.schedule",
        "at most 48 times a day",
        None,
    ),
}
"""What only the conversion can know."""

OVERRIDES: dict[str, Refusal] = {
    "an order without an end": _override(
        {"endTime": MISSING}, "spec.endTime", "Add it: Until when", "spec.endTime: Required value"
    ),
    "an order without a reason": _override(
        {"reason": MISSING}, "spec.reason", "Add it: Why", "spec.reason: Required value"
    ),
    "an order whose reason is blank": _override(
        {"reason": "  "}, "spec.reason", "Say in a few words", "spec.reason in body should match"
    ),
    "an order of less than is planned": _override(
        {"floorPercent": 99},
        "spec.floorPercent",
        "The least is 100",
        "should be greater than or equal to 100",
    ),
    "an order for names and for labels": _override(
        {"autoscalerRefs": [{"name": "web"}]},
        "spec",
        "Keep one of them",
        "spec.autoscalerRefs or spec.selector says what is meant",
    ),
    "an order for nobody": _override(
        {"selector": MISSING},
        "spec",
        "Add autoscalerRefs",
        "spec.autoscalerRefs or spec.selector says what is meant",
    ),
    "an order for everything": _override(
        {"selector": {}},
        "spec.selector",
        "Add matchLabels or matchExpressions",
        "spec.selector must have matchLabels or matchExpressions",
    ),
    "a label that must be one of no values": _override(
        {"selector.matchExpressions[0].values": MISSING},
        "spec.selector.matchExpressions[0].values",
        "Add the values",
        "spec.selector.matchExpressions[].values is required for In and NotIn",
    ),
    "a label that must not exist with values": _override(
        {"selector.matchExpressions[1].values": ["x"]},
        "spec.selector.matchExpressions[1].values",
        "Remove it",
        "spec.selector.matchExpressions[].values is required for In and NotIn",
    ),
    "an order of a floor and a share": _override(
        {"floorReplicas": 60},
        "spec",
        "Give exactly one of",
        "spec.floorReplicas, spec.floorPercent and spec.hold: true: give exactly one",
    ),
    "an order of a share and a hold": _override(
        {"hold": True},
        "spec",
        "Give exactly one of",
        "spec.floorReplicas, spec.floorPercent and spec.hold: true: give exactly one",
    ),
    "an order of nothing": _override(
        {"floorPercent": MISSING, "hold": False},
        "spec",
        "Give exactly one of",
        "spec.floorReplicas, spec.floorPercent and spec.hold: true: give exactly one",
    ),
    "an order that ends before it starts": _override(
        {"endTime": "2027-01-26T07:00:00Z"},
        "spec.endTime",
        "Write a later time",
        "spec.endTime must be after startTime",
    ),
    "an order of a whole term": _override(
        {"endTime": "2027-03-26T10:00:00+01:00"},
        "spec.endTime",
        "Write an earlier time",
        "spec.endTime must be at most 31 days after startTime",
    ),
}
"""What can be wrong with an order with an end."""

RULES |= OVERRIDES

WHAT_CANNOT_BE: dict[str, Refusal] = {
    "a target of nothing": _autoscaler(
        {"metrics[0].target.averageValue": "0"},
        "spec.metrics[0].target.averageValue",
        "more than 0",
        "spec.metrics[].target.averageValue must be more than 0",
    ),
    "a value of nothing": _autoscaler(
        {"metrics[1].target.value": "0.000k"},
        "spec.metrics[1].target.value",
        "more than 0",
        "spec.metrics[].target.value must be more than 0",
    ),
    "a metric to which a pupil adds nothing": _autoscaler(
        {"metrics[2].perPupil": "0m"},
        "spec.metrics[2].perPupil",
        "more than 0",
        "spec.metrics[].perPupil must be more than 0",
    ),
    "a school year in the next century": _calendar(
        {"academicSessions[0].endDate": "2072-07-03"},
        "spec.academicSessions[0].endDate",
        "Check the year",
        "spec.academicSessions and spec.calendarDates must not reach over more than 30 years",
    ),
    "a calendar of a day more than thirty years": _calendar(
        {"academicSessions[0].endDate": "2056-09-24"},
        "spec.academicSessions[0].endDate",
        "Check the year",
        "spec.academicSessions and spec.calendarDates must not reach over more than 30 years",
    ),
    "a lesson day in the next century": _calendar(
        {"calendarDates[2].startDate": "2072-03-01", "calendarDates[2].endDate": "2072-03-05"},
        "spec.calendarDates[2].endDate",
        "Check the year",
        "spec.academicSessions and spec.calendarDates must not reach over more than 30 years",
    ),
    "an event of more than a month": _calendar(
        {"demandEvents[0].endDate": "2027-01-12"},
        "spec.demandEvents[0].endDate",
        "Make it several events",
        "spec.demandEvents[].endDate must be at most 31 days after date",
    ),
}
"""Values that have the right shape and that nothing could be done with."""

RULES |= WHAT_CANNOT_BE
REFUSALS = {**SHAPES, **RULES, **BEYOND_THE_SERVER}
