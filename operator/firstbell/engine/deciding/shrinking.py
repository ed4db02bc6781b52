"""An edit that loses a bell which is near: an order, but not a silent one.

What is in force stays for five minutes from the loss; the edit, the bells and the way to confirm or to undo
it are told. Then, or when somebody confirms, the new plan counts; when the bells are back, the hold ends at
once. What was not in force yet is not raised: the edit is followed there from the first. An edit that takes
nothing more prolongs nothing; one that takes more has five minutes of its own, in which what the edit before
it had left stays. So a small edit ahead of a large one opens no way around the hold, and no row of edits
holds for ever. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

from firstbell.core.absence import Unavailable
from firstbell.core.bells import instant_of, minute_of
from firstbell.core.conditions import Condition, Truth
from firstbell.core.decide import Hold
from firstbell.core.plan_change import changes_sentence, lost_bells
from firstbell.core.reasons import ConditionReason, ConditionType, DecisionReason, LimitReason
from firstbell.core.time_words import utc_clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from firstbell.core.bells import Minute
    from firstbell.core.plan import Plan
    from firstbell.core.plan_change import BellChange
    from firstbell.engine.deciding.situation import Situation
    from firstbell.engine.memory import Memory
    from firstbell.engine.seen.store import SeenAutoscaler, Store

NEAR_MINUTES = 120
HELD = timedelta(minutes=5)
MOST_LOSSES = 8
"""So many are held at once."""


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


def follow_shrinkage(  # noqa: PLR0913, PLR0917 - what a loss depends on
    store: Store,
    stands: Situation,
    before: Plan | None,
    plan: Plan | Unavailable,
    memory: Memory,
    now: datetime,
) -> Shrunk | None:
    """Return what of the plan was lost lately; `before` is the plan in force at the last look."""
    shrunk = _standing(memory.shrunk, stands.seen, now)
    if isinstance(plan, Unavailable):
        return shrunk
    earlier, memory.editions = memory.editions, _editions(store, stands)
    if before is None or plan is before:
        return shrunk
    minute = minute_of(now)
    losses = () if shrunk is None else shrunk.losses
    losses = tuple(each for each in losses if not each.compares(minute) or _lost(each, plan, minute))
    latest = _latest(before, stands.seen, memory, now)
    if latest is not None and _lost(latest, plan, minute):
        # Of very many the steps between are left out: the first and the latest have their time.
        losses = (*losses[: MOST_LOSSES - 1], latest)
    if not losses:
        return None
    lost = _lost(losses[0], plan, minute) if losses[0].compares(minute) else ()
    if shrunk is not None and lost in {(), shrunk.lost}:
        return replace(shrunk, losses=losses)
    edits = ", ".join(told for key, told in memory.editions.items() if earlier.get(key) != told)
    return Shrunk(losses=losses, lost=lost, edits=edits or "an edit")


def _standing(shrunk: Shrunk | None, seen: SeenAutoscaler, now: datetime) -> Shrunk | None:
    """Return what is neither over nor confirmed."""
    if shrunk is None:
        return None
    losses = tuple(each for each in shrunk.losses if now < each.until and not _is_confirmed(seen, each))
    if losses == shrunk.losses:
        return shrunk
    return replace(shrunk, losses=losses) if losses else None


def _latest(before: Plan, seen: SeenAutoscaler, memory: Memory, now: datetime) -> Loss | None:
    """Return what would be lost of the plan at the last look; None where that does not reach far enough."""
    minute = minute_of(now)
    loss = Loss(old=before, since=now, until=now + HELD, in_force=0, confirmed_before=seen.confirmed)
    if not loss.compares(minute):
        return None
    planned = max(before.write_at(minute), before.wanted_at(minute))
    return replace(loss, in_force=min(memory.pilot.desired or 0, planned))


def _lost(loss: Loss, plan: Plan, minute: Minute) -> tuple[BellChange, ...]:
    return lost_bells(loss.old, plan, minute, minute + NEAR_MINUTES)


def _is_confirmed(seen: SeenAutoscaler, loss: Loss) -> bool:
    return bool(seen.confirmed) and seen.confirmed != loss.confirmed_before


def _editions(store: Store, stands: Situation) -> dict[str, str]:
    """Tell which edit of each object the plan is of, in words, and by whom, as far as that is known."""
    found = {"": _edition("SchoolAutoscaler", stands.seen.key, stands.seen.generation, stands.seen.editor)}
    for key in stands.rules.calendar_keys:
        calendar = store.calendars.get(key)
        if calendar is not None:
            found[key] = _edition("SchoolCalendar", key, calendar.generation, calendar.editor)
    return found


def _edition(kind: str, key: str, generation: int, editor: str) -> str:
    by = f", by {editor}" if editor else ""
    return f"{kind} {key.partition('/')[2]} (generation {generation}{by})"


def plan_shrunk(shrunk: Shrunk | None, seen: SeenAutoscaler, baseline: int) -> Condition:
    """Return the condition `PlanShrunk`; above the baseline something is in force that stays."""
    if shrunk is None:
        return _condition(Truth.FALSE, ConditionReason.NOTHING_LOST, "")
    namespace, _, name = seen.key.partition("/")
    stays = "Nothing of it was in force yet; this is told"
    if shrunk.in_force > baseline:
        stays = f"The {shrunk.in_force} replicas in force stay"
    return _condition(
        Truth.TRUE,
        ConditionReason.BELL_LOST,
        f"an edit of {shrunk.edits} took away what was planned: {changes_sentence(shrunk.lost)}. {stays} "
        f"{shrunk.lengths()}, then the new plan counts. If it is meant: kubectl annotate -n "
        f"{namespace} schoolautoscalers.firstbell.dev/{name} firstbell.dev/confirm-plan={shrunk.token} "
        "--overwrite. If it is not: undo the edit, and the bell is back at once.",
    )


def _condition(status: Truth, reason: str, message: str) -> Condition:
    return Condition(type=ConditionType.PLAN_SHRUNK, status=status, reason=reason, message=message)
