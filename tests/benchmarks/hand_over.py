"""Who writes is killed, frozen, cut off or stopped at random instants; how long until another could write.

    python -m tests.benchmarks.hand_over --instants 24 --seed 1
    python -m tests.benchmarks.hand_over --instants 4 --seed 1 --lease 12 --frozen 60
    python -m tests.benchmarks.hand_over --instants 8 --seed 1 --beside 1000 --speed 60

Three operators as processes under the chart's account, on the local control plane, a clock that is fast, and
a bell every hour of it. Within each, at a random instant before or in its ramp, something happens to
the one that holds the Lease. Times are of the wall, from the signal to the moment at which another process
has read everything again and may write. At the end the audit log is asked whether a floor, a count, a status
or an event was written by two within one Lease. Bells that were not met are looked for in the status.
`--beside` so many other workloads, which have nothing due, whoever takes over has read everything of.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import signal
import tempfile
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from firstbell_workshop.local.provision import control_plane
from firstbell_workshop.local.spec import ControlPlaneSpec
from tests.cluster.audit import audit_policy
from tests.cluster.cluster_api import ClusterApi
from tests.cluster.conftest import OPERATORS, install_kinds
from tests.cluster.contenders import Contender, Contenders, follows, overlaps
from tests.cluster.operator_account import charts_accounts
from tests.cluster.operator_process import Sun
from tests.cluster.stage import PEAK, Stage, at, autoscaler, calendar, hpa, workload

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tests.cluster.cluster_api import Json

NAMESPACE = "bench"
AGAIN = "everything was read again"
EVERY_MINUTES, LEAD, RAMP, HOLD = 60, 15, 10, 5
LOOKED_EVERY_SECONDS = 0.02
NOBODY_SECONDS = 90.0
FAULTS = ("killed", "frozen", "cut off", "stopped")
TOLD = "ReadyForBell"


@dataclass
class Seen:
    """What came of the instants so far."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {fault: [] for fault in FAULTS})
    met: int = 0
    told: int = 0
    missed: list[str] = field(default_factory=list)


def bells() -> list[dict[str, str]]:
    starts = [timedelta(minutes=minutes) for minutes in range(EVERY_MINUTES, 24 * 60, EVERY_MINUTES)]
    return [
        {"name": f"{number}", "startTime": _clock(start), "endTime": _clock(start + timedelta(minutes=20))}
        for number, start in enumerate(starts)
    ]


def _clock(of_day: timedelta) -> str:
    minutes = int(of_day.total_seconds()) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"


class Bench:
    """Three contenders and the bells that they ring."""

    def __init__(self, contenders: Contenders, frozen: float, seed: int) -> None:
        self.here, self.stage, self.sun = contenders, contenders.stage, contenders.sun
        self.frozen = frozen
        self.random = random.Random(seed)
        self.seen = Seen()
        self.clean: set[str] = set()
        self.living: list[Contender] = []

    def fill(self, beside: int) -> None:
        peak = {
            "name": "lesson",
            "anchor": "PeriodStart",
            "replicas": PEAK,
            "leadMinutes": LEAD,
            "rampMinutes": RAMP,
            "holdMinutes": HOLD,
            "decayMinutes": 0,
        }
        at_once = {"scaleDown": {"stabilizationWindowSeconds": 0}}
        schedules = [{"name": "day", "classPeriods": bells()}]
        self.stage.set(workload(), hpa(), calendar(bellSchedules=schedules))
        self.stage.set(autoscaler(peaks=[peak], behavior=at_once))
        self.put_beside(beside)
        self.here.nobody_holds()
        self.living = [self.here.start() for _ in range(3)]
        for one in self.living:
            follows(one)

    def put_beside(self, count: int) -> None:
        """Workloads without pods, and a calendar of Sundays."""
        quiet = named(
            calendar(weeklySchedule=[{"daysOfWeek": ["Sunday"], "bellScheduleName": "day"}]), "quiet"
        )
        self.stage.set(quiet)
        for number in range(count):
            name = f"beside-{number:05}"
            policy = autoscaler(calendarRefs=[{"name": "quiet"}])
            for body in (workload(replicas=0), hpa(), policy):
                if "scaleTargetRef" in body["spec"]:
                    body["spec"]["scaleTargetRef"]["name"] = name
                self.stage.set(named(body, name))

    def holder(self) -> Contender:
        """Who holds the Lease and has read everything, waited for."""
        end = time.monotonic() + NOBODY_SECONDS
        named = ""
        while time.monotonic() < end:
            named = self.here.holder()
            for one in self.living:
                if named and _last_term(one) == named:
                    return one
            time.sleep(0.1)
        msg = f"{named or 'nobody'} holds the Lease: {[one.process.said[-600:] for one in self.living]}"
        raise RuntimeError(msg)

    def instant(self, fault: str, *, ramp: bool) -> None:
        """One bell, and what happens before it."""
        bell = self.next_bell()
        first = bell - timedelta(minutes=LEAD + RAMP)
        length = timedelta(minutes=RAMP if ramp else LEAD / 2)
        begin = first if ramp else first - length
        when = begin + length * self.random.random()
        holder = self.holder()
        self.wait_for(when)
        others = [one for one in self.living if one is not holder]
        read = {one.name: one.process.said.count(AGAIN) for one in others}
        begun = time.monotonic()
        self.happen(fault, holder)
        while all(one.process.said.count(AGAIN) == read[one.name] for one in others):
            time.sleep(LOOKED_EVERY_SECONDS)
            if time.monotonic() - begun > 10 * self.here.seconds + self.frozen:
                self.seen.missed.append(f"nobody took over after it was {fault}")
                break
        self.seen.seconds[fault].append(time.monotonic() - begun)
        self.judge(bell)
        self.mend(fault, holder, begun)

    def judge(self, bell: datetime) -> None:
        """Whether the floor stood at the bell; where not, whether anybody said so."""
        self.wait_for(bell)
        if self.stage.minimum() >= PEAK:
            self.seen.met += 1
            return
        end = time.monotonic() + 4
        while time.monotonic() < end:
            told = self.stage.condition(TOLD)
            if told.get("status") == "False" or self.stage.minimum() >= PEAK:
                self.seen.told += 1
                return
            time.sleep(0.05)
        self.seen.missed.append(f"{bell}: {self.stage.conditions()}")

    def happen(self, fault: str, holder: Contender) -> None:
        if fault == "cut off":
            holder.cut()
            return
        numbers = {"killed": signal.SIGKILL, "frozen": signal.SIGSTOP, "stopped": signal.SIGTERM}
        holder.send(numbers[fault])

    def mend(self, fault: str, holder: Contender, begun: float) -> None:
        """Everybody is there again, as before."""
        if fault == "cut off":
            holder.join()
        elif fault == "frozen":
            time.sleep(max(0.0, begun + self.frozen - time.monotonic()))
            holder.send(signal.SIGCONT)
        else:
            if fault == "stopped":
                self.clean.add(holder.name)
            self.living = [one for one in self.living if one is not holder]
            self.living.append(self.here.start())

    def next_bell(self) -> datetime:
        now = self.sun.now() + timedelta(minutes=LEAD + RAMP + LEAD / 2 + 1)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        number = int((now - midnight) / timedelta(minutes=EVERY_MINUTES)) + 1
        if number > len(bells()):  # no bell rings at midnight
            midnight, number = midnight + timedelta(days=1), 0
        # A PeriodStart is a change of lessons: the first lesson of the day is none.
        return midnight + max(2, number) * timedelta(minutes=EVERY_MINUTES)

    def wait_for(self, instant: datetime) -> None:
        seconds = (instant - self.sun.now()).total_seconds() / self.sun.speed
        time.sleep(max(0.0, seconds))


