"""Every refusal names the path of the field and the cure, and is the only problem told."""

from __future__ import annotations

import pytest

from firstbell.kinds.autoscaler_conversion import read_autoscaler
from firstbell.kinds.calendar_conversion import read_calendar, read_exception
from firstbell.kinds.override_conversion import read_override
from firstbell.kinds.problems import Problem, Refused
from firstbell.kinds.profile_over import read_profile
from tests.unit.kinds.acceptances import ACCEPTANCES
from tests.unit.kinds.refusals import REFUSALS, Refusal
from tests.unit.kinds.specimens import changed, spec

READERS = {
    "SchoolCalendar": lambda body: read_calendar("ns", "name", body),
    "ClusterScalingProfile": read_profile,
    "SchoolAutoscaler": read_autoscaler,
    "CalendarException": lambda body: read_exception("name", body),
    "ScalingOverride": read_override,
}


def problems_of(kind, body) -> tuple[Problem, ...]:
    read = READERS[kind](body)
    return read.problems if isinstance(read, Refused) else ()


@pytest.mark.parametrize("kind", READERS)
def test_an_object_with_every_field_in_use_is_accepted(kind):
    assert problems_of(kind, spec(kind)) == ()


@pytest.mark.parametrize(("kind", "changes"), ACCEPTANCES.values(), ids=ACCEPTANCES.keys())
def test_is_accepted(kind, changes):
    assert problems_of(kind, changed(spec(kind), changes)) == ()


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS.keys())
def test_is_refused_with_its_path_and_cure(refusal: Refusal):
    problems = problems_of(refusal.kind, changed(spec(refusal.kind), refusal.changes))
    told = {problem.path: problem for problem in problems}
    assert refusal.path in told, [str(problem) for problem in problems]
    assert refusal.cure in told[refusal.path].cure
    assert "\n" not in str(told[refusal.path])


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS.keys())
def test_nothing_else_is_blamed(refusal: Refusal):
    problems = problems_of(refusal.kind, changed(spec(refusal.kind), refusal.changes))
    # One slip may break the same rule in two entries, but never another rule.
    assert len({problem.cure for problem in problems}) == 1, [str(problem) for problem in problems]


def test_a_field_without_a_value_is_one_that_is_not_given():
    # The API server drops them too; a list whose entries are all commented out is the common case.
    without = {"holidays": None, "rotation": None, "suspend": None, "weeklySchedule[0].labels": None}
    read = read_calendar("ns", "name", changed(spec("SchoolCalendar"), without))
    assert not isinstance(read, Refused)
    assert read.holidays == ()
    assert read.rotation is None
    assert not read.suspended
