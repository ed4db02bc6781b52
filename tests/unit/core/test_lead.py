"""What the last rises took: by size, the slowest of the last five, forgotten in time, known in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from firstbell.core.absence import Unavailable
from firstbell.core.lead import COUNTED, KEPT, NO_RISES, MeasuredLead, Rise, Rises, pods_of, size_of

FIRST = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)


def a_rise(seconds: int, pods: int = 40, *, minutes: int = 0, ready: bool = True) -> Rise:
    return Rise(
        written=FIRST + timedelta(minutes=minutes), before=4, after=4 + pods, seconds=seconds, ready=ready
    )


def after(*rises: Rise) -> Rises:
    kept = NO_RISES
    for rise in rises:
        kept = kept.followed_by(rise)
    return kept


def seconds(rises: Rises, pods: int = 40, known_by: datetime | None = None) -> int | None:
    lead = rises.lead_for(pods, known_by)
    return None if isinstance(lead, Unavailable) else lead.seconds


def test_before_the_first_rise_there_is_no_lead_and_no_number_in_its_place():
    lead = NO_RISES.lead_for(40)
    assert isinstance(lead, Unavailable)
    assert lead.reason == "NotMeasured"


@pytest.mark.parametrize(
    ("pods", "size", "of"),
    [(0, 1, (1, 3)), (1, 1, (1, 3)), (3, 1, (1, 3)), (4, 2, (4, 15)), (15, 2, (4, 15)), (16, 3, (16, 63)),
     (63, 3, (16, 63)), (64, 4, (64, 255)), (303, 5, (256, 1023))],
)  # fmt: skip
def test_sizes_are_powers_of_four(pods, size, of):
    assert (size_of(pods), pods_of(size)) == (size, of)


def test_the_slowest_of_the_last_five_of_its_size_counts():
    rises = after(*(a_rise(s, minutes=m) for m, s in enumerate((20, 240, 25, 90, 30))))
    assert rises.lead_for(40) == MeasuredLead(seconds=240, least=16, most=63, rises=5, ready=True)


def test_a_lead_shrinks_again_once_five_rises_were_quick():
    slow = [a_rise(240, minutes=m) for m in range(3)]
    quick = [a_rise(20, minutes=10 + m) for m in range(COUNTED)]
    assert seconds(after(*slow, *quick[:-1])) == 240
    assert seconds(after(*slow, *quick)) == 20


def test_many_small_rises_push_out_no_large_one():
    rises = after(a_rise(240, pods=300), *(a_rise(20, pods=2, minutes=m) for m in range(1, 60)))
    assert (seconds(rises, 300), seconds(rises, 2)) == (240, 20)
    assert len(rises.last) == 1 + KEPT


@pytest.mark.parametrize(
    ("pods", "want"),
    [
        pytest.param(2, 30, id="smaller than all: the next larger"),
        pytest.param(20, 90, id="between two: the larger, not the nearer"),
        pytest.param(9000, 90, id="larger than all: the largest"),
        pytest.param(5, 30, id="its own"),
    ],
)
def test_a_size_that_was_never_measured_takes_the_next_larger_one(pods, want):
    assert seconds(after(a_rise(30, pods=5), a_rise(90, pods=100, minutes=9)), pods) == want


def test_a_rise_that_was_never_ready_counts_as_long_as_it_was_waited_for():
    lead = after(a_rise(900, ready=False)).lead_for(40)
    assert lead == MeasuredLead(seconds=900, least=16, most=63, rises=1, ready=False)


def test_what_was_not_known_in_time_does_not_count():
    """Ready at 07:00:20 and at 07:05:20."""
    rises = after(a_rise(20), a_rise(20, minutes=5), a_rise(240, minutes=30))
    assert seconds(rises, known_by=FIRST + timedelta(seconds=19)) is None
    assert seconds(rises, known_by=FIRST + timedelta(minutes=33)) == 20
    assert seconds(rises, known_by=FIRST + timedelta(minutes=34)) == 240


def test_what_three_new_rises_push_out_still_counts_for_a_rise_that_knew_nothing_of_them():
    """So a lead that was acted on is not taken back while it is acted on."""
    before = after(a_rise(600), *(a_rise(20, minutes=m) for m in range(1, COUNTED)))
    then = FIRST + timedelta(minutes=20)
    known = before
    for minute in (20, 25, 30):
        known = known.followed_by(a_rise(20, minutes=minute))
        assert seconds(known, known_by=then) == seconds(before, known_by=then) == 600
    assert seconds(known) == 20


def test_rises_of_long_ago_are_forgotten_when_another_comes():
    old = after(a_rise(600, pods=500))
    assert seconds(old, 500) == 600
    later = Rise(written=FIRST + timedelta(days=29), before=4, after=6, seconds=20, ready=True)
    assert seconds(old.followed_by(later), 500) == 20


def test_every_size_is_told_smallest_first():
    told = after(a_rise(90, pods=100), a_rise(30, pods=5, minutes=1)).by_size()
    assert [(lead.least, lead.seconds, lead.minutes) for lead in told] == [(4, 30, 1), (64, 90, 2)]


def test_minutes_are_whole_and_never_shorter():
    minutes = [MeasuredLead(seconds=s, least=1, most=3, rises=1, ready=True).minutes for s in (0, 1, 60, 61)]
    assert minutes == [0, 1, 1, 2]
