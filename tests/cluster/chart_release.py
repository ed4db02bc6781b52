"""The chart as a release of the real helm, its account as an operator takes it, and what that asked for."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import yaml

from firstbell.api.crds import RENDERED_KINDS
from firstbell.api.objects import GROUP

if TYPE_CHECKING:
    from firstbell.local.control_plane import ControlPlane
    from tests.cluster.cluster_api import Json

CHART = Path(__file__).parents[2] / "charts" / "firstbell"
NAME, NAMESPACE = "firstbell", "operators"
DEFINITIONS = [f"{kind.plural}.{GROUP}" for kind in RENDERED_KINDS]
HELM_SECONDS = 120
OWNED_KINDS = (
    "deployments,services,serviceaccounts,roles,rolebindings,clusterroles,clusterrolebindings,replicasets,pods,"
    "customresourcedefinitions"
)


class Right(NamedTuple):
    """What a rule grants, or a request takes."""

    group: str
    resource: str
    verb: str


class Release:
    """One release of the chart on one control plane."""

    def __init__(self, control_plane: ControlPlane) -> None:
        self.control_plane = control_plane

    def helm(self, *args: str) -> str:
        """Runs helm for the release's namespace; raises with helm's own words."""
        here = self.control_plane
        argv = [str(here.program("helm")), "--namespace", NAMESPACE, *args]
        done = subprocess.run(
            argv, capture_output=True, text=True, env=here.environment, timeout=HELM_SECONDS, check=False
        )
        assert done.returncode == 0, f"helm {' '.join(args)}: {done.stderr}"
        return done.stdout

    def install(self, *options: str, chart: Path = CHART) -> str:
        return self.helm("install", NAME, str(chart), "--create-namespace", *options)

    def remove(self) -> None:
        """Leaves nothing, the kept definitions included."""
        self.helm("uninstall", NAME, "--ignore-not-found", "--wait")
        self.control_plane.kubectl("delete", "crd", "--ignore-not-found", *DEFINITIONS)

    def objects(self) -> list[str]:
        """`kind/name` of what is labelled as the release's, in all namespaces."""
        label = f"app.kubernetes.io/instance={NAME}"
        text = self.control_plane.kubectl("get", OWNED_KINDS, "-A", "-l", label, "-o", "json")
        found = [(body["kind"], body["metadata"]["name"]) for body in json.loads(text)["items"]]
        return sorted(f"{kind}/{name}" for kind, name in found)

    def definition(self, name: str) -> Json:
        return json.loads(self.control_plane.kubectl("get", "crd", name, "-o", "json"))

    def deployment(self) -> Json:
        return json.loads(
            self.control_plane.kubectl("-n", NAMESPACE, "get", "deployment", NAME, "-o", "json")
        )

    def access(self, path: Path) -> Path:
        """A kubeconfig with a token of the chart's account, and nothing else."""
        here = self.control_plane
        config = yaml.safe_load(here.kubectl("config", "view", "--minify", "--raw"))
        token = here.kubectl("-n", NAMESPACE, "create", "token", NAME).strip()
        config["users"] = [{"name": "operator", "user": {"token": token}}]
        config["contexts"][0]["context"]["user"] = "operator"
        path.write_text(yaml.safe_dump(config))
        return path

    def granted(self, kind: str, *options: str) -> set[Right]:
        """What the operator's role grants on the API server."""
        role = json.loads(self.control_plane.kubectl("get", kind, NAME, *options, "-o", "json"))
        return {
            Right(group, resource, verb)
            for rule in role["rules"]
            for group in rule["apiGroups"]
            for resource in rule["resources"]
            for verb in rule["verbs"]
        }

    def requests(self) -> tuple[set[Right], list[str]]:
        """What the account used so far, and each of its requests that was not allowed."""
        log = self.control_plane.audit_log
        assert log is not None
        used, denied = set(), []
        # The server may be in the middle of the last line.
        for line in log.read_text().splitlines(keepends=True):
            if not line.endswith("\n"):
                continue
            event = json.loads(line)
            if event["user"]["username"] != f"system:serviceaccount:{NAMESPACE}:{NAME}":
                continue
            if event.get("annotations", {}).get("authorization.k8s.io/decision") != "allow":
                denied.append(f"{event['verb']} {event['requestURI']}")
            elif reference := event.get("objectRef"):
                parts = (reference["resource"], reference.get("subresource"))
                resource = "/".join(part for part in parts if part)
                used.add(Right(reference.get("apiGroup", ""), resource, event["verb"]))
        return used, denied
