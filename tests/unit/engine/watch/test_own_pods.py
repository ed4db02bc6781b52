"""Of the pods that a selector names, those count whose owners lead up to the workload."""

from __future__ import annotations

import pytest

from firstbell.core.absence import Unavailable
from firstbell.engine.watch.own_pods import OwnPods
from tests.fakes import FakeCluster
from tests.unit.engine.bodies import NS

WANTED = "uid-rollout"


def owner(kind, name, group="apps/v1"):
    return {"apiVersion": group, "kind": kind, "name": name, "uid": f"uid-{name}", "controller": True}


ROLLOUT = owner("Rollout", "rollout", "argoproj.io/v1alpha1")


def an_object(name, *owners, **more):
    metadata = {"name": name, "namespace": NS, "uid": f"uid-{name}", "labels": {"app": "web"}}
    return {"metadata": metadata | ({"ownerReferences": list(owners)} if owners else {}), **more}


def scale(**status):
    metadata = {"name": "rollout", "namespace": NS, "uid": WANTED}
    return {"metadata": metadata, "status": {"selector": "app=web"} | status}


class Cast:
    """A cluster with pods of several owners."""

    def __init__(self):
        self.cluster = FakeCluster()
        self.own_pods = OwnPods(cluster=self.cluster)

    def has(self, plural, *bodies):
        for body in bodies:
            self.cluster.put("" if plural == "pods" else "apps", plural, body)

    def has_pods(self, count, *owners, ready=True):
        told = {"conditions": [{"type": "Ready", "status": "True" if ready else "False"}]}
        for _ in range(count):
            number = len(self.cluster.objects)
            self.has("pods", an_object(f"pod-{number}", *owners, status=told))

    async def ready(self, **status):
        return await self.own_pods.ready(scale(**status))


@pytest.fixture
def cast():
    return Cast()


async def test_pods_of_a_neighbour_with_the_same_label_are_not_counted(cast):
    cast.has("replicasets", an_object("web-1", ROLLOUT), an_object("canary-1", owner("Deployment", "canary")))
    cast.has("deployments", an_object("canary"))
    cast.has_pods(10, owner("ReplicaSet", "web-1"))
    cast.has_pods(6, owner("ReplicaSet", "web-1"), ready=False)
    cast.has_pods(10, owner("ReplicaSet", "canary-1"))
    cast.has_pods(2)
    assert await cast.ready(replicas=16) == 10


@pytest.mark.parametrize(
    "chain",
    [
        pytest.param([], id="the workload itself"),
        pytest.param([("replicasets", "ReplicaSet")], id="a ReplicaSet"),
        pytest.param([("statefulsets", "StatefulSet")], id="a StatefulSet"),
        pytest.param([("replicasets", "ReplicaSet"), ("deployments", "Deployment")], id="a Deployment"),
    ],
)
async def test_owners_are_followed_through(cast, chain):
    above = ROLLOUT
    for number, (plural, kind) in reversed(list(enumerate(chain))):
        cast.has(plural, an_object(f"step-{number}", above))
        above = owner(kind, f"step-{number}")
    cast.has_pods(3, above)
    cast.has_pods(5)
    assert await cast.ready() == 3


async def test_two_generations_of_one_workload_are_both_its_own(cast):
    cast.has("replicasets", an_object("web-1", ROLLOUT), an_object("web-2", ROLLOUT))
    cast.has_pods(3, owner("ReplicaSet", "web-1"))
    cast.has_pods(4, owner("ReplicaSet", "web-2"))
    assert await cast.ready(replicas=7) == 7


async def test_a_reference_that_does_not_control_leads_up_too(cast):
    plain = {name: value for name, value in ROLLOUT.items() if name != "controller"}
    cast.has_pods(3, owner("PodSet", "unknown", "example.org/v1"), plain)
    cast.has_pods(2, owner("PodSet", "other", "example.org/v1"))
    assert await cast.ready() == 3


async def test_pods_of_one_family_count_where_nobody_sets_references(cast):
    cast.has(
        "replicasets", an_object("x-1", owner("Deployment", "x")), an_object("x-2", owner("Deployment", "x"))
    )
    cast.has("deployments", an_object("x"))
    cast.has_pods(3, owner("ReplicaSet", "x-1"))
    cast.has_pods(2, owner("ReplicaSet", "x-2"))
    assert await cast.ready(replicas=5) == 5


