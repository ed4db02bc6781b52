"""Who is concerned by what was seen, and what is found by what."""

from __future__ import annotations

import gc
from datetime import timedelta
from fractions import Fraction

import pytest

from firstbell.core.behavior import (
    DEFAULT_BEHAVIOR,
    DEFAULT_DOWN,
    DEFAULT_UP,
    Behavior,
    ScalingRules,
    SelectPolicy,
)
from firstbell.engine.floor.reading import seen_hpa
from firstbell.engine.objects.resource_version import is_older
from firstbell.engine.ports import MetricQuery, SecretKey
from firstbell.engine.seen.own_kinds import seen_autoscaler, seen_calendar
from firstbell.engine.seen.store import Store
from firstbell.engine.seen.workloads import DEPLOYMENT, seen_workload
from tests.unit.engine.bodies import KEY, NS, a_calendar, a_deployment, a_metric, an_autoscaler, an_hpa
from tests.unit.engine.world import HPAS, World


def seen(read, body, *more, uid="u", generation=1, version=""):
    body["metadata"] |= {"uid": uid, "generation": generation, "resourceVersion": version}
    return read(body, *more)


def autoscaler(name="web", *, before=None, generation=1, **spec):
    return seen(seen_autoscaler, an_autoscaler(name, **spec), before, uid=name, generation=generation)


def hpa(name="web", *, uid="u", version="", **fields):
    return seen(seen_hpa, an_hpa(name, **fields), uid=uid, version=version)


def deployment(name="web", *, uid="u", version=""):
    return seen(seen_workload, a_deployment(name), DEPLOYMENT, uid=uid, version=version)


def calendar(name="school"):
    return seen(seen_calendar, a_calendar(name))


@pytest.fixture
def store():
    """Two on the workload `web`, one on `api`; `api` has a calendar of its own."""
    store = Store()
    store.put_autoscaler(autoscaler("a"))
    store.put_autoscaler(autoscaler("b"))
    store.put_autoscaler(autoscaler("c", target="api", calendarRefs=[{"name": "other"}]))
    return store


@pytest.mark.parametrize(
    ("change", "want"),
    [
        pytest.param(lambda s: s.put_calendar(calendar("school")), {"ns/a", "ns/b"}, id="a calendar"),
        pytest.param(lambda s: s.put_calendar(calendar("other")), {"ns/c"}, id="another calendar"),
        pytest.param(lambda s: s.put_calendar(calendar("nobody's")), set(), id="nobody's calendar"),
        pytest.param(lambda s: s.drop_calendar("ns/school"), {"ns/a", "ns/b"}, id="a calendar that goes"),
        pytest.param(lambda s: s.put_workload(deployment("api")), {"ns/c"}, id="a workload"),
        pytest.param(lambda s: s.drop_workload("ns/apps/Deployment/web"), {"ns/a", "ns/b"}, id="it goes"),
        pytest.param(lambda s: s.put_floor(hpa(target="api")), {"ns/c"}, id="an HPA, by its target"),
        pytest.param(lambda s: s.put_floor(hpa(target="nobody")), set(), id="nobody's HPA"),
        pytest.param(
            lambda s: s.put_autoscaler(autoscaler("Older")), {"ns/a", "ns/b", "ns/Older"}, id="an older rival"
        ),
        pytest.param(lambda s: s.put_autoscaler(autoscaler("d")), {"ns/d"}, id="a younger rival"),
        pytest.param(lambda s: s.drop_autoscaler("ns/a"), {"ns/b"}, id="a rival that goes"),
        pytest.param(lambda s: s.drop_autoscaler("ns/b"), set(), id="a younger rival that goes"),
        pytest.param(lambda s: s.drop_autoscaler("ns/unknown"), set(), id="one that never was"),
    ],
)
def test_who_is_concerned(store, change, want):
    assert want == change(store)


def test_an_hpa_that_moves_concerns_both_workloads(store):
    store.put_floor(hpa(target="web"))
    assert {"ns/a", "ns/b", "ns/c"} == store.put_floor(hpa(target="api"))
    assert store.floors.of_target(store.autoscalers["ns/a"].rules.target) == []


