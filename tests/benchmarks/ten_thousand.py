"""What 100, 1,000 and 10,000 autoscalers cost, in one table. Budgets are told, never enforced.

    python -m tests.benchmarks.ten_thousand

The same as `thousand_autoscalers.py`, of stand-in targets: Deployments and HPAs as they are, but none of the
control plane's controllers follows them. So there are no pods, and the machine is that of API server, etcd
and operator. Each count has a control plane of its own. Beside it the same floors are raised by a plain
script, without the operator. Times are of the wall, to the moment at which another client's watch told.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from firstbell.adapters.kubernetes import KubernetesCluster
from firstbell.adapters.renewal import load_access
from firstbell.core.capacity import PACE_AT_FIRST, writing_lead
from firstbell_workshop.local.provision import control_plane
from firstbell_workshop.local.spec import ControlPlaneSpec
from tests.benchmarks.arrivals import Arrivals
from tests.benchmarks.late_facts import bells, declare, load, withdraw
from tests.benchmarks.processors import operator, processors, spent
from tests.benchmarks.thousand_autoscalers import (
    BASE,
    CLOCK,
    MARK,
    NAMESPACE,
    PEAK,
    Bench,
    bells_at,
    calm,
    reset,
    wait_until,
)
from tests.cluster.conftest import install_kinds

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.benchmarks.processors import Operator

COUNTS = (100, 1000, 10_000)
NO_FOLLOWERS = "kube-controller-manager=controllers=namespace,serviceaccount,serviceaccount-token"
IDLE_SECONDS, SETTLE_SECONDS = 60.0, 10.0
START_SECONDS, FLOORS_SECONDS, AFTER_SECONDS = 300.0, 300.0, 120.0
CALM_SECONDS = 900.0
"""The first statuses of ten thousand take minutes."""
LEAST_REQUESTS = 0.005
"""For each floor: what is asked less often belongs to none, such as the renewal of a Lease."""
BEFORE_THE_BELL = timedelta(seconds=60)
"""Beside the lead: for the edit, and what is planned because of it."""
BUDGETS = {
    "start": "start < 30 s",
    "rest": "at rest < 1 % of a core",
    "edit": "last of 1,000 < 8 s",
    "bell": "none late",
    "memory": "< 512 MiB",
}


@dataclass
class Figures:
    """One column of the table, in the order in which they were taken."""

    count: int
    told: dict[str, str] = field(default_factory=dict)

    def tell(self, what: str, figure: str) -> None:
        self.told[what] = figure
        Console(stderr=True).print(f"{self.count}: {what}: {figure}", highlight=False)


def spread(times: Sequence[float], count: int, since: float) -> str:
    if not times:
        return f"NONE of {count}"
    told = f"{times[0] - since:+.2f} / {times[len(times) // 2] - since:+.2f} / {times[-1] - since:+.2f} s"
    return told if len(times) == count else f"{told}, ONLY {len(times)}"


async def at_rest(figures: Figures, _: Bench, __: Arrivals, running: Operator) -> None:
    await calm(running, CALM_SECONDS)
    await asyncio.sleep(SETTLE_SECONDS)
    wrote, cpu = sum(running.writes().values()), running.cpu_seconds()
    await asyncio.sleep(IDLE_SECONDS)
    used = (running.cpu_seconds() - cpu) / IDLE_SECONDS
    wrote = sum(running.writes().values()) - wrote
    figures.tell(f"at rest ({BUDGETS['rest']})", f"{used:.2%}, {wrote:.0f} writes/min")
    figures.tell(f"RSS at rest ({BUDGETS['memory']})", f"{running.rss_mebibytes():.0f} MiB")


async def plain(figures: Figures, bench: Bench, floors: Arrivals) -> None:
    floors.expect(PEAK)
    since = CLOCK.now().timestamp()
    await bench.at_once([bench.set_minimum(number, PEAK) for number in range(bench.count)])
    times = await floors.wait(bench.count, FLOORS_SECONDS)
    figures.tell("a plain script: floors, first / median / last", spread(times, bench.count, since))
    await bench.at_once([bench.set_minimum(number, BASE) for number in range(bench.count)])


async def late_fact(figures: Figures, bench: Bench, floors: Arrivals, running: Operator) -> None:
    """One that concerns all is declared, and taken back."""
    await bench.edit_calendar(**bells())
    await calm(running, CALM_SECONDS)
    before, wrote, asked = processors(bench.here), running.writes(), running.requests()
    floors.expect(PEAK)
    since = await declare(bench, "school", "all")
    times = await floors.wait(bench.count, FLOORS_SECONDS)
    told = spread(times, bench.count, since)
    figures.tell(f"a late fact: floors, first / median / last ({BUDGETS['edit']})", told)
    figures.tell("... processors to the last floor", spent(before, processors(bench.here)))
    await calm(running, CALM_SECONDS)
    after = running.writes()
    told = ", ".join(f"{what} {count - wrote.get(what, 0):.0f}" for what, count in sorted(after.items()))
    figures.tell("... the operator's writes until calm", told)
    each = {what: (count - asked.get(what, 0)) / bench.count for what, count in running.requests().items()}
    told = ", ".join(f"{what} {count:.2f}" for what, count in sorted(each.items()) if count >= LEAST_REQUESTS)
    figures.tell("... its requests for each floor until calm", told)
    figures.tell("... its pace", f"{running.paced() * 1000:.0f} ms for a rise")
    floors.expect(BASE)
    since = CLOCK.now().timestamp()
    await withdraw(bench, "all")
    times = await floors.wait(bench.count, FLOORS_SECONDS)
    figures.tell("taken back: floors, first / median / last", spread(times, bench.count, since))
    # Nobody but us lowers the count of a stand-in.
    await bench.at_once([reset(bench, number) for number in range(bench.count)])
    await calm(running, CALM_SECONDS)


def next_mark(lead: timedelta) -> datetime:
    """The first five-minute mark that leaves so much time."""
    soonest = CLOCK.now() + lead
    at = soonest.replace(second=0, microsecond=0, minute=soonest.minute // MARK * MARK)
    return at + timedelta(minutes=MARK)


async def one_bell(figures: Figures, bench: Bench, floors: Arrivals, running: Operator) -> None:
    floors.expect(PEAK)
    each = max(PACE_AT_FIRST.each, timedelta(seconds=running.paced()))
    planned = next_mark(writing_lead(bench.count, each) + BEFORE_THE_BELL)
    await bench.edit_calendar(**bells_at(planned))
    seconds = (planned - CLOCK.now()).total_seconds() + AFTER_SECONDS
    times = await floors.wait(bench.count, seconds)
    at = planned.timestamp()
    late = sum(time > at for time in times) + bench.count - len(times)
    figures.tell("one bell: floors, first / median / last", spread(times, bench.count, at))
    figures.tell(f"... late ({BUDGETS['bell']})", str(late))
    await calm(running, CALM_SECONDS)
    figures.tell("RSS afterwards", f"{running.rss_mebibytes():.0f} MiB")


PARTS: dict[str, Callable[[Figures, Bench, Arrivals, Operator], Awaitable[None]]] = {
    "rest": at_rest,
    "fact": late_fact,
    "bell": one_bell,
}


async def measure(figures: Figures, bench: Bench, parts: Sequence[str]) -> None:
    await bench.fill(behavior={"scaleDown": {"stabilizationWindowSeconds": 0}})
    floors = Arrivals(bench.here, NAMESPACE, "hpa", ".spec.minReplicas")
    try:
        if "script" in parts:
            await plain(figures, bench, floors)
        with operator(bench.here, NAMESPACE, bench.folder / "operator.log") as running:
            took = await wait_until(lambda: running.decided() >= bench.count, START_SECONDS)
            told = f"ONLY {running.decided()}" if took is None else f"{took:.1f} s"
            figures.tell(f"{BUDGETS['start']} (processor)", f"{told} ({running.cpu_seconds():.1f} s)")
            for part in (each for each in PARTS if each in parts):
                await PARTS[part](figures, bench, floors, running)
            figures.tell("load of the machine", load())
            figures.tell("warnings in its log", str(len(running.complaints())))
            for line in running.complaints()[-10:]:
                bench.console.print(line, highlight=False, markup=False)
    finally:
        floors.close()


async def _measured(here: ControlPlane, figures: Figures, folder: Path, parts: Sequence[str]) -> None:
    access = await load_access(here.kubeconfig, None)
    async with KubernetesCluster(access, field_manager="benchmark") as cluster:
        await measure(figures, Bench(here, cluster, figures.count, folder), parts)


def table(columns: Sequence[Figures]) -> Table:
    told = Table(
        "what", *(f"{each.count:,}" for each in columns), title="Stand-in targets that share a calendar"
    )
    rows: dict[str, Any] = dict.fromkeys(what for each in columns for what in each.told)
    for what in rows:
        told.add_row(what, *(each.told.get(what, "-") for each in columns))
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS, help="How many autoscalers.")
    every = ("script", *PARTS)
    parser.add_argument("--parts", nargs="+", default=every, choices=every, help="What is measured of each.")
    given = parser.parse_args()
    columns = [Figures(count) for count in given.counts]
    try:
        for figures in columns:
            spec = ControlPlaneSpec(nodes=0, disable_qps_limits=True, extra_args=(NO_FOLLOWERS,))
            with tempfile.TemporaryDirectory() as folder, control_plane(spec) as here:
                install_kinds(here)
                here.kubectl("create", "namespace", NAMESPACE)
                time.sleep(2)
                asyncio.run(_measured(here, figures, Path(folder), given.parts))
    finally:  # what was measured before something came too late is worth telling
        Console(width=180).print(table(columns))


if __name__ == "__main__":
    main()
