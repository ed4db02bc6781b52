"""A simulated day writes rises as much earlier as its pods would have been measured to take."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstbell.lab.day.assumptions import assumptions
from firstbell.lab.day.compare import Conditions, Variant, compare
from firstbell.lab.day.day import World
from firstbell.lab.day.pods import Cluster
from tests.builders import a_peak, a_policy, a_shape, a_workload, on

DAY = on("2024-09-11")
PERIOD = a_peak(shape=a_shape(lead=2, ramp=0, hold=20, decay=0))


def a_school(longest: int):
    """60 replicas from 08:28 to 08:50 on the wall, written at 08:25; the bell rings at 08:30."""
    return a_workload(
        replace(a_policy(PERIOD, pupils_per_replica=1000), longest_lead_minutes=longest), minimum=4
    )


def planned(
    longest: int = 15,
    *,
    start: int = 200,
    room: int = 100,
    lead_seconds: int | None = None,
    variants: tuple[Variant, ...] = (),
):
    """The day with its plan; it is played under `variants` only."""
    cluster = Cluster(start_seconds=start, node_seconds=150, room=room)
    conditions = Conditions(world=World(cluster=cluster), lead_seconds=lead_seconds)
    return compare(a_school(longest), DAY, conditions, variants)


def written(comparison) -> int:
    """Minutes before 08:25 at which the rise is written."""
    rise = next(run for run in comparison.plan.writes if run.value > 4)
    return comparison.start + 8 * 60 + 25 - rise.start


@pytest.mark.parametrize(
    ("world", "early"),
    [
        pytest.param({"longest": 0}, 0, id="a fixed lead"),
        pytest.param({}, 4, id="200 s are four minutes"),
        pytest.param({"room": 0}, 6, id="with a node of 150 s"),
        pytest.param({"longest": 3}, 3, id="no more than the longest"),
        pytest.param({"lead_seconds": 60}, 1, id="as is said"),
        pytest.param({"longest": 0, "lead_seconds": 240}, 4, id="as is said of a policy that has none"),
    ],
)
def test_rises_are_written_as_much_earlier_as_pods_take(world, early):
    assert written(planned(**world)) == early


def test_pods_that_are_slow_are_less_short_with_it():
    short = [
        planned(longest=longest, start=400, variants=(Variant.FIRSTBELL,))
        .outcomes[Variant.FIRSTBELL]
        .short_minutes
        for longest in (0, 15)
    ]
    assert short[1] < short[0] - 3


def test_the_lead_stands_among_what_is_taken_for_granted_where_there_is_one():
    told = {one.name: one for one in assumptions(planned())}
    assert told["leadSeconds"].value == 200
    assert told["leadSeconds"].text == (
        "the last rises took 200 s until all were Ready: the next are written so much earlier, in whole "
        "minutes, at most 15"
    )
    assert "leadSeconds" not in {one.name for one in assumptions(planned(longest=0))}