def named(body: Json, name: str) -> Json:
    body["metadata"]["name"] = name
    return body


def _last_term(one: Contender) -> str:
    """Who a process was when it last took the Lease and has not lost it since; empty where it has."""
    said = one.process.said
    taken, lost = said.rfind(" holds "), max(said.rfind(" lost "), said.rfind(" gave up "))
    return one.identity if taken > lost and said.rfind(AGAIN) >= lost else ""


def table(bench: Bench, title: str) -> Table:
    shown = Table("the holder was", "times", "first", "median", "9 of 10", "last", title=title)
    for fault, seconds in bench.seen.seconds.items():
        if seconds:
            shown.add_row(fault, str(len(seconds)), *(f"{each:.2f} s" for each in _spread(seconds)))
    return shown


def _spread(seconds: Sequence[float]) -> tuple[float, ...]:
    found = sorted(seconds)
    return found[0], found[len(found) // 2], found[min(len(found) - 1, len(found) * 9 // 10)], found[-1]


@contextlib.contextmanager
def benched(folder: Path, lease: int, speed: float) -> Iterator[Contenders]:
    policy = audit_policy(folder / "policy.yaml", OPERATORS)
    spec = ControlPlaneSpec(nodes=2, disable_qps_limits=True, audit_policy=policy)
    with control_plane(spec) as here:
        install_kinds(here)
        here.kubectl("create", "namespace", NAMESPACE)
        with (
            charts_accounts(here, OPERATORS, folder) as accounts,
            ClusterApi(here.kubeconfig, here.context, NAMESPACE) as api,
        ):
            time.sleep(2)
            stage = Stage(here, api, NAMESPACE, accounts)
            with Contenders(stage, Sun.rising(at("00:05"), speed), folder, lease) as contenders:
                yield contenders


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--instants", type=int, default=52)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lease", type=int, default=4, help="Seconds that a Lease lasts.")
    parser.add_argument("--frozen", type=float, default=12.0, help="Seconds that a process is frozen.")
    parser.add_argument("--speed", type=float, default=150.0, help="How fast the clock runs.")
    parser.add_argument("--beside", type=int, default=0, help="How many other workloads there are.")
    parser.add_argument("--seconds", type=float, default=420.0, help="No instant begins later than that.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, benched(Path(folder), given.lease, given.speed) as here:
        bench = Bench(here, given.frozen, given.seed)
        bench.fill(given.beside)
        begun, done = time.monotonic(), 0
        rounds = [(fault, ramp) for ramp in (False, True) for fault in FAULTS]
        plays = [rounds[number % len(rounds)] for number in range(given.instants)]
        bench.random.shuffle(plays)
        console = Console(width=150)
        try:
            for fault, ramp in plays:
                if time.monotonic() - begun > given.seconds:
                    break
                bench.instant(fault, ramp=ramp)
                done += 1
                where = "in the ramp" if ramp else "before it"
                console.print(f"{done}: {fault} {where}, {bench.seen.seconds[fault][-1]:.2f} s")
        finally:  # what was measured before something came too late is worth telling
            time.sleep(1)
            found = overlaps(here.writes(), given.lease, bench.clean)
            seen = bench.seen
            console.print(table(bench, f"{done} instants, seed {given.seed}, a Lease of {given.lease} s"))
            console.print(f"bells met {seen.met}, late and told {seen.told}, missed {seen.missed or 'none'}")
            console.print(f"written by two within one Lease: {found or 'nothing'}")


if __name__ == "__main__":
    main()
