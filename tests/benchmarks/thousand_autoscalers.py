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
import re
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from rich.console import Console
from rich.table import Table

from firstbell.adapters.kubernetes import KubernetesCluster
from firstbell.adapters.renewal import load_access
from firstbell.clock import SystemClock
from firstbell.core.coalesce import MARK_MINUTES
from firstbell.engine.ports import Failure, ObjectPath
from firstbell.kinds.group import GROUP
from firstbell_workshop.local.provision import control_plane
from firstbell_workshop.local.spec import ControlPlaneSpec
from tests.benchmarks.arrivals import Arrivals, spread
from tests.benchmarks.processors import operator, processors, spent
from tests.cluster.conftest import install_kinds
from tests.cluster.stage import autoscaler, calendar, hpa, workload

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.benchmarks.processors import Operator

NAMESPACE, PEAK, BASE = "bench", 2, 1
PODS_PER_NODE = 100
SETTLE_SECONDS, IDLE_SECONDS, CALM_SECONDS = 20.0, 60.0, 3.0
START_SECONDS, RAISED_SECONDS, CALM_WITHIN_SECONDS = 120.0, 120.0, 90.0
LOWERED_SECONDS = 420.0
"""What loses a near bell is held for five minutes."""
AFTER_THE_BELL_SECONDS, EDITS_SECONDS = 120.0, 240.0
LONGEST_MINUTES = 20
"""Whatever is not measured by then is left out; what is, is told."""
HPAS = ("autoscaling", "v2", "horizontalpodautoscalers")
WRITERS = 16
HPA_PASS_SECONDS = 15.0
OBJECTS_SETTLED_PER_SECOND = 25
BETWEEN_EDITS_SECONDS = 0.05
BEFORE_THE_BELL = timedelta(seconds=75)
COMPLAINTS_TOLD = 20
OWN = "the operator's own"
HPA_PLURAL = HPAS[2]
OF_THE_OPERATOR = {
    ("LIST", HPA_PLURAL, ""),
    ("GET", HPA_PLURAL, ""),
    ("PATCH", HPA_PLURAL, ""),
    ("LIST", "deployments", ""),
    ("LIST", "statefulsets", ""),
    ("PATCH", "deployments", "scale"),
}
"""Verb, resource and subresource; the controllers ask for none of these once they run."""
MARK = MARK_MINUTES
CLOCK = SystemClock()


class Bench:
    """The stage, and the figures in the order in which they were taken."""

    def __init__(self, here: ControlPlane, cluster: KubernetesCluster, count: int, folder: Path) -> None:
        self.here, self.cluster, self.count, self.folder = here, cluster, count, folder
        self.rows: list[tuple[str, str, str]] = []
        self.console = Console(stderr=True)

    def tell(self, what: str, figure: str, budget: str = "") -> None:
        self.rows.append((what, figure, budget))
        self.console.print(f"{what}: {figure}", highlight=False)

    async def fill(self, **policy: Any) -> None:
        """`policy` are fields of each SchoolAutoscaler."""
        today = CLOCK.now().date()
        year = {"startDate": f"{today - timedelta(days=30)}", "endDate": f"{today + timedelta(days=300)}"}
        bodies = [calendar(suspend=True, academicSessions=[{"name": "year", "type": "SchoolYear", **year}])]
        for number in range(self.count):
            deployment = workload()
            del deployment["spec"]["replicas"]
            for body in (deployment, hpa(minimum=BASE), autoscaler(replicas=PEAK, **policy)):
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
        """The API server's own count of requests by verb, watches aside.

        `OWN` are those that nobody but the operator makes at rest: of its own kinds, and those of others.
        """
        found: dict[str, float] = {}
        for line in self.here.kubectl("get", "--raw", "/metrics").splitlines():
            if not line.startswith("apiserver_request_total{"):
                continue
            labels = dict(re.findall(r'(\w+)="([^"]*)"', line))
            count = float(line.rpartition(" ")[2])
            request = (labels["verb"], labels["resource"], labels["subresource"])
            own = OWN if labels["group"] == GROUP or request in OF_THE_OPERATOR else ""
            for verb in (labels["verb"], own):
                found[verb] = found.get(verb, 0.0) + count * (labels["verb"] != "WATCH")
        return {verb: count for verb, count in found.items() if verb not in {"", "WATCH"}}

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


