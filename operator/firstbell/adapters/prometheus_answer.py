"""From what Prometheus sent to one exact number, or to the reason why there is none.

Values travel as texts, so they are read as they stand and never through a float. An answer that is empty,
has several samples or no number is no zero: it is unknown.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from firstbell.adapters.prometheus_trouble import Trouble, escaped

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.adapters.prometheus_trouble import Asked
    from firstbell.core import Unavailable

STALE_SECONDS = 300
"""An answer as old as this says nothing about now; Prometheus itself looks back no further."""

AHEAD_SECONDS = 30
"""No two clocks are the same; what is further ahead was not measured now."""

_NUMBER = re.compile(r"[+-]?\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,3})?", re.ASCII)
"""The largest float has 309 digits. Without bounds ten letters can ask for a number of gigabytes."""
_PAIR = 2
_TOLD_EXACTLY = 20


def sample(result: object, now: datetime, asked: Asked) -> Fraction | Unavailable:
    """Return the one sample of an instant query's result (`data.result`).

    `now` is by the clock of this machine.
    """
    if not isinstance(result, list):
        return asked.not_prometheus()
    if not result:
        cure = "Either nothing matches it, or what it matches is not scraped."
        return asked.trouble(Trouble.EMPTY_RESULT, f"has no sample for the query. {cure}")
    # A scalar travels as the bare point.
    return _of_series(result, now, asked) if isinstance(result[0], dict) else _point(result, now, asked)


def _of_series(result: list[Any], now: datetime, asked: Asked) -> Fraction | Unavailable:
    if "values" in result[0]:
        cure = "Put a function around it, for example rate() or avg_over_time()."
        return asked.trouble(Trouble.NOT_A_VECTOR, f"gives a range of samples for the query. {cure}")
    if len(result) > 1:
        cure = "Aggregate it, for example with sum()."
        return asked.trouble(
            Trouble.SEVERAL_SAMPLES, f"gives {_how_many(len(result))} samples for the query. {cure}"
        )
    if "histogram" in result[0]:
        cure = "Take a number from it, for example with histogram_count()."
        return asked.trouble(Trouble.NOT_A_VECTOR, f"gives a histogram for the query. {cure}")
    return _point(result[0].get("value"), now, asked)


def _point(point: object, now: datetime, asked: Asked) -> Fraction | Unavailable:
    """Return a time in seconds since 1970 and a value, as text."""
    if not isinstance(point, list) or len(point) != _PAIR:
        return asked.not_prometheus()
    seconds, text = point
    if not _is_time(seconds) or not isinstance(text, str):
        return asked.not_prometheus()
    if seconds - now.timestamp() > AHEAD_SECONDS:
        cure = "Check its clock and this machine's."
        return asked.trouble(Trouble.STALE, f"answers with a sample of the future. {cure}")
    if now.timestamp() - seconds > STALE_SECONDS:
        # Its age is not told: it grows, and a status that is told anew each time wakes everybody.
        cure = "Check its clock and this machine's, and caches in between."
        return asked.trouble(Trouble.STALE, f"answers with a sample of more than five minutes ago. {cure}")
    if not _NUMBER.fullmatch(text):
        cure = "A division by zero gives NaN or Inf: guard it, for example with 'and on() (DIVISOR > 0)'."
        return asked.trouble(
            Trouble.NOT_A_NUMBER, f"gives '{escaped(text, 40)}' for the query, which is no number. {cure}"
        )
    return Fraction(text)


def _how_many(samples: int) -> str:
    """Return a number for a message that stays the same while pods come and go: 137 is at least 100."""
    if samples <= _TOLD_EXACTLY:
        return str(samples)
    step = 10 ** (len(str(samples)) - 1)
    return f"at least {samples // step * step}"


def _is_time(seconds: object) -> bool:
    return isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and math.isfinite(seconds)
