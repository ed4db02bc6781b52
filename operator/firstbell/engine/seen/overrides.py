"""ScalingOverrides as last seen, and which SchoolAutoscalers each is for.

Matched when either comes or changes, so that a tick finds its orders without a search: by name, or by the
labels of the SchoolAutoscaler. All within one namespace.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from firstbell.engine.objects.index import leave
from firstbell.engine.objects.resource_version import is_older

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import timedelta

    from firstbell.core import Override, Unavailable
    from firstbell.engine.ports import Json
    from firstbell.kinds.label_selector import LabelSelectorSpec


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

    def is_for(self, key: str, labels: Mapping[str, Any]) -> bool:
        """Tell whether a SchoolAutoscaler of the same namespace is meant."""
        return key in self.names or (self.selector is not None and self.selector.matches(labels))


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

    `asked` has the replicas by the name of the order, `scheduled` what the plan asks for; `capped` is what a
    maximum allows, and which; `held_by` the order that keeps everything from being written; `problem` why
    nothing can come of any order, empty where something can.
    """

    asked: Mapping[str, int] = field(default_factory=dict)
    scheduled: int | None = None
    capped: tuple[int, str] | None = None
    held_by: str = ""
    problem: str = ""


class Overrides:
    """All of them, and what they are for. Changing it returns the SchoolAutoscalers that must look again."""

    def __init__(self) -> None:
        self.seen: dict[str, SeenOverride] = {}
        self.effects: dict[str, Effect] = {}
        """What came of them, by the key of the SchoolAutoscaler; of those alone that have any."""
        self._labels: defaultdict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
        """By namespace: the labels of each SchoolAutoscaler there."""
        self._selecting: defaultdict[str, set[str]] = defaultdict(set)
        self._naming: dict[str, set[str]] = {}
        self._for: dict[str, set[str]] = {}
        self._of: dict[str, set[str]] = {}
        self._turned: set[str] = set()

    def put(self, seen: SeenOverride) -> set[str]:
        """Remember one, unless a later state of it is known; whom it was for and is for look again."""
        known = self.seen.get(seen.key)
        if known is not None and is_older(seen.version, known.version):
            return set()
        if known is not None and known.in_force is seen.in_force:
            self.seen[seen.key] = seen
            return set(self._for.get(seen.key, ()))
        before = self.drop(seen.key)
        self.seen[seen.key] = seen
        order, namespace = seen.in_force, seen.key.partition("/")[0]
        if order is None:
            return before
        for name in order.names:
            self._naming.setdefault(name, set()).add(seen.key)
        if order.selector is not None:
            self._selecting[namespace].add(seen.key)
        there = self._labels.get(namespace, {})
        meant = order.names if order.selector is None else tuple(there)
        concerned = {key for key in meant if key in there and order.is_for(key, there[key])}
        for key in concerned:
            self._of.setdefault(key, set()).add(seen.key)
        if concerned:
            self._for[seen.key] = concerned
        return before | concerned

    def drop(self, key: str) -> set[str]:
        """Forget one."""
        seen = self.seen.pop(key, None)
        order = seen.in_force if seen is not None else None
        if order is None:
            return set()
        for name in order.names:
            leave(self._naming, name, key)
        leave(self._selecting, key.partition("/")[0], key)
        concerned = self._for.pop(key, set())
        for each in concerned:
            leave(self._of, each, key)
        return concerned

    def follow(self, key: str, labels: Mapping[str, Any]) -> None:
        """Match a SchoolAutoscaler that came, or whose labels changed."""
        namespace = key.partition("/")[0]
        there = self._labels[namespace]
        if key in there and there[key] == labels:
            return
        there[key] = labels
        meant = self._naming.get(key, set()) | self._selecting.get(namespace, set())
        now = {one for one in meant if (order := self.seen[one].in_force) and order.is_for(key, labels)}
        self._match(key, now)

    def leave(self, key: str) -> None:
        """Forget a SchoolAutoscaler that is gone."""
        there = self._labels.get(key.partition("/")[0], {})
        there.pop(key, None)
        self.effects.pop(key, None)
        self._match(key, set())

    def _match(self, key: str, now: set[str]) -> None:
        before = self._of.get(key, set())
        for one in before - now:
            leave(self._for, one, key)
        for one in now - before:
            self._for.setdefault(one, set()).add(key)
        self._turned |= before ^ now
        if now:
            self._of[key] = now
        else:
            self._of.pop(key, None)
            self.effects.pop(key, None)

    def of(self, key: str) -> Iterator[SeenOverride]:
        """Yield those that are for a SchoolAutoscaler, by name."""
        for one in sorted(self._of.get(key, ())):
            yield self.seen[one]

    def concerned(self, key: str) -> list[str]:
        """Return the keys of the SchoolAutoscalers that one is for, by name."""
        return sorted(self._for.get(key, ()))

    def take_turned(self) -> set[str]:
        """Return those which others are matched with than when this was last asked."""
        turned, self._turned = self._turned, set()
        return turned & self.seen.keys()

    def came_of(self, key: str, effect: Effect) -> set[str]:
        """Remember what came of the orders for a SchoolAutoscaler; return those whose status tells of it."""
        concerned = self._of.get(key, set())
        if not concerned:
            self.effects.pop(key, None)
            return set()
        if self.effects.get(key) == effect:
            return set()
        self.effects[key] = effect
        return set(concerned)
