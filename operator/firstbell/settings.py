"""What `firstbell run` can be told, by flag or environment variable; a flag wins.

The string under each field gives its meaning, unit and consequence; `firstbell run --help` says it shorter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.engine.pace.tenure import LEASE_SECONDS

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The settings of one operator process."""

    kubeconfig: Path | None = None
    """--kubeconfig: the kubeconfig file to use instead of the pod's service account or KUBECONFIG."""

    context: str | None = None
    """--context: the context of the kubeconfig; default its current one."""

    namespaces: tuple[str, ...] = ()
    """--namespace, repeatable, FIRSTBELL_NAMESPACES (separated by blanks): watch only these; default all,
    and empty is refused.
    With namespaces given, rights in these namespaces are enough."""

    instance: str = "firstbell"
    """--instance, FIRSTBELL_INSTANCE: the name of this installation, written on every floor it raises. Two
    installations on one cluster need different names; changing it orphans the floors held at that moment."""

    metrics_port: int = 8080
    """--metrics-port, FIRSTBELL_METRICS_PORT: TCP port of /metrics; 0 = no metrics endpoint."""

    probe_port: int = 8081
    """--probe-port, FIRSTBELL_PROBE_PORT: TCP port of /healthz for liveness probes, answered from the start
    to the end of the process while its loop turns; 0 = none."""

    listen: str = "0.0.0.0"  # noqa: S104 - probes and scrapes come from outside the pod
    """--listen, FIRSTBELL_LISTEN: the address that both ports listen on."""

    prometheus_ca: Path | None = None
    """--prometheus-ca, FIRSTBELL_PROMETHEUS_CA: a file of CA certificates (PEM), the only ones that a
    Prometheus with https may be signed by; default the public ones. It is read at the start, and again after
    a server could not be reached."""

    prometheus_allow: tuple[str, ...] = ()
    """--prometheus-allow, repeatable, FIRSTBELL_PROMETHEUS_ALLOW (separated by blanks): the servers that a
    policy may have asked, by scheme, host and port; default any. Link-local addresses are never asked."""

    stop_namespace: str | None = None
    """--stop-namespace, FIRSTBELL_STOP_NAMESPACE: where the ConfigMap firstbell-stop is looked for, which
    keeps everything from being written; default the pod's own namespace, outside of a pod nowhere."""

    lease: bool = True
    """--no-lease, FIRSTBELL_LEASE=false: run without Leases, all is ours to write. Then nobody but this
    one process may run for the installation: two write over each other."""

    lease_namespace: str | None = None
    """--lease-namespace, FIRSTBELL_LEASE_NAMESPACE: where the Leases are; default the pod's own namespace.
    Outside of a pod there is none: without this option it is run without Leases there."""

    lease_name: str = "firstbell"
    """--lease-name, FIRSTBELL_LEASE_NAME: what the Leases are called, each with the number of its shard. All
    processes of an installation give the same, two installations in one namespace different ones."""

    lease_seconds: int = LEASE_SECONDS
    """--lease-seconds, FIRSTBELL_LEASE_SECONDS: for how long a Lease counts after its last renewal, 3 to 60.
    A process that is gone without a word is replaced that much later; one that cannot renew its Lease for two
    thirds of it stops writing."""

    shards: int = 1
    """--shards, FIRSTBELL_SHARDS: into how many shards the work is divided, 1 to 8, each with a Lease of its
    own. One: a single process writes, the others stand by. With more, each process writes its share."""

    pod_reasons: bool = True
    """--no-pod-reasons, FIRSTBELL_POD_REASONS=false: pods of workloads that are not as ready as they have to
    be are not asked why. Then no rights on pods are needed, and all else works."""

    log_format: str = "console"
    """--log-format, FIRSTBELL_LOG_FORMAT: `json` (one object a line, for collectors) or `console`."""

    log_level: str = "info"
    """--log-level, FIRSTBELL_LOG_LEVEL: debug, info, warning or error."""
