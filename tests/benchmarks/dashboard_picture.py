"""The dashboard drawn from what a real Prometheus answered: not by Grafana, but panel by panel in its grid.

python -m tests.benchmarks.dashboard_picture record.json operator/docs/dashboard.png
"""

from __future__ import annotations

import argparse
import json
import math
import re
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import matplotlib as mpl
import matplotlib.dates as mdates
from matplotlib.figure import Figure

from tests.chart.test_dashboard import BOARD

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ZONE = ZoneInfo("Europe/Brussels")
WIDTH_INCHES, DPI, UNIT_INCHES, COLUMNS = 14.0, 100, 0.245, 24
INK, FAINT, PAPER, PANEL, EDGE = "#1f2329", "#6e7681", "#f4f5f5", "#ffffff", "#d8dade"
COLOURS = {
    "blue": "#3274d9", "green": "#2f9e44", "red": "#e02f44", "orange": "#ff780a", "purple": "#8f3bb8",
}  # fmt: skip
CYCLE = ["#3274d9", "#ff780a", "#2f9e44", "#8f3bb8", "#e0b400", "#e02f44", "#1f9eaa", "#6e7681"]
FUTURE_MINUTES = 60
ROWS_OF_A_TABLE = 6
NOTHING_YET_SECONDS = 8 * 60
"""Of the operator's clock, until it holds its Lease."""


class Board:
    """The recorded answers, and where a panel lies on the paper."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.found = found
        self.now: float = found["reads"]
        self.rows = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in BOARD["panels"])
        self.height = (self.rows + 2) * UNIT_INCHES
        self.figure = Figure(figsize=(WIDTH_INCHES, self.height), dpi=DPI, facecolor=PAPER)

    def box(self, at: dict[str, int]) -> tuple[float, float, float, float]:
        """Left, bottom, width and height of a panel, as shares of the paper."""
        unit = UNIT_INCHES / self.height
        wide = 1 / COLUMNS
        top = 1 - unit * (at["y"] + 2)
        return at["x"] * wide, top - at["h"] * unit, at["w"] * wide, at["h"] * unit

    def answer(self, query: str) -> list[dict[str, Any]]:
        return self.found["answers"][query]

    def filled(self, text: str) -> str:
        return text.replace("$namespace", self.found["namespace"]).replace("$name", self.found["name"])

    def bells(self) -> list[float]:
        """When bells ring that were told of at some time, to the minute; instants were moved to the wall."""
        (bells,) = (one for one in BOARD["annotations"]["list"] if one["name"] == "Bells")
        found = {
            round((at + float(value) / 1000 - wall) / 60) * 60
            for series in self.answer(bells["expr"])
            for at, wall, value in series["values"]
        }
        return sorted(one for one in found if one <= self.now + FUTURE_MINUTES * 60)


def numbers(series: dict[str, Any]) -> tuple[list[datetime], list[float]]:
    """The times and the values of a series, a gap where there is none."""
    pairs = [(at, float(value)) for at, _, value in series["values"]]
    return [datetime.fromtimestamp(at, UTC) for at, _ in pairs], [value for _, value in pairs]


def legend(target: dict[str, Any], labels: dict[str, str]) -> str:
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda name: labels.get(name[1], ""), target["legendFormat"])


def shown(value: float, unit: str) -> str:
    """A value as the panel's unit shows it."""
    if math.isnan(value):
        return "–"
    if unit == "bytes":
        power = min(3, int(math.log(max(value, 1), 1024)))
        return f"{value / 1024**power:.3g} {('B', 'KiB', 'MiB', 'GiB')[power]}"
    if unit in {"s", "reqps"}:
        return f"{value:.3g} {'s' if unit == 's' else 'req/s'}"
    return f"{value:.0f}" if value == round(value) else f"{value:.2g}"


def framed(board: Board, panel: dict[str, Any]) -> tuple[Axes, float, float]:
    """A panel's paper with its title; and its size in inches."""
    left, bottom, width, height = board.box(panel["gridPos"])
    gap = 0.04
    inches = width * WIDTH_INCHES - 2 * gap, height * board.height - 2 * gap
    paper = board.figure.add_axes(
        (
            left + gap / WIDTH_INCHES,
            bottom + gap / board.height,
            inches[0] / WIDTH_INCHES,
            inches[1] / board.height,
        )
    )
    paper.set_facecolor(PANEL)
    paper.set_xticks([])
    paper.set_yticks([])
    for spine in paper.spines.values():
        spine.set_color(EDGE)
    paper.text(0.08 / inches[0], 1 - 0.16 / inches[1], panel["title"], transform=paper.transAxes,
               fontsize=9, fontweight="bold", color=INK, va="center")  # fmt: skip
    return paper, *inches


