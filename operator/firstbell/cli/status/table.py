"""The lines of `firstbell status`, as kubectl would print them, and as a document.

One line is one workload, however long its reason: a terminal's width cuts it, a pipe gets it whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firstbell.cli.columns import columns
from firstbell.core.instants import api_time
from firstbell.core.reasons import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from firstbell.cli.status.look import Seen
    from firstbell.cli.status.standing import Standing

MINUTES_SAID = 120
"""Of a bell that is nearer it is said in how many minutes it rings."""
HEADINGS = ("NAMESPACE", "NAME", "BELL", "NEXT BELL", "PLANNED", "WRITTEN", "READY", "WHY")


def status_lines(
    seen: Seen, now: datetime, *, contexts: bool, width: int | None = None, height: int | None = None
) -> list[str]:
    """Return the lines, worst first, then the contexts that could not be read, then how many are red.

    `width` and `height` are those of a terminal, None where there is none: what is beyond them is counted.
    """
    end = [visible(f"{one.context or 'the cluster'}: not read: {one.why}") for one in seen.unread]
    end.append(_sum(seen))
    shown = list(seen.standings)
    if height is not None and len(shown) + len(end) + 1 > height:
        shown = shown[: max(1, height - len(end) - 2)]
        end.insert(0, f"... and {len(seen.standings) - len(shown)} more")
    lines = [*(_columns(shown, now, contexts=contexts) if shown else ()), *end]
    return [line if width is None or len(line) <= width else f"{line[: width - 1]}…" for line in lines]


def _columns(shown: list[Standing], now: datetime, *, contexts: bool) -> Iterator[str]:
    headings = ("CONTEXT", *HEADINGS) if contexts else HEADINGS
    return columns(headings, (tuple(_cells(one, now, contexts=contexts)) for one in shown))


def _cells(one: Standing, now: datetime, *, contexts: bool) -> Iterator[str]:
    if contexts:
        yield one.context
    yield one.namespace
    yield one.name
    yield one.state if one.mode == "Enforce" else f"{one.state} (DryRun)"
    yield _bell(one.bell, now)
    for count in (one.planned, one.written, one.ready):
        yield "-" if count is None else str(count)
    yield one.why


def _bell(bell: datetime | None, now: datetime) -> str:
    if bell is None:
        return "-"
    minutes = int((bell - now).total_seconds() // 60)
    near = f" ({minutes} min)" if 0 <= minutes <= MINUTES_SAID else ""
    return f"{bell:%Y-%m-%d %H:%M}Z{near}"


def _sum(seen: Seen) -> str:
    red = sum(one.red for one in seen.standings)
    if not seen.standings:
        return "nothing was read" if seen.unread else "no SchoolAutoscaler found"
    return f"{red} of {len(seen.standings)} red"


def status_document(seen: Seen) -> dict[str, Any]:
    """Return the same for programs; times in UTC."""
    return {
        "workloads": [_document(one) for one in seen.standings],
        "unread": [{"context": one.context, "why": one.why} for one in seen.unread],
    }


def _document(one: Standing) -> dict[str, Any]:
    return {
        "context": one.context,
        "namespace": one.namespace,
        "name": one.name,
        "mode": one.mode,
        "state": one.state,
        "red": one.red,
        "nextBellTime": None if one.bell is None else api_time(one.bell),
        "peak": one.peak,
        "plannedReplicas": one.planned,
        "writtenReplicas": one.written,
        "readyReplicas": one.ready,
        "why": one.why,
        "priority": one.priority,
    }
