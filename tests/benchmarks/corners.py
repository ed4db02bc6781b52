"""Corners of the schema: calendars that the API server accepts and no school has.

Each is a spec as it comes from the API, at some maxima of the schema at once. `test_corners.py` measures
them, `tests/unit/core` holds their steps within the budget.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from firstbell.core.policy import DayFactor, Match, Peak, PeakAnchor, Policy, Shape

Spec = dict[str, Any]

WEEK = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
EVERY_DAY = [*WEEK, "Saturday", "Sunday"]
REGIONS = [f"region-{number}" for number in range(24)]
FIRST, LAST = date(2010, 1, 1), date(2039, 12, 20)
SPAN = (LAST - FIRST).days
LABELS = [f"l{number}" for number in range(32)]


@cache
def corners() -> dict[str, Spec]:
    """Every corner by what it is; they are read, never changed."""
    return {
        "24 regions, 30 years, 512 ranged dates for all": regions_of(ranged_dates(512)),
        "24 regions, 30 years, 512 ranged dates, scopes drawn": regions_of(ranged_dates(512, scoped=True)),
        "24 regions, 512 holidays and 512 single dates, scopes drawn": regions_of(
            single_dates(512, scoped=True) | holidays(512, scoped=True)
        ),
        "24 regions, 30 years, 512 ranged dates on some weekdays, scopes drawn": regions_of(
            on_some_weekdays(ranged_dates(512, scoped=True))
        ),
        "A cycle of 32 labels with Hold, 512 dates on some weekdays": regions_of(
            on_some_weekdays(single_dates(256, scoped=True) | ranged_dates(512, scoped=True))
            | rotation("DayCycle", "Hold", rows_with=LABELS[:31])
        ),
        "128 events of 24 cohorts each, 512 cohorts, bells": many_bells() | cohorts(512) | of_cohorts(128),
        "8 events of 4 cohorts each, 512 cohorts, bells": many_bells() | cohorts(512) | of_cohorts(8, 4),
        "24 regions, 512 dates that open nothing": regions_of(opening_nothing(512)),
        "9.8 kB: 50 ranged dates, 24 regions": regions_of(ranged_dates(50)),
        "64 overlapping school years, 512 long holidays": regions_of(
            holidays(512, longest=90, scoped=True) | overlapping_years(64)
        ),
        "A cycle of 32 labels with Hold, 512 and 512 drawn": regions_of(
            single_dates(512, scoped=True)
            | holidays(512, scoped=True)
            | rotation("DayCycle", "Hold", rows_with=LABELS[:31])
        ),
        "32 alternating weeks with Hold, one of them taught": regions_of(
            single_dates(512, scoped=True) | rotation("AlternatingWeeks", "Hold", rows_with=LABELS[:1])
        ),
        "Cycles of which nearly no row is met, 512 and 512 in turn": regions_of(
            days_in_turn(512)
            | scoped_years(64)
            | rows_hardly_met()
            | rotation("DayCycle", "Hold", rows_with=None)
        ),
        "Lessons every day, no restart for 30 years": regions_of(
            single_dates(512, scoped=True, event="ExamDay") | {"weeklySchedule": [row(EVERY_DAY)]}
        ),
        "128 cron events on leap days, 512 cohorts": cohorts(512) | crons(128, "0 0 29 2 *"),
        "128 cron events each half hour, 24 regions, 512 cohorts": regions_of(
            crons(128, "{minute},{other} * * * *")
        )
        | cohorts(512, REGIONS),
        "128 cron events of 7 days, each half hour": regions_of(
            crons(128, "{minute},{other} * * * *", duration=10080)
        )
        | cohorts(512, REGIONS),
        "128 events on days before lessons, all night": regions_of(recurring(128)) | cohorts(512, REGIONS),
        "32 bell schedules of 24 periods in the clock gap": regions_of(gap_bells()),
        "32 bell schedules of 24 periods, 512 offsets": many_bells() | cohorts(512),
        "24 regions of 32 weekly rows with labels": regions_of(
            many_rows() | rotation("AlternatingWeeks", "Skip", rows_with=None)
        ),
    }


def corner_policy() -> Policy:
    """An ordinary policy: first bell, changes of lessons, the end of the day, and events."""
    return Policy(
        namespace="ns",
        name="web",
        calendar_names=("corner",),
        longest_lead_minutes=0,
        pupils_per_replica=1000,
        peaks=(
            Peak(name="first-bell", anchor=PeakAnchor.FIRST_PERIOD_START),
            Peak(
                name="change",
                anchor=PeakAnchor.PERIOD_START,
                load_percent=40,
                shape=Shape(lead=2, ramp=5, hold=10, decay=10),
            ),
            Peak(name="end", anchor=PeakAnchor.LAST_PERIOD_END, load_percent=30),
            Peak(name="event", anchor=PeakAnchor.DEMAND_EVENT, load_percent=50),
        ),
    )


def largest_policy() -> Policy:
    """As many peaks and factors as the schema has, of every anchor, all of them at every lesson."""
    anchors = tuple(PeakAnchor)
    return Policy(
        namespace="ns",
        name="web",
        calendar_names=("corner",),
        longest_lead_minutes=0,
        pupils_per_replica=997,
        peaks=tuple(
            Peak(
                name=f"p{n}",
                anchor=anchors[n % len(anchors)],
                load_percent=50 + n,
                shape=Shape(lead=5 + n, ramp=20 + n, hold=30 + n, decay=31 + n),
            )
            for n in range(20)
        ),
        day_factors=tuple(DayFactor(name=f"f{n}", match=Match(), percent=97 + n % 7) for n in range(64)),
    )


def plain() -> Spec:
    """One region, thirty years, Monday to Friday."""
    return {
        "timeZone": "Europe/Brussels",
        "academicSessions": [
            {"name": "sy", "type": "SchoolYear", "startDate": f"{FIRST}", "endDate": f"{LAST}"}
        ],
        "bellSchedules": [
            {"name": "full", "classPeriods": periods(8, 8 * 60 + 30, 50)},
            {"name": "short", "classPeriods": periods(4, 9 * 60, 40)},
        ],
        "weeklySchedule": [row(WEEK)],
    }


def regions_of(fields: Spec) -> Spec:
    """The plain calendar in 24 regions, with other fields over it."""
    return (
        plain()
        | {
            "regions": [{"name": name} for name in REGIONS],
            "cohorts": [{"name": f"c-{name}", "region": name, "pupils": 1000} for name in REGIONS],
        }
        | fields
    )


def row(days: list[str], bells: str = "full", **fields: Any) -> Spec:
    return {"daysOfWeek": days, "bellScheduleName": bells, **fields}


def periods(count: int, first: int, length: int, step: int | None = None) -> list[Spec]:
    """So many periods from a minute of the day on."""
    step = step or length + 5
    return [
        {
            "name": f"{number}",
            "startTime": clock(first + number * step),
            "endTime": clock(first + number * step + length),
        }
        for number in range(count)
    ]


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def day(number: int) -> str:
    return f"{FIRST + timedelta(days=number % SPAN)}"


def scope(rng: Random) -> list[str]:
    return rng.sample(REGIONS, rng.randint(1, 23))


def ranged_dates(count: int, *, scoped: bool = False) -> Spec:
    """Open ranges that all overlap, each of some years."""
    rng = Random(1)
    entries = []
    for number in range(count):
        entry = {
            "name": f"d{number}",
            "startDate": day(number),
            "endDate": day(SPAN - 1 - number),
            "event": "ExamDay",
            "bellScheduleName": "short",
        }
        entries.append(entry | ({"regions": scope(rng)} if scoped else {}))
    return {"calendarDates": entries}


def on_some_weekdays(spec: Spec) -> Spec:
    """The same exceptions, each on weekdays of its own."""
    rng = Random(7)
    entries = [
        entry | {"daysOfWeek": rng.sample(EVERY_DAY, rng.randrange(1, 7))} for entry in spec["calendarDates"]
    ]
    return spec | {"calendarDates": entries}


def of_cohorts(count: int, each: int = 24) -> Spec:
    """Evenings of weekdays, each of cohorts of its own."""
    rng = Random(8)
    return {
        "demandEvents": [
            {
                "name": f"e{number}",
                "type": "Other",
                "recurrence": {"daysOfWeek": EVERY_DAY},
                "startTime": clock(number * 10),
                "endTime": clock(number * 10 + 30),
                "cohorts": [f"c{one}" for one in rng.sample(range(512), each)],
            }
            for number in range(count)
        ]
    }


def single_dates(count: int, *, scoped: bool = False, event: str | None = None) -> Spec:
    rng = Random(2)
    words = ["WeatherDay", "ExamDay", "Strike", "InstructionalDay"]
    return {
        "calendarDates": [
            {"name": f"d{number}", "startDate": day(rng.randrange(SPAN)), "event": event or words[number % 4]}
            | ({"regions": scope(rng)} if scoped else {})
            for number in range(count)
        ]
    }


def opening_nothing(count: int) -> Spec:
    """Single open dates on Sundays, which no row fits."""
    sunday = next(FIRST + timedelta(days=n) for n in range(7) if (FIRST + timedelta(days=n)).weekday() == 6)
    return {
        "calendarDates": [
            {"name": f"d{n}", "startDate": f"{sunday + timedelta(weeks=3 * n)}", "event": "InstructionalDay"}
            for n in range(count)
        ]
    }


def holidays(count: int, *, longest: int = 12, scoped: bool = False) -> Spec:
    rng = Random(3)
    found = []
    for number in range(count):
        first = rng.randrange(SPAN - longest)
        entry = {
            "name": f"h{number}",
            "startDate": day(first),
            "endDate": day(first + rng.randrange(longest)),
        }
        found.append(entry | ({"regions": scope(rng)} if scoped else {}))
    return {"holidays": found}


def overlapping_years(count: int) -> Spec:
    return {
        "academicSessions": [
            {
                "name": f"sy{n}",
                "type": "SchoolYear",
                "startDate": day(n * 30),
                "endDate": day(SPAN - 1 - n * 40),
            }
            for n in range(count)
        ]
    }


def scoped_years(count: int) -> Spec:
    """Overlapping school years, each of some regions."""
    rng = Random(5)
    years = overlapping_years(count)["academicSessions"]
    return {"academicSessions": [year | {"regions": scope(rng)} for year in years]}


def days_in_turn(count: int) -> Spec:
    """A holiday and a closing exception in turn, day after day, each of some regions."""
    rng = Random(6)
    return {
        "holidays": [
            {"name": f"h{n}", "startDate": day(2 * n), "endDate": day(2 * n), "regions": scope(rng)}
            for n in range(count)
        ],
        "calendarDates": [
            {"name": f"d{n}", "startDate": day(2 * n + 1), "event": "WeatherDay", "regions": scope(rng)}
            for n in range(count)
        ],
    }


def rows_hardly_met() -> Spec:
    """Rows each of one weekday, one label and one region."""
    rows = [
        row([EVERY_DAY[n % 7]], labels=[LABELS[n]], regions=[REGIONS[n % len(REGIONS)]]) for n in range(32)
    ]
    return {"weeklySchedule": rows}


def rotation(kind: str, on_closure: str, rows_with: list[str] | None) -> Spec:
    fields: Spec = {
        "rotation": {"type": kind, "labels": LABELS, "anchorDate": f"{FIRST}", "onClosure": on_closure}
    }
    if rows_with is not None:
        fields["weeklySchedule"] = [row(WEEK, labels=rows_with)]
    return fields


def cohorts(count: int, regions: list[str] | None = None) -> Spec:
    fields = {} if regions else plain()
    return fields | {
        "cohorts": [
            {"name": f"c{n}", "pupils": 900 + n, "startOffsetMinutes": n - 256}
            | ({"region": regions[n % len(regions)]} if regions else {})
            for n in range(count)
        ]
    }


def crons(count: int, line: str, duration: int | None = None) -> Spec:
    return {
        "demandEvents": [
            {
                "name": f"e{n}",
                "type": "Other",
                "recurrence": {"schedule": line.format(minute=n % 30, other=n % 30 + 30)},
            }
            | ({"durationMinutes": duration} if duration else {})
            for n in range(count)
        ]
    }


def recurring(count: int) -> Spec:
    return {
        "demandEvents": [
            {
                "name": f"e{n}",
                "type": "HomeworkEvening",
                "recurrence": {"condition": "BeforeInstructionalDay"},
                "startTime": clock(17 * 60 + n),
                "endTime": clock(6 * 60 + n),
            }
            for n in range(count)
        ]
    }


def gap_bells() -> Spec:
    """Periods of a minute or two between two and three at night."""
    return {
        "bellSchedules": [
            {"name": f"b{n}", "classPeriods": periods(24, 120 + n % 8, 1, 2)} for n in range(32)
        ],
        "weeklySchedule": [row([weekday], f"b{n}") for n, weekday in enumerate(EVERY_DAY)],
    }


def many_bells() -> Spec:
    return plain() | {
        "bellSchedules": [{"name": f"b{n}", "classPeriods": periods(24, 60 + n, 40, 50)} for n in range(27)],
        "weeklySchedule": [row([weekday], f"b{n}") for n, weekday in enumerate(EVERY_DAY)],
    }


def many_rows() -> Spec:
    return {"weeklySchedule": [row(EVERY_DAY, labels=[LABELS[n]]) for n in range(32)]}


def drawn_corner(seeds: list[int]) -> Spec:
    """A calendar drawn from twelve numbers, each of which decides one of its parts."""
    rngs = [Random(seed) for seed in seeds]
    scoped = rngs[0].random() < 0.8
    spec = regions_of({})
    spec |= _of(rngs[1], [{}, holidays(512, longest=rngs[1].choice([1, 12, 90, 2000]), scoped=scoped)])
    spec |= _of(
        rngs[2],
        [
            {},
            single_dates(512, scoped=scoped),
            single_dates(512, scoped=scoped, event=rngs[2].choice(["ExamDay", "InstructionalDay"])),
            ranged_dates(512, scoped=scoped),
            opening_nothing(512),
        ],
    )
    spec |= _of(rngs[3], [{}, overlapping_years(rngs[3].randint(1, 64))])
    kind, on_closure = rngs[4].choice(["DayCycle", "AlternatingWeeks"]), rngs[5].choice(["Hold", "Skip"])
    with_rows = rngs[6].choice([None, LABELS, LABELS[:1], LABELS[:31]])
    spec |= _of(rngs[7], [{}, rotation(kind, on_closure, with_rows)])
    spec |= _of(rngs[8], [{}, gap_bells(), {k: v for k, v in many_bells().items() if k != "timeZone"}])
    if "rotation" in spec and with_rows is None:
        spec |= many_rows() if "full" in {b["name"] for b in spec["bellSchedules"]} else {}
    spec |= _of(
        rngs[9],
        [
            {},
            crons(rngs[9].randint(1, 128), "0 0 29 2 *"),
            crons(rngs[9].randint(1, 128), "{minute} 8-20 * * *", duration=rngs[9].choice([0, 45, 10080])),
            recurring(rngs[9].randint(1, 128)),
        ],
    )
    spec |= _of(rngs[10], [{}, cohorts(512, REGIONS)])
    if rngs[11].random() < 0.5:
        names = {schedule["name"] for schedule in spec["bellSchedules"]}
        spec["calendarDates"] = [
            entry
            for entry in spec.get("calendarDates", [])
            if entry.get("bellScheduleName") in {None, *names}
        ]
    return spec


def _of(rng: Random, choices: list[Spec]) -> Spec:
    return rng.choice(choices)
