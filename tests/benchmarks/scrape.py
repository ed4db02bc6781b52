"""What a scrape of many workloads costs: `python -m tests.benchmarks.scrape [WORKLOADS]`. It prints figures.

Every workload has all its series, with eleven conditions; `stalls` is the longest that a loop in the same
process had to wait for its turn while it was scraped.
"""

from __future__ import annotations

import asyncio
import sys
import time
import tracemalloc
from datetime import UTC, datetime

from rich.console import Console

from firstbell.adapters.telemetry import PrometheusTelemetry
from firstbell.core.reasons import Condition, ConditionType, Truth
from firstbell.engine.ports import ComingBell, Standing

WORKLOADS = 10_000
SCRAPES = 3
CONDITIONS = list(ConditionType)[:11]
ENVIRON = {"REQUEST_METHOD": "GET", "HTTP_ACCEPT": "application/openmetrics-text; version=1.0.0"}
BELL = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)


def filled(workloads: int) -> PrometheusTelemetry:
    """Returns the figures of so many workloads."""
    telemetry = PrometheusTelemetry()
    for number in range(workloads):
        key = f"school-{number % 300:04}/workload-{number:05}"
        conditions = [Condition(type=kind.value, status=Truth.TRUE, reason="Resolved") for kind in CONDITIONS]
        telemetry.decided(
            key, Standing(current=number, ready=4, desired=4, floor=4, scheduled=4, wanted=4, maximum=100)
        )
        telemetry.reported("SchoolAutoscaler", key, conditions)
        telemetry.coming_bell(key, ComingBell(at=BELL, replicas=100))
        telemetry.planned_peak(key, 100)
    return telemetry


def scrape(telemetry: PrometheusTelemetry, encoding: str) -> int:
    """Returns how many bytes go over the wire."""
    environ = {**ENVIRON, "HTTP_ACCEPT_ENCODING": encoding, "QUERY_STRING": ""}
    return sum(map(len, telemetry.app(environ, lambda *_: None)))


async def longest_stall(telemetry: PrometheusTelemetry) -> float:
    """Returns the most by which a sleep of a millisecond was longer while a thread scraped."""
    scraping, longest = asyncio.ensure_future(asyncio.to_thread(scrape, telemetry, "gzip")), 0.0
    while not scraping.done():
        begun = time.perf_counter()
        await asyncio.sleep(0.001)
        longest = max(longest, time.perf_counter() - begun - 0.001)
    return longest


def main() -> None:
    console = Console(width=110)
    workloads = int(sys.argv[1]) if sys.argv[1:] else WORKLOADS
    tracemalloc.start()
    telemetry = filled(workloads)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    scrape(telemetry, "gzip")
    most = tracemalloc.get_traced_memory()[1] - kept
    tracemalloc.stop()
    lines = b"".join(telemetry.app({**ENVIRON, "QUERY_STRING": ""}, lambda *_: None)).count(b"\n")
    console.print(f"{workloads} workloads, {lines} lines; kept {kept / 2**20:.0f} MiB")
    for encoding in ("", "gzip"):
        begun = time.process_time()
        size = max(scrape(telemetry, encoding) for _ in range(SCRAPES))
        seconds = (time.process_time() - begun) / SCRAPES
        console.print(
            f"{encoding or 'plain'}: {seconds:.3f} s of processor, {size / 2**20:.1f} MiB on the wire"
        )
    console.print(f"at most {most / 2**20:.1f} MiB more during a compressed scrape")
    console.print(f"stalls: {1000 * asyncio.run(longest_stall(telemetry)):.1f} ms at the longest")


if __name__ == "__main__":
    main()
