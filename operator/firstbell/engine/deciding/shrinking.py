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
from firstbell.engine.ports import Happening
from firstbell.kinds.calendar_refs import calendar_kind
from firstbell.kinds.group import PROFILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
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
    losses = () if shrunk is None else tuple(_still_lost(shrunk.losses, plan, minute))
    latest: tuple[Loss, ...] = ()
    # What a CalendarException takes, somebody has declared: it is followed at once.
    if not _the_very_same(stood_on, memory.edits.stands_on):
        edits = tuple(told for key, told in memory.edits.editions.items() if earlier.get(key) != told)
        edited = _edited(before, plan, stands.seen, edits, memory, now)
        latest = tuple(_still_lost([edited], plan, minute))
    losses = tuple(_still_lost(_shortened((*losses, *latest)), plan, minute))
    if not any(each.lost for each in losses):
        return None
    shrunk = Shrunk(losses=losses)
    if latest:
        memory.happenings.append(_happening(shrunk, stands))
    return shrunk


def _happening(shrunk: Shrunk, stands: Situation) -> Happening:
    """Tell of the latest loss, as the condition does: each has an event of its own."""
    baseline = 0 if isinstance(stands.actuator, Unavailable) else stands.actuator.baseline
    told = plan_shrunk(shrunk, stands.seen, baseline)
    message = f"{told.type} is {told.status}: {told.message}"
    return Happening(reason=told.reason, message=message, warning=True)


def _standing(shrunk: Shrunk | None, seen: SeenAutoscaler, now: datetime) -> Shrunk | None:
    """Return what is neither over nor confirmed."""
    if shrunk is None:
        return None
    named = any(each.token == seen.confirmed for each in shrunk.losses)
    losses = []
    for each in shrunk.losses:
        if named and each.token > seen.confirmed:
            # The line of an earlier loss names this one nowhere: it does not confirm it, now or later.
            losses.append(replace(each, confirmed_before=seen.confirmed))
        elif not _is_confirmed(seen, each):
            losses.append(each)
    losses = [each for each in losses if now < each.until]
    if losses == list(shrunk.losses):
        return shrunk
    return Shrunk(losses=tuple(losses)) if any(each.lost for each in losses) else None


def _edited(  # noqa: PLR0913, PLR0917 - what a loss is made of
    before: Plan, plan: Plan, seen: SeenAutoscaler, edits: tuple[str, ...], memory: Memory, now: datetime
) -> Loss:
    """Return what an edit has made of the plan at the last look, whether anything is lost or not."""
    minute, planned = minute_of(now), 0
    if before.start <= minute < before.end:
        planned = max(before.write_at(minute), before.wanted_at(minute))
    return Loss(
        old=before,
        new=plan,
        since=now,
        until=now + HELD,
        in_force=min(memory.pilot.desired or 0, planned),
        confirmed_before=seen.confirmed,
        edits=edits,
    )


def _still_lost(losses: Iterable[Loss], plan: Plan, minute: Minute) -> Iterator[Loss]:
    """Yield the losses that are not undone, each with what its own edit took and the plan has not again."""
    for each in losses:
        if each.old is None or each.new is None or not _compares(each.old, minute):
            if each.lost:
                yield each
            continue
        now_lost = {change.key: change for change in _lost(each.old, plan, minute)}
        if not now_lost:
            continue
        taken = _lost(each.old, each.new, minute)
        # Where a later edit has given a part of it back, the rest is lost.
        lost = [
            replace(change, after=max(change.after, now_lost[change.key].after))
            for change in taken
            if change.key in now_lost
        ]
        # A bell of it that has passed is no less lost.
        yield replace(each, lost=changes_sentence(lost)) if taken else each


def _shortened(losses: tuple[Loss, ...]) -> tuple[Loss, ...]:
    """Return no more losses than are held: the first and the latest have their time.

    What the steps between took is told with the one before them.
    """
    while len(losses) > MOST_LOSSES:
        *kept, before, between, latest = losses
        joined = replace(before, new=between.new, edits=(*before.edits, *between.edits))
        losses = (*kept, joined, latest)
    return losses


def _compares(old: Plan, minute: Minute) -> bool:
    """Tell whether an old plan reaches far enough to tell what of it is lost."""
    return old.start <= minute < old.end - NEAR_MINUTES


def _lost(old: Plan, new: Plan, minute: Minute) -> tuple[BellChange, ...]:
    return lost_bells(old, new, minute, minute + NEAR_MINUTES)


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
    latest, earlier, stays = shrunk.told[0], shrunk.earlier, "Nothing of it was in force yet; this is told"
    if shrunk.in_force > baseline:
        stays = f"The {shrunk.in_force} replicas in force stay"
    also = f" This confirms as well what edits before it took: {earlier}." if earlier else ""
    return _condition(
        Truth.TRUE,
        ConditionReason.BELL_LOST,
        f"an edit of {latest.edited} took away what was planned: {latest.lost}. "
        f"{stays} {shrunk.lengths()}, then the new plan counts. "
        f"If it is meant: {confirmation(shrunk, seen)}. "
        f"If it is not: undo the edit, and the bell is back at once.{also}",
    )


def confirmation(shrunk: Shrunk, seen: SeenAutoscaler) -> str:
    """Return the command that has all the losses followed at once."""
    namespace, _, name = seen.key.partition("/")
    return (
        f"kubectl annotate -n {namespace} schoolautoscalers.firstbell.dev/{name} "
        f"firstbell.dev/confirm-plan={shrunk.token} --overwrite"
    )


def _condition(status: Truth, reason: str, message: str) -> Condition:
    return Condition(type=ConditionType.PLAN_SHRUNK, status=status, reason=reason, message=message)
