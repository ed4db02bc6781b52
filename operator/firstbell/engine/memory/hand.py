"""What somebody set by hand while firstbell was at work on it: remembered for as long as it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from firstbell.core.instants import api_time, told_instant

if TYPE_CHECKING:
    from firstbell.engine.ports import Json

SET_BACK_TOLD_FOR = timedelta(minutes=10)
"""How long the condition tells of a count that was set back; of a minimum it does while that stands."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hand:
    """`spec.FIELD` of an object was set from `before` to `value`, by a manager, empty where that is unknown.

    `stays`: it is the new baseline; else we have set it back. `at` is when we saw it.
    """

    kind: str
    name: str
    field: str
    before: int
    value: int
    manager: str
    at: datetime
    stays: bool

    @property
    def written(self) -> tuple[str, str, int, str]:
        """What was written where by whom, whenever: a program that writes the same again has no news."""
        return self.kind, self.name, self.value, self.manager

    def moved(self, by: timedelta) -> Hand:
        """Return the same by a clock that was set by so much."""
        return replace(self, at=self.at + by)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hands:
    """The baseline of the autoscaler `uid` as it was last seen, and the last hand on it or on the count.

    `undisturbed` is the baseline from before the first of the hands that still stand, `baseline` without any.
    `seen_to` is the number of the last foreign minimum that was looked at (`floor/floors.py`).
    """

    uid: str = ""
    baseline: int | None = None
    undisturbed: int | None = None
    seen_to: int = 0
    last: Hand | None = None

    def moved(self, by: timedelta) -> Hands:
        """Return the same by a clock that was set by so much."""
        return self if self.last is None else replace(self, last=self.last.moved(by))

    def ends(self) -> datetime | None:
        """Tell when the last one is told no longer, if that is an instant."""
        return None if self.last is None or self.last.stays else self.last.at + SET_BACK_TOLD_FOR


def hand_to_status(hand: Hand | None) -> Json | None:
    """Return what the status tells of the last hand; None where none is to be told."""
    if hand is None:
        return None
    return {
        "kind": hand.kind,
        "name": hand.name,
        "field": hand.field,
        "from": hand.before,
        "to": hand.value,
        "manager": hand.manager,
        "time": api_time(hand.at),
        "stays": hand.stays,
    }


def hand_from_status(status: Json) -> Hand | None:
    """Return what an earlier process told; nothing where it did not, or what it wrote makes no sense."""
    told = status.get("lastHand") or {}
    at = told_instant(told.get("time"))
    if at is None:
        return None
    try:
        return Hand(
            kind=told["kind"],
            name=told["name"],
            field=told["field"],
            before=int(told["from"]),
            value=int(told["to"]),
            manager=told.get("manager") or "",
            at=at,
            stays=bool(told["stays"]),
        )
    except (KeyError, ValueError, TypeError):
        return None
