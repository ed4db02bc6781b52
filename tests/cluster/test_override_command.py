"""`firstbell override` on a real API server, by somebody on duty with few rights, and by somebody without."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import yaml

from firstbell.clock import SystemClock
from tests.cluster import forked
from tests.cluster.operator_account import access
from tests.cluster.operator_process import Sun
from tests.cluster.stage import BASELINE, NAME, Stage, autoscaler, calendar, hpa, workload

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

MORE = 8
READ = ["get", "list", "watch"]
VIEW = [
    {"apiGroups": ["firstbell.dev"], "resources": ["*"], "verbs": READ},
    {"apiGroups": ["apps"], "resources": ["deployments", "statefulsets"], "verbs": READ},
    {"apiGroups": ["autoscaling"], "resources": ["horizontalpodautoscalers"], "verbs": READ},
]
ORDER = {"apiGroups": ["firstbell.dev"], "resources": ["scalingoverrides"], "verbs": ["create", "delete"]}


def person(stage: Stage, name: str, rules: list[dict], folder: Path) -> str:
    """A kubeconfig of an account that may do this in the namespace, and nothing else."""
    about = {"name": name, "namespace": stage.namespace}
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": about, "rules": rules}
    bound = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": about,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        "subjects": [{"kind": "ServiceAccount", **about}],
    }
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": about}
    stage.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all([account, role, bound]))
    return str(access(stage.control_plane, stage.namespace, name, folder / name))


def firstbell(kubeconfig: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "KUBECONFIG": kubeconfig, "COLUMNS": "120", "NO_COLOR": "1"}
    return forked.run(["-m", "firstbell", *arguments], environ)


def test_whoever_is_on_duty_orders_lists_and_ends_and_a_guest_is_told_which_right_is_missing(
    stage: Stage, tmp_path: Path
):
    duty, guest = (person(stage, who, rules, tmp_path) for who, rules in
                   (("duty", [*VIEW, ORDER]), ("guest", VIEW)))  # fmt: skip
    space = ("-n", stage.namespace)
    order = ("override", NAME, "--floor", str(MORE), "--until", "+30m", "--reason", "open day", *space)
    sun = Sun.rising(SystemClock().now(), 1, hurry=600.0)
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(sun):
        stage.told("Ready", "True", "Serving")
        refused = firstbell(guest, *order, "--yes")
        assert refused.returncode == 2
        right = f"The right is create on scalingoverrides.firstbell.dev in namespace {stage.namespace}."
        assert right in refused.stderr

        shown = firstbell(duty, *order, "--dry-run")
        assert f"{stage.namespace}/{NAME}: {BASELINE} -> {MORE} at " in shown.stdout, shown.stderr
        assert stage.api.list("ScalingOverride") == []
        unasked = firstbell(duty, *order)
        assert (unasked.returncode, "nobody answered" in unasked.stderr) == (1, True)
        given = firstbell(duty, *order, "--yes", "--name", "open-day")
        assert given.returncode == 0, given.stderr
        stage.floored(MORE)
        stage.order_told("Active", "open-day")

        assert f"floor {MORE}" in firstbell(duty, "override", "--list", *space).stdout
        assert "(ScalingOverride)" in firstbell(guest, "explain", NAME, *space).stdout
        assert "orders beside the plan" in firstbell(guest, "plan", *space).stdout

        forbidden = firstbell(guest, "override", "--end", "open-day", *space, "--yes")
        assert "The right is delete on scalingoverrides.firstbell.dev" in forbidden.stderr
        ended = firstbell(duty, "override", "--end", "open-day", *space, "--yes")
        assert f"{NAME}: {MORE} -> {BASELINE} at " in ended.stdout, ended.stderr
        assert stage.api.list("ScalingOverride") == []
        sun.wait_for(sun.now() + timedelta(minutes=2))  # a new process lowers nothing for a window
        stage.left_alone()
