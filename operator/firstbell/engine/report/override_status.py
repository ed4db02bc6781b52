"""The status of a ScalingOverride: whether it counts, which workloads it is for, what comes of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.core.instants import api_time
from firstbell.core.reasons import Condition, ConditionReason, ConditionType, Truth, visible
from firstbell.engine.objects.status_values import written_conditions
from firstbell.engine.seen.overrides import MOST_ASKED
from firstbell.kinds.scaling_override_status import MOST_TOLD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from firstbell.engine.ports import Json
    from firstbell.engine.seen.overrides import Effect, Order, SeenOverride
    from firstbell.engine.seen.store import Store

MOST_NAMED = 5
"""Names that a sentence lists."""


def override_status(store: Store, seen: SeenOverride, now: datetime) -> tuple[Json, datetime | None]:
    """Return the whole status as it should now be, and when it changes by itself or the object goes."""
    order = seen.in_force
    if order is None:
        return _status(seen, now, [_active(seen, now), _unknown(ConditionReason.INVALID)]), None
    override = order.override
    concerned = store.overrides.concerned(seen.key)
    over = now >= override.end
    effective = _unknown(ConditionReason.ENDED) if over else _effective(store, seen, order, concerned)
    status = _status(seen, now, [_active(seen, now), effective]) | {
        "autoscalers": [] if over else list(_told(store, seen, order, concerned[:MOST_TOLD], now)),
        "autoscalersTotal": len(concerned),
        "startTime": api_time(override.start),
        "endTime": api_time(override.end),
        "reason": visible(override.reason),
    }
    turns = (override.start, override.end)
    return status, min((at for at in turns if at > now), default=None)


def unread_status(seen: SeenOverride, why: Unavailable, now: datetime) -> Json:
    """Return the status of one whose report took too long."""
    cut = Condition(type=ConditionType.ACTIVE, status=Truth.UNKNOWN, reason=why.reason, message=why.message)
    return _status(seen, now, [cut, _unknown(why.reason)])


def deletion(store: Store, seen: SeenOverride, now: datetime) -> datetime | None:
    """Tell when the object may be deleted, some time after its end; None: it has none."""
    del store, now
    order = seen.in_force
    return None if order is None else order.override.end + order.kept_for


def _status(seen: SeenOverride, now: datetime, conditions: list[Condition]) -> Json:
    return {
        "observedGeneration": seen.generation,
        "conditions": written_conditions(conditions, seen.status, seen.generation, now),
        "autoscalers": [],
        "autoscalersTotal": None,
        "startTime": None,
        "endTime": None,
        "reason": None,
    }


def _active(seen: SeenOverride, now: datetime) -> Condition:
    order, kind = seen.in_force, ConditionType.ACTIVE
    wrong = seen.order.message if isinstance(seen.order, Unavailable) else ""
    if order is None:
        return Condition(type=kind, status=Truth.FALSE, reason=ConditionReason.INVALID, message=wrong)
    override = order.override
    after = f" The spec is not usable, and the last good order is followed: {wrong}" if wrong else ""
    if now < override.start:
        told = f"{override.sentence}; it counts from {api_time(override.start)}.{after}"
        return Condition(type=kind, status=Truth.FALSE, reason=ConditionReason.PENDING, message=told)
    if now < override.end:
        told = f"{override.sentence}.{after}"
        return Condition(type=kind, status=Truth.TRUE, reason=ConditionReason.ACTIVE, message=told)
    told = (
        f"it ended at {api_time(override.end)}, and is deleted at {api_time(override.end + order.kept_for)}"
    )
    return Condition(type=kind, status=Truth.FALSE, reason=ConditionReason.ENDED, message=told)


def _unknown(reason: str) -> Condition:
    return Condition(type=ConditionType.EFFECTIVE, status=Truth.UNKNOWN, reason=reason)


def _effective(store: Store, seen: SeenOverride, order: Order, concerned: Sequence[str]) -> Condition:
    """Tell whether something can come of it, for each SchoolAutoscaler that is meant."""
    kind, namespace = ConditionType.EFFECTIVE, seen.key.partition("/")[0]
    missing = [key.partition("/")[2] for key in order.names if key not in store.autoscalers]
    if missing:
        told = f"there is no SchoolAutoscaler {_listed(missing)} in namespace {namespace}"
        return Condition(type=kind, status=Truth.FALSE, reason=ConditionReason.NO_AUTOSCALER, message=told)
    if not concerned:
        told = f"no SchoolAutoscaler in namespace {namespace} has the labels of spec.selector"
        return Condition(type=kind, status=Truth.FALSE, reason=ConditionReason.NO_AUTOSCALER, message=told)
    effects = [(key, effect) for key in concerned if (effect := store.overrides.effects.get(key))]
    troubled = [(key.partition("/")[2], effect.problem) for key, effect in effects if effect.problem]
    if troubled:
        name, problem = troubled[0]
        more = f" So it is with {len(troubled) - 1} more." if troubled[1:] else ""
        told = f"{name}: {problem}.{more}".replace("..", ".")
        return Condition(type=kind, status=Truth.FALSE, reason=ConditionReason.NOTHING_TO_SCALE, message=told)
    if len(effects) < len(concerned):
        return _unknown(ConditionReason.NOT_EVALUATED)
    return Condition(type=kind, status=Truth.TRUE, reason=ConditionReason.RESOLVED)


def _told(
    store: Store, seen: SeenOverride, order: Order, concerned: Sequence[str], now: datetime
) -> Iterator[Json]:
    for key in concerned:
        effect = store.overrides.effects.get(key)
        entry: Json = {"name": key.partition("/")[2]}
        if effect is not None and order.override.is_in_force(now):
            asked = effect.asked.get(order.override.name)
            entry |= {} if asked is None else {"replicas": asked}
            entry["message"] = _came_of(seen, order, effect, asked)
        elif effect is not None and effect.problem:
            entry["message"] = effect.problem
        yield entry


def _came_of(seen: SeenOverride, order: Order, effect: Effect, asked: int | None) -> str:
    name = seen.key.partition("/")[2]
    if effect.problem:
        return effect.problem
    if effect.held_by:
        by = "" if effect.held_by == name else f" by ScalingOverride {effect.held_by}"
        return f"held{by}: nothing is written"
    if asked is None and len(effect.asked) == MOST_ASKED and not order.override.hold:
        return f"{MOST_ASKED} other ScalingOverrides ask for as much or more"
    if asked is None:
        return "not known yet" if order.override.hold else "the plan is not known: nothing is raised"
    return _raised(effect, asked)


def _raised(effect: Effect, asked: int) -> str:
    most = max(effect.asked.values())
    if most > asked:
        other = next(one for one, replicas in effect.asked.items() if replicas == most)
        return f"ScalingOverride {other} asks for more: {most}"
    if effect.capped is not None and effect.capped[0] < asked:
        return f"{effect.capped[1]}: {effect.capped[0]} of {asked} replicas are allowed"
    if effect.scheduled is not None and effect.scheduled >= asked:
        return f"the plan itself asks for {effect.scheduled}"
    planned = "" if effect.scheduled is None else f", {effect.scheduled} are planned"
    return f"raised to {asked}{planned}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
