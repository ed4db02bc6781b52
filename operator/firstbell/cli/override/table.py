"""The orders of a cluster as a table: those that count first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.cli.columns import columns
from firstbell.core.reasons import ConditionType
from firstbell.engine.objects.status_values import read_condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from firstbell.engine.ports import Json

ORDER = ("Active", "Pending", "Invalid", "", "Ended")
LONGEST_REASON = 60
MOST_NAMES = 3
HEADINGS = ("NAMESPACE/NAME", "STATE", "WHAT", "UNTIL", "FOR", "REASON")


def override_lines(bodies: Iterable[Json]) -> Iterator[str]:
    """Return the headings and one line an order."""
    rows = sorted(map(_row, bodies), key=lambda row: (ORDER.index(row[1]) if row[1] in ORDER else 0, row[0]))
    return columns(HEADINGS, rows)


def _row(body: Json) -> tuple[str, ...]:
    metadata, spec, status = body["metadata"], body.get("spec") or {}, body.get("status") or {}
    active = read_condition(status, ConditionType.ACTIVE)
    total = status.get("autoscalersTotal")
    return (
        f"{metadata['namespace']}/{metadata['name']}",
        active.reason if active is not None else "",
        _what(spec),
        str(spec.get("endTime", "")),
        _named(spec) or (f"{total} by labels" if total is not None else "by labels"),
        str(spec.get("reason", ""))[:LONGEST_REASON],
    )


def _named(spec: Json) -> str:
    names = [str(ref.get("name")) for ref in spec.get("autoscalerRefs") or ()]
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _what(spec: Json) -> str:
    if spec.get("hold"):
        return "hold"
    if "floorReplicas" in spec:
        return f"floor {spec['floorReplicas']}"
    return f"{spec.get('floorPercent')} % of the plan"
