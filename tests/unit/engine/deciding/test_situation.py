"""What an autoscaler stands before: whatever is missing has its reason, and a sentence with the cure."""

from __future__ import annotations

import pytest

from firstbell.core.absence import Unavailable
from firstbell.core.floor import FloorState
from firstbell.engine.deciding.situation import ByFloor, ByScale, situation
from firstbell.engine.floor.marks import floor_from_status
from tests.unit.engine.bodies import INSIDE, KEY, a_calendar, a_deployment, an_autoscaler, an_hpa
from tests.unit.engine.world import World

BOUNDS = {"minReplicas": 2, "maxReplicas": 200}
OTHER_MARKS = {
    "firstbell.dev/floor": "100",
    "firstbell.dev/baseline": "4",
    "firstbell.dev/autoscaler": "ns/other",
    "firstbell.dev/instance": "firstbell",
}


def stands(world, key=KEY):
    seen = world.store.autoscalers[key]
    return situation(world.store, seen, seen.rules, world.instance, world.clock.now())


def marked(**more):
    return an_hpa(minimum=100, annotations=OTHER_MARKS | more)


def test_with_an_hpa_its_floor_is_raised():
    actuator = stands(World()).actuator
    assert isinstance(actuator, ByFloor)
    assert (actuator.baseline, actuator.held) == (4, None)


def test_without_an_hpa_the_workload_is_scaled_between_the_bounds_of_the_spec():
    world = World(hpa=None, autoscaler=an_autoscaler(**BOUNDS))
    assert ByScale(minimum=2, maximum=200) == stands(world).actuator


def test_with_scale_the_hpa_is_left_alone():
    world = World(autoscaler=an_autoscaler(actuation="Scale", **BOUNDS))
    assert ByScale(minimum=2, maximum=200) == stands(world).actuator


def test_an_hpa_of_another_workload_is_none_of_our_business():
    world = World(hpa=an_hpa(target="other"), autoscaler=an_autoscaler(**BOUNDS))
    assert isinstance(stands(world).actuator, ByScale)


@pytest.mark.parametrize(
    ("world", "reason", "message"),
    [
        pytest.param(
            lambda: World(hpa=None, autoscaler=an_autoscaler(maxReplicas=9)),
            "BoundsMissing",
            "spec.minReplicas is needed, because no autoscaler targets Deployment web that could bring it.",
            id="no minimum",
        ),
        pytest.param(
            lambda: World(hpa=None, autoscaler=an_autoscaler(minReplicas=9)),
            "BoundsMissing",
            "spec.maxReplicas is needed, because no autoscaler targets Deployment web that could bring it.",
            id="no maximum",
        ),
        pytest.param(
            lambda: World(hpa=None, autoscaler=an_autoscaler()),
            "BoundsMissing",
            "spec.minReplicas and spec.maxReplicas are needed, because no autoscaler targets Deployment web "
            "that could bring them.",
            id="no bound",
        ),
        pytest.param(
            lambda: World(hpa=None, autoscaler=an_autoscaler(actuation="AutoscalerFloor")),
            "AutoscalerNotFound",
            "no autoscaler targets Deployment web. Create a HorizontalPodAutoscaler for it, or set "
            "spec.actuation to Auto or Scale.",
            id="no autoscaler",
        ),
        pytest.param(
            lambda: World(second=None, hpa=an_hpa()),
            None,
            None,
            id="nothing wrong",
        ),
        pytest.param(
            lambda: World(hpa=marked(**{"firstbell.dev/instance": "blue"})),
            "AnotherInstance",
            "HorizontalPodAutoscaler web carries the floor of another firstbell installation. Let only one "
            "of the two watch this namespace.",
            id="the floor of another installation",
        ),
    ],
)
def test_why_nothing_can_be_written(world, reason, message):
    actuator = stands(world()).actuator
    got = (actuator.reason, actuator.message) if isinstance(actuator, Unavailable) else (None, None)
    assert (reason, message) == got


def test_two_autoscalers_on_one_workload_are_ambiguous():
    world = World()
    world.put("horizontalpodautoscalers", an_hpa("second"))
    assert (
        Unavailable(
            reason="AmbiguousAutoscaler",
            message="Deployment web has 2 autoscalers: HorizontalPodAutoscaler second, "
            "HorizontalPodAutoscaler web. Leave one of them.",
        )
        == stands(world).actuator
    )


