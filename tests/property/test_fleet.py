"""A fleet is the sum of its parts, in whatever order, and shared plans count as often as they are used."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from firstbell.core.absence import Unavailable
from firstbell.core.fleet import FleetPart, PodRequest, Requested, Resource, Room, fleet_bells, requested
from firstbell.core.plan import make_plan
from firstbell.core.policy import Bounds
from tests.builders import utc
from tests.property.strategies import calendars, policies, workload

START = utc("2024-09-02T00:00")
END = START + 3 * 1440
UNKNOWN = Unavailable(reason="NotRequested", message="says nothing")
PODS = st.builds(
    PodRequest,
    cpu=st.integers(0, 4000) | st.just(UNKNOWN),
    memory=st.integers(0, 2**34) | st.just(UNKNOWN),
)
BOUNDS = st.sampled_from([Bounds(minimum=0, maximum=None), Bounds(minimum=3, maximum=40)])
ROOMS = st.lists(
    st.builds(
        Room,
        where=st.just("quota"),
        resource=st.sampled_from([Resource.PODS, Resource.CPU, Resource.MEMORY]),
        most=st.integers(0, 500),
        taken=st.integers(0, 9) | st.just(UNKNOWN),
        namespace=st.sampled_from(["", "ns0", "ns1"]),
    ),
    max_size=3,
)


# Made once: to make and to check a strategy costs more than to draw from it.
ONE_TO_THREE, ONE_TO_SIX, ZERO_OR_ONE = st.integers(1, 3), st.integers(1, 6), st.integers(0, 1)


@st.composite
def fleets(draw) -> list[FleetPart]:
    """Some workloads of two calendars, some of which share a plan."""
    found = [draw(calendars()) for _ in range(2)]
    plans = [
        make_plan(workload(draw(policies()), draw(st.sampled_from(found)), bounds=draw(BOUNDS)), START, END)
        for _ in range(draw(ONE_TO_THREE))
    ]
    some_plan = st.sampled_from(plans)
    return [
        FleetPart(key=f"ns{draw(ZERO_OR_ONE)}/w{number}", plan=draw(some_plan), pod=draw(PODS))
        for number in range(draw(ONE_TO_SIX))
    ]


def counted(parts, rooms, rate):
    return fleet_bells(parts, START + 360, END - 1440, rooms, rate)


@given(parts=fleets(), rooms=ROOMS, rate=st.integers(1, 400), seed=st.randoms(use_true_random=False))
def test_the_order_of_workloads_changes_nothing(parts, rooms, rate, seed):
    shuffled = list(parts)
    seed.shuffle(shuffled)
    assert counted(shuffled, rooms, rate) == counted(parts, rooms, rate)


@given(parts=fleets(), rooms=ROOMS, rate=st.integers(1, 400))
def test_each_bell_is_the_sum_of_what_each_workload_asks_for_at_that_minute(parts, rooms, rate):
    for bell in counted(parts, rooms, rate):
        each = [requested(part.pod, part.plan.write_at(bell.at)) for part in parts]
        assert bell.asked == sum(each, Requested())
        assert bell.asked.pods == sum(part.plan.write_at(bell.at) for part in parts)
        assert len(bell.strains) == 1 + len(rooms)
        assert all(later.share <= sooner.share for sooner, later in pairwise(bell.strains))


@given(parts=fleets(), rate=st.integers(1, 400))
def test_every_bell_is_there_once_and_every_rise_is_for_one_bell_at_most(parts, rate):
    found = counted(parts, (), rate)
    rung = {peak.bell for part in parts for peak in part.plan.peaks if START + 360 <= peak.bell < END - 1440}
    assert Counter(one.bell for one in found) == Counter(rung)
    rises = sum(
        run.value - before.value
        for part in parts
        for before, run in pairwise(part.plan.writes)
        if run.value > before.value and run.start >= START + 360
    )
    assert sum(one.more for one in found) <= rises


@given(parts=fleets(), rate=st.integers(1, 400))
def test_at_the_rate_that_is_wanted_everything_is_made(parts, rate):
    for bell in counted(parts, (), rate):
        assert (bell.unmade > 0) is (bell.pods_per_minute > rate)
        enough = next(
            one for one in counted(parts, (), max(1, bell.pods_per_minute)) if one.bell == bell.bell
        )
        assert enough.unmade == 0


@given(parts=fleets(), rate=st.integers(1, 400))
def test_twice_the_fleet_is_twice_of_everything(parts, rate):
    once = {one.bell: one for one in counted(parts, (), rate)}
    for twice in counted([*parts, *parts], (), rate):
        single = once[twice.bell]
        assert twice.asked == single.asked + single.asked
        assert (twice.more, twice.workloads) == (2 * single.more, 2 * single.workloads)
