"""What Kopf's watches and ours tell reaches the engine, and Kopf itself leaves no trace on any object."""

from __future__ import annotations

import getpass

import kopf
import pytest

from firstbell import app
from firstbell.core.absence import Unavailable
from tests.unit.engine.bodies import NS, a_calendar, a_deployment, an_autoscaler, an_hpa

CALENDARS = "firstbell.dev/v1alpha1/schoolcalendars"
AUTOSCALERS = "firstbell.dev/v1alpha1/schoolautoscalers"
HPAS = "autoscaling/v2/horizontalpodautoscalers"
DEPLOYMENTS = "apps/v1/deployments"
STATEFULSETS = "apps/v1/statefulsets"
ALL = {
    CALENDARS: a_calendar,
    AUTOSCALERS: an_autoscaler,
    HPAS: an_hpa,
    DEPLOYMENTS: a_deployment,
    STATEFULSETS: a_deployment,
}


def in_namespace(body, namespace):
    body["metadata"]["namespace"] = namespace
    return body


ALL_OWN = {
    "schoolcalendars": lambda namespace: in_namespace(a_calendar(), namespace),
    "schoolautoscalers": lambda namespace: in_namespace(an_autoscaler(), namespace),
}


@pytest.fixture
async def watched(component):
    """All watches run: each kind has had one object, seen by the store."""
    await component.start()
    for resource, body in ALL.items():
        await component.create(resource, body())
    store = component.engine.store
    await component.seen(lambda: store.calendars and store.autoscalers and store.floors)
    await component.seen(lambda: len(store.workloads) == 2)
    # What was listed before is told; only a watch tells of these, and of their end.
    for resource in (HPAS, DEPLOYMENTS, STATEFULSETS):
        await component.create(resource, ALL[resource]("probe"))
    await component.seen(lambda: len(store.floors) == 2 and len(store.workloads) == 4)
    for resource in (HPAS, DEPLOYMENTS, STATEFULSETS):
        await component.delete(resource, "probe")
    await component.seen(lambda: len(store.floors) == 1 and len(store.workloads) == 2)
    component.engine._queued.clear()
    return component


async def test_the_watches_run_under_a_user_that_is_a_number_without_a_name(monkeypatch, component):
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 65532")

    monkeypatch.setattr(getpass, "getuser", nobody)
    monkeypatch.delenv("POD_ID", raising=False)
    await component.start()
    await component.create(CALENDARS, a_calendar())
    await component.seen(lambda: component.engine.store.calendars)


async def test_what_is_created_reaches_the_store_and_wakes_whom_it_concerns(watched):
    store = watched.engine.store
    assert (list(store.calendars), list(store.autoscalers), list(store.floors)) == (
        ["ns/school"],
        ["ns/web"],
        ["ns/web"],
    )
    assert sorted(store.workloads) == ["ns/apps/Deployment/web", "ns/apps/StatefulSet/web"]
    assert watched.engine._report_wakeups.next_due() is not None


@pytest.mark.parametrize(
    ("resource", "name", "patch"),
    [
        (CALENDARS, "school", {"metadata": {"generation": 2}, "spec": {"suspend": True}}),
        (AUTOSCALERS, "web", {"metadata": {"generation": 2}, "spec": {"minReplicas": 7}}),
        (HPAS, "web", {"metadata": {"resourceVersion": "2"}, "spec": {"minReplicas": 7}}),
        (DEPLOYMENTS, "web", {"metadata": {"resourceVersion": "2"}, "spec": {"replicas": 7}}),
    ],
)
async def test_an_edit_wakes_whom_it_concerns(watched, resource, name, patch):
    await watched.edit(resource, name, patch)
    await watched.seen(lambda: watched.engine._queued.keys() == {"ns/web"})


@pytest.mark.parametrize(
    ("resource", "name"), [(CALENDARS, "school"), (HPAS, "web"), (DEPLOYMENTS, "web"), (AUTOSCALERS, "web")]
)
async def test_a_deletion_wakes_whom_it_concerns(watched, resource, name):
    await watched.delete(resource, name)
    await watched.seen(lambda: watched.engine._queued.keys() == {"ns/web"})


async def test_an_edit_reaches_the_store(watched):
    await watched.edit(HPAS, "web", {"metadata": {"resourceVersion": "2"}, "spec": {"minReplicas": 7}})
    await watched.edit(DEPLOYMENTS, "web", {"metadata": {"resourceVersion": "2"}, "spec": {"replicas": 9}})
    store = watched.engine.store
    await watched.seen(lambda: store.floors["ns/web"].autoscaler.minimum == 7)
    await watched.seen(lambda: store.workloads["ns/apps/Deployment/web"].replicas == 9)


async def test_a_deletion_reaches_the_store(watched):
    store = watched.engine.store
    for resource, name in ((CALENDARS, "school"), (AUTOSCALERS, "web"), (HPAS, "web"), (DEPLOYMENTS, "web")):
        await watched.delete(resource, name)
    await watched.seen(lambda: not (store.calendars or store.autoscalers or store.floors))
    await watched.seen(lambda: list(store.workloads) == ["ns/apps/StatefulSet/web"])


