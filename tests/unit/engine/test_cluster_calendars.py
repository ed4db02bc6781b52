"""Calendars of the whole cluster: who follows them, who is woken by them, and who may not see them."""

from __future__ import annotations

import kopf
import pytest

from firstbell.app import confinement
from firstbell.engine.seen.own_kinds import seen_calendar
from firstbell.engine.seen.store import Store
from firstbell.engine.seen.watched_kinds import OWN_KINDS
from firstbell.engine.watch.loading import load_once
from firstbell.engine.watch.vanished import forget_vanished
from firstbell.handlers import watching
from tests.unit.engine.bodies import (
    BEFORE,
    INSIDE,
    NS,
    PEAK,
    a_cluster_calendar,
    an_autoscaler,
)
from tests.unit.engine.running import Running
from tests.unit.engine.world import World

PLURAL = "clusterschoolcalendars"
EVERYBODY = {"name": "everybody", "kind": "ClusterSchoolCalendar"}
LATER = [{"name": "full", "classPeriods": [{"name": "1", "startTime": "10:00", "endTime": "11:00"}]}]


def a_world(*refs, calendar=None) -> World:
    """One workload of such calendars, with a cluster calendar or (None) without."""
    world = World(calendar=None, autoscaler=an_autoscaler(calendarRefs=list(refs or (EVERYBODY,))))
    if calendar is not None:
        world.put(PLURAL, calendar)
    return world


async def test_a_workload_follows_a_calendar_of_the_whole_cluster():
    world = a_world(calendar=a_cluster_calendar())
    await world.tick(INSIDE)
    assert world.floor == PEAK
    assert world.condition("CalendarResolved") == ("True", "Resolved")
    assert world.status["calendars"] == [
        {"name": "everybody", "kind": "ClusterSchoolCalendar", "observedGeneration": 1}
    ]


async def test_a_calendar_of_the_namespace_of_that_name_is_another_one():
    world = a_world(calendar=a_cluster_calendar("school"))
    await world.tick(INSIDE)
    assert world.floor != PEAK
    told = world.told_condition("CalendarResolved")
    assert told["reason"] == "CalendarNotFound"
    assert told["message"] == (
        "spec.calendarRefs[0].name: ClusterSchoolCalendar everybody does not exist. Create it or correct the "
        "name."
    )


async def test_the_last_plan_goes_on_when_the_calendar_is_deleted():
    world = a_world(calendar=a_cluster_calendar())
    await world.tick(BEFORE)
    world.remove(PLURAL, "everybody")
    await world.tick(INSIDE)
    assert world.floor == PEAK
    assert world.told_condition("CalendarResolved")["message"].endswith("The last good plan stays in force.")


async def test_a_confined_operator_tells_that_it_does_not_watch_it():
    world = a_world(calendar=None)
    world.store.cluster_unseen = confinement((NS,))
    await world.tick(INSIDE)
    told = world.told_condition("CalendarResolved")
    assert (told["status"], told["reason"]) == ("False", "NotWatched")
    assert told["message"] == (
        "spec.calendarRefs[0].name: ClusterSchoolCalendar everybody is not seen: this operator watches some "
        "namespaces and nothing of the whole cluster. Name a SchoolCalendar of this namespace, or let the "
        "operator watch all namespaces."
    )
    assert world.condition("Ready") == ("False", "NotWatched")


@pytest.mark.parametrize("namespaces", [(), (NS,)])
def test_only_who_sees_the_whole_cluster_watches_its_kinds(namespaces):
    class Engine:
        store = Store(cluster_unseen=confinement(namespaces))

    registry = kopf.OperatorRegistry()
    watching.register(registry, Engine())
    handlers = registry._watching.get_all_handlers()
    assert {handler.id for handler in handlers} == {
        f"watch-{kind.plural}" for kind in OWN_KINDS if not (namespaces and kind.clusterwide)
    }


async def test_a_confined_operator_asks_for_nothing_of_the_whole_cluster():
    world = World()
    world.cluster.fail("Forbidden", path=PLURAL)
    store = Store(cluster_unseen=confinement((NS,)))
    assert await load_once(world.cluster, store, (NS,)) is None
    assert list(store.autoscalers) == ["ns/web"]

    class Engine:
        def __init__(self):
            self.store = store

    assert await forget_vanished(Engine(), world.cluster, (NS,))
    assert world.cluster.counted(path=PLURAL) == 0


async def test_who_looks_into_one_namespace_without_rights_on_the_cluster_does_without():
    world = a_world(calendar=a_cluster_calendar())
    store = Store()
    assert await load_once(world.cluster, store, (NS,)) is None
    assert (sorted(store.calendars), store.cluster_unseen) == (["everybody"], None)
    world.cluster.fail("Forbidden", path=PLURAL)
    store = Store()
    assert await load_once(world.cluster, store, (NS,)) is None
    assert (list(store.autoscalers), store.cluster_unseen.reason) == (["ns/web"], "NotRead")
    assert "no right to list clusterschoolcalendars.firstbell.dev" in store.cluster_unseen.message


async def test_who_watches_the_whole_cluster_waits_for_the_kind():
    world = World()
    world.cluster.fail("NotFound", path=PLURAL)
    problem = await load_once(world.cluster, Store(), ())
    assert problem.startswith(
        "the CustomResourceDefinition clusterschoolcalendars.firstbell.dev is not installed"
    )


def test_an_edit_concerns_those_of_all_namespaces_that_refer_to_it_and_nobody_else():
    world = a_world(calendar=a_cluster_calendar())
    for namespace, refs in (("far", [EVERYBODY]), ("near", [{"name": "everybody"}])):
        body = an_autoscaler(calendarRefs=refs)
        body["metadata"]["namespace"] = namespace
        world.put("schoolautoscalers", body)
    edited = a_cluster_calendar(bellSchedules=LATER)
    edited["metadata"] |= {"uid": "u", "generation": 2}
    assert world.store.put_calendar(seen_calendar(edited)) == {"ns/web", "far/web"}


async def test_its_status_is_written_where_it_lives_and_follows_edits():
    world = a_world(calendar=a_cluster_calendar())
    async with Running(world=world) as running:
        status = world.get(PLURAL, "everybody")["status"]
        assert status["nextBellTime"] == "2024-09-09T08:30:00Z"
        assert {one["type"]: one["status"] for one in status["conditions"]}["Valid"] == "True"
        written = ("PATCH", f"/apis/firstbell.dev/v1alpha1/{PLURAL}/everybody/status")
        assert world.cluster.requests.count(written) == 1
        world.edit(PLURAL, lambda body: body["spec"].update(bellSchedules=LATER), "everybody")
        await running.until("2024-09-09T08:01")
        assert world.get(PLURAL, "everybody")["status"]["nextBellTime"] == "2024-09-09T10:00:00Z"
        assert world.status["upcoming"][0]["bellTime"] == "2024-09-09T10:00:00Z"
