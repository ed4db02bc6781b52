"""Plans that several SchoolAutoscalers have in common: made once, kept by what they are of.

Ten thousand workloads of one profile follow one schedule. Plans are equal where the workloads' forms are
(`Workload.form`), and where only the bounds differ the costly part, the schedule, still is.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

from firstbell.core import Plan, plan_within

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from firstbell.core import PlannedPeak, Schedule, Workload

K = TypeVar("K")
V = TypeVar("V")
MOST_PLANS, MOST_SCHEDULES = 4096, 1024
"""Of more forms than this the one that was not asked for longest is made anew by whoever comes next."""


class SharedPlans:
    """The last plans and schedules by form, and the next peaks of plans.

    What is kept refers to its calendars, so that the identities in a form are of calendars that are there.
    """

    def __init__(self, most_plans: int = MOST_PLANS, most_schedules: int = MOST_SCHEDULES) -> None:
        self._most_plans = most_plans
        self._most_schedules = most_schedules
        self._plans: OrderedDict[Hashable, Plan] = OrderedDict()
        self._schedules: OrderedDict[Hashable, Schedule] = OrderedDict()
        self._upcoming: WeakKeyDictionary[Plan, tuple[PlannedPeak, ...]] = WeakKeyDictionary()

    def planned(
        self,
        workload: Workload,
        fits: Callable[[Plan | Schedule], bool],
        make: Callable[[], Plan | V],
    ) -> Plan | V:
        """Return the plan of a workload: an equal one's, else made by another one's schedule, else anew.

        `fits` tells of what is kept whether it is of the time that is asked for; `make` makes the plan anew.
        """
        if (known := self.plan(workload.form, fits)) is not None:
            return known
        schedule = self.schedule(workload.load_form, fits)
        made = make() if schedule is None else plan_within(workload, schedule)
        if isinstance(made, Plan):
            self.keep(made)
        return made

    def plan(self, form: Hashable, fits: Callable[[Plan], bool]) -> Plan | None:
        """Return the plan of a form, if there is one that fits."""
        plan = self._plans.get(form)
        if plan is None or not fits(plan):
            return None
        self._plans.move_to_end(form)
        return plan

    def schedule(self, form: Hashable, fits: Callable[[Schedule], bool]) -> Schedule | None:
        """Return the schedule of a form of loads, if there is one that fits."""
        schedule = self._schedules.get(form)
        if schedule is None or not fits(schedule):
            return None
        self._schedules.move_to_end(form)
        return schedule

    def keep(self, plan: Plan) -> None:
        """Keep a plan and its schedule, in place of older ones of the same forms."""
        _put(self._plans, plan.workload.form, plan, self._most_plans)
        _put(self._schedules, plan.workload.load_form, plan.schedule, self._most_schedules)

    def upcoming(self, plan: Plan) -> tuple[PlannedPeak, ...] | None:
        """Return the next peaks that were last looked up for a plan; None where nobody did."""
        return self._upcoming.get(plan)

    def keep_upcoming(self, plan: Plan, peaks: tuple[PlannedPeak, ...]) -> None:
        """Keep the next peaks of a plan for as long as somebody has it."""
        self._upcoming[plan] = peaks


def _put(kept: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
