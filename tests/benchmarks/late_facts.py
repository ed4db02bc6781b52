"""From a new CalendarException to the floors of a thousand workloads. Prints a table; budgets are only told.

    python -m tests.benchmarks.late_facts --count 1000 --rounds 100 --together 3

N workloads as in `thousand_autoscalers.py`, and one more with a calendar of its own. Many times a fact is
declared for that one alone, beside all the others: how long until its floor is raised. A few times one is
declared for all: how long until the first floor, and until the last. Times are of the wall, from the moment
at which a client sent the object to the moment at which another client's watch told of the floor.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import re
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import yaml

from firstbell.cli.declare.in_cluster import path_of
from firstbell.engine.ports import ObjectPath
from tests.benchmarks.arrivals import Arrivals, spread
from tests.benchmarks.processors import operator
from tests.benchmarks.thousand_autoscalers import (
    BASE,
    CLOCK,
    NAMESPACE,
    PEAK,
    START_SECONDS,
    Bench,
    benchmarked,
    calm,
    checked,
    reset,
    wait_until,
)
from tests.cluster.stage import autoscaler, calendar, hpa, workload

if TYPE_CHECKING:
    from tests.benchmarks.processors import Operator

ALONE = "alone"
WITHIN_SECONDS, LOOKED_EVERY_SECONDS, CALM_SECONDS = 60.0, 0.01, 2.0
AT_ONCE = {"scaleDown": {"stabilizationWindowSeconds": 0}}
HOURS_AWAY = 8
TOLD_EVERY = 10


def bells() -> dict[str, Any]:
    """A calendar whose own bell is hours away, and one whose peak is now, which only a late fact rings."""
    now = CLOCK.now()
    away = calendar(f"{now + timedelta(hours=HOURS_AWAY):%H}:00")["spec"]["bellSchedules"][0]
    near = calendar(f"{now + timedelta(minutes=8):%H:%M}")["spec"]["bellSchedules"][0]
    return {"bellSchedules": [away, near | {"name": "near"}], "suspend": False}


def one_more(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The workload that is alone with its calendar."""
    deployment = workload()
    del deployment["spec"]["replicas"]
    bodies = (deployment, hpa(minimum=BASE), autoscaler(replicas=PEAK, behavior=AT_ONCE), calendar(**spec))
    text = "\n---\n".join(map(yaml.safe_dump, bodies))
    return list(yaml.safe_load_all(re.sub(r"(name|app): (web|school)\n", rf"\1: {ALONE}\n", text)))


async def declare(bench: Bench, of: str, name: str) -> float:
    """Declares that the bell is now; when that was sent."""
    spec = {
        "calendarRef": {"name": of},
        "startDate": f"{CLOCK.now().date()}",
        "event": "InstructionalDay",
        "bellScheduleName": "near",
    }
    sent = CLOCK.now().timestamp()
    body = {"apiVersion": "firstbell.dev/v1alpha1", "kind": "CalendarException", "metadata": {"name": name}}
    await bench.creating({**body, "spec": spec})
    return sent


async def withdraw(bench: Bench, name: str) -> None:
    """Takes it back, as it is now."""
    path = path_of(NAMESPACE, name)
    while True:  # its status may be written between the two
        metadata = checked(await bench.cluster.get(path))["metadata"]
        gone = await bench.cluster.delete(path, metadata["uid"], metadata["resourceVersion"])
        if isinstance(gone, dict):
            return


