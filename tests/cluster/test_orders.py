"""Orders with an end, on a real API server: they end by themselves, whoever is there; a hold is silent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.cluster.operator_process import HurryingClock, Sun
from tests.cluster.stage import (
    BASELINE,
    NAME,
    PEAK,
    Stage,
    at,
    autoscaler,
    calendar,
    hpa,
    order,
    workload,
)
from tests.cluster.waiting import holds, until

if TYPE_CHECKING:
    from datetime import datetime

    from tests.cluster.cluster_api import Json

HURRY = 600.0
MORE, LESS = 9, 4
HOSTILE = "ok\u202e\x1b[31m\n## Ready: True" + "x" * 900


def told(stage: Stage, name: str = "order") -> list[Json]:
    body = stage.api.get("ScalingOverride", name) or {}
    found: list[Json] = body.get("status", {}).get("autoscalers", [])
    return found


def effective(stage: Stage, reason: str, name: str = "order") -> str:
    """What an order says of its effect, as soon as that is this."""

    def condition() -> Json:
        body = stage.api.get("ScalingOverride", name) or {}
        conditions = body.get("status", {}).get("conditions", [])
        return next((each for each in conditions if each["type"] == "Effective"), {})

    until(lambda: condition().get("reason") == reason, lambda: f"{reason}: {condition()}")
    return str(condition().get("message", ""))


def test_it_ends_in_mid_window_beside_a_second_one_and_again_at_the_operators_absence(stage: Stage):
    sun = Sun.rising(at("08:05"), 1, hurry=HURRY)
    policy = autoscaler()
    policy["metadata"]["labels"] = {"tier": "web"}
    stage.set(workload(), hpa(), calendar(), policy)
    with stage.operator(sun):
        stage.told("Ready", "True", "Serving")
        labels = {"selector": {"matchLabels": {"tier": "web"}}, "autoscalerRefs": None}
        stage.set(order(until="08:30", floorReplicas=MORE, reason=HOSTILE))
        stage.set(order("second", since="08:10", until="09:00", floorReplicas=LESS, **labels))
        stage.floored(MORE)
        message = stage.order_told("Active")
        assert "\\u202e" in message
        assert not {"\u202e", "\x1b", "\n"} & set(message + str(stage.status()))
        stage.order_told("Pending", "second")
        assert stage.status()["decision"]["reason"] == "ScalingOverride"
        sun.wait_for(at("08:22"))
        holds(lambda: stage.minimum() == MORE, "the larger of order and plan", seconds=3)
        sun.wait_for(at("08:30"))
        stage.floored(PEAK)  # in mid-window: what is planned goes on
        stage.order_told("Ended")
        sun.wait_for(at("08:40"))
        stage.floored(LESS)  # the second one, when the peak is over
        assert told(stage, "second")[0]["replicas"] == LESS
    sun.wait_for(at("09:10"))  # nobody is there when it ends
    assert stage.minimum() == LESS
    with stage.operator(sun):
        stage.order_told("Ended", "second")
        sun.wait_for(at("09:12"))  # one window after a start, as ever
        stage.left_alone()
    assert stage.finalizers() == set()


def test_under_a_hold_nothing_is_written_and_two_hands_at_once_are_told(stage: Stage):
    sun = Sun.rising(at("08:10"), 1, hurry=HURRY)
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(sun):
        stage.told("Ready", "True", "Serving")
        stage.set(order(until="08:50", floorReplicas=MORE))
        stage.floored(MORE)
        until(lambda: "firstbell" not in dict(stage.owners_of_minimum()), "the field is handed back")
        stage.set(order("hold", until="08:35", hold=True))
        stage.order_told("Active", "hold")
        stage.told("AbleToScale", "False", "HeldByOverride")
        version = stage.autoscaler["metadata"]["generation"]
        sun.wait_for(at("08:22"))
        stage.kubectl("patch", f"hpa/{NAME}", "--type=merge", "-p", '{"spec":{"minReplicas":3}}')
        stage.api.patch("ScalingOverride", "order", {"spec": {"floorReplicas": MORE + 2}})
        holds(lambda: stage.minimum() == 3, "what a person sets under a hold stands", seconds=4)
        stage.told("ChangedByHand", "True", "MinimumSetByHand")
        assert stage.autoscaler["metadata"]["generation"] == version + 1
        sun.wait_for(at("08:35"))
        stage.floored(MORE + 2)
        until(lambda: "held" not in str(told(stage)), lambda: f"no word of the hold: {told(stage)}")
        stage.api.delete("ScalingOverride", "order")  # by hand, before its end
        stage.floored(PEAK)
        sun.wait_for(at("08:40"))
        stage.left_alone(3)  # the person's own minimum


def test_a_share_follows_a_plan_that_changes_meanwhile_and_a_maximum_caps_it(stage: Stage):
    sun = Sun.rising(at("08:22"), 1, hurry=HURRY)
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(sun):
        stage.floored(PEAK)
        stage.set(order(until="09:30", floorPercent=150))
        stage.floored(PEAK * 3 // 2)
        policy = (stage.api.get("SchoolAutoscaler", NAME) or {})["spec"]["peaks"]
        policy[0]["replicas"] = 7
        stage.api.patch("SchoolAutoscaler", NAME, {"spec": {"peaks": policy}})
        stage.floored(11)  # 150 % of 7, rounded up
        until(lambda: told(stage) and told(stage)[0]["message"] == "raised to 11, 7 are planned", "told")
        stage.api.patch("HorizontalPodAutoscaler", NAME, {"spec": {"maxReplicas": 11}})
        stage.api.patch("ScalingOverride", "order", {"spec": {"floorPercent": 500}})
        assert "of 35 replicas" in stage.told("ScalingLimited", "True", "AutoscalerMaxReplicas")
        sun.wait_for(at("08:40"))
        stage.floored(BASELINE * 5)  # of the plan as it is then
        stage.api.patch("ScalingOverride", "order", {"spec": {"endTime": at("08:41").isoformat()}})
        sun.wait_for(at("08:41"))
        stage.left_alone()


class SetClock(HurryingClock):
    """A clock that somebody sets, ahead by so much or back; what is measured by it goes on."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead

    def hurry_to(self, instant: datetime) -> None:
        super().hurry_to(instant - self.ahead)


