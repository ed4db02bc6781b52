"""What a backtest found: per bell and in total, for firstbell, for an HPA alone and for a fixed size."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from firstbell.core import Override, Workload
    from firstbell.lab.day.least import Least
    from firstbell.lab.record.bells import BellWindow
    from firstbell.lab.record.need import Need
    from firstbell.lab.record.recording import Gap, Recording
    from firstbell.lab.record.tally import Tally
    from firstbell.lab.record.track import Track


class Variant(StrEnum):
    """Who decides how many replicas there are."""

    FIRSTBELL = "firstbell"
    HPA = "hpa"
    FIXED = "fixed"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Course:
    """The replicas of one variant over the whole time, and how many of them are Ready."""

    replicas: Track
    ready: Track

    @property
    def starts(self) -> int:
        """How many pods were asked for after the start."""
        return sum(max(0, after - before) for before, after in pairwise(self.replicas.counts))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class BellOutcome:
    """One bell: `planned` is the most that the plan known then asked for, `needed` the highest need.

    Both within the bell's stretch, of which `unknown_seconds` are not recorded.
    """

    window: BellWindow
    planned: int
    needed: int
    unknown_seconds: int
    tallies: Mapping[Variant, Tally]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class VariantOutcome:
    """One variant over the whole time; `worst` is the bell with most short time, None if there is none."""

    tally: Tally
    worst: BellOutcome | None
    short_bells: int


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Outcome:
    """Everything about one workload.

    `live_metric` names the policy's metric that firstbell followed, None where the plan alone decided;
    `follows_arrivals` says that early arrivals could raise a peak;
    `beside_autoscaler` says that its decisions were the floor of an HPA. `unrecorded_bells` had no sample in
    their stretch. `least` is what would have been enough for somebody who knows the load;
    `overrides` are the orders with an end that counted.
    """

    workload: Workload
    recording: Recording
    need: Need
    per_replica: Fraction
    live_metric: str | None
    follows_arrivals: bool
    beside_autoscaler: bool
    start_seconds: int
    fixed: int
    bells: tuple[BellOutcome, ...]
    unrecorded_bells: int
    totals: Mapping[Variant, VariantOutcome]
    courses: Mapping[Variant, Course]
    gaps: tuple[Gap, ...]
    least: Least
    overrides: tuple[Override, ...]

    @property
    def known_seconds(self) -> int:
        """For how long the load is known."""
        return self.need.known[-1]

    @property
    def highest_need(self) -> int:
        """The highest need of the whole time."""
        return max(self.need.replicas)
