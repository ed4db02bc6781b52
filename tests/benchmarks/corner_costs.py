"""What the corners of the schema cost: reading, planning 48 hours, and the calendar's status.

    python -m tests.benchmarks.corner_costs
    python -m tests.benchmarks.corner_costs --search 2000

Processor time, because two cores are shared, and the peak of memory that Python traces, in a second run.
Budget: 0.3 s and 20 MiB each. `--search` has hypothesis draw so many calendars at random maxima, towards
those that call the most functions while they are read, planned and told of, and prints the worst.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import HealthCheck, Phase, given, seed, settings, target
from hypothesis import strategies as st
from rich.console import Console

from firstbell.core import SchoolCalendar
from firstbell.core.bells import minute_of
from firstbell.core.days import SchoolDays
from firstbell.core.effort import effort_of, too_many_steps
from firstbell.core.lead import NO_RISES
from firstbell.core.plan import Workload, make_plan
from firstbell.core.policy import Bounds, Policy
from firstbell.core.upcoming import upcoming_peaks
from firstbell.engine.deciding.planning import UPCOMING
from firstbell.engine.report.calendar_status import calendar_status
from firstbell.engine.seen.store import SeenCalendar
from firstbell.kinds.calendar_conversion import read_calendar
from tests.benchmarks.corners import Spec, corner_policy, corners, drawn_corner, largest_policy
from tests.counted_calls import counted_calls

NOW = datetime(2026, 11, 16, 5, tzinfo=UTC)
PARTS = ("parse", "effort", "plan", "peaks", "upcoming", "status")


def spent(spec: Spec, policy: Policy) -> tuple[dict[str, float], int, bool]:
    """The processor time of each part, the steps of the plan, and whether it was refused for them."""
    times = [time.process_time()]
    calendar = read_calendar("ns", "corner", spec)
    times.append(time.process_time())
    assert isinstance(calendar, SchoolCalendar), str(calendar)
    days = SchoolDays(calendar)
    bounds = Bounds(minimum=2, maximum=5000)
    workload = Workload(policy=policy, bounds=bounds, calendars=(days,), rises=NO_RISES)
    now = minute_of(NOW)
    interval = now - 60, now + 2 * 1440
    steps = effort_of(workload, *interval).steps
    refused = too_many_steps(workload, *interval) is not None
    times.append(time.process_time())
    if refused:
        times += [times[-1]] * 3
    else:
        plan = make_plan(workload, *interval)
        times.append(time.process_time())
        assert plan.peaks is not None
        times.append(time.process_time())
        if sum(peak.bell > now for peak in plan.peaks) < UPCOMING:
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
    """Lets hypothesis look for the dearest calendar that is not refused, by the functions that it calls."""
    dearest: list[tuple[int, list[int]]] = []

    @seed(20200420)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.target),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(st.integers(0, 10**6), min_size=12, max_size=12))
    def look(seeds: list[int]) -> None:
        refused: list[bool] = []
        try:
            calls = counted_calls(lambda: refused.append(spent(drawn_corner(seeds), corner_policy())[2]))
        except AssertionError:
            return  # such a calendar is refused where it is read
        target(0 if refused[0] else calls)
        if not refused[0] and (not dearest or calls > dearest[0][0]):
            dearest.insert(0, (calls, seeds))
            console.print(f"{calls:,} calls: {seeds}")

    look()
    for calls, seeds in dearest[:8]:
        console.print(f"{calls:,} calls: drawn_corner({seeds})")
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
