"""The loop, on days small enough to know what must come out."""

from __future__ import annotations

from dataclasses import dataclass, fields

import pytest

from firstbell.lab.day.cron import CronFloor, HpaWithCron
from firstbell.lab.day.crowd import Crowd
from firstbell.lab.day.day import World, play
from firstbell.lab.day.faults import BrokenScaleUp, SharedLimit, Throttled
from firstbell.lab.day.hpa import HorizontalPodAutoscaler, HpaAlone, HpaSpec
from firstbell.lab.day.observed import MetricDelay, Observed
from firstbell.lab.day.pods import Cluster, Pods

ROOMY = Cluster(start_seconds=30, room=1000)


@dataclass
class Fixed:
    """A workload that nobody scales, or once."""

    floor: int = 0
    at: int | None = None
    to: int = 0
    every: int = 1

    def act(self, now, pods, observed):  # noqa: ARG002 - a port's parameter
        if now == self.at:
            pods.scale(self.to)


def a_crowd(*spans: tuple[int, float]) -> Crowd:
    """(seconds, work a second): each work unit comes with ten users."""
    work = [rate for seconds, rate in spans for _ in range(seconds)]
    return Crowd(start=0, users=[10 * rate for rate in work], work=work, first_bells=[], counted=True)


def a_world(**fields) -> World:
    return World(**{"cluster": ROOMY, "busy_percent": 100} | fields)


def test_enough_replicas_hold():
    outcome = play(Fixed(), a_crowd((600, 4), (600, 0)), a_world(), 5)
    assert outcome.held
    assert outcome.peak_utilization_percent == pytest.approx(80)
    assert outcome.pod_hours == pytest.approx(5 * 1200 / 3600)
    assert (outcome.highest_replicas, outcome.turned_away) == (5, 0)


def test_too_few_are_short_for_as_long_as_it_lasts():
    outcome = play(Fixed(), a_crowd((60, 0), (600, 10), (900, 0)), a_world(), 5)
    assert 400 < outcome.short_seconds < 700
    assert 60 < outcome.first_short < 180
    assert outcome.peak_utilization_percent == pytest.approx(200)
    assert outcome.turned_away > 0
    assert outcome.most_waiting > 0


def test_a_replica_that_is_less_busy_with_its_load_has_more_to_give():
    crowd = a_crowd((600, 6), (300, 0))
    assert not play(Fixed(), crowd, a_world(busy_percent=100), 5).held
    assert play(Fixed(), crowd, a_world(busy_percent=80), 5).held


def test_background_takes_its_part():
    assert not play(Fixed(), a_crowd((600, 4)), a_world(background=2), 5).held


def test_replicas_help_from_the_second_at_which_they_are_ready():
    crowd = a_crowd((300, 10), (600, 10))
    outcome = play(Fixed(at=120, to=20), crowd, a_world(), 5)
    assert 150 <= outcome.last_short < 200


def test_minutes_tell_of_replicas_load_and_shortage():
    outcome = play(Fixed(at=60, to=9), a_crowd((60, 0), (300, 8)), a_world(), 5)
    assert [moment.second for moment in outcome.moments] == [0, 60, 120, 180, 240, 300]
    assert [moment.ready for moment in outcome.moments[:2]] == [5, 9]
    assert outcome.moments[-1].load == pytest.approx(8)
    assert not any(moment.short for moment in outcome.moments[:1])


def test_an_hpa_follows_a_slow_rise():
    slow = a_crowd(*[(60, minute / 4) for minute in range(120)])
    scaling = HpaAlone(HorizontalPodAutoscaler(HpaSpec(minimum=4, maximum=100)))
    outcome = play(scaling, slow, a_world(), 4)
    assert outcome.held
    assert outcome.highest_replicas > 45


def test_what_stands_in_front_lets_replicas_idle_and_the_hpa_sees_no_load():
    fault = Throttled(start=0, end=1200, replicas=1)
    scaling = HpaAlone(HorizontalPodAutoscaler(HpaSpec(minimum=10, maximum=100)))
    outcome = play(scaling, a_crowd((600, 8), (900, 0)), a_world(faults=(fault,)), 10)
    assert not outcome.held
    assert outcome.highest_replicas == 10


