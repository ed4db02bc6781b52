"""ClusterScalingProfiles as they were seen, and whose rules stand on them.

One profile bears on thousands: when it changes they are only noted, and each completes its rules when it is
next looked at, in its own turn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.core.reasons import AbsenceReason
from firstbell.engine.objects.index import leave
from firstbell.engine.objects.resource_version import is_older
from firstbell.kinds.group import PROFILE

if TYPE_CHECKING:
    from firstbell.engine.ports import Json
    from firstbell.kinds.cluster_scaling_profile import ClusterScalingProfileSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenProfile:
    """A ClusterScalingProfile as last seen: what it says, or why that cannot be used. `editor` wrote it."""

    key: str
    uid: str
    generation: int
    content: ClusterScalingProfileSpec | Unavailable
    status: Json
    version: str = field(default="", compare=False)
    editor: str = field(default="", compare=False)


@dataclass(kw_only=True, slots=True)
class Profiles:
    """The profiles by name, and the keys of the SchoolAutoscalers that name them.

    Stale are those whose rules are of an earlier state of their profile.
    """

    seen: dict[str, SeenProfile] = field(default_factory=dict)
    _users: dict[str, set[str]] = field(default_factory=dict)
    _stale: set[str] = field(default_factory=set)

    def put(self, seen: SeenProfile) -> set[str]:
        """Remember one, unless a later state is known; return who names it."""
        before = self.seen.get(seen.key)
        if before is not None and before.uid == seen.uid and is_older(seen.version, before.version):
            return set()
        self.seen[seen.key] = seen
        users = set(self._users.get(seen.key, ()))
        if before is None or before.content is not seen.content:
            self._stale |= users
        return users

    def drop(self, key: str) -> set[str]:
        """Forget one; return who names it."""
        self.seen.pop(key, None)
        users = set(self._users.get(key, ()))
        self._stale |= users
        return users

    def use(self, name: str, key: str) -> None:
        """Note that a SchoolAutoscaler names a profile."""
        self._users.setdefault(name, set()).add(key)

    def leave(self, name: str, key: str) -> None:
        """Note that a SchoolAutoscaler does not name it any more."""
        leave(self._users, name, key)

    def is_stale(self, key: str) -> bool:
        """Tell whether the rules of a SchoolAutoscaler are to be completed anew."""
        return key in self._stale

    def renewed(self, key: str) -> None:
        """Note that they are."""
        self._stale.discard(key)

    def of(self, name: str, unseen: Unavailable | None) -> ClusterScalingProfileSpec | Unavailable:
        """Return what a profile says, or why nobody knows; `unseen` tells why none is seen at all."""
        seen = self.seen.get(name)
        where = f"spec.profileRef.name: {PROFILE} {name}"
        if seen is not None and isinstance(seen.content, Unavailable):
            return Unavailable(reason=seen.content.reason, message=f"{where}: {seen.content.message}")
        if seen is not None:
            return seen.content
        if unseen is not None:
            return Unavailable(reason=unseen.reason, message=f"{where} is not seen: {unseen.message}")
        return Unavailable(
            reason=AbsenceReason.PROFILE_NOT_FOUND,
            message=f"{where} does not exist. Create it or correct the name.",
        )
