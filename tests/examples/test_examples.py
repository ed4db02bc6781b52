"""Every file in `examples/` is read, linted and planned; a new file is found by itself.

The two historic examples have their numbers in `tests/scenarios`, those for 2026-2027 have them here. Each
number is worked out in a comment, from pupils and percentages of the file.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from firstbell.cli.fleet.command import fleet
from firstbell.cli.lint.command import lint
from firstbell.cli.plan.command import plan
from firstbell.cli.planned import plan_files

APP = typer.Typer()
APP.command()(plan)
APP.command()(fleet)
APP.command()(lint)

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
TODAY = "2026-09-01"
ENDED = {"smartschool-monday.yaml"}
"""Examples of a school year that is over, which lint rightly says."""

each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)


def planned(name: str, first: str, days: int = 1) -> dict:
    """The plan of an example."""
    example = next(path for path in EXAMPLES if path.name == name)
    result = CliRunner().invoke(
        APP, ["plan", "-f", str(example), "--date", first, "--days", str(days), "-o", "json"]
    )
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def highest(autoscaler: dict) -> tuple[int, str]:
    """The highest value of a plan and when it is first reached, in UTC."""
    step = max(autoscaler["steps"], key=lambda step: step["replicas"])
    return step["replicas"], step["time"][11:16]


def replicas_from(autoscaler: dict, time: str) -> int:
    """The value of the step at that time."""
    return next(step["replicas"] for step in autoscaler["steps"] if step["time"] == time)


def classes(document: dict) -> dict[str, tuple[str | None, int | None]]:
    """Day class and break of the only date of a plan, by region."""
    return {day["region"]: (day["dayClass"], day["breakDays"]) for day in document["calendars"][0]["days"]}


# Every example.


@each_example
def test_an_example_begins_with_whom_it_is_for(example):
    assert example.read_text(encoding="utf-8").startswith("# For: ")


@each_example
def test_an_example_says_what_is_sourced_and_what_is_illustrative(example):
    head = "".join(line for line in example.read_text(encoding="utf-8").splitlines(True) if line[0] == "#")

    assert "illustrative" in head.lower()


@each_example
def test_an_example_has_neither_errors_nor_warnings(example):
    result = CliRunner().invoke(APP, ["lint", str(example), "--today", TODAY, "-o", "json"])

    found = {
        (f["severity"], f["kind"]) for f in json.loads(result.stdout)["findings"] if f["severity"] != "Notice"
    }
    assert ({("Warning", "CalendarEnded")} if example.name in ENDED else set()) == found


def test_all_examples_together_have_no_more_errors_and_warnings_than_each_alone():
    """People lint the folder, too: no two of them may have an object of one name."""
    result = CliRunner().invoke(APP, ["lint", str(EXAMPLES[0].parent), "--today", TODAY, "-o", "json"])
    found = json.loads(result.stdout)["findings"]
    assert {(f["severity"], f["kind"]) for f in found if f["severity"] != "Notice"} == {
        ("Warning", "CalendarEnded")
    }


@each_example
def test_an_example_is_planned_for_a_year_and_reaches_above_its_minimum(example):
    """As the command plans them, without its megabytes of JSON: one day of it is as good for that."""
    first = "2019-09-01" if example.name in ENDED else TODAY

    plans = plan_files([example], date.fromisoformat(first), 365).plans

    assert plans
    for one in plans:
        replicas = [step.replicas for step in one.steps]
        assert one.peaks
        assert max(replicas) > min(replicas)
        assert "maxReplicas" not in {step.limited_by for step in one.steps}


# smallest.yaml: 8 replicas for a bell at 08:30 in Brussels. The ramp of 20 minutes ends at 08:20, and 8 are
# first needed where 8 x m/20 > 7, in its eighteenth minute: 08:18.


def test_the_smallest_example_is_as_small_as_it_says():
    text = next(path for path in EXAMPLES if path.name == "smallest.yaml").read_text(encoding="utf-8")
    calendar, autoscaler = (
        [line for line in part.splitlines() if line and not line.startswith("#")]
        for part in text.split("---\n")
    )

    assert (len(calendar), len(autoscaler)) == (19, 10)


@pytest.mark.parametrize(
    ("day", "want"),
    [
        pytest.param("2026-10-23", (8, "06:18"), id="the Friday before the clocks change"),
        pytest.param(
            "2026-10-26", (8, "07:18"), id="the Monday after it: the same bell, an hour later in UTC"
        ),
        pytest.param("2026-11-09", (8, "07:18"), id="after the autumn break"),
        pytest.param("2026-11-11", (2, "23:00"), id="Armistice Day: the minimum"),
    ],
)
def test_the_smallest_example_follows_the_bell_over_the_clock_change(day, want):
    assert want == highest(planned("smallest.yaml", day)["autoscalers"][0])


# one-profile.yaml: courses needs 40 replicas for a peak of 100 %, sign-on 12; after noon 60 % of them; on the
# first day after a holiday half as many again.


def test_a_policy_with_a_profile_has_eight_lines():
    text = next(path for path in EXAMPLES if path.name == "one-profile.yaml").read_text(encoding="utf-8")
    for policy in text.split("---\n")[2:]:
        assert len(policy.splitlines()) <= 8


@pytest.mark.parametrize(
    ("day", "want"),
    [
        pytest.param("2026-10-12", [40, 12], id="a regular Monday"),
        pytest.param("2026-11-09", [60, 18], id="after the autumn break"),
    ],
)
def test_one_profile_gives_each_workload_its_share(day, want):
    assert [highest(one)[0] for one in planned("one-profile.yaml", day)["autoscalers"]] == want


# france-zones.yaml: pupils A 120,000 at 08:00 and 60,000 at 08:30, B 180,000 and 80,000, C 150,000 and
# 70,000; 10,000 to a replica. Pupils of 08:00 need theirs from 07:50 to 08:30, pupils of 08:30 from 08:20 on,
# so all of a zone are counted together at 08:20. Restart 160 %, first day 200 %, Monday 110 %.

FIRST_DAY = ("FirstDayOfSchoolYear", None)
RESTART, MONDAY, AWAY = ("RestartAfterHoliday", 16), ("FirstDayOfWeek", 2), (None, None)


@pytest.mark.parametrize(
    ("day", "by_zone", "want"),
    [
        # 660,000 x 2 = 1,320,000
        pytest.param("2026-09-01", [FIRST_DAY] * 3, (132, "06:20"), id="the rentree"),
        # 660,000; a regular Friday in summer time
        pytest.param("2026-10-16", [("Regular", 0)] * 3, (66, "06:20"), id="the last day before Toussaint"),
        # 660,000 x 1.6 = 1,056,000; the clocks changed on 25 October
        pytest.param("2026-11-02", [RESTART] * 3, (106, "07:20"), id="all zones after Toussaint"),
        # C 220,000 x 1.6 = 352,000; at 08:19 its 08:30 pupils are at 19/20: 346,400, 35 replicas
        pytest.param("2027-02-22", [AWAY, AWAY, RESTART], (36, "07:20"), id="zone C after winter"),
        # A 288,000 + C 242,000 = 530,000; at 08:19, with 19/20 of 96,000 + 77,000, 521,350: 53 too
        pytest.param("2027-03-01", [RESTART, AWAY, MONDAY], (53, "07:19"), id="zone A after winter"),
        # A 198,000 + B 416,000 + C 242,000 = 856,000; at 08:19 they are 842,450: 85
        pytest.param("2027-03-08", [MONDAY, RESTART, MONDAY], (86, "07:20"), id="zone B after winter"),
        # Summer time again. A 288,000, B 260,000 on its break, C 242,000: 530,000 as on 1 March
        pytest.param("2027-04-26", [RESTART, AWAY, MONDAY], (53, "06:19"), id="zone A after spring"),
    ],
)  # fmt: skip
def test_french_zones_restart_on_mondays_of_their_own(day, by_zone, want):
    document = planned("france-zones.yaml", day)

    assert dict(zip(("zone-a", "zone-b", "zone-c"), by_zone, strict=True)) == classes(document)
    assert want == highest(document["autoscalers"][0])


def test_french_homework_is_looked_up_on_the_evening_before_a_school_day_of_each_zone():
    # Sunday 28 February 2027: A and C have lessons on Monday, B has not. 25 % of 180,000 and of 220,000
    # pupils are 4.5 and 5.5 replicas, 10 together; first needed in the 19th of the 20 minutes before 17:50.
    autoscaler = planned("france-zones.yaml", "2027-02-28")["autoscalers"][0]

    peaks = [(peak["peak"], peak["region"], peak["wanted"]) for peak in autoscaler["peaks"]]
    assert peaks == [("homework", "zone-a", 5), ("homework", "zone-c", 6)]
    assert replicas_from(autoscaler, "2027-02-28T16:49:00Z") == 10


def test_the_french_bounds_are_those_of_the_autoscaler_in_the_file():
    # A Saturday in the Toussaint break: no lessons, no evening before any, so the minimum of the HPA all day.
    autoscaler = planned("france-zones.yaml", "2026-10-24")["autoscalers"][0]

    assert [(step["replicas"], step["limitedBy"]) for step in autoscaler["steps"]] == [(6, "minReplicas")]


# netherlands-regions.yaml: Noord 280,000, Midden 300,000, Zuid 240,000 pupils, bell 08:30, Ready at 08:20.
# sign-on has 10,000 to a replica; restart 160 %, first day 200 %, Monday 110 %.

WEEK = ("RestartAfterHoliday", 9)


@pytest.mark.parametrize(
    ("day", "by_region", "want"),
    [
        # Noord alone: 280,000 x 2
        pytest.param("2026-08-17", [FIRST_DAY, AWAY, AWAY], (56, "06:20"), id="Noord begins"),
        # Noord 308,000 + Zuid 480,000
        pytest.param("2026-08-24", [MONDAY, AWAY, FIRST_DAY], (79, "06:20"), id="Zuid begins"),
        # Noord 308,000 + Midden 600,000 + Zuid 264,000 = 1,172,000
        pytest.param(
            "2026-08-31", [MONDAY, FIRST_DAY, MONDAY], (118, "06:20"), id="Midden begins"
        ),
        # Noord 448,000, in summer time
        pytest.param("2026-10-19", [WEEK, AWAY, AWAY], (45, "06:20"), id="Noord after autumn"),
        # Noord 308,000 + Midden 480,000 + Zuid 384,000; the clocks changed on 25 October: the bell is 07:30Z
        pytest.param("2026-10-26", [MONDAY, WEEK, WEEK], (118, "07:20"), id="Midden and Zuid after autumn"),
        # Zuid 384,000; one minute earlier 364,800: 37
        pytest.param("2027-02-22", [AWAY, AWAY, WEEK], (39, "07:20"), id="Zuid after spring"),
        # Noord 448,000 + Midden 480,000 + Zuid 264,000 = 1,192,000
        pytest.param("2027-03-01", [WEEK, WEEK, MONDAY], (120, "07:20"), id="Noord and Midden after spring"),
    ],
)  # fmt: skip
def test_dutch_regions_begin_and_restart_one_after_the_other(day, by_region, want):
    document = planned("netherlands-regions.yaml", day)

    assert dict(zip(("noord", "midden", "zuid"), by_region, strict=True)) == classes(document)
    assert want == highest(document["autoscalers"][0])


def test_dutch_breaks_bring_more_than_changes_of_lesson():
    # A regular Tuesday, 820,000 pupils at 20,000 to a replica: the first lesson 41; after the breaks at 10:30
    # and 12:40 70 %, 28.7; at the other four changes 40 %, 16.4.
    document = planned("netherlands-regions.yaml", "2026-11-10")

    sums: dict[tuple[str, str], int] = {}
    for peak in document["autoscalers"][1]["peaks"]:
        key = (peak["bellTime"][11:16], peak["peak"])
        sums[key] = sums.get(key, 0) + peak["wanted"]
    # By region, rounded up each: 14 + 15 + 12, 9.8 -> 10 + 10.5 -> 11 + 8.4 -> 9, 5.6 -> 6 + 6 + 4.8 -> 5.
    want = {(time, "lesson-change"): 17 for time in ("08:20", "09:30", "10:20", "11:40", "12:30", "13:20")}
    want |= {("07:30", "first-lesson"): 41, ("09:30", "after-break"): 30, ("11:40", "after-break"): 30}
    assert want == sums
    at_break = next(
        step for step in document["autoscalers"][1]["steps"] if step["time"] == "2026-11-10T09:25:00Z"
    )
    assert (at_break["replicas"], at_break["peak"]) == (29, "after-break")


# live-metrics.yaml: 18,000 pupils at 08:30 and 12,000 at 08:45, 1,000 to a replica, Ready ten minutes before.


@pytest.mark.parametrize(
    ("day", "want"),
    [
        # 18 + 12 x m/20 > 29 in the 19th minute of the later ramp, from 08:15 on: 08:34.
        pytest.param("2026-11-24", (30, "07:34"), id="a Tuesday"),
        # 1.6 times: 28.8 + 19.2 x m/20 > 47 in the 19th minute, too; 48.
        pytest.param("2026-11-09", (48, "07:34"), id="after the autumn holiday"),
    ],
)
def test_two_cohorts_a_quarter_of_an_hour_apart_add_up(day, want):
    document = planned("live-metrics.yaml", day)
    assert want == highest(document["autoscalers"][0])


# university-lms.yaml: 40,000 students, 2,500 of an ordinary evening to a replica: 16. Times in New York.


def test_university_evenings_follow_the_wall_clock_over_the_clock_change():
    # 20:00 on Sundays, Ready 15 minutes before; 16 are first needed at 16 x m/60 > 15, in the 57th minute of
    # the ramp from 18:45: 19:42. That is 23:42Z in summer time and 00:42Z of the next day from 1 November on.
    evenings = {
        peak["bellTime"]: (peak["readyByTime"], peak["wanted"])
        for first in ("2026-10-25", "2026-11-01")
        for peak in planned("university-lms.yaml", first)["autoscalers"][0]["peaks"]
        if peak["peak"] == "evening"
    }

    assert evenings == {
        "2026-10-26T00:00:00Z": ("2026-10-25T23:42:00Z", 16),
        "2026-11-02T01:00:00Z": ("2026-11-02T00:42:00Z", 16),
    }


def test_university_evenings_are_sunday_to_wednesday_and_cron_lines_keep_to_workdays():
    # 11:00 Monday to Friday, 16:00 Monday to Thursday, 20:00 Sunday to Wednesday, 23:59 on Sundays.
    peaks = planned("university-lms.yaml", "2026-10-11", 7)["autoscalers"][0]["peaks"]

    by_day: dict[str, list[str]] = {}
    for peak in peaks:
        by_day.setdefault(peak["readyByTime"][:10], []).append(peak["peak"])
    daytime, evening = ["daytime", "daytime"], ["evening"]
    assert {
        "2026-10-11": evening,
        "2026-10-12": ["deadline", *daytime, *evening],
        "2026-10-13": [*daytime, *evening],
        "2026-10-14": [*daytime, *evening],
        "2026-10-15": daytime,
        "2026-10-16": ["daytime"],
    } == by_day


def test_a_university_deadline_at_one_minute_to_midnight_lasts_into_the_next_day():
    # Sunday 11 October 2026, 23:59 EDT is 03:59Z on Monday: 150 % of 16 are 24, held 5 minutes to 04:04Z.
    steps = planned("university-lms.yaml", "2026-10-12")["autoscalers"][0]["steps"]

    assert [(step["time"], step["replicas"]) for step in steps[:2]] == [
        ("2026-10-12T04:00:00Z", 24),
        ("2026-10-12T04:05:00Z", 23),
    ]


@pytest.mark.parametrize(
    ("day", "want"),
    [
        # 500 % of 16, Ready at 08:45 EDT; at 08:44 the ramp of 5 minutes is at 4/5: 64
        pytest.param("2026-08-31", (80, "12:45"), id="the first morning of the semester"),
        # 400 % of 16 for results at 10:00 EST, at once at 09:45
        pytest.param("2027-01-08", (64, "14:45"), id="results"),
        # 120 % of 16 is 19.2; from 08:15 EST 15 minutes of ramp: 19.2 x m/15 > 19 in the 15th
        pytest.param("2026-12-15", (20, "13:30"), id="an exam"),
        # No cron month, no evening: a Friday in the winter break
        pytest.param("2027-01-01", (3, "05:00"), id="New Year"),
    ],
)
def test_university_dates_bring_their_own_load(day, want):
    assert want == highest(planned("university-lms.yaml", day)["autoscalers"][0])


def test_a_university_day_has_no_lessons_and_no_bell():
    (day,) = planned("university-lms.yaml", "2026-10-13")["calendars"][0]["days"]

    assert (day["instructional"], day["reason"], day["firstBellTime"]) == (False, "no-weekly-row", None)


def test_the_workloads_of_a_platform_are_added_up_and_its_room_is_not():
    # 400,000 pupils at 10,000, 2,500 and 10,000 a replica: 40 + 160 + 40; before it 3 + 6 + 1.
    # 40 x 250m + 160 x 500m; of the 40 of reports nobody says.
    # All 230 are asked for from 08:15 on: 15.3 in each of 15 minutes.
    example = next(path for path in EXAMPLES if path.name == "platform.yaml")
    arguments = ["fleet", "-f", str(example), "--date", "2026-11-09", "--days", "1", "-o", "json"]
    told = json.loads(CliRunner().invoke(APP, arguments).stdout)["fleets"][0]["bells"][0]

    assert (told["pods"], told["podsMore"], told["podsPerMinuteWanted"]) == (240, 230, 16)
    assert (told["cpuMillicores"], told["podsWithoutCpu"]) == (90_000, 40)
    assert [one["wanted"] for one in told["strains"] if not one["fits"]] == [240]
