"""A recorded load that never was: a school year's bells, noise, evenings and a restart, from a seed.

Every bell of a workload's plan brings a pulse of about the height that the plan expects, some more and some
less; between bells there is use that comes and goes, at night hardly any. One sample every so many seconds.
"""

from __future__ import annotations

from array import array
from math import erf, exp, pi, sin, sqrt
from random import Random
from typing import TYPE_CHECKING

from firstbell.core.plan import make_plan

if TYPE_CHECKING:
    from firstbell.core.bells import Minute
    from firstbell.core.plan import Workload

BEFORE_SECONDS, AFTER_SECONDS = 3600, 2 * 3600
DAY_SECONDS = 24 * 3600


def school_load(
    workload: Workload,
    start: Minute,
    end: Minute,
    *,
    per_replica: float,
    seed: int,
    step: int = 15,
    noise: float = 0.03,
    spread: float = 0.15,
) -> array:
    """Values from `start` on, one every `step` seconds, rounded to whole units."""
    chance = Random(seed)
    size = (end - start) * 60 // step
    base = [_daytime((start * 60 + index * step) % DAY_SECONDS) for index in range(DAY_SECONDS // step)]
    values = [base[index % len(base)] for index in range(size)]
    pulse = [_pulse(second) for second in range(-BEFORE_SECONDS, AFTER_SECONDS, step)]
    for peak in make_plan(workload, start, end).peaks:
        height = peak.wanted * chance.lognormvariate(-spread * spread, spread)
        first = ((peak.bell - start) * 60 - BEFORE_SECONDS) // step
        for index, share in enumerate(pulse, start=first):
            if 0 <= index < size:
                values[index] = max(values[index], height * share)
    return array("d", (max(0, round(per_replica * value * (1 + chance.gauss(0, noise)))) for value in values))


def csv_text(values: array, start: Minute, step: int = 15) -> str:
    """The values as a recording's file."""
    lines = (f"{start * 60 + index * step},{value:.0f}" for index, value in enumerate(values))
    return "\n".join(["time,value", *lines, ""])


def _daytime(second: int) -> float:
    """Replicas of use beside all bells: half a replica at night, three by day."""
    return 0.5 + 2.5 * max(0.0, sin(pi * (second / 3600 - 5) / 16))


def _pulse(second: int) -> float:
    """The share of a bell's height so many seconds after it: there in minutes, gone in an hour."""
    arrived = (1 + erf((second + 120) / (240 * sqrt(2)))) / 2
    return arrived * (1 if second < 300 else exp(-(second - 300) / 2400))
