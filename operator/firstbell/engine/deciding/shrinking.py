"""An edit that loses a bell which is near: an order, but not a silent one.

What is in force stays for five minutes from the loss; the edit, the bells and the way to confirm or to undo
it are told. Then, or when somebody confirms, the new plan counts; when the bells are back, the hold ends at
once. What was not in force yet is not raised: the edit is followed there from the first. An edit that takes
nothing more prolongs nothing; one that takes more has five minutes of its own, in which what the edit before
it had left stays. So a small edit ahead of a large one opens no way around the hold, and no row of edits
holds for ever. What a CalendarException takes when it comes, changes or goes is a declaration about that very
day, and nothing holds it (0040). Pure.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.core import SchoolDays, Unavailable, lost_bells
from firstbell.core.instants import minute_of
from firstbell.core.reasons import Condition, ConditionReason, ConditionType, Truth, changes_sentence
from firstbell.engine.memory.losses import NEAR_MINUTES, Loss, Shrunk
from firstbell.kinds.calendar_refs import calendar_kind
from firstbell.kinds.group import PROFILE

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.core import BellChange, Plan
    from firstbell.core.instants import Minute
    from firstbell.engine.deciding.situation import Situation
    from firstbell.engine.memory.memory import Memory
    from firstbell.engine.seen.store import SeenAutoscaler, Store

HELD = timedelta(minutes=5)
MOST_LOSSES = 8
"""So many are held at once."""


def follow_shrinkage(  # noqa: PLR0913, PLR0917 - what a loss depends on
    store: Store,
    stands: Situation,
    before: Plan | None,
    plan: Plan | Unavailable,
    memory: Memory,
    now: datetime,
) -> Shrunk | None:
    """Return what of the plan was lost lately; `before` is the plan in force at the last look."""
    shrunk = _standing(memory.edits.shrunk, stands.seen, now)
    if isinstance(plan, Unavailable):
        return shrunk
    earlier, memory.edits.editions = memory.edits.editions, _editions(store, stands)
    if plan is before:
        return shrunk
    stood_on, memory.edits.stands_on = memory.edits.stands_on, _stands_on(store, stands)
    if before is None:
        return shrunk
    minute = minute_of(now)
    losses = () if shrunk is None else shrunk.losses
    losses = tuple(each for each in losses if not each.compares(minute) or _lost(each, plan, minute))
    # What a CalendarException takes, somebody has declared: it is followed at once.
    edited = not _the_very_same(stood_on, memory.edits.stands_on)
    latest = _latest(before, stands.seen, memory, now) if edited else None
    if latest is not None and _lost(latest, plan, minute):
        # Of very many the steps between are left out: the first and the latest have their time.
        losses = (*losses[: MOST_LOSSES - 1], latest)
    if not losses:
        return None
    lost = _lost(losses[0], plan, minute) if losses[0].compares(minute) else ()
    if shrunk is not None and lost in {(), shrunk.lost}:
        return replace(shrunk, losses=losses)
    edits = ", ".join(told for key, told in memory.edits.editions.items() if earlier.get(key) != told)
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
    profile = store.profiles.seen.get(stands.rules.profile)
    if profile is not None:
        found[f"{PROFILE}/"] = _edition(PROFILE, profile.key, profile.generation, profile.editor)
    for key in stands.rules.calendar_keys:
        calendar = store.calendars.get(key)
        if calendar is not None:
            found[key] = _edition(calendar_kind(key), key, calendar.generation, calendar.editor)
    return found


def _stands_on(store: Store, stands: Situation) -> tuple[object, ...]:
    """Return what a plan is made of, but for what was declared."""
    seen = (store.calendars.get(key) for key in stands.rules.calendar_keys)
    days = (None if one is None else one.days for one in seen)
    return stands.rules, *(one.calendar if isinstance(one, SchoolDays) else one for one in days)


def _the_very_same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return len(one) == len(other) and all(first is second for first, second in zip(one, other, strict=True))


def _edition(kind: str, key: str, generation: int, editor: str) -> str:
    by = f", by {editor}" if editor else ""
    return f"{kind} {key.rpartition('/')[2]} (generation {generation}{by})"


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
