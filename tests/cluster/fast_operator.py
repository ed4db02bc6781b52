"""`firstbell run` on a fast clock: KUBECONFIG CONTEXT NAMESPACE START SPEED BEGUN ALSO PROBE_PORT STOPS_IN.

BEGUN is the monotonic time at which the clock read START; it is the same in all processes of a machine.
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
    kubeconfig, context, namespace, start, speed, begun, also, probe_port, stops_in = sys.argv[1:]
    clock = FastClock(datetime.fromisoformat(start), float(speed))
    clock._begun = float(begun)
    settings = Settings(
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