async def seen(floors: Arrivals, name: str) -> float | None:
    """When the floor of that workload arrived, or None where it did not in time."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while name not in floors.seen and time.monotonic() < deadline:  # noqa: ASYNC110 - told by a thread
        await asyncio.sleep(LOOKED_EVERY_SECONDS)
    return floors.seen.get(name)


async def one_alone(bench: Bench, floors: Arrivals, rounds: int) -> None:
    took: list[float] = []
    for number in range(rounds):
        name = f"alone-{number}"
        floors.expect(PEAK)
        sent = await declare(bench, ALONE, name)
        at = await seen(floors, ALONE)
        if at is not None:
            took.append(at - sent)
        floors.expect(BASE)
        await withdraw(bench, name)
        await seen(floors, ALONE)
        if number % TOLD_EVERY == 0:
            bench.console.print(f"{len(took)} of {number + 1} declared, the last in {took[-1:]} s")
    took.sort()
    if not took:
        bench.tell("declared for one", f"NONE of {rounds}")
        return
    told = [took[math.ceil(len(took) * share) - 1] for share in (0.5, 0.9, 0.99)]
    figures = " / ".join(f"{each:.3f}" for each in (*told, took[-1]))
    what = f"declared {len(took)} times for one of {bench.count + 1}: median / p90 / p99 / most"
    bench.tell(what, f"{figures} s", "p99 < 0.5 s")


async def all_together(bench: Bench, floors: Arrivals, number: int) -> None:
    name = f"all-{number}"
    floors.expect(PEAK)
    sent = await declare(bench, "school", name)
    times = await floors.wait(bench.count, WITHIN_SECONDS)
    told = spread(times, bench.count, sent)
    bench.tell("declared for all: floors, first / median / last", told, "first < 0.5 s, last < 10 s")
    floors.expect(BASE)
    sent = CLOCK.now().timestamp()
    await withdraw(bench, name)
    times = await floors.wait(bench.count, WITHIN_SECONDS)
    bench.tell("taken back: floors, first / median / last", spread(times, bench.count, sent))
    await bench.at_once([reset(bench, each) for each in range(bench.count)])
    await asyncio.sleep(CALM_SECONDS)


async def measure(bench: Bench, rounds: int, together: int) -> None:
    floors = Arrivals(bench.here, NAMESPACE, "hpa", ".spec.minReplicas")
    try:
        with operator(bench.here, NAMESPACE, bench.folder / "operator.log") as running:
            took = await wait_until(lambda: running.decided() > bench.count, START_SECONDS)
            bench.tell(
                "start to all decided", f"NOT in {START_SECONDS:.0f} s" if took is None else f"{took:.1f} s"
            )
            await calm(running)
            bench.tell("load average of the machine", load())
            await one_alone(bench, floors, rounds)
            for number in range(together):
                await all_together(bench, floors, number)
            bench.tell("load average of the machine", load())
            told_of(bench, running)
    finally:
        floors.close()


def told_of(bench: Bench, running: Operator) -> None:
    wrote = ", ".join(f"{what} {count:.0f}" for what, count in sorted(running.writes().items()))
    bench.tell("the operator's own writes", wrote)
    bench.tell("its processor and RSS", f"{running.cpu_seconds():.0f} s, {running.rss_mebibytes():.0f} MiB")


def load() -> str:
    return " / ".join(f"{each:.1f}" for each in os.getloadavg()) + f" on {os.cpu_count()} cores"


async def measured(bench: Bench, rounds: int, together: int) -> None:
    await bench.fill(behavior=AT_ONCE)
    group, version = "firstbell.dev", "v1alpha1"
    path = ObjectPath(
        group=group, version=version, plural="schoolcalendars", namespace=NAMESPACE, name="school"
    )
    year = checked(await bench.cluster.get(path))["spec"]["academicSessions"]
    for body in one_more(bells() | {"academicSessions": year}):
        await bench.creating(body)
    checked(await bench.cluster.merge_patch(path, {"spec": bells()}))
    await measure(bench, rounds, together)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=100, help="How many autoscalers share a calendar.")
    parser.add_argument("--rounds", type=int, default=100, help="How often a fact is declared for one.")
    parser.add_argument("--together", type=int, default=3, help="How often one is declared for all.")
    given = parser.parse_args()
    title = f"late facts beside {given.count} autoscalers"
    benchmarked(given.count, title, lambda bench: measured(bench, given.rounds, given.together))


if __name__ == "__main__":
    main()
