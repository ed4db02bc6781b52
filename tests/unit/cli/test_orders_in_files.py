"""ScalingOverrides in files: `plan` and `lint` tell of them, `simulate` and `backtest` play them."""

from __future__ import annotations

import json

import pytest

from tests.unit.cli.backtest.test_command import POLICY as RECORDED
from tests.unit.cli.backtest.test_command import recording
from tests.unit.cli.backtest.test_command import run as backtest
from tests.unit.cli.lint.test_command import run as lint
from tests.unit.cli.planning import AUTOSCALER, CALENDAR, HEAD, SNOW, planned, run, written
from tests.unit.cli.simulating import POLICY, SCHOOL, simulated

DATE = ("--date", "2025-02-04")
LABELLED = AUTOSCALER.replace(
    "name: web, namespace: lms}\nspec", "name: web, namespace: lms, labels: {tier: web}}\nspec"
)


def an_order(what: str, since: str = "10:00", until: str = "11:00", whom: str = "") -> str:
    """An order of the day, by clocks of UTC."""
    return (
        HEAD
        + f"""\
kind: ScalingOverride
metadata: {{name: exams, namespace: lms}}
spec:
  {whom or "autoscalerRefs: [{name: web}]"}
  {what}
  startTime: "2025-02-04T{since}:00Z"
  endTime: "2025-02-04T{until}:00Z"
  reason: mock exams
"""
    )


def school(tmp_path, order: str, policy: str = AUTOSCALER, calendar: str = CALENDAR):
    return written(tmp_path, f"{calendar}---\n{policy}---\n{order}")


def test_plan_tells_the_orders_of_its_days_beside_the_plan(tmp_path):
    result = run(school(tmp_path, an_order("floorReplicas: 30")), *DATE)
    assert result.exit_code == 0
    assert "lms/web: orders beside the plan (Europe/Brussels)" in result.stdout
    line = "ScalingOverride exams asks for 30 replicas, from Tue 04 Feb 11:00 until Tue 04 Feb 12:00"
    assert line in " ".join(result.stdout.split())
    another_day = run(school(tmp_path, an_order("floorReplicas: 30")), "--date", "2025-02-05")
    assert "exams" not in another_day.stdout


def test_the_document_of_a_plan_has_them_and_is_as_before_without(tmp_path):
    (one,) = planned(school(tmp_path, an_order("floorPercent: 150")), *DATE)["autoscalers"]
    assert one["overrides"] == [
        {
            "name": "exams",
            "startTime": "2025-02-04T10:00:00Z",
            "endTime": "2025-02-04T11:00:00Z",
            "floorReplicas": None,
            "floorPercent": 150,
            "hold": False,
            "reason": "mock exams",
        }
    ]
    (other,) = planned(school(tmp_path, SNOW), *DATE)["autoscalers"]
    assert "overrides" not in other


def test_labels_of_a_policy_in_files_are_those_that_a_selector_meets(tmp_path):
    order = an_order("hold: true", whom="selector: {matchLabels: {tier: web}}")
    assert "orders beside the plan" in run(school(tmp_path, order, LABELLED), *DATE).stdout
    assert "orders beside the plan" not in run(school(tmp_path, order), *DATE).stdout


@pytest.mark.parametrize(
    ("order", "kind", "path"),
    [
        (
            an_order("floorReplicas: 9", whom="autoscalerRefs: [{name: wbe}]"),
            "OverrideForNobody",
            "autoscalerRefs[0]",
        ),
        (an_order("hold: true", whom="selector: {matchLabels: {a: b}}"), "OverrideForNobody", "selector"),
        (an_order("floorReplicas: 41"), "OverrideAboveMaximum", "floorReplicas"),
    ],
)
def test_lint_warns_of_what_was_hardly_meant(tmp_path, order, kind, path):
    result = lint(school(tmp_path, order), "-o", "json")
    (found,) = [
        one for one in json.loads(result.stdout)["findings"] if one["object"] == "ScalingOverride lms/exams"
    ]
    assert (found["kind"], found["severity"]) == (kind, "Warning")
    assert path in found["path"]
    assert result.exit_code == 1


def test_lint_tells_an_order_that_is_over_and_says_nothing_of_a_good_one(tmp_path):
    late = lint(school(tmp_path, an_order("floorReplicas: 30")), "-o", "json", today="2025-02-06")
    (found,) = [one for one in json.loads(late.stdout)["findings"] if "Override" in one["object"]]
    assert (found["kind"], found["severity"]) == ("OverrideEnded", "Notice")
    good = lint(school(tmp_path, an_order("floorReplicas: 30")), "-o", "json", today="2025-02-03")
    assert "Override" not in good.stdout


