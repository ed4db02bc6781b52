"""Plans that were made, and what they were made of: kept from look to look. Written by `planning` alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firstbell.core import Minute, Plan, PlannedPeak, SchoolDays, Unavailable


@dataclass(frozen=True, kw_only=True, slots=True)
class CutPlan:
    """A plan that takes too long to make: of what, why it is not there, and when it is tried again."""

    inputs: object
    calendars: tuple[SchoolDays, ...]
    why: Unavailable
    until: Minute


@dataclass(kw_only=True, slots=True)
class KeptPlans:
    """The plan in force with the `inputs` that it is of, and what else is looked up in plans.

    `calendars` are the last good ones; `elsewhere` is the same plan around other times that it may be, while
    the clock is not to be trusted (written by `other_times`); `upcoming` are the next peaks of the plan
    `upcoming_of`.
    """

    plan: Plan | None = None
    inputs: object = None
    cut: CutPlan | None = None
    calendars: tuple[SchoolDays, ...] | None = None
    elsewhere: tuple[Plan, ...] = ()
    upcoming_of: Plan | None = None
    upcoming: tuple[PlannedPeak, ...] = ()