def test_what_stands_behind_makes_more_replicas_useless():
    fault = SharedLimit(replicas=6)
    outcome = play(Fixed(), a_crowd((600, 8), (900, 0)), a_world(faults=(fault,)), 100)
    assert not outcome.held


def test_a_scale_up_that_breaks_what_it_adds():
    fault = BrokenScaleUp(minutes=5)
    outcome = play(Fixed(at=60, to=20), a_crowd((900, 1)), a_world(faults=(fault,)), 5)
    ready = [moment.ready for moment in outcome.moments]
    assert ready[:6] == [5] * 6
    assert ready[7] == 20


def test_samples_are_old_and_leave_out_pods_that_are_new():
    pods = Pods(ROOMY, 4)
    observed = Observed(MetricDelay(window_seconds=15, lag_seconds=15))
    for now in range(100):
        if now == 20:
            pods.scale(10)
        pods.step(now)
        observed.note(served=3.0 if now < 90 else 6.0, capacity=6.0)
    seen = observed.readings(pods, 100)
    assert (seen.counted, seen.unready, seen.missing) == (10, 0, 0)
    assert seen.mean == 50_000
    early = observed.readings(pods, 60)
    assert (early.counted, early.unready, early.missing) == (4, 6, 0)
    assert observed.readings(pods, 40).missing == 6


def test_before_the_first_sample_nothing_is_known():
    pods = Pods(ROOMY, 4)
    assert Observed(MetricDelay()).readings(pods, 0).counted == 0


class SecondBySecond(HpaAlone):
    """An HPA of which no second is passed over."""

    every = 1


def figures(outcome) -> dict[str, object]:
    kept = [field.name for field in fields(outcome) if field.name != "_backlog"]
    return {name: getattr(outcome, name) for name in kept}


@pytest.mark.parametrize(("minimum", "maximum"), [(4, 4), (4, 40), (10, 40)])
@pytest.mark.parametrize(
    "faults",
    [
        (),
        (SharedLimit(replicas=3),),
        (Throttled(start=601, end=630, replicas=3.7), Throttled(start=5970, end=5981, replicas=3.7)),
        (BrokenScaleUp(minutes=40),),
    ],
)
def test_seconds_that_are_passed_over_change_no_figure(minimum, maximum, faults):
    """With work to the seconds beside a pass, and second attempts long after the last who comes."""
    crowd = a_crowd((700, 0), (1, 30), (400, 0), (63, 25.7), (1000, 0), (7, 0.1), (4000, 0))
    spec = HpaSpec(minimum=minimum, maximum=maximum)
    world = a_world(cluster=Cluster(), background=3.6, faults=faults)
    passed, each = (
        play(scaling(HorizontalPodAutoscaler(spec)), crowd, world, 4)
        for scaling in (HpaAlone, SecondBySecond)
    )
    assert figures(passed) == figures(each)


class CronSecondBySecond(HpaWithCron):
    """The same of an HPA with a hand-written floor."""

    every = 1


@pytest.mark.parametrize("start_seconds", [0, 1, 40])
def test_pods_that_are_ready_at_once_and_break_in_the_next_second_are_not_passed_over(start_seconds):
    crowd = a_crowd((900, 0))
    cluster = Cluster(start_seconds=start_seconds, node_seconds=0)
    world = World(cluster=cluster, background=0.8 / 0.7, faults=(BrokenScaleUp(minutes=10),))
    passed, each = (
        play(
            scaling(
                HorizontalPodAutoscaler(HpaSpec(minimum=1, maximum=100)),
                CronFloor(start=60, end=180, replicas=5),
            ),
            crowd,
            world,
            1,
        )
        for scaling in (HpaWithCron, CronSecondBySecond)
    )
    assert figures(passed) == figures(each)
