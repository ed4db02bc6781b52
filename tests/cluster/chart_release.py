"""The chart as a release of the real helm, its account as an operator takes it, and what that asked for."""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
from typing import TYPE_CHECKING

import yaml

from firstbell.kinds.crds import RENDERED_KINDS
from firstbell.kinds.group import GROUP
from firstbell_workshop.local.errors import ControlPlaneError
from tests.cluster.audit import Right, requests, rights_of
from tests.cluster.operator_account import CHART, HELM_SECONDS, access, helm
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.cluster_api import Json

NAME, NAMESPACE = "firstbell", "operators"
HOOK = f"{NAME}-release"
DEFINITIONS = [f"{kind.plural}.{GROUP}" for kind in RENDERED_KINDS]
OWNED_KINDS = (
    "deployments,services,serviceaccounts,roles,rolebindings,clusterroles,clusterrolebindings,replicasets,pods,"
    "customresourcedefinitions,jobs,poddisruptionbudgets"
)


def changed_chart(folder: Path) -> Path:
    """A later version of the chart, whose calendars have one more short name."""
    chart = folder / "firstbell"
    shutil.copytree(CHART, chart)
    about = yaml.safe_load((chart / "Chart.yaml").read_text())
    (chart / "Chart.yaml").write_text(yaml.safe_dump(about | {"version": "0.1.1"}))
    path = chart / "crd-files" / f"{DEFINITIONS[0]}.yaml"
    body = yaml.safe_load(path.read_text())
    body["spec"]["names"]["shortNames"].append("bells")
    body["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["description"] = "Said with {{ braces }}."
    path.write_text(yaml.safe_dump(body))
    return chart


class Release:
    """One release of the chart on one control plane."""

    def __init__(self, control_plane: ControlPlane) -> None:
        self.control_plane = control_plane

    def helm(self, *args: str) -> str:
        """Runs helm for the release's namespace; raises with helm's own words."""
        return helm(self.control_plane, "--namespace", NAMESPACE, *args)

    def install(self, *options: str, chart: Path = CHART) -> str:
        return self.helm("install", NAME, str(chart), "--create-namespace", *options)

    def make_restricted_namespace(self) -> None:
        """The release's namespace, in which a pod may be no more than Kubernetes calls restricted."""
        labels = {"pod-security.kubernetes.io/enforce": "restricted"}
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}}
        self.control_plane.kubectl("apply", "-f", "-", stdin=json.dumps(body))

    def remove(self) -> None:
        """Leaves the definitions, which the next release of this name takes over, as after any uninstall.

        For each that comes or goes the API server makes its OpenAPI anew: most of what a release costs.
        """
        self.helm("uninstall", NAME, "--ignore-not-found", "--wait", "--no-hooks")

    def remove_definitions(self) -> None:
        """As where there never was a release."""
        self.control_plane.kubectl("delete", "crd", "--ignore-not-found", "--wait=false", *DEFINITIONS)
        until(self.definitions_are_gone, "the definitions are gone", seconds=HELM_SECONDS)

    def definitions_are_gone(self) -> bool:
        """Whether the kinds are gone; a definition that is going is touched, so that the server looks again.

        It empties a kind before it lets it go, and where that fails at first (just after the kind came), it
        tries again after ever longer waits, of minutes in the end. Any change makes it try at once.
        """
        there = self.control_plane.kubectl("get", "crd", "-o", "name", "--ignore-not-found", *DEFINITIONS)
        for name in there.split():
            with contextlib.suppress(ControlPlaneError):  # gone meanwhile
                stamp = f"touched={secrets.token_hex(4)}"
                self.control_plane.kubectl("annotate", "--overwrite", name, stamp)
        return not there.strip()

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

    def access(self, path: Path, account: str = NAME) -> Path:
        """A kubeconfig with a token of one of the chart's accounts, and nothing else."""
        return access(self.control_plane, NAMESPACE, account, path)

    def granted(self, kind: str, *options: str, name: str = NAME) -> set[Right]:
        """What a role of the chart grants on the API server, the operator's or another."""
        role = json.loads(self.control_plane.kubectl("get", kind, name, *options, "-o", "json"))
        return rights_of([role])

    def requests(self, account: str = "") -> tuple[set[Right], set[Right]]:
        """What one or all accounts of the chart used so far, and what they were denied.

        Without `keda.enabled` they ask nevertheless for ScaledObjects, and do without.
        """
        assert self.control_plane.audit_log is not None
        used, denied = requests(self.control_plane.audit_log, NAMESPACE, account)
        return used, denied - {Right("keda.sh", "scaledobjects", "list")}
