"""ScalingOverrides as last seen, and which SchoolAutoscalers each is for.

By name, which is kept, or by the labels of the SchoolAutoscaler, which are compared when it is asked. All
within one namespace.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

from firstbell.engine.objects.index import leave
from firstbell.engine.objects.resource_version import is_older

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import timedelta

    from firstbell.core import Override, Unavailable
    from firstbell.engine.ports import Json
    from firstbell.kinds.label_selector import LabelSelectorSpec


MOST_ASKED = 16
"""Orders for one SchoolAutoscaler whose numbers are told; all of them count."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A ScalingOverride's spec, as the engine uses it: what is ordered, and for which SchoolAutoscalers.

    `names` are keys, `namespace/name`; `selector` None: these alone. `kept_for` is how long the object stays
    after its end.
    """

    override: Override
    names: tuple[str, ...]
    selector: LabelSelectorSpec | None
    kept_for: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenOverride:
    """A ScalingOverride as last seen: its order, or why there is none, and the status on it.

    `last_good` is the order before an edit that made it unusable: it stays in force to its end.
    """

    key: str
    uid: str
    generation: int
    order: Order | Unavailable
    status: Json
    last_good: Order | None = None
    version: str = field(default="", compare=False)

    @property
    def in_force(self) -> Order | None:
        """The order that is followed; None where there never was a usable one."""
        return self.order if isinstance(self.order, Order) else self.last_good


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """What came of the orders for one SchoolAutoscaler at its last tick.

    `asked` has the replicas by the name of the order, of those that ask for most, up to MOST_ASKED;
    `scheduled` is what the plan asks for, `capped` what a maximum allows, and which; `held_by` the order that
    keeps everything from being written; `problem` why nothing can come of any order, empty where something
    can.
    """

    asked: Mapping[str, int] = field(default_factory=dict)
    scheduled: int | None = None
    capped: tuple[int, str] | None = None
    held_by: str = ""
    problem: str = ""

    @property
    def concerns_all(self) -> tuple[object, ...]:
        """What the statuses of all its orders tell, not of those alone that ask for most."""
        return self.held_by, self.problem, len(self.asked) == MOST_ASKED


class Overrides:
    """All of them, and what they are for. Changing it returns the SchoolAutoscalers that must look again.

    Whom a selector means is asked whenever somebody wants to know, and kept nowhere: very many orders for
    very many workloads would be the product of both. What is returned asks as it is read.
    """

    def __init__(self) -> None:
        self.seen: dict[str, SeenOverride] = {}
        self.effects: dict[str, Effect] = {}
        """What came of them, by the key of the SchoolAutoscaler; of those alone that have any."""
        self._labels: dict[str, dict[str, Mapping[str, Any]]] = {}
        """By namespace: the labels of each SchoolAutoscaler there."""
        self._selecting: dict[str, dict[str, LabelSelectorSpec]] = {}
        """By namespace: the selectors of the orders there that have one."""
        self._naming: dict[str, set[str]] = {}
        self._turned: set[str] = set()

    def put(self, seen: SeenOverride) -> Iterable[str]:
        """Remember one, unless a later state of it is known; whom it was for and is for look again."""
        known = self.seen.get(seen.key)
        if known is not None and is_older(seen.version, known.version):
            return ()
        if known is not None and known.in_force is seen.in_force:
            self.seen[seen.key] = seen
            return ()
        before = self.drop(seen.key)
        self.seen[seen.key] = seen
        order = seen.in_force
        if order is None:
            return before
        for name in order.names:
            self._naming.setdefault(name, set()).add(seen.key)
        if order.selector is not None:
            self._selecting.setdefault(_namespace(seen.key), {})[seen.key] = order.selector
        return chain(before, self._meant(seen.key, order))

    def drop(self, key: str) -> Iterable[str]:
        """Forget one."""
        seen = self.seen.pop(key, None)
        order = seen.in_force if seen is not None else None
        if order is None:
            return ()
        for name in order.names:
            leave(self._naming, name, key)
        there = self._selecting.get(_namespace(key), {})
        there.pop(key, None)
        if not there:
            self._selecting.pop(_namespace(key), None)
        return self._meant(key, order)

    def follow(self, key: str, labels: Mapping[str, Any]) -> None:
        """Know the labels of a SchoolAutoscaler that came, or was labelled anew."""
        there = self._labels.setdefault(_namespace(key), {})
        if key in there and there[key] == labels:
            return
        if key not in there:
            self._turned |= self._naming.get(key, set())
        there[key] = labels
        self._turned |= self._selecting.get(_namespace(key), {}).keys()

    def leave(self, key: str) -> None:
        """Forget a SchoolAutoscaler that is gone."""
        there = self._labels.get(_namespace(key), {})
        if there.pop(key, None) is None:
            return
        if not there:
            self._labels.pop(_namespace(key))
        self.effects.pop(key, None)
        self._turned |= self._naming.get(key, set())
        self._turned |= self._selecting.get(_namespace(key), {}).keys()

    def of(self, key: str) -> Iterator[SeenOverride]:
        """Yield those that are for a SchoolAutoscaler, by name."""
        for one in sorted(self._keys_of(key)):
            yield self.seen[one]

    def concerned(self, key: str) -> list[str]:
        """Return the keys of the SchoolAutoscalers that one is for, by name."""
        seen = self.seen.get(key)
        order = seen.in_force if seen is not None else None
        return [] if order is None else sorted(set(self._meant(key, order)))

    def take_turned(self) -> set[str]:
        """Return those which may be for others than when this was last asked."""
        turned, self._turned = self._turned, set()
        return turned & self.seen.keys()

    def came_of(self, key: str, effect: Effect) -> set[str]:
        """Remember what came of the orders for a SchoolAutoscaler; return those whose status tells of it."""
        before = self.effects.get(key)
        if before == effect:
            return set()
        concerned = self._keys_of(key)
        if not concerned:
            self.effects.pop(key, None)
            return set()
        self.effects[key] = effect
        if before is None or before.concerns_all != effect.concerns_all:
            return concerned
        told = before.asked.keys() | effect.asked.keys()
        return {f"{_namespace(key)}/{name}" for name in told} & concerned

    def _keys_of(self, key: str) -> set[str]:
        """Return the orders that are for a SchoolAutoscaler."""
        labels = self._labels.get(_namespace(key), {}).get(key)
        if labels is None:
            return set()
        selecting = self._selecting.get(_namespace(key), {})
        return self._naming.get(key, set()) | {
            one for one, selector in selecting.items() if selector.matches(labels)
        }

    def _meant(self, key: str, order: Order) -> Iterator[str]:
        """Yield the SchoolAutoscalers that an order is for."""
        there = self._labels.get(_namespace(key), {})
        yield from (name for name in order.names if name in there)
        if order.selector is not None:
            yield from [one for one, labels in there.items() if order.selector.matches(labels)]


def _namespace(key: str) -> str:
    return key.partition("/")[0]
