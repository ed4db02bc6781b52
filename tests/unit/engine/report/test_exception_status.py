"""The status of a CalendarException: words, times, and what is told where the answer takes too long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstbell.core import Unavailable
from firstbell.engine.report.exception_status import deletion, exception_status, unknown_exception
from firstbell.engine.seen.own_kinds import seen_calendar, seen_exception
from firstbell.engine.seen.store import Store
from tests.fakes import instant
from tests.unit.engine.bodies import a_calendar, an_exception

NOW = instant("2024-09-09T07:00")


def seen(**spec):
    body = an_exception(**spec)
    body["metadata"] |= {"uid": "u", "generation": 3, "resourceVersion": "7"}
    return seen_exception(body)


def a_store(exception, **calendar):
    body = a_calendar(**calendar)
    body["metadata"] |= {"uid": "c", "generation": 1}
    store = Store()
    store.put_calendar(seen_calendar(body))
    store.put_exception(exception)
    return store


def test_it_changes_by_itself_once_at_the_end_of_its_last_day_where_the_school_is():
    one = seen(endDate="2024-09-10")
    store = a_store(one, timeZone="America/New_York")
    status, following = exception_status(store, one, NOW)
    assert (status["state"], status["observedGeneration"]) == ("Applied", 3)
    assert following == instant("2024-09-11T04:00")
    later, never = exception_status(store, one, following)
    assert (later["state"], never) == ("Expired", None)
    assert later["conditions"][0]["message"].startswith(
        "over since 2024-09-11 04:00 UTC. It changed: Mon 09 Sep"
    )
    assert exception_status(store, one, following + timedelta(days=3))[0]["changes"] == later["changes"]


@pytest.mark.parametrize("seconds", [0, 86_400, 2**31 - 1])
def test_it_may_be_deleted_so_long_after_its_day(seconds):
    one = seen(startDate="2024-09-07", ttlSecondsAfterFinished=seconds)  # a Saturday: no lesson stands on it
    due = instant("2024-09-08T00:00") + timedelta(seconds=seconds)
    assert deletion(a_store(one), one, NOW - timedelta(days=3)) == due


def test_without_a_calendar_its_day_is_over_when_it_is_over_everywhere():
    one = seen(ttlSecondsAfterFinished=0)
    assert deletion(Store(), one, NOW) == instant("2024-09-10T12:00")


def test_one_that_cannot_be_read_is_never_deleted_by_itself():
    one = seen(event="Landslide")
    assert deletion(a_store(one), one, NOW) is None


def test_of_very_many_changes_the_first_are_told_and_the_rest_counted():
    rows = [
        {"daysOfWeek": [day], "bellScheduleName": name}
        for day, name in zip(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], "abcde", strict=True)
    ]
    bells = [
        {"name": name, "classPeriods": [{"name": "1", "startTime": f"0{n}:30", "endTime": f"0{n}:50"}]}
        for n, name in enumerate("abcde", start=4)
    ]
    one = seen(endDate="2025-06-30", event="Strike")
    status, _ = exception_status(a_store(one, weeklySchedule=rows, bellSchedules=bells), one, NOW)
    assert len(status["changes"]) == 32
    assert status["conditions"][0]["message"].endswith(" more")


def test_where_the_answer_takes_too_long_it_counts_as_before_and_that_is_told():
    why = Unavailable(reason="TooCostly", message="cut")
    status = unknown_exception(seen(), why, NOW)
    assert status["state"] == "Applied"
    (condition,) = status["conditions"]
    assert (condition["status"], condition["reason"]) == ("Unknown", "TooCostly")
