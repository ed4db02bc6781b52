"""The Leases of the shards: taken, renewed, watched and given up.

Each shard has one Lease, and who holds it alone writes what belongs to the shard (`pace/tenure.py`); all
others watch everything and write nothing. A holder renews six times in a Lease's duration. Others take a
Lease that nobody holds, or that has not changed for as long as it lasts, by a write that fails where it has
changed after all. Whoever takes one has everything read again before it writes (`pace/fence.py`).
Who does not know everything yet takes no more than what nobody holds as it begins, so that its first look
need not be made twice, and gives it up where that look fails: another process may be warm.

Where there are several shards, a process that holds two fewer than another asks for one by an annotation, and
is left it. Processes that divide the work into different numbers of shards never write at a time: each looks
whether another number is in use, once before it takes a Lease and once after.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import structlog

from firstbell.engine.objects.lease import (
    ASKED_FOR_BY,
    LEASES,
    MOST_SHARDS,
    given_up,
    held_lease,
    lease_path,
    new_lease,
    seen_lease,
    taken_lease,
)
from firstbell.engine.objects.resource_version import is_older
from firstbell.engine.pace.candidacy import Candidacy
from firstbell.engine.pace.tenure import LeaseTimes
from firstbell.engine.ports import Failure, FailureKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime
    from typing import Any, Protocol

    from firstbell.engine.objects.lease import Holder, SeenLease
    from firstbell.engine.pace.fence import Fence
    from firstbell.engine.pace.tenure import Tenure
    from firstbell.engine.ports import Cluster, Json, Watches

    class LeaseApi(Cluster, Watches, Protocol):
        """What Leases are read, written and watched by."""


LOOKS, LOOKS_SECONDS = 20, 0.05
"""How often and how far apart it is looked whether a write is still under way."""
FREE_TRIES = 2
SILENT_RETRIES = 2
"""A Lease of which no watch has told for so many renewals is read."""
NO_VERSION = "1"
"""What no Lease is at: an empty version would be taken for any."""
BETWEEN_WATCHES_SECONDS, REFUSED_SECONDS = 0.5, 30.0
_CHANGED = frozenset({FailureKind.CONFLICT, FailureKind.NOT_FOUND, FailureKind.INVALID})

log = structlog.get_logger("firstbell.engine")


class Holding:
    """The Leases `name-0`, `name-1` and so on of one namespace, as one process works on them.

    `identity` is of this process alone: one that begins anew is another one. `changed` is called when a shard
    was taken or given up. `now` is what the Leases tell people of, and `monotonic` what counts.
    """

    def __init__(  # noqa: PLR0913 - what a process holds Leases with, each once
        self,
        cluster: LeaseApi,
        tenure: Tenure,
        fence: Fence,
        *,
        namespace: str,
        name: str,
        identity: Holder,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._cluster = cluster
        self._tenure = tenure
        self._times = tenure.times or LeaseTimes()
        self._fence = fence
        self._namespace, self._name = namespace, name
        self._identity = identity
        self._now, self._monotonic = now, monotonic
        self._leases = [Candidacy(identity, self._times) for _ in range(MOST_SHARDS)]
        self._news = [asyncio.Event() for _ in range(tenure.shards)]
        self._looks_first = self._knows = self._stands_back = False
        self._stamps = 0
        self._granted: set[int] = set()
        self._work: list[asyncio.Task[None]] = []
        self._told: dict[int, str] = {}
        self.changed: Callable[[], None] = lambda: None

    @property
    def has_read(self) -> bool:
        """Whether the Leases are ours to read: without that right nobody who waits for us should go."""
        return all(lease.was_read and lease.has_place for lease in self._leases[: self._tenure.shards])

    async def first_try(self) -> None:
        """Take what nobody holds, before the first look: then that need not be made twice."""
        self._looks_first = True
        for shard in range(self._tenure.shards):
            await self.step(shard)
        self._looks_first = False

    def stand_back(self) -> None:
        """Give up what is held, and take nothing until `has_looked`: the first look fails for now."""
        if not self._stands_back:
            self._stands_back = True
            self._look_soon()

    def has_looked(self) -> None:
        """Take from now on what can be taken: everything is known."""
        self._knows, self._stands_back = True, False
        self._look_soon()

    def _look_soon(self) -> None:
        for news in self._news:
            news.set()

    def begin(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Keep what is held, and take what can be taken after `has_looked`, until `give_up`.

        `sleep` is of the wall.
        """
        for shard in range(self._tenure.shards):
            self._work += [
                asyncio.create_task(self._follow(shard), name=f"lease {shard}"),
                asyncio.create_task(self._watch(shard, sleep), name=f"watch of lease {shard}"),
            ]

    async def give_up(self) -> None:
        """Leave all to others at once, but for what is being written at this moment."""
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        self._work.clear()
        for shard, lease in enumerate(self._leases[: self._tenure.shards]):
            if lease.is_mine:
                await self._let_go(shard, "this process ends")

    async def _follow(self, shard: int) -> None:
        while True:
            self._news[shard].clear()  # what comes during a step is looked at after it
            try:
                wait = await self.step(shard)
            except Exception:
                # A fault of ours must not be the end of a process that can say so.
                log.exception("lease failed", shard=shard)
                wait = self._times.retry
            try:
                async with asyncio.timeout(wait):
                    await self._news[shard].wait()
            except TimeoutError:
                continue

    async def _watch(self, shard: int, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Hear at once of what others do to a Lease; what is missed is read when it would be our turn."""
        path = lease_path(self._namespace, self._name, shard)

        def tell(event: Json) -> None:
            if event["type"] != "BOOKMARK" and event["object"]["metadata"].get("name") == path.name:
                gone = event["type"] == "DELETED"
                self._heard(shard, None if gone else seen_lease(event["object"]))

        while True:
            listed = await self._cluster.list_at(LEASES, self._namespace, path.name)
            if isinstance(listed, Failure):
                await sleep(_pause(listed, self._times.retry))
                continue
            named = (one for one in listed.items if one["metadata"].get("name") == path.name)
            self._heard(shard, next((seen_lease(one) for one in named), None))
            failure = await self._cluster.watch(LEASES, self._namespace, listed.version, tell, path.name)
            await sleep(_pause(failure, self._times.retry))

    def _heard(self, shard: int, lease: SeenLease | None) -> None:
        """Take what a watch tells. It may be older than what an answer has told."""
        known = self._leases[shard]
        if lease is None:
            known.doubt()
        elif known.lease is None or is_older(known.lease.version, lease.version):
            known.read(lease, self._monotonic())
        else:
            return
        if not self._tenure.holds(shard) or not known.is_mine:
            self._news[shard].set()

    async def step(self, shard: int) -> float:
        """Do what is to be done for one Lease; return in how many seconds it is to be looked at again."""
        lease = self._leases[shard]
        soon = self._times.retry / 4
        silent = self._monotonic() - lease.heard_at >= SILENT_RETRIES * self._times.retry
        silent = silent and not lease.is_mine
        if (silent or not lease.is_known) and not await self._read(shard):
            self._notice_loss(shard)
            return soon
        self._notice_loss(shard)
        done = await self._work_on(shard, lease)
        self._notice_loss(shard)
        if not done or not lease.is_known:
            return soon
        if lease.lease is None or lease.is_mine:
            return self._times.retry
        comes = lease.may_take_from(self._count(self._identity)) - self._monotonic()
        return max(soon, min(comes, SILENT_RETRIES * self._times.retry))

    async def _work_on(self, shard: int, lease: Candidacy) -> bool:
        """Keep, give up, ask for, make or take a Lease that is known; tell whether that was done."""
        if self._stands_back and lease.is_mine:
            await self._let_go(shard, "not everything can be looked at")
            return True
        if lease.is_mine:
            return await self._keep(shard)
        if lease.is_anothers(self._monotonic()):
            self._say(shard, f"stands by: {lease.holder} holds it")
            return await self._ask_for(shard) if self._knows else True
        may_begin = self._knows or self._looks_first or self._tenure.holds(shard)
        if self._stands_back or not may_begin:
            return True
        if lease.lease is None:
            return await self._make(shard)
        in_turn = lease.may_take_from(self._count(self._identity)) <= self._monotonic()
        return await self._take(shard) if in_turn else True

    def _notice_loss(self, shard: int) -> None:
        """Stop writing where another process is named, and tell where the Lease could not be renewed."""
        lease = self._leases[shard]
        is_anothers = lease.is_known and lease.lease is not None and not lease.is_mine
        if is_anothers:
            self._tenure.give_up(shard)
        if shard not in self._granted or self._tenure.holds(shard):
            return
        self._granted.discard(shard)
        self._tenure.give_up(shard)
        why = f"{lease.holder or 'nobody'} holds it now" if is_anothers else "it was not renewed"
        log.warning("lost", shard=f"shard {shard} of {self._tenure.shards}", why=why)
        self.changed()

    async def _read(self, shard: int) -> bool:
        body = await self._cluster.get(self._path(shard))
        if isinstance(body, Failure) and body.kind is not FailureKind.NOT_FOUND:
            self._trouble(shard, body)
            return False
        seen = None if isinstance(body, Failure) else seen_lease(body)
        self._leases[shard].read(seen, self._monotonic())
        return True

    async def _make(self, shard: int) -> bool:
        """Make a Lease that is not there. It may have been deleted under somebody who goes on to write."""
        if not self._tenure.holds(shard) and await self._is_divided_otherwise(shard) is not False:
            return False
        group, version, plural = LEASES
        body = new_lease(
            self._path(shard), self._identity, self._times.duration, self._tenure.shards, self._stamp()
        )
        asked = self._monotonic()
        made = await self._cluster.create(group, version, plural, self._namespace, body)
        self._leases[shard].has_place = not (isinstance(made, Failure) and made.kind is FailureKind.NOT_FOUND)
        if not self._leases[shard].has_place:
            missing = f"there is no namespace {self._namespace}: create it, or give another --lease-namespace"
            self._say(shard, missing, bad=True)
        if not isinstance(made, Failure) and not self._tenure.holds(shard):
            self._leases[shard].counts_from = self._monotonic() + self._times.duration
            log.info(
                "made a Lease", lease=self._path(shard).name, seconds_until_it_counts=self._times.duration
            )
        return await self._written(shard, asked, made)

    async def _keep(self, shard: int) -> bool:
        """Renew a Lease that names us; leave it to a process that has fewer and asks for it."""
        lease = self._leases[shard].lease
        asker = "" if lease is None else lease.asked_for_by
        if asker and asker != self._identity and self._count(self._identity) >= self._count(asker) + 2:
            await self._let_go(shard, f"{asker} holds fewer")
            return True
        if not self._tenure.holds(shard) and await self._is_divided_otherwise(shard) is not False:
            return False
        body = held_lease(self._identity, self._times.duration, self._tenure.shards, self._stamp())
        asked = self._monotonic()
        return await self._written(shard, asked, await self._patch(shard, lease, body))

    async def _take(self, shard: int) -> bool:
        lease = self._leases[shard].lease
        if lease is None or await self._is_divided_otherwise(shard) is not False:
            return False
        body = taken_lease(
            self._identity, self._times.duration, self._tenure.shards, self._stamp(), lease.transitions + 1
        )
        asked = self._monotonic()
        return await self._written(shard, asked, await self._patch(shard, lease, body), lease.holder)

    async def _patch(self, shard: int, lease: SeenLease | None, body: Json) -> Json | Failure:
        """Write to a Lease as it was when it was judged: a Conflict where it is another by now."""
        version = "" if lease is None else lease.version
        metadata = {**body.get("metadata", {}), "resourceVersion": version or NO_VERSION}
        return await self._cluster.merge_patch(self._path(shard), {**body, "metadata": metadata})

    async def _written(self, shard: int, asked: float, answer: Json | Failure, before: Holder = "") -> bool:
        """Follow what has become of a write by which a shard is ours from `asked` on."""
        lease = self._leases[shard]
        if isinstance(answer, Failure):
            if answer.kind in _CHANGED or not lease.is_mine:
                lease.doubt()
            if answer.kind not in _CHANGED:
                self._trouble(shard, answer)
            return False
        lease.read(seen_lease(answer), self._monotonic())
        if self._tenure.holds(shard):
            self._tenure.renewed(shard, asked)
            return True
        divided = await self._is_divided_otherwise(shard)
        if divided:
            await self._free(shard)
        if divided is not False or asked < lease.counts_from:
            return divided is False
        of = f"shard {shard} of {self._tenure.shards}"
        if not self._looks_first:
            self._fence.shut(f"this process has taken {of}" + (f" from {before}" if before else ""))
        self._tenure.taken(shard, asked)
        self._granted.add(shard)
        self._told.pop(shard, None)
        log.info("holds", shard=of, lease=self._path(shard).name, identity=self._identity)
        self.changed()
        return True

    async def _let_go(self, shard: int, why: str) -> None:
        """Stop writing, then say so: in this order, so that nobody begins before."""
        self._tenure.give_up(shard)
        self._granted.discard(shard)
        self.changed()
        for _ in range(LOOKS):
            if not self._tenure.may_be_written(shard):
                break
            await asyncio.sleep(LOOKS_SECONDS)
        else:
            return  # it runs out by itself
        await self._free(shard)
        log.info("gave up", shard=f"shard {shard} of {self._tenure.shards}", why=why)

    async def _free(self, shard: int) -> None:
        """Say that nobody holds a Lease any more; a renewal that was broken off may have been taken."""
        lease, holder = self._leases[shard], self._leases[shard].holder
        for _ in range(FREE_TRIES):
            if lease.lease is None or lease.holder != holder:
                return
            answer = await self._patch(shard, lease.lease, given_up())
            if not isinstance(answer, Failure):
                lease.read(seen_lease(answer), self._monotonic())
                return
            if holder != self._identity or not await self._read(shard):
                break
        lease.doubt()

    async def _ask_for(self, shard: int) -> bool:
        """Ask for a shard of somebody who holds two more than we do."""
        lease = self._leases[shard].lease
        if lease is None or lease.asked_for_by:
            return True
        if self._count(lease.holder) < self._count(self._identity) + 2:
            return True
        asks = {"metadata": {"annotations": {ASKED_FOR_BY: self._identity}}}
        if isinstance(await self._patch(shard, lease, asks), Failure):
            self._leases[shard].doubt()
        return True

    def _stamp(self) -> datetime:
        """Return what tells people when it was renewed, to the millisecond.

        A write that changes nothing is none, and a Lease that does not change is taken: so it is another one
        each time, of whatever shard, even where the clock stands still and writes are lost on the way.
        """
        self._stamps = (self._stamps + 1) % 1000
        now = self._now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000 + self._stamps)

    def _count(self, holder: Holder) -> int:
        return self._holders()[holder]

    def _holders(self) -> Mapping[Holder, int]:
        return Counter(lease.holder for lease in self._leases[: self._tenure.shards] if lease.holder)

    async def _is_divided_otherwise(self, shard: int) -> bool | None:
        """Tell whether somebody at work may divide it into another number of shards; None: not known now."""
        for other, lease in enumerate(self._leases):
            if other == shard or (other < self._tenure.shards and self._tenure.holds(other)):
                continue
            if not await self._read(other):
                return None
            known = lease.lease
            if known is None or not known.holder or known.shards in {None, self._tenure.shards}:
                continue
            if lease.is_anothers(self._monotonic()):
                self._say(
                    shard,
                    f"waits: {known.holder} divides the work into {known.shards} shards, and not into "
                    f"{self._tenure.shards}",
                )
                return True
            await self._free(other)
        return False

    def _trouble(self, shard: int, failure: Failure) -> None:
        cure = ""
        if failure.kind is FailureKind.FORBIDDEN:
            cure = (
                f": grant get, list, watch and patch on the Leases {self._name}-0 to {self._name}-"
                f"{MOST_SHARDS - 1}, and create, in namespace {self._namespace}"
            )
        self._say(shard, f"{failure.message}{cure}", bad=True)

    def _say(self, shard: int, what: str, *, bad: bool = False) -> None:
        if self._told.get(shard) == what:
            return
        self._told[shard] = what
        tell: Any = log.error if bad else log.info
        tell("lease", lease=self._path(shard).name, says=what)

    def _path(self, shard: int) -> Any:
        return lease_path(self._namespace, self._name, shard)


def _pause(failure: Failure | None, retry: float) -> float:
    """Tell how many seconds to wait before the next watch."""
    if failure is None or failure.kind is FailureKind.EXPIRED:
        return BETWEEN_WATCHES_SECONDS
    return REFUSED_SECONDS if failure.kind is FailureKind.FORBIDDEN else retry
