"""One heap of wake-ups: the earliest wins, nothing stale comes up, a thousand bells at once are spread."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.engine.pace.wakeups import Wakeups
from tests.fakes import instant

BELL = instant("2024-09-09T08:20")


def seconds(number):
    return timedelta(seconds=number)


def popped(wakeups, at):
    return [wakeup.key for wakeup in wakeups.pop_due(at)]


def test_the_earliest_asked_for_wins():
    wakeups = Wakeups()
    wakeups.ask("a", BELL)
    wakeups.ask("a", BELL - seconds(10))
    wakeups.ask("a", BELL + seconds(10))
    assert BELL - seconds(10) == wakeups.next_due()
    assert popped(wakeups, BELL + seconds(60)) == ["a"]
    assert wakeups.next_due() is None


def test_nothing_is_due_before_its_time():
    wakeups = Wakeups()
    wakeups.ask("a", BELL)
    assert popped(wakeups, BELL - seconds(0.001)) == []
    assert popped(wakeups, BELL) == ["a"]


def test_keys_come_up_in_the_order_of_their_times():
    wakeups = Wakeups()
    for key, late in (("c", 3), ("a", 1), ("b", 2)):
        wakeups.ask(key, BELL + seconds(late))
    assert popped(wakeups, BELL + seconds(3)) == ["a", "b", "c"]


def test_a_forgotten_key_does_not_come_up():
    wakeups = Wakeups()
    wakeups.ask("a", BELL)
    wakeups.ask("b", BELL)
    wakeups.forget("a")
    wakeups.forget("never asked")
    assert popped(wakeups, BELL) == ["b"]


def test_what_was_replaced_by_an_earlier_one_does_not_come_up_again():
    wakeups = Wakeups()
    wakeups.ask("a", BELL)
    wakeups.ask("a", BELL - seconds(5))
    assert popped(wakeups, BELL - seconds(5)) == ["a"]
    assert popped(wakeups, BELL) == []


def test_a_key_that_asks_again_for_the_time_of_a_stale_entry_comes_up_once():
    wakeups = Wakeups()
    wakeups.ask("a", BELL)
    wakeups.ask("a", BELL - seconds(5))
    popped(wakeups, BELL - seconds(5))
    wakeups.ask("a", BELL)
    assert popped(wakeups, BELL) == ["a"]


def test_a_key_that_was_forgotten_and_asks_for_later_is_not_woken_at_the_former_time():
    wakeups = Wakeups()
    wakeups.ask("a", BELL)
    wakeups.forget("a")
    wakeups.ask("a", BELL + seconds(60))
    assert popped(wakeups, BELL) == []
    assert wakeups.next_due() == BELL + seconds(60)


def test_a_thousand_rises_at_one_instant_lead_by_at_most_a_minute_and_none_is_late():
    wakeups = Wakeups()
    for number in [*range(1000), *range(1000)]:  # each tick asks anew for its next
        wakeups.ask(f"ns/{number}", BELL, may_come_early=True)
    due = wakeups.pop_due(BELL)
    leads = [BELL - wakeup.due for wakeup in due]
    assert len(due) == 1000
    assert min(leads) >= seconds(1)
    assert max(leads) <= seconds(60)
    assert len(set(leads)) > 900, "they must not come all at once"
    assert {BELL} == {wakeup.instant for wakeup in due}


@pytest.mark.parametrize(("rises", "want"), [(10_000, 501), (100_000, 900)])
def test_ten_thousand_lead_by_what_they_need_and_nobody_by_more_than_a_quarter_of_an_hour(rises, want):
    wakeups = Wakeups()
    for number in range(rises):
        wakeups.ask(f"ns/{number}", BELL, may_come_early=True)
    assert (BELL - wakeups.next_due()).total_seconds() == pytest.approx(want, abs=0.1)


def test_turns_lie_as_far_apart_as_writing_takes():
    wakeups = Wakeups()
    for number in range(101):
        wakeups.ask(f"ns/{number}", BELL, may_come_early=True)
    assert wakeups.follow_pace(timedelta(milliseconds=200))
    assert BELL - seconds(21) == wakeups.next_due()
    assert len(popped(wakeups, BELL - seconds(11))) == 51, "half of them have had their turn by then"
    assert wakeups.follow_pace(timedelta(milliseconds=20))
    assert BELL - seconds(1.98) == wakeups.next_due(), "those that are left wait for longer"
    assert not wakeups.follow_pace(timedelta(milliseconds=21)), "that is no other pace"
    assert len(popped(wakeups, BELL)) == 50


def test_another_pace_moves_no_fall_and_no_other_look():
    wakeups = Wakeups()
    wakeups.ask("a", BELL)
    wakeups.follow_pace(seconds(0.5))
    assert wakeups.next_due() == BELL


def test_a_fall_never_comes_early():
    wakeups = Wakeups()
    for number in range(100):
        wakeups.ask(f"ns/{number}", BELL)
    assert wakeups.next_due() == BELL


def test_a_single_rise_comes_a_second_early_so_that_what_it_writes_is_there_in_time():
    wakeups = Wakeups()
    wakeups.ask("a", BELL, may_come_early=True)
    assert wakeups.next_due() == BELL - seconds(1)


def test_the_lead_of_those_that_left_is_free_again():
    wakeups = Wakeups()
    for number in range(100):
        wakeups.ask(f"ns/{number}", BELL, may_come_early=True)
        wakeups.forget(f"ns/{number}")
    wakeups.ask("a", BELL, may_come_early=True)
    assert wakeups.next_due() == BELL - seconds(1)
    assert wakeups._rising_at == {BELL: 1}


def rise_in_the_order_of(wakeups, priorities, at=BELL):
    for key, priority in priorities.items():
        wakeups.ask(key, at, may_come_early=True, priority=priority)


def test_the_more_important_has_the_earlier_turn_whoever_asked_first():
    wakeups = Wakeups()
    rise_in_the_order_of(wakeups, {"ns/reports": 10, "ns/sign-on": 90, "ns/web": 50, "a/web": 50})
    due = wakeups.pop_due(BELL)
    assert [one.key for one in due] == ["ns/sign-on", "a/web", "ns/web", "ns/reports"]
    assert [one.due for one in due] == sorted(one.due for one in due)
    assert due[0].due < due[-1].due == BELL - seconds(1), "each has a turn of its own, the last in time, too"


def test_one_that_asks_late_still_comes_before_the_less_important():
    wakeups = Wakeups()
    rise_in_the_order_of(wakeups, {f"ns/{number:03}": 50 for number in range(100)})
    assert popped(wakeups, BELL - seconds(3)) == [f"ns/{number:03}" for number in range(60)]
    wakeups.ask("ns/sign-on", BELL, may_come_early=True, priority=90)
    wakeups.ask("ns/reports", BELL, may_come_early=True, priority=10)
    rest = popped(wakeups, BELL - seconds(1))
    assert (rest[0], rest[-1], len(rest)) == ("ns/sign-on", "ns/reports", 42)


def test_a_priority_that_is_changed_counts_from_then_on():
    wakeups = Wakeups()
    rise_in_the_order_of(wakeups, {"a": 90, "b": 50})
    wakeups.ask("a", BELL, may_come_early=True, priority=10)
    assert popped(wakeups, BELL) == ["b", "a"]
    assert wakeups.next_due() is None


def test_the_important_do_not_come_before_an_earlier_instant():
    wakeups = Wakeups()
    rise_in_the_order_of(wakeups, {"late": 100}, BELL + seconds(60))
    rise_in_the_order_of(wakeups, {"soon": 0})
    assert popped(wakeups, BELL + seconds(60)) == ["soon", "late"]


def test_a_rise_to_come_keeps_its_key_from_no_look_before_it():
    wakeups = Wakeups()
    rise_in_the_order_of(wakeups, {"last": 0, "first": 100})
    wakeups.ask("last", BELL - seconds(30))
    wakeups.ask("first", BELL + seconds(30))
    assert popped(wakeups, BELL - seconds(30)) == ["last"]
    assert popped(wakeups, BELL) == ["first", "last"], "the look has not taken the rise with it"
    assert wakeups.next_due() is None, "who rises looks, and asks anew"


def test_edits_without_end_leave_nothing_behind():
    wakeups = Wakeups()
    for number in range(20_000):
        wakeups.ask(f"ns/{number % 3}", BELL, may_come_early=True, priority=number % 101)
    assert len(wakeups._turns_heap) + sum(map(len, wakeups._lines.values())) < 5_000
    assert sorted(popped(wakeups, BELL)) == ["ns/0", "ns/1", "ns/2"]


@given(
    asked=st.lists(
        st.tuples(st.integers(0, 20), st.integers(0, 3), st.booleans(), st.integers(0, 4), st.integers(0, 9)),
        max_size=60,
    )
)
def test_nobody_is_forgotten_nobody_late_and_of_two_at_one_instant_the_more_important_first(asked):
    """Against a plain list: each ask is of a key, a minute, whether it rises, a priority; 0 of 10 forgets."""
    wakeups, looks, rises = Wakeups(), {}, {}
    for key, minutes, early, priority, forgets in asked:
        at = BELL + timedelta(minutes=minutes)
        if not forgets:
            wakeups.forget(key)
            looks.pop(key, None)
            rises.pop(key, None)
        elif early:
            if key not in rises or rises[key][0] >= at:
                rises[key] = (at, -priority)
        else:
            looks[key] = min(looks.get(key, at), at)
        wakeups.ask(key, at, may_come_early=early, priority=priority) if forgets else None
    due = wakeups.pop_due(BELL + timedelta(minutes=10))
    risen = [one for one in due if one.may_come_early]
    assert sorted(one.key for one in risen) == sorted(rises)
    assert [one.key for one in risen] == sorted(rises, key=lambda key: (*rises[key], key))
    assert all(one.due <= one.instant - seconds(1) for one in risen)
    assert {one.key for one in due} == looks.keys() | rises.keys()
    assert wakeups.next_due() is None