def section(board: Board, panel: dict[str, Any]) -> None:
    left, bottom, _, height = board.box(panel["gridPos"])
    board.figure.text(left + 0.006, bottom + height / 2, f"▾  {board.filled(panel['title'])}",
                      fontsize=10.5, color=INK, va="center", fontweight="bold")  # fmt: skip


def figure(board: Board, panel: dict[str, Any]) -> None:
    """One number, the last one that there was."""
    paper, _, tall = framed(board, panel)
    target = panel["targets"][0]
    text, colour = stat(board, panel, target)
    paper.text(0.5, 0.5 - 0.1 / tall, text, transform=paper.transAxes, ha="center", va="center",
               fontsize=21 if len(text) < 12 else 15, color=colour, fontweight="bold")  # fmt: skip


def stat(board: Board, panel: dict[str, Any], target: dict[str, Any]) -> tuple[str, str]:
    defaults = panel["fieldConfig"]["defaults"]
    last = [one for one in board.answer(target["expr"]) if board.now - one["values"][-1][0] < 90]
    if not last:
        return defaults.get("noValue", "–"), FAINT
    _, wall, text = last[0]["values"][-1]
    value = float(text)
    if panel["options"].get("textMode") == "name":
        return legend(target, last[0]["labels"]), COLOURS["blue"]
    if defaults["unit"] == "dateTimeFromNow":
        return f"in {round((value / 1000 - wall) / 60)} minutes", COLOURS["blue"]
    for mapping in defaults.get("mappings", ()):
        if text in mapping["options"]:
            return mapping["options"][text]["text"], COLOURS[mapping["options"][text]["color"]]
    steps = defaults["thresholds"]["steps"]
    reached = [step for step in steps if step["value"] is None or value >= step["value"]]
    return shown(value, defaults["unit"]), COLOURS[reached[-1]["color"]]


def plot(board: Board, panel: dict[str, Any]) -> None:
    """Lines, steps or bars over time, with the bells."""
    paper, wide, tall = framed(board, panel)
    left, right, top, bottom = 0.62, 0.15, 0.36, 0.62
    axes = paper.inset_axes(
        (left / wide, bottom / tall, (wide - left - right) / wide, (tall - top - bottom) / tall)
    )
    custom, unit = (
        panel["fieldConfig"]["defaults"].get("custom", {}),
        panel["fieldConfig"]["defaults"]["unit"],
    )
    named = {
        one["matcher"]["options"]: one["properties"][0]["value"] for one in panel["fieldConfig"]["overrides"]
    }
    drawn = 0
    for target in panel["targets"]:
        for series in board.answer(target["expr"]):
            label = legend(target, series["labels"])
            fixed = named.get(label, {}).get("fixedColor")
            colour = COLOURS.get(fixed, fixed) or CYCLE[drawn % len(CYCLE)]
            draw(axes, custom, numbers(series), label, colour)
            drawn += 1
    for bell in board.bells():
        axes.axvline(
            datetime.fromtimestamp(bell, UTC), color=COLOURS["blue"], linewidth=1, linestyle=(0, (4, 3))
        )
    dressed(board, axes, unit, zero=panel["fieldConfig"]["defaults"].get("min") == 0)
    if drawn:
        axes.legend(loc="upper left", bbox_to_anchor=(-0.02, -0.13 * 2.0 / (tall - 1)), ncols=8, fontsize=7.5,
                    frameon=False, handlelength=1.2, columnspacing=1.2, labelcolor=INK)  # fmt: skip
    else:
        axes.text(
            0.5,
            0.5,
            "no data: all as it should be",
            transform=axes.transAxes,
            ha="center",
            color=FAINT,
            fontsize=9,
        )


def draw(
    axes: Axes, custom: dict[str, Any], found: tuple[list[datetime], list[float]], label: str, colour: str
) -> None:
    times, values = found
    if custom.get("drawStyle") == "bars":
        axes.fill_between(times, values, step="post", color=colour, alpha=0.45, linewidth=0, label=label)
    elif custom.get("lineInterpolation") == "stepAfter":
        axes.step(times, values, where="post", color=colour, linewidth=1.8, label=label)
    else:
        axes.plot(times, values, color=colour, linewidth=1.3, label=label)


