"""What a backtest comes to: per bell and in total, for firstbell, an HPA alone and a fixed size."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from firstbell.core.arrivals import BELL
from firstbell.core.calendar import CalendarEvent, InstructionMode
from firstbell.core.policy import Bounds, PeakAnchor
from firstbell.core.rules import DEFAULT_RULES
from firstbell.lab.record.assumptions import assumptions
from firstbell.lab.record.outcome import Variant
from tests.builders import (
    a_bell_schedule,
    a_calendar,
    a_factor,
    a_peak,
    a_policy,
    a_workload,
    an_event,
    an_exception,
    stamp,
    utc,
)
from tests.unit.lab.record.replays import (
    STEP,
    UNKNOWN,
    a_recording,
    a_school,
    levels,
    short_minutes,
    tried,
)

LOW = 0.9
"""Less than one replica carries: unlike the load of a bell, that of a night is on no edge of what its replica
is asked for, and need not be looked at every fifteen seconds."""
DAY = ("2025-02-04T00:00", "2025-02-05T00:00")
MORNING = levels(("00:00", LOW), ("07:25", 6), ("08:00", LOW))
"""What the plan expects of a Tuesday: six replicas from five minutes before the bell at 07:30."""


def test_a_bell_that_came_as_planned_finds_every_replica_ready():
    outcome = tried(a_school(), a_recording(*DAY, MORNING("00:00")))
    (bell,) = outcome.bells
    assert (bell.planned, bell.needed, bell.unknown_seconds) == (6, 6, 0)
    assert bell.tallies[Variant.FIRSTBELL].short_seconds == 0
    # Ready from 07:20 to 08:00: five minutes of five replicas too many.
    assert bell.tallies[Variant.FIRSTBELL].waste == 5 * 60 * 5


def test_an_hpa_alone_begins_to_rise_when_the_load_is_there():
    outcome = tried(a_school(), a_recording(*DAY, MORNING("00:00")), start_seconds=60)
    alone = outcome.totals[Variant.HPA]
    # Without a behavior at most 4 or twice as many in a pass: 4 at 07:25:00, 6 at 07:25:15, Ready 60 s later.
    assert (alone.tally.short_seconds, alone.tally.most_missing, alone.short_bells) == (75, 5, 1)
    assert alone.worst is outcome.bells[0]


def test_the_fixed_size_is_the_highest_need_unless_told_otherwise():
    recording = a_recording(*DAY, MORNING("00:00"))
    enough, less = tried(a_school(), recording), tried(a_school(), recording, fixed=4)
    assert enough.fixed == 6
    assert enough.totals[Variant.FIXED].tally.replica_seconds == 6 * 24 * 3600
    assert short_minutes(enough)["fixed"] == 0
    assert short_minutes(less)["fixed"] == 35
    assert less.totals[Variant.FIXED].tally.most_missing == 2


@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("minimum", [0, 3])
def test_no_load_is_never_short(beside, minimum):
    school = a_school(minimum=minimum)
    outcome = tried(school, a_recording(*DAY, lambda _: 0.0), beside_autoscaler=beside)
    assert short_minutes(outcome) == {"firstbell": 0, "hpa": 0, "fixed": 0}
    assert outcome.bells[0].tallies[Variant.FIRSTBELL].waste == 6 * 40 * 60


def test_more_than_planned_is_followed_live():
    load = levels(("00:00", LOW), ("07:25", 9), ("08:00", LOW))
    outcome = tried(a_school(), a_recording(*DAY, load("00:00")), start_seconds=60)
    (bell,) = outcome.bells
    assert (bell.planned, bell.needed) == (6, 9)
    # Six are Ready; three more are asked for at once and Ready a minute later.
    assert bell.tallies[Variant.FIRSTBELL].short_seconds == 60
    assert bell.tallies[Variant.FIRSTBELL].most_missing == 3


def test_without_live_metrics_the_calendar_alone_decides():
    load = levels(("00:00", LOW), ("07:25", 9), ("08:00", LOW))
    outcome = tried(a_school(), a_recording(*DAY, load("00:00")), metric=None)
    assert outcome.live_metric is None
    assert outcome.bells[0].tallies[Variant.FIRSTBELL].short_seconds == 35 * 60


def test_beside_an_hpa_the_floor_is_there_and_the_hpa_goes_above_it():
    load = levels(("00:00", LOW), ("07:25", 9), ("08:00", LOW))
    school = a_school(minimum=1, maximum=7)
    outcome = tried(
        school,
        a_recording(*DAY, load("00:00")),
        metric=None,
        beside_autoscaler=True,
        hpa_bounds=Bounds(minimum=1, maximum=50),
    )
    # The ceiling of seven is that of the floor; the HPA's own is above it.
    assert outcome.totals[Variant.FIRSTBELL].tally.highest == 9
    assert outcome.totals[Variant.FIRSTBELL].tally.short_seconds == 60


def test_the_ceiling_is_told_as_short_time():
    load = levels(("00:00", LOW), ("07:25", 9), ("08:00", LOW))
    outcome = tried(a_school(maximum=8), a_recording(*DAY, load("00:00")))
    assert short_minutes(outcome)["firstbell"] == short_minutes(outcome)["hpa"] == 35


def test_a_gap_is_told_and_counts_as_unknown():
    load = levels(("00:00", LOW), ("07:25", 9), ("07:40", UNKNOWN), ("08:00", 9), ("08:10", LOW))
    outcome = tried(a_school(), a_recording(*DAY, load("00:00")), metric=None)
    (bell,) = outcome.bells
    assert bell.unknown_seconds == 20 * 60
    assert bell.tallies[Variant.FIRSTBELL].short_seconds == 15 * 60
    assert [gap.end - gap.start for gap in outcome.gaps] == [20 * 60]
    assert outcome.known_seconds == (24 * 60 - 20) * 60


def test_in_a_gap_the_count_is_held():
    load = levels(("00:00", LOW), ("05:00", 4), ("05:10", UNKNOWN), ("06:30", LOW))
    outcome = tried(a_school(), a_recording("2025-02-04T04:00", "2025-02-04T07:00", load("04:00")))
    for variant in (Variant.FIRSTBELL, Variant.HPA):
        counts = dict(outcome.courses[variant].replicas.changes())
        assert [stamp(second // 60)[-5:] for second, count in counts.items() if count == 1][-1] >= "06:30"


def test_a_bell_of_which_nothing_is_recorded_is_counted_and_left_out():
    load = levels(("00:00", LOW), ("07:00", UNKNOWN), ("09:00", LOW))
    outcome = tried(a_school(), a_recording(*DAY, load("00:00")))
    assert (outcome.bells, outcome.unrecorded_bells) == ((), 1)


def test_an_exception_is_a_surprise_before_it_was_announced():
    remote = a_factor(200, instruction_modes={InstructionMode.REMOTE})

    def outcome(announced: str | None):
        time = datetime.fromisoformat(announced).replace(tzinfo=UTC) if announced else None
        exception = an_exception(
            CalendarEvent.INSTRUCTIONAL_DAY,
            "2025-02-04",
            instruction_mode=InstructionMode.REMOTE,
            announced_time=time,
        )
        school = a_school(a_calendar(calendar_dates=(exception,)), day_factors=(remote,))
        load = levels(("00:00", LOW), ("07:25", 12), ("08:00", LOW))
        return tried(school, a_recording(*DAY, load("00:00")), metric=None)

    assert outcome(None).bells[0].tallies[Variant.FIRSTBELL].short_seconds == 0
    assert outcome("2025-02-03T20:00:00").bells[0].tallies[Variant.FIRSTBELL].short_seconds == 0
    # At 07:30 the plan doubles, and a minute later the pods are there.
    late = outcome("2025-02-04T07:30:00")
    assert late.bells[0].tallies[Variant.FIRSTBELL].short_seconds == 6 * 60
    assert late.bells[0].planned == 12
    never = outcome("2025-02-09T00:00:00")
    assert never.bells[0].tallies[Variant.FIRSTBELL].short_seconds == 35 * 60
    assert (never.bells[0].planned, never.bells[0].needed) == (6, 12)


@pytest.mark.parametrize(
    ("days", "bells"),
    [
        (("2025-03-27T23:00", "2025-03-31T22:00"), ["2025-03-28T07:30", "2025-03-31T06:30"]),
        (("2024-10-24T22:00", "2024-10-28T23:00"), ["2024-10-25T06:30", "2024-10-28T07:30"]),
    ],
)
def test_over_a_clock_change_every_bell_finds_its_load(days, bells):
    start, rings = utc(days[0]), [utc(bell) for bell in bells]

    def at(second: int) -> float:
        minute = start + second // 60
        return 6.0 if any(-5 <= minute - ring < 30 for ring in rings) else LOW

    outcome = tried(a_school(), a_recording(*days, at))
    assert [stamp(bell.window.peak.bell) for bell in outcome.bells] == bells
    assert short_minutes(outcome)["firstbell"] == 0
    assert all(bell.needed == bell.planned == 6 for bell in outcome.bells)


def test_a_bell_at_midnight_is_ready_on_the_evening_before():
    calendar = a_calendar(bell_schedules=(a_bell_schedule("full", "00:00-01:00"),))
    load = levels(("00:00", LOW), ("22:55", 6), ("23:30", LOW))
    outcome = tried(a_school(calendar), a_recording("2025-02-03T12:00", "2025-02-04T12:00", load("12:00")))
    midnights = [bell for bell in outcome.bells if stamp(bell.window.peak.bell)[-5:] == "23:00"]
    assert len(midnights) == 1
    assert midnights[0].tallies[Variant.FIRSTBELL].short_seconds == 0


def test_each_occurrence_of_a_peak_is_a_row():
    peaks = (
        a_peak(shape=STEP),
        a_peak(PeakAnchor.PERIOD_START, load_percent=50, shape=STEP),
        a_peak(PeakAnchor.DEMAND_EVENT, load_percent=50, shape=STEP),
    )
    calendar = a_calendar(demand_events=(an_event("2025-02-04", "20:00"),))
    school = a_workload(a_policy(*peaks), calendar, minimum=1, maximum=50)
    outcome = tried(school, a_recording(*DAY, MORNING("00:00")))
    assert [bell.planned for bell in outcome.bells] == [6, 3, 3, 3, 3]
    assert [stamp(bell.window.peak.bell)[-5:] for bell in outcome.bells] == [
        "07:30", "08:20", "09:25", "12:00", "19:00"
    ]  # fmt: skip


def test_a_recording_shorter_than_a_pass_has_a_fixed_size_only():
    recording = a_recording("2025-02-04T00:00", "2025-02-04T00:01", lambda _: 2.0, step=10)
    part = recording.between(recording.start + 1, recording.start + 14)
    outcome = tried(a_school(), part)
    assert {outcome.totals[variant].tally.highest for variant in Variant} == {2}


def test_early_arrivals_raise_the_peak_where_the_policy_says_so():
    def half_as_many_again(second: int) -> float:
        # Replicas' worth of 90,000 pupils instead of 60,000, who come as pupils do around 07:30.
        return 9 * BELL.arrived((second - 7.5 * 3600) / 60) if second < 9 * 3600 else 0.0

    recording = a_recording(*DAY, half_as_many_again)
    as_planned = tried(a_school(), recording)
    raised = tried(
        a_school(),
        recording,
        per_pupil=Fraction(1, 10_000),
        rules=replace(DEFAULT_RULES, surge_max_percent=200),
    )
    assert not as_planned.follows_arrivals
    assert as_planned.bells[0].tallies[Variant.FIRSTBELL].short_seconds > 60
    assert raised.follows_arrivals
    assert raised.bells[0].tallies[Variant.FIRSTBELL].short_seconds == 0
    # From two minutes after the ramp's begin, eight before the bell: 150 % of the six that are planned.
    changes = dict(raised.courses[Variant.FIRSTBELL].replicas.changes())
    assert {stamp(second // 60)[-5:]: count for second, count in changes.items()}["07:22"] == 9


def test_a_measured_lead_writes_as_much_earlier_as_pods_take_and_is_told():
    school = a_school()
    policy = replace(school.policy, longest_lead_minutes=15)
    outcomes = [
        tried(workload, a_recording(*DAY, MORNING("00:00")), start_seconds=600)
        for workload in (school, replace(school, policy=policy))
    ]
    short = [outcome.totals[Variant.FIRSTBELL].tally.short_seconds for outcome in outcomes]
    assert short == [300, 0]
    told = [" ".join(assumptions(outcome)) for outcome in outcomes]
    assert ["The last rises always took 600 s" in text for text in told] == [False, True]
