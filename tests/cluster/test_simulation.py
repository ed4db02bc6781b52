"""The simulator against reality: one morning, simulated and in real time on the control plane.

The floor and the count of a workload with an HPA are followed by the second from shortly before a rise to the
way down after it, and must take the same steps at the same times: within a pass of the HPA, which is the
error that both have.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import yaml

from firstbell.core.behavior import DEFAULT_BEHAVIOR, Behavior, RatePolicy, RateType, ScalingRules
from firstbell.core.bells import instant_of, minute_of
from firstbell.core.days import SchoolDays
from firstbell.core.lead import NO_RISES
from firstbell.core.plan import Workload
from firstbell.core.rules import DEFAULT_RULES
from firstbell.files.links import Linked, link
from firstbell.files.manifests import Manifests, read_manifests
from firstbell.lab.day.crowd import Crowd
from firstbell.lab.day.day import World, play
from firstbell.lab.day.firstbell import FirstbellBesideHpa, Operator
from firstbell.lab.day.hpa import SYNC_SECONDS, HorizontalPodAutoscaler, HpaSpec
from firstbell.lab.day.known_plans import known_plans
from tests.cluster.real_morning import END, RealMorning, Step, note, objects
from tests.cluster.stage import BASELINE, PEAK, at

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from firstbell.lab.day.observed import Observed
    from firstbell.lab.day.pods import Pods

SECONDS_PER_DAY = 24 * 60 * 60


class Followed:
    """The production operator beside a simulated HPA, and every step of the two."""

    every = FirstbellBesideHpa.every

    def __init__(self, scaling: FirstbellBesideHpa, start: datetime) -> None:
        self._scaling, self._start = scaling, start
        self.steps: list[Step] = []

    @property
    def floor(self) -> int:
        return self._scaling.floor

    def act(self, now: int, pods: Pods, observed: Observed) -> None:
        self._scaling.act(now, pods, observed)
        note(self.steps, Step(self._start + timedelta(seconds=now), self.floor, pods.wanted))


def simulated(tmp_path: Path) -> list[Step]:
    """The day of these objects with nobody online, as the pods of the control plane use next to nothing."""
    file = tmp_path / "morning.yaml"
    bodies = objects()
    for body in bodies:
        body["metadata"]["namespace"] = "school"
    file.write_text(yaml.safe_dump_all(bodies))
    manifests = read_manifests([file])
    assert isinstance(manifests, Manifests), manifests
    linked = link(manifests)
    assert isinstance(linked, Linked), linked
    (one,) = linked.autoscalers
    plan_of = Workload(
        policy=one.manifest.policy,
        bounds=one.bounds,
        calendars=tuple(map(SchoolDays, one.calendars)),
        rises=NO_RISES,
    )
    start = minute_of(at("00:00"))
    operator = Operator(
        known_plans(plan_of, start, start + 24 * 60),
        one.bounds,
        DEFAULT_RULES,
        beside_autoscaler=True,
        overrides=(),
    )
    down = ScalingRules(
        window=timedelta(seconds=1),
        policies=(RatePolicy(type=RateType.PERCENT, value=100, period=timedelta(seconds=15)),),
    )
    spec = HpaSpec(
        minimum=one.bounds.minimum,
        maximum=one.bounds.maximum,
        behavior=Behavior(up=DEFAULT_BEHAVIOR.up, down=down),
    )
    followed = Followed(FirstbellBesideHpa(operator, HorizontalPodAutoscaler(spec)), instant_of(start))
    empty = [0.0] * SECONDS_PER_DAY
    nobody = Crowd(start=start, users=empty, work=empty, first_bells=empty, counted=True)
    play(followed, nobody, World(), one.bounds.minimum)
    return [step for step in followed.steps if step.time <= END]


@pytest.mark.timeout(600)
def test_a_simulated_morning_takes_the_steps_of_the_same_morning_in_real_time(real_morning, tmp_path):
    if real_morning is None:
        pytest.skip("this cluster serves no CPU metrics, so no HPA comes down on it")
    assert isinstance(real_morning, RealMorning)
    real, model = real_morning.steps(), simulated(tmp_path)

    there = [(BASELINE, BASELINE), (PEAK, PEAK), (BASELINE, BASELINE)]
    assert settled(real) == settled(model) == there
    for ours, theirs in zip(changes(model), changes(real), strict=True):
        assert abs(ours - theirs) <= timedelta(seconds=SYNC_SECONDS + 1), (model, real)


def settled(steps: list[Step]) -> list[tuple[int, int]]:
    """Floor and count wherever both have come to what they are to be: two writes are not one."""
    return [step[1:] for step in steps if step.floor == step.replicas]


def changes(steps: list[Step]) -> list[datetime]:
    """When floor and count were there together, each time but the first."""
    return [step.time for step in steps if step.floor == step.replicas][1:]
