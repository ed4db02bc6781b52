"""What a person may not is told with the right that is missing, and nothing else is."""

from __future__ import annotations

import pytest

from firstbell.cli.missing_right import with_right
from firstbell.engine.ports import Failure, FailureKind
from firstbell.kinds.group import CALENDAR_PLURAL, EXCEPTION_PLURAL, OVERRIDE_PLURAL


@pytest.mark.parametrize(
    ("verb", "plural", "namespace", "right", "role"),
    [
        (
            "create",
            OVERRIDE_PLURAL,
            "lms",
            "create on scalingoverrides.firstbell.dev in namespace lms",
            "firstbell-overrides-edit",
        ),
        (
            "delete",
            EXCEPTION_PLURAL,
            "lms",
            "delete on calendarexceptions.firstbell.dev in namespace lms",
            "firstbell-calendars-edit",
        ),
        (
            "list",
            CALENDAR_PLURAL,
            None,
            "list on schoolcalendars.firstbell.dev in all namespaces",
            "firstbell-view",
        ),
    ],
)
def test_a_right_that_is_missing_is_named_with_the_role_that_has_it(verb, plural, namespace, right, role):
    failure = Failure(kind=FailureKind.FORBIDDEN, message="User bob cannot.")
    assert with_right(failure, verb, plural, namespace).message == (
        f"User bob cannot. The right is {right}. The chart's ClusterRole {role} has it"
    )


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (FailureKind.FORBIDDEN, "ValidatingAdmissionPolicy 'overrides' denied request: bob may not override"),
        (FailureKind.FORBIDDEN, 'admission webhook "guard.example" denied the request: not on Mondays'),
        (FailureKind.UNREACHABLE, "no connection"),
    ],
)
def test_what_no_right_would_change_stays_as_it_is(kind, message):
    failure = Failure(kind=kind, message=message)
    assert with_right(failure, "create", OVERRIDE_PLURAL, "lms") == failure
