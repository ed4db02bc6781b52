"""The page of mistakes says what the tests ask for, and nothing that is known is told by nobody."""

from __future__ import annotations

from tests.unit.kinds.refusals import BEYOND_THE_SERVER
from tests.unit.kinds.told_at_admission import AFTERWARDS, AT_ADMISSION, PAGE, page


def test_the_page_lists_every_mistake_with_who_tells_it():
    # Written anew by `python -m tests.unit.kinds.told_at_admission`.
    assert PAGE.read_text("utf-8") == page()


def test_whatever_the_definitions_cannot_tell_is_told_by_the_policy_or_by_a_condition():
    told = [one.changes for one in (*AT_ADMISSION.values(), *AFTERWARDS.values())]
    for name, refusal in BEYOND_THE_SERVER.items():
        assert refusal.changes in told, name
