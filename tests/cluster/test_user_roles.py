"""What people may do with the chart's roles: real users, each with one role in one namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from firstbell.kinds.crds import RENDERED_KINDS
from firstbell.kinds.stop_order import STOP_NAME, stop_manifest
from firstbell_workshop.local.errors import ControlPlaneError
from tests.chart.rendering import manifests
from tests.cluster.operator_account import CHART, helm
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
PLURALS = [kind.plural for kind in RENDERED_KINDS]
API = "rbac.authorization.k8s.io"


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


def bind(stage: Stage, role: str, kind: str = "ClusterRole") -> str:
    """A user who has one role in the stage's namespace and nothing else; their name."""
    user = f"user-of-{role}"
    body = {
        "apiVersion": f"{API}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": user},
        "roleRef": {"apiGroup": API, "kind": kind, "name": role},
        "subjects": [{"apiGroup": API, "kind": "User", "name": user}],
    }
    stage.kubectl("apply", "-f", "-", stdin=yaml.safe_dump(body))
    return user


def says(stage: Stage, user: str, *args: str, stdin: str | None = None) -> str:
    """What the API server says to a user who tries; empty where it does as they ask."""
    try:
        stage.kubectl(*args, f"--as={user}", stdin=stdin)
    except ControlPlaneError as error:
        return str(error)
    return ""


def may(stage: Stage, user: str, verb: str, what: str) -> bool:
    return not says(stage, user, "auth", "can-i", verb, what, "--quiet")


def create(stage: Stage, user: str, body: Json) -> str:
    return says(stage, user, "create", "--dry-run=server", "-f", "-", stdin=yaml.safe_dump(body))


@pytest.mark.parametrize("role", WORK)
def test_each_role_may_its_own_work_and_read_and_nothing_else(stage: Stage, roles: str, role: str):
    user = bind(stage, f"{roles}-{role}")
    first = next(iter(WORK[role] & set(PLURALS)), None)
    verb, what = ("create", first) if first else ("list", PLURALS[0])
    until(lambda: may(stage, user, verb, f"{what}.firstbell.dev"), "the binding is known")
    for plural in PLURALS:
        kind = f"{plural}.firstbell.dev"
        mine = plural in WORK[role]
        assert [may(stage, user, each, kind) for each in ("create", "delete")] == [mine, mine], kind
        assert not may(stage, user, "patch", f"{kind}/status")
    assert may(stage, user, "list", "schoolcalendars.firstbell.dev") == (role == "view")
    assert may(stage, user, "override", "schoolautoscalers.firstbell.dev") == (role == "overrides-edit")
    assert not may(stage, user, "patch", "horizontalpodautoscalers.autoscaling")


def test_who_edits_calendars_is_refused_a_policy_and_the_other_way_round(stage: Stage, roles: str):
    teacher, platform = (bind(stage, f"{roles}-{role}") for role in ("calendars-edit", "policies-edit"))
    until(lambda: create(stage, teacher, calendar()) == "", lambda: create(stage, teacher, calendar()))
    until(lambda: create(stage, platform, autoscaler()) == "", lambda: create(stage, platform, autoscaler()))
    refused = f'User "{teacher}" cannot create resource "schoolautoscalers"'
    assert refused in create(stage, teacher, autoscaler())
    assert 'cannot create resource "schoolcalendars"' in create(stage, platform, calendar())


def test_the_clusters_own_roles_get_what_the_value_says(stage: Stage, roles: str):
    viewer, editor, admin = (bind(stage, role) for role in ("view", "edit", "admin"))
    until(lambda: create(stage, admin, autoscaler()) == "", "the roles are aggregated")
    assert create(stage, editor, calendar()) == create(stage, editor, autoscaler()) == ""
    assert "cannot create" in create(stage, viewer, calendar())
    assert may(stage, viewer, "list", "schoolautoscalers.firstbell.dev")
    overrides = "scalingoverrides.firstbell.dev"
    assert [may(stage, user, "create", overrides) for user in (admin, editor)] == [True, False], roles


def test_who_may_stop_needs_no_more_than_the_one_name(stage: Stage):
    text = helm(
        stage.control_plane, "template", "people", str(CHART), "--show-only", "templates/user-roles.yaml"
    )
    (role,) = [body for body in manifests(text) if body["metadata"]["name"].endswith("-stopper")]
    role["metadata"] = {"name": "stopper"}
    stage.kubectl("apply", "-f", "-", stdin=yaml.safe_dump(role))
    user = bind(stage, "stopper", "Role")
    order = stop_manifest(stage.namespace, "a test")

    def apply(body: Json) -> str:
        return says(stage, user, "apply", "--server-side", "-f", "-", stdin=yaml.safe_dump(body))

    until(lambda: apply(order) == "", lambda: apply(order))
    assert stage.api.get("ConfigMap", STOP_NAME) is not None
    other = {**order, "metadata": {"name": "another", "namespace": stage.namespace}}
    assert "cannot" in apply(other)
    assert says(stage, user, "delete", "configmap", STOP_NAME) == ""
    assert "cannot" in says(stage, user, "delete", "configmap", "kube-root-ca.crt")
