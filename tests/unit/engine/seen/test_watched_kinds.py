"""What is watched is one list: whatever reads the cluster goes by it, and a kind more is one entry."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstbell.adapters.api_requests import resource_of
from firstbell.cli.live_objects import live_objects
from firstbell.engine.floor.held_floors import held_floors
from firstbell.engine.ports import Failure, FailureKind
from firstbell.engine.seen.store import Store
from firstbell.engine.seen.watched_kinds import (
    OWN_KINDS,
    PROFILES,
    WATCHED_KINDS,
    ForeignKind,
    floors_of,
    workloads_of,
)
from firstbell.engine.seen.workloads import DEPLOYMENT, WORKLOADS
from firstbell.engine.watch.following import follow_objects
from firstbell.engine.watch.loading import load_once
from firstbell.engine.watch.vanished import forget_vanished
from firstbell.kinds.autoscaler_bounds import read_bounds
from firstbell.kinds.crds import RENDERED_KINDS, definition
from firstbell.kinds.foreign_autoscalers import FOREIGN_AUTOSCALERS, ForeignAutoscaler, foreign_autoscaler
from tests.fakes import FakeCluster

CROWDS = ForeignAutoscaler(
    kind="Crowd",
    group="example.org",
    version="v3",
    older_versions=("v2",),
    plural="crowds",
    kubectl_name="crowd",
    minimum_field="fewest",
    maximum_field="most",
    default_minimum=2,
    default_target_version="apps/v1",
    default_target_kind="Deployment",
    optional=True,
)
KINDS = (*WATCHED_KINDS, floors_of(CROWDS))
PLACE = ("example.org", "crowds")
MARKS = {"floor": "90", "baseline": "5", "autoscaler": "ns/web", "instance": "firstbell"}


def a_crowd(**spec):
    spec = {"scaleTargetRef": {"name": "web"}, "most": 100} | spec
    metadata = {"namespace": "ns", "name": "web", "uid": "u", "resourceVersion": "3"}
    return {"apiVersion": "example.org/v3", "kind": "Crowd", "metadata": metadata, "spec": spec}


def a_floored_crowd():
    body = a_crowd(fewest=90)
    body["metadata"]["annotations"] = {f"firstbell.dev/{name}": value for name, value in MARKS.items()}
    return body


@pytest.fixture
def cluster():
    cluster = FakeCluster()
    cluster.put(*PLACE, a_floored_crowd())
    return cluster


async def test_the_first_look_has_the_objects_of_an_entry_more(cluster):
    store = Store()
    assert await load_once(cluster, store, ("ns",), kinds=KINDS) is None
    (seen,) = store.floors.values()
    assert (seen.key, seen.autoscaler.minimum, seen.autoscaler.maximum) == ("ns/Crowd/web", 90, 100)
    assert (seen.autoscaler.mark.baseline, seen.target.key) == (5, "ns/apps/Deployment/web")
    assert store.floors.follows(CROWDS)


async def test_a_look_without_the_entry_passes_it_over(cluster):
    store = Store()
    assert await load_once(cluster, store, ("ns",)) is None
    assert (list(store.floors), store.floors.follows(CROWDS)) == ([], False)


class FakeEngine:
    """A store, and who is woken."""

    def __init__(self) -> None:
        self.store, self.woken = Store(), set()

    def wake(self, keys):
        self.woken |= keys


class OneList:
    """Watches that list each kind once, and have nothing more to tell."""

    def __init__(self) -> None:
        self.listed = []

    async def list_each(self, kind, _, take):
        self.listed.append(kind)
        if kind[2] == "crowds":
            take(a_crowd())
        return "3"

    async def watch(self, *_):
        return Failure(kind=FailureKind.NOT_FOUND, message="the end of the test")


async def test_the_watches_follow_an_entry_more():
    engine, watches = FakeEngine(), OneList()
    engine.store.floors.followed.add(CROWDS)
    foreign = [kind for kind in KINDS if isinstance(kind, ForeignKind)]
    await follow_objects(engine, watches, ("ns",), kinds=foreign)
    assert ("example.org", "v3", "crowds") in watches.listed
    assert "ns/Crowd/web" in engine.store.floors


async def test_what_has_gone_is_looked_for_among_an_entry_more(cluster):
    engine = FakeEngine()
    await load_once(cluster, engine.store, ("ns",), kinds=KINDS)
    assert "ns/Crowd/web" in engine.store.floors
    cluster.objects.clear()
    assert await forget_vanished(engine, cluster, ("ns",), KINDS)
    assert list(engine.store.floors) == []


async def test_a_plan_of_a_cluster_has_an_entry_more_at_its_baseline(cluster):
    (origin,) = await live_objects(cluster, "ns", KINDS)
    value = origin.node.value
    of = foreign_autoscaler(value["apiVersion"], value["kind"], (*FOREIGN_AUTOSCALERS, CROWDS))
    bounds = read_bounds(of, "ns", "web", value["spec"])
    assert (bounds.minimum, bounds.maximum, bounds.target_kind) == (5, 100, "Deployment")


async def test_firstbell_release_finds_the_floors_of_an_entry_more(cluster):
    (held,) = await held_floors(cluster, "firstbell", ("ns",), None, (*FOREIGN_AUTOSCALERS, CROWDS))
    assert (held.key, held.of.kubectl_name) == ("ns/Crowd/web", "crowd")


TERMS = replace(PROFILES, plural="clusterterms", kind="ClusterTerm")
REPLICAS_OF = replace(DEPLOYMENT, kind="CloneSet", plural="clonesets", group="apps.example.org")
ONE_OF_OURS_AND_A_WORKLOAD = (*WATCHED_KINDS, TERMS, workloads_of(REPLICAS_OF))


async def test_the_first_look_and_a_plan_take_one_of_ours_more_and_a_workload_more(cluster):
    cluster.put(TERMS.group, TERMS.plural, {"metadata": {"name": "autumn"}, "spec": {}})
    clones = {"metadata": {"namespace": "ns", "name": "web"}, "spec": {"replicas": 7}}
    cluster.put(REPLICAS_OF.group, REPLICAS_OF.plural, clones)
    store = Store()

    assert await load_once(cluster, store, ("ns",), kinds=ONE_OF_OURS_AND_A_WORKLOAD) is None
    planned = await live_objects(cluster, "ns", ONE_OF_OURS_AND_A_WORKLOAD)

    assert "autumn" in store.profiles.seen
    assert store.workloads["ns/apps.example.org/CloneSet/web"].replicas == 7
    assert [origin.file for origin in planned] == ["ClusterTerm autumn"]


def test_what_a_plan_of_a_cluster_is_made_of():
    assert {kind.kind for kind in WATCHED_KINDS if not kind.planned} == {of.kind for of in WORKLOADS}


def test_requests_of_every_watched_kind_are_counted_by_their_name():
    for kind in WATCHED_KINDS:
        assert resource_of(f"/apis/{kind.group}/{kind.version}/{kind.plural}")[0] == kind.plural


def test_everything_that_has_a_table_or_a_crd_is_watched():
    watched = {(kind.group, kind.plural) for kind in WATCHED_KINDS}
    tables = {(of.group, of.plural) for of in (*FOREIGN_AUTOSCALERS, *WORKLOADS)}
    ours = {(crd["spec"]["group"], crd["spec"]["names"]["plural"]) for crd in map(definition, RENDERED_KINDS)}
    assert watched == tables | ours
    assert {kind.plural for kind in OWN_KINDS} == {plural for _, plural in ours}
