"""A measured lead on a real API server: pods that take 20, 90 and 240 seconds, and leadMinutes of 2.

Three Deployments under one calendar. A bell every half hour, at :02 and :32, so that what it needs is due at
:00 and :30, on a mark and two minutes before it: pods of 240 s are late for the first bell, and for no other.
"""

from __future__ import annotations

import copy
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.cluster.commands import said
from tests.cluster.operator_process import Sun
from tests.cluster.slow_pods import SlowPods, slow
from tests.cluster.stage import NAME, at, calendar, workload
from tests.cluster.stage import autoscaler as an_autoscaler
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from tests.cluster.cluster_api import Json
    from tests.cluster.stage import Stage

LOW, HIGH = 1, 7
TAKES = {"quick": 20, "middling": 90, "slow": 240}
SPEED, HURRY = 40, 900
LAST_BELL = 12
"""Of the school day, from 0 on."""
EVERY = timedelta(minutes=30)
FIRST_DUE = at("09:00")
LOOK_SECONDS = 0.4
"""Between two looks: what is measured is read from the status, however late."""
EARLIEST = timedelta(minutes=6)
"""Before a bell is due from then on all goes at the slower speed: no rise is written earlier."""


def named(body: Json, name: str) -> Json:
    """The stage's workload or policy under another name."""
    body = copy.deepcopy(body)
    body["metadata"]["name"] = name
    if body["kind"] == "Deployment":
        body["spec"]["selector"]["matchLabels"]["app"] = name
        body["spec"]["template"]["metadata"]["labels"]["app"] = name
    else:
        body["spec"]["scaleTargetRef"]["name"] = name
    return body


def a_day() -> Json:
    """A class period every half hour from 08:32: the first bell of them is none of this peak."""
    body = calendar()
    starts = [at("08:32") + number * EVERY for number in range(14)]
    body["spec"]["bellSchedules"][0]["classPeriods"] = [
        {"name": f"{start:%H%M}", "startTime": f"{start:%H:%M}", "endTime": f"{start + EVERY:%H:%M}"}
        for start in starts
    ]
    return body


def a_policy() -> Json:
    peak = {
        "name": "lesson",
        "anchor": "PeriodStart",
        "replicas": HIGH,
        "leadMinutes": 2,
        "rampMinutes": 0,
        "holdMinutes": 8,
        "decayMinutes": 0,
    }
    return an_autoscaler(
        peaks=[peak],
        minReplicas=LOW,
        maxReplicas=40,
        holdGapMinutes=0,
        leadTime={"mode": "Measured", "maxMinutes": 15},
        behavior={"scaleDown": {"stabilizationWindowSeconds": 0}},
    )


class Morning:
    """What is asked of the three, by name."""

    def __init__(self, stage: Stage, sun: Sun) -> None:
        self._stage, self._sun = stage, sun

    def rises(self, name: str) -> list[Json]:
        body = self._stage.api.get("SchoolAutoscaler", name) or {}
        return body.get("status", {}).get("lead", {}).get("rises", [])

    def ready(self, name: str) -> int:
        return (self._stage.api.get("Deployment", name) or {}).get("status", {}).get("readyReplicas", 0)

    def early(self, name: str) -> float:
        """Seconds before it was due at which the last rise was written."""
        written = datetime.fromisoformat(self.rises(name)[-1]["writtenTime"])
        return -((written - FIRST_DUE + EVERY / 2) % EVERY - EVERY / 2).total_seconds()

    def of(self, name: str, due: datetime) -> list[Json]:
        """The measured rises for what is due then."""
        told = self.rises(name)
        return [one for one in told if abs(datetime.fromisoformat(one["writtenTime"]) - due) < EVERY / 2]

    def bell(self, number: int) -> dict[str, float]:
        """Plays a bell to the end of its rises; how many seconds before it all were Ready, by workload."""
        due = FIRST_DUE + number * EVERY
        self._sun.wait_for(due - EARLIEST)
        until(
            lambda: all(self.of(name, due) for name in TAKES),
            lambda: f"the rises due at {due} are measured: {[self.rises(name) for name in TAKES]}",
            seconds=60,
            every=LOOK_SECONDS,
        )
        found = {}
        for name in TAKES:
            (rise,) = self.of(name, due)
            over = datetime.fromisoformat(rise["writtenTime"]) + timedelta(seconds=rise["tookSeconds"])
            found[name] = (due + timedelta(minutes=2) - over).total_seconds()
            assert rise["ready"], (name, rise)
        self._sun.wait_for(due + EVERY / 2)
        until(
            lambda: all(self.ready(name) == LOW for name in TAKES),
            "they are down again",
            seconds=60,
            every=LOOK_SECONDS,
        )
        return found


def test_the_third_bell_is_met_a_restart_keeps_the_lead_and_quick_pods_shorten_it(stage: Stage):
    stage.set(a_day())
    for name in TAKES:
        stage.set(named(slow(workload(replicas=LOW)), name), named(a_policy(), name))
    assert NAME not in TAKES
    sun = Sun.rising(at("08:40"), SPEED, hurry=HURRY)
    morning = Morning(stage, sun)
    with SlowPods(stage.api, sun, **TAKES) as pods:
        until(lambda: all(morning.ready(name) == LOW for name in TAKES), "pods are there", seconds=60)
        with stage.operator(sun):
            assert morning.bell(0)["slow"] < 0, "written when it was due, and late"
            told = (stage.api.get("SchoolAutoscaler", "slow") or {})["status"]["lead"]["warning"]
            assert "later than the bell. From now on such a rise is written" in told
            morning.bell(1)
            third = morning.bell(2)
            assert min(third.values()) >= 0, f"all are Ready before the third bell: {third}"
            early = {name: morning.early(name) for name in TAKES}
            assert all(early[name] >= takes for name, takes in TAKES.items()), early
            assert early["quick"] < early["slow"]
            planned = said(stage, "plan", "-n", stage.namespace, "--date", "2026-03-04")
            assert re.search(r"lesson, \d+ min early: 4 to 15 pods took \d+ s", " ".join(planned.split()))
        with stage.operator(sun):
            assert morning.bell(3)["slow"] >= 0, "a restart keeps what was measured"
            assert morning.early("slow") >= TAKES["slow"]
            pods.seconds = dict.fromkeys(TAKES, 1)
            # On a busy machine a rise of quick pods takes minutes by this clock: then until five were quick.
            for number in range(4, LAST_BELL + 1):
                morning.bell(number)
                five_before = [rise["tookSeconds"] for rise in morning.rises("slow")[-6:-1]]
                if number > 8 and max(five_before) <= TAKES["slow"] - 60:  # the lead is in whole minutes
                    break
            assert morning.early("slow") < TAKES["slow"], "after five quick rises the lead is short again"
