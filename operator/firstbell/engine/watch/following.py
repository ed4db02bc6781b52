"""Other people's autoscalers and workloads, followed by watches of our own.

Kopf follows our own kinds. What it does for each event is worth it for a few edits a day, not for HPAs that
write their status every 15 seconds, of which next to none changes anything for us: here such an event is
read, compared with what the store holds, and that is all.

Each kind is listed once and then watched from there on. A watch that ends or breaks goes on where it was;
only where the server does not go back that far, everything is listed again, not more often than every few
seconds. What has gone meanwhile, which no list tells, is found by `vanished`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from firstbell.engine.ports import NOT_FOR_US, Failure, FailureKind
from firstbell.engine.seen.watched_kinds import FOREIGN_KINDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from firstbell.engine.engine import Engine
    from firstbell.engine.ports import Json, Kind, Watches
    from firstbell.engine.seen.watched_kinds import ForeignKind

BETWEEN_SECONDS = 0.2
"""Between two watches of a kind; twice as long each time where they end at once and tell nothing."""
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 5.0
"""After a failure. What others write is to be answered within seconds, so it is looked at again soon."""
LISTS_SECONDS, LONGEST_LISTS_SECONDS = 5.0, 15.0
"""Between two lists of a kind: a list costs the API server far more than a watch."""
AT_ONCE_SECONDS = 1.0
"""A watch that ends sooner than this and told nothing might as well not have been."""

log = structlog.get_logger("firstbell.engine")


async def follow_objects(  # noqa: PLR0913 - what is followed, and how
    engine: Engine,
    watches: Watches,
    namespaces: Sequence[str],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    listed_anew: Callable[[], None] = lambda: None,
    *,
    kinds: Sequence[ForeignKind] = FOREIGN_KINDS,
) -> None:
    """Follow everything until a watch is refused for good; `namespaces` empty = all.

    `sleep` is of the wall, however fast the engine's clock runs. `listed_anew` is called whenever something
    may have gone without having been told.
    """
    following = [
        asyncio.create_task(
            _Following(watches, kind.api, namespace, teller(engine, kind), listed_anew).run(sleep)
        )
        for kind in kinds
        if kind.is_followed(engine.store)
        for namespace in namespaces or (None,)
    ]
    try:
        ended, _ = await asyncio.wait(following, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
    finally:
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)


class _Following:
    """One kind in one namespace or (None) all, and how far it has been told."""

    def __init__(
        self,
        watches: Watches,
        kind: Kind,
        namespace: str | None,
        tell: Callable[[Json], None],
        listed_anew: Callable[[], None],
    ) -> None:
        self._watches = watches
        self._kind = kind
        self._namespace = namespace
        self._tell = tell
        self._listed_anew = listed_anew
        self._version = ""
        self._wait = FIRST_WAIT_SECONDS
        self._lists_in_vain = 0
        self._last_list: float | None = None
        self._tells = False

    async def run(self, sleep: Callable[[float], Awaitable[None]]) -> Failure:
        """List and watches, until either is refused for good."""
        while True:
            failure = await (self._watched(sleep) if self._version else self._listed(sleep))
            if failure is None:
                continue
            if failure.kind in NOT_FOR_US:
                log.error("not followed any more", kind=self._kind[2], message=failure.message)
                return failure
            if failure.kind is FailureKind.EXPIRED:
                self._version = ""
                continue
            log.warning("watch interrupted", kind=self._kind[2], message=failure.message)
            await sleep(self._wait)
            self._wait = min(LONGEST_WAIT_SECONDS, self._wait * 2)

    async def _listed(self, sleep: Callable[[float], Awaitable[None]]) -> Failure | None:
        again = self._last_list is not None
        if self._last_list is not None:
            apart = min(LONGEST_LISTS_SECONDS, LISTS_SECONDS * 2 ** min(self._lists_in_vain, 8))
            if (left := self._last_list + apart - _now()) > 0:
                await sleep(left)
            self._lists_in_vain += 1
        self._last_list = _now()
        version = await self._watches.list_each(
            self._kind, self._namespace, lambda body: self._tell_safely({"type": "ADDED", "object": body})
        )
        if isinstance(version, Failure):
            return version
        if again:
            self._listed_anew()
        self._version, self._wait = version, FIRST_WAIT_SECONDS
        return None

    async def _watched(self, sleep: Callable[[float], Awaitable[None]]) -> Failure | None:
        """Watch from the last version on, again and again until there is a failure."""
        between = BETWEEN_SECONDS
        while True:
            self._tells, begun = False, _now()
            failure = await self._watches.watch(self._kind, self._namespace, self._version, self._told)
            if self._tells or _now() - begun >= AT_ONCE_SECONDS:
                between, self._wait, self._lists_in_vain = BETWEEN_SECONDS, FIRST_WAIT_SECONDS, 0
            if failure is not None:
                return failure
            await sleep(between)
            between = min(LONGEST_WAIT_SECONDS, between * 2)

    def _told(self, event: Json) -> None:
        self._tells = True
        self._version = event["object"]["metadata"]["resourceVersion"]
        if event["type"] != "BOOKMARK":
            self._tell_safely(event)

    def _tell_safely(self, event: Json) -> None:
        try:
            self._tell(event)
        except Exception:
            # A fault of ours that one object brings out must not keep the others from being followed.
            log.exception("event not understood", kind=self._kind[2])


def _now() -> float:
    return asyncio.get_running_loop().time()


def teller(engine: Engine, kind: ForeignKind) -> Callable[[Json], None]:
    """Return what hands the events of a kind to the engine.

    What changes nothing wakes nobody, and is kept for its version: an answer to a request of ours that bears
    it too tells nothing that is later, and the watch will tell of it no more.
    """

    def tell(event: Json) -> None:
        seen = kind.read(event["object"])
        key = kind.key(seen)
        if event["type"] == "DELETED":
            engine.wake(kind.drop(engine.store, key))
            return
        changes = kind.known(engine.store).get(key) != seen
        concerned = kind.put(engine.store, seen)
        if changes:
            engine.wake(concerned)

    return tell
