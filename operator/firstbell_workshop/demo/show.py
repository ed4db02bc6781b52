"""How a morning looks: a live table while it runs, a chart of plan against Ready after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from rich.live import Live
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType
    from zoneinfo import ZoneInfo

    from rich.console import Console

    from firstbell_workshop.demo.play import Recording, Sample

ROWS_SHOWN = 18
COLUMNS = ("LOCAL", "PLAN", "FLOOR", "CURRENT", "READY", "REASON", "NEXT")
CHART_ROWS, CHART_COLUMNS = 12, 72


class LiveTable:
    """Rows as they change: on a terminal the last of them in place, elsewhere a line each."""

    def __init__(self, console: Console, zone: ZoneInfo) -> None:
        self._console = console
        self._zone = zone
        self._rows: list[tuple[str, ...]] = []
        self._last: tuple[int | None, ...] | None = None
        self._live = Live(console=console, auto_refresh=False, transient=False)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        else:
            self._print(COLUMNS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def add(self, sample: Sample) -> None:
        """Show a sample; one like the last only moves the clock."""
        row = self._row(sample)
        counts = (sample.floor, sample.current, sample.ready)
        if counts != self._last or not self._rows:
            self._rows.append(row)
            self._last = counts
            if not self._console.is_terminal:
                self._print(row)
        else:
            self._rows[-1] = row
        if self._console.is_terminal:
            self._live.update(self._table(), refresh=True)

    def _row(self, sample: Sample) -> tuple[str, ...]:
        following = ""
        if sample.following is not None:
            at, replicas = sample.following
            following = f"{replicas} at {at.astimezone(self._zone):%H:%M}"
        return (
            f"{sample.time.astimezone(self._zone):%H:%M:%S}",
            str(sample.planned),
            str(sample.floor),
            str(sample.current),
            "-" if sample.ready is None else str(sample.ready),
            sample.reason,
            following,
        )

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False)
        for column in COLUMNS:
            table.add_column(column, justify="left" if column in {"LOCAL", "REASON", "NEXT"} else "right")
        for row in self._rows[-ROWS_SHOWN:]:
            table.add_row(*row)
        return table

    def _print(self, row: tuple[str, ...]) -> None:
        local, plan, floor, current, ready, reason, following = row
        self._console.print(f"{local:9}{plan:>6}{floor:>7}{current:>9}{ready:>7}  {reason:15}{following}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """What was planned, and what was Ready, at an instant."""

    time: datetime
    planned: int
    ready: int


def points(recording: Recording) -> list[Point]:
    """Return what was seen of a morning, where it is known what was Ready."""
    return [
        Point(time=sample.time, planned=sample.planned, ready=sample.ready)
        for sample in recording.samples
        if sample.ready is not None
    ]


def chart(samples: Sequence[Point], zone: ZoneInfo) -> str:
    """Plan (dots) against Ready (blocks) over the morning, for a terminal."""
    if not samples:
        return "nothing was seen"
    begin, finish = samples[0].time, samples[-1].time
    span = max(1.0, (finish - begin).total_seconds())
    ready = [0] * CHART_COLUMNS
    planned = [0] * CHART_COLUMNS
    seen: set[int] = set()
    for sample in samples:
        column = min(CHART_COLUMNS - 1, int((sample.time - begin).total_seconds() / span * CHART_COLUMNS))
        ready[column] = max(ready[column], sample.ready)
        planned[column] = max(planned[column], sample.planned)
        seen.add(column)
    for column in range(1, CHART_COLUMNS):
        if column not in seen:
            ready[column], planned[column] = ready[column - 1], planned[column - 1]
    highest = max(*ready, *planned, 1)
    lines = []
    for row in range(CHART_ROWS, 0, -1):
        level, below = highest * row / CHART_ROWS, highest * (row - 1) / CHART_ROWS
        cells = [
            "•" if below < planned[column] <= level else ("█" if ready[column] >= level else " ")
            for column in range(CHART_COLUMNS)
        ]
        lines.append(f"{round(level):>5} {''.join(cells)}")
    middle = begin + (finish - begin) / 2
    labels = [f"{moment.astimezone(zone):%H:%M}" for moment in (begin, middle, finish)]
    gap = CHART_COLUMNS // 2 - len(labels[0]) - len(labels[1]) // 2
    axis = labels[0] + " " * gap + labels[1]
    axis += " " * (CHART_COLUMNS - len(axis) - len(labels[2])) + labels[2]
    return "\n".join([*lines, f"      {axis}", "      █ Ready   • plan"])


def plot(recording: Recording, zone: ZoneInfo, file: Path) -> str | None:
    """Draw the same as a picture; return what stood in the way, or None. Needs the extra `plot`."""
    try:
        import matplotlib as mpl  # noqa: PLC0415 - an extra, and slow to load
        from matplotlib import dates  # noqa: PLC0415
        from matplotlib import pyplot as plt  # noqa: PLC0415
    except ImportError:
        return "drawing needs the extra `plot`. Install it: pip install 'firstbell[plot]'."
    mpl.use("Agg")
    figure, axis = plt.subplots(figsize=(10, 4), layout="constrained")
    times: list[Any] = [sample.time for sample in recording.samples]
    axis.fill_between(
        times,
        [sample.ready or 0 for sample in recording.samples],
        step="post",
        color="#86efac",
        label="Ready",
    )
    for name, colour in (("planned", "#1d4ed8"), ("floor", "#d97706")):
        axis.step(
            times,
            [getattr(sample, name) for sample in recording.samples],
            where="post",
            color=colour,
            label={"planned": "plan", "floor": "floor (minReplicas)"}[name],
        )
    bell: Any = recording.morning.bell
    axis.axvline(bell, color="#6b7280", linestyle=":", label="bell")
    axis.set_title(recording.morning.title, loc="left", fontsize=10)
    axis.set_ylabel("replicas")
    axis.set_ylim(bottom=0)
    axis.set_xlabel(zone.key)
    locator = dates.AutoDateLocator(tz=zone)  # type: ignore[no-untyped-call]
    axis.xaxis.set_major_locator(locator)
    axis.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz=zone))  # type: ignore[no-untyped-call]
    axis.legend(frameon=False)
    try:
        figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)
    except (OSError, ValueError) as error:
        return f"{file}: cannot be written: {error}. Choose a writable place that ends in .svg or .png."
    finally:
        plt.close(figure)
    return None
