"""A plan as a picture: the schedule and its writes over local time. Needs the extra `plot`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from firstbell.cli.picture import empty_picture, without_matplotlib, written, wrong_suffix
from firstbell.core import Plan
from firstbell.core.instants import instant_of

MOST_PANELS = 50


def undrawable(plans: Sequence[Plan], file: Path) -> str | None:
    """Tell why plans cannot be drawn into a file, as far as that is known before, or None."""
    if (problem := wrong_suffix(file)) is not None:
        return problem
    if not plans:
        return "nothing to draw: no SchoolAutoscaler in these files. Add one to a -f FILE."
    if len(plans) > MOST_PANELS:
        return f"{len(plans)} autoscalers are too many for a picture of {MOST_PANELS}. Give fewer files."
    return without_matplotlib()


def plot_plans(plans: Sequence[Plan], file: Path) -> str | None:
    """Draw every plan, one panel each; return what stood in the way, or None."""
    figure, axes = empty_picture(len(plans), 1, (10, 3.2 * len(plans)))
    for axis, plan in zip(axes[:, 0], plans, strict=True):
        _panel(axis, plan)
    return written(figure, file)


def _panel(axis: Any, plan: Plan) -> None:
    from matplotlib import dates  # noqa: PLC0415 - see above

    zone = plan.workload.zone
    schedule = [(step.minute, step.replicas) for step in plan.steps]
    writes = [(run.start, run.value) for run in plan.writes]
    for points, style in (
        (writes, {"color": "#d97706", "label": "writes"}),
        (schedule, {"label": "schedule"}),
    ):
        times = [instant_of(minute) for minute, _ in [*points, (plan.end, 0)]]
        values = [value for _, value in points]
        axis.step(times, [*values, values[-1]], where="post", linewidth=1.5, **style)
    for peak in plan.peaks:
        occurrence = peak.surge.occurrence
        if plan.start <= occurrence.bell < plan.end:
            axis.axvline(instant_of(occurrence.bell), color="#9ca3af", linewidth=0.6, linestyle=":")
    axis.set_title(f"{plan.workload.policy.key} (bells dotted)", loc="left", fontsize=10)
    axis.set_ylabel("replicas")
    axis.set_ylim(bottom=0)
    axis.set_xlim(instant_of(plan.start), instant_of(plan.end))
    locator = dates.AutoDateLocator(tz=zone)  # type: ignore[no-untyped-call]
    axis.xaxis.set_major_locator(locator)
    formatter = dates.ConciseDateFormatter(locator, tz=zone)  # type: ignore[no-untyped-call]
    axis.xaxis.set_major_formatter(formatter)
    axis.set_xlabel(zone.key)
    axis.legend(loc="upper right", frameon=False)
