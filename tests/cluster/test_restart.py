"""Operators die, calendars change and break: the count is right in the next tick, and never falls for it."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.cluster.operator_process import Sun, fast_process
from tests.cluster.stage import BASELINE, CALENDAR, NAME, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import holds, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.cluster_api import Json

SPEED, SLOWER, HURRY = 30, 10, 240
ONE_TICK_SECONDS = 2.0
BOUNDS = {"minReplicas": BASELINE, "maxReplicas": 40}


@dataclass
class Lowest:
    """The lowest count that a watch has shown since it was at the peak, and every spec of the HPA."""

    specs: list[Json] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)

    def floor(self, body: Json) -> None:
        self.specs.append(body["spec"])

    def count(self, body: Json) -> None:
        self.counts.append(body["spec"]["replicas"])


def start(stage: Stage, sun: Sun, tmp_path: Path):
    return fast_process(stage.for_operator, stage.namespace, sun, tmp_path / "operator.log")


RESTARTS = {
    "killed and started before the window": ("08:10", "08:14", BASELINE),
    "killed before it, started in it": ("08:10", "08:25", PEAK),
    "killed after it, started after it": ("08:50", "08:55", BASELINE),
}


@pytest.mark.parametrize(("killed", "again", "count"), RESTARTS.values(), ids=RESTARTS.keys())
def test_the_count_is_right_within_one_tick_of_a_start(stage: Stage, tmp_path, killed, again, count):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with start(stage, Sun.rising(at(killed), SLOWER), tmp_path) as operator:
        operator.says("decided")
        assert operator.ends(signal.SIGKILL, seconds=30) == -signal.SIGKILL
    assert stage.minimum() == BASELINE
    with start(stage, Sun.rising(at(again), SLOWER), tmp_path) as operator:
        operator.says("decided")
        until(lambda: stage.minimum() == count, f"a floor of {count}", seconds=ONE_TICK_SECONDS)
        until(lambda: stage.replicas() == count, f"{count} replicas", seconds=ONE_TICK_SECONDS)


def test_a_restart_in_the_window_writes_nothing_and_lowers_nothing(stage: Stage, tmp_path):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    lowest = Lowest()
    with start(stage, Sun.rising(at("08:22"), SLOWER), tmp_path) as operator:
        operator.says("decided", seconds=100)
        stage.floored(PEAK)
        stage.told("ReadyForBell", "True", "OnSchedule")
        operator.ends(signal.SIGKILL, seconds=30)
    before = stage.autoscaler["spec"]  # up to Kubernetes 1.36 an HPA has no generation
    assert before["minReplicas"] == PEAK
    with (
        stage.api.watching("HorizontalPodAutoscaler", NAME, lowest.floor),
        stage.api.watching("Deployment", NAME, lowest.count),
        start(stage, sun := Sun.rising(at("08:30"), SPEED), tmp_path) as operator,
    ):
        operator.says("decided")
        sun.wait_for(at("08:38"))
        assert lowest.specs
        assert [spec for spec in lowest.specs if spec != before] == []
        assert min(lowest.counts) == PEAK
        sun.wait_for(at("08:40"))
        stage.released(seconds=5)


def test_started_after_the_window_the_floor_is_held_for_one_stabilization_window(stage: Stage, tmp_path):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with start(stage, Sun.rising(at("08:22"), SLOWER), tmp_path) as operator:
        operator.says("decided", seconds=100)
        stage.floored(PEAK)
        operator.ends(signal.SIGKILL, seconds=30)
    with start(stage, sun := Sun.rising(at("08:50"), SPEED), tmp_path) as operator:
        operator.says("HeldAfterRestart")
        decided = sun.now()
        assert stage.minimum() == PEAK
        stage.released(seconds=10)
        assert (sun.now() - decided).total_seconds() > 30, "of the 60 s of its stabilization window"


def test_without_an_hpa_a_restart_lowers_nothing_either(stage: Stage, tmp_path):
    stage.set(workload(), calendar(), autoscaler(**BOUNDS))
    lowest = Lowest()
    with start(stage, Sun.rising(at("08:22"), SLOWER), tmp_path) as operator:
        operator.says("decided", seconds=100)
        until(lambda: stage.replicas() == PEAK, f"{PEAK} replicas")
        operator.ends(signal.SIGKILL, seconds=30)
    with (
        stage.api.watching("Deployment", NAME, lowest.count),
        start(stage, sun := Sun.rising(at("08:32"), SPEED), tmp_path) as operator,
    ):
        operator.says("decided")
        sun.wait_for(at("08:39"))
        assert min(lowest.counts) == PEAK
        until(lambda: stage.replicas() == BASELINE, f"{BASELINE} replicas", seconds=15)
        assert sun.now() >= at("08:40")


EDITS = {
    "a bell that was later comes at once": ("10:00", calendar("08:30"), PEAK),
    "a bell that comes later is waited for": ("08:30", calendar("10:00"), BASELINE),
    "a holiday takes the peak away": (
        "08:30",
        calendar(holidays=[{"name": "late", "startDate": "2026-03-04", "endDate": "2026-03-04"}]),
        BASELINE,
    ),
}


@pytest.mark.parametrize(("bell", "edited", "count"), EDITS.values(), ids=EDITS.keys())
def test_a_calendar_edited_30_seconds_before_the_ramp_counts(stage: Stage, bell, edited, count):
    stage.set(workload(), hpa(), calendar(bell), autoscaler())
    with stage.operator(sun := Sun.rising(at("08:19"), 5, hurry=HURRY)):
        sun.wait_for(at("08:19:30"))
        stage.api.patch("SchoolCalendar", CALENDAR, {"spec": edited["spec"]})
        assert sun.now() < at("08:20")
        used = [{"name": CALENDAR, "observedGeneration": 2}]
        until(lambda: stage.status().get("calendars") == used, "it is planned from before the clock hurries")
        sun.wait_for(at("08:20:15"))
        until(lambda: stage.minimum() == count, f"a floor of {count}", seconds=ONE_TICK_SECONDS)
        holds(lambda: stage.minimum() == count, f"a floor of {count}", seconds=2)
        assert stage.status()["calendars"] == used


def test_a_deletion_that_no_watch_tells_is_found_out(stage: Stage):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    sun = Sun.rising(at("08:22"), 2)
    with stage.operator(sun):
        stage.floored(PEAK)
    with stage.operator(sun, before_watching=lambda: stage.api.delete("SchoolAutoscaler", NAME)):
        stage.released(seconds=20)


def test_a_calendar_deleted_in_the_window_holds_to_the_end_of_its_plan(stage: Stage):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(sun := Sun.rising(at("08:32"), SLOWER, hurry=HURRY)):
        stage.told("CalendarResolved", "True", "Resolved")
        stage.api.delete("SchoolCalendar", CALENDAR)
        message = stage.told("CalendarResolved", "False", "CalendarNotFound")
        assert "spec.calendarRefs[0].name: SchoolCalendar school does not exist" in message
        assert "The last good plan stays in force." in message
        sun.wait_for(at("08:38:30"))
        holds(lambda: (stage.minimum(), stage.replicas()) == (PEAK, PEAK), "its plan, to the end", seconds=3)
        sun.wait_for(at("08:41"))
        stage.released(seconds=5)


def test_without_its_calendar_a_restarted_operator_holds_until_it_knows_better(stage: Stage):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(Sun.rising(at("08:25"), SPEED)):
        stage.floored(PEAK)
    stage.api.delete("SchoolCalendar", CALENDAR)
    with stage.operator(Sun.rising(at("08:45"), SPEED)):
        stage.told("CalendarResolved", "False", "CalendarNotFound")
        assert stage.status()["decision"]["reason"] == "HeldLastPlan"
        holds(lambda: stage.minimum() == PEAK, f"a floor of {PEAK}", seconds=4)
        stage.set(calendar())
        stage.released(seconds=5)


def test_an_edit_that_only_the_operator_can_refuse_leaves_the_last_good_plan(stage: Stage):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(sun := Sun.rising(at("08:18"), SLOWER, hurry=HURRY)):
        stage.told("CalendarResolved", "True", "Resolved")
        stage.api.patch("SchoolCalendar", CALENDAR, {"spec": {"timeZone": "Mars/Olympus"}})
        message = stage.told("CalendarResolved", "False", "UnknownTimeZone")
        assert "spec.timeZone" in message
        assert "Mars/Olympus" in message
        assert "Write an IANA name like Europe/Brussels" in message
        assert "The last good plan stays in force." in message
        conditions = {each["type"]: each for each in stage.status("SchoolCalendar")["conditions"]}
        assert conditions["Valid"]["reason"] == "UnknownTimeZone"
        assert "spec.timeZone" in conditions["Valid"]["message"]
        assert stage.condition("Ready")["reason"] == "UnknownTimeZone"
        sun.wait_for(at("08:20"))
        stage.floored(PEAK, seconds=5)
        stage.api.patch("SchoolCalendar", CALENDAR, {"spec": {"timeZone": "Etc/UTC"}})
        stage.told("Ready", "True", "Serving")
        assert stage.minimum() == PEAK
