"""What all workloads ask for together at the next bell, as figures of the operator."""

from __future__ import annotations

from tests.fakes import instant, settled
from tests.unit.engine.bodies import a_deployment, an_autoscaler, an_hpa
from tests.unit.engine.running import Running
from tests.unit.engine.world import DEPLOYMENTS, HPAS

EARLY = "2024-09-09T06:00"
TEMPLATE = {
    "spec": {"containers": [{"name": "web", "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}}}]}
}


async def with_workloads(run, names, **spec):
    for name in names:
        run.world.put(HPAS, an_hpa(name, target=name))
        body = a_deployment(name)
        body["spec"]["template"] = TEMPLATE
        run.world.put(DEPLOYMENTS, body)
        run.world.put("schoolautoscalers", an_autoscaler(name, target=name, **spec))
    await settled()


async def test_the_next_bell_of_all_is_summed_up_and_what_is_not_known_is_counted():
    async with Running(EARLY) as run:
        await with_workloads(run, ["a", "b"])
        await run.pass_time(minutes=2)
        told = run.telemetry.next_bell
        assert told.bell == instant("2024-09-09T08:30")
        assert (told.workloads, told.asked.pods, told.more) == (3, 300, 3 * 96)
        assert (told.asked.cpu, told.asked.memory) == (200 * 500, 200 * 2**30)
        assert told.asked.pods_without_cpu == 100, "the template of the first says nothing"
        assert told.pods_per_minute == 29, "288 from 08:20 to 08:30"


async def test_only_who_rises_for_the_next_bell_is_counted_as_rising():
    async with Running(EARLY) as run:
        later = {"anchor": "LastPeriodEnd", "name": "end", "replicas": 50, "rampMinutes": 0}
        await with_workloads(run, ["late"], peaks=[later])
        await run.pass_time(minutes=2)
        told = run.telemetry.next_bell
        assert (told.workloads, told.asked.pods, told.more) == (1, 104, 96)


async def test_what_makes_room_for_pods_is_not_counted_as_pods():
    async with Running(EARLY) as run:
        room = {"apiVersion": "autoscaling.x-k8s.io/v1beta1", "kind": "CapacityBuffer", "name": "room"}
        body = an_autoscaler("room", scaleTargetRef=room, minReplicas=1, maxReplicas=60)
        run.world.put("schoolautoscalers", body)
        await run.pass_time(minutes=2)
        assert (run.telemetry.next_bell.workloads, run.telemetry.next_bell.asked.pods) == (1, 100)


async def test_what_is_not_written_is_not_counted():
    async with Running(EARLY) as run:
        await with_workloads(run, ["dry"], mode="DryRun")
        second = an_autoscaler("second", replicas=50)
        second["metadata"]["creationTimestamp"] = "2024-09-08T00:00:00Z"
        run.world.put("schoolautoscalers", second)
        await run.pass_time(minutes=2)
        assert (run.telemetry.next_bell.workloads, run.telemetry.next_bell.asked.pods) == (1, 100)


async def test_after_a_bell_it_is_the_next_one_and_without_any_there_is_no_figure():
    async with Running(EARLY) as run:
        await run.until("2024-09-09T08:27")
        assert run.telemetry.next_bell.more == 0, "all was written"
        await run.until("2024-09-09T12:00")
        assert run.telemetry.next_bell.bell == instant("2024-09-10T08:30")
        run.world.remove("schoolautoscalers", "web")
        await run.pass_time(minutes=2)
        assert run.telemetry.next_bell is None
