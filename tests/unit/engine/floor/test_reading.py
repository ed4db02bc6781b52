"""What is read of API objects: a missing field has its default, a damaged one is as good as none."""

from __future__ import annotations

import json

import pytest

from firstbell.core.floor import FloorMark
from firstbell.engine.floor.marks import LAST_APPLIED
from firstbell.engine.floor.reading import seen_floor, seen_hpa
from firstbell.kinds.foreign_autoscalers import SCALED_OBJECT
from tests.managed_fields import an_entry
from tests.unit.engine.bodies import a_scaled_object, an_hpa, kedas_hpa

MARKS = {
    "firstbell.dev/floor": "100",
    "firstbell.dev/baseline": "4",
    "firstbell.dev/autoscaler": "ns/web",
    "firstbell.dev/instance": "firstbell",
}


def hpa(body=None, **metadata):
    body = body or an_hpa()
    body["metadata"] |= {"uid": "u1", "resourceVersion": "7"} | metadata
    return seen_hpa(body)


def test_an_hpa_as_it_is():
    seen = hpa()
    assert (
        seen.autoscaler.key,
        seen.autoscaler.minimum,
        seen.autoscaler.maximum,
        seen.autoscaler.uid,
        seen.autoscaler.mark,
    ) == ("ns/web", 4, 400, "u1", None)
    assert ("ns/apps/Deployment/web", True, False, frozenset()) == (
        seen.target.key,
        seen.minimum_written,
        seen.annotated,
        seen.our_annotations,
    )


def test_an_absent_minimum_is_1_and_known_as_absent():
    seen = hpa(an_hpa(minimum=None))
    assert (seen.autoscaler.minimum, seen.minimum_written) == (1, False)


def test_a_minimum_of_0_is_0():
    assert hpa(an_hpa(minimum=0)).autoscaler.minimum == 0


def test_our_marks():
    seen = hpa(an_hpa(minimum=100), annotations=MARKS)
    assert FloorMark(floor=100, baseline=4, owner="ns/web", instance="firstbell") == seen.autoscaler.mark
    assert frozenset(MARKS) == seen.our_annotations


@pytest.mark.parametrize("name", MARKS)
def test_a_mark_that_lacks_a_part_is_none_but_what_is_left_is_known(name):
    notes = {key: value for key, value in MARKS.items() if key != name}
    seen = hpa(annotations=notes)
    assert (None, frozenset(notes)) == (seen.autoscaler.mark, seen.our_annotations)


@pytest.mark.parametrize("value", ["-1", "101"])
def test_a_baseline_above_a_floor_that_stands_is_damage(value):
    notes = {**MARKS, "firstbell.dev/baseline": value}
    assert hpa(an_hpa(minimum=100), annotations=notes).autoscaler.mark is None
    assert hpa(an_hpa(minimum=3), annotations=notes).autoscaler.mark is not None


def test_a_count_that_no_object_can_have_and_an_owner_that_no_object_can_be_are_damage():
    for name in ("floor", "baseline"):
        notes = {**MARKS, f"firstbell.dev/{name}": "9" * 30}
        assert hpa(an_hpa(minimum=3), annotations=notes).autoscaler.mark is None
    assert hpa(annotations={**MARKS, "firstbell.dev/autoscaler": "n" * 318}).autoscaler.mark is None


@pytest.mark.parametrize("value", ["", "many", "1e2", "4.0"])
def test_a_mark_whose_number_is_damaged_is_none(value):
    assert hpa(annotations={**MARKS, "firstbell.dev/baseline": value}).autoscaler.mark is None


@pytest.mark.parametrize(
    ("applied", "want"),
    [
        pytest.param(json.dumps({"spec": {"minReplicas": 12}}), 12, id="a manifest that names it"),
        pytest.param(json.dumps({"spec": {}}), None, id="a manifest that leaves it out"),
        pytest.param(json.dumps({"spec": {"minReplicas": "12"}}), None, id="a text is no number"),
        pytest.param("{", None, id="not JSON"),
        pytest.param("[" * 100_000, None, id="JSON that nests without end"),
        pytest.param("[]", None, id="not an object"),
        pytest.param('{"spec": null}', None, id="no spec"),
    ],
)
def test_the_minimum_that_was_last_applied(applied, want):
    assert want == hpa(annotations={LAST_APPLIED: applied}).autoscaler.declared


