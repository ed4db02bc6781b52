"""The operator's clock beside the API server's, read off the `Date` of real answers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.clock import FastClock, SystemClock, steady_seconds
from tests.cluster.operator_process import OperatorThread, Sun, settings_for
from tests.cluster.stage import BASELINE, NAME, Stage, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from datetime import datetime

    from tests.cluster.cluster_api import Json

NOON = 12
HOURS_BEHIND = timedelta(hours=3)
UNTIL_THE_BELL = timedelta(minutes=5)


def today(now: datetime) -> Json:
    """A calendar whose bell rings in five minutes, in a zone in which it is about noon."""
    east = NOON - now.hour
    bell = now + timedelta(hours=east) + UNTIL_THE_BELL
    year = {
        "name": "year",
        "type": "SchoolYear",
        "schoolYear": now.year + 1,
        "startDate": (now - timedelta(days=40)).date().isoformat(),
        "endDate": (now + timedelta(days=200)).date().isoformat(),
    }
    return calendar(f"{bell:%H:%M}", timeZone=f"Etc/GMT{-east:+d}", academicSessions=[year])


class SetClock(FastClock):
    """The machine's clock as it would be if somebody had set it to an instant."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start, 1)

    def monotonic(self) -> float:
        return steady_seconds()


def operator(stage: Stage, now: datetime) -> OperatorThread:
    settings = settings_for(stage.for_operator, stage.namespace)
    sun = Sun(start=now, speed=1, clock=SetClock(now))
    return OperatorThread(settings, sun, lambda: None, compare_clocks=True)


def test_a_clock_that_is_hours_behind_is_told_and_misses_no_bell(stage: Stage):
    now = SystemClock().now()
    stage.set(workload(), hpa(), today(now), autoscaler())
    with operator(stage, now - HOURS_BEHIND):
        message = stage.told("ClockInSync", "False", "ClockOff")
        assert re.search(r"the operator's clock is (2:59|3:00):\d\d behind the API server's", message)
        stage.floored()
        until(lambda: "ClockOff" in reasons(stage), "an event")


def test_a_clock_that_is_right_is_told_as_such(stage: Stage):
    now = SystemClock().now()
    stage.set(workload(), hpa(), today(now + HOURS_BEHIND), autoscaler())
    with operator(stage, now):
        stage.told("ClockInSync", "True", "InSync")
        stage.told("ReturnedToBaseline", "True", "AtBaseline")
        assert stage.minimum() == BASELINE
        assert "ClockOff" not in reasons(stage)


def reasons(stage: Stage) -> set[str]:
    return {each["reason"] for each in stage.api.list("Event") if each["involvedObject"]["name"] == NAME}
