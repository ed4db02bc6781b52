"""What a thousand autoscalers cost on a real API server. Prints a table; budgets are told, never enforced.

    python -m tests.benchmarks.thousand_autoscalers --count 1000

N Deployments of one replica, N HPAs without a metric, N SchoolAutoscalers, one calendar, on the local control
plane; the operator runs as `firstbell run` does, on the system's clock. Times are of the wall: from the
moment at which a client sent the edit, or from the planned instant, to the moment at which another client's
watch told of the change. Beside it the same N floors are raised by a plain script, without the operator.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from rich.console import Console
from rich.table import Table

from firstbell.adapters.access import load_access
from firstbell.adapters.kubernetes import KubernetesCluster
from firstbell.clock import SystemClock
from firstbell.domain.coalesce import RISE_MARK_MINUTES
from firstbell.engine.ports import Failure, ObjectPath
from firstbell.local.provision import control_plane
from firstbell.local.spec import ControlPlaneSpec
from tests.cluster.conftest import install_kinds
from tests.cluster.stage import autoscaler, calendar, hpa, workload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from firstbell.local.control_plane import ControlPlane

NAMESPACE, PEAK, BASE = "bench", 2, 1
PORT = 18_080
PODS_PER_NODE = 100
SETTLE_SECONDS, IDLE_SECONDS = 20.0, 60.0
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
HPAS = ("autoscaling", "v2", "horizontalpodautoscalers")
WRITERS = 16
HPA_PASS_SECONDS = 15.0
OBJECTS_SETTLED_PER_SECOND = 25
MARK = RISE_MARK_MINUTES
CLOCK = SystemClock()


class Arrivals:
    """When a watch told for the first time that each object of a kind has the value."""

    def __init__(self, here: ControlPlane, kind: str, field: str) -> None:
        columns = f"custom-columns=N:.metadata.name,V:{field}"
        argv = (
            str(here.program("kubectl")), "--kubeconfig", str(here.kubeconfig), "-n", NAMESPACE,
            "get", kind, "--watch", "--no-headers", "-o", columns,
        )  # fmt: skip
        self._process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        self._wanted, self._lock = -1, threading.Lock()
        self.seen: dict[str, float] = {}
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            name, _, value = line.partition(" ")
            with self._lock:
                if value.strip() == str(self._wanted):
                    self.seen.setdefault(name, CLOCK.now().timestamp())

    def expect(self, value: int) -> None:
        with self._lock:
            self._wanted, self.seen = value, {}

    def wait(self, count: int, seconds: float) -> list[float]:
        """The times of all arrivals, sorted."""
        deadline = time.monotonic() + seconds
        while len(self.seen) < count:
            if time.monotonic() > deadline:
                raise SystemExit(f"only {len(self.seen)} of {count} arrived within {seconds:g} s")
            time.sleep(0.05)
        return sorted(self.seen.values())

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


@dataclass
class Operator:
    """`firstbell run` as a process, and what the kernel says of it."""

    process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

    def rss_mebibytes(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def decided(self) -> int:
        """How many autoscalers it has decided on, by its own figures."""
        return len(self._figures("firstbell_desired_replicas{"))

    def writes(self) -> float:
        """How many writes it has made, by its own figures."""
        return sum(float(line.rpartition(" ")[2]) for line in self._figures("firstbell_writes_total{"))

    def _figures(self, beginning: str) -> list[str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/metrics", timeout=5) as answer:
                lines = answer.read().decode().splitlines()
        except OSError:
            return []
        return [line for line in lines if line.startswith(beginning)]


@contextlib.contextmanager
def operator(here: ControlPlane, folder: Path) -> Iterator[Operator]:
    argv = (
        sys.executable, "-m", "firstbell", "run", "--kubeconfig", str(here.kubeconfig),
        "--namespace", NAMESPACE, "--listen", "127.0.0.1", "--metrics-port", str(PORT), "--probe-port", "0",
        "--log-level", "warning",
    )  # fmt: skip
    with (folder / "operator.log").open("ab") as log:
        process = subprocess.Popen(argv, stdout=log, stderr=log)
    try:
        yield Operator(process)
    finally:
        process.terminate()
        process.wait(timeout=30)


class Bench:
    """The stage, and the figures in the order in which they were taken."""

    def __init__(self, here: ControlPlane, cluster: KubernetesCluster, count: int, folder: Path) -> None:
        self.here, self.cluster, self.count, self.folder = here, cluster, count, folder
        self.rows: list[tuple[str, str, str]] = []
        self.console = Console(stderr=True)

    def tell(self, what: str, figure: str, budget: str = "") -> None:
        self.rows.append((what, figure, budget))
        self.console.print(f"{what}: {figure}", highlight=False)

    async def fill(self) -> None:
        today = CLOCK.now().date()
        year = {"startDate": f"{today - timedelta(days=30)}", "endDate": f"{today + timedelta(days=300)}"}
        bodies = [calendar(suspend=True, academicSessions=[{"name": "year", "type": "SchoolYear", **year}])]
        for number in range(self.count):
            deployment = workload()
            del deployment["spec"]["replicas"]
            for body in (deployment, hpa(minimum=BASE), autoscaler(replicas=PEAK)):
                # Pods of one label under many HPAs make each HPA rewrite its status in each pass.
                text = re.sub(r"(name|app): web\n", rf"\1: w{number}\n", yaml.safe_dump(body))
                bodies.append(yaml.safe_load(text))
        began = time.monotonic()
        await self.at_once([self.creating(body) for body in bodies])
        self.console.print(f"{len(bodies)} objects created in {time.monotonic() - began:.0f} s")

    async def creating(self, body: dict[str, Any]) -> None:
        group, _, version = body["apiVersion"].rpartition("/")
        plural = body["kind"].lower() + "s"
        checked(await self.cluster.create(group, version, plural, NAMESPACE, body))

    async def at_once(self, work: Sequence[Any]) -> None:
        """All of it, some at a time."""
        room = asyncio.Semaphore(WRITERS)

        async def one(each: Any) -> None:
            async with room:
                await each

        await asyncio.gather(*(one(each) for each in work))

    async def edit_calendar(self, **spec: Any) -> float:
        """Edits the calendar; when that was sent."""
        group, version = "firstbell.dev", "v1alpha1"
        path = ObjectPath(
            group=group, version=version, plural="schoolcalendars", namespace=NAMESPACE, name="school"
        )
        sent = CLOCK.now().timestamp()
        checked(await self.cluster.merge_patch(path, {"spec": spec}))
        return sent

    async def set_minimum(self, number: int, value: int) -> None:
        group, version, plural = HPAS
        path = ObjectPath(group=group, version=version, plural=plural, namespace=NAMESPACE, name=f"w{number}")
        checked(await self.cluster.merge_patch(path, {"spec": {"minReplicas": value}}))

    async def tell_metric(self, number: int, value: int) -> None:
        """Writes an HPA's status as its controller does where live metrics move."""
        group, version, plural = HPAS
        path = ObjectPath(
            group=group,
            version=version,
            plural=plural,
            namespace=NAMESPACE,
            name=f"w{number}",
            subresource="status",
        )
        current = {"averageUtilization": value % 100, "averageValue": f"{value}m"}
        metrics = [{"type": "Resource", "resource": {"name": "cpu", "current": current}}]
        checked(await self.cluster.merge_patch(path, {"status": {"currentMetrics": metrics}}))

    def requests(self) -> dict[str, float]:
        """The API server's own count of requests by verb, watches aside."""
        found: dict[str, float] = {}
        for line in self.here.kubectl("get", "--raw", "/metrics").splitlines():
            if line.startswith("apiserver_request_total{"):
                verb = re.search(r'verb="(\w+)"', line)[1]
                found[verb] = found.get(verb, 0.0) + float(line.rpartition(" ")[2])
        found.pop("WATCH", None)
        return found

    async def rate(self) -> dict[str, float]:
        before = self.requests()
        await asyncio.sleep(IDLE_SECONDS)
        after = self.requests()
        return {verb: (after[verb] - before.get(verb, 0.0)) / IDLE_SECONDS for verb in after}


