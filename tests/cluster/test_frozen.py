"""An operator is frozen, another one takes its place, people edit: woken, the first writes nothing old.

Frozen is SIGSTOP: a container that is paused, a suspended machine, a node that starves it.
"""

from __future__ import annotations

import copy
import signal
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from firstbell.engine.pace.fence import LONGEST_GAP_SECONDS, TOLERATED_MOST_SECONDS
from tests.cluster.at_once import Ends, played_at_once
from tests.cluster.operator_process import Process, Sun, fast_process
from tests.cluster.stage import BASELINE, NAME, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import holds, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.cluster_api import Json
    from tests.cluster.operator_account import ChartsAccounts

OTHERS = 5
STOOD_STILL = "this process stood still"
AGAIN = "everything was read again"
HIGHER = (8, 10)


def gap_that_counts(operator: Process) -> float:
    """Seconds that surely have everything read again: soon after another gap the fence wants a longer one.

    A slow machine may have stopped the process before, and may do so once more before it is frozen.
    """
    tolerated = LONGEST_GAP_SECONDS * 2 ** operator.said.count(STOOD_STILL)
    return min(TOLERATED_MOST_SECONDS, tolerated) + 3


def named(body: Json, name: str) -> Json:
    body = copy.deepcopy(body)
    body["metadata"]["name"] = name
    if "scaleTargetRef" in body["spec"]:
        body["spec"]["scaleTargetRef"]["name"] = name
    return body


def one_beside_another(stage: Stage, tmp_path: Path) -> None:
    """What was frozen lowers nothing that the other one has raised meanwhile."""
    names = [NAME, *(f"other-{number}" for number in range(OTHERS))]
    stage.set(calendar())
    for name in names:
        stage.set(*(named(body, name) for body in (workload(), hpa(), autoscaler())))

    def stand_at(count: int) -> bool:
        found = [stage.api.get("HorizontalPodAutoscaler", name)["spec"]["minReplicas"] for name in names]
        found += [stage.api.get("Deployment", name)["spec"]["replicas"] for name in names]
        return set(found) == {count}

    sun = Sun.rising(at("08:22"), 1)
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    with (
        fast_process(stage.for_operator, stage.namespace, sun, first) as frozen,
        fast_process(stage.for_operator, stage.namespace, sun, second),
    ):
        until(lambda: stand_at(PEAK), f"floors and counts of {PEAK}", seconds=150)
        # The second one alone may have raised them, and what is frozen while it starts has decided nothing.
        until(lambda: frozen.said.count("decided") >= len(names), "the first is at work too", seconds=100)
        for count in HIGHER:
            read_again, gap = frozen.said.count(AGAIN), gap_that_counts(frozen)
            frozen.process.send_signal(signal.SIGSTOP)
            peaks = autoscaler(replicas=count)["spec"]["peaks"]
            for name in names:
                stage.api.patch("SchoolAutoscaler", name, {"spec": {"peaks": peaks}})
            until(lambda count=count: stand_at(count), f"the other one raises all to {count}", seconds=60)
            holds(lambda count=count: stand_at(count), f"{count}", seconds=gap)
            frozen.process.send_signal(signal.SIGCONT)
            holds(lambda count=count: stand_at(count), f"{count} when it is woken", seconds=3)
            until(lambda before=read_again: frozen.said.count(AGAIN) > before, AGAIN, seconds=60)
    assert stage.minimum() > BASELINE


def one_alone(stage: Stage, tmp_path: Path) -> None:
    """A bell that it slept through is made up for as soon as it wakes."""
    stage.set(workload(), hpa())
    sun = Sun.rising(at("08:00"), 20)
    with fast_process(stage.for_operator, stage.namespace, sun, tmp_path / "operator.log") as frozen:
        frozen.says(" started ", seconds=100)
        # A minute of the wall, in which it decides; a bell of the clock would have come in a slow start.
        ramp = (sun.now() + timedelta(minutes=20)).replace(second=0, microsecond=0)
        peak = {**autoscaler()["spec"]["peaks"][0], "holdMinutes": 120}
        stage.set(calendar(f"{ramp + timedelta(minutes=10):%H:%M}"), autoscaler(peaks=[peak]))
        frozen.says("decided", seconds=100)
        gap = gap_that_counts(frozen)
        frozen.process.send_signal(signal.SIGSTOP)
        holds(lambda: stage.minimum() == BASELINE, "no operator runs", seconds=gap)
        sun.wait_for(ramp + timedelta(seconds=90))
        assert stage.minimum() == BASELINE
        frozen.process.send_signal(signal.SIGCONT)
        stage.floored(PEAK, seconds=60)
        frozen.says(AGAIN)


SCENES = {"one beside another": one_beside_another, "one alone": one_alone}


@pytest.fixture(scope="module")
def ends(
    control_plane: ControlPlane, accounts: ChartsAccounts, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ends]:
    """Of the scenes, which are played at the same time: for most of it processes are frozen."""
    scenes = {
        name: partial(scene, tmp_path=tmp_path_factory.mktemp("logs")) for name, scene in SCENES.items()
    }
    with played_at_once(control_plane, accounts, scenes) as found:
        yield found


def test_an_operator_that_was_frozen_lowers_nothing_that_another_one_has_raised_meanwhile(ends: Ends):
    ends["one beside another"].result()


def test_a_bell_that_was_slept_through_is_made_up_for_as_soon_as_it_wakes(ends: Ends):
    ends["one alone"].result()
