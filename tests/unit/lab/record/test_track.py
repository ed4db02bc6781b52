"""Counts of replicas over time, and how many of them are Ready."""

from __future__ import annotations

from firstbell.lab.record.track import Track, ready_track


def a_track(*changes: tuple[int, int]) -> Track:
    track = Track()
    for second, count in changes:
        track.at(second, count)
    return track


def ready(*changes: tuple[int, int], start_seconds: int = 30) -> list[tuple[int, int]]:
    return list(ready_track(a_track(*changes), start_seconds).changes())


def test_equal_counts_are_one_and_of_one_second_the_last_counts():
    assert list(a_track((0, 2), (5, 2), (7, 3), (7, 4), (9, 4)).changes()) == [(0, 2), (7, 4)]


def test_what_runs_at_the_start_is_ready():
    assert ready((0, 2)) == [(0, 2)]


def test_a_rise_is_ready_after_the_start_up_time():
    assert ready((0, 2), (10, 5)) == [(0, 2), (40, 5)]


def test_rises_are_ready_one_after_the_other():
    assert ready((0, 2), (10, 5), (20, 6)) == [(0, 2), (40, 5), (50, 6)]


def test_a_fall_takes_what_is_not_ready_first_and_the_youngest_of_it():
    assert ready((0, 2), (10, 5), (20, 6), (25, 4)) == [(0, 2), (40, 4)]


def test_a_fall_below_what_is_ready_is_at_once():
    assert ready((0, 4), (10, 6), (20, 3), (25, 4)) == [(0, 4), (20, 3), (55, 4)]


def test_without_a_start_up_time_all_are_ready():
    assert ready((0, 2), (10, 5), start_seconds=0) == [(0, 2), (10, 5)]


def test_ready_is_never_more_than_there_are():
    replicas = a_track((0, 3), (10, 9), (20, 4), (30, 8), (45, 2), (50, 7))
    is_ready = ready_track(replicas, 25)

    def at(track: Track, second: int) -> int:
        return [count for since, count in track.changes() if since <= second][-1]

    assert all(at(is_ready, second) <= at(replicas, second) for second in range(100))
    assert at(is_ready, 99) == 7
