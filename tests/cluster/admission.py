"""Admission control of a test's own: the API server answers 422 to what a rule does not allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from firstbell.local.control_plane import ControlPlane

VERSION = "admissionregistration.k8s.io/v1"
BINDING = "ValidatingAdmissionPolicyBinding"


@dataclass(frozen=True)
class Denial:
    """Updates of these resources of one API group are denied unless a CEL expression holds."""

    group: str
    resources: tuple[str, ...]
    expression: str

    def impose(self, plane: ControlPlane, place: str) -> None:
        """In one namespace; the API server heeds it a little later."""
        rule = {"apiGroups": [self.group], "apiVersions": ["*"], "operations": ["UPDATE"],
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
        there = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": place}}}
        binding = {
            "apiVersion": VERSION,
            "kind": BINDING,
            "metadata": {"name": place},
            "spec": {"policyName": place, "validationActions": ["Deny"], "matchResources": there},
        }
        plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all([policy, binding]))

    def lift(self, plane: ControlPlane, place: str) -> None:
        plane.kubectl("delete", BINDING, place, "--ignore-not-found")
