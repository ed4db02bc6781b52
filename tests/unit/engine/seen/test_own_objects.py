"""What one namespace tells us, however much and however costly, is read in turns: nobody else waits."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from firstbell.core.absence import Unavailable
from firstbell.engine.pace.slices import Slices
from firstbell.engine.seen.own_objects import OwnObjects
from firstbell.engine.seen.store import Store
from firstbell.engine.seen.watched_kinds import AUTOSCALERS, CALENDARS
from firstbell.engine.watch.loading import load_once
from tests.fakes import settled
from tests.unit.engine.bodies import INSIDE, KEY, RISE, a_calendar, an_autoscaler
from tests.unit.engine.pace.test_slices import endless
from tests.unit.engine.running import Running
from tests.unit.engine.world import World

EVIL = "evil"


def told(body, *, namespace=EVIL, name=None, generation=1, kind="MODIFIED"):
    """An event of an object in another namespace."""
    metadata = body["metadata"] | {"namespace": namespace, "uid": f"uid-{name}", "generation": generation}
    metadata |= {"name": name} if name else {}
    return {"type": kind, "object": body | {"metadata": metadata}}


def costly(reads=None):
    """Calendars, of which those of the evil namespace take longer than any slice."""

    def read(body, before):
        if reads is not None:
            reads.append((body["metadata"]["name"], body["metadata"]["generation"]))
        is_known = CALENDARS.is_current(body, before)
        return (
            CALENDARS.read(body, before) if is_known or body["metadata"]["namespace"] != EVIL else endless()
        )

    return replace(CALENDARS, read=read)


class Telling:
    """The reading alone, on a store of its own."""

    def __init__(self) -> None:
        self.store, self.slices = Store(), Slices(seconds=0.25)
        self.woken, self.calendars, self.forgotten = set(), [], []
        self.own = OwnObjects(
            store=self.store,
            slices=self.slices,
            wake=self.woken.update,
            wake_report=lambda own: self.calendars.append(own[1]),
            forget=lambda _, key: self.forgotten.append(key),
        )


async def test_a_flood_of_costly_objects_is_read_one_at_a_time_and_others_at_once():
    of, reads = Telling(), []
    kind = costly(reads)
    for number in range(200):
        of.own.told(kind, told(a_calendar(), name=f"c{number}"))
    assert len(reads) == 1
    of.own.told(kind, told(a_calendar(), namespace="ns", name="school"))
    assert not isinstance(of.store.calendars["ns/school"].days, Unavailable)
    assert len(of.store.unread) == 199
    assert of.store.calendars["evil/c0"].days.reason == "TooCostly"
    assert of.store.calendars["evil/c1"].days.reason == "NotReadYet"


async def test_of_many_edits_the_newest_alone_is_read():
    of, reads = Telling(), []
    kind = costly(reads)
    for generation in range(1, 100):
        of.own.told(kind, told(a_calendar(), name="c", generation=generation))
    assert reads == [("c", 1)]
    assert len(of.store.unread) == 1
    of.slices._rests_until.clear()
    of.own.look()
    reading = asyncio.create_task(of.own.run())
    await settled()
    reading.cancel()
    assert of.store.calendars["evil/c"].generation == 99


async def test_the_status_of_a_costly_object_reads_nothing_anew():
    of = Telling()
    kind = costly()
    of.own.told(kind, told(a_calendar(), name="c"))
    for _ in range(500):
        of.own.told(kind, told(a_calendar() | {"status": {"observedGeneration": 1}}, name="c"))
    seen = of.store.calendars["evil/c"]
    assert (seen.days.reason, seen.status) == ("TooCostly", {"observedGeneration": 1})
    assert not of.store.unread


async def test_what_waits_and_is_deleted_is_gone():
    of = Telling()
    for number in range(2):
        of.own.told(costly(), told(a_calendar(), name=f"c{number}"))
        of.own.told(AUTOSCALERS, told(an_autoscaler(), name=f"a{number}"))
    for number in range(2):
        of.own.told(costly(), told(a_calendar(), name=f"c{number}", kind="DELETED"))
        of.own.told(AUTOSCALERS, told(an_autoscaler(), name=f"a{number}", kind="DELETED"))
    assert not of.store.unread
    assert not of.store.calendars
    assert not of.store.autoscalers
    assert of.forgotten == ["evil/c0", "evil/a0", "evil/c1", "evil/a1"]


@pytest.mark.parametrize("error", [RuntimeError, KeyError, RecursionError, MemoryError])
async def test_an_object_that_brings_out_a_fault_of_ours_is_told_so(error):
    def broken(*_):
        raise error

    of = Telling()
    of.own.told(replace(CALENDARS, read=broken), told(a_calendar(), name="c"))
    assert of.store.calendars["evil/c"].days.reason == "ReadFailed"


async def test_a_costly_edit_leaves_the_rules_in_force():
    of = Telling()
    of.own.told(AUTOSCALERS, told(an_autoscaler(), name="web"))
    kind = replace(AUTOSCALERS, read=lambda *_: endless())
    of.own.told(kind, told(an_autoscaler(replicas=7), name="web", generation=2))
    seen = of.store.autoscalers["evil/web"]
    assert (seen.rules.reason, seen.in_force.policy.name) == ("TooCostly", "web")


async def test_no_object_keeps_the_first_look_from_its_end():
    world = World(INSIDE)
    world.cluster.on_change = None
    evil_objects(world)
    store = Store()
    assert await load_once(world.cluster, store, ()) is None
    assert KEY in store.autoscalers
    assert store.autoscalers["evil/a0"].in_force is None
    assert "evil/x" not in store.floors


async def test_what_takes_long_at_the_start_is_left_to_the_engine_and_keeps_its_floor():
    world = World(INSIDE)
    world.cluster.on_change = None
    evil_objects(world)
    slices = Slices(seconds=0.25)
    slices.run(EVIL, "an earlier one", endless)
    store = Store()
    assert await load_once(world.cluster, store, (), slices, later=True) is None
    assert len(store.unread) == 6
    assert {"evil/a0", "evil/a1", KEY} <= store.autoscalers.keys(), "whose floor is whose is known"
    assert store.autoscalers[KEY].in_force is not None


def evil_objects(world):
    hpa = {"metadata": {"namespace": EVIL, "name": "x"}, "spec": {}}
    world.cluster.put("autoscaling", "horizontalpodautoscalers", hpa)
    for number in range(3):
        world.put("schoolcalendars", {"metadata": {"namespace": EVIL, "name": f"c{number}"}})
        policy = {"metadata": {"namespace": EVIL, "name": f"a{number}"}, "spec": {"peaks": 1}}
        world.put("schoolautoscalers", policy)


async def test_a_workload_has_its_bell_while_another_namespace_floods_us():
    run = Running("2024-09-09T08:19:00", slices=Slices())
    async with run:
        kind = costly()
        for generation in range(1, 6):
            for number in range(100):
                run.engine.own.told(kind, told(a_calendar(), name=f"c{number}", generation=generation))
                policy = an_autoscaler() | {}
                run.engine.own.told(AUTOSCALERS, told(policy, name=f"a{number}", generation=generation))
        assert run.engine.store.unread
        await run.until(RISE)
        assert (run.floor, run.replicas) == (100, 100)
        assert run.world.condition("Ready") == ("True", "Serving")
        assert run.engine.seconds_since_beat() < 5


def accepting(kind: str):
    body = a_calendar()
    annotations = {f"accept.firstbell.dev/{kind}": "by decree", "kubectl.kubernetes.io/other": "x"}
    return body | {"metadata": body["metadata"] | {"annotations": annotations}}


async def test_an_edit_of_what_a_calendar_accepts_has_it_reported_and_no_workload_look_again():
    of = Telling()
    of.own.told(CALENDARS, told(a_calendar(), namespace="ns", name="school"))
    days = of.store.calendars["ns/school"].days
    of.calendars.clear()
    of.woken.clear()
    of.own.told(CALENDARS, told(accepting("HolidayLong"), namespace="ns", name="school"))
    assert (of.calendars, of.woken) == (["ns/school"], set())
    assert of.store.calendars["ns/school"].days is days
    of.own.told(CALENDARS, told(accepting("HolidayLong"), namespace="ns", name="school"))
    assert of.calendars == ["ns/school"], "nothing has changed since"
    of.own.told(CALENDARS, told(a_calendar(), namespace="ns", name="school"))
    assert of.calendars == ["ns/school", "ns/school"], "taken back"


async def test_what_a_calendar_accepts_is_known_when_it_is_read_in_its_turn():
    of = Telling()
    of.own.told(costly(), told(a_calendar(), name="c0"))
    of.own.told(CALENDARS, told(accepting("HolidayLong"), name="c1"))
    assert of.store.calendars["evil/c1"].days.reason == "NotReadYet"
    of.slices._rests_until.clear()
    reading = asyncio.create_task(of.own.run())
    await settled()
    reading.cancel()
    assert of.store.calendars["evil/c1"].accepted == {"HolidayLong": "by decree"}