def test_lint_refuses_one_that_no_api_server_would_take(tmp_path):
    result = lint(school(tmp_path, an_order("floorReplicas: 30, hold: true")))
    assert result.exit_code == 2
    twice = lint(school(tmp_path, an_order("floorReplicas: 30\n  hold: true")))
    assert "Give exactly one of floorReplicas, floorPercent and hold: true" in twice.stdout


def floors(document) -> dict[str, int]:
    (one,) = document["autoscalers"]
    firstbell = next(each for each in one["variants"] if each["variant"] == "Firstbell")
    return {step["time"][11:16]: step["floor"] for step in firstbell["steps"]}


def floor_at(document, clock: str) -> int:
    return next(floor for at, floor in sorted(floors(document).items(), reverse=True) if at <= clock)


@pytest.fixture(scope="module")
def afternoon(tmp_path_factory):
    """A day with an order for its afternoon."""
    text = f"{SCHOOL}---\n{an_order('floorReplicas: 30', since='13:00', until='14:00')}"
    return simulated(tmp_path_factory.mktemp("afternoon"), text=text)


def test_simulate_plays_a_floor_and_names_it(afternoon):
    assert [floor_at(afternoon, clock) for clock in ("12:59", "13:30", "14:30")] == [2, 30, 2]
    (told,) = [one for one in afternoon["autoscalers"][0]["assumptions"] if one["name"] == "override"]
    assert told["value"] == "exams"
    assert "asks for 30 replicas until 2025-02-04T14:00:00Z (mock exams)" in told["text"]


def test_simulate_plays_a_share_and_a_hold(tmp_path, afternoon):
    plain = afternoon  # in the morning it has no order
    top = floor_at(plain, "07:25")
    half = simulated(tmp_path, text=f"{SCHOOL}---\n{an_order('floorPercent: 150', '07:00', '09:00')}")
    assert floor_at(half, "07:25") == min(400, -(-top * 3 // 2))
    held = simulated(tmp_path, text=f"{SCHOOL}---\n{an_order('hold: true', '05:00', '07:40')}")
    assert floor_at(held, "07:25") == 2
    assert floor_at(held, "07:45") == floor_at(plain, "07:45")


def test_simulate_names_a_late_fact_of_the_day(tmp_path):
    remote = SNOW.replace("event: WeatherDay", "event: InstructionalDay, instructionMode: Hybrid")
    (one,) = simulated(tmp_path, text=f"{CALENDAR}---\n{POLICY}---\n{remote}")["autoscalers"]
    (told,) = [each for each in one["assumptions"] if each["name"] == "calendarException"]
    assert told["value"] == "snow"
    assert "laid over SchoolCalendar city" in told["text"]


def test_backtest_replays_a_floor_and_names_it(tmp_path):
    plain = written(tmp_path, f"{CALENDAR}---\n{RECORDED}", "plain.yaml")
    ordered = school(tmp_path, an_order("floorReplicas: 30", "08:15", "08:45"), RECORDED)
    load = recording(tmp_path)
    found = [
        json.loads(backtest("-f", file, "--load", load, "-o", "json").stdout) for file in (plain, ordered)
    ]
    highest = [
        next(each["highestReplicas"] for each in one["variants"] if each["variant"] == "firstbell")
        for one in found
    ]
    assert highest[1] == 30
    assert highest[0] < 30
    assert any("ScalingOverride exams asks for 30 replicas" in line for line in found[1]["assumptions"])
    assert not any("ScalingOverride" in line for line in found[0]["assumptions"])


def test_backtest_names_the_late_facts_of_the_recorded_days_and_no_others(tmp_path):
    plain = written(tmp_path, f"{CALENDAR}---\n{RECORDED}", "plain.yaml")
    later = SNOW.replace("2025-02-04", "2025-02-05").replace("name: snow", "name: later")
    files = [plain, school(tmp_path, f"{SNOW}---\n{later}", RECORDED)]
    load = recording(tmp_path)
    told = [
        [line for line in json.loads(done.stdout)["assumptions"] if "CalendarException" in line]
        for done in (backtest("-f", file, "--load", load, "-o", "json") for file in files)
    ]
    assert told[0] == []
    assert [line.split()[1] for line in told[1]] == ["snow"]
    assert "laid over SchoolCalendar city" in told[1][0]


@pytest.mark.parametrize(
    "more", ["creationTimestamp: yesterday", "creationTimestamp: 2025-02-04T10:00:00", "labels: [a]"]
)
def test_odd_metadata_is_no_traceback(tmp_path, more):
    text = school(
        tmp_path, an_order("floorReplicas: 30"), LABELLED.replace("labels: {tier: web}", more)
    ).read_text()
    file = written(tmp_path, text.replace("name: exams,", f"name: exams, {more},"))
    result = lint(file)
    assert result.exception is None or isinstance(result.exception, SystemExit)
