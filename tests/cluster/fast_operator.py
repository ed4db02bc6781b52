"""`firstbell run` on a fast clock.

KUBECONFIG CONTEXT NAMESPACE START SPEED BEGUN ALSO PROBE_PORT STOPS_IN LEASE, where LEASE is
NAMESPACE/NAME/SECONDS/SHARDS, and empty where it runs without one. BEGUN is the monotonic time at which the
clock read START; it is the same in all processes of a machine.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from firstbell.adapters.logs import configure_logs
from firstbell.app import run_operator
from firstbell.clock import FastClock
from firstbell.settings import Settings


def main() -> None:
    kubeconfig, context, namespace, start, speed, begun, also, probe_port, stops_in, lease = sys.argv[1:]
    clock = FastClock(datetime.fromisoformat(start), float(speed))
    clock._begun = float(begun)
    leases_in, name, seconds, shards = lease.split("/") if lease else ("", "", 12, 1)
    settings = Settings(
        lease=bool(lease),
        lease_namespace=leases_in,
        lease_name=name,
        lease_seconds=int(seconds),
        shards=int(shards),
        kubeconfig=Path(kubeconfig),
        context=context or None,
        namespaces=(namespace, also) if also else (namespace,),
        instance=namespace,
        metrics_port=0,
        probe_port=int(probe_port),
        listen="127.0.0.1",
        stop_namespace=stops_in,
    )
    configure_logs("console", "info")
    asyncio.run(run_operator(settings, clock=clock))


if __name__ == "__main__":
    main()
