"""The scripts for Argo CD and Karmada, run on statuses as the operator writes them.

Neither of the two runs here. What is checked instead: the scripts in a Lua of their version without its
libraries, on objects that the engine's own code has reported on; what the other manifests name.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from firstbell.engine.floor.marks import ANNOTATIONS
from firstbell.engine.report.calendar_status import calendar_status
from firstbell.engine.report.exception_status import exception_status
from firstbell.engine.report.override_status import override_status
from firstbell.engine.report.profile_status import profile_status
from firstbell.engine.seen.own_kinds import (
    seen_autoscaler,
    seen_calendar,
    seen_exception,
    seen_override,
    seen_profile,
)
from firstbell.engine.seen.store import Store
from firstbell.kinds.foreign_autoscalers import FOREIGN_AUTOSCALERS
from firstbell.kinds.group import CLUSTER_KINDS, KINDS
from tests.fakes import instant
from tests.lua_objects import Lua
from tests.unit.engine.bodies import (
    BEFORE,
    INSIDE,
    a_calendar,
    a_cluster_calendar,
    a_profile,
    an_autoscaler,
    an_exception,
    an_hpa,
    an_override,
)
from tests.unit.engine.world import DEPLOYMENTS, World

Json = dict[str, Any]
FOLDER = Path(__file__).parents[2] / "examples" / "many-clusters"
HEALTH = "resource.customizations.health.firstbell.dev_"


def documents(name: str) -> list[Json]:
    return list(yaml.safe_load_all((FOLDER / name).read_text("utf-8")))


(ARGO_CD,) = documents("argocd/argocd-cm.yaml")
KARMADA = {one["spec"]["target"]["kind"]: one["spec"] for one in documents("karmada/interpreters.yaml")}


def argo_cd(body: Json) -> tuple[str, str]:
    """The health that Argo CD gives an object, and why."""
    found = Lua().run(ARGO_CD["data"][HEALTH + body["kind"]], obj=body)
    return found["status"], found["message"]


def karmada(body: Json) -> bool:
    """Whether Karmada calls an object of a cluster healthy."""
    return interpreted(body["kind"], "healthInterpretation", "InterpretHealth", body)


def interpreted(kind: str, what: str, function: str, *given: Any) -> Any:
    return Lua().call(KARMADA[kind]["customizations"][what]["luaScript"], function, *given)


async def autoscaler(at: str = BEFORE, **objects: Any) -> Json:
    """`ns/web` after a look of the operator at this time."""
    world = World(at, **objects)
    await world.tick()
    return copy.deepcopy(world.get("schoolautoscalers"))


async def test_a_workload_that_is_served_is_healthy():
    body = await autoscaler()
    assert argo_cd(body) == ("Healthy", "no peak is under way")
    assert karmada(body)


async def at_the_bell(*times: str) -> Json:
    """`ns/web` whose HPA gives it all that is asked for, and of whose pods no more than four become Ready."""
    world = World(BEFORE)
    await world.tick()
    for at in times:
        await world.tick(f"2024-09-09T{at}")
        world.edit(DEPLOYMENTS, lambda body: asked_of(body, world.floor))
        await world.tick(f"2024-09-09T{at}:10")
    return world.get("schoolautoscalers")


def asked_of(body: Json, replicas: int) -> None:
    body["spec"]["replicas"] = replicas
    generation = body["metadata"]["generation"]
    body["status"] |= {"replicas": replicas, "updatedReplicas": replicas, "observedGeneration": generation}


async def test_pods_that_come_up_for_a_bell_are_progress_and_no_fault():
    body = await at_the_bell("08:20")
    status, message = argo_cd(body)
    assert (status, message[:24]) == ("Progressing", "4 of 100 replicas Ready ")
    assert karmada(body)


async def test_a_bell_that_is_not_met_is_degraded_with_its_reason():
    body = await at_the_bell("08:20", "08:25", "08:31")
    status, message = argo_cd(body)
    assert status == "Degraded"
    assert message.startswith("Late: 4 of 100 replicas Ready ")
    assert not karmada(body)


async def test_a_calendar_that_is_not_there_is_degraded():
    body = await autoscaler(calendar=None)
    status, message = argo_cd(body)
    assert status == "Degraded"
    assert message.startswith("CalendarNotFound: ")
    assert not karmada(body)


async def test_in_dry_run_it_is_healthy_whatever_the_bell():
    body = await autoscaler(INSIDE, autoscaler=an_autoscaler(mode="DryRun"))
    assert argo_cd(body) == ("Healthy", "nothing is written, because spec.mode is DryRun")
    assert karmada(body)


async def test_while_firstbell_is_stopped_it_is_suspended():
    body = await autoscaler()
    for condition in body["status"]["conditions"]:
        if condition["type"] == "Ready":
            condition |= {"status": "False", "reason": "Stopped", "message": "firstbell is stopped"}
    assert argo_cd(body) == ("Suspended", "firstbell is stopped")
    assert karmada(body)


async def test_a_spec_that_nobody_has_looked_at_yet_is_progress():
    body = await autoscaler()
    body["metadata"]["generation"] += 1
    assert argo_cd(body) == ("Progressing", "the operator has not reported on this spec yet")


@pytest.mark.parametrize("status", [None, {}, {"conditions": []}])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_nobody_has_reported_on_is_progress(kind, status):
    body = {"kind": kind, "metadata": {"name": "x", "generation": 1}, "spec": {}, "status": status}
    assert argo_cd(body)[0] == "Progressing"
    assert karmada(body) is False


def reported(body: Json, status: Json) -> Json:
    return {**body, "status": status}


def known(body: Json) -> Json:
    told = {"uid": "u", "generation": 3, "resourceVersion": "7", "creationTimestamp": "2024-09-01T00:00:00Z"}
    body["metadata"] = told | body["metadata"]
    return body


@pytest.mark.parametrize("make", [a_calendar, a_cluster_calendar])
def test_a_calendar_is_as_healthy_as_it_is_valid(make):
    def looked_at(**spec: Any) -> Json:
        body = known(make(**spec))
        return reported(body, calendar_status(seen_calendar(body), instant(BEFORE)))

    good = looked_at()
    bad = looked_at(weeklySchedule=[{"daysOfWeek": ["Monday"], "bellScheduleName": "gone"}])
    paused = looked_at(suspend=True)

    assert argo_cd(good)[0] == "Healthy"
    assert argo_cd(bad)[0] == "Degraded"
    assert "gone" in argo_cd(bad)[1]
    assert argo_cd(paused)[0] == "Suspended"
    assert [karmada(one) for one in (good, bad, paused)] == [True, False, True]


def test_a_profile_is_as_healthy_as_it_is_valid():
    def looked_at(**spec: Any) -> Json:
        body = known(a_profile(**spec))
        return reported(body, profile_status(Store(), seen_profile(body), instant(BEFORE))[0])

    good, bad = looked_at(), looked_at(holdGapMinutes=-1)

    assert [argo_cd(one)[0] for one in (good, bad)] == ["Healthy", "Degraded"]
    assert argo_cd(bad)[1].startswith("InvalidSpec: ")
    assert [karmada(one) for one in (good, bad)] == [True, False]


def a_store() -> Store:
    store = Store()
    store.put_calendar(seen_calendar(known(a_calendar())))
    return store


def excepted(at: str, **spec: Any) -> Json:
    body = known(an_exception(**spec))
    store, seen = a_store(), seen_exception(body)
    store.put_exception(seen)
    return reported(body, exception_status(store, seen, instant(at))[0])


def test_an_exception_is_healthy_while_it_counts_and_when_it_is_over():
    counts, over = excepted(BEFORE), excepted("2024-09-12T08:00")
    lost = excepted(BEFORE, calendarRef={"name": "gone"})

    assert [argo_cd(one)[0] for one in (counts, over, lost)] == ["Healthy", "Healthy", "Degraded"]
    assert argo_cd(lost)[1].startswith("CalendarNotFound: ")
    assert [karmada(one) for one in (counts, over, lost)] == [True, True, False]


def ordered(at: str, *, for_somebody: bool = False, **spec: Any) -> Json:
    body = known(an_override(**spec))
    store, seen = a_store(), seen_override(body)
    if for_somebody:
        store.put_autoscaler(seen_autoscaler(known(an_autoscaler())))
    store.put_override(seen)
    return reported(body, override_status(store, seen, instant(at))[0])


def test_an_order_is_healthy_before_and_after_its_time_and_not_where_it_is_for_nobody():
    pending = ordered("2024-09-09T07:00", floorReplicas=5, for_somebody=True)
    ended = ordered("2024-09-09T12:00", floorReplicas=5)
    nobody = ordered("2024-09-09T08:30", floorReplicas=5)
    wrong = ordered("2024-09-09T08:30")

    assert [argo_cd(one)[0] for one in (pending, ended)] == ["Healthy", "Healthy"]
    assert argo_cd(nobody)[0] == "Degraded"
    assert argo_cd(nobody)[1].startswith("NoAutoscaler: ")
    assert argo_cd(wrong)[0] == "Degraded"
    assert [karmada(one) for one in (pending, ended, nobody, wrong)] == [True, True, False, False]


def test_every_kind_has_its_scripts():
    theirs = {key.removeprefix(HEALTH) for key in ARGO_CD["data"] if key.startswith(HEALTH)}
    assert theirs == set(KINDS)
    assert set(KARMADA) == set(KINDS) | {of.kind for of in FOREIGN_AUTOSCALERS}


async def test_what_is_brought_up_of_a_status_is_what_people_look_at():
    body = await autoscaler()
    brought = interpreted("SchoolAutoscaler", "statusReflection", "ReflectStatus", body)
    assert brought["conditions"] == body["status"]["conditions"]
    assert brought["desiredReplicas"] == body["status"]["desiredReplicas"]
    assert "lastActions" not in brought


async def test_of_several_clusters_the_worst_is_told_by_name_and_the_counts_are_added():
    good, bad = await autoscaler(), await autoscaler(calendar=None)
    items = [
        {"clusterName": name, "status": body.get("status")}
        for name, body in (("north", good), ("south", bad), ("west", {}))
    ]
    template = an_autoscaler()

    together = interpreted("SchoolAutoscaler", "statusAggregation", "AggregateStatus", template, items)

    status = together["status"]
    ready = next(one for one in status["conditions"] if one["type"] == "Ready")
    assert (ready["status"], ready["reason"]) == ("False", "CalendarNotFound")
    assert ready["message"].startswith("south: ")
    assert status["currentReplicas"] == sum(one["status"].get("currentReplicas", 0) for one in (good, bad))
    assert together["spec"] == template["spec"]


def test_where_no_cluster_has_reported_the_template_stays_as_it_is():
    template = an_autoscaler()
    for items in ([], [{"clusterName": "north"}], None):
        told = interpreted("SchoolAutoscaler", "statusAggregation", "AggregateStatus", template, items)
        assert told.get("status") is None
        assert told["spec"] == template["spec"]


async def test_a_floor_that_is_held_in_a_cluster_stays_when_the_manifest_is_brought_there_again():
    world = World(BEFORE)
    await world.tick()
    await world.tick("2024-09-09T08:20")
    held = world.get("horizontalpodautoscalers")
    assert world.marks
    manifest = an_hpa(minimum=4)

    kept = interpreted("HorizontalPodAutoscaler", "retention", "Retain", manifest, held)

    assert kept["spec"]["minReplicas"] == held["spec"]["minReplicas"]
    marks = {
        name: value
        for name, value in held["metadata"]["annotations"].items()
        if name.startswith("firstbell.dev/")
    }
    assert marks.items() <= kept["metadata"]["annotations"].items()
    assert set(marks) <= set(ANNOTATIONS)
    script = KARMADA["HorizontalPodAutoscaler"]["customizations"]["retention"]["luaScript"]
    assert all(f'"{name.removeprefix("firstbell.dev/")}"' in script for name in ANNOTATIONS)


@pytest.mark.parametrize("of", FOREIGN_AUTOSCALERS, ids=lambda of: of.kind)
def test_the_minimum_of_a_manifest_decides_where_no_floor_of_ours_is_held(of):
    def body(minimum: int, **annotations: str) -> Json:
        return {"metadata": {"annotations": annotations}, "spec": {of.minimum_field: minimum}}

    def kept(live: Json) -> Json:
        return interpreted(
            of.kind, "retention", "Retain", {"metadata": {}, "spec": {of.minimum_field: 4}}, live
        )

    assert kept(body(7))["spec"] == {of.minimum_field: 4}
    assert kept({"metadata": {}, "spec": {of.minimum_field: 7}})["spec"] == {of.minimum_field: 4}
    held = body(40, **dict.fromkeys(ANNOTATIONS, "x"), theirs="y")
    assert kept(held)["spec"] == {of.minimum_field: 40}
    assert kept(held)["metadata"]["annotations"] == dict.fromkeys(ANNOTATIONS, "x")


def test_every_kind_of_a_namespace_is_propagated_and_every_clusters_own():
    cluster, schools, _ = documents("karmada/propagation.yaml")
    assert {one["kind"] for one in schools["spec"]["resourceSelectors"]} == {
        *(set(KINDS) - CLUSTER_KINDS),
        "HorizontalPodAutoscaler",
    }
    assert {one["kind"] for one in cluster["spec"]["resourceSelectors"]} == CLUSTER_KINDS


def test_no_application_calls_a_floor_a_drift():
    _, schools = documents("argocd/applicationset.yaml")
    ignored = schools["spec"]["template"]["spec"]["ignoreDifferences"]
    assert {one["kind"]: one["jsonPointers"] for one in ignored} == {
        "HorizontalPodAutoscaler": ["/spec/minReplicas"],
        "ScaledObject": ["/spec/minReplicaCount"],
    }
    assert "RespectIgnoreDifferences=true" in schools["spec"]["template"]["spec"]["syncPolicy"]["syncOptions"]
    told = {key.rpartition(".")[2]: text for key, text in ARGO_CD["data"].items() if "ignoreDiff" in key}
    for group_kind, text in told.items():
        kind = group_kind.rpartition("_")[2]
        assert yaml.safe_load(text)["jsonPointers"] == {
            one["kind"]: one["jsonPointers"] for one in ignored
        }.get(kind)
