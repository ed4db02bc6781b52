"""An edit that loses a bell which is near: an order, but not a silent one.

What is in force stays for five minutes from the first loss; the edit, the bells and the way to confirm or to
undo it are told. Then, or when somebody confirms, the new plan counts; when the bells are back, the hold ends
at once. What was not in force yet is not raised: the edit is followed there from the first. Further edits in
that time prolong nothing. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.domain.absence import Unavailable
from firstbell.domain.bells import instant_of, minute_of
from firstbell.domain.conditions import Condition, Truth
from firstbell.domain.decide import Hold
from firstbell.domain.plan_change import changes_sentence, lost_bells
from firstbell.domain.reasons import ConditionType, DecisionReason, LimitReason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from firstbell.domain.plan import Plan
    from firstbell.domain.plan_change import BellChange
    from firstbell.engine.deciding.situation import Situation
    from firstbell.engine.memory import Memory
    from firstbell.engine.seen.store import SeenAutoscaler, Store

NEAR_MINUTES = 120
HELD = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shrunk:
    """A plan that an edit has shrunk: what it was, what it lost, and until when what was in force stays.

    `confirmed_before` is what stood in the annotation when it was lost: another value confirms.
    """

    old: Plan
    lost: tuple[BellChange, ...]
    edits: str
    since: datetime
    until: datetime
    in_force: int
    confirmed_before: str

    @property
    def token(self) -> str:
        """What the annotation is to be set to: short, and of this loss alone."""
        return f"{self.since:%Y%m%d-%H%M%S}"

    def at(self, now: datetime) -> int:
        """What stays: what was in force, less what the old plan itself lets go of."""
        minute = minute_of(now)
        if not self.old.start <= minute < self.old.end:
            return 0
        return min(self.in_force, max(self.old.write_at(minute), self.old.wanted_at(minute)))

    def hold(self, now: datetime) -> Hold:
        """The floor that it is beside the new plan."""
        return Hold(
            replicas=self.at(now),
            reason=DecisionReason.PLAN_SHRUNK,
            limit=LimitReason.PLAN_SHRUNK,
            message=f"{self.edits} lost what was planned: {changes_sentence(self.lost)}. What was in force "
            f"stays until {self.until:%H:%M:%S} UTC",
        )

    def ends(self, now: datetime) -> Iterator[datetime]:
        """When it is to be looked at again: at its end, and where the old plan falls before."""
        yield self.until
        following = self.old.next_write(minute_of(now))
        if following is not None and instant_of(following.start) < self.until:
            yield instant_of(following.start)

    def moved(self, by: timedelta) -> Shrunk:
        """The same by a clock that was set by so much."""
        return replace(self, since=self.since + by, until=self.until + by)


def follow_shrinkage(  # noqa: PLR0913, PLR0917 - what a loss depends on
    store: Store,
    stands: Situation,
    before: Plan | None,
    plan: Plan | Unavailable,
    memory: Memory,
    now: datetime,
) -> Shrunk | None:
    """What of the plan was lost lately; `before` is the plan in force at the last look."""
    shrunk = memory.shrunk
    if shrunk is not None and (now >= shrunk.until or _is_confirmed(stands.seen, shrunk)):
        shrunk = None
    editions = _editions(store, stands)
    earlier, memory.editions = memory.editions, editions
    if isinstance(plan, Unavailable) or before is None or plan is before:
        if isinstance(plan, Unavailable):
            memory.editions = earlier
        return shrunk
    reference = shrunk.old if shrunk is not None else before
    minute = minute_of(now)
    if not reference.start <= minute < reference.end - NEAR_MINUTES:
        return shrunk
    lost = lost_bells(reference, plan, minute, minute + NEAR_MINUTES)
    if not lost:
        return None
    edits = ", ".join(told for key, told in editions.items() if earlier.get(key) != told) or "an edit"
    if shrunk is not None:
        return replace(shrunk, lost=lost, edits=shrunk.edits if shrunk.lost == lost else edits)
    return Shrunk(
        old=before,
        lost=lost,
        edits=edits,
        since=now,
        until=now + HELD,
        in_force=min(memory.last_desired or 0, max(before.write_at(minute), before.wanted_at(minute))),
        confirmed_before=stands.seen.confirmed,
    )


def _is_confirmed(seen: SeenAutoscaler, shrunk: Shrunk) -> bool:
    return bool(seen.confirmed) and seen.confirmed != shrunk.confirmed_before


def _editions(store: Store, stands: Situation) -> dict[str, str]:
    """Which edit of each object the plan is of, in words, and by whom, as far as that is known."""
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
    """The condition `PlanShrunk`; above the baseline something is in force that stays."""
    if shrunk is None:
        return _condition(Truth.FALSE, "NothingLost", "")
    namespace, _, name = seen.key.partition("/")
    stays = "Nothing of it was in force yet; this is told"
    if shrunk.in_force > baseline:
        stays = f"The {shrunk.in_force} replicas in force stay"
    return _condition(
        Truth.TRUE,
        "BellLost",
        f"an edit of {shrunk.edits} took away what was planned: {changes_sentence(shrunk.lost)}. {stays} "
        f"until {shrunk.until:%H:%M:%S} UTC, then the new plan counts. If it is meant: kubectl annotate -n "
        f"{namespace} schoolautoscalers.firstbell.dev/{name} firstbell.dev/confirm-plan={shrunk.token} "
        "--overwrite. If it is not: undo the edit, and the bell is back at once.",
    )


def _condition(status: Truth, reason: str, message: str) -> Condition:
    return Condition(type=ConditionType.PLAN_SHRUNK, status=status, reason=reason, message=message)
