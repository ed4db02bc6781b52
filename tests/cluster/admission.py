"""Admission control of a test's own: the API server refuses what a rule does not allow, or changes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from firstbell_workshop.local.control_plane import ControlPlane

VERSION = "admissionregistration.k8s.io/v1"
BINDING = "ValidatingAdmissionPolicyBinding"
CLAMP = "MutatingAdmissionPolicy"


@dataclass(frozen=True)
class Denial:
    """Updates of these resources of these API groups are denied unless a CEL expression holds."""

    groups: tuple[str, ...]
    resources: tuple[str, ...]
    expression: str

    def impose(self, plane: ControlPlane, place: str) -> None:
        """In one namespace; the API server heeds it a little later."""
        rule = {"apiGroups": list(self.groups), "apiVersions": ["*"], "operations": ["UPDATE"],
                "resources": list(self.resources)}  # fmt: skip
        policy = {
            "apiVersion": VERSION,
            "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": place},
            "spec": {
                "matchConstraints": {"resourceRules": [rule]},
                "validations": [{"expression": self.expression, "reason": "Invalid"}],
            },
        }
        binding = {
            "apiVersion": VERSION,
            "kind": BINDING,
            "metadata": {"name": place},
            "spec": {"policyName": place, "validationActions": ["Deny"], "matchResources": _only_in(place)},
        }
        plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all([policy, binding]))

    def lift(self, plane: ControlPlane, place: str) -> None:
        plane.kubectl("delete", BINDING, place, "--ignore-not-found")


@dataclass(frozen=True)
class Clamp:
    """Updates that set a field of `spec` above `most` are not refused: it becomes `most`."""

    group: str
    resources: tuple[str, ...]
    field: str
    most: int

    def impose(self, plane: ControlPlane, place: str) -> None:
        """In one namespace; the API server heeds it a little later."""
        served = plane.kubectl("api-resources", f"--api-group={VERSION.partition('/')[0]}", "-o", "name")
        if f"{CLAMP.lower()[:-1]}ies." not in served:
            pytest.skip(f"this API server serves no {CLAMP}")
        rule = {"apiGroups": [self.group], "apiVersions": ["*"], "operations": ["UPDATE"],
                "resources": list(self.resources)}  # fmt: skip
        # An apply configuration cannot be made for the Scale subresource.
        change = f'[JSONPatch{{op: "replace", path: "/spec/{self.field}", value: {self.most}}}]'
        policy = {
            "apiVersion": VERSION,
            "kind": CLAMP,
            "metadata": {"name": place},
            "spec": {
                "matchConstraints": {"resourceRules": [rule]},
                "matchConditions": [
                    {"name": "above", "expression": f"object.spec.?{self.field}.orValue(0) > {self.most}"}
                ],
                "failurePolicy": "Fail",
                "reinvocationPolicy": "Never",
                "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": change}}],
            },
        }
        binding = {
            "apiVersion": VERSION,
            "kind": f"{CLAMP}Binding",
            "metadata": {"name": place},
            "spec": {"policyName": place, "matchResources": _only_in(place)},
        }
        plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all([policy, binding]))

    def lift(self, plane: ControlPlane, place: str) -> None:
        for kind in (f"{CLAMP}Binding", CLAMP):
            plane.kubectl("delete", kind, place, "--ignore-not-found")


def _only_in(place: str) -> dict[str, object]:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": place}}}
