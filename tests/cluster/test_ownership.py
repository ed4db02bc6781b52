"""Whoever owns an HPA goes on writing it, in the window and after, and never meets a conflict with us."""

from __future__ import annotations

import pytest

from tests.cluster.manifest_clients import CLIENTS, RELEASE, apply_as, helm, helm_upgrade
from tests.cluster.stage import BASELINE, NAME, PEAK, Stage, autoscaler, calendar, workload
from tests.cluster.waiting import until

pytestmark = pytest.mark.usefixtures("helm_program")
RAISED_WITHIN_SECONDS = 5
CHANGED = 3
API_DEFAULT = 1
ANOTHER, YET_ANOTHER = "another", "yet-another"
AT_ONCE = {"scaleDown": {"stabilizationWindowSeconds": 0}}


def raised_over(stage: Stage, baseline: int) -> None:
    """The floor is there (again), over this baseline, and its field is not ours."""
    stage.floored(PEAK, seconds=RAISED_WITHIN_SECONDS)
    until(lambda: stage.marks()["firstbell.dev/baseline"] == str(baseline), f"a baseline of {baseline}")
    until(lambda: ("firstbell", "Update") not in stage.owners_of_minimum(), "the field is handed back")


def nothing_of_ours_is_left(stage: Stage, baseline: int) -> None:
    stage.released(baseline)
    entries = until_handed_back(stage)
    assert not [entry for entry in entries if "firstbell" in str(entry["fieldsV1"])], entries


def until_handed_back(stage: Stage) -> list[dict[str, object]]:
    def without_us() -> list[dict[str, object]]:
        entries = stage.autoscaler["metadata"]["managedFields"]
        return [] if "firstbell" in {entry["manager"] for entry in entries} else entries

    return until(without_us, "no field of the HPA is ours")


@pytest.mark.parametrize("write", CLIENTS.values(), ids=CLIENTS.keys())
def test_the_owner_writes_in_the_window_and_after_it(stage: Stage, rush, tmp_path, write):
    stage.set(workload(), calendar(), autoscaler(behavior=AT_ONCE))
    write(stage, tmp_path, BASELINE)
    owners = stage.appliers_of_minimum()
    with stage.operator(rush):
        raised_over(stage, BASELINE)
        for minimum in (BASELINE, CHANGED):
            write(stage, tmp_path, minimum)
            raised_over(stage, minimum)
        assert stage.appliers_of_minimum() == owners

        stage.end_the_peak()
        nothing_of_ours_is_left(stage, CHANGED)
        for minimum in (CHANGED, BASELINE):
            write(stage, tmp_path, minimum)
            nothing_of_ours_is_left(stage, minimum)
    assert stage.appliers_of_minimum() == owners


@pytest.mark.parametrize("write", CLIENTS.values(), ids=CLIENTS.keys())
def test_a_manifest_that_drops_the_minimum_resets_the_baseline_to_the_default(
    stage: Stage, rush, tmp_path, write
):
    stage.set(workload(), calendar(), autoscaler(behavior=AT_ONCE))
    write(stage, tmp_path, BASELINE)
    with stage.operator(rush):
        raised_over(stage, BASELINE)
        write(stage, tmp_path, None)
        raised_over(stage, API_DEFAULT)
        stage.end_the_peak()
        nothing_of_ours_is_left(stage, API_DEFAULT)


@pytest.mark.parametrize("how", [(), ("--server-side=false",)], ids=["server-side", "client-side"])
def test_helm_rolls_back_within_the_window(stage: Stage, rush, tmp_path, how):
    stage.set(workload(), calendar(), autoscaler(behavior=AT_ONCE))
    helm_upgrade(stage, tmp_path, BASELINE, *how)
    with stage.operator(rush):
        raised_over(stage, BASELINE)
        helm_upgrade(stage, tmp_path, CHANGED, *how)
        raised_over(stage, CHANGED)
        helm(stage, tmp_path, "rollback", *how, RELEASE)
        raised_over(stage, BASELINE)
        helm(stage, tmp_path, "uninstall", RELEASE)
        until(lambda: stage.api.get("HorizontalPodAutoscaler", NAME) is None, "the HPA is gone")


@pytest.mark.parametrize("owner", ["apply", "replace", "helm-client-side"])
def test_another_manager_applies_without_force_in_the_window(stage: Stage, rush, tmp_path, owner):
    stage.set(workload(), calendar(), autoscaler(behavior=AT_ONCE))
    CLIENTS[owner](stage, tmp_path, BASELINE)
    with stage.operator(rush):
        raised_over(stage, BASELINE)
        apply_as(stage, ANOTHER, CHANGED)
        raised_over(stage, CHANGED)
        assert stage.appliers_of_minimum() == {ANOTHER}
        apply_as(stage, ANOTHER, BASELINE)
        raised_over(stage, BASELINE)
        stage.end_the_peak()
        nothing_of_ours_is_left(stage, BASELINE)


@pytest.mark.parametrize("minimum", [BASELINE, CHANGED])
def test_two_managers_that_apply_the_same_minimum_never_meet_each_other(stage: Stage, rush, minimum):
    both = (ANOTHER, YET_ANOTHER)
    stage.set(workload(), calendar(), autoscaler(behavior=AT_ONCE))
    for manager in both:
        apply_as(stage, manager, BASELINE)
    assert stage.appliers_of_minimum() == set(both)
    with stage.operator(rush):
        raised_over(stage, BASELINE)
        for manager in both:
            apply_as(stage, manager, minimum)
            raised_over(stage, minimum)
    with stage.operator(rush):  # another process remembers them, too
        raised_over(stage, minimum)
        stage.end_the_peak()
        nothing_of_ours_is_left(stage, minimum)
        assert stage.appliers_of_minimum() == set(both)
        for manager in both:
            apply_as(stage, manager, minimum)
        nothing_of_ours_is_left(stage, minimum)


def test_a_change_by_hand_is_raised_again_and_becomes_the_baseline(stage: Stage, rush, tmp_path):
    stage.set(workload(), calendar(), autoscaler(behavior=AT_ONCE))
    CLIENTS["apply"](stage, tmp_path, BASELINE)
    with stage.operator(rush):
        raised_over(stage, BASELINE)
        stage.kubectl("patch", "hpa", NAME, "--type=merge", "-p", '{"spec":{"minReplicas":5}}')
        raised_over(stage, 5)
        stage.kubectl("scale", f"deployment/{NAME}", "--replicas=4")
        stage.floored(PEAK, seconds=RAISED_WITHIN_SECONDS)
