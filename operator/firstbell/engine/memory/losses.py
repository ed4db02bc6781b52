"""What edits have taken of a plan lately, and what of it stays in force until when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from firstbell.core import Hold
from firstbell.core.instants import api_time, instant_of, minute_of, told_instant, utc_clock
from firstbell.core.reasons import DecisionReason, LimitReason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from firstbell.core import Plan
    from firstbell.engine.ports import Json

NEAR_MINUTES = 120


TOLD_EARLIER = 3
"""Losses before the latest that are told; the rest are counted."""
TOLD_EDITS = 2
"""Edits of one loss that are told; the rest are counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Loss:
    """What one edit took: the plans before and after it, and until when what was in force by that stays.

    `edits` are the objects that were edited, with generation and author; `lost` are the bells, in words:
    empty where all of them are back. `confirmed_before` is what stood in the annotation when it was lost:
    another value confirms. The plans are None where it is known from a report only: then `in_force` stays.
    """

    old: Plan | None
    new: Plan | None
    since: datetime
    until: datetime
    in_force: int
    confirmed_before: str
    edits: tuple[str, ...]
    lost: str = ""

    @property
    def token(self) -> str:
        """What the annotation is to be set to: short, and of this loss alone."""
        return f"{self.since:%Y%m%d-%H%M%S}"

    @property
    def edited(self) -> str:
        """The edits, in words; of very many the first ones."""
        more = f" and {len(self.edits) - TOLD_EDITS} more" if len(self.edits) > TOLD_EDITS else ""
        return ", ".join(self.edits[:TOLD_EDITS]) + more if self.edits else "an object"

    def at(self, now: datetime) -> int:
        """Return what stays: what was in force, less what the old plan itself lets go of."""
        minute = minute_of(now)
        if self.old is None:
            return self.in_force if now < self.until else 0
        if now >= self.until or not self.old.start <= minute < self.old.end:
            return 0
        return min(self.in_force, max(self.old.write_at(minute), self.old.wanted_at(minute)))

    def ends(self, now: datetime) -> Iterator[datetime]:
        """Yield when it is to be looked at again: at its end, and where the old plan falls before."""
        yield self.until
        if self.old is None:
            return
        following = self.old.next_write(minute_of(now))
        if following is not None and instant_of(following.start) < self.until:
            yield instant_of(following.start)

    def moved(self, by: timedelta) -> Loss:
        """Return the same by a clock that was set by so much."""
        return replace(self, since=self.since + by, until=self.until + by)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shrunk:
    """A plan that edits have shrunk: their losses, oldest first; of one at least a bell is still lost."""

    losses: tuple[Loss, ...]

    @property
    def told(self) -> tuple[Loss, ...]:
        """The losses of which something is still lost, latest first."""
        return tuple(each for each in reversed(self.losses) if each.lost)

    @property
    def token(self) -> str:
        """What the annotation is to be set to, for all of them."""
        return self.losses[-1].token

    @property
    def earlier(self) -> str:
        """What edits before the latest took, in words; empty where there was one alone."""
        earlier = self.told[1:]
        more = f"; and {len(earlier) - TOLD_EARLIER} more" if len(earlier) > TOLD_EARLIER else ""
        return "; ".join(f"{each.edited} took {each.lost}" for each in earlier[:TOLD_EARLIER]) + more

    @property
    def in_force(self) -> int:
        """The most that stays."""
        return max(each.in_force for each in self.losses)

    def at(self, now: datetime) -> int:
        """Return what stays of all that was lost."""
        return max(each.at(now) for each in self.losses)

    def hold(self, now: datetime) -> Hold:
        """Return the floor that it is beside the new plan."""
        latest, earlier = self.told[0], self.earlier
        return Hold(
            replicas=self.at(now),
            reason=DecisionReason.PLAN_SHRUNK,
            limit=LimitReason.PLAN_SHRUNK,
            message=f"{latest.edited} lost what was planned: {latest.lost}. What was in force stays "
            f"{self.lengths()}" + (f". Before that: {earlier}" if earlier else ""),
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


def losses_to_status(shrunk: Shrunk | None, now: datetime) -> list[Json] | None:
    """Return what the status tells of losses, oldest first; None where there is none."""
    if shrunk is None:
        return None
    return [
        {
            "edit": each.edited,
            **({"lost": each.lost} if each.lost else {}),
            "sinceTime": api_time(each.since),
            "untilTime": api_time(each.until),
            "replicas": each.at(now),
        }
        for each in shrunk.losses
    ]


def losses_from_status(status: Json, confirmed: str) -> Shrunk | None:
    """Return what the operator reported, for who decides by its report; what makes no sense is left out.

    `confirmed` is what the annotation says now: a value that stood there before confirms nothing, and the
    line of one of these losses is followed within a second.
    """
    told = status.get("planLosses")
    losses = tuple(
        loss for each in (told if isinstance(told, list) else ()) if (loss := _from_status(each)) is not None
    )
    before = "" if any(each.token == confirmed for each in losses) else confirmed
    losses = tuple(replace(each, confirmed_before=before) for each in losses)
    return Shrunk(losses=losses) if any(each.lost for each in losses) else None


def _from_status(told: object) -> Loss | None:
    if not isinstance(told, dict):
        return None
    since, until = told_instant(told.get("sinceTime")), told_instant(told.get("untilTime"))
    replicas = told.get("replicas")
    if since is None or until is None or not isinstance(replicas, int):
        return None
    return Loss(
        old=None,
        new=None,
        since=since,
        until=until,
        in_force=replicas,
        confirmed_before="",
        edits=(str(told.get("edit") or ""),),
        lost=str(told.get("lost") or ""),
    )


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
