"""What time it is at the API server, by the `Date` of its answers.

Each answer bears it, in whole seconds, from some moment between question and answer. One alone proves
nothing: a proxy may have written it, one of several servers may be off. So the middle of the last few counts.
"""

from __future__ import annotations

from collections import deque
from email.utils import parsedate_to_datetime
from statistics import median

LEAST, MOST = 3, 9
SLOWEST_SECONDS = 5.0
"""The date in an answer that took longer may be of any moment of that time."""
HALF_A_SECOND = 0.5
"""A date is cut to whole seconds."""


class ServerDates:
    """The engine's `ServerTime`."""

    def __init__(self) -> None:
        self._seen: deque[float] = deque(maxlen=MOST)

    def heard(self, date: str | None, asked: float, answered: float) -> None:
        """Take an answer with this `Date`, between two moments of the steady clock."""
        if date is None or not 0 <= answered - asked <= SLOWEST_SECONDS:
            return
        try:
            told = parsedate_to_datetime(date).timestamp()
        except (ValueError, TypeError, OverflowError):
            return
        self._seen.append(told + HALF_A_SECOND - (asked + answered) / 2)

    def minus_steady(self) -> float | None:
        """Tell how many seconds the server's clock is ahead of the steady one.

        It is None before enough was heard.
        """
        return median(self._seen) if len(self._seen) >= LEAST else None
