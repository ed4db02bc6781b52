"""Conditions keep the time since when their status holds, in whole seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from firstbell.core.conditions import Condition, Truth, merge_conditions
from firstbell.core.reason_words import ConditionType

THEN = datetime(2020, 4, 20, 6, 0, tzinfo=UTC)
NOW = datetime(2020, 4, 20, 6, 30, 0, 123456, tzinfo=UTC)


def condition(status: Truth, *, reason: str = "Why", since: datetime | None = None) -> Condition:
    return Condition(type="Ready", status=status, reason=reason, since=since)


def merged(old: list[Condition], new: Condition) -> Condition:
    return merge_conditions(old, [new], NOW)[0]


def test_a_condition_that_is_new_holds_since_now_without_fractions():
    assert merged([], condition(Truth.TRUE)).since == NOW.replace(microsecond=0)


def test_a_status_that_stays_keeps_its_time_though_the_reason_changes():
    got = merged([condition(Truth.TRUE, since=THEN)], condition(Truth.TRUE, reason="Other"))

    assert (got.since, got.reason) == (THEN, "Other")


def test_a_status_that_turns_holds_since_now():
    got = merged([condition(Truth.TRUE, since=THEN)], condition(Truth.FALSE))

    assert got.since == NOW.replace(microsecond=0)


def test_a_condition_without_a_time_gets_one():
    assert merged([condition(Truth.TRUE)], condition(Truth.TRUE)).since == NOW.replace(microsecond=0)


def test_merging_twice_changes_nothing():
    once = merge_conditions([], [condition(Truth.TRUE)], NOW)

    assert merge_conditions(once, once, NOW + timedelta(hours=1)) == once


def test_old_conditions_that_are_not_told_any_more_go():
    assert merge_conditions([condition(Truth.TRUE, since=THEN)], [], NOW) == ()


TELLS_A_TROUBLE = dict.fromkeys(ConditionType, Truth.FALSE) | {
    ConditionType.SCALING_LIMITED: Truth.TRUE,
    ConditionType.FLOOR_CONTESTED: Truth.TRUE,
    ConditionType.PLAN_SHRUNK: Truth.TRUE,
    ConditionType.CHANGED_BY_HAND: Truth.TRUE,
    ConditionType.EXPIRING: Truth.TRUE,
}


@pytest.mark.parametrize(("of", "bad"), TELLS_A_TROUBLE.items())
def test_each_condition_tells_a_trouble_by_one_status_alone(of, bad):
    told = {status for status in Truth if Condition(type=of, status=status, reason="Why").is_trouble}
    assert told == {bad}
