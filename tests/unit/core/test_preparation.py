"""What becomes Ready after a write, carried on to the bell: as a table, by minutes and seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from firstbell.core.capacity import Preparation, SeenReady
from firstbell.core.preparation import MOST_SEEN, RECENT

WRITTEN = datetime(2024, 9, 9, 8, 20, tzinfo=UTC)
BELL = WRITTEN + timedelta(minutes=10)


def after(**length: float) -> datetime:
    return WRITTEN + timedelta(**length)


def prepared(*seen: tuple[float, int], replicas: int = 100, bell: datetime = BELL) -> Preparation:
    """What was written at 08:20, over 4 that were Ready, and what was Ready so many minutes later."""
    found = Preparation(bell=bell, replicas=replicas, since=WRITTEN, seen=(SeenReady(at=WRITTEN, ready=4),))
    for minutes, ready in seen:
        found = found.with_ready(ready, after(minutes=minutes))
    return found


@pytest.mark.parametrize(
    ("seen", "now", "reaches"),
    [
        ([(1, 28), (2, 52), (3, 76)], 3, True),
        ([(1, 10), (2, 16), (3, 22)], 3, False),
        ([(2, 40)], 2, True),
        ([(2, 40)], 3.5, True),
        ([(2, 40)], 5, False),
        ([(4, 60)], 5, True),
        ([(4, 60), (5, 40)], 5.5, True),
        ([(4, 60), (5, 2)], 5.5, False),
        ([], 2, True),
        ([], 4.9, True),
        ([], 5, False),
        ([(9, 100)], 9, True),
        ([(9, 99)], 9, True),
        ([(9, 99)], 10, False),
        ([(1, 5)], 8, False),
    ],
    ids=[
        "24 a minute reach it",
        "6 a minute do not",
        "18 a minute reach it",
        "and go on to do so for a while",
        "but not where no more come",
        "many who came late count by the last minutes",
        "a few that are lost are no end of it",
        "where more are lost than came, it is not reached",
        "what has not moved may still come all at once",
        "for as long as it has been waited for",
        "and no longer",
        "all that was written is enough",
        "one that is missing may come within the last minute",
        "and not at the bell itself",
        "one in eight minutes is not enough",
    ],
)
def test_the_rate_of_readiness_is_carried_on_to_the_bell(seen, now, reaches):
    assert prepared(*seen).reaches(after(minutes=now)) is reaches


def test_what_was_told_to_be_too_slow_has_to_be_early_before_that_is_taken_back():
    """Just fast enough, and then fast enough for half of the time."""
    tight = prepared((1, 14), (2, 24), (3, 34), (4, 43), (5, 52))  # 48 in 5 minutes, 48 to come in as many
    assert tight.reaches(after(minutes=5))
    assert not tight.reaches(after(minutes=5), doubted=True)
    assert prepared((1, 18), (2, 34), (3, 50), (4, 66), (5, 80)).reaches(after(minutes=5), doubted=True)


def test_what_was_told_not_to_come_is_believed_when_it_moves():
    assert not prepared().reaches(after(minutes=1), doubted=True)
    assert prepared((1, 30)).reaches(after(minutes=1), doubted=True)


@pytest.mark.parametrize(
    ("bell", "lead", "seconds"),
    [
        (10, None, 120),
        (3, None, 90),
        (1, None, 30),
        (10, 20, 120),
        (10, 240, 240),
        (10, 900, 300),
        (0, None, 0),
    ],
    ids=[
        "two minutes where nothing was measured",
        "half of the time to a bell that is near",
        "to one of the next minute, too",
        "not less than two minutes",
        "what was measured",
        "but not more than half of the time to the bell",
        "nothing after the bell",
    ],
)
def test_the_grace_is_measured_or_two_minutes_and_half_of_the_time_at_most(bell, lead, seconds):
    preparation = prepared(bell=after(minutes=bell))
    measured = None if lead is None else timedelta(seconds=lead)
    assert preparation.grace_ends(measured) == after(seconds=seconds)


def test_what_does_not_change_leaves_everything_as_it_is():
    preparation = prepared((1, 30))
    assert preparation.with_ready(30, after(minutes=2)) is preparation


def test_what_is_kept_is_bounded_and_knows_the_last_minutes():
    preparation = prepared()
    for second in range(3000):
        preparation = preparation.with_ready(4 + second % 7, after(seconds=second / 2))
    assert len(preparation.seen) <= MOST_SEEN + 2
    assert preparation.seen[0].at == WRITTEN
    assert preparation.seen[1].at <= preparation.seen[-1].at - RECENT + timedelta(seconds=2)


def test_one_more_write_begins_anew():
    raised = prepared((1, 30)).raised(200, after(minutes=5), 90)
    assert (raised.replicas, raised.since, raised.seen) == (
        200,
        after(minutes=5),
        (SeenReady(at=after(minutes=5), ready=90),),
    )
    assert not raised.moves


def test_a_clock_that_was_set_moves_what_was_seen_and_not_the_bell():
    moved = prepared((1, 30)).moved(timedelta(hours=1))
    assert moved.bell == BELL
    assert moved.since == after(hours=1)
    assert [one.at for one in moved.seen] == [after(hours=1), after(hours=1, minutes=1)]
