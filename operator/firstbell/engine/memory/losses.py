"""What edits have taken of a plan lately, and what of it stays in force until when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from firstbell.core import Hold
from firstbell.core.instants import instant_of, minute_of, utc_clock
from firstbell.core.reasons import DecisionReason, LimitReason, changes_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from firstbell.core import BellChange, Plan
    from firstbell.core.instants import Minute

NEAR_MINUTES = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Loss:
    """What one edit took: the plan before it, and until when what was in force by that stays.

    `confirmed_before` is what stood in the annotation when it was lost: another value confirms.
    """

    old: Plan
    since: datetime
    until: datetime
    in_force: int
    confirmed_before: str

    def at(self, now: datetime) -> int:
        """Return what stays: what was in force, less what the old plan itself lets go of."""
        minute = minute_of(now)
        if now >= self.until or not self.old.start <= minute < self.old.end:
            return 0
        return min(self.in_force, max(self.old.write_at(minute), self.old.wanted_at(minute)))

    def ends(self, now: datetime) -> Iterator[datetime]:
        """Yield when it is to be looked at again: at its end, and where the old plan falls before."""
        yield self.until
        following = self.old.next_write(minute_of(now))
        if following is not None and instant_of(following.start) < self.until:
            yield instant_of(following.start)

    def compares(self, minute: Minute) -> bool:
        """Tell whether the old plan reaches far enough to tell what of it is lost."""
        return self.old.start <= minute < self.old.end - NEAR_MINUTES

    def moved(self, by: timedelta) -> Loss:
        """Return the same by a clock that was set by so much."""
        return replace(self, since=self.since + by, until=self.until + by)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shrunk:
    """A plan that edits have shrunk: their losses, oldest first, what all of them took, and which edits."""

    losses: tuple[Loss, ...]
    lost: tuple[BellChange, ...]
    edits: str

    @property
    def token(self) -> str:
        """What the annotation is to be set to: short, and of this loss alone."""
        return f"{self.losses[-1].since:%Y%m%d-%H%M%S}"

    @property
    def in_force(self) -> int:
        """The most that stays."""
        return max(each.in_force for each in self.losses)

    def at(self, now: datetime) -> int:
        """Return what stays of all that was lost."""
        return max(each.at(now) for each in self.losses)

    def hold(self, now: datetime) -> Hold:
        """Return the floor that it is beside the new plan."""
        return Hold(
            replicas=self.at(now),
            reason=DecisionReason.PLAN_SHRUNK,
            limit=LimitReason.PLAN_SHRUNK,
            message=f"{self.edits} lost what was planned: {changes_sentence(self.lost)}. What was in force "
            f"stays {self.lengths()}",
        )

    def lengths(self) -> str:
        """Tell until when what was in force stays, and how much of it for longer."""
        told, level = "", self.in_force + 1
        for each in self.losses:
            if not told:
                told, level = f"until {utc_clock(each.until)}", each.in_force
            elif each.in_force >= level:
                told = f"until {utc_clock(each.until)}"
            else:
                told, level = f"{told}, {each.in_force} until {utc_clock(each.until)}", each.in_force
        return told

    def ends(self, now: datetime) -> Iterator[datetime]:
        """Tell when it is to be looked at again."""
        return chain.from_iterable(each.ends(now) for each in self.losses)

    def moved(self, by: timedelta) -> Shrunk:
        """Return the same by a clock that was set by so much."""
        return replace(self, losses=tuple(each.moved(by) for each in self.losses))


@dataclass(kw_only=True, slots=True)
class Edits:
    """Which edit of each object the plan is of, in words, and what edits have taken lately.

    `stands_on` are the policy and the printed calendars of the plan, the very objects.
    """

    editions: dict[str, str] = field(default_factory=dict)
    stands_on: tuple[object, ...] = ()
    shrunk: Shrunk | None = None

    def move(self, by: timedelta) -> None:
        """Move what is held along with a clock that was set."""
        self.shrunk = None if self.shrunk is None else self.shrunk.moved(by)