async def test_an_edit_of_a_status_wakes_nobody(watched):
    for resource, name in ((CALENDARS, "school"), (AUTOSCALERS, "web")):
        await watched.edit(resource, name, {"status": {"observedGeneration": 1}})
    await watched.seen(lambda: watched.engine.store.autoscalers["ns/web"].status)
    await watched.seen(lambda: watched.engine.store.calendars["ns/school"].status)
    assert not watched.engine._queued


async def test_a_watch_that_is_behind_our_own_write_changes_nothing(watched):
    await watched.edit(HPAS, "web", {"metadata": {"resourceVersion": "9"}, "spec": {"minReplicas": 100}})
    await watched.seen(lambda: watched.engine.store.floors["ns/web"].autoscaler.minimum == 100)
    await watched.edit(HPAS, "web", {"metadata": {"resourceVersion": "8"}, "spec": {"minReplicas": 4}})
    await watched.create(HPAS, an_hpa("later", uid="uid-later"))
    await watched.seen(lambda: "ns/later" in watched.engine.store.floors)
    assert watched.engine.store.floors["ns/web"].autoscaler.minimum == 100


async def test_a_spec_that_cannot_be_read_is_kept_as_such_and_the_watch_goes_on(watched):
    await watched.edit(CALENDARS, "school", {"metadata": {"generation": 2}, "spec": {"timeZone": "No/Where"}})
    await watched.seen(lambda: isinstance(watched.engine.store.calendars["ns/school"].days, Unavailable))
    await watched.edit(CALENDARS, "school", {"metadata": {"generation": 3}, "spec": {"timeZone": "UTC"}})
    await watched.seen(lambda: not isinstance(watched.engine.store.calendars["ns/school"].days, Unavailable))


async def test_kopf_writes_nothing(watched):
    """No finalizer, no annotation, no last-handled-configuration, no event: not on any kind."""
    for resource, name in ((CALENDARS, "school"), (AUTOSCALERS, "web"), (HPAS, "web"), (DEPLOYMENTS, "web")):
        await watched.edit(resource, name, {"metadata": {"resourceVersion": "2", "labels": {"a": "b"}}})
    await watched.delete(AUTOSCALERS, "web")
    await watched.seen(lambda: not watched.engine.store.autoscalers)
    assert {str(request.method).upper().rpartition(".")[2] for request in watched.kopfs_requests} == {"GET"}
    for key in watched.kmock.objects:
        metadata = watched.kmock.objects[key].last.raw["metadata"]
        assert not {"finalizers", "annotations", "deletionTimestamp"} & set(metadata)


async def test_kopf_takes_no_copy_of_an_object_to_compare_it():
    settings = kopf.OperatorSettings()
    await app._configure(settings)
    storage = settings.persistence.diffbase_storage
    body = kopf.Body(an_autoscaler())
    assert (storage.build(body=body), storage.fetch(body=body)) == ({}, None)


async def test_a_deletion_does_not_wait_for_us(watched):
    await watched.delete(AUTOSCALERS, "web")
    assert all(
        key[2] != "web" or watched.kmock.objects[key].deleted
        for key in watched.kmock.objects
        if "schoolautoscalers" in str(key[0])
    )


async def test_no_rights_on_namespaces_or_crds_are_needed(watched):
    paths = {str(request.url.path) for request in watched.kopfs_requests}
    assert not [path for path in paths if path.endswith(("/namespaces", "/customresourcedefinitions"))]


async def test_of_all_namespaces_the_whole_cluster_is_watched(watched):
    paths = {str(request.url.path) for request in watched.kopfs_requests}
    assert {f"/apis/{resource}" for resource in ALL} <= paths
    assert not [path for path in paths if "/namespaces/" in path]


async def test_with_namespaces_given_only_these_are_watched(component):
    await component.start(NS, "second")
    elsewhere = an_hpa("elsewhere")
    elsewhere["metadata"] |= {"namespace": "third", "uid": "uid-third"}
    await component.create(HPAS, elsewhere)
    await component.create(HPAS, an_hpa())
    await component.seen(lambda: component.engine.store.floors)
    for plural in ("schoolcalendars", "schoolautoscalers"):
        for namespace in (NS, "second"):
            await component.create(f"firstbell.dev/v1alpha1/{plural}", ALL_OWN[plural](namespace))
    store = component.engine.store
    await component.seen(lambda: len(store.calendars) == len(store.autoscalers) == 2)
    paths = {str(request.url.path) for request in component.kopfs_requests}
    listed = {path for path in paths if "/namespaces/" in path}
    assert {path.split("/namespaces/")[1].split("/")[0] for path in listed} == {NS, "second"}
    assert not [path for path in paths if path.endswith("/horizontalpodautoscalers") and path not in listed]
    assert list(component.engine.store.floors) == ["ns/web"]


async def test_the_token_of_the_kubeconfig_is_used(watched):
    assert {request.headers.get("Authorization") for request in watched.kopfs_requests} == {"Bearer secret"}
