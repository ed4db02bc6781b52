"""What the API server's audit log tells: which rights the chart's accounts used, and what ran without them.

Requests of ours are known by their user agent, so it does not matter how a test started them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from tests.cluster.growing_log import GrowingLog

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ADMINS = "system:masters"
OURS = ("firstbell", "kopf/")
"""How user agents of ours begin: our own adapter's, and that of Kopf, which watches our kinds."""
TESTS = "firstbell-tests"


class Right(NamedTuple):
    """What a rule grants, or a request takes."""

    group: str
    resource: str
    verb: str

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}{self.group and '.'}{self.group}"


def rights_of(roles: Iterable[dict[str, Any]]) -> set[Right]:
    """What roles grant."""
    return {
        Right(group, resource, verb)
        for role in roles
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def audit_policy(path: Path, namespace: str) -> Path:
    """A policy that logs the requests of the accounts of one namespace, and what was answered.

    Of administrators it logs what only an operator or a release does: it watches, or writes floors.
    """
    accounts = {"level": "Metadata", "userGroups": [f"system:serviceaccounts:{namespace}"]}
    admins = {
        "level": "Metadata",
        "userGroups": [ADMINS],
        "verbs": ["watch", "patch"],
        "resources": [
            {"group": "firstbell.dev"},
            {"group": "autoscaling", "resources": ["horizontalpodautoscalers"]},
            {"group": "keda.sh"},
        ],
    }
    body = {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],  # a watch is told at its start, too
        "rules": [accounts, admins, {"level": "None"}],
    }
    path.write_text(yaml.safe_dump(body))
    return path


def requests(audit_log: Path, namespace: str, account: str = "") -> tuple[set[Right], set[Right]]:
    """What one or (empty) all accounts of a namespace asked for: what they may, and what they may not."""
    of_the_namespace = f"system:serviceaccount:{namespace}:"
    allowed: set[Right] = set()
    denied: set[Right] = set()
    for event in map(json.loads, GrowingLog(audit_log).new_lines()):
        user = event["user"]["username"]
        if not user.startswith(of_the_namespace) or not user.endswith(f":{account}" if account else ""):
            continue
        decision = event.get("annotations", {}).get("authorization.k8s.io/decision")
        if event.get("objectRef") is None and decision == "allow":  # discovery, which is everybody's
            continue
        (allowed if decision == "allow" else denied).add(_right(event))
    return allowed, denied


class AdminsRequests:
    """Requests of ours under an administrator's rights, each told once."""

    def __init__(self, audit_log: Path) -> None:
        self._audit_log = GrowingLog(audit_log)

    def new(self) -> set[str]:
        """Those since the last look, with their namespaces."""
        return {
            f"{_right(event)} in {event['objectRef'].get('namespace', 'all namespaces')}"
            for event in map(json.loads, self._audit_log.new_lines())
            if ADMINS in event["user"].get("groups", ()) and _is_ours(event.get("userAgent", ""))
        }


def _is_ours(agent: str) -> bool:
    return agent.startswith(OURS) and agent != TESTS


def _right(event: dict[str, Any]) -> Right:
    what = event.get("objectRef") or {"resource": event["requestURI"]}
    resource = "/".join(part for part in (what["resource"], what.get("subresource")) if part)
    return Right(what.get("apiGroup", ""), resource, event["verb"])
