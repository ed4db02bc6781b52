"""The edge of what is allowed: changes to a good spec that the conversion and the API server both take."""

from __future__ import annotations

from typing import Any

from tests.unit.kinds.specimens import MISSING

CALENDARS: dict[str, dict[str, Any]] = {
    "a holiday of one day": {"holidays[0].endDate": "2026-10-17"},
    "a session of one day": {"academicSessions[1].endDate": "2026-09-01"},
    "an exception that says its one day twice": {"calendarDates[0].endDate": "2026-11-12"},
    "two exceptions of one name": {"calendarDates[1].name": "strike"},
    "a closed day that names bells": {"calendarDates[0].bellScheduleName": "late"},
    "scopes and labels that are empty": {
        "weeklySchedule[0].labels": [],
        "weeklySchedule[0].regions": [],
        "holidays[1].regions": [],
    },
    "no rotation where no row asks for labels": {"rotation": MISSING, "weeklySchedule[0].labels": MISSING},
    "odd and even weeks, and no anchor": {
        "rotation.type": "CalendarWeeks",
        "rotation.labels": ["A", "B"],
        "rotation.anchorDate": MISSING,
        "rotation.onClosure": MISSING,
        "rotation.weekStartsOn": MISSING,
    },
    "a cycle that begins anew with each term": {"rotation.restartsWith": "Term"},
    "an exception on some weekdays": {
        "calendarDates[0].endDate": "2026-12-11",
        "calendarDates[0].daysOfWeek": ["Friday"],
    },
    "an exception on no weekday by name, so on every day": {"calendarDates[0].daysOfWeek": []},
    "a day without a label": {"calendarDates[0].labelled": False},
    "a whole day": {"demandEvents[0].startTime": "00:00", "demandEvents[0].endTime": "24:00"},
    "a dated event that says its one date twice": {"demandEvents[0].endDate": "2026-12-11"},
    "a dated event of 31 days": {"demandEvents[0].endDate": "2027-01-11"},
    "thirty years": {"academicSessions[0].endDate": "2056-09-23"},
    "a closed day in the next century": {
        "calendarDates[0].startDate": "2098-11-12",
        "holidays[0].endDate": "2099-11-01",
    },
    "a term in the next century": {"academicSessions[1].endDate": "2099-12-18"},
    "no sessions and no lesson days by themselves": {
        "academicSessions": MISSING,
        "calendarDates": MISSING,
    },
    "a dated event up to the end of the next day": {
        "demandEvents[0].endDate": "2026-12-12",
        "demandEvents[0].endTime": "24:00",
    },
    "an event of two cohorts": {"demandEvents[0].cohorts": ["lycees", "colleges"]},
    "evenings of a term, none on holidays": {
        "demandEvents[1].startDate": "2026-09-21",
        "demandEvents[1].endDate": "2026-12-11",
        "demandEvents[1].excludeHolidays": True,
    },
    "every day at a time": {"demandEvents[1].recurrence": {}},
    "an event over midnight": {"demandEvents[0].endTime": "01:00"},
    "a cron event without a duration": {"demandEvents[2].durationMinutes": MISSING},
    "a cohort without pupils": {"cohorts[0].pupils": 0},
    "a cohort twelve hours early": {"cohorts[0].startOffsetMinutes": -720},
    "a period to the end of the day": {"bellSchedules[1].classPeriods[0].endTime": "24:00"},
    "a period to the last minute of the day": {"bellSchedules[1].classPeriods[0].endTime": "23:59"},
    "no lists at all": {
        **dict.fromkeys(("regions", "academicSessions", "weeklySchedule", "bellSchedules"), MISSING),
        **dict.fromkeys(("rotation", "holidays", "calendarDates", "demandEvents", "cohorts"), MISSING),
    },
    "names with blanks and other alphabets inside": {"holidays[0].name": "Fête du 14 juillet 夏休み"},
    "the first and the last date there are": {
        "holidays[0].startDate": "1970-01-01",
        "holidays[0].endDate": "2099-12-31",
    },
}

AUTOSCALERS: dict[str, dict[str, Any]] = {
    "a target of nearly nothing": {
        "metrics[0].target.averageValue": "0.001",
        "metrics[1].target.value": "000.1Mi",
        "metrics[2].perPupil": "1m",
    },
    "as many at least as at most": {"minReplicas": 40},
    "no bounds beside an autoscaler": {"minReplicas": MISSING, "maxReplicas": MISSING},
    "direct scaling with both bounds": {"actuation": "Scale"},
    "no lead and one minute of hold": {"peaks[0].leadMinutes": 0, "peaks[0].holdMinutes": 1},
    "no lead and the default hold": {"peaks[0].leadMinutes": 0, "peaks[0].holdMinutes": MISSING},
    "replicas for every peak and no capacity": {
        "capacity": MISSING,
        "peaks": [{"name": "first", "anchor": "FirstPeriodStart", "replicas": 9}],
    },
    "replicas at a peak in place of pupils": {"capacity": {"replicasAtPeak": 60}},
    "all that a profile may give left to it": {
        **dict.fromkeys(("calendarRefs", "peaks", "dayFactors", "maxFactorPercent"), MISSING),
        **dict.fromkeys(("holdGapMinutes", "leadTime", "surge", "tolerance", "behavior"), MISSING),
    },
    "no peaks in place of a profile's": {"peaks": [], "capacity": MISSING},
    "no profile": {"profileRef": MISSING},
    "no peaks and no capacity": {"capacity": MISSING, "peaks": MISSING},
    "a factor for every day": {"dayFactors[0].match": {}},
    "a factor of nothing": {"dayFactors[0].percent": 0},
    "no stabilization downwards": {"behavior.scaleDown.stabilizationWindowSeconds": 0},
    "quantities with units": {"metrics[0].target.averageValue": "500m", "tolerance": "0"},
}

ACCEPTANCES: dict[str, tuple[str, dict[str, Any]]] = {
    **{sentence: ("SchoolCalendar", changes) for sentence, changes in CALENDARS.items()},
    **{sentence: ("SchoolAutoscaler", changes) for sentence, changes in AUTOSCALERS.items()},
}
