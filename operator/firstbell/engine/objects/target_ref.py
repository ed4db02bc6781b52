"""The workload that a `scaleTargetRef` names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetRef:
    """A workload: `scaleTargetRef` in a namespace."""

    namespace: str
    api_version: str
    kind: str
    name: str

    @property
    def group(self) -> str:
        """The API group, empty for the core one."""
        return self.api_version.rpartition("/")[0]

    @property
    def group_kind(self) -> tuple[str, str]:
        """What its kind is called, whatever version it is read by."""
        return self.group, self.kind

    @property
    def key(self) -> str:
        """What identifies the workload whatever version it is read by: `namespace/group/kind/name`."""
        return f"{self.namespace}/{self.group}/{self.kind}/{self.name}"
