"""The foreign autoscalers there are, by key, and found by their workload and by whose floor they carry."""

from __future__ import annotations

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


@dataclass(kw_only=True, slots=True, eq=False)
class Floors(Mapping[str, "SeenFloor"]):
    """Foreign autoscalers as last seen, by key.

    `followed` are the optional kinds that are watched: the cluster has them, and they may be read.
    """

    followed: set[ForeignAutoscaler] = field(default_factory=set)
    _seen: dict[str, SeenFloor] = field(default_factory=dict)
    _by_target: dict[str, set[str]] = field(default_factory=dict)
    _by_owner: dict[str, set[str]] = field(default_factory=dict)

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
        self.drop(seen.key)
        self._seen[seen.key] = seen
        if seen.autoscaler.mark is not None:
            self._by_owner.setdefault(seen.autoscaler.mark.owner, set()).add(seen.key)
        self._by_target.setdefault(seen.target.key, set()).add(seen.key)
        return {seen.target.key} if before is None else {before.target.key, seen.target.key}

    def drop(self, key: str) -> SeenFloor | None:
        """Forget one, and return what was known of it."""
        seen = self._seen.pop(key, None)
        if seen is None:
            return None
        leave(self._by_target, seen.target.key, key)
        if seen.autoscaler.mark is not None:
            leave(self._by_owner, seen.autoscaler.mark.owner, key)
        return seen

    def of_target(self, target: TargetRef) -> list[SeenFloor]:
        """Return those that scale a workload, by name."""
        return [self._seen[key] for key in sorted(self._by_target.get(target.key, ()))]

    def held_by(self, owner: str) -> list[SeenFloor]:
        """Return those that carry the floor of one SchoolAutoscaler, by name."""
        return [self._seen[key] for key in sorted(self._by_owner.get(owner, ()))]
