"""The chart as a release of the real helm, its account as an operator takes it, and what that asked for."""

from __future__ import annotations

import json
import secrets
import shutil
from typing import TYPE_CHECKING, Self

import yaml

from firstbell.kinds.crds import RENDERED_KINDS
from firstbell.kinds.group import GROUP
from tests.cluster.audit import Right, requests, rights_of
from tests.cluster.cluster_api import ClusterApi, if_there
from tests.cluster.operator_account import CHART, HELM_SECONDS, access, helm
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.cluster_api import Json

NAME, NAMESPACE = "firstbell", "operators"
HOOK = f"{NAME}-release"
DEFINITION = "CustomResourceDefinition"
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
        self.api = ClusterApi(control_plane.kubeconfig, control_plane.context, NAMESPACE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self.api:
            self.remove()

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
        there = {body["metadata"]["name"] for body in self.api.list(DEFINITION)} & set(DEFINITIONS)
        for name in there:
            touched = {"metadata": {"annotations": {"touched": secrets.token_hex(4)}}}
            if_there(self.api.patch, DEFINITION, name, touched)
        return not there

    def objects(self) -> list[str]:
        """`kind/name` of what is labelled as the release's, in all namespaces."""
        label = f"app.kubernetes.io/instance={NAME}"
        text = self.control_plane.kubectl("get", OWNED_KINDS, "-A", "-l", label, "-o", "json")
        found = [(body["kind"], body["metadata"]["name"]) for body in json.loads(text)["items"]]
        return sorted(f"{kind}/{name}" for kind, name in found)

    def definition(self, name: str) -> Json:
        return self._there(DEFINITION, name)

    def served(self, *names: str) -> None:
        """Returns when the API server serves the kinds of these definitions, or of all."""

        def are_established() -> bool:
            bodies = {body["metadata"]["name"]: body for body in self.api.list(DEFINITION)}
            return all(_is_established(bodies.get(name, {})) for name in names or DEFINITIONS)

        until(are_established, "the definitions are established")

    def deployment(self) -> Json:
        return self._there("Deployment", NAME)

    def access(self, path: Path, account: str = NAME) -> Path:
        """A kubeconfig with a token of one of the chart's accounts, and nothing else."""
        return access(self.control_plane, NAMESPACE, account, path)

    def granted(self, kind: str, name: str = NAME) -> set[Right]:
        """What a role of the chart grants on the API server, the operator's or another."""
        return rights_of([self._there(kind, name)])

    def requests(self, account: str = "") -> tuple[set[Right], set[Right]]:
        """What one or all accounts of the chart used so far, and what they were denied.

        Without `keda.enabled` they ask nevertheless for ScaledObjects, and do without.
        """
        assert self.control_plane.audit_log is not None
        used, denied = requests(self.control_plane.audit_log, NAMESPACE, account)
        return used, denied - {Right("keda.sh", "scaledobjects", "list")}

    def _there(self, kind: str, name: str) -> Json:
        found = self.api.get(kind, name)
        assert found is not None, f"there is no {kind} {name}"
        return found


def _is_established(definition: Json) -> bool:
    conditions = definition.get("status", {}).get("conditions", [])
    return ("Established", "True") in {(one["type"], one["status"]) for one in conditions}
