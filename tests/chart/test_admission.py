"""The admission policies know what the operator knows, and are there only where somebody asks for them."""

from __future__ import annotations

import re

import pytest

from firstbell.adapters.prometheus_addresses import FORBIDDEN
from firstbell.kinds.override_conversion import FIRST_YEAR, LAST_YEAR
from firstbell.kinds.scaling_override import LONGEST
from tests.chart.rendering import CASES, CHART, helm, manifests

POLICIES = {"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"}


@pytest.fixture
def policies(render):
    def policies(*options: str):
        bodies = manifests(render(*options))
        return [b for b in bodies if b["kind"] in POLICIES and "-admission-" in b["metadata"]["name"]]

    return policies


def test_without_being_asked_for_there_are_none(policies):
    assert policies() == []


def test_each_policy_is_bound_with_what_is_to_be_done(policies):
    options = ("--set", "admission.enabled=true,admission.validationActions={Warn,Audit}")
    bodies = policies(*options, "--set", "admission.failurePolicy=Ignore")
    made = {b["metadata"]["name"]: b["spec"] for b in bodies if b["kind"] == "ValidatingAdmissionPolicy"}
    bound = [b["spec"] for b in bodies if b["kind"] != "ValidatingAdmissionPolicy"]
    assert {spec["policyName"] for spec in bound} == made.keys()
    assert all(spec["validationActions"] == ["Warn", "Audit"] for spec in bound)
    assert all("matchResources" not in spec for spec in bound)
    assert {spec["failurePolicy"] for spec in made.values()} == {"Ignore"}


def test_nothing_is_asked_about_statuses_or_deletions(policies):
    for body in policies(*CASES["guarded"]):
        if body["kind"] == "ValidatingAdmissionPolicy":
            (rule,) = body["spec"]["matchConstraints"]["resourceRules"]
            assert rule["operations"] == ["CREATE", "UPDATE"]
            assert not [resource for resource in rule["resources"] if "/" in resource or "*" in resource]


def test_bounds_and_networks_are_those_of_the_operator(policies):
    said = str(policies(*CASES["guarded"]))
    assert set(re.findall(r"'([0-9a-f.:]+/[0-9]+)'", said)) == {str(network) for network in FORBIDDEN}
    assert f"duration('{LONGEST.days * 24}h')" in said
    assert set(re.findall(r"int\(t.substring\(0, 4\)\) (?:>=|<=) (\d+)", said)) == {
        str(FIRST_YEAR),
        str(LAST_YEAR),
    }


@pytest.mark.parametrize("actions", ["{}", "{Deny,Warn}", "{Deny,Deny}", "{Refuse}"])
def test_actions_that_exclude_each_other_are_refused(helm_program, tmp_path, actions):
    set_ = f"admission.validationActions={actions}"
    done = helm(helm_program, "template", "x", str(CHART), "--set", set_, home=tmp_path)
    assert done.returncode != 0
    assert "validationActions" in done.stderr
