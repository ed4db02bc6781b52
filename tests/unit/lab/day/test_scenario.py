"""Mornings as files: read, refused, played."""

from __future__ import annotations

import pytest

from firstbell.files.yaml_files import Unreadable
from firstbell.lab.day.compare import Conditions, Variant
from firstbell.lab.day.faults import BrokenScaleUp, SharedLimit, Throttled
from firstbell.lab.day.scenario import Verdict, play_scenario, read_scenario, scenario_files
from tests.builders import utc

HEAD = """\
apiVersion: simulation.firstbell.dev/v1
kind: Scenario
metadata: {name: morning}
spec:
  title: A morning
  date: "2024-09-11"
  published: what was told
  assumed: the rest
  verdict: Held
  because: of the plan
"""
CALENDAR = """\
---
apiVersion: firstbell.dev/v1alpha1
kind: SchoolCalendar
metadata: {name: school, namespace: scenarios}
spec:
  timeZone: Europe/Brussels
  academicSessions:
  - {name: sy, type: SchoolYear, startDate: "2024-09-02", endDate: "2025-06-27"}
  weeklySchedule:
  - {daysOfWeek: [Monday, Tuesday, Wednesday, Thursday, Friday], bellScheduleName: full}
  bellSchedules:
  - {name: full, classPeriods: [{name: "1", startTime: "08:30", endTime: "09:20"}]}
  cohorts:
  - {name: all, pupils: 600000}
"""


def scenario(tmp_path, *lines: str, replaced=("", "")):
    file = tmp_path / "morning.yaml"
    more = "".join(f"  {line}\n" for line in lines)
    file.write_text((HEAD + more).replace(*replaced) + CALENDAR)
    return read_scenario(file)


def problems(tmp_path, *lines: str, **fields) -> list[str]:
    found = scenario(tmp_path, *lines, **fields)
    assert isinstance(found, Unreadable)
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in found.problems]


def test_a_morning_takes_the_shared_policy(tmp_path):
    found = scenario(tmp_path)
    assert (found.name, found.workload.policy.key) == ("morning", "scenarios/login")


def test_what_came_and_what_broke_are_read_on_the_wall_clock(tmp_path):
    found = scenario(
        tmp_path,
        "preset: wall",
        "loadPercent: 150",
        'surprises: [{time: "20:30", pupils: 7, endTime: "21:00", loadPercent: 50}]',
        "faults:",
        '- throttled: {startTime: "08:00", endTime: "09:00", replicas: 3}',
        "- {sharedLimitReplicas: 9}",
        "- {brokenScaleUpMinutes: 75}",
    )
    its = found.conditions(Conditions())
    assert (its.coming.shape.sigma, its.coming.load_percent) == (2, 150)
    surprise = its.coming.surprises[0]
    assert (surprise.minute, surprise.end) == (utc("2024-09-11T18:30"), utc("2024-09-11T19:00"))
    assert its.world.faults == (
        Throttled(start=8 * 3600, end=9 * 3600, replicas=3),
        SharedLimit(replicas=9),
        BrokenScaleUp(minutes=75),
    )


def test_what_a_run_is_asked_for_stays(tmp_path):
    its = scenario(tmp_path).conditions(Conditions(hpa_target_percent=40))
    assert its.hpa_target_percent == 40


def test_a_verdict_is_held_against_what_came_out(tmp_path):
    held = play_scenario(scenario(tmp_path), Conditions(), (Variant.FIRSTBELL,))
    assert (held.verdict, held.as_told) == (Verdict.HELD, True)
    broken = scenario(tmp_path, "faults: [{sharedLimitReplicas: 1}]")
    assert not play_scenario(broken, Conditions(), (Variant.FIRSTBELL,)).as_told


def test_a_file_without_a_head_is_refused(tmp_path):
    file = tmp_path / "morning.yaml"
    file.write_text(CALENDAR)
    found = read_scenario(file)
    assert isinstance(found, Unreadable)
    assert str(found.problems[0]).endswith("has 0 objects of kind Scenario. Give one, at its head.")


@pytest.mark.parametrize(
    ("replaced", "told"),
    [
        (("Held", "Perhaps"), "spec.verdict"),
        (("2024-09-11", "2024-02-30"), "spec.date"),
        (("  title: A morning\n", ""), "spec.title"),
    ],
)
def test_a_head_that_is_wrong_is_told_with_its_line(tmp_path, replaced, told):
    found = problems(tmp_path, replaced=replaced)
    assert found[0].startswith("morning.yaml:")
    assert told in found[0]


def test_a_fault_is_one_of_the_three(tmp_path):
    both = problems(tmp_path, "faults: [{sharedLimitReplicas: 1, brokenScaleUpMinutes: 1}]")
    assert "spec.faults[0]" in both[0]
    assert "spec.faults[0]" in problems(tmp_path, "faults: [{}]")[0]


def test_a_calendar_of_another_name_is_told(tmp_path):
    file = tmp_path / "morning.yaml"
    file.write_text(HEAD + CALENDAR.replace("name: school,", "name: other,"))
    found = read_scenario(file)
    assert isinstance(found, Unreadable)
    assert "there is no SchoolCalendar 'school'" in str(found.problems[0]).replace('"', "'")


def test_every_morning_on_record_is_there():
    assert len(scenario_files()) >= 30


@pytest.mark.parametrize("file", scenario_files(), ids=lambda file: file.stem)
def test_every_morning_on_record_ends_as_it_is_told(file):
    found = read_scenario(file)
    assert not isinstance(found, Unreadable), found
    assert play_scenario(found, Conditions(), (Variant.FIRSTBELL,)).as_told
