"""The API server's clock by the dates in its answers: the middle of several, and never one alone."""

from __future__ import annotations

import pytest

from firstbell.adapters.server_dates import LEAST, MOST, ServerDates

NOON = "Sun, 29 Nov 2026 12:00:00 GMT"
NOON_SECONDS = 1795953600.0


def heard(*dates, took=0.1):
    told = ServerDates()
    for date in dates:
        told.heard(date, 100.0 - took, 100.0)
    return told


def test_before_enough_was_heard_nobody_knows():
    assert heard(*[NOON] * (LEAST - 1)).minus_steady() is None


def test_the_date_is_of_a_moment_between_question_and_answer():
    assert heard(*[NOON] * LEAST).minus_steady() == pytest.approx(NOON_SECONDS - 100, abs=0.6)


def test_what_a_proxy_or_one_of_several_servers_tells_wrongly_does_not_count():
    wrong = "Sun, 29 Nov 2026 18:00:00 GMT"
    told = heard(wrong, NOON, wrong, NOON, NOON, wrong, NOON)
    assert told.minus_steady() == pytest.approx(NOON_SECONDS - 100, abs=0.6)


def test_an_answer_that_took_long_proves_nothing():
    assert heard(*[NOON] * MOST, took=6).minus_steady() is None


@pytest.mark.parametrize("date", [None, "", "noon", "Sun, 29 Nov 99999 12:00:00 GMT", "2026-11-29T12:00:00Z"])
def test_what_is_no_date_is_passed_over(date):
    assert heard(*[date] * MOST).minus_steady() is None


def test_a_clock_that_was_set_right_is_believed_after_a_few_answers():
    told = heard(*["Sun, 29 Nov 2026 18:00:00 GMT"] * MOST)
    for _ in range(MOST // 2 + 1):
        told.heard(NOON, 99.9, 100.0)
    assert told.minus_steady() == pytest.approx(NOON_SECONDS - 100, abs=0.6)
