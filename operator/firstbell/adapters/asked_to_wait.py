"""`Retry-After`: what the API server, or what stands before it, asks us not to ask again for a while.

It holds for the one request that was answered so, by method and path: others may well be served.
"""

from __future__ import annotations

import asyncio
import math
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_SECONDS = 120.0
"""However long is asked for: bells do not wait for hours."""
_STATUSES = frozenset({429, 503})


class AskedToWaitError(aiohttp.ClientError):
    """Not sent, since the API server has asked to wait.

    The text says for how long it has asked, not what is left of it: conditions bear it, and are written where
    they change.
    """


class AskedToWait:
    """Which requests have to wait, and until when by the loop's clock."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], tuple[float, float]] = {}

    def check(self, method: str, path: str) -> None:
        """Raise AskedToWaitError where this request has to wait."""
        until, seconds = self._until.get((method, path), (0.0, 0.0))
        if until > _now():
            msg = f"the API server has asked to wait with this request for {math.ceil(seconds)} s"
            raise AskedToWaitError(msg)

    def note(self, method: str, path: str, status: int, headers: Mapping[str, str]) -> None:
        """Remember what an answer asks for."""
        seconds = seconds_asked(headers) if status in _STATUSES else 0.0
        if seconds <= 0 and not self._until:
            return
        now = _now()
        self._until = {key: held for key, held in self._until.items() if held[0] > now}
        if seconds > 0:
            self._until[method, path] = now + seconds, seconds


def seconds_asked(headers: Mapping[str, str]) -> float:
    """Tell how many seconds `Retry-After` asks for, of which no more than the most.

    It is 0 where nothing is asked for.

    It may give seconds or an instant, which is held against the answer's own `Date`.
    """
    told = headers.get("Retry-After", "").strip()
    try:
        seconds = float(told)
    except ValueError:
        try:
            there = parsedate_to_datetime(headers.get("Date", ""))
            seconds = (parsedate_to_datetime(told) - there).total_seconds()
        except (ValueError, TypeError):
            return 0.0
    return min(seconds, MOST_SECONDS) if seconds > 0 else 0.0


def _now() -> float:
    return asyncio.get_running_loop().time()
