"""`firstbell run`: the operator."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from firstbell.cli.cluster_options import Context, Kubeconfig, filled, namespaced
from firstbell.cli.output import refuse
from firstbell.engine.objects.lease import MOST_LEASE_SECONDS, MOST_SHARDS
from firstbell.engine.pace.tenure import LEASE_SECONDS, LEAST_LEASE_SECONDS

MOST_PORT = 65535


class LogFormat(StrEnum):
    """How log lines look."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """The least that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def run(
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    namespaces: Annotated[
        list[str] | None,
        typer.Option(
            "--namespace",
            "-n",
            envvar="FIRSTBELL_NAMESPACES",
            metavar="NAMESPACE",
            callback=namespaced,
            help="Watch only this one; repeatable. Default all.",
        ),
    ] = None,
    instance: Annotated[
        str,
        typer.Option(
            envvar="FIRSTBELL_INSTANCE",
            callback=filled,
            help="The name of this installation, put on its floors.",
        ),
    ] = "firstbell",
    metrics_port: Annotated[
        int,
        typer.Option(
            envvar="FIRSTBELL_METRICS_PORT", min=0, max=MOST_PORT, help="Port of /metrics; 0 = none."
        ),
    ] = 8080,
    probe_port: Annotated[
        int,
        typer.Option(
            envvar="FIRSTBELL_PROBE_PORT",
            min=0,
            max=MOST_PORT,
            help="Port of /healthz and /readyz; 0 = none.",
        ),
    ] = 8081,
    listen: Annotated[
        str, typer.Option(envvar="FIRSTBELL_LISTEN", help="The address that both ports listen on.")
    ] = "0.0.0.0",  # noqa: S104 - probes and scrapes come from outside the pod
    prometheus_ca: Annotated[
        Path | None,
        typer.Option(
            envvar="FIRSTBELL_PROMETHEUS_CA",
            metavar="FILE",
            help="CA certificates that a Prometheus with https is signed by; default the public ones.",
        ),
    ] = None,
    prometheus_allow: Annotated[
        list[str] | None,
        typer.Option(
            envvar="FIRSTBELL_PROMETHEUS_ALLOW",
            metavar="URL",
            help="A server that policies may ask, like http://prometheus:9090; repeatable. Default any.",
        ),
    ] = None,
    stop_namespace: Annotated[
        str | None,
        typer.Option(
            envvar="FIRSTBELL_STOP_NAMESPACE",
            metavar="NAMESPACE",
            callback=namespaced,
            help="Where `firstbell stop` stops this operator; default the pod's own namespace.",
        ),
    ] = None,
    lease: Annotated[
        bool,
        typer.Option(
            "--lease/--no-lease",
            envvar="FIRSTBELL_LEASE",
            help="Write only while this process holds the Lease. --no-lease: it is the only one there is.",
        ),
    ] = True,
    lease_namespace: Annotated[
        str | None,
        typer.Option(
            envvar="FIRSTBELL_LEASE_NAMESPACE",
            metavar="NAMESPACE",
            callback=namespaced,
            help="Where the Leases are; default the pod's own namespace, outside of a pod there are none.",
        ),
    ] = None,
    lease_name: Annotated[
        str,
        typer.Option(
            envvar="FIRSTBELL_LEASE_NAME",
            callback=filled,
            help="The name of the Leases, before their numbers.",
        ),
    ] = "firstbell",
    lease_seconds: Annotated[
        int,
        typer.Option(
            envvar="FIRSTBELL_LEASE_SECONDS",
            min=LEAST_LEASE_SECONDS,
            max=MOST_LEASE_SECONDS,
            help="For how long a Lease counts after its last renewal.",
        ),
    ] = LEASE_SECONDS,
    shards: Annotated[
        int,
        typer.Option(
            envvar="FIRSTBELL_SHARDS",
            min=1,
            max=MOST_SHARDS,
            help="Divide the work among processes: a Lease for each shard. 1 = one writes, others stand by.",
        ),
    ] = 1,
    pod_reasons: Annotated[
        bool,
        typer.Option(
            "--pod-reasons/--no-pod-reasons",
            envvar="FIRSTBELL_POD_REASONS",
            help="Ask the pods of workloads that are not ready in time why. Needs list on pods.",
        ),
    ] = True,
    log_format: Annotated[
        LogFormat, typer.Option(envvar="FIRSTBELL_LOG_FORMAT", help="For a terminal or for a collector.")
    ] = LogFormat.CONSOLE,
    log_level: Annotated[
        LogLevel, typer.Option(envvar="FIRSTBELL_LOG_LEVEL", help="The least that is logged.")
    ] = LogLevel.INFO,
) -> None:
    """Run the operator until it is told to stop (SIGTERM, Ctrl-C).

    Exit code 2: it could not begin, for want of a kubeconfig, a port or a right value; what a cluster lacks
    is waited for.
    """
    import asyncio
    import contextlib

    from firstbell.adapters.access import AccessError
    from firstbell.adapters.logs import configure_logs
    from firstbell.adapters.prometheus import CaBundleError
    from firstbell.adapters.prometheus_addresses import AddressError
    from firstbell.app import PortTakenError, run_operator
    from firstbell.app import lease_namespace as where_leases_are
    from firstbell.settings import Settings

    settings = Settings(
        kubeconfig=kubeconfig,
        context=context,
        namespaces=tuple(namespaces or ()),
        instance=instance,
        metrics_port=metrics_port,
        probe_port=probe_port,
        listen=listen,
        prometheus_ca=prometheus_ca,
        prometheus_allow=tuple(prometheus_allow or ()),
        stop_namespace=stop_namespace,
        lease=lease,
        lease_namespace=lease_namespace,
        lease_name=lease_name,
        lease_seconds=lease_seconds,
        shards=shards,
        pod_reasons=pod_reasons,
        log_format=log_format,
        log_level=log_level,
    )
    if not lease and lease_namespace:
        refuse(["--no-lease: takes none anywhere. Leave it out, or --lease-namespace."])
    if shards > 1 and not where_leases_are(settings):
        refuse([f"--shards {shards}: each is a Lease, and this process takes none. Give --lease-namespace."])
    configure_logs(settings.log_format, settings.log_level)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(run_operator(settings))
    except (AccessError, AddressError, CaBundleError, PortTakenError) as error:
        refuse([error])