def test_of_two_on_one_workload_the_older_works_and_the_other_says_so():
    world = World()
    rival = an_autoscaler("rival")
    rival["metadata"]["creationTimestamp"] = "2024-09-01T00:00:01Z"
    world.put("schoolautoscalers", rival)
    assert isinstance(stands(world).actuator, ByFloor)
    got = stands(world, "ns/rival").actuator
    assert got == Unavailable(
        reason="TargetConflict",
        message="SchoolAutoscaler ns/web already scales Deployment web. Delete one of the two, or join their "
        "calendars and peaks in one.",
    )


def test_of_two_that_were_created_in_the_same_second_the_first_by_name_works():
    world = World()
    world.put("schoolautoscalers", an_autoscaler("abacus"))
    assert stands(world).actuator.reason == "TargetConflict"
    assert isinstance(stands(world, "ns/abacus").actuator, ByFloor)


def test_the_floor_of_one_that_is_gone_is_taken_over_with_the_baseline_under_it():
    actuator = stands(World(hpa=marked())).actuator
    assert (actuator.reading.state, actuator.baseline) == (FloorState.OURS, 4)


@pytest.mark.parametrize(
    ("calendar", "reason", "message"),
    [
        pytest.param(
            None,
            "CalendarNotFound",
            "spec.calendarRefs[0].name: SchoolCalendar school does not exist in namespace ns. Create it or "
            "correct the name.",
            id="no calendar",
        ),
        pytest.param(
            a_calendar(timeZone="Europe/Atlantis"),
            "UnknownTimeZone",
            "SchoolCalendar school: ",
            id="no such zone",
        ),
        pytest.param(
            a_calendar(bellSchedules=[]), "InvalidSpec", "SchoolCalendar school: spec.", id="a name unknown"
        ),
    ],
)
def test_why_the_calendars_cannot_be_used(calendar, reason, message):
    got = stands(World(calendar=calendar)).calendars
    assert reason == got.reason
    assert got.message.startswith(message)


def test_of_several_calendars_all_are_needed():
    two = [{"name": "school"}, {"name": "second"}]
    world = World(autoscaler=an_autoscaler(calendarRefs=two))
    assert "spec.calendarRefs[1].name" in stands(world).calendars.message
    world.put("schoolcalendars", a_calendar("second"))
    assert (stands(world).calendar_generations, len(stands(world).calendars)) == ((1, 1), 2)


def test_pupils_per_replica_need_pupils():
    spec = an_autoscaler(capacity={"pupilsPerReplica": 10})
    del spec["spec"]["peaks"][0]["replicas"]
    got = stands(World(autoscaler=spec)).calendars
    assert isinstance(got, Unavailable)
    assert "cohorts" in got.message


def test_a_workload_that_does_not_exist_is_waited_for():
    got = stands(World(deployment=None)).workload
    assert (
        Unavailable(
            reason="TargetNotFound",
            message="Deployment web does not exist in namespace ns; it is scaled as soon as it is created",
        )
        == got
    )


def test_what_does_not_exist_is_told_before_the_bounds_that_it_would_need():
    world = World(deployment=None, hpa=None)
    assert (stands(world).actuator.reason, stands(world).workload.reason) == ("TargetNotFound",) * 2


def test_a_stateful_set_is_a_workload_too():
    world = World(deployment=None)
    spec = an_autoscaler()["spec"] | {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "web"}
    }
    world.respec("schoolautoscalers", **spec)
    world.put("statefulsets", a_deployment(replicas=3))
    assert stands(world).workload.replicas == 3


@pytest.mark.parametrize(
    ("actuator", "want"),
    [
        pytest.param({"uid": "u", "floor": 100, "baselineMinReplicas": 4}, ("u", 100, 4), id="a floor"),
        pytest.param({"uid": "u", "baselineMinReplicas": 0}, ("u", None, 0), id="none, baseline 0"),
        pytest.param({"baselineMinReplicas": 4}, None, id="by scale there is no uid"),
        pytest.param({"uid": "u"}, None, id="no baseline"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_what_the_status_remembers(actuator, want):
    got = floor_from_status({"actuator": actuator} if actuator else {})
    assert want == ((got.uid, got.floor, got.baseline) if got else None)


async def test_in_the_window_the_floor_that_is_held_is_known():
    world = World(INSIDE)
    await world.tick()
    assert (stands(world).actuator.held, stands(world).actuator.baseline) == (100, 4)
