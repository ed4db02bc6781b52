"""Which shard an object belongs to: that of the hash of the workload that it is about.

So all that is written about one workload has one writer, however many policies and autoscalers there are on
it. The kind of the workload is left out of the hash: the path of a `/scale` has its plural alone. What is
about no workload, or about several (calendars, exceptions, orders), belongs to the hash of its own name.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from firstbell.kinds.foreign_autoscalers import FOREIGN_AUTOSCALERS
from firstbell.kinds.group import AUTOSCALER_PLURAL, GROUP

if TYPE_CHECKING:
    from firstbell.engine.objects.target_ref import TargetRef
    from firstbell.engine.ports import ObjectPath
    from firstbell.engine.seen.store import OwnKey, Store

NOBODYS = -1
"""The shard of an autoscaler of others that is not known (any more): nobody writes it."""


def shard_of(namespace: str, name: str, shards: int) -> int:
    """Return the shard of a name, the same in every process and version."""
    digest = hashlib.sha256(f"{namespace}/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % shards


class Shards:
    """The division of the work around one store."""

    def __init__(self, store: Store, count: int) -> None:
        self._store = store
        self.count = count

    def of_target(self, target: TargetRef) -> int:
        """Return the shard of a workload."""
        return self._of(target.namespace, target.name)

    def of_autoscaler(self, key: str) -> int:
        """Return the shard of a SchoolAutoscaler; one whose workload is not known has its own name's."""
        seen = self._store.autoscalers.get(key)
        if seen is None or seen.target is None:
            return self._of(*key.split("/", 1))
        return self.of_target(seen.target)

    def of_own(self, own: OwnKey) -> int:
        """Return the shard that reports an object of ours."""
        plural, key = own
        if plural == AUTOSCALER_PLURAL:
            return self.of_autoscaler(key)
        namespace, _, name = key.rpartition("/")
        return self._of(namespace, name)

    def of_path(self, path: ObjectPath) -> int:
        """Return the shard that writes an object."""
        if self.count == 1:
            return 0
        if path.group == GROUP:
            return self.of_own((path.plural, f"{path.namespace}/{path.name}"))
        for of in FOREIGN_AUTOSCALERS:
            if (path.group, path.plural) == (of.group, of.plural):
                seen = self._store.floors.get(of.key(path.namespace, path.name))
                return NOBODYS if seen is None else self.of_target(seen.target)
        return self._of(path.namespace, path.name)

    def _of(self, namespace: str, name: str) -> int:
        return 0 if self.count == 1 else shard_of(namespace, name, self.count)
