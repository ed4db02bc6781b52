"""The least that was possible: what a scaler that knows the load would have paid."""

from __future__ import annotations

import pytest

from firstbell.lab.day.least import Leads, Least, least, least_of_runs, replicas_needed
from firstbell.lab.day.pods import Cluster

POD = Leads(start=4, room=100)
NODE = Leads(start=4, node=20, per_node=10, idle=30)


def spent(*runs: tuple[int, int], leads: Leads) -> tuple[int, int]:
    found = least_of_runs(runs, leads)
    return found.pod_seconds, found.starts


@pytest.mark.parametrize(
    ("runs", "leads", "want"),
    [
        pytest.param([(3, 10)], POD, (30, 0), id="what is needed from the first second on is there"),
        pytest.param([(0, 10), (1, 5)], POD, (9, 1), id="it is asked for a start-up time before"),
        pytest.param([(0, 3), (1, 5)], POD, (8, 0), id="or is there since the first second"),
        pytest.param([(1, 5), (0, 4), (1, 5)], POD, (14, 0), id="in a gap of a start-up time it stays"),
        pytest.param([(1, 5), (0, 5), (1, 5)], POD, (14, 1), id="in a longer one it goes"),
        pytest.param([(0, 50), (1, 5)], NODE, (29, 1), id="a node is waited for"),
        pytest.param([(0, 50), (2, 5)], NODE, (38, 2), id="once for all its pods"),
        pytest.param([(1, 5), (0, 34), (1, 5)], NODE, (14, 1), id="a node stays for a while"),
        pytest.param([(1, 5), (0, 36), (1, 5)], NODE, (16, 1), id="and for longer where its last pod does"),
        pytest.param([(1, 5), (0, 90), (1, 5)], NODE, (34, 1), id="after a long gap it comes anew"),
    ],
)
def test_what_it_costs(runs, leads, want):
    assert want == spent(*runs, leads=leads)


def test_equal_neighbours_are_one_run():
    assert least([0] * 10 + [2] * 5, POD) == least_of_runs([(0, 4), (0, 6), (2, 1), (2, 4)], POD)


def test_the_fewest_replicas_carry_each_second_and_never_fewer_than_the_minimum_stand():
    assert replicas_needed([0.0, 1.4, 1.5, 3.0, 3.000001, 1.5 * 2 + 1e-12], 1.5, 1) == [1, 1, 1, 2, 3, 2]


def test_a_cost_is_a_multiple_and_none_of_nothing():
    assert Least(pod_seconds=7200, starts=0, highest=1).cost(5.0) == 2.5
    assert Least(pod_seconds=0, starts=0, highest=0).cost(5.0) is None


def test_of_a_cluster_the_standing_nodes_are_waited_for_by_nobody():
    found = Leads.of(Cluster(room=35), 4)
    assert (found.room, found.start, found.node, found.per_node, found.idle) == (40, 40, 150, 10, 600)
    assert [found.orders_node(place) for place in (0, 39, 40, 41, 50)] == [False, False, True, False, True]
