"""A simulated day as a picture: load against what is Ready, a panel for each way of scaling."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from firstbell.cli.picture import empty_picture, written
from firstbell.cli.simulate.table import NAMES, minutes
from firstbell.core.instants import instant_of
from firstbell.lab.day.compare import Comparison
from firstbell.lab.day.outcome import Outcome

MOST_COMPARISONS = 16
HEADROOM = 1.05


def plot_comparisons(comparisons: Sequence[Comparison], file: Path) -> str | None:
    """Draw every comparison, a row of panels each; return what stood in the way, or None."""
    if len(comparisons) > MOST_COMPARISONS:
        return f"{len(comparisons)} days are too many for a picture of {MOST_COMPARISONS}. Give fewer."
    wide = max(len(comparison.outcomes) for comparison in comparisons)
    size = (5 * wide, 3.6 * len(comparisons))
    figure, axes = empty_picture(len(comparisons), wide, size, sharey="row")
    for row, comparison in zip(axes, comparisons, strict=True):
        for axis, (variant, outcome) in zip(row, comparison.outcomes.items(), strict=True):
            _panel(axis, comparison, outcome, f"{NAMES[variant]}: {minutes(outcome.short_seconds)} short")
        # The panels of a row share their axis, so its end is set when all of them are drawn.
        row[0].set_ylim(0, HEADROOM * _highest(comparison) or 1)
        row[0].set_ylabel(f"{comparison.plan.workload.policy.key}, in replicas")
        row[0].legend(loc="upper right", frameon=False, fontsize=8)
    return written(figure, file)


def _highest(comparison: Comparison) -> float:
    """Return the highest value that any of the panels of a day draws."""
    return max(
        (max(one.load, one.capacity) for found in comparison.outcomes.values() for one in found.moments),
        default=0.0,
    )


def _panel(axis: Any, comparison: Comparison, outcome: Outcome, title: str) -> None:
    from matplotlib import dates  # noqa: PLC0415 - see above

    zone = comparison.plan.workload.zone
    began = instant_of(comparison.start)
    times = [began + timedelta(seconds=moment.second) for moment in outcome.moments]
    capacity = [moment.capacity for moment in outcome.moments]
    load = [moment.load for moment in outcome.moments]
    axis.fill_between(times, capacity, step="post", color="#86efac", label="Ready carries")
    axis.plot(times, load, color="#1d4ed8", linewidth=1.2, label="comes")
    short = [moment.short for moment in outcome.moments]
    axis.fill_between(times, capacity, load, where=short, step="post", color="#dc2626", label="short")
    axis.set_title(title, loc="left", fontsize=10)
    busy = [index for index, one in enumerate(load) if one > 2 * min(load)] or [0, len(load) - 1]
    axis.set_xlim(times[max(0, busy[0] - 60)], times[min(len(times) - 1, busy[-1] + 60)])
    locator = dates.AutoDateLocator(tz=zone)  # type: ignore[no-untyped-call]
    axis.xaxis.set_major_locator(locator)
    axis.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz=zone))  # type: ignore[no-untyped-call]
    axis.set_xlabel(zone.key)
