"""What others do to the HPA, the workload and beside them within the peak: repaired, or told."""

from __future__ import annotations

import copy
import time

import yaml

from tests.cluster.operator_process import fast_process
from tests.cluster.stage import BASELINE, NAME, PEAK, Stage, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import holds, until

REPAIRED_WITHIN_SECONDS = 5
HPA, POLICY = "HorizontalPodAutoscaler", "SchoolAutoscaler"
REST_SECONDS = 6


def renamed(body, name):
    other = copy.deepcopy(body)
    other["metadata"]["name"] = name
    return other


def test_a_manifest_that_sets_replicas_is_repaired_and_does_not_fail(stage: Stage, rush):
    stage.set(hpa(), calendar(), autoscaler())
    manifest = yaml.safe_dump(workload())
    stage.kubectl("apply", "-f", "-", stdin=manifest)
    with stage.operator(rush):
        stage.floored(PEAK)
        stage.kubectl("apply", "-f", "-", stdin=manifest.replace("cpu: 100m", "cpu: 90m"))
        stage.floored(PEAK, seconds=REPAIRED_WITHIN_SECONDS)
        assert stage.marks()["firstbell.dev/baseline"] == str(BASELINE)


def test_lost_annotations_are_restored_over_the_same_baseline(stage: Stage, rush):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(rush):
        stage.floored(PEAK)
        until(lambda: stage.status().get("actuator", {}).get("floor") == PEAK, "the floor is remembered")
        stage.kubectl("annotate", "hpa", NAME, *(f"{name}-" for name in stage.marks()))
        until(lambda: len(stage.marks()) == 4, "the annotations are back", seconds=REPAIRED_WITHIN_SECONDS)
        assert stage.marks()["firstbell.dev/baseline"] == str(BASELINE)
        stage.kubectl("delete", "schoolas", NAME)
        stage.released(BASELINE)


def test_a_second_hpa_is_told_and_what_is_held_stays(stage: Stage, rush):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    minima: list[int] = []
    floors = stage.api.watching(HPA, NAME, lambda body: note(minima, body["spec"]["minReplicas"]))
    with floors, stage.operator(rush):
        stage.floored(PEAK)
        stage.set(renamed(hpa(), "second"))
        message = stage.told("AbleToScale", "False", "AmbiguousAutoscaler")
        assert "HorizontalPodAutoscaler second, HorizontalPodAutoscaler web" in message
        assert (stage.minimum(), stage.replicas()) == (PEAK, PEAK)
        assert stage.api.get("HorizontalPodAutoscaler", "second")["spec"]["minReplicas"] == BASELINE
        stage.kubectl("delete", "hpa", "second")
        stage.told("AbleToScale", "True", "ReadyForNewScale")
    assert minima == [BASELINE, PEAK]


def test_of_two_schoolautoscalers_the_older_works_and_the_other_says_so(stage: Stage, rush):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(rush):
        stage.floored(PEAK)
        stage.set(renamed(autoscaler(replicas=PEAK + 5), "younger"))

        def told() -> bool:
            status = (stage.api.get("SchoolAutoscaler", "younger") or {}).get("status", {})
            ready = next((c for c in status.get("conditions", []) if c["type"] == "Ready"), {})
            return (ready.get("status"), ready.get("reason")) == ("False", "TargetConflict")

        until(told, "the younger says TargetConflict")
        holds(lambda: stage.minimum() == PEAK, "the floor is the older one's", seconds=3)


def test_two_operators_at_once_raise_one_floor_and_come_to_rest(stage: Stage, rush, tmp_path):
    stage.set(workload(), hpa(), calendar())
    minima: list[int] = []
    reported: list[float] = []
    floors = stage.api.watching(HPA, NAME, lambda body: note(minima, body["spec"]["minReplicas"]))
    first = fast_process(stage.for_operator, stage.namespace, rush, tmp_path / "operator.log")
    with floors, first, stage.operator(rush, instance="another"):
        first.says("started")
        stage.set(autoscaler())
        with stage.api.watching(POLICY, NAME, lambda _: reported.append(time.monotonic())):
            stage.floored(PEAK)
            owner = stage.marks()["firstbell.dev/instance"]
            until(lambda: time.monotonic() - reported[-1] > REST_SECONDS, lambda: f"at rest: {reported}")
            assert stage.marks()["firstbell.dev/instance"] == owner
        assert minima == [BASELINE, PEAK]
        stage.kubectl("delete", f"schoolas/{NAME}", "--timeout=20s")
        stage.left_alone()


def note(values: list[int], value: int) -> None:
    """Keeps a value that differs from the last one."""
    if values[-1:] != [value]:
        values.append(value)


def test_a_second_operator_tells_of_the_first_and_leaves_its_floor_alone(stage: Stage, rush):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(rush):
        stage.floored(PEAK)
    with stage.operator(rush, instance="another"):
        stage.told("AbleToScale", "False", "AnotherInstance")
        holds(lambda: stage.minimum() == PEAK, "the floor stays", seconds=2)
        assert stage.marks()["firstbell.dev/instance"] == stage.namespace


def told_of_hands(stage: Stage) -> list[str]:
    """The events on hands, oldest first."""
    found = [each for each in stage.api.list("Event") if each["reason"].endswith("SetByHand")]
    return [each["message"] for each in sorted(found, key=lambda each: each["metadata"]["creationTimestamp"])]


def test_two_hands_at_once_on_the_minimum_are_told_once_each_and_stay(stage: Stage, rush):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(rush):
        stage.floored(PEAK)
        stage.told("ChangedByHand", "False", "NotChangedByHand")
        for minimum in (PEAK - 2, PEAK + 3):
            stage.api.patch(HPA, NAME, {"spec": {"minReplicas": minimum}})
        until(lambda: stage.status().get("lastHand", {}).get("to") == PEAK + 3, "the second hand is told")
        message = stage.told("ChangedByHand", "True", "MinimumSetByHand")
        assert f"minReplicas of HorizontalPodAutoscaler {NAME} from {PEAK - 2} to {PEAK + 3}" in message
        assert "This stays" in message
        assert "firstbell override" in message
        until(lambda: len(told_of_hands(stage)) == 2, lambda: f"an event each: {told_of_hands(stage)}")
        holds(lambda: len(told_of_hands(stage)) == 2, "and no more of them", seconds=4)
        assert all("firstbell-tests set minReplicas" in told for told in told_of_hands(stage))
        assert (stage.minimum(), stage.marks()) == (PEAK + 3, {})


def test_a_hand_on_a_count_that_we_set_is_set_back_and_told(stage: Stage, rush):
    stage.set(workload(), calendar(), autoscaler(minReplicas=BASELINE, maxReplicas=40))
    with stage.operator(rush):
        until(lambda: stage.replicas() == PEAK, "the count is set")
        stage.told("ChangedByHand", "False", "NotChangedByHand")
        stage.kubectl("scale", f"deployment/{NAME}", f"--replicas={BASELINE + 1}")
        assert "firstbell set it back" in stage.told("ChangedByHand", "True", "ReplicasSetByHand")
        until(lambda: stage.replicas() == PEAK, "it is set back")
        until(lambda: len(told_of_hands(stage)) == 1, lambda: f"one event: {told_of_hands(stage)}")
