"""The account and the rights that the chart gives the operator, and what it asked for under them.

Tests run the operator under this account alone, so a right that the chart forgets fails them.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.local.control_plane import ControlPlane

CHART = Path(__file__).parents[2] / "charts" / "firstbell"
HELM_SECONDS = 120
NO_MORE_THAN_RIGHTS = (
    "--set", "keda.enabled=true,prometheus.tokenSecrets.enabled=true",
    "--set-json", 'scaleTargets=[{"apiGroup":"example.org","resource":"portals"}]',
    "--show-only", "templates/serviceaccount.yaml",
    "--show-only", "templates/rbac.yaml",
)  # fmt: skip


class Right(NamedTuple):
    """What a rule grants, or a request takes."""

    group: str
    resource: str
    verb: str


def helm(control_plane: ControlPlane, *args: str) -> str:
    """Runs helm against a control plane; raises with helm's own words."""
    context = ("--kube-context", control_plane.context) if control_plane.context else ()
    done = subprocess.run(
        [str(control_plane.program("helm")), *context, *args],
        capture_output=True, text=True, env=control_plane.environment, timeout=HELM_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"helm {' '.join(args)}: {done.stderr}"
    return done.stdout


def audit_policy(path: Path, namespace: str) -> Path:
    """A policy that logs the requests of the accounts of one namespace, and what was answered."""
    accounts = {"level": "Metadata", "userGroups": [f"system:serviceaccounts:{namespace}"]}
    body = {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],  # a watch is told at its start, too
        "rules": [accounts, {"level": "None"}],
    }
    path.write_text(yaml.safe_dump(body))
    return path


def access(here: ControlPlane, namespace: str, account: str, path: Path) -> Path:
    """A kubeconfig with a token of the account, and nothing else."""
    config = yaml.safe_load(here.kubectl("config", "view", "--minify", "--flatten", "--raw"))
    token = here.kubectl("-n", namespace, "create", "token", account, "--duration", "3h").strip()
    config["users"] = [{"name": "operator", "user": {"token": token}}]
    config["contexts"][0]["context"]["user"] = "operator"
    path.write_text(yaml.safe_dump(config))
    return path


@contextlib.contextmanager
def charts_account(here: ControlPlane, namespace: str, folder: Path) -> Iterator[ControlPlane]:
    """The same control plane as the chart's account reaches it, in a namespace made for it."""
    text = helm(here, "template", namespace, str(CHART), "--namespace", namespace, *NO_MORE_THAN_RIGHTS)
    names = [
        body["metadata"]["name"] for body in yaml.safe_load_all(text) if body["kind"] == "ServiceAccount"
    ]
    here.kubectl("create", "namespace", namespace)
    try:
        here.kubectl("apply", "-f", "-", stdin=text)
        kubeconfig = access(here, namespace, names[0], folder / "operator-kubeconfig")
        yield replace(here, kubeconfig=kubeconfig, context=None)
    finally:
        here.kubectl("delete", "--ignore-not-found", "-f", "-", stdin=text)
        here.kubectl("delete", "namespace", namespace, "--wait=false")


def requests(audit_log: Path, namespace: str, account: str = "") -> tuple[set[Right], set[Right]]:
    """What one or (empty) all accounts of a namespace asked for: what they may, and what they may not."""
    of_the_namespace = f"system:serviceaccount:{namespace}:"
    allowed: set[Right] = set()
    denied: set[Right] = set()
    for line in audit_log.read_text().splitlines(keepends=True):
        if not line.endswith("\n"):  # the server is in the middle of it
            continue
        event = json.loads(line)
        user = event["user"]["username"]
        if not user.startswith(of_the_namespace) or not user.endswith(f":{account}" if account else ""):
            continue
        decision = event.get("annotations", {}).get("authorization.k8s.io/decision")
        reference = event.get("objectRef")
        if reference is None and decision == "allow":  # discovery, which is everybody's
            continue
        what = reference or {"resource": event["requestURI"]}
        resource = "/".join(part for part in (what["resource"], what.get("subresource")) if part)
        right = Right(what.get("apiGroup", ""), resource, event["verb"])
        (allowed if decision == "allow" else denied).add(right)
    return allowed, denied
