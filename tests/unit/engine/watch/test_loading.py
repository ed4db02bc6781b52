"""The first look: complete or not at all; whatever is missing is one sentence, and waited for."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from firstbell.engine.seen.store import Store
from firstbell.engine.seen.watched_kinds import WATCHED_KINDS
from firstbell.engine.watch.loading import load
from firstbell.kinds.foreign_autoscalers import SCALED_OBJECT
from tests.unit.engine.bodies import NS, a_scaled_object, an_hpa
from tests.unit.engine.world import HPAS, SCALED, World


class Waiting:
    """A `sleep` that notes how long, and lets something happen meanwhile."""

    def __init__(self, *happening) -> None:
        self.waits = []
        self._happening = list(happening)

    async def __call__(self, seconds) -> None:
        self.waits.append(seconds)
        if len(self.waits) > 50:
            raise TimeoutError
        if self._happening:
            self._happening.pop(0)()


async def loaded(world, *namespaces, sleep=None):
    store = Store()
    with capture_logs() as logs:
        await load(world.cluster, store, namespaces, sleep or Waiting())
    return store, logs


async def test_everything_is_found():
    store, logs = await loaded(World())
    assert [list(store.calendars), list(store.autoscalers), list(store.floors), list(store.workloads)] == [
        ["ns/school"],
        ["ns/web"],
        ["ns/web"],
        ["ns/apps/Deployment/web"],
    ]
    assert logs == []


async def test_scaled_objects_are_found_beside_hpas_of_the_same_name():
    world = World()
    world.put(SCALED, a_scaled_object())
    store, _ = await loaded(world)
    assert (list(store.floors), store.floors.follows(SCALED_OBJECT)) == (
        ["ns/web", "ns/ScaledObject/web"],
        True,
    )


@pytest.mark.parametrize("kind", ["NotFound", "Forbidden"])
async def test_a_cluster_without_keda_or_without_the_right_to_see_it_is_nothing_to_speak_of(kind):
    world = World()
    world.cluster.fail(kind, path=SCALED)
    store, logs = await loaded(world)
    assert (list(store.floors), store.floors.follows(SCALED_OBJECT), logs) == (["ns/web"], False, [])


async def test_scaled_objects_that_cannot_be_had_just_now_are_waited_for():
    world = World()
    world.cluster.fail("Throttled", path=SCALED, message="why")
    store, logs = await loaded(world, sleep=Waiting(world.cluster.heal))
    assert [entry.get("problem", entry["event"]) for entry in logs] == ["why", "the cause is gone, starting"]
    assert store.floors.follows(SCALED_OBJECT)


async def test_with_namespaces_given_only_these_are_listed():
    world = World()
    body = an_hpa("elsewhere")
    body["metadata"]["namespace"] = "other"
    world.put(HPAS, body)
    store, _ = await loaded(world, NS, "third")
    assert list(store.floors) == ["ns/web"]
    kinds = sum(not kind.clusterwide for kind in WATCHED_KINDS)
    assert world.cluster.counted("LIST", f"/{NS}/") == kinds
    assert world.cluster.counted("LIST", "/third/") == kinds
    assert len(world.cluster.requests) == 2 * kinds + (len(WATCHED_KINDS) - kinds)


@pytest.mark.parametrize(
    ("kind", "path", "namespaces", "want"),
    [
        pytest.param(
            "NotFound",
            "schoolcalendars",
            (),
            "the CustomResourceDefinition schoolcalendars.firstbell.dev is not installed. "
            "Install it: firstbell crds | kubectl apply --server-side -f -",
            id="a CRD is missing",
        ),
        pytest.param(
            "Forbidden",
            "deployments",
            (),
            "no right to list deployments.apps in all namespaces: why. Grant list and watch on it.",
            id="a right is missing",
        ),
        pytest.param(
            "Forbidden",
            HPAS,
            ("ns",),
            "no right to list horizontalpodautoscalers.autoscaling in namespace ns: why. "
            "Grant list and watch on it.",
            id="a right is missing in one namespace",
        ),
        pytest.param("Unreachable", "", (), "why", id="the API server does not answer"),
        pytest.param("Throttled", "", (), "why", id="the API server is busy"),
    ],
)
async def test_what_is_missing_is_one_sentence_told_once_and_it_goes_on_by_itself(
    kind, path, namespaces, want
):
    world = World()
    world.cluster.fail(kind, path=path, message="why")
    sleep = Waiting(lambda: None, lambda: None, world.cluster.heal)
    store, logs = await loaded(world, *namespaces, sleep=sleep)
    assert [entry.get("problem", entry["event"]) for entry in logs] == [want, "the cause is gone, starting"]
    assert logs[0]["log_level"] == "error"
    assert list(store.autoscalers) == ["ns/web"]


async def test_the_waits_grow_to_a_quarter_of_a_minute():
    world = World()
    world.cluster.fail("Unreachable")
    sleep = Waiting(*[lambda: None] * 7, world.cluster.heal)
    await loaded(world, sleep=sleep)
    assert sleep.waits == [1, 2, 4, 8, 15, 15, 15, 15]


async def test_another_problem_is_told_too():
    world = World()
    world.cluster.fail("Unreachable", message="first")

    def worse():
        world.cluster.heal()
        world.cluster.fail("Throttled", message="second")

    _, logs = await loaded(world, sleep=Waiting(worse, world.cluster.heal))
    assert [entry.get("problem") for entry in logs] == ["first", "second", None]


async def test_nothing_is_kept_of_a_look_that_was_not_complete():
    world = World()
    world.cluster.fail("Forbidden", path="statefulsets")

    def deleted_meanwhile():
        world.remove(HPAS)
        world.cluster.heal()

    store, _ = await loaded(world, sleep=Waiting(deleted_meanwhile))
    assert store.floors == {}
