"""Workloads of kinds that are not watched: found by discovery, asked for, and left in peace at rest."""

from __future__ import annotations

import asyncio

import pytest

from firstbell.engine.watch.asked_targets import REST_LOOKS, AskedTargets
from tests.fakes import settled
from tests.unit.engine.bodies import INSIDE, KEY, NS, an_autoscaler
from tests.unit.engine.world import World

GROUP, VERSION, PLURAL = "example.org", "v1", "portals"
TARGET = {"apiVersion": f"{GROUP}/{VERSION}", "kind": "Portal", "name": "web"}
SERVED = [{"kind": "Portal", "name": PLURAL}, {"kind": "Scale", "name": f"{PLURAL}/scale"}]


def a_pod(name, *, ready=True, going=False, app="web"):
    metadata = {"name": name, "namespace": NS, "labels": {"app": app}}
    metadata |= {"deletionTimestamp": "2024-09-09T08:00:00Z"} if going else {}
    status = {"conditions": [{"type": "Ready", "status": "True" if ready else "False"}]}
    return {"metadata": metadata, "status": status}


class Portals(World):
    """A world whose autoscaler is on a Portal, and that asks for it as the operator does."""

    def __init__(self, at=INSIDE, *, served=SERVED, replicas=4, selector="app=web", **objects) -> None:
        spec = {"minReplicas": 4, "maxReplicas": 400}
        body = an_autoscaler(scaleTargetRef=TARGET, **spec)
        super().__init__(at, **{"hpa": None, "deployment": None, "autoscaler": body} | objects)
        self.cluster.served[GROUP, VERSION] = served
        self.portal = {
            "metadata": {"name": "web", "namespace": NS},
            "spec": {"replicas": replicas},
            "status": {"selector": selector},
        }
        self.cluster.put(GROUP, PLURAL, self.portal)
        self.asking = AskedTargets(store=self.store, cluster=self.cluster)

    @property
    def seen(self):
        return self.store.workloads.get(f"{NS}/{GROUP}/Portal/web")

    def portal_says(self, **status):
        """Its controller writes its status."""
        self.cluster.edit(GROUP, PLURAL, NS, "web", lambda body: body.update(status=status))

    def has_pods(self, *pods):
        for pod in pods:
            self.cluster.put("", "pods", pod)

    def asked(self) -> int:
        return self.cluster.counted("GET", f"{PLURAL}/web/scale")


async def test_its_count_and_the_pods_that_are_ready_are_known():
    world = Portals()
    world.has_pods(
        a_pod("a"), a_pod("b", ready=False), a_pod("c", going=True), a_pod("d", app="api"), a_pod("e")
    )
    assert await world.asking.look() == {KEY}
    assert (world.seen.replicas, world.seen.ready) == (4, 2)


async def test_it_is_scaled_by_the_plural_that_the_cluster_has_for_it():
    world = Portals()
    await world.asking.look()
    await world.tick()
    assert world.cluster.objects[GROUP, PLURAL, NS, "web"]["spec"]["replicas"] == 100
    assert world.condition("AbleToScale") == ("True", "ReadyForNewScale")


async def test_nobody_looks_again_while_nothing_changes():
    world = Portals()
    assert await world.asking.look() == {KEY}
    assert await world.asking.look() == set()


async def test_at_rest_it_is_asked_for_seldom_and_again_as_soon_as_we_wrote():
    world = Portals()
    for _ in range(4 * REST_LOOKS):
        await world.asking.look()
    assert REST_LOOKS <= world.asked() <= REST_LOOKS + 5
    before = world.asked()
    await world.tick()
    await world.asking.look()
    assert world.asked() == before + 1
    assert world.seen.replicas == 100


async def test_one_that_is_missing_or_goes_is_told():
    world = Portals()
    await world.asking.look()
    world.cluster.remove(GROUP, PLURAL, NS, "web")
    assert await world.asking.look() == {KEY}
    await world.tick()
    assert world.condition("AbleToScale") == ("False", "TargetNotFound")
    world.cluster.put(GROUP, PLURAL, world.portal)
    assert await world.asking.look() == {KEY}