@pytest.mark.parametrize(
    ("marked", "manager", "want"),
    [
        pytest.param(False, "kubectl-client-side-apply", 12, id="applied by a person"),
        pytest.param(False, "argocd-controller", None, id="applied by Argo CD with the live value in it"),
        pytest.param(True, "kubectl-client-side-apply", None, id="a copy of the live object, our mark in it"),
    ],
)
def test_a_copy_of_the_live_minimum_is_nobodys_choice(marked, manager, want):
    metadata = {"annotations": {"firstbell.dev/floor": "12"}} if marked else {}
    applied = json.dumps({"metadata": metadata, "spec": {"minReplicas": 12}})
    entry = {
        "manager": manager,
        "operation": "Update",
        "fieldsV1": {"f:metadata": {"f:annotations": {f"f:{LAST_APPLIED}": {}}}},
    }
    seen = hpa(annotations={LAST_APPLIED: applied}, managedFields=[entry])
    assert want == seen.autoscaler.declared


def test_who_manages_the_minimum():
    helm = an_entry("helm", "Apply", "minReplicas")
    seen = hpa(managedFields=[helm])
    assert ([one["manager"] for one in seen.former_managers], seen.kept) == (["helm"], False)
    assert hpa(managedFields=[an_entry("firstbell", "Update", "minReplicas")]).kept


def test_managers_that_shared_the_minimum_are_remembered_beside_who_owns_it_now():
    both = [{"manager": name, "apiVersion": "autoscaling/v2"} for name in ("helm", "argocd")]
    helm = an_entry("helm", "Apply", "minReplicas")
    seen = hpa(managedFields=[helm], annotations={"firstbell.dev/managers": json.dumps(both)})
    assert [one["manager"] for one in seen.former_managers] == ["helm", "argocd"]
    assert "firstbell.dev/managers" in seen.our_annotations


def test_a_change_by_hand_takes_the_minimum_from_all_that_shared_it():
    both = [{"manager": name, "apiVersion": "autoscaling/v2"} for name in ("helm", "argocd")]
    hand = an_entry("kubectl-edit", "Update", "minReplicas")
    seen = hpa(managedFields=[hand], annotations={"firstbell.dev/managers": json.dumps(both)})
    assert seen.former_managers == ()


@pytest.mark.parametrize(
    ("conditions", "want"),
    [
        pytest.param(None, (None, ""), id="no status yet"),
        pytest.param([{"type": "AbleToScale", "status": "True"}], (None, ""), id="not told"),
        pytest.param([{"type": "ScalingActive", "status": "True", "message": "m"}], (True, "m"), id="yes"),
        pytest.param([{"type": "ScalingActive", "status": "False", "message": "m"}], (False, "m"), id="no"),
    ],
)
def test_whether_the_autoscaler_can_scale(conditions, want):
    body = an_hpa()
    if conditions is not None:
        body["status"] = {"conditions": conditions}
    seen = hpa(body)
    assert want == (seen.scaling_active, seen.inactive_message)


def test_of_a_scaled_object_what_its_users_leave_out_has_kedas_defaults():
    body = a_scaled_object(minimum=None, maximum=None, uid="u1")
    seen = seen_floor(body, SCALED_OBJECT)
    assert (seen.autoscaler.minimum, seen.autoscaler.maximum, seen.minimum_written) == (0, 100, False)
    assert (seen.key, seen.target.key) == ("ns/ScaledObject/web", "ns/apps/Deployment/web")


def test_of_a_scaled_object_its_own_fields_are_read():
    entry = an_entry("argocd", "Apply", "minReplicaCount", apiVersion="keda.sh/v1alpha1")
    applied = {LAST_APPLIED: json.dumps({"spec": {"minReplicaCount": 7, "minReplicas": 8}})}
    seen = seen_floor(a_scaled_object(uid="u1", managedFields=[entry], annotations=applied), SCALED_OBJECT)
    (manager,) = seen.former_managers
    assert (manager["manager"], seen.autoscaler.declared) == ("argocd", 7)


@pytest.mark.parametrize(
    ("owner", "want"),
    [
        pytest.param({"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject"}, "web", id="KEDA's"),
        pytest.param({"apiVersion": "keda.sh/v1beta1", "kind": "ScaledObject"}, "web", id="a later KEDA's"),
        pytest.param({"apiVersion": "apps/v1", "kind": "ScaledObject"}, "", id="another group's"),
        pytest.param({"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledJob"}, "", id="another kind's"),
    ],
)
def test_an_hpa_says_which_scaled_object_it_follows(owner, want):
    assert hpa(kedas_hpa(), ownerReferences=[owner | {"name": "web"}]).made_by == want


def test_the_version_alone_makes_no_difference():
    assert hpa(resourceVersion="7") == hpa(resourceVersion="8")