def test_a_clock_that_is_set_and_set_back_moves_neither_start_nor_end(stage: Stage):
    clock = SetClock(at("08:45"), 1, HURRY)
    sun = Sun(start=at("08:45"), speed=1, clock=clock)
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(sun):
        stage.told("Ready", "True", "Serving")
        stage.set(order(since="08:40", until="09:30", floorReplicas=LESS))
        stage.set(order("soon", since="09:00", until="09:10", floorReplicas=MORE))
        stage.floored(LESS)
        sun.wait_for(at("08:58"))
        clock.ahead = timedelta(hours=2)
        stage.told("ClockInSync", "False", "ClockSet")
        sun.wait_for(at("11:00"))  # by the right time it is 09:00
        stage.floored(MORE)
        holds(lambda: stage.minimum() == MORE, "no order ends by a time that is in doubt", seconds=3)
        clock.ahead = timedelta(0)
        stage.order_told("Active")
        sun.wait_for(at("09:10"))
        stage.floored(LESS)
        sun.wait_for(at("09:29"))
        holds(lambda: stage.minimum() == LESS, "the first one goes on to its end", seconds=3)
        sun.wait_for(at("09:30"))
        stage.left_alone()
        stage.order_told("Ended")


def test_one_whose_workload_is_gone_says_so_and_goes_some_time_after_its_end(stage: Stage):
    sun = Sun.rising(at("08:05"), 1, hurry=HURRY)
    stage.set(workload(), hpa(), calendar(), autoscaler())
    nobody = {"autoscalerRefs": [{"name": "nobody"}]}
    stage.set(order("nobody", until="08:10", floorReplicas=9, ttlSecondsAfterFinished=60, **nobody))
    with stage.operator(sun):
        assert "no SchoolAutoscaler nobody" in effective(stage, "NoAutoscaler", "nobody")
        stage.set(order(floorReplicas=MORE))
        stage.floored(MORE)
        stage.api.delete("Deployment", NAME)
        assert "does not exist" in effective(stage, "NothingToScale")
        stage.kubectl("delete", f"schoolas/{NAME}", "--timeout=20s")
        effective(stage, "NoAutoscaler")
        stage.left_alone()  # an order for nobody holds nothing
        sun.wait_for(at("08:12"))
        until(lambda: stage.api.get("ScalingOverride", "nobody") is None, "it is deleted after its time")
        assert stage.api.get("ScalingOverride", "order") is not None