async def wait_until(look: Callable[[], bool], seconds: float) -> float | None:
    """How long it took, or None where it was not seen in time."""
    began = time.monotonic()
    while not look():
        if time.monotonic() - began > seconds:
            return None
        await asyncio.sleep(0.25)
    return time.monotonic() - began


async def calm(of: Operator, within: float = CALM_WITHIN_SECONDS) -> None:
    """Returns when the operator has written nothing for some seconds, or goes on and on."""
    began, before = time.monotonic(), of.writes()
    while time.monotonic() - began < within:
        await asyncio.sleep(CALM_SECONDS)
        now = of.writes()
        if now == before:
            return
        before = now


def by_verb(counts: dict[str, float], form: str = ".0f") -> str:
    told = (f"{verb} {count:{form}}" for verb, count in sorted(counts.items()) if count and verb != OWN)
    return ", ".join(told) or "none"


class Phase:
    """What a part of the run costs, from its beginning until the operator is calm again."""

    def __init__(self, bench: Bench, of: Operator, what: str) -> None:
        self._bench, self._of, self._what = bench, of, what
        self._processors = processors(bench.here)
        self._requests, self._writes = bench.requests(), of.writes()

    def tell_processors(self, until: str) -> None:
        """Who has used the processors up to now."""
        told = spent(self._processors, processors(self._bench.here))
        self._bench.tell(f"{self._what}: processors, {until}", told)

    async def tell(self) -> None:
        """All of it."""
        await calm(self._of)
        self.tell_processors("until calm")
        after, wrote = self._bench.requests(), self._of.writes()
        told = by_verb({verb: after[verb] - self._requests.get(verb, 0.0) for verb in after})
        self._bench.tell(f"{self._what}: requests of all clients", told)
        told = by_verb({what: wrote[what] - self._writes.get(what, 0.0) for what in wrote})
        self._bench.tell(f"{self._what}: the operator's own writes", told)


