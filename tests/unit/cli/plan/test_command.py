"""`firstbell plan -o json` and `-o yaml`: the document that other tools read."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
import yaml

from firstbell import clock
from tests.unit.cli.planning import (
    AUTOSCALER,
    CALENDAR,
    EXAMPLES,
    HPA,
    SNOW,
    WITHOUT_BOUNDS,
    planned,
    run,
    written,
)

BOTH = f"{CALENDAR}---\n{AUTOSCALER}"


@pytest.fixture
def school(tmp_path):
    return written(tmp_path, BOTH)


def test_the_whole_document_of_a_day(tmp_path):
    # Tue 4 Feb 2025: 08:30 in Brussels is 07:30Z, and 60,000 pupils at 5,000 to a replica are 12. A peak
    # without slopes stands from 10 minutes before the bell to 30 after it; the rest is the minimum.
    school = written(
        tmp_path, BOTH.replace("FirstPeriodStart}", "FirstPeriodStart, rampMinutes: 0, decayMinutes: 0}")
    )
    want = {
        "apiVersion": "firstbell.dev/plan/v1",
        "from": "2025-02-04",
        "to": "2025-02-04",
        "calendars": [
            {
                "calendar": "lms/city",
                "timeZone": "Europe/Brussels",
                "days": [
                    {
                        "region": None,
                        "date": "2025-02-04",
                        "instructional": True,
                        "reason": "weekly",
                        "dayClass": "Regular",
                        "breakDays": 0,
                        "transition": None,
                        "instructionMode": "InPerson",
                        "bellScheduleName": "full",
                        "firstBellTime": "2025-02-04T07:30:00Z",
                        "label": None,
                        "event": None,
                    }
                ],
            }
        ],
        "autoscalers": [
            {
                "autoscaler": "lms/web",
                "from": "2025-02-03T23:00:00Z",
                "to": "2025-02-04T23:00:00Z",
                "steps": [
                    a_step("2025-02-03T23:00:00Z", 2, wanted=0, peak=None, limited_by="minReplicas"),
                    a_step("2025-02-04T07:20:00Z", 12, wanted=12, peak="first", limited_by=None),
                    a_step("2025-02-04T08:00:00Z", 2, wanted=0, peak=None, limited_by="minReplicas"),
                ],
                "writes": [
                    {"time": "2025-02-03T23:00:00Z", "replicas": 2},
                    {"time": "2025-02-04T07:20:00Z", "replicas": 12},
                    {"time": "2025-02-04T08:00:00Z", "replicas": 2},
                ],
                "peaks": [
                    {
                        "peak": "first",
                        "calendar": "lms/city",
                        "region": None,
                        "bellTime": "2025-02-04T07:30:00Z",
                        "readyByTime": "2025-02-04T07:20:00Z",
                        "wanted": 12,
                        "replicas": 12,
                        "dayClass": "Regular",
                        "transition": None,
                        "factorPercent": 100,
                        "uncappedFactorPercent": 100,
                        "factors": [],
                    }
                ],
            }
        ],
    }

    assert want == planned(school, "--date", "2025-02-04")


def a_step(time: str, replicas: int, *, wanted: int, peak: str | None, limited_by: str | None) -> dict:
    return {"time": time, "replicas": replicas, "wanted": wanted, "peak": peak, "limitedBy": limited_by}


def test_fields_stand_in_the_order_of_the_contract(school):
    document = planned(school, "--date", "2025-02-04")

    autoscaler = document["autoscalers"][0]
    assert list(document) == ["apiVersion", "from", "to", "calendars", "autoscalers"]
    assert list(document["calendars"][0]) == ["calendar", "timeZone", "days"]
    assert list(document["calendars"][0]["days"][0]) == [
        "region", "date", "instructional", "reason", "dayClass", "breakDays", "transition",
        "instructionMode", "bellScheduleName", "firstBellTime", "label", "event",
    ]  # fmt: skip
    assert list(autoscaler) == ["autoscaler", "from", "to", "steps", "writes", "peaks"]
    assert list(autoscaler["steps"][0]) == ["time", "replicas", "wanted", "peak", "limitedBy"]
    assert list(autoscaler["writes"][0]) == ["time", "replicas"]
    assert list(autoscaler["peaks"][0]) == [
        "peak", "calendar", "region", "bellTime", "readyByTime", "wanted", "replicas", "dayClass",
        "transition", "factorPercent", "uncappedFactorPercent", "factors",
    ]  # fmt: skip


def test_the_same_plan_is_the_same_text(school):
    assert run(school, "--date", "2025-02-04", "-o", "json").stdout == (
        run(school, "--date", "2025-02-04", "-o", "json").stdout
    )


def test_a_day_without_lessons_has_only_its_reason(school):
    (day,) = planned(school, "--date", "2025-04-12")["calendars"][0]["days"]

    known = {name: value for name, value in day.items() if value is not None}
    assert known == {"date": "2025-04-12", "instructional": False, "reason": "holidays/easter"}


def test_factors_tell_what_was_capped(tmp_path):
    factors = """\
  dayFactors:
  - {name: restart, match: {dayClasses: [RestartAfterHoliday]}, percent: 225}
  - {name: every, match: {}, percent: 150}
  maxFactorPercent: 300
