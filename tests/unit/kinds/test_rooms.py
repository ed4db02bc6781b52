"""Room for pods: nodes that take any, and quotas without scopes."""

from __future__ import annotations

import pytest

from firstbell.core import Unavailable
from firstbell.core.capacity import Resource
from firstbell.kinds.rooms import is_scoped, node_rooms, quota_rooms


def a_node(ready="True", **spec):
    return {
        "spec": spec,
        "status": {
            "allocatable": {"cpu": "3900m", "memory": "16Gi", "pods": "110"},
            "conditions": [{"type": "Ready", "status": ready}],
        },
    }


def most_of(rooms):
    return {room.resource: room.most for room in rooms}


def test_nodes_are_counted_together():
    found = list(node_rooms([a_node(), a_node()]))
    assert most_of(found) == {Resource.CPU: 7800, Resource.MEMORY: 2 * 2**34, Resource.PODS: 220}
    assert all(isinstance(room.taken, Unavailable) for room in found)


@pytest.mark.parametrize(
    "node",
    [
        a_node(unschedulable=True),
        a_node(ready="Unknown"),
        a_node(taints=[{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]),
        {},
    ],
)
def test_a_node_that_takes_no_pods_is_not_counted(node):
    assert set(most_of(node_rooms([node])).values()) == {0}


def test_a_node_of_a_pool_with_a_taint_of_its_own_is_counted():
    assert (
        most_of(node_rooms([a_node(taints=[{"key": "school", "effect": "NoSchedule"}])]))[Resource.PODS]
        == 110
    )


def a_quota(hard, used=None, **spec):
    status = {} if used is None else {"status": {"hard": hard, "used": used}}
    return {"metadata": {"namespace": "lms", "name": "all"}, "spec": {"hard": hard, **spec}, **status}


def test_a_quota_bounds_its_namespace_by_any_of_its_names():
    hard = {"pods": "50", "count/pods": "60", "cpu": "10", "requests.memory": "1Gi", "services": "5"}
    used = {"pods": "12", "count/pods": "13", "cpu": "2500m", "requests.memory": "256Mi"}
    found = [(room.resource, room.most, room.taken) for room in quota_rooms(a_quota(hard, used))]
    assert found == [
        (Resource.PODS, 50, 12),
        (Resource.PODS, 60, 13),
        (Resource.CPU, 10_000, 2500),
        (Resource.MEMORY, 2**30, 2**28),
    ]
    (room, *_) = quota_rooms(a_quota(hard, used))
    assert (room.where, room.namespace) == ("quota lms/all", "lms")


def test_of_a_manifest_nobody_knows_what_is_used():
    (room,) = quota_rooms(a_quota({"pods": 50}))
    assert isinstance(room.taken, Unavailable)


@pytest.mark.parametrize("spec", [{"scopes": ["BestEffort"]}, {"scopeSelector": {"matchExpressions": [{}]}}])
def test_a_quota_with_scopes_is_for_some_pods_only_and_not_counted(spec):
    assert is_scoped(a_quota({"pods": "1"}, **spec))
    assert list(quota_rooms(a_quota({"pods": "1"}, **spec))) == []


@pytest.mark.parametrize("body", [{}, {"metadata": {}, "spec": {}}, {"metadata": {}, "spec": {"hard": 3}}])
def test_a_quota_that_says_nothing_bounds_nothing(body):
    assert list(quota_rooms(body)) == []
