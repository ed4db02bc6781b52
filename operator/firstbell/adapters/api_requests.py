"""A request to the API server in the closed words of a figure: what was asked, of what, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from firstbell.clock import steady_seconds
from firstbell.engine.ports import OK, FailureKind
from firstbell.kinds.foreign_autoscalers import FOREIGN_AUTOSCALERS
from firstbell.kinds.group import GROUP

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstbell.engine.ports import Failure

    Told: TypeAlias = Callable[[str, str, str, float], None]
    """Verb, resource, outcome, seconds."""

GROUPS = frozenset(
    {
        "",
        "apps",
        "autoscaling.x-k8s.io",
        "coordination.k8s.io",
        GROUP,
        *(of.group for of in FOREIGN_AUTOSCALERS),
    }
)
"""Whose resources are named. What a policy may be for beside these is of any other group, and is `other`."""
OTHER, DISCOVERY = "other", "discovery"
_WRITES = {"POST": "create", "PATCH": "patch", "DELETE": "delete"}
VERBS = ("get", "list", "watch", *_WRITES.values())


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request that has just been begun; `told` is called once, as it ends."""

    verb: str
    resource: str
    begun: float
    told: Told | None

    @classmethod
    def begun_now(cls, told: Told | None, method: str, url: str, *, watches: bool = False) -> ApiRequest:
        """Return the request of a method and a path, with or without a query."""
        resource, one = resource_of(url.partition("?")[0])
        reads = "watch" if watches else ("get" if one else "list")
        return cls(_WRITES.get(method.upper(), reads), resource, steady_seconds(), told)

    def ended(self, failure: Failure | None) -> None:
        """Tell how it ended."""
        if self.told is not None:
            self.told(self.verb, self.resource, outcome_of(failure), steady_seconds() - self.begun)


def outcome_of(failure: Failure | None) -> str:
    """Return how a request ended; a race that was lost is a conflict, also where a test did not hold."""
    if failure is None:
        return OK
    return FailureKind.CONFLICT.value if failure.overtaken else failure.kind.value


def resource_of(path: str) -> tuple[str, bool]:
    """Return what a path is of, with its subresource, and whether it is one object (or no object at all)."""
    root, *parts = path.strip("/").split("/")
    group = parts.pop(0) if root == "apis" and parts else ""
    rest = parts[1:]  # after the version
    if len(rest) > len(("namespaces", "name")) and rest[0] == "namespaces":
        rest = rest[2:]
    if root not in {"api", "apis"}:
        return OTHER, True
    if not rest:
        return DISCOVERY, True
    plural, *named = rest
    resource = "/".join((plural, *named[1:2])) if group in GROUPS else OTHER
    return resource, bool(named)
