"""What a caller wants of a control plane, as one frozen value.

It says nothing about where the control plane comes from. A given cluster is taken as it is, and kind has its
own nodes and no metrics-server; `ControlPlane` tells what there is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_EXTRA_ARG = re.compile(r"[a-z][a-z-]*=[a-z][a-z0-9-]*=.*")


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlPlaneSpec:
    """A control plane to be had."""

    nodes: int = 3
    """Nodes of 32 cores and 110 pods each; 0 leaves every pod Pending."""

    metrics_server: bool = False
    """Serve `metrics.k8s.io`, with the usage that a pod's annotations `kwok.x-k8s.io/usage-cpu` and
    `-memory` name, or next to nothing without them."""

    disable_qps_limits: bool = False
    """Lift the client limits of the components: pods appear faster than in a cluster of a user."""

    extra_args: tuple[str, ...] = ()
    """`component=flag=value`, such as `kube-controller-manager=horizontal-pod-autoscaler-sync-period=1s`."""

    audit_policy: Path | None = None
    """An audit policy file; the log is `ControlPlane.audit_log`."""

    start_seconds: float = 240
    """How long it may take to come up, without the building of programs: beside 12 others a minute."""

    @property
    def beyond_kind(self) -> tuple[str, ...]:
        """What of it a kind cluster cannot give, so that the local control plane is taken where it can be."""
        wishes = {"extra arguments": self.extra_args, "audit policy": self.audit_policy}
        return tuple(what for what, wish in wishes.items() if wish)

    def __post_init__(self) -> None:
        if not 0 <= self.nodes <= 1000:  # noqa: PLR2004
            raise ValueError(f"nodes must be 0 to 1000, not {self.nodes}")
        for arg in self.extra_args:
            if not _EXTRA_ARG.fullmatch(arg):
                raise ValueError(f"extra argument {arg!r} is not of the form component=flag=value")
