"""Slices of processor: work that takes too long is cut, and whoever took long rests for the others' sake."""

from __future__ import annotations

import threading

import pytest

from firstbell.core.absence import Unavailable
from firstbell.engine.pace.slices import Slices, TooCostlyError, within

SHORT = 0.05


def endless():
    """Work that catches what it can and never ends by itself."""
    turns = 0
    while True:
        try:
            turns += sum(range(100))
        except Exception:  # noqa: BLE001 - what is to be shown: it does not catch the cut
            turns = 0


def test_work_without_end_is_cut_and_said_to_be_too_costly():
    found = Slices(seconds=SHORT).run("ns", "The plan of ns/web", endless)
    assert isinstance(found, Unavailable)
    assert found.reason == "TooCostly"
    assert found.message.startswith("The plan of ns/web was cut after 0.05 s of processor")


def test_ordinary_work_gives_what_it_gives_before_and_after_a_cut():
    slices = Slices(seconds=SHORT)
    assert slices.run("ns", "it", lambda: 1) == 1
    slices.run("ns", "it", endless)
    for _ in range(100):
        assert slices.run("ns", "it", lambda: sum(range(1000))) == 499_500
    with pytest.raises(ZeroDivisionError):
        slices.run("ns", "it", lambda: 1 // 0)


def test_waiting_is_not_working():
    waited = threading.Event()
    assert within(SHORT, lambda: waited.wait(0.3)) is False


def test_a_slice_within_a_slice_is_cut_alone():
    def outer():
        with pytest.raises(TooCostlyError):
            within(SHORT, endless)
        return "went on"

    assert within(4 * SHORT, outer) == "went on"


def test_every_thread_has_its_own():
    found = []
    thread = threading.Thread(target=lambda: found.append(Slices(seconds=SHORT).run("ns", "it", endless)))
    thread.start()
    assert within(60, lambda: thread.join(60)) is None
    assert [each.reason for each in found] == ["TooCostly"]


def test_who_took_long_rests_and_others_do_not():
    slices = Slices(seconds=0.25)
    slices.run("greedy", "it", endless)
    assert slices.rest_of("greedy") > 0
    assert slices.rest_of("modest") == 0.0
    slices.run("modest", "it", lambda: 1)
    assert slices.rest_of("modest") == 0.0


def test_several_who_take_long_share_what_is_left_for_them():
    slices = Slices(seconds=0.25)
    for name in ("one", "two", "three"):
        slices.run(name, "it", endless)
    until = slices._rests_until
    assert until["three"] > until["two"] > until["one"]
    assert slices.rest_of("three") > 0


def test_whoever_takes_long_in_one_kind_of_work_goes_on_in_the_other_and_pays_for_both():
    reading = Slices(seconds=0.25)
    reporting = reading.beside()
    reading.run("greedy", "it", endless)
    assert reporting.rest_of("greedy") == 0.0
    reporting.run("greedy", "it", endless)
    assert reporting._rests_until["greedy"] > reading._rests_until["greedy"]