async def test_several_families_without_a_reference_are_not_told_apart_and_nobody_is_ready(cast):
    cast.has_pods(3, owner("PodSet", "one", "example.org/v1"))
    cast.has_pods(3, owner("PodSet", "two", "example.org/v1"))
    unknown = await cast.ready(replicas=3)
    assert isinstance(unknown, Unavailable)
    assert (unknown.reason, "pods of 2 owners" in unknown.message) == ("PodsNotTold", True)


async def test_no_more_are_ready_than_there_are(cast):
    cast.has_pods(10, owner("Deployment", "preview"))
    assert await cast.ready(replicas=0) == 0


async def test_an_object_made_anew_under_the_name_of_an_owner_is_not_that_owner(cast):
    cast.has("replicasets", an_object("web-1", ROLLOUT))
    cast.has_pods(3, owner("ReplicaSet", "web-1") | {"uid": "uid-before"})
    cast.has_pods(2, owner("ReplicaSet", "web-1"))
    assert await cast.ready() == 2


async def test_an_owner_is_read_once(cast):
    cast.has("replicasets", an_object("web-1", ROLLOUT))
    cast.has_pods(5, owner("ReplicaSet", "web-1"))
    for _ in range(3):
        assert await cast.ready() == 5
    assert cast.cluster.counted("GET", "replicasets") == 1


async def test_without_the_right_to_read_pods_nobody_is_taken_for_ready(cast):
    cast.cluster.fail("Forbidden", verb="LIST", message="pods is forbidden.")
    unknown = await cast.ready()
    assert isinstance(unknown, Unavailable)
    assert unknown.message == "pods is forbidden. Grant list on pods."


def asked(**spec):
    return scale() | {"spec": spec}


def stuck(name, *owners):
    told = {
        "conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no node"}
        ]
    }
    return an_object(name, *owners, status=told)


async def test_reasons_are_those_of_its_own_pods_and_of_nobody_elses(cast):
    cast.has("replicasets", an_object("web-1", ROLLOUT), an_object("canary-1", owner("Deployment", "canary")))
    cast.has("deployments", an_object("canary"))
    cast.has("pods", *(stuck(f"own-{number}", owner("ReplicaSet", "web-1")) for number in range(3)))
    cast.has("pods", *(stuck(f"other-{number}", owner("ReplicaSet", "canary-1")) for number in range(9)))
    cast.has("pods", stuck("orphan"))
    (found,) = await cast.own_pods.shortfalls(asked(replicas=3))
    assert (found.reason, found.replicas, found.message) == ("Unschedulable", 3, "no node")


async def test_where_no_pod_is_its_own_nothing_is_said_of_the_others(cast):
    """Also where all of them are of one family, which counts for who is Ready."""
    cast.has("replicasets", an_object("canary-1", owner("Deployment", "canary")))
    cast.has("deployments", an_object("canary"))
    cast.has("pods", *(stuck(f"other-{number}", owner("ReplicaSet", "canary-1")) for number in range(4)))
    (found,) = await cast.own_pods.shortfalls(asked(replicas=3))
    assert (found.reason, found.replicas) == ("NotCreated", 3)


async def test_pods_are_read_page_by_page_and_of_very_many_the_first(cast):
    cast.has("replicasets", an_object("web-1", ROLLOUT))
    cast.has("pods", *(stuck(f"own-{number}", owner("ReplicaSet", "web-1")) for number in range(1250)))
    (found,) = await cast.own_pods.shortfalls(asked(replicas=2000))
    assert found.replicas == 1000
    assert cast.cluster.counted("LIST", "/pods") == 10
    assert cast.cluster.counted("GET", "replicasets/web-1") == 1


async def test_rights_that_are_missing_are_named(cast):
    cast.has("replicasets", an_object("web-1", ROLLOUT))
    cast.has("pods", stuck("own", owner("ReplicaSet", "web-1")))
    cast.cluster.fail("Forbidden", path="/pods")
    found = await cast.own_pods.shortfalls(asked(replicas=1))
    assert isinstance(found, Unavailable)
    assert found.message.endswith(
        "Grant list on pods and get on replicasets: value readiness.podReasons of the chart."
    )
    cast.cluster.heal()
    cast.cluster.fail("Forbidden", path="replicasets")
    found = await cast.own_pods.shortfalls(asked(replicas=1))
    assert isinstance(found, Unavailable)
    cast.cluster.heal()
    (told,) = await cast.own_pods.shortfalls(asked(replicas=1))
    assert told.reason == "Unschedulable"
