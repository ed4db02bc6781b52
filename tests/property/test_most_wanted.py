"""The most that a policy asks for is what every minute of a plan says, and never more than it can be."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from firstbell.core.bells import local_date, start_of_day
from firstbell.core.demand import demand, region_loads
from firstbell.core.most_wanted import _at_most, most_wanted
from tests.builders import utc
from tests.property.strategies import calendars, policies, workload

START, END = utc("2024-08-23T00:00"), utc("2024-09-20T00:00")
"""All that the drawn calendars speak of, a whole week before it and some days after it."""


FIRST = date(2024, 8, 23) - timedelta(days=28)


def between(planned, start, end):
    return demand(planned.policy, region_loads(planned.policy, planned.calendars, start, end), start, end)


@given(policies(), st.lists(calendars(cron=False), min_size=1, max_size=2))
def test_the_most_that_is_wanted_is_that_of_all_minutes(policy, found):
    planned = workload(policy, *found)
    load = between(planned, START, END)
    replicas = load.replicas()
    most = max(replicas)
    told = most_wanted(planned, 0)
    assert (told.replicas if told else 0) == most
    assert most_wanted(planned, most) is None
    assert _at_most(planned) >= Fraction(max(load.total), load.scale)
    if told:
        # What recurs without any date may ask for as much on a day of the same weeks before those.
        assert FIRST <= told.on <= local_date(planned.zone, START + replicas.index(most))
        day = start_of_day(planned.zone, told.on)
        assert max(between(planned, day, day + 1440).replicas()) == most
