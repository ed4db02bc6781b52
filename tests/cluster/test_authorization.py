"""Who may write a policy and may not scale: refused by the chart's admission policy, on a real API server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml
from kubernetes.client.exceptions import ApiException

from tests.chart.rendering import manifests, rendered
from tests.cluster.people import API, bind, user
from tests.cluster.stage import BASELINE, NAME, Stage, autoscaler
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.cluster_api import Json

EDITOR = "policy-editor"
WRITES = ("get", "create", "update", "patch", "delete")
KINDS = {"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"}
VALUES = {
    "authorization": True,
    "scaleTargets": [
        {"apiGroup": "example.org", "resource": "portals", "kind": "Portal"},
        {"apiGroup": "example.org", "resource": "gates"},
    ],
}


@pytest.fixture
def guarded(stage: Stage, helm_program: Path, tmp_path: Path) -> Iterator[Stage]:
    """A namespace that the policy is bound to, and a user there who may edit our kinds and nothing else."""
    values = tmp_path / "values.yaml"
    values.write_text(yaml.safe_dump(VALUES | {"watch": {"namespaces": [stage.namespace]}}))
    text = rendered(
        helm_program, tmp_path, "--values", str(values), "--set", f"fullnameOverride={stage.namespace}"
    )
    policy = yaml.safe_dump_all([body for body in manifests(text) if body["kind"] in KINDS])
    stage.control_plane.kubectl("apply", "-f", "-", stdin=policy)
    grant(stage, "firstbell.dev", "schoolautoscalers", *WRITES)
    body = autoscaler(minReplicas=BASELINE, maxReplicas=40)
    # Its parameters may be known later than the policy is: until then it asks for more.
    refused = f"may not update deployments/scale of Deployment {NAME}"
    until(lambda: refused in answer(stage, body), lambda: answer(stage, body))
    yield stage
    stage.control_plane.kubectl("delete", "-f", "-", "--ignore-not-found", stdin=policy)


def grant(stage: Stage, group: str, resource: str, *verbs: str, name: str = "") -> None:
    """The user may do so with one object of the namespace, or with all."""
    role = f"{group}.{resource}{name and '.'}{name}".replace("/", "-").replace("*", "all")
    rule = {"apiGroups": [group], "resources": [resource], "verbs": list(verbs)}
    rule |= {"resourceNames": [name]} if name else {}
    body = {"apiVersion": f"{API}/v1", "kind": "Role", "metadata": {"name": role}, "rules": [rule]}
    stage.api.apply(body)
    bind(stage, role, user(EDITOR), "Role")


def answer(stage: Stage, body: Json) -> str:
    """What the API server says to the user who would apply it; empty where it takes it."""
    editors = stage.api.as_person(EDITOR)
    name = body["metadata"]["name"]
    try:
        if editors.get(body["kind"], name) is None:
            editors.create(body, dry_run=True)
        else:
            editors.patch(body["kind"], name, body, dry_run=True)
    except ApiException as refused:
        return str(json.loads(refused.reason)["message"])
    return ""


def on(kind: str, api_version: str, name: str = NAME) -> Json:
    body = autoscaler(minReplicas=BASELINE, maxReplicas=40)
    body["metadata"]["name"] = f"{kind.lower()}-{name}"
    body["spec"]["scaleTargetRef"] = {"apiVersion": api_version, "kind": kind, "name": name}
    return body


def test_only_who_may_scale_a_workload_may_have_it_scaled(guarded: Stage):
    body = autoscaler(minReplicas=BASELINE, maxReplicas=40)
    said = answer(guarded, body)
    assert f"spec.scaleTargetRef: {EDITOR} may not update deployments/scale of Deployment {NAME}" in said
    grant(guarded, "apps", "deployments/scale", "update", name=NAME)
    until(lambda: answer(guarded, body) == "", "it is taken from who may scale")
    assert "deployments/scale" in answer(guarded, on("Deployment", "apps/v1", "another"))
    assert "statefulsets/scale" in answer(guarded, on("StatefulSet", "apps/v1"))


def test_an_edit_counts_as_the_first_writing_and_a_label_does_not(guarded: Stage):
    guarded.set(autoscaler(minReplicas=BASELINE, maxReplicas=40))
    labelled = autoscaler(minReplicas=BASELINE, maxReplicas=40)
    labelled["metadata"]["labels"] = {"team": "school"}
    assert answer(guarded, labelled) == ""
    for change in ({"maxReplicas": 400}, {"replicas": 400}, {"mode": "DryRun"}):
        edited = autoscaler(**{"minReplicas": BASELINE, "maxReplicas": 40} | change)
        assert "may not update" in answer(guarded, edited), change


def test_of_a_kind_whose_name_in_rules_is_not_known_only_who_may_scale_the_whole_group_may(guarded: Stage):
    known, unknown = on("Portal", "example.org/v1"), on("Gate", "example.org/v1")
    assert "portals/scale of Portal" in answer(guarded, known)
    grant(guarded, "example.org", "portals/scale", "update")
    grant(guarded, "example.org", "gates/scale", "update")
    until(lambda: answer(guarded, known) == "", "a kind that the chart names is asked about by its own name")
    assert "*/scale of Gate" in answer(guarded, unknown)
    grant(guarded, "example.org", "*/scale", "update")
    until(lambda: answer(guarded, unknown) == "", "it is taken from who may scale all of the group")


def test_the_operator_reports_whatever_the_policy_says(guarded: Stage, rush):
    guarded.set(autoscaler(minReplicas=BASELINE, maxReplicas=40))
    with guarded.operator(rush):
        guarded.told("CalendarResolved", "False", "CalendarNotFound")


def an_override(*names: str, **spec: object) -> Json:
    """Half as many again for two hours of a day to come, for the SchoolAutoscalers of these names."""
    meant = {"autoscalerRefs": [{"name": name} for name in names]} if names else {}
    times = {"startTime": "2030-03-04T08:00:00Z", "endTime": "2030-03-04T10:00:00Z"}
    body = {"floorPercent": 150, "reason": "a test", **times, **meant, **spec}
    return {
        "apiVersion": "firstbell.dev/v1alpha1",
        "kind": "ScalingOverride",
        "metadata": {"name": "exam"},
        "spec": body,
    }


def test_only_who_may_override_a_policy_may_order_for_it(guarded: Stage):
    grant(guarded, "firstbell.dev", "scalingoverrides", "get", "create", "update", "patch")
    named, everybody = an_override(NAME), an_override(selector={"matchLabels": {"team": "school"}})
    refused = f"{EDITOR} may not override each of the SchoolAutoscalers {NAME}"
    until(lambda: refused in answer(guarded, named), lambda: answer(guarded, named))
    grant(guarded, "firstbell.dev", "schoolautoscalers", *WRITES)
    assert refused in answer(guarded, named)
    grant(guarded, "firstbell.dev", "schoolautoscalers", "override", name=NAME)
    until(lambda: answer(guarded, named) == "", lambda: answer(guarded, named))
    assert "may not override each" in answer(guarded, an_override(NAME, "another"))
    all_of_them = f"may not override all SchoolAutoscalers of namespace {guarded.namespace}"
    assert all_of_them in answer(guarded, everybody)
    many = an_override(*(f"web-{number}" for number in range(40)))
    assert all_of_them in answer(guarded, many)
    grant(guarded, "firstbell.dev", "schoolautoscalers", *WRITES, "override")
    until(lambda: answer(guarded, many) == "", lambda: answer(guarded, many))
