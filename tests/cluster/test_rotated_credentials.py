"""Credentials that are rotated while the operator runs: nothing is lost, and 401 is told as what it is."""

from __future__ import annotations

import base64
import logging
import stat
import sys
import time
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
import requests
import yaml

from tests.cluster.operator_process import OperatorThread, run_command, settings_for
from tests.cluster.stage import NAME, PEAK, Stage, autoscaler, calendar, hpa, workload
from tests.cluster.troubled_api import TroubledApi
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

HPA, POLICY = "HorizontalPodAutoscaler", "SchoolAutoscaler"
LATE_SECONDS = 60
"""Far more than is needed."""


def users(folder: Path, token: Path) -> dict[str, dict[str, object]]:
    """A user whose token is in a file, and one whom a program names."""
    program = folder / "show-token"
    program.write_text(
        f"#!{sys.executable}\nimport json\ntoken = open({str(token)!r}).read().strip()\n"
        "print(json.dumps({'apiVersion': 'client.authentication.k8s.io/v1', 'kind': 'ExecCredential', "
        "'status': {'token': token}}))\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": str(program)}
    return {"tokenFile": {"tokenFile": str(token)}, "exec": {"exec": plugin}}


def bound_token(stage: Stage, secret: str) -> str:
    """A token of the operator's account that is good for as long as a Secret is there."""
    account = stage.accounts.operator
    here = stage.control_plane
    here.kubectl("-n", account.namespace, "create", "secret", "generic", secret)
    made = here.kubectl(
        "-n", account.namespace, "create", "token", account.name,
        "--bound-object-kind", "Secret", "--bound-object-name", secret,
    )  # fmt: skip
    return made.strip()


def is_refused(config: dict[str, Any], token: str, folder: Path) -> bool:
    """Whether the API server does not take the token any more; it remembers one for ten seconds."""
    cluster, authority = config["clusters"][0]["cluster"], folder / "authority"
    authority.write_bytes(base64.b64decode(cluster["certificate-authority-data"]))
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(f"{cluster['server']}/api", headers=headers, verify=str(authority), timeout=10)
    return answer.status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("kind", ["tokenFile", "exec"])
def test_after_a_rotation_every_write_goes_on_and_edits_are_seen(stage: Stage, rush, tmp_path, kind):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    token, first, second = tmp_path / "token", f"{stage.namespace}-one", f"{stage.namespace}-two"
    token.write_text(bound_token(stage, first) + "\n")
    config = yaml.safe_load(stage.for_operator.kubeconfig.read_text())
    config["users"][0]["user"] = users(tmp_path, token)[kind]
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(config))
    settings = replace(settings_for(stage.for_operator, stage.namespace), kubeconfig=kubeconfig)
    with OperatorThread(settings, rush, lambda: None):
        stage.floored(PEAK)
        refused = token.read_text().strip()
        token.write_text(bound_token(stage, second) + "\n")
        stage.control_plane.kubectl("-n", stage.accounts.operator.namespace, "delete", "secret", first)
        until(lambda: is_refused(config, refused, tmp_path), "the old token gets 401", seconds=LATE_SECONDS)
        took = []
        for lowered in range(3, 6):
            stage.api.patch(HPA, NAME, {"spec": {"minReplicas": lowered}})
            begun = time.monotonic()
            stage.floored(PEAK, seconds=LATE_SECONDS)
            took.append(round(time.monotonic() - begun, 2))
        log.info("raised again %s s after foreign writes that followed a rotation", took)
        stage.api.patch(
            POLICY, NAME, {"spec": {"peaks": [{**autoscaler()["spec"]["peaks"][0], "replicas": 9}]}}
        )
        stage.floored(9, seconds=LATE_SECONDS)
    stage.control_plane.kubectl("-n", stage.accounts.operator.namespace, "delete", "secret", second)


def test_credentials_that_stay_refused_are_told_as_such_and_found_when_they_come(stage: Stage, tmp_path):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    token = tmp_path / "token"
    token.write_text("of yesterday")
    today, tomorrow = "of-today", "of-tomorrow"
    with TroubledApi(stage.for_operator.kubeconfig) as api:
        api.token = today
        path = api.kubeconfig(tmp_path / "kubeconfig", {"tokenFile": str(token)})
        options = ("-n", stage.namespace, "--metrics-port", 0, "--probe-port", 0)
        with run_command(path, tmp_path / "log", *options) as operator:
            line = operator.says("not started yet")
            assert "the API server refuses our credentials (401): Unauthorized." in line
            assert "is read anew each minute: renew the token in it." in line
            token.write_text(today)
            operator.says(" started ", seconds=LATE_SECONDS)
            stage.told("Ready", "True", "Serving")
            token.write_text(tomorrow)
            api.token = tomorrow
            stage.api.patch(POLICY, NAME, {"spec": {"mode": "DryRun"}})
            stage.told("Ready", "True", "DryRun", seconds=LATE_SECONDS)
            assert "Grant list and watch" not in operator.said
            assert today not in operator.said
            assert "looking at everything anew" not in operator.said


def test_a_new_token_is_found_while_nothing_happens(stage: Stage, rush, tmp_path):
    """Watches are begun anew all the time; what they are refused for is renewed by then."""
    stage.set(workload(), hpa(), calendar(), autoscaler())
    token = tmp_path / "token"
    first, second = "one", "two"
    token.write_text(first)
    with TroubledApi(stage.for_operator.kubeconfig) as api:
        api.token = first
        path = api.kubeconfig(tmp_path / "kubeconfig", {"tokenFile": str(token)})
        settings = replace(settings_for(stage.for_operator, stage.namespace), kubeconfig=path, context=None)
        with OperatorThread(settings, rush, lambda: None):
            stage.floored(PEAK)
            token.write_text(second)
            api.token = second
            told = len(api.asked)
            until(
                lambda: (
                    {asked.kind for asked in api.asked[told:] if asked.watches}
                    >= {"schoolcalendars", "schoolautoscalers", "horizontalpodautoscalers", "deployments"}
                ),
                "every kind is watched again",
                seconds=120,
            )
            stage.api.patch(HPA, NAME, {"spec": {"minReplicas": 3}})
            stage.floored(PEAK)
