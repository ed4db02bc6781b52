"""The curve of a lesson start, and the work that it brings."""

from __future__ import annotations

import pytest

from firstbell.lab.day.arrivals import Preset, pulse, work_rates


@pytest.mark.parametrize("preset", Preset)
def test_everybody_comes_once(preset):
    assert sum(pulse(preset.shape).shares) == pytest.approx(1)


@pytest.mark.parametrize(("preset", "a_second"), [(Preset.WALL, 249), (Preset.BELL, 125)])
def test_the_busiest_second_of_100_000_pupils(preset, a_second):
    """Three quarters of the 332 and 166 a second of a pure normal pulse: nobody early or late comes then."""
    assert 100_000 * max(pulse(preset.shape).shares) == pytest.approx(a_second, abs=1)


def test_work_is_that_of_all_arrivals_once_their_pages_are_read():
    arriving = [2.0] * 10 + [0.0] * 200
    assert sum(work_rates(arriving)) == pytest.approx(20)


def test_a_steady_stream_of_arrivals_is_a_steady_stream_of_work():
    assert work_rates([3.0] * 400)[-1] == pytest.approx(3)


def test_a_load_test_meets_a_lower_peak_than_arrivals_have_since_pages_follow_over_minutes():
    shape = pulse(Preset.BELL.shape)
    assert 0.9 * max(shape.shares) < shape.peak < max(shape.shares)
