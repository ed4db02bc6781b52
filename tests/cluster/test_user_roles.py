"""What people may do with the chart's roles: real users, each with one role in one namespace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml
from kubernetes.client.exceptions import ApiException

from firstbell.kinds.stop_order import STOP_NAME, stop_manifest
from firstbell_workshop.local.errors import ControlPlaneError
from tests.chart.rendering import manifests
from tests.cluster.operator_account import CHART, helm
from tests.cluster.people import bind, may, user
from tests.cluster.stage import Stage, autoscaler, calendar
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.cluster_api import Json

WORK = {
    "calendars-edit": {"schoolcalendars", "calendarexceptions"},
    "policies-edit": {"schoolautoscalers"},
    "overrides-edit": {"scalingoverrides"},
    "view": set(),
}
PLURALS = set().union(*WORK.values())


@pytest.fixture(scope="module")
def roles(control_plane, helm_program) -> Iterator[str]:  # noqa: ARG001 - helm is built outside of a test's time
    """The chart's roles for people, under names of this module; the cluster's own roles get them too."""
    name = "people"
    text = helm(
        control_plane, "template", name, str(CHART), "--set", f"fullnameOverride={name}", "--set",
        "rbac.aggregateTo.overrides={admin}", "--show-only", "templates/user-roles.yaml",
    )  # fmt: skip
    control_plane.kubectl("apply", "-f", "-", stdin=text)
    yield name
    control_plane.kubectl("delete", "-f", "-", "--ignore-not-found", stdin=text)


def user_of(stage: Stage, role: str, kind: str = "ClusterRole") -> str:
    """A user who has one role in the stage's namespace and nothing else; their name."""
    name = f"user-of-{role}"
    bind(stage, role, user(name), kind)
    return name


def says(stage: Stage, person: str, *args: str, stdin: str | None = None) -> str:
    """What the API server says to a user who tries; empty where it does as they ask."""
    try:
        stage.kubectl(*args, f"--as={person}", stdin=stdin)
    except ControlPlaneError as error:
        return str(error)
    return ""


def create(stage: Stage, person: str, body: Json) -> str:
    """What the API server says to a user who would create it; empty where they may."""
    try:
        stage.api.as_person(person).create(body, dry_run=True)
    except ApiException as refused:
        return str(json.loads(refused.reason)["message"])
    return ""


@pytest.mark.parametrize("role", WORK)
def test_each_role_may_its_own_work_and_read_and_nothing_else(stage: Stage, roles: str, role: str):
    person = user_of(stage, f"{roles}-{role}")
    mine = WORK[role]
    verb, what = ("create", min(mine)) if mine else ("list", min(PLURALS))
    until(lambda: may(stage, person, verb, what), "the binding is known")
    assert {plural for plural in PLURALS if may(stage, person, "create", plural)} == mine
    assert {plural for plural in PLURALS if may(stage, person, "list", plural)} == (
        set() if mine else PLURALS
    )
    assert not any(may(stage, person, "patch", plural, "status") for plural in PLURALS)
    assert may(stage, person, "override", "schoolautoscalers") == (role == "overrides-edit")


def test_who_edits_calendars_is_refused_a_policy_and_the_other_way_round(stage: Stage, roles: str):
    teacher, platform = (user_of(stage, f"{roles}-{role}") for role in ("calendars-edit", "policies-edit"))
    until(lambda: create(stage, teacher, calendar()) == "", lambda: create(stage, teacher, calendar()))
    until(lambda: create(stage, platform, autoscaler()) == "", lambda: create(stage, platform, autoscaler()))
    refused = f'User "{teacher}" cannot create resource "schoolautoscalers"'
    assert refused in create(stage, teacher, autoscaler())
    assert 'cannot create resource "schoolcalendars"' in create(stage, platform, calendar())


def test_the_clusters_own_roles_get_what_the_value_says(stage: Stage, roles: str):
    viewer, editor, admin = (user_of(stage, role) for role in ("view", "edit", "admin"))
    until(lambda: create(stage, admin, autoscaler()) == "", "the roles are aggregated")
    assert create(stage, editor, calendar()) == create(stage, editor, autoscaler()) == ""
    assert "cannot create" in create(stage, viewer, calendar())
    assert may(stage, viewer, "list", "schoolautoscalers")
    assert [may(stage, person, "create", "scalingoverrides") for person in (admin, editor)] == [
        True,
        False,
    ], roles


def test_who_may_stop_needs_no_more_than_the_one_name(stage: Stage):
    text = helm(
        stage.control_plane, "template", "people", str(CHART), "--show-only", "templates/user-roles.yaml"
    )
    (role,) = [body for body in manifests(text) if body["metadata"]["name"].endswith("-stopper")]
    role["metadata"] = {"name": "stopper"}
    stage.api.create(role)
    person = user_of(stage, "stopper", "Role")
    order = stop_manifest(stage.namespace, "a test")

    def apply(body: Json) -> str:
        return says(stage, person, "apply", "--server-side", "-f", "-", stdin=yaml.safe_dump(body))

    until(lambda: apply(order) == "", lambda: apply(order))
    assert stage.api.get("ConfigMap", STOP_NAME) is not None
    other = {**order, "metadata": {"name": "another", "namespace": stage.namespace}}
    assert "cannot" in apply(other)
    assert says(stage, person, "delete", "configmap", STOP_NAME) == ""
    assert "cannot" in says(stage, person, "delete", "configmap", "kube-root-ca.crt")
