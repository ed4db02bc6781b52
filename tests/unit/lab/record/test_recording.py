"""A load that was written down: samples that count for a while, and stretches that nobody knows."""

from __future__ import annotations

from math import isnan, nan

from firstbell.lab.record.recording import Gap, Recording, Sample, recorded

START = 1_756_710_000  # a multiple of 15
MINUTE = 60


def recording(*samples: tuple[int, float]) -> Recording:
    """Samples by seconds after the start."""
    found = recorded(Sample(START + second, value) for second, value in samples)
    assert found is not None
    return found


def entries(found: Recording) -> list[tuple[int, float | None]]:
    """Seconds after the start, and the value from then on (None: unknown)."""
    pairs = zip(found.starts, found.values, strict=True)
    return [(start - START, None if isnan(value) else value) for start, value in pairs]


def test_a_sample_counts_until_the_next_one_however_irregular_the_steps():
    found = recording((0, 5.0), (15, 7.0), (135, 6.0), (150, 8.0))
    assert entries(found) == [(0, 5.0), (15, 7.0), (135, 6.0), (150, 8.0)]


def test_the_last_sample_counts_as_long_as_the_one_before_it():
    assert recording((0, 5.0), (15, 7.0)).end == START + 30
    assert recording((0, 5.0), (3600, 7.0)).end == START + 3600 + 5 * MINUTE


def test_a_single_sample_counts_five_minutes():
    assert recording((0, 5.0)).end == START + 5 * MINUTE


def test_after_five_minutes_without_a_sample_the_load_is_unknown_and_not_zero():
    found = recording((0, 5.0), (20 * MINUTE, 9.0))
    assert entries(found) == [(0, 5.0), (5 * MINUTE, None), (20 * MINUTE, 9.0)]
    assert list(found.gaps()) == [Gap(START + 5 * MINUTE, START + 20 * MINUTE)]


def test_a_gap_of_just_five_minutes_is_none():
    assert list(recording((0, 5.0), (5 * MINUTE, 9.0)).gaps()) == []


def test_what_is_no_load_is_unknown_and_counted():
    found = recording((0, 5.0), (15, nan), (30, -1.0), (45, float("inf")), (60, 0.0), (75, 1.0))
    assert entries(found) == [(0, 5.0), (15, None), (30, None), (45, None), (60, 0.0), (75, 1.0)]
    assert (found.samples, found.unusable) == (6, 3)
    assert list(found.gaps()) == [Gap(START + 15, START + 60)]


def test_of_several_samples_in_one_second_the_highest_counts():
    found = recording((0, 5.0), (0, 9.0), (0, 7.0), (0, nan), (15, nan), (15, 3.0), (30, 1.0))
    assert entries(found) == [(0, 9.0), (15, 3.0), (30, 1.0)]


def test_unknown_stretches_at_both_ends_are_left_out():
    found = recording((0, nan), (15, 5.0), (30, 6.0), (45, nan), (60, nan))
    assert entries(found) == [(15, 5.0), (30, 6.0)]
    assert found.end == START + 45


def test_no_usable_sample_is_no_recording():
    assert recorded([]) is None
    assert recorded([Sample(START, nan)]) is None


def test_a_part_of_a_recording_begins_and_ends_where_it_is_cut():
    found = recording((0, 5.0), (60, 7.0), (120, 6.0)).between(START + 30, START + 90)
    assert found is not None
    assert entries(found) == [(30, 5.0), (60, 7.0)]
    assert found.end == START + 90


def test_a_cut_outside_of_the_recording_leaves_nothing():
    assert recording((0, 5.0), (60, 7.0)).between(START + 1000, START + 2000) is None


def test_the_value_in_force_is_told_at_every_tick():
    found = recording((-7, 1.0), (3, 2.0), (15, 3.0), (20, 4.0), (29, 5.0), (61, 6.0))
    first, values = found.every(15)
    # At -7 nothing: the first whole multiple of 15 is the start itself.
    assert first == START
    assert list(values) == [1.0, 3.0, 5.0, 5.0, 5.0, 6.0, 6.0]


def test_a_regular_recording_is_its_own_values_at_every_tick():
    found = recording((0, 1.0), (15, 2.0), (30, 3.0))
    assert found.every(15) == (START, found.values)
