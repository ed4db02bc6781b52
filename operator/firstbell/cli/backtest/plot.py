"""A backtest as a picture: planned against needed at every bell, and the worst day minute by minute."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from firstbell.cli.picture import empty_picture, written
from firstbell.core.instants import EPOCH, instant_of, local_date, start_of_day
from firstbell.lab.record.need import UNKNOWN
from firstbell.lab.record.outcome import Outcome, Variant
from firstbell.lab.record.recording import SECONDS_PER_MINUTE
from firstbell.lab.record.track import Track

ONE_DAY = timedelta(days=1)
COLORS = {Variant.FIRSTBELL: "#d97706", Variant.HPA: "#2563eb"}
LABELS = {Variant.FIRSTBELL: "firstbell, Ready", Variant.HPA: "HPA alone, Ready"}


def plot_outcome(outcome: Outcome, file: Path) -> str | None:
    """Draw an outcome; return what stood in the way, or None."""
    figure, axes = empty_picture(2, 1, (10, 7))
    _all_bells(axes[0, 0], outcome)
    _one_day(axes[1, 0], outcome)
    return written(figure, file)


def _all_bells(axis: Any, outcome: Outcome) -> None:
    """Draw what was planned and needed at each bell over the whole time."""
    times = [instant_of(bell.window.peak.bell) for bell in outcome.bells]
    needed = [bell.needed for bell in outcome.bells]
    axis.plot(times, [bell.planned for bell in outcome.bells], "_", color="#d97706", label="planned")
    axis.plot(times, needed, ".", color="#374151", markersize=3, label="needed")
    short = [bell for bell in outcome.bells if bell.tallies[Variant.FIRSTBELL].short_seconds]
    at = [instant_of(bell.window.peak.bell) for bell in short]
    axis.plot(at, [bell.needed for bell in short], "x", color="#dc2626", label="firstbell was short")
    _dressed(axis, outcome, f"{outcome.workload.policy.key}: every bell")


def _one_day(axis: Any, outcome: Outcome) -> None:
    """Draw the need and who was Ready on the day whose need is highest."""
    need, zone = outcome.need, _zone(outcome)
    highest = need.starts[need.replicas.index(outcome.highest_need)] // SECONDS_PER_MINUTE
    day = local_date(zone, highest)
    start = max(need.start, start_of_day(zone, day) * SECONDS_PER_MINUTE)
    end = min(need.end, start_of_day(zone, day + ONE_DAY) * SECONDS_PER_MINUTE)
    entries = range(need.first(start), need.after(end))
    times = [_instant(max(start, need.starts[index])) for index in entries]
    values = [None if need.replicas[index] == UNKNOWN else need.replicas[index] for index in entries]
    axis.plot(times, values, drawstyle="steps-post", color="#374151", linewidth=0.8, label="needed")
    for variant, color in COLORS.items():
        points = _points(outcome.courses[variant].ready, start, end)
        times = [_instant(second) for second, _ in points]
        counts = [count for _, count in points]
        axis.step(times, counts, where="post", color=color, linewidth=1.5, label=LABELS[variant])
    _dressed(axis, outcome, f"the day with the highest need, {day:%a %d %b %Y}")


def _points(track: Track, start: int, end: int) -> list[tuple[int, int]]:
    """Return the counts of a track in [start, end), as points of a step curve."""
    changes = [*track.changes(), (end, track.counts[-1])]
    found = [
        (max(start, at), count) for (at, count), (until, _) in pairwise(changes) if at < end and until > start
    ]
    return [*found, (end, found[-1][1])] if found else []


def _dressed(axis: Any, outcome: Outcome, title: str) -> None:
    from matplotlib import dates  # noqa: PLC0415 - see above

    axis.set_title(title, loc="left", fontsize=10)
    axis.set_ylabel("replicas")
    axis.set_ylim(bottom=0)
    locator = dates.AutoDateLocator(tz=_zone(outcome))  # type: ignore[no-untyped-call]
    axis.xaxis.set_major_locator(locator)
    formatter = dates.ConciseDateFormatter(locator, tz=_zone(outcome))  # type: ignore[no-untyped-call]
    axis.xaxis.set_major_formatter(formatter)
    axis.set_xlabel(_zone(outcome).key)
    axis.legend(loc="upper right", frameon=False)


def _zone(outcome: Outcome) -> Any:
    return outcome.workload.zone


def _instant(second: int) -> Any:
    return EPOCH + timedelta(seconds=second)
