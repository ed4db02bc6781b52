"""Many backtests in the terminal: a line for each policy, the worst first, and the sum."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.table import Table

from firstbell.lab.record.outcome import Variant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

NUMBERS = (
    "BELLS",
    "SHORT\nBELLS",
    "SHORT\nMIN",
    "POD-\nHOURS",
    "COST",
    "HPA SHORT\nBELLS",
    "HPA SHORT\nMIN",
    "HPA POD-\nHOURS",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What a table says of one policy; `cost` None where nothing was needed."""

    key: str
    bells: int
    short_bells: int
    short_minutes: float
    pod_hours: float
    cost: float | None
    hpa_short_bells: int
    hpa_short_minutes: float
    hpa_pod_hours: float
    untried: tuple[str, ...] = ()
    """What of the policy was not tried, each with what was done instead."""


def line_of(text: str) -> Line:
    """Return the line of a policy's document, given as JSON."""
    document: dict[str, Any] = json.loads(text)
    variants = {one["variant"]: one for one in document["variants"]}
    ours, alone = variants[Variant.FIRSTBELL], variants[Variant.HPA]
    return Line(
        key=document["autoscaler"],
        bells=len(document["bells"]),
        short_bells=ours["shortBells"],
        short_minutes=ours["shortMinutes"],
        pod_hours=ours["podHours"],
        cost=ours["cost"],
        hpa_short_bells=alone["shortBells"],
        hpa_short_minutes=alone["shortMinutes"],
        hpa_pod_hours=alone["podHours"],
        untried=tuple(f"{one['path']} ({one['instead']})" for one in document.get("untriedFields", ())),
    )


def print_lines(console: Console, lines: Iterable[Line]) -> None:
    """Print the lines, those with most short time first, and their sum."""
    table = Table(box=None, pad_edge=False)
    table.add_column("AUTOSCALER", no_wrap=True)
    for heading in NUMBERS:
        table.add_column(heading, justify="right", no_wrap=True)
    shown = sorted(lines, key=lambda one: (-one.short_minutes, -one.hpa_short_minutes, one.key))
    for one in [*shown, *([_sum(shown)] if len(shown) > 1 else ())]:
        table.add_row(
            one.key,
            f"{one.bells:,}",
            f"{one.short_bells:,}",
            f"{one.short_minutes:,.1f}",
            f"{one.pod_hours:,.0f}",
            "-" if one.cost is None else f"{one.cost:.2f}",
            f"{one.hpa_short_bells:,}",
            f"{one.hpa_short_minutes:,.1f}",
            f"{one.hpa_pod_hours:,.0f}",
        )
    console.print(table)
    for what, policies in Counter(what for one in shown for what in one.untried).items():
        console.print(f"not tried of {policies:,} {'policy' if policies == 1 else 'policies'}: {what}")


def _sum(lines: list[Line]) -> Line:
    return Line(
        key=f"all {len(lines):,}",
        bells=sum(one.bells for one in lines),
        short_bells=sum(one.short_bells for one in lines),
        short_minutes=sum(one.short_minutes for one in lines),
        pod_hours=sum(one.pod_hours for one in lines),
        cost=None,
        hpa_short_bells=sum(one.hpa_short_bells for one in lines),
        hpa_short_minutes=sum(one.hpa_short_minutes for one in lines),
        hpa_pod_hours=sum(one.hpa_pod_hours for one in lines),
    )
