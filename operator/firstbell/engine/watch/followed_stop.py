"""The order to stop, followed: one ConfigMap by its name, which no other right is needed for.

It is read before the first write and after every gap, and watched from there on. Each watch begins with a
list of that one name: a watch that was silent has told nothing, and what is gone no list tells by itself.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from firstbell.engine.objects.status_values import reported_stop
from firstbell.engine.ports import Failure, FailureKind
from firstbell.kinds.stop_order import STOP_NAME, StopOrder, stop_order

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from firstbell.engine.pace.stop import Stop
    from firstbell.engine.ports import Json, Kind, Watches
    from firstbell.engine.seen.store import Store

CONFIG_MAPS: Kind = ("", "v1", "configmaps")
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.2, 5.0
REFUSED_SECONDS = 30.0
"""How long after a refusal it is asked again whether the right is there now."""
BETWEEN_SECONDS = 0.5
"""Between two watches; each begins with a list, so that a stop is not seen later than that."""
FOR_NOW_UNREADABLE = "as the last report says; the order itself cannot be read"

log = structlog.get_logger("firstbell.engine")


class FollowedStop:
    """Reads and follows the order of one namespace; of none (empty) there is none to follow."""

    def __init__(self, watches: Watches, stop: Stop, namespace: str) -> None:
        self._watches = watches
        self._stop = stop
        self._namespace = namespace
        self._refused = ""

    async def first_look(
        self, store: Store, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """Return when it is known whether there is an order, or that it is not for us to read.

        The API server that does not answer is waited for: nothing could be written meanwhile anyway. Without
        the right we go on as the last report says: a right that was forgotten takes no bell away, and one
        that was taken away ends no stop.
        """
        if not self._namespace:
            log.warning("nobody can stop this operator by `firstbell stop`: give --stop-namespace")
            return
        wait = FIRST_WAIT_SECONDS
        while isinstance(failure := await self.look(), Failure):
            if failure.kind is FailureKind.FORBIDDEN:
                self._stop.cannot_be_read(_last_reported(store))
                return
            log.error("not started yet", problem=failure.message, tries_again="by itself")
            await sleep(wait)
            wait = min(LONGEST_WAIT_SECONDS, wait * 2)

    async def look(self) -> Failure | str:
        """Read the order once; return the version that it was read at, or what stood in the way."""
        listed = await self._watches.list_at(CONFIG_MAPS, self._namespace, STOP_NAME)
        if isinstance(listed, Failure):
            self._tell_refusal(listed)
            return listed
        self._refused = ""
        self._stop.read(next((stop_order(body) for body in listed.items if _is_meant(body)), None))
        return listed.version

    async def look_again(self) -> bool:
        """Read it once more after a gap; False where it should be tried again before anything is written."""
        if not self._namespace:
            return True
        failure = await self.look()
        return not isinstance(failure, Failure) or failure.kind is FailureKind.FORBIDDEN

    async def follow(
        self, changed: Callable[[], None], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """Follow it until cancelled; `changed` is called whenever something was read.

        `sleep` is of the wall, however fast the engine's clock runs.
        """
        if not self._namespace:
            await asyncio.Event().wait()
        wait = FIRST_WAIT_SECONDS
        while True:
            failure = await self._followed(changed)
            if failure is None or failure.kind is FailureKind.EXPIRED:
                wait = FIRST_WAIT_SECONDS
                await sleep(BETWEEN_SECONDS)
                continue
            if failure.kind is FailureKind.FORBIDDEN:
                self._stop.cannot_be_read()
                changed()
                await sleep(REFUSED_SECONDS)
                continue
            log.warning("watch interrupted", kind=STOP_NAME, message=failure.message)
            await sleep(wait)
            wait = min(LONGEST_WAIT_SECONDS, wait * 2)

    async def _followed(self, changed: Callable[[], None]) -> Failure | None:
        """List and watch once."""
        version = await self.look()
        if isinstance(version, Failure):
            return version
        changed()

        def tell(event: Json) -> None:
            if event["type"] != "BOOKMARK" and _is_meant(event["object"]):
                gone = event["type"] == "DELETED"
                self._stop.read(None if gone else stop_order(event["object"]))
                changed()

        return await self._watches.watch(CONFIG_MAPS, self._namespace, version, tell, STOP_NAME)

    def _tell_refusal(self, failure: Failure) -> None:
        if failure.kind is FailureKind.FORBIDDEN and failure.message != self._refused:
            self._refused = failure.message
            log.error(
                "nobody can stop this operator by `firstbell stop`, and no stop can be ended",
                message=failure.message,
                cure=f"grant list and watch on the ConfigMap {STOP_NAME} in namespace {self._namespace}",
            )


def _is_meant(body: Json) -> bool:
    return bool(body["metadata"].get("name") == STOP_NAME)


def _last_reported(store: Store) -> StopOrder | None:
    """Return that we are stopped, where a process before this one told so."""
    stopped = any(reported_stop(seen.status) for seen in store.autoscalers.values())
    return StopOrder(reason=FOR_NOW_UNREADABLE) if stopped else None
