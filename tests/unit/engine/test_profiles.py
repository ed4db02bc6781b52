"""Profiles in the engine: who follows them, who is woken by an edit, and what stays in force."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from firstbell.app import confinement
from firstbell.cli.explain.document import explain_document
from firstbell.cli.explain.text import print_explanation
from firstbell.engine.explaining.explanation import explain
from firstbell.engine.explaining.what_would_change import levers
from firstbell.engine.seen.own_kinds import seen_autoscaler, seen_profile
from firstbell.engine.seen.shards import Shards, shard_of
from firstbell.engine.seen.store import Store
from firstbell.engine.seen.watched_kinds import PROFILES
from firstbell.engine.watch.loading import load_once
from tests.fakes import instant
from tests.unit.engine.bodies import (
    AFTER,
    BEFORE,
    INSIDE,
    KEY,
    NS,
    PEAK,
    a_deployment,
    a_profile,
    an_autoscaler,
    an_hpa,
    profiled,
)
from tests.unit.engine.running import Running
from tests.unit.engine.world import HPAS, World

PLURAL = "clusterscalingprofiles"
HALF = [
    {"name": "half", "anchor": "FirstPeriodStart", "loadPercent": 50, "rampMinutes": 0, "decayMinutes": 0}
]


def a_world(profile=None, **spec) -> World:
    """One workload that names a profile, with it or (False) without."""
    world = World(autoscaler=profiled(**spec))
    if profile is not False:
        world.put(PLURAL, profile or a_profile())
    return world


async def test_a_workload_follows_the_peaks_of_its_profile_by_one_number_of_its_own():
    world = a_world()
    await world.tick(INSIDE)
    assert world.floor == PEAK
    assert world.condition("Ready") == ("True", "Serving")


async def test_what_the_object_says_wins():
    world = a_world(peaks=HALF)
    await world.tick(INSIDE)
    assert world.floor == PEAK / 2


async def test_an_edit_of_the_profile_is_followed_at_the_next_look():
    world = a_world()
    await world.tick(BEFORE)
    world.respec(PLURAL, "standard", peaks=HALF)
    await world.tick(INSIDE)
    assert world.floor == PEAK / 2


async def test_a_missing_profile_is_told_and_nothing_is_written():
    world = a_world(profile=False)
    await world.tick(INSIDE)
    told = world.told_condition("Ready")
    assert (told["status"], told["reason"]) == ("False", "ProfileNotFound")
    assert told["message"] == (
        "spec.profileRef.name: ClusterScalingProfile standard does not exist. Create it or correct the name."
    )
    assert world.writes == 0
    world.put(PLURAL, a_profile())
    await world.tick()
    assert (world.floor, world.condition("Ready")) == (PEAK, ("True", "Serving"))


async def test_what_was_in_force_stays_when_the_profile_is_deleted():
    world = a_world()
    await world.tick(BEFORE)
    world.remove(PLURAL, "standard")
    await world.tick(INSIDE)
    assert world.floor == PEAK
    told = world.told_condition("Ready")
    assert told["reason"] == "ProfileNotFound"
    assert told["message"].endswith("The last good spec stays in force.")
    await world.tick(AFTER)
    assert world.floor == 4


async def test_what_was_in_force_stays_when_the_profile_cannot_be_read():
    world = a_world()
    await world.tick(BEFORE)
    world.respec(PLURAL, "standard", peaks=[{"name": "x", "anchor": "Never"}])
    await world.tick(INSIDE)
    assert world.floor == PEAK
    told = world.told_condition("Ready")
    assert told["reason"] == "InvalidSpec"
    assert told["message"].startswith(
        "spec.profileRef.name: ClusterScalingProfile standard: spec.peaks[0].anchor"
    )


async def test_what_neither_gives_is_told_on_the_workload():
    world = a_world(capacity=None)
    await world.tick(INSIDE)
    told = world.told_condition("Ready")
    assert told["reason"] == "InvalidSpec"
    assert "peaks[0] of ClusterScalingProfile standard has no replicas" in told["message"]


async def test_a_confined_operator_tells_that_it_does_not_watch_profiles():
    world = World()
    world.store = world.ticker._store = Store(cluster_unseen=confinement((NS,)))
    store = world.store
    assert await load_once(world.cluster, store, (NS,)) is None
    body = profiled()
    body["metadata"] |= {"uid": "u", "generation": 1}
    store.put_autoscaler(seen_autoscaler(body))
    told = store.current(KEY).rules
    assert told.reason == "NotWatched"
    assert told.message.startswith(
        "spec.profileRef.name: ClusterScalingProfile standard is not seen: this operator"
    )
    assert world.cluster.counted(path=PLURAL) == 0


def test_an_edit_concerns_those_who_name_it_and_nobody_else():
    world = a_world()
    for name, body in (
        ("other", profiled("other", profileRef={"name": "another"})),
        ("plain", an_autoscaler("plain")),
        ("also", profiled("also")),
    ):
        world.put("schoolautoscalers", body)
        world.store.autoscalers[f"ns/{name}"]
    edited = a_profile(peaks=HALF)
    edited["metadata"] |= {"uid": "u", "generation": 2, "resourceVersion": "999"}
    assert world.store.put_profile(seen_profile(edited)) == {"ns/web", "ns/also"}
    world.remove("schoolautoscalers", "also")
    assert world.store.drop_profile("standard") == {"ns/web"}


async def test_a_calendar_of_the_profile_wakes_whom_the_profile_completes():
    world = a_world(profile=a_profile(calendarRefs=[{"name": "school"}]), calendarRefs=None)
    await world.tick(BEFORE)
    assert world.store.drop_calendar("ns/school") == {KEY}
    world.respec(PLURAL, "standard", calendarRefs=[{"name": "else"}])
    await world.tick()
    assert world.condition("CalendarResolved") == ("False", "CalendarNotFound")
    assert world.store.drop_calendar("ns/school") == set()
    assert world.store.drop_calendar("ns/else") == {KEY}


async def test_a_status_written_completes_nothing_anew():
    world = a_world()
    await world.tick(INSIDE)
    before = world.store.autoscalers[KEY]
    world.edit("schoolautoscalers", lambda body: body["status"].update(desiredReplicas=7))
    after = world.store.autoscalers[KEY]
    assert after.version != before.version
    assert (after.rules is before.rules, after.profiled is before.profiled) == (True, True)


async def test_an_edit_that_comes_to_the_same_leaves_the_very_same_rules():
    world = a_world(peaks=HALF)
    await world.tick(INSIDE)
    rules = world.store.autoscalers[KEY].rules
    world.respec(PLURAL, "standard", peaks=[])
    assert world.store.current(KEY).rules is rules


async def test_only_those_concerned_are_decided_on_anew_and_written():
    world = a_world()
    for name in ("plain", "named"):
        body = profiled(name, target=name) if name == "named" else an_autoscaler(name, target=name)
        world.put("schoolautoscalers", body)
        world.put(HPAS, an_hpa(name, target=name))
        world.put("deployments", a_deployment(name))
    async with Running(world=world) as running:
        await running.until(INSIDE)
        assert [running.minimum(name) for name in ("web", "named", "plain")] == [PEAK] * 3
        world.cluster.requests.clear()
        world.respec(PLURAL, "standard", peaks=[{**HALF[0], "loadPercent": 150}])
        await running.pass_time(seconds=30)
        assert [running.minimum(name) for name in ("web", "named", "plain")] == [PEAK * 3 / 2] * 2 + [PEAK]
        assert not [path for verb, path in world.cluster.requests if verb == "PATCH" and "plain" in path]


async def test_the_profile_says_whether_it_can_be_used():
    world = a_world()
    async with Running(world=world):
        (valid,) = world.get(PLURAL, "standard")["status"]["conditions"]
        assert (valid["type"], valid["status"], valid["reason"]) == ("Valid", "True", "Resolved")
        world.respec(PLURAL, "standard", peaks=[{"name": "x", "anchor": "Never"}])
        await world.clock.advance(instant("2024-09-09T08:02"))
        status = world.get(PLURAL, "standard")["status"]
        assert (status["conditions"][0]["status"], status["observedGeneration"]) == ("False", 2)
        assert "spec.peaks[0].anchor" in status["conditions"][0]["message"]


async def test_an_edit_of_a_profile_that_loses_a_bell_is_held_and_told():
    world = a_world()
    await world.tick(BEFORE)
    await world.tick(INSIDE)
    world.respec(PLURAL, "standard", peaks=[])
    await world.tick("2024-09-09T08:26")
    assert world.floor == PEAK
    told = world.told_condition("PlanShrunk")
    assert told["status"] == "True"
    assert "ClusterScalingProfile standard (generation 2" in told["message"]


async def test_explain_tells_which_field_came_from_where():
    world = a_world(holdGapMinutes=7)
    found = explain(world.store, KEY, instant(INSIDE))
    assert (found.rules.profile, found.rules.from_profile) == ("standard", ("peaks",))
    assert found.rules.of_its_own == ("calendarRefs", "holdGapMinutes")
    (height,) = [line for line in levers(found) if "height" in line]
    assert height == (
        "SchoolAutoscaler: loadPercent of peak first-bell of ClusterScalingProfile standard and "
        "capacity.replicasAtPeak set the height, dayFactors multiply it."
    )
    assert explain_document(found)["profile"] == {
        "name": "standard",
        "fromProfile": ["peaks"],
        "setHere": ["calendarRefs", "holdGapMinutes"],
    }
    told = StringIO()
    print_explanation(Console(file=told, width=200), found)
    assert "standard gives peaks; set here: calendarRefs, holdGapMinutes" in told.getvalue()


def test_whose_workload_it_is_does_not_wait_for_the_profile():
    """Two processes agree on who writes it, whichever of them has heard of the profile."""
    without, with_it = a_world(profile=False, name="else", target="web").store, a_world(name="else").store
    assert without.autoscalers["ns/else"].in_force is None
    for count in (2, 7, 50):
        one, other = Shards(without, count), Shards(with_it, count)
        assert one.of_autoscaler("ns/else") == other.of_autoscaler("ns/else") == shard_of(NS, "web", count)


def test_the_kind_is_read_by_what_watches_tell():
    store = Store()
    body = a_profile()
    body["metadata"] |= {"uid": "u", "generation": 1}
    PROFILES.put(store, PROFILES.read(body, None))
    assert PROFILES.is_current(body, store.profiles.seen["standard"])
