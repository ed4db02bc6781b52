"""How long to wait before something that failed is tried again."""

from __future__ import annotations

import hashlib
from datetime import timedelta

RETRY = timedelta(seconds=2)
MOST_DOUBLINGS = 10


def backoff(failures: int, key: str, longest: timedelta) -> timedelta:
    """Return the wait after so many failures in a row: from 2 seconds, doubled, up to the longest."""
    doubled = RETRY * 2 ** min(max(failures, 1) - 1, MOST_DOUBLINGS)
    return min(longest, jittered(min(longest, doubled), key))


def jittered(period: timedelta, key: str) -> timedelta:
    """Return the period, 20 % more or less by the key, so that a thousand keys do not come together."""
    fraction = hashlib.sha256(key.encode()).digest()[0] / 255
    return period * (0.8 + 0.4 * fraction)