"""
    school = written(tmp_path, BOTH + factors)

    document = planned(school, "--date", "2025-04-22")

    peak = document["autoscalers"][0]["peaks"][0]
    # 225 % of 150 % is 337.5 %, capped at 300 %: 12 x 3 = 36.
    assert (peak["uncappedFactorPercent"], peak["factorPercent"], peak["wanted"]) == (337.5, 300, 36)
    assert peak["factors"] == [{"name": "restart", "percent": 225}, {"name": "every", "percent": 150}]
    assert peak["dayClass"] == "RestartAfterHoliday"


def test_what_a_maximum_holds_back_is_told(tmp_path):
    school = written(tmp_path, BOTH.replace("maxReplicas: 40", "maxReplicas: 9"))

    document = planned(school, "--date", "2025-02-04")

    limited = [step for step in document["autoscalers"][0]["steps"] if step["limitedBy"] == "maxReplicas"]
    assert [(step["replicas"], step["wanted"], step["peak"]) for step in limited] == [(9, 12, "first")]
    assert document["autoscalers"][0]["peaks"][0]["replicas"] == 9


def test_days_are_dates_then_regions_and_the_last_is_inclusive():
    document = planned(EXAMPLES / "france-zones.yaml", "--date", "2026-10-30", "--days", "4")

    assert (document["from"], document["to"]) == ("2026-10-30", "2026-11-02")
    want = [(f"2026-{on}", zone) for on in ("10-30", "10-31", "11-01", "11-02")
            for zone in ("zone-a", "zone-b", "zone-c")]  # fmt: skip
    assert want == [(day["date"], day["region"]) for day in document["calendars"][0]["days"]]


def test_a_window_over_a_clock_change_has_an_hour_more(school):
    autoscaler = planned(school, "--date", "2024-10-27")["autoscalers"][0]

    assert (autoscaler["from"], autoscaler["to"]) == ("2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z")


# Several files and objects.


def test_several_files_are_read_as_one(tmp_path, school):
    calendar = written(tmp_path, CALENDAR, "calendar.yaml")
    policy = written(tmp_path, AUTOSCALER, "policy.yaml")

    apart = planned(policy, calendar, "--date", "2025-02-04")

    assert planned(school, "--date", "2025-02-04") == apart


def test_several_autoscalers_stand_in_the_order_of_the_files(tmp_path, school):
    more = AUTOSCALER.replace("name: web", "name: api").replace("5000", "10000")
    other = written(tmp_path, more, "api.yaml")

    document = planned(other, school, "--date", "2025-02-04")

    highest = [
        (found["autoscaler"], max(step["replicas"] for step in found["steps"]))
        for found in document["autoscalers"]
    ]
    assert highest == [("lms/api", 6), ("lms/web", 12)]


def test_calendars_of_one_autoscaler_add(tmp_path):
    calendars = f"{CALENDAR}---\n{CALENDAR.replace('city', 'town').replace('name: all', 'name: rest')}"
    policy = AUTOSCALER.replace("[{name: city}]", "[{name: city}, {name: town}]")

    document = planned(written(tmp_path, f"{calendars}---\n{policy}"), "--date", "2025-02-04")

    peaks = document["autoscalers"][0]["peaks"]
    assert [found["calendar"] for found in document["calendars"]] == ["lms/city", "lms/town"]
    assert [(peak["calendar"], peak["wanted"]) for peak in peaks] == [("lms/city", 12), ("lms/town", 12)]
    assert max(step["replicas"] for step in document["autoscalers"][0]["steps"]) == 24


def test_calendars_alone_are_planned_without_autoscalers(tmp_path):
    document = planned(written(tmp_path, CALENDAR), "--date", "2025-02-04")

    assert document["autoscalers"] == []
    assert len(document["calendars"]) == 1


@pytest.mark.parametrize(
    ("policy", "bounds"),
    [
        pytest.param(WITHOUT_BOUNDS, (3, 9), id="both are absent"),
        pytest.param(AUTOSCALER, (3, 9), id="it is the tighter"),
        pytest.param(
            AUTOSCALER.replace("maxReplicas: 40", "maxReplicas: 8"), (3, 8), id="its own is tighter"
        ),
    ],
)
def test_an_hpa_in_the_files_bounds_as_it_will_in_the_cluster(tmp_path, policy, bounds):
    calendar, hpa = written(tmp_path, CALENDAR), written(tmp_path, HPA, "hpa.yaml")

    document = planned(hpa, calendar, written(tmp_path, policy, "policy.yaml"), "--date", "2025-02-04")

    replicas = [step["replicas"] for step in document["autoscalers"][0]["steps"]]
    assert bounds == (min(replicas), max(replicas))


def test_a_calendar_exception_is_laid_over_its_calendar(tmp_path, school):
    document = planned(school, written(tmp_path, SNOW, "snow.yaml"), "--date", "2025-02-04")

    (day,) = document["calendars"][0]["days"]
    assert (day["instructional"], day["reason"], day["event"]) == (False, "exceptions/snow", "WeatherDay")
    assert document["autoscalers"][0]["peaks"] == []


def test_kinds_of_others_are_passed_over(tmp_path, school):
    other = written(tmp_path, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "other.yaml")

    assert planned(school, "--date", "2025-02-04") == planned(other, school, "--date", "2025-02-04")


# The first date, and YAML.


def test_the_first_date_is_today_in_the_zone_of_the_first_calendar(tmp_path):
    # Kiritimati is 14 hours ahead, so its date is seldom the machine's; midnight may pass during the test.
    zone = ZoneInfo("Pacific/Kiritimati")
    school = written(tmp_path, CALENDAR.replace("Europe/Brussels", zone.key))

    before = clock.today(zone)
    document = planned(school)
    after = clock.today(zone)

    assert before <= date.fromisoformat(document["from"]) <= after
    assert document["from"] == document["to"]


def test_yaml_says_what_json_says():
    arguments = (EXAMPLES / "us-district-ab.yaml", "--date", "2027-02-08", "--days", "3")

    result = run(*arguments, "-o", "yaml")

    assert planned(*arguments) == yaml.safe_load(result.stdout)
    assert result.stdout.startswith("apiVersion: firstbell.dev/plan/v1\nfrom: '2027-02-08'\n")


@pytest.mark.parametrize("output", ["json", "yaml"])
def test_the_document_needs_no_letter_beyond_ascii(tmp_path, output):
    school = written(tmp_path, CALENDAR.replace("name: easter", "name: pâques"))

    result = run(school, "--date", "2025-04-08", "-o", output)

    assert result.stdout.isascii()
    reason = yaml.safe_load(result.stdout)["calendars"][0]["days"][0]["reason"]
    assert reason == "holidays/pâques"
