"""The lines of `firstbell status` in the terminal, and as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from firstbell.core import api_time, visible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from firstbell.cli.status.look import Seen
    from firstbell.cli.status.standing import Standing

MINUTES_SAID = 120
"""Of a bell that is nearer it is said in how many minutes it rings."""


def status_table(seen: Seen, now: datetime, *, contexts: bool) -> Group:
    """Return the lines, worst first, then the contexts that could not be read, then how many are red."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in (*(("CONTEXT",) if contexts else ()), "NAMESPACE", "NAME", "BELL", "NEXT BELL"):
        table.add_column(heading, overflow="fold", no_wrap=heading in {"BELL", "NEXT BELL"})
    for heading in ("PLANNED", "WRITTEN", "READY"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("WHY", overflow="fold", ratio=1)
    for one in seen.standings:
        table.add_row(*_cells(one, now, contexts=contexts), style="bold" if one.red else "")
    unread = [Text(visible(f"{one.context or 'the cluster'}: not read: {one.why}")) for one in seen.unread]
    return Group(*((table,) if seen.standings else ()), *unread, Text(_sum(seen)))


def _cells(one: Standing, now: datetime, *, contexts: bool) -> Iterable[str]:
    if contexts:
        yield visible(one.context)
    yield visible(one.namespace)
    yield visible(one.name)
    yield visible(one.state if one.mode == "Enforce" else f"{one.state} (DryRun)")
    yield _bell(one.bell, now)
    for count in (one.planned, one.written, one.ready):
        yield "-" if count is None else str(count)
    yield visible(one.why)


def _bell(bell: datetime | None, now: datetime) -> str:
    if bell is None:
        return "-"
    minutes = int((bell - now).total_seconds() // 60)
    near = f" ({minutes} min)" if 0 <= minutes <= MINUTES_SAID else ""
    return f"{bell:%Y-%m-%d %H:%M}Z{near}"


def _sum(seen: Seen) -> str:
    red = sum(one.red for one in seen.standings)
    if not seen.standings:
        return "" if seen.unread else "no SchoolAutoscaler found"
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
    }
