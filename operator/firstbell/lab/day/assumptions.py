"""What a simulated day rests on, said beside every result: a model is only as good as these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.lab.day.arrivals import PAGES_PER_LOGIN, SESSION_SECONDS
from firstbell.lab.day.late_facts import late_facts
from firstbell.lab.day.service import AGAIN_CHANCE, REFUSED_SECONDS, SLOW_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.lab.day.compare import Comparison

SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Assumption:
    """One of them: `name` and `value` for programs, `text` for people."""

    name: str
    value: int | float | str | None
    text: str


def assumptions(comparison: Comparison) -> Iterator[Assumption]:
    """Yield everything that the figures of a comparison depend on and that nobody measured."""
    yield from _people(comparison)
    yield from _machines(comparison)
    yield from _autoscalers(comparison)
    yield from _orders(comparison)


def _orders(comparison: Comparison) -> Iterator[Assumption]:
    """Yield what files say beside calendar and policy: late facts and orders with an end."""
    plan = comparison.plan
    for fact in late_facts(plan.workload, plan.start, plan.end):
        yield Assumption(name="calendarException", value=fact.name, text=fact.sentence)
    for order in comparison.conditions.overrides:
        yield Assumption(name="override", value=order.name, text=f"beside the plan {order.sentence}")


def _people(comparison: Comparison) -> Iterator[Assumption]:
    coming = comparison.conditions.coming
    sigma = coming.shape.sigma
    yield Assumption(
        name="sigmaMinutes",
        value=sigma,
        text="of each cohort 75 % arrive around 2 minutes before its bell (standard deviation "
        f"{sigma:g} minutes), 15 % in the hour before, 10 % late",
    )
    yield Assumption(
        name="pagesPerLogin",
        value=PAGES_PER_LOGIN,
        text=f"each arrival is one login and {PAGES_PER_LOGIN} pages in "
        f"{SESSION_SECONDS // SECONDS_PER_MINUTE} minutes, all of equal work, without uploads and video",
    )
    yield Assumption(
        name="loadPercent",
        value=coming.load_percent,
        text=f"what comes is {coming.load_percent} % of what calendar and policy expect",
    )
    yield Assumption(
        name="retryPercent",
        value=round(100 * AGAIN_CHANCE),
        text=f"{AGAIN_CHANCE:.0%} of requests that wait over {SLOW_SECONDS} s or are refused (over "
        f"{REFUSED_SECONDS} s) are sent again 5 to 15 s later; the rest of the refused are turned away",
    )
    how = "expected values, nothing is drawn" if coming.seed is None else f"drawn with the seed {coming.seed}"
    yield Assumption(name="seed", value=coming.seed, text=f"arrivals are {how}")


def _machines(comparison: Comparison) -> Iterator[Assumption]:
    world, conditions = comparison.conditions.world, comparison.conditions
    cluster = world.cluster
    yield Assumption(
        name="busyPercent",
        value=world.busy_percent,
        text=f"a Ready replica that carries what the policy says is {world.busy_percent} % busy",
    )
    yield Assumption(
        name="backgroundPercent",
        value=conditions.background_percent,
        text=f"beside lesson starts the baseline is {conditions.background_percent} % busy all day",
    )
    yield Assumption(
        name="startSeconds",
        value=cluster.start_seconds,
        text=f"a pod is Ready {cluster.start_seconds} s after it has a node",
    )
    yield Assumption(
        name="nodeSeconds",
        value=cluster.node_seconds,
        text=f"a node for {cluster.pods_per_node} pods comes {cluster.node_seconds} s after a pod found no "
        f"room; for {cluster.standing_room(comparison.plan.workload.bounds.minimum)} there are nodes all day",
    )


def _autoscalers(comparison: Comparison) -> Iterator[Assumption]:
    conditions, cron = comparison.conditions, comparison.cron
    delay = conditions.world.delay
    own = conditions.hpa_behavior is not None
    behaves = "with the behavior of its file" if own else "without a behavior of its own"
    yield Assumption(
        name="hpaTargetPercent",
        value=conditions.hpa_target_percent,
        text=f"the HPA's target is {conditions.hpa_target_percent} % CPU, {behaves}; a "
        f"sample is the mean of {delay.window_seconds} s and {delay.lag_seconds} s old",
    )
    if cron is not None:
        calendars = comparison.plan.workload.calendars
        several = len({days.calendar.zone.key for days in calendars}) > 1
        zone = f" {comparison.plan.workload.zone.key}" if several else ""
        hours = f"{_clock(cron.start)} to {_clock(cron.end)}{zone}"
        yield Assumption(
            name="cronReplicas",
            value=cron.replicas,
            text=f"the hand-written floor is {cron.replicas}, {hours}, "
            + ("" if conditions.cron_replicas else "enough for each of the last five lesson days, ")
            + "and nobody edits it for a special day",
        )
    policy = comparison.plan.workload.policy
    sized = policy.pupils_per_replica is not None or policy.replicas_at_peak is not None
    if not sized or not comparison.crowd.counted:
        yield Assumption(
            name="pupils",
            value=None,
            text="no calendar counts pupils, so only shares of them are told",
        )
    most = conditions.rules.surge_max_percent
    if most is not None:
        yield Assumption(
            name="surgeMaxPercent",
            value=most,
            text=f"early arrivals raise the first bell's peak up to {most} %, from a metric that counts "
            "everybody who has come",
        )
    workload = comparison.plan.workload
    if workload.policy.longest_lead_minutes and workload.rises.last:
        taken = workload.rises.last[-1].seconds
        yield Assumption(
            name="leadSeconds",
            value=taken,
            text=f"the last rises took {taken} s until all were Ready: the next are written so much earlier, "
            f"in whole minutes, at most {workload.policy.longest_lead_minutes}",
        )
    yield Assumption(
        name="leastPossible",
        value=round(comparison.least.at_hpa_target.pod_hours, 1),
        text="COST is pod-hours over the least possible at the HPA's target: the fewest replicas at each "
        "second that carry what comes in it, asked for just in time by somebody who knows the load",
    )
    beside = "above the HPA" if conditions.beside_autoscaler else "without an HPA"
    yield Assumption(
        name="firstbell",
        value="besideAutoscaler" if conditions.beside_autoscaler else "alone",
        text=f"firstbell works {beside}, by the calendar; what the policy's metrics ask for is not simulated",
    )


def _clock(second: int) -> str:
    """Return a second of the day as a time of it; where clocks change, hours since midnight."""
    hours, minutes = divmod(second // SECONDS_PER_MINUTE, 60)
    return f"{hours:02}:{minutes:02}"
