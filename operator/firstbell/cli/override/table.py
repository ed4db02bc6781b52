"""The orders of a cluster as a table: those that count first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from firstbell.cli.output import printable
from firstbell.core import ConditionType
from firstbell.engine.objects.status_values import read_condition

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstbell.engine.ports import Json

ORDER = ("Active", "Pending", "Invalid", "", "Ended")
LONGEST_REASON = 60


def overrides_table(bodies: Iterable[Json]) -> Table:
    """Return one row an order."""
    table = Table(box=None, pad_edge=False)
    for column in ("NAMESPACE/NAME", "STATE", "WHAT", "UNTIL", "FOR", "REASON"):
        table.add_column(column, overflow="fold")
    rows = sorted(map(_row, bodies), key=lambda row: (ORDER.index(row[1]) if row[1] in ORDER else 0, row[0]))
    for row in rows:
        table.add_row(*map(printable, row))
    return table


def _row(body: Json) -> tuple[str, ...]:
    metadata, spec, status = body["metadata"], body.get("spec") or {}, body.get("status") or {}
    active = read_condition(status, ConditionType.ACTIVE)
    total = status.get("autoscalersTotal")
    named = ", ".join(str(ref.get("name")) for ref in spec.get("autoscalerRefs") or ())
    return (
        f"{metadata['namespace']}/{metadata['name']}",
        active.reason if active is not None else "",
        _what(spec),
        str(spec.get("endTime", "")),
        named or (f"{total} by labels" if total is not None else "by labels"),
        str(spec.get("reason", ""))[:LONGEST_REASON],
    )


def _what(spec: Json) -> str:
    if spec.get("hold"):
        return "hold"
    if "floorReplicas" in spec:
        return f"floor {spec['floorReplicas']}"
    return f"{spec.get('floorPercent')} % of the plan"