def test_an_autoscaler_that_moves_concerns_those_it_leaves_and_those_it_joins(store):
    assert {"ns/a", "ns/b", "ns/c"} == store.put_autoscaler(autoscaler("a", target="api"))


def test_targets_are_found_by_their_kind_wherever_an_autoscaler_moves(store):
    rollout = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web"}
    store.put_autoscaler(autoscaler("a", scaleTargetRef=rollout))
    names = {kind: sorted(found) for kind, found in store.by_kind.items()}
    assert names == {("apps", "Deployment"): ["ns/b", "ns/c"], ("argoproj.io", "Rollout"): ["ns/a"]}
    store.put_autoscaler(autoscaler("a"))
    assert sorted(store.by_kind[("apps", "Deployment")]) == ["ns/a", "ns/b", "ns/c"]
    assert len(store.by_kind) == 1


def test_nothing_is_left_of_what_was_dropped(store):
    for key in ("ns/a", "ns/b", "ns/c"):
        store.drop_autoscaler(key)
    store.put_floor(hpa())
    store.drop_floor("ns/web")
    assert (
        store.by_kind,
        store._by_target,
        store._by_calendar,
        store.floors._by_target,
        store.floors._by_owner,
    ) == ({}, {}, {}, {}, {})


def test_an_invalid_edit_leaves_the_object_where_others_find_it():
    store = Store()
    good = autoscaler()
    store.put_autoscaler(good)
    bad = autoscaler(before=good, generation=2, calendarRefs=[])
    assert {"ns/web"} == store.put_autoscaler(bad)
    assert good.rules == bad.in_force
    assert {"ns/web"} == store.put_calendar(calendar())
    assert {"ns/web"} == store.put_floor(hpa())
    worse = autoscaler(before=bad, generation=3, calendarRefs="none")
    assert good.rules == worse.in_force


def test_the_last_good_rules_are_not_those_of_another_object_of_that_name():
    good = autoscaler()
    body = an_autoscaler(calendarRefs=[])
    body["metadata"] |= {"uid": "another", "generation": 1}
    assert seen_autoscaler(body, good).in_force is None


def test_an_edit_of_the_status_alone_reads_nothing_anew():
    first = autoscaler()
    assert autoscaler(before=first).rules is first.rules
    days = calendar()
    again = seen(seen_calendar, a_calendar(), days)
    assert again.days is days.days


@pytest.mark.parametrize(
    ("read", "put"),
    [
        pytest.param(hpa, Store.put_floor, id="an HPA"),
        pytest.param(deployment, Store.put_workload, id="a workload"),
    ],
)
def test_what_comes_in_late_changes_nothing(store, read, put):
    known = read(version="106")
    assert {"ns/a", "ns/b"} == put(store, known)
    assert set() == put(store, read(version="105"))
    assert known in {*store.floors.values(), *store.workloads.values()}
    assert {"ns/a", "ns/b"} == put(store, read(version="7", uid="re-created"))


async def test_floors_are_found_by_the_owner_that_is_marked_on_them():
    world = World("2024-09-09T08:25")
    await world.tick()
    assert [floor.autoscaler.key for floor in world.store.floors.held_by("ns/web")] == ["ns/web"]
    world.remove(HPAS)
    assert world.store.floors.held_by("ns/web") == []


def test_the_former_manager_is_not_forgotten_while_its_field_is_kept():
    store = Store()
    owner = {"manager": "helm", "operation": "Apply"}
    body = an_hpa(
        managedFields=[
            {"manager": "helm", "operation": "Apply", "fieldsV1": {"f:spec": {"f:minReplicas": {}}}}
        ]
    )
    store.put_floor(seen(seen_hpa, body))
    body["metadata"]["managedFields"][0] |= {"manager": "firstbell", "operation": "Update"}
    store.put_floor(seen(seen_hpa, body))
    assert (True, (owner,)) == (store.floors["ns/web"].kept, store.floors["ns/web"].former_managers)


