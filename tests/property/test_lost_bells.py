"""The operator and a review tell the same bells of an edit as lost or lower, with the same numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from firstbell.core.plan import make_plan
from firstbell.core.plan_change import changed_bells, lost_bells
from tests.builders import utc
from tests.property.strategies import calendars, policies, workload

START = utc("2024-09-02T00:00")
DAYS = st.integers(0, 9)


@given(calendars(), calendars(), policies(), policies(), DAYS)
def test_what_a_review_tells_as_lower_is_what_the_operator_tells_as_lost(before, after, first, second, day):
    start = START + 1440 * day
    old, new = (
        make_plan(workload(policy, calendar), start, start + 2 * 1440)
        for calendar, policy in ((before, first), (after, second))
    )
    lost = lost_bells(old, new, start, start + 1440)
    told = {change.key: change for change in changed_bells(old, new) if change.after < change.before}
    inside = [peak for peak in old.peaks if start < peak.ready_by and peak.bell < start + 1440]
    keys = {(p.calendar, p.surge.occurrence.day.region, p.surge.occurrence.peak.name, p.bell) for p in inside}
    assert {change.key: (change.before, change.after) for change in lost if change.key in keys} == {
        key: (change.before, change.after) for key, change in told.items() if key in keys
    }
