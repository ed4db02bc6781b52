"""What `firstbell run` can be told, by flag or environment variable; a flag wins.

The string under each field gives its meaning, unit and consequence; `firstbell run --help` says it shorter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    """--namespace, repeatable, FIRSTBELL_NAMESPACES (separated by blanks): watch only these; default all.
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

    pod_reasons: bool = True
    """--no-pod-reasons, FIRSTBELL_POD_REASONS=false: pods of workloads that are not as ready as they have to
    be are not asked why. Then no rights on pods are needed, and all else works."""

    log_format: str = "console"
    """--log-format, FIRSTBELL_LOG_FORMAT: `json` (one object a line, for collectors) or `console`."""

    log_level: str = "info"
    """--log-level, FIRSTBELL_LOG_LEVEL: debug, info, warning or error."""
