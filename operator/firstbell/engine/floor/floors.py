"""The foreign autoscalers there are, by key, and found by their workload and by whose floor they carry."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from firstbell.engine.objects.index import leave
from firstbell.engine.objects.resource_version import is_older

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.objects.target_ref import TargetRef
    from firstbell.kinds.foreign_autoscalers import ForeignAutoscaler


FOREIGN_MINIMA_KEPT = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignMinimum:
    """A minimum that somebody else wrote, in the order in which we saw them; `manager` empty = unknown."""

    number: int
    minimum: int
    manager: str


@dataclass(kw_only=True, slots=True, eq=False)
class Floors(Mapping[str, "SeenFloor"]):
    """Foreign autoscalers as last seen, by key.

    `followed` are the optional kinds that are watched: the cluster has them, and they may be read. Of each
    autoscaler the last few minima that others wrote are kept: two hands may come between two looks of a tick.
    """

    followed: set[ForeignAutoscaler] = field(default_factory=set)
    _seen: dict[str, SeenFloor] = field(default_factory=dict)
    _by_target: dict[str, set[str]] = field(default_factory=dict)
    _by_owner: dict[str, set[str]] = field(default_factory=dict)
    _foreign: dict[str, deque[ForeignMinimum]] = field(default_factory=dict)

    def __getitem__(self, key: str) -> SeenFloor:
        return self._seen[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._seen)

    def __len__(self) -> int:
        return len(self._seen)

    def follows(self, of: ForeignAutoscaler) -> bool:
        """Tell whether autoscalers of a kind are watched."""
        return not of.optional or of in self.followed

    def put(self, seen: SeenFloor) -> set[str]:
        """Remember one, unless a later state is known, and return the keys of the workloads it concerns."""
        before = self._seen.get(seen.key)
        same = before is not None and before.autoscaler.uid == seen.autoscaler.uid
        if same and before is not None and is_older(seen.version, before.version):
            return set()
        if seen.kept and not seen.former_managers and before is not None:
            seen = replace(seen, former_managers=before.former_managers)
        foreign = self._foreign.get(seen.key) if same else None
        self.drop(seen.key)
        if same and before is not None and _is_of_others(before, seen):
            foreign = foreign if foreign is not None else deque(maxlen=FOREIGN_MINIMA_KEPT)
            number = foreign[-1].number + 1 if foreign else 1
            foreign.append(
                ForeignMinimum(number=number, minimum=seen.autoscaler.minimum, manager=seen.last_writer)
            )
        if foreign is not None:
            self._foreign[seen.key] = foreign
        self._seen[seen.key] = seen
        if seen.autoscaler.mark is not None:
            self._by_owner.setdefault(seen.autoscaler.mark.owner, set()).add(seen.key)
        self._by_target.setdefault(seen.target.key, set()).add(seen.key)
        return {seen.target.key} if before is None else {before.target.key, seen.target.key}

    def drop(self, key: str) -> SeenFloor | None:
        """Forget one, and return what was known of it."""
        seen = self._seen.pop(key, None)
        self._foreign.pop(key, None)
        if seen is None:
            return None
        leave(self._by_target, seen.target.key, key)
        if seen.autoscaler.mark is not None:
            leave(self._by_owner, seen.autoscaler.mark.owner, key)
        return seen

    def foreign_minima(self, key: str) -> tuple[ForeignMinimum, ...]:
        """Return the last minima that others wrote to one, oldest first."""
        return tuple(self._foreign.get(key, ()))

    def of_target(self, target: TargetRef) -> list[SeenFloor]:
        """Return those that scale a workload, by name."""
        return [self._seen[key] for key in sorted(self._by_target.get(target.key, ()))]

    def held_by(self, owner: str) -> list[SeenFloor]:
        """Return those that carry the floor of one SchoolAutoscaler, by name."""
        return [self._seen[key] for key in sorted(self._by_owner.get(owner, ()))]


def _is_of_others(before: SeenFloor, seen: SeenFloor) -> bool:
    """Tell whether somebody else changed the minimum: it is no floor of ours, nor the release of one."""
    was, now = before.autoscaler, seen.autoscaler
    if now.minimum == was.minimum or now.written_by_us or now.at_marked_floor:
        return False
    return was.mark is None or now.minimum != was.mark.baseline
