"""The accounts and the rights that the chart gives the operator and what runs after an uninstall.

Tests run the operator and `firstbell release` under these accounts alone, with each value on that grants a
right: a right that the chart forgets fails them, and so does whatever runs as administrator.
"""

from __future__ import annotations

import contextlib
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from tests.cluster.audit import Right, requests, rights_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell_workshop.local.control_plane import ControlPlane

ROOT = Path(__file__).parents[2]
CHART = ROOT / "charts" / "firstbell"
EVERY_RIGHT = ("--values", str(ROOT / "tests" / "chart" / "values" / "every-right.yaml"))
"""The options with which the chart grants all that it ever does."""
EVERYTHING = ("--values", str(ROOT / "tests" / "chart" / "values" / "everything.yaml"))
"""The options with each value on that real clusters ask for."""
HELM_SECONDS = 120
NO_MORE_THAN_RIGHTS = (
    "--show-only", "templates/serviceaccount.yaml",
    "--show-only", "templates/rbac.yaml",
    "--show-only", "templates/stop-role.yaml",
    "--show-only", "templates/lease-role.yaml",
    "--show-only", "templates/release-hook.yaml",
)  # fmt: skip


def helm(control_plane: ControlPlane, *args: str) -> str:
    """Runs helm against a control plane; raises with helm's own words."""
    context = ("--kube-context", control_plane.context) if control_plane.context else ()
    done = subprocess.run(
        [str(control_plane.program("helm")), *context, *args],
        capture_output=True, text=True, env=control_plane.environment, timeout=HELM_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"helm {' '.join(args)}: {done.stderr}"
    return done.stdout


def access(here: ControlPlane, namespace: str, account: str, path: Path) -> Path:
    """A kubeconfig with a token of the account, and nothing else."""
    config = yaml.safe_load(here.kubectl("config", "view", "--minify", "--flatten", "--raw"))
    token = here.kubectl("-n", namespace, "create", "token", account, "--duration", "3h").strip()
    config["users"] = [{"name": "operator", "user": {"token": token}}]
    config["contexts"][0]["context"]["user"] = "operator"
    path.write_text(yaml.safe_dump(config))
    return path


@dataclass(frozen=True)
class Account:
    """A control plane as one account of the chart reaches it, and what that account may."""

    name: str
    namespace: str
    here: ControlPlane
    granted: set[Right]

    def requests(self) -> tuple[set[Right], set[Right]]:
        """What it asked for so far: what it may, and what it may not; nothing where nobody audits."""
        log = self.here.audit_log
        return (set(), set()) if log is None else requests(log, self.namespace, self.name)


@dataclass(frozen=True)
class ChartsAccounts:
    """Both of them: the operator's, and that of the Job after an uninstall."""

    operator: Account
    release: Account


@contextlib.contextmanager
def charts_accounts(here: ControlPlane, namespace: str, folder: Path) -> Iterator[ChartsAccounts]:
    """The chart's accounts with every right that it can give, in a namespace made for them."""
    options = ("--namespace", namespace, *EVERY_RIGHT, *NO_MORE_THAN_RIGHTS)
    rendered = yaml.safe_load_all(helm(here, "template", namespace, str(CHART), *options))
    bodies = [body for body in rendered if body and body["kind"] != "Job"]
    text = yaml.safe_dump_all(bodies)

    def account(*, of_a_hook: bool) -> Account:
        own = [body for body in bodies if ("annotations" in body["metadata"]) == of_a_hook]
        (name,) = [body["metadata"]["name"] for body in own if body["kind"] == "ServiceAccount"]
        path = access(here, namespace, name, folder / f"kubeconfig-{name}")
        return Account(
            name=name,
            namespace=namespace,
            here=replace(here, kubeconfig=path, context=None),
            granted=rights_of(body for body in own if body["kind"] in {"ClusterRole", "Role"}),
        )

    here.kubectl("create", "namespace", namespace)
    try:
        here.kubectl("apply", "-f", "-", stdin=text)
        yield ChartsAccounts(operator=account(of_a_hook=False), release=account(of_a_hook=True))
    finally:
        here.kubectl("delete", "--ignore-not-found", "-f", "-", stdin=text)
        here.kubectl("delete", "namespace", namespace, "--wait=false")
