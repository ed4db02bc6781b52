"""The hand-back of `spec.minReplicas`: exact, and nothing where nothing is ours."""

from __future__ import annotations

import copy

import pytest

from firstbell.engine.floor.handback import hand_back, is_kept
from firstbell.engine.objects.field_managers import apply_managers
from tests.json_patch import apply_json_patch
from tests.managed_fields import an_entry, owners

FIELD = "minReplicas"
HELM = an_entry("helm", "Apply", FIELD, "maxReplicas")
HELM_WITHOUT = an_entry("helm", "Apply", "maxReplicas")
HELM_NAME = {key: value for key, value in HELM.items() if key != "fieldsV1"}
ARGO = an_entry("argocd", "Apply", FIELD)
ARGO_NAME = {key: value for key, value in ARGO.items() if key != "fieldsV1"}
KUBECTL = an_entry("kubectl-edit", "Update", "behavior")
CONTROLLER = an_entry("kube-controller-manager", "Update", subresource="status")


def ours(*fields, **more):
    entry = an_entry("firstbell", "Update", *fields, **more)
    entry["fieldsV1"]["f:metadata"] = {"f:annotations": {"f:firstbell.dev/floor": {}}}
    return entry


def an_object(*entries):
    return {
        "metadata": {"uid": "u1", "resourceVersion": "7", "managedFields": copy.deepcopy(list(entries))},
        "spec": {"minReplicas": 307},
    }


def handed_back(*entries, to=()):
    body = an_object(*entries)
    return apply_json_patch(body, hand_back(body, FIELD, to))["metadata"]["managedFields"]


def test_the_patch_to_the_letter():
    body = an_object(HELM_WITHOUT, ours(FIELD))
    want = [
        {"op": "test", "path": "/metadata/uid", "value": "u1"},
        {"op": "test", "path": "/metadata/resourceVersion", "value": "7"},
        {
            "op": "replace",
            "path": "/metadata/managedFields",
            "value": [HELM, {**ours(), "fieldsV1": {"f:metadata": ours()["fieldsV1"]["f:metadata"]}}],
        },
    ]
    assert want == hand_back(body, FIELD, [HELM_NAME])


def test_after_an_update_manager_nobody_gets_the_field():
    got = handed_back(KUBECTL, ours(FIELD))
    assert owners({"metadata": {"managedFields": got}}, FIELD) == []
    assert got[0] == KUBECTL


def test_the_apply_manager_gets_its_field_back():
    got = handed_back(HELM_WITHOUT, KUBECTL, ours(FIELD), to=[HELM_NAME])
    assert owners({"metadata": {"managedFields": got}}, FIELD) == [("helm", "Apply")]
    assert got[0] == HELM


def test_all_apply_managers_get_their_field_back():
    got = handed_back(HELM_WITHOUT, ours(FIELD), to=[HELM_NAME, ARGO_NAME])
    assert owners({"metadata": {"managedFields": got}}, FIELD) == [("argocd", "Apply"), ("helm", "Apply")]


def test_an_owner_in_common_that_applies_a_copy_of_the_floor_owns_it_no_more():
    body = an_object(HELM, KUBECTL, ARGO)
    patch = hand_back(body, FIELD, [HELM_NAME, ARGO_NAME], in_common=True)
    got = apply_json_patch(body, patch)["metadata"]["managedFields"]
    assert owners({"metadata": {"managedFields": got}}, FIELD) == []
    assert got[:2] == [HELM_WITHOUT, KUBECTL]


def test_after_the_floor_all_own_the_field_where_one_of_them_was_the_last_to_write():
    got = handed_back(HELM, ours(), to=[HELM_NAME, ARGO_NAME])
    assert owners({"metadata": {"managedFields": got}}, FIELD) == [("argocd", "Apply"), ("helm", "Apply")]


def test_what_somebody_else_took_meanwhile_stays_theirs():
    body = an_object(HELM_WITHOUT, an_entry("kubectl-edit", "Update", FIELD))
    both = [HELM_NAME, ARGO_NAME]
    assert hand_back(body, FIELD, both) == hand_back(body, FIELD, both, in_common=True) == []


def test_an_apply_manager_that_lost_its_last_field_gets_its_entry_back():
    got = handed_back(KUBECTL, ours(FIELD), to=[HELM_NAME])
    assert got[-1] == {**HELM_NAME, "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {"f:minReplicas": {}}}}


def test_other_fields_and_entries_stay_as_they_are():
    got = handed_back(HELM_WITHOUT, KUBECTL, CONTROLLER, ours(FIELD, "behavior"), to=[HELM_NAME])
    assert got[:3] == [HELM, KUBECTL, CONTROLLER]
    assert got[3]["fieldsV1"]["f:spec"] == {"f:behavior": {}}
    assert got[3]["fieldsV1"]["f:metadata"] == {"f:annotations": {"f:firstbell.dev/floor": {}}}


def test_an_entry_of_ours_with_nothing_left_goes():
    only = an_entry("firstbell", "Update", FIELD)
    assert handed_back(KUBECTL, only) == [KUBECTL]


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param((), id="nobody manages anything"),
        pytest.param((KUBECTL, HELM), id="others manage it"),
        pytest.param((ours("behavior"),), id="we manage something else"),
        pytest.param((an_entry("firstbell", "Apply", FIELD),), id="an Apply of that name is not our way"),
    ],
)
def test_what_is_not_ours_is_left_alone(entries):
    assert hand_back(an_object(*entries), FIELD, [HELM_NAME]) == []
    assert not is_kept(entries, FIELD)


def test_an_object_without_book_keeping_is_left_alone():
    assert hand_back({"metadata": {"uid": "u", "resourceVersion": "1"}}, FIELD, ()) == []


def test_the_object_that_was_read_is_not_changed():
    body = an_object(HELM_WITHOUT, ours(FIELD))
    before = copy.deepcopy(body)
    hand_back(body, FIELD, [HELM_NAME])
    assert before == body


@pytest.mark.parametrize(
    ("entries", "want"),
    [
        pytest.param([HELM, KUBECTL], (HELM_NAME,), id="an Apply manager, reduced to its name"),
        pytest.param([HELM, ARGO], (HELM_NAME, ARGO_NAME), id="both that apply the same value"),
        pytest.param([HELM_WITHOUT], (), id="an Apply manager of other fields"),
        pytest.param([an_entry("kubectl", "Update", FIELD)], (), id="an Update manager takes it anyway"),
        pytest.param([{"manager": "x", "operation": "Apply"}], (), id="an entry without fields"),
    ],
)
def test_who_the_field_is_returned_to(entries, want):
    assert want == apply_managers(entries, FIELD)


def test_that_the_field_is_still_kept_by_us():
    assert is_kept([KUBECTL, ours(FIELD)], FIELD)
