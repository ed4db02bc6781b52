"""What people read: `kubectl get`, `kubectl describe`, and a status that is not written for nothing."""

from __future__ import annotations

import re

from tests.cluster.operator_process import Sun
from tests.cluster.stage import BASELINE, CPU, NAME, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import holds, until

SPEED, HURRY = 10, 120
TODAYS_BELL, TOMORROWS_BELL = "2026-03-04T08:30:00Z", "2026-03-05T08:30:00Z"
KINDS = ("SchoolCalendar", "SchoolAutoscaler")


def table(text: str) -> dict[str, str]:
    """Column to cell, of a table of one row; the heads say where columns begin."""
    head, row = text.splitlines()
    starts = [match.start() for match in re.finditer(r"\S+( \S+)*", head)]
    ends = [*starts[1:], None]
    return {head[a:b].strip(): row[a:b].strip() for a, b in zip(starts, ends, strict=True)}


def row(stage: Stage, kind: str) -> dict[str, str]:
    return table(stage.kubectl("get", kind))


def versions(stage: Stage) -> list[str]:
    return [stage.api.list(kind)[0]["metadata"]["resourceVersion"] for kind in KINDS]


def test_get_reads_as_a_sentence_before_in_and_after_the_peak(stage: Stage):
    holiday = {"name": "spring", "startDate": "2026-03-09", "endDate": "2026-03-13"}
    stage.set(workload(), hpa(), calendar(holidays=[holiday]), autoscaler())
    with stage.operator(sun := Sun.rising(at("08:10"), SPEED, hurry=HURRY)):
        stage.told("Ready", "True", "Serving")
        until(lambda: row(stage, "schoolcal")["VALID"] == "True", "the calendar is told")
        until(lambda: row(stage, "schoolas")["READY"] == str(BASELINE), f"{BASELINE} Ready")
        assert sun.now() < at("08:20"), "too slow a machine for this speed"
        assert row(stage, "schoolcal") == {
            "NAME": "school",
            "TODAY": "Regular",
            "NEXT BELL": TODAYS_BELL,
            "NEXT RESTART": "2026-03-14",
            "BREAK": "5",
            "DATA UNTIL": "2026-08-31",
            "VALID": "True",
        }
        quiet = {
            "NAME": NAME,
            "TARGET": NAME,
            "ACTUATOR": "HorizontalPodAutoscaler",
            "CURRENT": str(BASELINE),
            "READY": str(BASELINE),
            "DESIRED": str(BASELINE),
            "REASON": "Baseline",
            "NEXT BELL": TODAYS_BELL,
            "NEXT": str(PEAK),
            "BELL": "Nothing due",
            "MODE": "Enforce",
        }
        assert row(stage, "schoolas") == quiet
        sun.wait_for(at("08:20"))
        up = {"CURRENT": str(PEAK), "READY": str(PEAK), "DESIRED": str(PEAK), "REASON": "ScheduledPeak"}
        until(lambda: up.items() <= row(stage, "schoolas").items(), f"a row with {up}")
        sun.wait_for(at("08:40"))
        down = {
            "DESIRED": str(BASELINE),
            "REASON": "Baseline",
            "NEXT BELL": TOMORROWS_BELL,
            "NEXT": str(PEAK),
        }
        until(lambda: down.items() <= row(stage, "schoolas").items(), f"a row with {down}")


def test_describe_tells_the_story_of_a_morning(stage: Stage):
    stage.set(workload(), hpa(metric=CPU), calendar(), autoscaler())
    with stage.operator(sun := Sun.rising(at("08:19"), SPEED, hurry=HURRY)):
        sun.wait_for(at("08:20"))
        stage.told("ReadyForBell", "True", "OnSchedule")
        sun.wait_for(at("08:41"))
        until(lambda: "ScaledDown" in reasons(stage), "the last event")
    story = [reason for reason in reasons(stage) if reason in {"ScaledUp", "ReadyForBell", "ScaledDown"}]
    assert story == ["ScaledUp", "ReadyForBell", "ScaledDown"]
    told = stage.kubectl("describe", "schoolas", NAME)
    assert "desired replicas 2 -> 6: first-lesson at Wed 04 Mar 08:30 (Regular, InPerson)" in told
    assert re.search(r"first-lesson at Wed 04 Mar 08:30: 6 of 6 Ready, \d minutes before the bell", told)
    assert "desired replicas 6 -> 2: the baseline, 2" in told
    assert stage.status()["lastPeak"]["readyReplicasAtBell"] == PEAK


def reasons(stage: Stage) -> list[str]:
    """The reasons of the events on the autoscaler, in the order of their time."""
    events = [each for each in stage.api.list("Event") if each["involvedObject"]["name"] == NAME]
    events = [each for each in events if each["involvedObject"]["kind"] == "SchoolAutoscaler"]
    return [each["reason"] for each in sorted(events, key=lambda each: each["lastTimestamp"])]


def test_a_workload_that_is_late_is_told_before_the_bell_and_at_it(stage: Stage):
    body = workload()
    body["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "1000"
    stage.set(body, hpa(), calendar(), autoscaler())
    with stage.operator(sun := Sun.rising(at("08:22"), SPEED, hurry=HURRY)):
        message = stage.told("ReadyForBell", "False", "AtRisk")
        assert sun.now() < at("08:30")
        assert message.startswith(f"0 of {PEAK} replicas Ready for first-lesson at Wed 04 Mar 08:30: ")
        sun.wait_for(at("08:30"))
        until(lambda: "LateForBell" in reasons(stage), "an event at the bell")
        assert sun.now() >= at("08:30")
        told = stage.kubectl("describe", "schoolas", NAME)
        assert f"first-lesson at Wed 04 Mar 08:30: 0 of {PEAK} Ready at the bell" in told


def test_an_idle_operator_writes_nothing(stage: Stage):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(sun := Sun.rising(at("12:00"), 600)):
        stage.told("ReturnedToBaseline", "True", "AtBaseline")
        until(lambda: stage.status().get("readyReplicas") == BASELINE, f"{BASELINE} Ready")
        sun.wait_for(at("12:30"))
        before = versions(stage)
        holds(lambda: versions(stage) == before, "no version changes in an hour", seconds=6)


def test_in_the_window_nothing_is_written_while_nothing_changes(stage: Stage):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(Sun.rising(at("08:22"), 20)):
        stage.told("ReadyForBell", "True", "OnSchedule")
        until(lambda: stage.status().get("readyReplicas") == PEAK, f"{PEAK} Ready")
        before = versions(stage)
        holds(lambda: versions(stage) == before, "no version changes in 3 minutes", seconds=9)
