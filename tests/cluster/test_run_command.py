"""`firstbell run` as people start it: what stands in its way is one clear line, and it goes on by itself."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.cluster import forked
from tests.cluster.operator_process import Process, run_command
from tests.cluster.stage import NAME, Stage, autoscaler, calendar, hpa, workload
from tests.cluster.stand_ins import EmptyApi, Relay, free_port, read
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

STOP_SECONDS = 5
AGAIN_SECONDS = 40
NO_PORTS = ("--metrics-port", 0, "--probe-port", 0)
UP = " started "


def problems(operator: Process) -> list[str]:
    return [line for line in operator.said.splitlines() if "[error" in line or "Traceback" in line]


def access(path: Path, server: str, cluster: dict[str, Any], user: dict[str, Any]) -> Path:
    """A kubeconfig of one server and one user."""
    body = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "here", "cluster": {**cluster, "server": server}}],
        "users": [{"name": "me", "user": user}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
        "current-context": "here",
    }
    path.write_text(yaml.safe_dump(body))
    return path


@pytest.fixture
def known(stage: Stage) -> tuple[dict[str, Any], dict[str, Any]]:
    """The real control plane's cluster, and the operator's account as its user."""
    config = yaml.safe_load(stage.for_operator.kubeconfig.read_text())
    return config["clusters"][0]["cluster"], config["users"][0]["user"]


def test_it_answers_on_its_ports_and_ends_within_five_seconds(stage: Stage, tmp_path):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    metrics, probe = free_port(), free_port()
    options = ("-n", stage.namespace, "--instance", stage.namespace, "--listen", "127.0.0.1",
               "--metrics-port", metrics, "--probe-port", probe)  # fmt: skip
    with run_command(stage.for_operator.kubeconfig, tmp_path / "log", *options) as operator:
        operator.says(UP)
        sample = f'firstbell_desired_replicas{{name="{NAME}",namespace="{stage.namespace}"}}'
        until(lambda: sample in read(metrics, "metrics"), f"/metrics with {sample}")
        assert "firstbell_tick_duration_seconds_count" in read(metrics, "metrics")
        until(lambda: "seconds-since-beat" in read(probe, "healthz"), "/healthz")
        stage.told("Ready", "True", "Serving")
        assert operator.stops(seconds=STOP_SECONDS) == 0
        assert problems(operator) == []


def test_without_the_crds_it_says_how_to_install_them_and_starts_when_they_come(tmp_path):
    probe = free_port()
    with (
        EmptyApi() as api,
        run_command(
            access(tmp_path / "kubeconfig", api.url, {}, {}),
            tmp_path / "log",
            *("--metrics-port", 0, "--probe-port", probe, "--listen", "127.0.0.1"),
        ) as operator,
    ):
        line = operator.says("not started yet")
        assert json.loads(read(probe, "healthz")) == {"engine": "begins"}, "alive, whatever the API says"
        assert "the CustomResourceDefinition schoolcalendars.firstbell.dev is not installed." in line
        assert "firstbell crds | kubectl apply --server-side -f -" in line
        api.kinds_served.set()
        operator.says(UP, seconds=AGAIN_SECONDS)
        assert len(problems(operator)) == 1, operator.said


def test_an_api_that_cannot_be_reached_is_waited_for(stage: Stage, known, tmp_path):
    cluster, user = known
    real, port = urlsplit(cluster["server"]), free_port()
    path = access(tmp_path / "kubeconfig", f"https://127.0.0.1:{port}", cluster, user)
    with run_command(path, tmp_path / "log", "-n", stage.namespace, *NO_PORTS) as operator:
        assert "the API server cannot be reached" in operator.says("not started yet")
        with Relay(port, real.hostname or "", real.port or 443):
            operator.says(UP, seconds=AGAIN_SECONDS)
            assert len(problems(operator)) == 1, operator.said
            assert operator.stops(seconds=STOP_SECONDS) == 0


def test_a_missing_right_is_named_and_waited_for(stage: Stage, known, tmp_path):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    stage.kubectl("create", "serviceaccount", "operator")
    rules = [
        {"apiGroups": [group], "resources": resources, "verbs": ["get", "list", "watch", "patch"]}
        for group, resources in {
            "firstbell.dev": [
                f"{plural}{part}"
                for plural in (
                    "schoolcalendars",
                    "schoolautoscalers",
                    "calendarexceptions",
                    "scalingoverrides",
                )
                for part in ("", "/status")
            ],
            "apps": ["deployments", "statefulsets", "deployments/scale", "statefulsets/scale"],
        }.items()
    ]
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "operator"}}
    stage.kubectl("apply", "-f", "-", stdin=yaml.safe_dump({**role, "rules": rules}))
    account = f"--serviceaccount={stage.namespace}:operator"
    stage.kubectl("create", "rolebinding", "operator", "--role=operator", account)
    token = stage.kubectl("create", "token", "operator").strip()
    path = access(tmp_path / "kubeconfig", known[0]["server"], known[0], {"token": token})
    with run_command(path, tmp_path / "log", "-n", stage.namespace, *NO_PORTS) as operator:
        line = operator.says("not started yet")
        where = f"in namespace {stage.namespace}"
        assert f"no right to list horizontalpodautoscalers.autoscaling {where}" in line
        assert "Grant list and watch on it." in line
        more = {"apiGroups": ["autoscaling"], "resources": ["horizontalpodautoscalers"], "verbs": ["*"]}
        stage.kubectl("apply", "-f", "-", stdin=yaml.safe_dump({**role, "rules": [*rules, more]}))
        operator.says(UP, seconds=AGAIN_SECONDS)
        stage.told("Ready", "True", "Serving")
        assert len(problems(operator)) == 1, operator.said


def test_sigterm_ends_it_while_it_still_waits(tmp_path):
    path = access(tmp_path / "kubeconfig", f"http://127.0.0.1:{free_port()}", {}, {})
    with run_command(path, tmp_path / "log", *NO_PORTS) as operator:
        operator.says("not started yet")
        assert operator.stops(seconds=STOP_SECONDS) == 0


REFUSED = {
    "a port that is none": (("--metrics-port", "70000"), "--metrics-port"),
    "an unknown flag": (("--metric-port", "80"), "--metric-port"),
    "an unknown log level": (("--log-level", "loud"), "--log-level"),
    "a CA bundle that is not there": (("--prometheus-ca", "nowhere"), "the CA bundle nowhere cannot be used"),
    "a kubeconfig that is not there": (("--kubeconfig", "nowhere"), "no access to a cluster"),
}


@pytest.mark.parametrize(("flags", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_flag_ends_it_with_one_line(flags, said):
    done = forked.run(["-m", "firstbell", "run", *flags], os.environ)
    assert done.returncode == 2
    assert len([line for line in done.stderr.splitlines() if said in line]) == 1, done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_ends_it_with_one_line(stage: Stage, tmp_path):
    port = free_port()
    options = ("--listen", "127.0.0.1", "--metrics-port", port, "--probe-port", 0, "-n", stage.namespace)
    kubeconfig = stage.for_operator.kubeconfig
    with run_command(kubeconfig, tmp_path / "first", *options) as first:
        first.says(UP)
        with run_command(kubeconfig, tmp_path / "second", *options) as second:
            assert second.ends(seconds=30) == 2
            assert f"the metrics endpoint cannot listen on 127.0.0.1:{port}" in second.said
            assert "Traceback" not in second.said
