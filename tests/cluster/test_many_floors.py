"""Many floors due at once: all come first, what follows each comes after them. On a real API server."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import yaml

from tests.cluster.stage import NAME, Stage, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from tests.cluster.operator_process import Sun

MANY = 40
"""More than there are workers for ticks."""
BASE, RAISED, ANOTHERS = 1, 2, 1
OWNER, ANOTHER = "gitops", "another"


def called(name: str, body: dict[str, Any]) -> dict[str, Any]:
    """The same object under another name, for a workload of that name."""
    text = yaml.safe_dump(body).replace(f"name: {NAME}\n", f"name: {name}\n")
    found: dict[str, Any] = yaml.safe_load(text.replace(f"app: {NAME}\n", f"app: {name}\n"))
    return found


def owners(body: dict[str, Any]) -> set[tuple[str, str]]:
    """Who is on record for the minimum, and how."""
    return {
        (entry["manager"], entry["operation"])
        for entry in body["metadata"]["managedFields"]
        if "f:minReplicas" in entry.get("fieldsV1", {}).get("f:spec", {})
    }


def apply(stage: Stage, manager: str, *bodies: dict[str, Any]) -> None:
    """Server-side and without force: fails where it would take a field from somebody."""
    flags = ("--server-side", f"--field-manager={manager}")
    stage.kubectl("apply", *flags, "-f", "-", stdin=yaml.safe_dump_all(copy.deepcopy(bodies)))


def test_all_are_raised_their_counts_follow_and_no_field_stays_ours(stage: Stage, rush: Sun):
    names = [f"w{number:02}" for number in range(MANY)]
    applied, created = names[::2], names[1::2]
    idle = workload(replicas=BASE)
    idle["spec"]["template"]["spec"]["nodeSelector"] = {"none": "such"}  # no pod of them needs to run
    stage.set(calendar())
    apply(stage, "maker", *(called(name, idle) for name in names))
    apply(stage, "maker", *(called(name, autoscaler(replicas=RAISED)) for name in names))
    apply(stage, OWNER, *(called(name, hpa(minimum=BASE)) for name in applied))
    for name in created:
        stage.api.create(called(name, hpa(minimum=BASE)))

    with stage.operator(rush):

        def autoscalers() -> dict[str, dict[str, Any]]:
            return {body["metadata"]["name"]: body for body in stage.api.list("HorizontalPodAutoscaler")}

        until(
            lambda: all(body["spec"]["minReplicas"] == RAISED for body in autoscalers().values()),
            lambda: f"{MANY} floors: {[body['spec']['minReplicas'] for body in autoscalers().values()]}",
            seconds=60,
        )
        until(
            lambda: all(body["spec"]["replicas"] == RAISED for body in stage.api.list("Deployment")),
            f"{MANY} counts",
            seconds=60,
        )
        until(
            lambda: not any(("firstbell", "Update") in owners(body) for body in autoscalers().values()),
            "every field is handed back",
            seconds=60,
        )
        stood = autoscalers()
        assert {name: owners(stood[name]) for name in applied} == {
            name: {(OWNER, "Apply")} for name in applied
        }
        assert {name: owners(stood[name]) for name in created} == {name: set() for name in created}
        apply(stage, ANOTHER, called(created[0], hpa(minimum=ANOTHERS)))
        until(
            lambda: (
                owners(autoscalers()[created[0]]) == {(ANOTHER, "Apply")}
                and autoscalers()[created[0]]["spec"]["minReplicas"] == RAISED
            ),
            "who applies it for the first time in the window owns it, under the floor",
            seconds=30,
        )
