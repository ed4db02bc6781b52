"""When access to the API is read anew: each minute, before its end, and when the API server refuses it.

One reading at a time, whoever asks for it, and nobody waits for one but who was refused. A reading that
fails leaves what there was; it is told once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING, Protocol

import structlog

from firstbell.adapters.access import Access, AccessError, find_access
from firstbell.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from firstbell.engine.ports import Clock

LOOK_SECONDS = 60.0
"""How often files are read again."""
SOON_SECONDS = 10.0
"""The least between two readings that nobody's refusal asked for."""
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 30.0
"""Between two readings after refusals, twice as long each time, until one is accepted."""
LAST_SHARE, LEAST_MARGIN_SECONDS, MOST_MARGIN_SECONDS = 0.1, 5.0, 60.0
"""How long before its end it is read anew: a tenth of its life, within bounds."""

log = structlog.get_logger("firstbell")


class Source(Protocol):
    """Where access is read."""

    async def read(self, *, anew: bool) -> Access:
        """Return what it is now; `anew` where it was refused or comes to its end. Raises AccessError."""
        ...


class RenewedAccess:
    """Access to the API server that stays valid. Made by `load_access`."""

    def __init__(self, source: Source | None, first: Access, clock: Clock | None = None) -> None:
        self._source = source
        self._access = first
        self._clock = clock or SystemClock()
        self._reading: asyncio.Task[None] | None = None
        self._reads_anew = False
        self._look_at, self._ends_at = 0.0, float("inf")
        self._wait, self._refusable_at = FIRST_WAIT_SECONDS, 0.0
        self._told = ""
        self._plan()

    @property
    def host(self) -> str:
        """Where the API server is now."""
        return self._access.host

    @property
    def cure(self) -> str:
        """What to do where the API server refuses it."""
        return self._access.cure

    @property
    def reads_anew(self) -> bool:
        """Whether other credentials are being asked for."""
        return self._reading is not None and self._reads_anew

    async def current(self) -> Access:
        """Return what to use now, at once; what is due to be read is read meanwhile."""
        now = _now()
        if now >= self._look_at and self._reading is None:
            self._read(anew=now >= self._ends_at or bool(self._access.trouble))
        return self._access

    async def after_refusal(self, used: Access) -> Access:
        """Return what to use after the API server has refused this one: another one, or the same one."""
        if self._access.same_as(used) and self._reading is not None and not self._reads_anew:
            await asyncio.shield(self._reading)
        if not self._access.same_as(used):
            return self._access
        if self._reading is None:
            if _now() < self._refusable_at:
                return self._access
            self._refusable_at = _now() + self._wait
            self._wait = min(LONGEST_WAIT_SECONDS, self._wait * 2)
            self._read(anew=True)
        if self._reading is not None:
            await asyncio.shield(self._reading)
        return self._access

    def accepted(self) -> None:
        """Note that the API server has taken it."""
        self._wait = FIRST_WAIT_SECONDS

    def suspected(self) -> None:
        """Note that certificates may have changed: they are read at the next request."""
        self._look_at = min(self._look_at, _now())

    async def close(self) -> None:
        """End a reading that is under way."""
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading

    def _read(self, *, anew: bool) -> None:
        if self._source is None:
            self._look_at = float("inf")
            return
        self._reads_anew = anew
        self._reading = asyncio.create_task(self._read_once(self._source, anew=anew), name="renewal")

    async def _read_once(self, source: Source, *, anew: bool) -> None:
        try:
            found = await source.read(anew=anew)
        except AccessError as error:
            self._tell(str(error))
        else:
            self._tell(found.trouble)
            # Old credentials may still be good where new ones cannot be had.
            if not found.trouble or self._access.trouble or found.host != self._access.host:
                self._access = found
        finally:
            self._reading = None
            self._plan()

    def _plan(self) -> None:
        """Plan when to read next, as far as nobody refuses."""
        now, lasts = _now(), float("inf")
        if self._access.expires is not None:
            lasts = (self._access.expires - self._clock.now()).total_seconds()
            lasts -= min(max(lasts * LAST_SHARE, LEAST_MARGIN_SECONDS), MOST_MARGIN_SECONDS)
        self._ends_at = now + lasts
        soon = SOON_SECONDS if self._told or self._access.trouble else LOOK_SECONDS
        self._look_at = max(now + SOON_SECONDS, min(now + soon, self._ends_at))

    def _tell(self, trouble: str) -> None:
        if trouble and trouble != self._told:
            log.error("credentials cannot be renewed", why=trouble, tries_again="by itself")
        if self._told and not trouble:
            log.info("credentials are renewed again")
        self._told = trouble


def _now() -> float:
    return asyncio.get_running_loop().time()


async def load_access(
    kubeconfig: Path | None, context: str | None, environ: Mapping[str, str] = os.environ
) -> RenewedAccess:
    """Hold access to the API server that was asked for, from now on.

    Raises AccessError with a sentence for people where none is configured. Credentials that cannot be had
    yet are no such error: requests tell of them.
    """
    source = find_access(kubeconfig, context, environ)
    return RenewedAccess(source, await source.read(anew=True))