class Watched:
    """Floors and counts, as they arrive."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.floors = Arrivals(bench.here, NAMESPACE, "hpa", ".spec.minReplicas")
        self.scales = Arrivals(bench.here, NAMESPACE, "deploy", ".spec.replicas")

    def expect(self, value: int) -> None:
        self.floors.expect(value)
        self.scales.expect(value)

    async def tell(self, what: str, since: float, seconds: float, budget: str = "") -> None:
        for part, arrivals in ((f"{what}: floors", self.floors), ("... and /scale", self.scales)):
            times = await arrivals.wait(self.bench.count, seconds)
            told = spread(times, self.bench.count, since)
            self.bench.tell(f"{part}, first / median / last", told, budget)

    def close(self) -> None:
        self.floors.close()
        self.scales.close()


async def plain(bench: Bench, watched: Watched) -> None:
    """The baseline: a script raises the floors, and the HPAs do the rest."""
    watched.expect(PEAK)
    since = CLOCK.now().timestamp()
    await bench.at_once([bench.set_minimum(number, PEAK) for number in range(bench.count)])
    await watched.tell("plain HPAs raised by a script", since, RAISED_SECONDS)
    await bench.at_once([bench.set_minimum(number, BASE) for number in range(bench.count)])
    await bench.at_once([reset(bench, number) for number in range(bench.count)])
    await asyncio.sleep(SETTLE_SECONDS)


async def start(bench: Bench, first: Operator) -> None:
    phase = Phase(bench, first, "start")
    took = await wait_until(lambda: first.decided() >= bench.count, START_SECONDS)
    told = f"ONLY {first.decided()} in {START_SECONDS:.0f} s" if took is None else f"{took:.1f} s"
    bench.tell("start to all decided", f"{told}, processor {first.cpu_seconds():.1f} s", "< 10 s")
    await phase.tell()


async def at_rest(bench: Bench, first: Operator, quiet: dict[str, float]) -> None:
    await asyncio.sleep(SETTLE_SECONDS + bench.count / OBJECTS_SETTLED_PER_SECOND)
    wrote, cpu = sum(first.writes().values()), first.cpu_seconds()
    busy = await bench.rate()
    bench.tell("at rest: processor", f"{(first.cpu_seconds() - cpu) / IDLE_SECONDS:.2%} of a core", "< 0.2 %")
    wrote = sum(first.writes().values()) - wrote
    bench.tell("at rest: its own writes", f"{wrote:.0f} in {IDLE_SECONDS:.0f} s", "none")
    bench.tell("at rest: requests/s of all clients", by_verb(busy, ".2f"))
    bench.tell("... before the operator was there", by_verb(quiet, ".2f"))
    bench.tell("... that only the operator makes", f"{busy.get(OWN, 0.0):.2f}", "< 0.2")
    bench.tell("at rest: RSS", f"{first.rss_mebibytes():.0f} MiB", "< 200 MiB")


async def living(bench: Bench, first: Operator) -> None:
    """What HPAs with live metrics do to the operator: each tells its metrics anew every 15 seconds."""
    cpu, wrote = first.cpu_seconds(), sum(first.writes().values())
    began, number = time.monotonic(), 0
    while (passed := time.monotonic() - began) < IDLE_SECONDS:
        due = int(passed * bench.count / HPA_PASS_SECONDS)
        await bench.at_once([bench.tell_metric(each % bench.count, each) for each in range(number, due)])
        number = max(number, due)
        await asyncio.sleep(0.1)
    cpu, wrote = first.cpu_seconds() - cpu, sum(first.writes().values()) - wrote
    passed = time.monotonic() - began
    bench.tell("live metrics: processor", f"{cpu / passed:.2%} of a core", "none set")
    bench.tell("... at writes of HPAs' statuses", f"{number / passed:.1f} /s, its own {wrote:.0f}")
    await asyncio.sleep(SETTLE_SECONDS)


async def edited(bench: Bench, watched: Watched, first: Operator) -> None:
    """An edit that puts the peak into the present minute, and one that ends it."""
    phase = Phase(bench, first, "edited calendar")
    watched.expect(PEAK)
    since = await bench.edit_calendar(**bells_at(CLOCK.now() - timedelta(minutes=2)))
    await watched.tell("edited calendar", since, RAISED_SECONDS, "first < 0.5 s, last < 8 s")
    phase.tell_processors("until the last /scale")
    await phase.tell()
    await within_the_window(bench, first)
    watched.floors.expect(BASE)
    since = await bench.edit_calendar(suspend=True)
    times = await watched.floors.wait(bench.count, LOWERED_SECONDS)
    bench.tell("suspended calendar: floors back, first / median / last", spread(times, bench.count, since))
    await bench.at_once([reset(bench, number) for number in range(bench.count)])
    await asyncio.sleep(SETTLE_SECONDS)


async def within_the_window(bench: Bench, first: Operator) -> None:
    """Floors stand and nothing changes: a minute of it."""
    wrote, cpu = sum(first.writes().values()), first.cpu_seconds()
    await asyncio.sleep(IDLE_SECONDS)
    wrote = sum(first.writes().values()) - wrote
    used = (first.cpu_seconds() - cpu) / IDLE_SECONDS
    bench.tell("in a window, nothing changes: its own writes", f"{wrote:.0f} in {IDLE_SECONDS:.0f} s", "none")
    bench.tell("... processor", f"{used:.2%} of a core")


async def one_instant(bench: Bench, watched: Watched, first: Operator) -> None:
    """A bell to come, for all at once."""
    phase = Phase(bench, first, "one common bell")
    watched.expect(PEAK)
    soonest = CLOCK.now() + BEFORE_THE_BELL
    # On a mark: a rise between two of them is brought forward to the one before, to come with others.
    planned = soonest.replace(second=0, microsecond=0, minute=soonest.minute // MARK * MARK)
    planned += timedelta(minutes=MARK)
    await bench.edit_calendar(**bells_at(planned))
    seconds = (planned - CLOCK.now()).total_seconds() + AFTER_THE_BELL_SECONDS
    budget = "last < 0 s"
    await watched.tell("one common bell", planned.timestamp(), seconds, budget)
    phase.tell_processors("from its edit to the last /scale")
    await phase.tell()


async def remembered(bench: Bench, first: Operator, edits: int) -> None:
    """What many edits leave behind in memory."""
    before, began, cpu = first.rss_mebibytes(), time.monotonic(), first.cpu_seconds()
    made = 0
    while made < edits and time.monotonic() - began < EDITS_SECONDS:
        await bench.edit_calendar(restartMinBreakDays=5 + made % 2)
        made += 1
        await asyncio.sleep(BETWEEN_EDITS_SECONDS)
    took = time.monotonic() - began
    await calm(first)
    told = f"{first.rss_mebibytes():.0f} MiB, {before:.0f} before"
    bench.tell(f"RSS after {made} edits of the calendar", told, "< 200 MiB")
    told = f"{took:.0f} s, processor {first.cpu_seconds() - cpu:.0f} s until all is told"
    bench.tell(f"{made} edits of the calendar", told)


def tell_complaints(bench: Bench, lines: Sequence[str]) -> None:
    """What the operator has warned of, by reason. HPAs without a metric never come down, and it says so."""
    reasons = Counter(re.findall(r"reason=(\w+)", "\n".join(lines)))
    rest = [line for line in lines if "reason=" not in line]
    told = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    bench.tell("the operator's warnings, by reason", told or "none", "AutoscalerHasNoMetrics, of falls")
    bench.tell("... of another kind", f"{len(rest)}", "none")
    for line in rest[-COMPLAINTS_TOLD:]:
        bench.console.print(line, highlight=False, markup=False)


async def measure(bench: Bench, edits: int) -> None:
    watched = Watched(bench)
    try:
        await asyncio.sleep(SETTLE_SECONDS)
        await plain(bench, watched)
        quiet = await bench.rate()
        with operator(bench.here, NAMESPACE, bench.folder / "operator.log") as first:
            try:
                await start(bench, first)
                await at_rest(bench, first, quiet)
                await living(bench, first)
                await edited(bench, watched, first)
                await one_instant(bench, watched, first)
                await remembered(bench, first, edits)
            finally:
                tell_complaints(bench, first.complaints())
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


def benchmarked(count: int, title: str, measured: Callable[[Bench], Awaitable[None]]) -> None:
    """Have something measured on a control plane for so many workloads, and print what came of it."""
    nodes = min(100, count * PEAK // PODS_PER_NODE + 2)
    spec = ControlPlaneSpec(nodes=nodes, disable_qps_limits=True)
    with tempfile.TemporaryDirectory() as folder, control_plane(spec) as here:
        install_kinds(here)
        here.kubectl("create", "namespace", NAMESPACE)
        time.sleep(2)
        asyncio.run(_printed(here, count, Path(folder), title, measured))


async def _printed(
    here: ControlPlane, count: int, folder: Path, title: str, measured: Callable[[Bench], Awaitable[None]]
) -> None:
    access = await load_access(here.kubeconfig, None)
    # Under our own name the operator would find floors to hand back when it starts.
    async with KubernetesCluster(access, field_manager="benchmark") as cluster:
        bench = Bench(here, cluster, count, folder)
        try:
            async with asyncio.timeout(LONGEST_MINUTES * 60):
                await measured(bench)
        except TimeoutError:
            bench.tell("all of it", f"NOT DONE in {LONGEST_MINUTES} minutes")
        finally:  # what was measured before something came too late is worth telling
            table = Table("what", "measured", "budget", title=title)
            for row in bench.rows:
                table.add_row(*row)
            Console(width=150).print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=100, help="How many autoscalers.")
    parser.add_argument("--edits", type=int, default=1000, help="How many edits of the calendar at the end.")
    given = parser.parse_args()

    async def measured(bench: Bench) -> None:
        await bench.fill()
        await measure(bench, given.edits)

    title = f"{given.count} autoscalers that share a calendar"
    benchmarked(given.count, title, measured)


if __name__ == "__main__":
    main()