def checked(answer: Any) -> Any:
    if isinstance(answer, Failure):
        raise SystemExit(f"the API server refused: {answer.message}")
    return answer


def bells_at(moment: datetime) -> dict[str, Any]:
    """A calendar whose one bell asks for the peak from this minute on: ten minutes of lead."""
    spec = calendar(f"{moment + timedelta(minutes=10):%H:%M}")["spec"]
    return {"bellSchedules": spec["bellSchedules"], "suspend": False}


def spread(times: Sequence[float], since: float) -> str:
    middle = times[len(times) // 2]
    return f"{times[0] - since:+.2f} / {middle - since:+.2f} / {times[-1] - since:+.2f} s"


async def wait_until(look: Callable[[], bool], seconds: float) -> float:
    began = time.monotonic()
    while not look():
        if time.monotonic() - began > seconds:
            raise SystemExit(f"not seen within {seconds:g} s")
        await asyncio.sleep(0.1)
    return time.monotonic() - began


class Watched:
    """Floors and counts, as they arrive."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.floors = Arrivals(bench.here, "hpa", ".spec.minReplicas")
        self.scales = Arrivals(bench.here, "deploy", ".spec.replicas")

    def expect(self, value: int) -> None:
        self.floors.expect(value)
        self.scales.expect(value)

    async def tell(self, what: str, since: float, budget: str = "") -> None:
        for part, arrivals in ((f"{what}: floors", self.floors), ("... and /scale", self.scales)):
            times = await asyncio.to_thread(arrivals.wait, self.bench.count, 300.0)
            self.bench.tell(f"{part}, first / median / last", spread(times, since), budget)

    def close(self) -> None:
        self.floors.close()
        self.scales.close()


async def plain(bench: Bench, watched: Watched) -> None:
    """The baseline: a script raises the floors, and the HPAs do the rest."""
    watched.expect(PEAK)
    since = CLOCK.now().timestamp()
    await bench.at_once([bench.set_minimum(number, PEAK) for number in range(bench.count)])
    await watched.tell("plain HPAs raised by a script", since)
    await bench.at_once([bench.set_minimum(number, BASE) for number in range(bench.count)])
    await bench.at_once([reset(bench, number) for number in range(bench.count)])
    await asyncio.sleep(SETTLE_SECONDS)


async def at_rest(bench: Bench, first: Operator, quiet: dict[str, float]) -> None:
    took = await wait_until(lambda: first.decided() == bench.count, 120)
    bench.tell("start to all decided", f"{took:.1f} s, processor {first.cpu_seconds():.1f} s", "< 10 s")
    await asyncio.sleep(SETTLE_SECONDS + bench.count / OBJECTS_SETTLED_PER_SECOND)
    wrote, cpu = first.writes(), first.cpu_seconds()
    busy = await bench.rate()
    bench.tell("at rest: processor", f"{(first.cpu_seconds() - cpu) / IDLE_SECONDS:.2%} of a core", "< 0.2 %")
    bench.tell("at rest: its own writes", f"{first.writes() - wrote:.0f} in {IDLE_SECONDS:.0f} s", "none")
    more = {verb: busy[verb] - quiet.get(verb, 0.0) for verb in busy}
    told = ", ".join(f"{verb} {rate:+.2f}" for verb, rate in sorted(more.items()) if abs(rate) >= 0.01)
    bench.tell("at rest: requests/s of all clients, against without it", told or "the same", "< +0.2")
    bench.tell("at rest: RSS", f"{first.rss_mebibytes():.0f} MiB", "< 200 MiB")


async def living(bench: Bench, first: Operator) -> None:
    """What HPAs with live metrics do to the operator: each tells its metrics anew every 15 seconds."""
    before, cpu, wrote = bench.requests(), first.cpu_seconds(), first.writes()
    began, number = time.monotonic(), 0
    while (passed := time.monotonic() - began) < IDLE_SECONDS:
        due = int(passed * bench.count / HPA_PASS_SECONDS)
        await bench.at_once([bench.tell_metric(each % bench.count, each) for each in range(number, due)])
        number = max(number, due)
        await asyncio.sleep(0.1)
    cpu, wrote = first.cpu_seconds() - cpu, first.writes() - wrote
    after = bench.requests()
    told = sum(after.get(verb, 0.0) - before.get(verb, 0.0) for verb in ("PATCH", "PUT")) - wrote
    bench.tell("live metrics: processor", f"{cpu / IDLE_SECONDS:.2%} of a core", "none set")
    bench.tell("... for writes of HPAs' statuses", f"{told / IDLE_SECONDS:.1f} /s, its own {wrote:.0f}", "")


async def edited(bench: Bench, watched: Watched) -> None:
    """An edit that puts the peak into the present minute, and one that ends it."""
    watched.expect(PEAK)
    since = await bench.edit_calendar(**bells_at(CLOCK.now() - timedelta(minutes=2)))
    await watched.tell("edited calendar", since, "first < 0.5 s, last < 10 s")
    watched.floors.expect(BASE)
    await bench.edit_calendar(suspend=True)
    await asyncio.to_thread(watched.floors.wait, bench.count, 400.0)
    await bench.at_once([reset(bench, number) for number in range(bench.count)])
    await asyncio.sleep(SETTLE_SECONDS)


async def one_instant(bench: Bench, watched: Watched) -> None:
    watched.expect(PEAK)
    soonest = CLOCK.now() + timedelta(seconds=90)
    # On a mark: a rise between two of them is brought forward to the one before, to come with others.
    planned = soonest.replace(second=0, microsecond=0, minute=soonest.minute // MARK * MARK)
    planned += timedelta(minutes=MARK)
    await bench.edit_calendar(**bells_at(planned))
    await watched.tell("one common instant", planned.timestamp(), "first > -60 s, last < +0.5 s")


async def measure(bench: Bench, edits: int) -> None:
    watched = Watched(bench)
    try:
        await asyncio.sleep(SETTLE_SECONDS)
        await plain(bench, watched)
        quiet = await bench.rate()
        with operator(bench.here, bench.folder) as first:
            await at_rest(bench, first, quiet)
            await living(bench, first)
            await asyncio.sleep(SETTLE_SECONDS)
            for what, playing in (("edited calendar", edited), ("one common instant", one_instant)):
                cpu = first.cpu_seconds()
                await playing(bench, watched)
                bench.tell(f"{what}: processor time in all", f"{first.cpu_seconds() - cpu:.1f} s")
            for number in range(edits):
                await bench.edit_calendar(restartMinBreakDays=5 + number % 2)
                await asyncio.sleep(0.05)
            await asyncio.sleep(SETTLE_SECONDS)
            told = f"{first.rss_mebibytes():.0f} MiB"
            bench.tell(f"RSS after {edits} edits of the calendar", told, "< 200 MiB")
    finally:
        watched.close()


async def reset(bench: Bench, number: int) -> None:
    """The count back to the base: an HPA without metrics never lowers it."""
    path = ObjectPath(
        group="apps",
        version="v1",
        plural="deployments",
        namespace=NAMESPACE,
        name=f"w{number}",
        subresource="scale",
    )
    checked(await bench.cluster.merge_patch(path, {"spec": {"replicas": BASE}}))


async def run(here: ControlPlane, count: int, edits: int, folder: Path) -> None:
    async with KubernetesCluster(await load_access(here.kubeconfig, None)) as cluster:
        bench = Bench(here, cluster, count, folder)
        try:
            await bench.fill()
            await measure(bench, edits)
        finally:  # what was measured before something came too late is worth telling
            table = Table("what", "measured", "budget", title=f"{count} autoscalers that share a calendar")
            for row in bench.rows:
                table.add_row(*row)
            Console(width=120).print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=100, help="How many autoscalers.")
    parser.add_argument("--edits", type=int, default=1000, help="How many edits of the calendar at the end.")
    given = parser.parse_args()
    nodes = min(100, given.count * PEAK // PODS_PER_NODE + 2)
    spec = ControlPlaneSpec(nodes=nodes, disable_qps_limits=True)
    with tempfile.TemporaryDirectory() as folder, control_plane(spec) as here:
        install_kinds(here)
        here.kubectl("create", "namespace", NAMESPACE)
        time.sleep(2)
        asyncio.run(run(here, given.count, given.edits, Path(folder)))


if __name__ == "__main__":
    main()
