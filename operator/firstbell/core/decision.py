"""One decision, and what is proposed and bounds it before: values, for whoever shows or carries it out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from firstbell.core.absence import Unavailable
from firstbell.core.reason_words import LimitReason

if TYPE_CHECKING:
    from firstbell.core.limits import Limit
    from firstbell.core.reason_words import DecisionReason


@dataclass(frozen=True, kw_only=True, slots=True)
class Recommendation:
    """A replica count with its source, before limits."""

    replicas: int
    reason: DecisionReason
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Ceiling:
    """The most replicas allowed, and whose bound it is."""

    replicas: int
    reason: LimitReason = LimitReason.TOO_MANY_REPLICAS


Scheduled: TypeAlias = Recommendation | Unavailable


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """A floor beside the schedule, for a while: what is scheduled counts as no less; bounds still win."""

    replicas: int
    reason: DecisionReason
    limit: LimitReason
    message: str
    by: str = ""
    """The name of the object that asks for it; empty where it is no object."""


class Followed(NamedTuple):
    """What the behavior was applied to: for the history. A tuple, because backtests make millions.

    `wanted` is the recommendation, `base` the value it set out from, `after` what became of it; `planned` is
    the part of it that the schedule accounts for.
    """

    wanted: int
    base: int
    after: int
    planned: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What this tick will bring about. `desired` None: nothing is written."""

    desired: int | None
    reason: DecisionReason
    message: str
    scheduled: int | None = None
    reactive: int | None = None
    limits: tuple[Limit, ...] = ()
    followed: Followed | None = field(default=None, compare=False)
