"""What the corners of the schema cost: reading, planning 48 hours, and the calendar's status.

    python -m tests.benchmarks.corner_costs
    python -m tests.benchmarks.corner_costs --search 2000

Processor time, because two cores are shared, and the peak of memory that Python traces, in a second run.
Budget: 0.3 s and 20 MiB each. `--search` draws so many calendars at random maxima, the dearest kept and
changed further, and prints the worst by the steps of their plan and by processor time.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from datetime import UTC, datetime
from itertools import pairwise
from random import Random

from rich.console import Console

from firstbell.api.calendar_conversion import read_calendar
from firstbell.domain.bells import minute_of
from firstbell.domain.calendar import SchoolCalendar
from firstbell.domain.days import SchoolDays
from firstbell.domain.effort import effort_of, too_costly
from firstbell.domain.plan import Workload, make_plan
from firstbell.domain.policy import Bounds, Policy
from firstbell.domain.upcoming import bell_of, upcoming_peaks
from firstbell.engine.deciding.planning import UPCOMING
from firstbell.engine.reporting.calendar_status import calendar_status
from firstbell.engine.seen.store import SeenCalendar
from tests.benchmarks.corners import Spec, corner_policy, corners, drawn_corner, largest_policy

NOW = datetime(2026, 11, 16, 5, tzinfo=UTC)
PARTS = ("parse", "effort", "plan", "peaks", "upcoming", "status")


def spent(spec: Spec, policy: Policy) -> tuple[dict[str, float], int, bool]:
    """The processor time of each part, the steps of the plan, and whether it was refused for them."""
    times = [time.process_time()]
    calendar = read_calendar("ns", "corner", spec)
    times.append(time.process_time())
    assert isinstance(calendar, SchoolCalendar), str(calendar)
    days = SchoolDays(calendar)
    workload = Workload(policy=policy, bounds=Bounds(minimum=2, maximum=5000), calendars=(days,))
    now = minute_of(NOW)
    interval = now - 60, now + 2 * 1440
    steps = effort_of(workload, *interval).steps
    refused = too_costly(workload, *interval) is not None
    times.append(time.process_time())
    if refused:
        times += [times[-1]] * 3
    else:
        plan = make_plan(workload, *interval)
        times.append(time.process_time())
        assert plan.peaks is not None
        times.append(time.process_time())
        if sum(bell_of(peak) > now for peak in plan.peaks) < UPCOMING:
            upcoming_peaks(workload, now, UPCOMING)
        times.append(time.process_time())
    seen = SeenCalendar(key="ns/corner", uid="u", generation=1, days=days, status={})
    calendar_status(seen, NOW)
    times.append(time.process_time())
    return (
        dict(zip(PARTS, (later - earlier for earlier, later in pairwise(times)), strict=True)),
        steps,
        refused,
    )


def told(name: str, spec: Spec, policy: Policy) -> str:
    """One line about one calendar."""
    parts, steps, refused = spent(spec, policy)
    tracemalloc.start()
    spent(spec, policy)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    of = " ".join(f"{part} {1000 * seconds:.0f}" for part, seconds in parts.items())
    word = "TooCostly" if refused else ""
    return f"{sum(parts.values()):6.3f} s {peak:5.1f} MiB {steps:>12,} steps {word:9} {name} (ms: {of})"


def search(count: int, console: Console) -> None:
    """Draws calendars, keeps the dearest that are not refused, and draws again beside them."""
    rng = Random(20200420)
    best: list[tuple[float, int, list[int]]] = []
    for number in range(count):
        seeds = [rng.randrange(10**6) for _ in range(12)]
        if best and rng.random() < 0.7:  # beside one of the dearest: a third of its choices anew
            kept = rng.choice(best)[2]
            seeds = [new if rng.random() < 0.33 else old for old, new in zip(kept, seeds, strict=True)]
        try:
            parts, steps, refused = spent(drawn_corner(seeds), corner_policy())
        except AssertionError:
            continue  # such a calendar is refused where it is read
        if not refused:
            before = best[:1]
            best = sorted([*best, (sum(parts.values()), steps, seeds)], reverse=True)[:8]
            if best[:1] != before:
                console.print(f"{number}: {best[0][0]:.3f} s, {best[0][1]:,} steps, {best[0][2]}")
    for seconds, steps, seeds in best:
        console.print(f"{seconds:.3f} s, {steps:,} steps: drawn_corner({seeds})")
        console.print("   " + told("", drawn_corner(seeds), corner_policy()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--search", type=int, default=0, metavar="COUNT")
    parser.add_argument("--only", default="", metavar="WORDS")
    asked = parser.parse_args()
    console = Console(width=200, highlight=False)
    if asked.search:
        search(asked.search, console)
        return
    for policy, words in ((corner_policy(), ""), (largest_policy(), ", with 20 peaks and 64 factors")):
        for name, spec in corners().items():
            if asked.only in name + words:
                console.print(told(name + words, spec, policy))


if __name__ == "__main__":
    main()
