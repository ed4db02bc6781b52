"""Arrivals second by second, and the work that they bring.

How a school comes in is `core/arrivals.py`; here it is cut into seconds. Nobody publishes such a curve of a
school platform, so it is an assumption; the three presets differ in the spread of those who come for the bell
and stand for an attendance window (`wall`), an ordinary lesson start (`bell`) and pupils who have learned to
spread out (`relaxed`). Each arrival is one login, and then eight pages over three minutes, all of equal work.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate, chain, pairwise, repeat
from typing import TYPE_CHECKING

from firstbell.core.capacity import BELL, RELAXED, WALL, ArrivalShape

if TYPE_CHECKING:
    from collections.abc import Sequence

REACH_BEFORE_SECONDS = 3600
REACH_AFTER_SECONDS = 2 * 3600
"""How far from its bell a pulse is drawn; what lies outside is spread over the inside, so that all come."""

PAGES_PER_LOGIN = 8
SESSION_SECONDS = 180
SECONDS_PER_MINUTE = 60


class Preset(StrEnum):
    """How closely pupils come together."""

    WALL = "wall"
    BELL = "bell"
    RELAXED = "relaxed"

    @property
    def shape(self) -> ArrivalShape:
        """The arrivals of a cohort around its bell."""
        return {Preset.WALL: WALL, Preset.BELL: BELL, Preset.RELAXED: RELAXED}[self]


@dataclass(frozen=True, slots=True)
class Pulse:
    """The arrivals of one pupil as shares by second: `shares[i]` is of the second `first + i` from the bell.

    `peak` is the highest rate of work, logins and pages together, in parts of a pupil's work per second:
    what a load test of a lesson start measures.
    """

    first: int
    shares: tuple[float, ...]
    peak: float


@lru_cache(maxsize=64)
def pulse(shape: ArrivalShape) -> Pulse:
    """Return the pulse of a shape; its shares sum to 1."""
    edges = range(-REACH_BEFORE_SECONDS, REACH_AFTER_SECONDS + 1)
    arrived = [shape.arrived(edge / SECONDS_PER_MINUTE) for edge in edges]
    raw = [after - before for before, after in pairwise(arrived)]
    total = sum(raw)
    shares = tuple(share / total for share in raw)
    return Pulse(first=-REACH_BEFORE_SECONDS, shares=shares, peak=max(work_rates(shares)))


def work_rates(arriving: Sequence[float]) -> list[float]:
    """Return the rate of work that arrivals bring if nobody has to wait: logins at once, pages afterwards."""
    login = 1 / (1 + PAGES_PER_LOGIN)
    page = (1 - login) / SESSION_SECONDS
    running = [0.0, *accumulate(arriving)]
    before = chain(repeat(0.0, SESSION_SECONDS), running)
    return [
        login * share + page * (now - then)
        for share, now, then in zip(
            arriving, running, before, strict=False
        )  # each longer than the one before
    ]
