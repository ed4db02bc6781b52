"""One day three times, with the production decision in the third."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstbell.core.calendar import InstructionMode
from firstbell.lab.day.arrivals import Preset
from firstbell.lab.day.compare import Conditions, Variant, compare
from firstbell.lab.day.crowd import Coming
from firstbell.lab.day.day import World
from firstbell.lab.day.pods import Cluster
from tests.builders import a_calendar, a_factor, a_peak, a_policy, a_row, a_shape, a_workload, on

DAY = on("2024-09-11")
REMOTE = a_row(instruction_mode=InstructionMode.REMOTE)
SHAPE = a_shape(ramp=60)


def a_remote_school(**fields):
    """60,000 pupils at home: 120 replicas where the baseline is 4."""
    policy = a_policy(
        a_peak(shape=SHAPE), day_factors=(a_factor(2000, instruction_modes={InstructionMode.REMOTE}),)
    )
    return a_workload(
        policy, a_calendar(weekly_schedule=(REMOTE,)), **{"minimum": 4, "maximum": 200} | fields
    )


def floors(outcome) -> set[int]:
    return {moment.floor for moment in outcome.moments}


@pytest.fixture(scope="module")
def remote():
    return compare(a_remote_school(), DAY, Conditions())


@pytest.fixture(scope="module")
def without_hpa():
    return compare(a_remote_school(), DAY, Conditions(beside_autoscaler=False), (Variant.FIRSTBELL,))


def test_firstbell_holds_where_the_hpa_alone_is_short(remote):
    assert remote.held
    assert remote.outcomes[Variant.HPA_ALONE].short_minutes > 3


def test_what_it_costs_is_told(remote):
    hpa, ours = remote.outcomes[Variant.HPA_ALONE], remote.outcomes[Variant.FIRSTBELL]
    assert ours.pod_hours > hpa.pod_hours


def test_the_floor_is_what_the_plan_writes_each_minute(remote):
    written = [remote.plan.write_at(remote.start + minute) for minute in range(1440)]
    assert [moment.floor for moment in remote.outcomes[Variant.FIRSTBELL].moments] == written


def test_the_hpa_alone_keeps_its_own_minimum(remote):
    assert floors(remote.outcomes[Variant.HPA_ALONE]) == {4}


def test_the_hand_written_floor_knows_ordinary_days(remote):
    assert remote.cron.replicas == 120
    assert floors(remote.outcomes[Variant.HPA_WITH_CRON]) == {4, 120}


def test_without_an_hpa_the_decision_is_the_count(without_hpa):
    found = without_hpa.outcomes[Variant.FIRSTBELL]
    assert {moment.replicas for moment in found.moments} >= {4, 120}
    assert all(moment.replicas == moment.floor for moment in found.moments)


def test_without_an_hpa_falls_wait_for_the_stabilization(without_hpa):
    moments = without_hpa.outcomes[Variant.FIRSTBELL].moments
    written = [without_hpa.plan.write_at(without_hpa.start + minute) for minute in range(1440)]
    assert all(moment.floor >= write for moment, write in zip(moments, written, strict=True))
    last_high = max(index for index, write in enumerate(written) if write == 120)
    assert moments[last_high + 3].floor == 120


def test_more_than_was_expected_is_what_the_hpa_above_the_floor_is_for():
    more = Conditions(coming=Coming(load_percent=150))
    found = compare(a_remote_school(), DAY, more, (Variant.FIRSTBELL,)).outcomes[Variant.FIRSTBELL]
    assert found.highest_replicas > 120


def test_the_maximum_holds_for_all():
    found = compare(a_remote_school(maximum=30), DAY, Conditions())
    assert {outcome.highest_replicas for outcome in found.outcomes.values()} == {30}
    assert not found.held


def test_where_pods_are_ready_at_once_an_hpa_alone_is_enough():
    quick = World(cluster=Cluster(start_seconds=5, room=500))
    found = compare(a_remote_school(), DAY, Conditions(world=quick), (Variant.HPA_ALONE,))
    assert found.outcomes[Variant.HPA_ALONE].short_minutes < 0.5


@pytest.mark.parametrize("seed", [None, 3])
def test_a_day_is_the_same_each_time(seed):
    conditions = Conditions(coming=Coming(seed=seed, shape=Preset.WALL.shape))
    one, again = (
        compare(a_remote_school(), DAY, conditions, (Variant.HPA_ALONE,)).outcomes[Variant.HPA_ALONE]
        for _ in range(2)
    )
    assert one.moments == again.moments
    assert (one.turned_away, one.pod_seconds) == (again.turned_away, again.pod_seconds)


def test_another_seed_is_another_day():
    days = [compare(a_remote_school(), DAY, Conditions(coming=Coming(seed=seed)), ()) for seed in (1, 2)]
    assert days[0].crowd.users != days[1].crowd.users


def test_parts_of_the_hand_written_floor_can_be_given():
    conditions = Conditions(cron_hours=(3600, 7200), cron_replicas=300)
    found = compare(a_remote_school(), DAY, conditions, ()).cron
    assert (found.start, found.end, found.replicas) == (3600, 7200, 200)
    only_size = compare(a_remote_school(), DAY, replace(conditions, cron_hours=None), ()).cron
    assert (only_size.start, only_size.replicas) == (7 * 3600, 200)


def test_a_weekend_has_no_hand_written_floor():
    assert compare(a_remote_school(), on("2024-09-14"), Conditions(), ()).cron is None
