"""From a number in `spec.replicas` to Ready replicas."""

from __future__ import annotations

from firstbell.lab.day.pods import Cluster, Pods


def ready_by_second(pods: Pods, seconds: range) -> list[int]:
    found = []
    for now in seconds:
        pods.step(now)
        found.append(pods.ready)
    return found


def test_pods_that_find_room_are_ready_after_their_start():
    pods = Pods(Cluster(start_seconds=40, pods_per_node=10), 4)
    pods.scale(10)
    ready = ready_by_second(pods, range(60))
    assert (ready[39], ready[40]) == (4, 10)


def test_pods_that_find_none_wait_for_their_node():
    pods = Pods(Cluster(start_seconds=40, node_seconds=150, pods_per_node=10), 10)
    pods.scale(25)
    ready = ready_by_second(pods, range(300))
    assert (ready[150 + 39], ready[150 + 40]) == (10, 25)


def test_room_that_is_there_is_used_first():
    pods = Pods(Cluster(start_seconds=40, node_seconds=150, pods_per_node=10, room=20), 10)
    pods.scale(25)
    ready = ready_by_second(pods, range(300))
    assert (ready[40], ready[189], ready[190]) == (20, 20, 25)


def test_pods_are_created_at_the_rate_of_the_controller_manager():
    pods = Pods(Cluster(start_seconds=0, room=1000, created_per_second=20), 0)
    pods.scale(100)
    assert ready_by_second(pods, range(6)) == [20, 40, 60, 80, 100, 100]


def test_nodes_are_ordered_once_for_what_lacks_room():
    pods = Pods(Cluster(start_seconds=0, node_seconds=60, pods_per_node=10, created_per_second=100), 10)
    pods.scale(40)
    ready_by_second(pods, range(50))
    pods.scale(41)
    ready = ready_by_second(pods, range(50, 200))
    assert ready[60 - 50] == 40
    assert ready[110 - 50] == 41


def test_fewer_are_gone_at_once_the_youngest_first():
    pods = Pods(Cluster(start_seconds=40, room=100), 4)
    pods.scale(10)
    ready_by_second(pods, range(20))
    pods.scale(6)
    assert ready_by_second(pods, range(20, 60))[-1] == 6
    pods.scale(2)
    assert ready_by_second(pods, range(60, 62)) == [2, 2]


def test_a_pod_without_a_node_goes_before_one_with():
    pods = Pods(Cluster(start_seconds=0, node_seconds=600, pods_per_node=10), 10)
    pods.scale(20)
    ready_by_second(pods, range(5))
    pods.scale(10)
    assert ready_by_second(pods, range(5, 10)) == [10] * 5


def test_an_empty_node_is_kept_for_a_while():
    cluster = Cluster(start_seconds=0, node_seconds=100, pods_per_node=10, node_idle_seconds=600)
    pods = Pods(cluster, 10)
    pods.scale(20)
    ready_by_second(pods, range(150))
    pods.scale(10)
    ready_by_second(pods, range(150, 500))
    pods.scale(20)
    assert ready_by_second(pods, range(500, 502))[-1] == 20
    pods.scale(10)
    ready_by_second(pods, range(502, 1200))
    pods.scale(20)
    assert ready_by_second(pods, range(1200, 1290))[-1] == 10
    assert ready_by_second(pods, range(1290, 1310))[-1] == 20


def test_how_long_pods_have_been_ready_or_running_is_known():
    pods = Pods(Cluster(start_seconds=40, room=100), 4)
    pods.scale(10)
    ready_by_second(pods, range(60))
    assert (pods.ready_since(39), pods.ready_since(40)) == (4, 10)
    assert (pods.running_since(-1), pods.running_since(0)) == (4, 10)
    assert pods.existing == 10
