"""The patches on a foreign HPA: what they change, and what they test for."""

from __future__ import annotations

import json

import pytest

from firstbell.engine.floor.patches import raise_patch, release_patch, settling_patch
from firstbell.engine.floor.reading import seen_hpa
from tests.json_patch import PatchError, apply_json_patch
from tests.managed_fields import an_entry, owners
from tests.unit.engine.bodies import an_hpa

MARKS = {
    "firstbell.dev/floor": "100",
    "firstbell.dev/baseline": "4",
    "firstbell.dev/autoscaler": "ns/web",
    "firstbell.dev/instance": "firstbell",
}


def an_object(**more):
    return an_hpa(uid="u1", resourceVersion="7", **more)


def raised(body, *, read=None):
    return apply_json_patch(body, raise_patch(seen_hpa(read or body), 100, 4, "ns/web", "firstbell"))


@pytest.mark.parametrize("others", [{}, {"team": "lms"}], ids=["without annotations", "beside others"])
def test_a_raise_sets_the_floor_and_says_so_on_the_object(others):
    got = raised(an_object(annotations=others) if others else an_object())
    assert (100, {**others, **MARKS}) == (got["spec"]["minReplicas"], got["metadata"]["annotations"])


def test_a_release_brings_the_baseline_back_and_takes_our_annotations_only():
    body = raised(an_object(annotations={"team": "lms"}))
    got = apply_json_patch(body, release_patch(seen_hpa(body), 4))
    assert (got["spec"]["minReplicas"], got["metadata"]["annotations"]) == (4, {"team": "lms"})


def test_a_release_takes_what_is_left_of_damaged_marks():
    body = an_object(annotations={"firstbell.dev/floor": "many"})
    got = apply_json_patch(body, release_patch(seen_hpa(body), 4))
    assert got["metadata"]["annotations"] == {}


def test_a_floor_that_admission_changed_is_marked_as_it_stands():
    body = raised(an_object(managedFields=[an_entry("firstbell", "Update", "minReplicas")]))
    body["spec"]["minReplicas"] = 50
    got = apply_json_patch(body, settling_patch(body, seen_hpa(body)))
    assert (got["spec"]["minReplicas"], got["metadata"]["annotations"]["firstbell.dev/floor"]) == (50, "50")
    assert owners(got, "minReplicas") == []


@pytest.mark.parametrize(
    "between",
    [
        pytest.param(lambda body: body["spec"].update(minReplicas=9), id="somebody sets the minimum"),
        pytest.param(lambda body: body["metadata"].update(uid="u2"), id="somebody re-creates it"),
        pytest.param(
            lambda body: body["metadata"].update(annotations={"team": "lms"}),
            id="somebody annotates it for the first time",
        ),
    ],
)
def test_a_foreign_write_in_between_is_not_lost(between):
    read, body = an_object(), an_object()
    between(body)
    with pytest.raises(PatchError):
        raised(body, read=read)


def test_other_changes_in_between_do_no_harm():
    read, body = an_object(annotations={"team": "lms"}), an_object(annotations={"team": "lms", "more": "x"})
    body["metadata"]["resourceVersion"] = "99"
    body["spec"]["maxReplicas"] = 300
    assert raised(body, read=read)["metadata"]["annotations"] == {"team": "lms", "more": "x", **MARKS}


def test_an_absent_minimum_is_not_tested_for():
    body = an_object(minimum=None)
    assert raised(body)["spec"]["minReplicas"] == 100


def test_a_raise_forgets_who_shared_the_minimum_where_a_change_by_hand_took_it():
    both = [{"manager": name, "apiVersion": "autoscaling/v2"} for name in ("helm", "argocd")]
    shared = {"firstbell.dev/managers": json.dumps(both)}
    by_hand = [an_entry("kubectl-edit", "Update", "minReplicas")]
    after = raised(an_object(annotations=dict(shared)))["metadata"]["annotations"]
    assert [one["manager"] for one in json.loads(after["firstbell.dev/managers"])] == ["helm", "argocd"]
    assert raised(an_object(annotations=shared, managedFields=by_hand))["metadata"]["annotations"] == MARKS
