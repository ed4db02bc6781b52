"""Pods and nodes: from a number in `spec.replicas` to Ready replicas, and the time that takes.

Pods are created at the rate of a default controller manager, wait for a node where the cluster is full, and
are Ready a fixed time after they have one. Pods that go are first those without a node, then those that
start, then the youngest, and leave at once. An empty node is kept for ten minutes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Cluster:
    """How long things take.

    `start_seconds` is from a pod's node to Ready, `node_seconds` from a pod that finds no room to a node that
    takes it, image included. `room` is how many pods fit on nodes that are there at the start of the day.
    `created_per_second` is the client limit of a default controller manager.
    """

    start_seconds: int = 40
    node_seconds: int = 150
    pods_per_node: int = 10
    room: int = 0
    created_per_second: int = 20
    node_idle_seconds: int = 600

    def standing_room(self, replicas: int) -> int:
        """Tell how many pods have room on nodes that are always there, where `replicas` run in the night."""
        return self.pods_per_node * -(-max(replicas, self.room) // self.pods_per_node)


@dataclass(slots=True)
class _Batch:
    """Pods that got their node together."""

    count: int
    ready_at: int


class Pods:
    """The pods of one workload. Seconds count from the start of the day."""

    def __init__(self, cluster: Cluster, replicas: int) -> None:
        self._cluster = cluster
        self.wanted = replicas
        self._batches = [_Batch(replicas, -(10**6))]
        self._placed = replicas
        self._unplaced = 0
        self._nodes = cluster.standing_room(replicas) // cluster.pods_per_node
        self._ordered: list[tuple[int, int]] = []
        self._idle_since: int | None = None
        self.ready = replicas
        self.started = 0
        """How many pods were created since the start of the day."""
        self._settled = True

    def scale(self, replicas: int) -> None:
        """Set `spec.replicas`."""
        if replicas == self.wanted:
            return
        self.wanted = replicas
        self._settled = False

    def step(self, now: int) -> None:
        """Play one second of creating, placing, starting and removing."""
        if self._settled and self._idle_since is None:  # `at_rest`, for each second of a day
            return
        cluster = self._cluster
        self._remove(self._placed + self._unplaced - self.wanted)
        missing = self.wanted - self._placed - self._unplaced
        created = min(max(0, missing), cluster.created_per_second)
        self._unplaced += created
        self.started += created
        while self._ordered and self._ordered[0][0] <= now:
            self._nodes += self._ordered.pop(0)[1]
        room = self._nodes * cluster.pods_per_node - self._placed
        placed = min(self._unplaced, room)
        if placed:
            self._batches.append(_Batch(placed, now + cluster.start_seconds))
            self._placed += placed
            self._unplaced -= placed
        self._order_nodes(now)
        self._give_back(now)
        self.ready = self.ready_since(now)
        self._settled = self.ready == self.wanted and not self._ordered

    @property
    def at_rest(self) -> bool:
        """Whether no second changes anything until `spec.replicas` does."""
        return self._settled and self._idle_since is None

    def ready_since(self, second: int) -> int:
        """Tell how many of the present pods were Ready at a second."""
        ready = 0
        for batch in self._batches:  # half the time of `sum`, which is taken for each pass of a day
            if batch.ready_at <= second:
                ready += batch.count
        return ready

    def running_since(self, second: int) -> int:
        """Tell how many of the present pods had a node at a second."""
        return self.ready_since(second + self._cluster.start_seconds)

    @property
    def existing(self) -> int:
        """All pods, Ready or not."""
        return self._placed + self._unplaced

    def break_started_after(self, second: int, until: int) -> None:
        """Make pods that became Ready after a second unready until another: a fault of scaling up."""
        for batch in self._batches:
            if batch.ready_at > second:
                batch.ready_at = max(batch.ready_at, until)
        self._settled = False

    def _remove(self, surplus: int) -> None:
        if surplus <= 0:
            return
        waiting = min(surplus, self._unplaced)
        self._unplaced -= waiting
        surplus -= waiting
        self._placed -= surplus
        while surplus:
            youngest = max(self._batches, key=lambda batch: batch.ready_at)
            gone = min(surplus, youngest.count)
            youngest.count -= gone
            surplus -= gone
            if not youngest.count:
                self._batches.remove(youngest)

    def _order_nodes(self, now: int) -> None:
        """Have the node autoscaler order nodes for what finds no room and it has not ordered for."""
        per_node = self._cluster.pods_per_node
        coming = sum(count for _, count in self._ordered) * per_node
        lacking = self._unplaced - coming
        if lacking > 0:
            self._ordered.append((now + self._cluster.node_seconds, -(-lacking // per_node)))

    def _give_back(self, now: int) -> None:
        """Give back nodes that have stood empty long enough; pods are taken to be packed."""
        needed = max(-(-self._placed // self._cluster.pods_per_node), self._least_nodes())
        if needed >= self._nodes or self._unplaced:
            self._idle_since = None
        elif self._idle_since is None:
            self._idle_since = now
        elif now - self._idle_since >= self._cluster.node_idle_seconds:
            self._nodes, self._idle_since = needed, None

    def _least_nodes(self) -> int:
        return -(-self._cluster.room // self._cluster.pods_per_node)
