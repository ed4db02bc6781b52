"""A backtest, put together: from a recording and a policy to what each variant would have come to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.core import DEFAULT_RULES, Rules
from firstbell.core.capacity import all_taking
from firstbell.core.instants import EPOCH
from firstbell.lab.day.hpa import HorizontalPodAutoscaler, HpaSpec
from firstbell.lab.day.least import Leads, least_of_runs
from firstbell.lab.record.bells import bell_windows
from firstbell.lab.record.deciding import Flight
from firstbell.lab.record.hpa_following import HpaFollower
from firstbell.lab.record.known_plans import plans_known_then
from firstbell.lab.record.need import MOST_REPLICAS, UNKNOWN, need_over, needs_of
from firstbell.lab.record.outcome import BellOutcome, Course, Outcome, Variant, VariantOutcome
from firstbell.lab.record.recording import SECONDS_PER_MINUTE
from firstbell.lab.record.replay import first_count, replay_floor, replay_hpa, replay_scale
from firstbell.lab.record.schedule import Schedule
from firstbell.lab.record.tally import tally
from firstbell.lab.record.ticks import SYNC_SECONDS, Ticks
from firstbell.lab.record.track import Track, ready_track

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from fractions import Fraction

    from firstbell.core import Bounds, Override, Workload
    from firstbell.core.scaling import Behavior, MetricTarget
    from firstbell.lab.record.bells import BellWindow
    from firstbell.lab.record.need import Need
    from firstbell.lab.record.recording import Recording

START_SECONDS = 60
"""From a pod that is asked for to a Ready one, where nobody says otherwise."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What is tried on a recording.

    `per_replica` is the load that one replica carries. `metric` is the policy's own, if it is that which was
    recorded, `per_pupil` what one pupil adds to it; `rules` are what the policy says of decisions.
    `hpa_bounds` and `hpa_behavior` are those of the HPA.
    """

    workload: Workload
    per_replica: Fraction
    hpa_bounds: Bounds
    overrides: tuple[Override, ...]
    metric: MetricTarget | None = None
    rules: Rules = DEFAULT_RULES
    hpa_behavior: Behavior | None = None
    beside_autoscaler: bool = False
    start_seconds: int = START_SECONDS
    fixed: int | None = None
    per_pupil: Fraction | None = None


def run_trial(trial: Trial, recording: Recording) -> Outcome:
    """Return what every variant comes to over the recording.

    What the operator would have measured of its rises is what pods take here.
    """
    trial = replace(trial, workload=replace(trial.workload, rises=all_taking(trial.start_seconds)))
    need = need_over(recording, trial.per_replica)
    schedule = _schedule(trial, recording)
    fixed = max(need.replicas) if trial.fixed is None else trial.fixed
    courses = {
        variant: Course(replicas=replicas, ready=ready_track(replicas, trial.start_seconds))
        for variant, replicas in _replicas(trial, recording, schedule, fixed).items()
    }
    windows = bell_windows(trial.workload, recording.start, recording.end)
    bells = [
        _bell(window, need, schedule, courses)
        for window in windows
        if need.highest(window.start, window.end) >= 0
    ]
    return Outcome(
        workload=trial.workload,
        recording=recording,
        need=need,
        per_replica=trial.per_replica,
        follows_arrivals=_flight(trial).follows_arrivals,
        live_metric=trial.metric.name if trial.metric else None,
        beside_autoscaler=trial.beside_autoscaler,
        start_seconds=trial.start_seconds,
        fixed=fixed,
        bells=tuple(bells),
        unrecorded_bells=len(windows) - len(bells),
        totals={variant: _total(variant, course, need, bells) for variant, course in courses.items()},
        courses=courses,
        overrides=_counted(trial, recording),
        gaps=tuple(recording.gaps()),
        least=least_of_runs(
            _needed_runs(need, trial.workload.bounds.minimum), Leads(start=trial.start_seconds, room=0)
        ),
    )


def _counted(trial: Trial, recording: Recording) -> tuple[Override, ...]:
    """Return the orders that counted at some time of the recording."""
    first, last = (EPOCH + timedelta(seconds=second) for second in (recording.start, recording.end))
    return tuple(one for one in trial.overrides if one.start < last and first < one.end)


def _needed_runs(need: Need, minimum: int) -> Iterator[tuple[int, int]]:
    """Yield the need and for how many seconds; while it is not known, what it was before."""
    count = minimum
    for length, wanted in need.entries(need.start, need.end):
        count = count if wanted == UNKNOWN else max(minimum, wanted)
        yield count, length


def _schedule(trial: Trial, recording: Recording) -> Schedule:
    first, last = recording.start // SECONDS_PER_MINUTE, -(-recording.end // SECONDS_PER_MINUTE)
    return Schedule(plans_known_then(trial.workload, first, last))


def _replicas(trial: Trial, recording: Recording, schedule: Schedule, fixed: int) -> dict[Variant, Track]:
    """Return the replicas of each variant over time."""
    bounds, per_replica = trial.workload.bounds, trial.per_replica
    always = Track([recording.start], [fixed])
    first_second, values = recording.every(SYNC_SECONDS)
    if not values:
        return dict.fromkeys(Variant, always)
    ticks = Ticks(first_second, values, needs_of(values, per_replica))
    flight = _flight(trial)
    first = max(first_count(ticks, per_replica, bounds), schedule.replicas_at(ticks.first))
    if trial.beside_autoscaler:
        firstbell = replay_floor(flight, schedule, HpaFollower(_hpa(trial), per_replica, ticks, first))
    else:
        firstbell = replay_scale(flight, schedule, ticks, first)
    alone = first_count(ticks, per_replica, trial.hpa_bounds)
    return {
        Variant.FIRSTBELL: firstbell,
        Variant.HPA: replay_hpa(HpaFollower(_hpa(trial), per_replica, ticks, alone)),
        Variant.FIXED: always,
    }


def _flight(trial: Trial) -> Flight:
    return Flight(
        rules=trial.rules,
        bounds=trial.workload.bounds,
        metric=trial.metric,
        per_pupil=trial.per_pupil,
        beside_autoscaler=trial.beside_autoscaler,
        overrides=trial.overrides,
    )


def _hpa(trial: Trial) -> HorizontalPodAutoscaler:
    bounds = trial.hpa_bounds
    maximum = MOST_REPLICAS if bounds.maximum is None else bounds.maximum
    return HorizontalPodAutoscaler(
        HpaSpec(minimum=bounds.minimum, maximum=maximum, behavior=trial.hpa_behavior)
    )


def _bell(
    window: BellWindow, need: Need, schedule: Schedule, courses: Mapping[Variant, Course]
) -> BellOutcome:
    start, end = window.start, window.end
    known = need.sums_until(end)[1] - need.sums_until(start)[1]
    return BellOutcome(
        window=window,
        planned=schedule.highest(start, end),
        needed=need.highest(start, end),
        unknown_seconds=end - start - known,
        tallies={
            variant: tally(need, course.replicas, course.ready, start, end)
            for variant, course in courses.items()
        },
    )


def _total(variant: Variant, course: Course, need: Need, bells: list[BellOutcome]) -> VariantOutcome:
    short = [bell for bell in bells if bell.tallies[variant].short_seconds]
    worst = max(
        short,
        key=lambda bell: (bell.tallies[variant].short_seconds, bell.tallies[variant].most_missing),
        default=None,
    )
    whole = tally(need, course.replicas, course.ready, need.start, need.end)
    return VariantOutcome(tally=whole, worst=worst, short_bells=len(short))