def test_workloads_are_the_same_whatever_version_they_are_read_by():
    body = an_autoscaler()
    body["spec"]["scaleTargetRef"]["apiVersion"] = "apps/v1beta1"
    store = Store()
    store.put_autoscaler(seen(seen_autoscaler, body))
    assert {f"{NS}/web"} == store.put_workload(deployment())


@pytest.mark.parametrize(
    ("version", "known", "want"),
    [
        pytest.param("9", "10", True, id="as numbers, not as text"),
        pytest.param("10", "10", False, id="the same is not older"),
        pytest.param("11", "10", False, id="newer"),
        pytest.param("", "10", False, id="without a version nothing is known"),
        pytest.param("a", "b", False, id="an opaque version cannot be compared"),
    ],
)
def test_which_version_is_older(version, known, want):
    assert want == is_older(version, known)


def test_the_live_metrics_of_a_spec_with_what_limits_them():
    behavior = {"scaleDown": {"stabilizationWindowSeconds": 60, "selectPolicy": "Disabled"}}
    metrics = [a_metric(bearer_of="prometheus"), a_metric("queue", value="1.5")]
    body = an_autoscaler(metrics=metrics, tolerance="0.05", behavior=behavior)
    rules = seen(seen_autoscaler, body).in_force

    token = SecretKey(namespace="ns", name="prometheus", key="token")
    assert [metric.query for metric in rules.metrics] == [
        MetricQuery(server_address="http://prometheus:9090", query="sum(pupils_online)", token=token),
        MetricQuery(server_address="http://prometheus:9090", query="sum(queue)", token=None),
    ]
    assert [(metric.target.name, metric.target.type, metric.target.amount) for metric in rules.metrics] == [
        ("pupils-online", "AverageValue", 350),
        ("queue", "Value", Fraction(3, 2)),
    ]
    assert rules.flown.tolerance == Fraction(1, 20)
    assert rules.flown.behavior == Behavior(
        up=DEFAULT_UP,
        down=ScalingRules(
            window=timedelta(seconds=60), policies=DEFAULT_DOWN.policies, select=SelectPolicy.DISABLED
        ),
    )


def test_without_a_behavior_the_one_of_an_hpa_is_followed():
    assert seen(seen_autoscaler, an_autoscaler()).in_force.flown.behavior == DEFAULT_BEHAVIOR


def test_what_is_asked_is_edited_by_metrics_that_come_change_or_go_and_by_nothing_else():
    store, edits = Store(), []

    def put(generation, **spec):
        body = an_autoscaler(**spec)
        known = store.autoscalers.get(KEY)
        store.put_autoscaler(seen(seen_autoscaler, body, known, generation=generation))
        edits.append(store.answers.edits)

    put(1)
    put(2, metrics=[a_metric()])
    put(2, metrics=[a_metric()])
    put(3, metrics=[a_metric()], holdGapMinutes=5)
    put(4, metrics=[a_metric(average="700")])
    put(5)
    store.drop_autoscaler(KEY)
    assert edits == [0, 1, 1, 1, 1, 2]
    assert (store.answers.edits, list(store.answers.queries)) == (2, [])


def test_the_oldest_on_a_workload_is_the_one_that_works_whatever_comes_and_goes(store):
    def first():
        return store.first_on("ns/apps/Deployment/web").key

    assert first() == "ns/a"
    store.put_autoscaler(autoscaler("Older"))
    assert first() == "ns/Older"
    store.put_autoscaler(autoscaler("Older", target="api", generation=2))
    assert first() == "ns/a"
    store.drop_autoscaler("ns/a")
    assert first() == "ns/b"
    store.drop_autoscaler("ns/b")
    assert store.first_on("ns/apps/Deployment/web") is None


async def test_a_status_is_kept_packed_as_one_value_and_comes_back_as_it_was():
    world = World()
    await world.tick()
    body = world.get("schoolautoscalers")
    kept = seen_autoscaler(body)
    assert kept.status == world.status
    assert gc.is_tracked(body["status"]), "what a search for garbage walks over"
    assert not gc.is_tracked(kept.kept_status.packed)
    kept.status["conditions"].clear()
    assert kept.status == world.status
