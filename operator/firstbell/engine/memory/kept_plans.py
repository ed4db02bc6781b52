"""Plans that were made, and what they were made of: kept from look to look. Written by `planning` alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firstbell.engine.memory.shared_plans import SharedPlans

if TYPE_CHECKING:
    from firstbell.core import Plan, SchoolDays, Unavailable
    from firstbell.core.instants import Minute


@dataclass(frozen=True, kw_only=True, slots=True)
class CutPlan:
    """A plan that takes too long to make: of what, why it is not there, and when it is tried again."""

    inputs: object
    calendars: tuple[SchoolDays, ...]
    why: Unavailable
    until: Minute


@dataclass(kw_only=True, slots=True)
class KeptPlans:
    """The plan in force with the `inputs` that it is of, and what else is kept of plans.

    `calendars` are the last good ones; `elsewhere` is the same plan around other times that it may be, while
    the clock is not to be trusted (written by `other_times`); `shared` are the plans of all who remember in
    the same process.
    """

    plan: Plan | None = None
    inputs: object = None
    cut: CutPlan | None = None
    calendars: tuple[SchoolDays, ...] | None = None
    elsewhere: tuple[Plan, ...] = ()
    shared: SharedPlans = field(default_factory=SharedPlans)