@pytest.mark.parametrize(
    "served",
    [
        pytest.param([], id="no such group"),
        pytest.param([{"kind": "Portal", "name": PLURAL}], id="no scale subresource"),
        pytest.param([{"kind": "Other", "name": PLURAL}, SERVED[1]], id="another kind"),
    ],
)
async def test_a_kind_that_cannot_be_scaled_is_told_with_its_path(served):
    world = Portals(served=served)
    await world.asking.look()
    await world.tick()
    assert world.condition("AbleToScale") == ("False", "TargetNotScalable")
    assert "spec.scaleTargetRef" in world.told_condition("AbleToScale")["message"]


async def test_a_missing_right_is_told_with_its_cure_and_no_trouble_forgets_a_workload():
    world = Portals()
    await world.asking.look()
    world.cluster.fail("Unreachable")
    assert await world.asking.look() == set()
    assert world.seen.replicas == 4
    world.cluster.heal()
    world.cluster.fail("Forbidden", path="/scale", message="portals is forbidden.")
    assert await world.asking.look() == {KEY}
    await world.tick()
    assert world.condition("AbleToScale") == ("False", "TargetNotReadable")
    assert world.told_condition("AbleToScale")["message"].endswith("Grant get and patch on its scale.")


async def test_without_a_selector_nobody_is_taken_for_ready():
    world = Portals(selector="")
    await world.asking.look()
    assert world.seen.ready is None
    assert world.seen.unknown_ready.reason == "NoSelector"


async def test_without_a_selector_its_own_status_tells_who_is_ready_and_no_pod_is_asked():
    world = Portals(selector="")
    world.has_pods(a_pod("a"))
    world.portal_says(readyReplicas=3)
    await world.asking.look()
    assert (world.seen.replicas, world.seen.ready) == (4, 3)
    world.portal_says(
        conditions=[{"type": "Provisioning", "status": "False", "message": "nodes are awaited"}]
    )
    assert await world.asking.look() == {KEY}
    assert world.seen.ready == 0
    assert world.seen.troubles[0].message == "Provisioning is False: nodes are awaited"
    assert world.cluster.counted("LIST", "pods") == 0


async def test_where_its_own_status_may_not_be_read_the_right_is_named():
    world = Portals(selector="")
    await world.asking.look()
    world.cluster.fail("Forbidden", verb="GET", path=f"{PLURAL}/web", message="portals is forbidden.")
    found = await world.asking._readiness(
        world.seen.ref, PLURAL, {"metadata": {"namespace": NS}, "status": {"selector": ""}}
    )
    assert found.reason == "TargetNotReadable"
    assert "scaleTargets[].ownStatus" in found.message


async def test_nothing_is_asked_for_what_is_watched_and_nothing_is_kept_of_what_is_not_named_any_more():
    world = World(INSIDE)
    asking = AskedTargets(store=world.store, cluster=world.cluster)
    world.cluster.requests.clear()
    assert await asking.look() == set()
    assert world.cluster.requests == []
    portals = Portals(served=[])
    await portals.asking.look()
    assert len(portals.store.unreadable) == 1
    portals.respec(
        "schoolautoscalers", scaleTargetRef={"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    )
    await portals.asking.look()
    assert portals.store.unreadable == {}


async def test_nobody_waits_for_the_targets_of_another_namespace():
    world = Portals()
    body = an_autoscaler(scaleTargetRef=TARGET | {"name": "slow"})
    body["metadata"]["namespace"] = "evil"
    world.put("schoolautoscalers", body)
    ask = world.cluster._asked

    async def hanging(verb, where):
        if "/evil/" in where:
            await asyncio.Event().wait()
        return await ask(verb, where)

    world.cluster._asked = hanging
    told = []
    looking = asyncio.create_task(world.asking.look(told.append))
    await settled()
    assert told == [{KEY}]
    assert not looking.done()
    looking.cancel()


async def test_a_count_that_somebody_sets_again_and_again_is_a_contest_here_too():
    world = Portals()
    await world.asking.look()
    await world.tick()
    for look in range(24):
        world.cluster.edit(GROUP, PLURAL, NS, "web", lambda body: body["spec"].update(replicas=7))
        await world.asking.look()
        await world.tick(f"2024-09-09T08:{25 + look // 12}:{look % 12 * 5:02}")
    assert world.cluster.counted("PATCH", f"{PLURAL}/web/scale") <= 1 + 3 + 4
    assert world.condition("FloorContested") == ("True", "RevertedRepeatedly")
    message = world.told_condition("FloorContested")["message"]
    assert message.startswith("somebody who is not on record set spec.replicas of Portal web to 7, 3 times")
