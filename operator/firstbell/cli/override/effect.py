"""What an order does to each SchoolAutoscaler that it is for, in lines: by the operator's own decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.cli.times import shown
from firstbell.core import Unavailable
from firstbell.core.instants import DATED_CLOCK, local_clock
from firstbell.engine.explaining.foresight import Foreseen, foreseen
from firstbell.engine.seen.own_kinds import seen_override

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from firstbell.engine.ports import Json
    from firstbell.engine.seen.store import Store

MOST_SHOWN = 20
MOST_CHANGES = 8


def hypothetical(body: Json, namespace: str, created: datetime) -> Json:
    """Return an object as the API server would tell of it, once it is created."""
    metadata = {
        **body["metadata"],
        "namespace": namespace,
        "uid": "not-yet",
        "generation": 1,
        "creationTimestamp": created.isoformat(),
    }
    return {**body, "metadata": metadata}


def effect_lines(store: Store, body: Json, now: datetime, fallback: ZoneInfo) -> Iterator[str]:
    """Yield what an order that is to be created would do, by workload; the store has it afterwards."""
    seen = seen_override(body)
    if seen.in_force is None:
        return
    order = seen.in_force.override
    before = {
        key: foreseen(store, key, max(now, order.start), max(now, order.start)) for key in store.autoscalers
    }
    store.put_override(seen)
    concerned = store.overrides.concerned(seen.key)
    if not concerned:
        yield "It is for nobody: no SchoolAutoscaler here has these labels. It counts for those that come."
    for key in concerned[:MOST_SHOWN]:
        zone = zone_of(store, key) or fallback
        after = foreseen(store, key, max(now, order.start), order.end)
        yield from _lines(key, before[key], after, zone)
    if len(concerned) > MOST_SHOWN:
        yield f"and {len(concerned) - MOST_SHOWN} more SchoolAutoscalers"


def ending_lines(store: Store, key: str, now: datetime, fallback: ZoneInfo) -> Iterator[str]:
    """Yield what it does to end an order now; the store is without it afterwards."""
    concerned = store.overrides.concerned(key)
    before = {each: foreseen(store, each, now, now) for each in concerned}
    store.drop_override(key)
    for each in concerned[:MOST_SHOWN]:
        yield from _lines(
            each, before[each], foreseen(store, each, now, now), zone_of(store, each) or fallback
        )


def zone_of(store: Store, key: str) -> ZoneInfo | None:
    """Return the zone of the first calendar of a SchoolAutoscaler that can be read."""
    rules = store.autoscalers[key].in_force
    for calendar in rules.calendar_keys if rules is not None else ():
        seen = store.calendars.get(calendar)
        if seen is not None and not isinstance(seen.days, Unavailable):
            return seen.days.calendar.zone
    return None


def _lines(
    key: str, before: tuple[Foreseen, ...], after: tuple[Foreseen, ...], zone: ZoneInfo
) -> Iterator[str]:
    first = after[0]
    yield f"{key}: {_count(before[0])} -> {_count(first)} at {shown(first.at, zone)} ({zone})"
    if first.replicas is None:
        yield f"  {first.message}"
    elif first.replicas == before[0].replicas:
        yield f"  nothing changes then: {_why(first)}"
    elif first.capped:
        yield f"  {_why(first)}"
    for one in after[1 : MOST_CHANGES + 1]:
        yield f"  {local_clock(one.at, zone, DATED_CLOCK)}  {_count(one)}, {_why(one)}"
    if len(after) > MOST_CHANGES + 1:
        yield f"  and {len(after) - MOST_CHANGES - 1} more changes until then"


def _why(one: Foreseen) -> str:
    """Return why so many, and what keeps it from being more; the latter begins with an order's own words."""
    if not one.capped or one.capped.startswith(one.message):
        return one.capped or one.message
    return f"{one.message}: {one.capped}"


def _count(one: Foreseen) -> str:
    return f"nothing is written ({one.reason})" if one.replicas is None else str(one.replicas)
