"""One heap of wake-ups: the earliest wins, nothing stale comes up, a thousand bells at once are spread."""

from __future__ import annotations

from datetime import timedelta

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


def test_ten_thousand_do_not_lead_by_more_than_a_minute_either():
    wakeups = Wakeups()
    for number in range(10_000):
        wakeups.ask(f"ns/{number}", BELL, may_come_early=True)
    assert BELL - seconds(60) == wakeups.next_due()


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
    assert wakeups._early_at == {BELL: 1}
