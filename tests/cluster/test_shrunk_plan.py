"""A sync empties the calendar in the window: told at once, followed after five minutes."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.cluster.commands import firstbell, said
from tests.cluster.operator_process import Sun
from tests.cluster.stage import CALENDAR, NAME, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

SPEED = 10
LONG = autoscaler()["spec"]["peaks"][0] | {"holdMinutes": 60}
"""Long enough that neither a start nor the end of the window holds or drops anything meanwhile."""

MOVED = {"name": "day", "classPeriods": [{"name": "1", "startTime": "10:10", "endTime": "11:00"}]}


def emptied(stage: Stage) -> None:
    body = calendar(weeklySchedule=[])
    body["metadata"]["namespace"] = stage.namespace
    stage.kubectl("replace", "-f", "-", stdin=yaml.safe_dump(body))


def confirmed(stage: Stage, message: str) -> None:
    """By the very line that the condition tells."""
    line = re.search(r"kubectl (annotate .* --overwrite)\.", message)
    assert line is not None, message
    stage.control_plane.kubectl(*line[1].split())


def undone(stage: Stage, _message: str) -> None:
    stage.api.patch(
        "SchoolCalendar", CALENDAR, {"spec": {"weeklySchedule": calendar()["spec"]["weeklySchedule"]}}
    )


@pytest.mark.parametrize("then", [confirmed, undone])
def test_an_emptied_calendar_lowers_nothing_before_it_is_confirmed(
    stage: Stage, then: Callable[[Stage, str], None]
):
    lowest: list[int] = []
    stage.set(workload(), hpa(), calendar(), autoscaler(peaks=[LONG]))
    with stage.operator(sun := Sun.rising(at("08:21"), SPEED, hurry=60)):
        stage.floored(PEAK)
        sun.wait_for(at("08:23:30"))  # what a start holds is over
        with stage.api.watching(
            "HorizontalPodAutoscaler", "web", lambda body: lowest.append(body["spec"]["minReplicas"])
        ):
            emptied(stage)
            message = stage.told("PlanShrunk", "True", "BellLost")
            assert "SchoolCalendar school (generation 2, by kubectl-replace)" in message
            assert f"first-lesson at Wed 04 Mar 08:30: {PEAK} -> 2" in message
            assert min(lowest) == PEAK
            then(stage, message)
            stage.told("PlanShrunk", "False", "NothingLost")
            if then is confirmed:
                stage.released()
            assert min(lowest) == (PEAK if then is undone else 2)


def test_unless_it_is_undone_it_is_followed_five_minutes_later(stage: Stage):
    stage.set(workload(), hpa(), calendar(), autoscaler(peaks=[LONG]))
    with stage.operator(sun := Sun.rising(at("08:21"), SPEED, hurry=60)):
        stage.floored(PEAK)
        sun.wait_for(at("08:23:30"))
        before = sun.now()
        emptied(stage)
        stage.told("PlanShrunk", "True", "BellLost")
        sun.wait_for(before + timedelta(minutes=4, seconds=30))
        assert stage.minimum() == PEAK
        until(lambda: stage.minimum() != PEAK, "the floor falls", seconds=90)
        held = (sun.now() - before).total_seconds()
        assert held > 5 * 60 - SPEED, "of the five minutes"
        stage.released()
        events = [each["reason"] for each in stage.api.list("Event")]
        assert "BellLost" in events


def test_two_losses_are_told_each_and_explain_says_what_the_operator_decided(stage: Stage):
    stage.set(workload(), hpa(), calendar(), autoscaler(peaks=[LONG]))
    with stage.operator(sun := Sun.rising(at("08:21"), SPEED, hurry=60)):
        stage.floored(PEAK)
        sun.wait_for(at("08:23:30"))  # what a start holds is over
        stage.api.patch("SchoolCalendar", CALENDAR, {"spec": {"bellSchedules": [MOVED]}})
        stage.told("PlanShrunk", "True", "BellLost")
        emptied(stage)
        until(lambda: len(stage.status().get("planLosses", ())) == 2, "the second loss is told")
        first, second = stage.status()["planLosses"]
        assert "(generation 2," in first["edit"]
        assert first["lost"] == f"first-lesson at Wed 04 Mar 08:30: {PEAK} -> 2, moved to Wed 04 Mar 10:10"
        assert "(generation 3," in second["edit"]
        assert second["lost"] == f"first-lesson at Wed 04 Mar 10:10: {PEAK} -> 2"
        time = first["sinceTime"]
        where = ("explain", f"{stage.namespace}/{NAME}", "--at", time)
        found, told = json.loads(said(stage, *where, "-o", "json")), said(stage, *where)
        decided = stage.status()["decision"]
        assert (found["decision"]["replicas"], found["decision"]["reason"]) == (PEAK, "PlanShrunk")
        assert found["decision"]["message"] == decided["message"]
        assert found["decision"]["limits"] == decided["limits"]
        assert (found["writes"], found["reported"]["note"]) == ([], None)
        assert told.startswith(f"{stage.namespace}/{NAME}: {PEAK} replicas (PlanShrunk)")
        assert "PATCHES STILL TO BE SENT" not in told
        assert "Undo the edit of" in told
        assert "firstbell.dev/confirm-plan=" in told.partition("WHAT WOULD CHANGE IT")[2]
        assert "PlanShrunk: an edit" in firstbell(stage, "status", "-n", stage.namespace).stdout
        stage.released()
        lost = [event["message"] for event in stage.api.list("Event") if event["reason"] == "BellLost"]
        assert len(lost) == 2
        assert any("took away what was planned: first-lesson at Wed 04 Mar 10:10" in one for one in lost)