def dressed(board: Board, axes: Axes, unit: str, *, zero: bool) -> None:
    begins, ends = board.found["begins"] + NOTHING_YET_SECONDS, board.now + 60 * 40
    axes.set_xlim(datetime.fromtimestamp(begins, UTC), datetime.fromtimestamp(ends, UTC))
    axes.axvspan(
        datetime.fromtimestamp(board.now, UTC),
        datetime.fromtimestamp(ends, UTC),
        color="#eef0f2",
        linewidth=0,
    )
    if zero:
        axes.set_ylim(bottom=0)
    if axes.get_ylim()[1] < 1 and unit == "none":
        axes.set_ylim(top=1)
    axes.xaxis.set_major_locator(mdates.MinuteLocator(byminute=(0, 15, 30, 45)))
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%H:%M", tz=ZONE))
    axes.yaxis.set_major_formatter(lambda value, _: shown(value, unit))
    axes.yaxis.set_major_locator(mpl.ticker.MaxNLocator(4, integer=unit == "none"))
    axes.tick_params(labelsize=7.5, colors=FAINT, length=2)
    axes.grid(color="#eceef0", linewidth=0.7)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side in {"left", "bottom"})
        spine.set_color(EDGE)


def table(board: Board, panel: dict[str, Any]) -> None:
    """A row for each set of labels, a column for each query."""
    paper, wide, tall = framed(board, panel)
    rows: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
    units = {
        one["matcher"]["options"]: one["properties"][0]["value"] for one in panel["fieldConfig"]["overrides"]
    }
    for target in panel["targets"]:
        for series in board.answer(target["expr"]):
            at, wall, value = series["values"][-1]
            if board.now - at > 90:
                continue
            name = target["legendFormat"]
            cells = rows.setdefault(tuple(sorted(series["labels"].items())), {})
            cells[name] = cell(at, wall, float(value), units[name])
    renamed = panel["transformations"][-1]["options"]["renameByName"]
    columns = [
        renamed[name] for name in ("namespace", "name", "reason") if any(name in dict(row) for row in rows)
    ]
    columns += [target["legendFormat"] for target in panel["targets"]]
    for number, column in enumerate(columns):
        across = (0.1 + number * (wide - 0.2) / len(columns)) / wide
        paper.text(across, 1 - 0.45 / tall, column, transform=paper.transAxes, fontsize=8.5,
                   color=COLOURS["blue"], va="center")  # fmt: skip
        for line, (labels, cells) in enumerate(list(rows.items())[:ROWS_OF_A_TABLE]):
            named = {renamed[name]: value for name, value in labels if name in renamed}
            paper.text(across, 1 - (0.72 + 0.24 * line) / tall, {**named, **cells}.get(column, ""),
                       transform=paper.transAxes, fontsize=8.5, color=INK, va="center")  # fmt: skip


def cell(at: float, wall: float, value: float, unit: str) -> str:
    if unit == "dateTimeAsIso":
        minute = round((at + value / 1000 - wall) / 60) * 60
        return f"{datetime.fromtimestamp(minute, ZONE):%Y-%m-%d %H:%M}"
    return shown(value, unit)


DRAWN = {"row": section, "stat": figure, "timeseries": plot, "table": table}


def picture(found: dict[str, Any]) -> Figure:
    """The whole board."""
    mpl.rcParams["font.family"] = "DejaVu Sans"
    board = Board(found)
    for panel in BOARD["panels"]:
        DRAWN[panel["type"]](board, panel)
    head = f"{BOARD['title']}      Namespace {found['namespace']}      Workload {found['name']}"
    told = f"{datetime.fromtimestamp(board.now, ZONE):%A %d %B %Y, %H:%M}"
    board.figure.text(
        0.006, 1 - UNIT_INCHES / board.height, head, fontsize=12, fontweight="bold", color=INK, va="center"
    )
    board.figure.text(
        0.994, 1 - UNIT_INCHES / board.height, told, fontsize=10, color=FAINT, va="center", ha="right"
    )
    return board.figure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("record", type=Path)
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    drawn = picture(json.loads(given.record.read_text("utf-8")))
    drawn.savefig(given.file, facecolor=PAPER, pil_kwargs={"optimize": True})
    print(textwrap.shorten(f"{given.file}: {given.file.stat().st_size} bytes", 100))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
