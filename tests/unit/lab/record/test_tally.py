"""Short time and waste over any stretch, equal to counting second by second."""

from __future__ import annotations

from fractions import Fraction
from math import nan

from hypothesis import given
from hypothesis import strategies as st

from firstbell.lab.record.need import UNKNOWN, need_over
from firstbell.lab.record.recording import Sample, recorded
from firstbell.lab.record.tally import Tally, tally
from firstbell.lab.record.track import Track, ready_track

START = 1_756_710_000
LENGTH = 120
LOADS = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from([0.0, 1.0, 2.0, 5.0, 9.0, nan])), min_size=1, max_size=12
)
COUNTS = st.lists(st.tuples(st.integers(1, 20), st.integers(0, 9)), max_size=10)


def at(seconds, values, second):
    return [value for since, value in zip(seconds, values, strict=True) if since <= second][-1]


@given(loads=LOADS, counts=COUNTS, start_seconds=st.integers(0, 30), cut=st.integers(0, 40))
def test_sums_are_those_of_counting_second_by_second(loads, counts, start_seconds, cut):
    samples, second = [Sample(START, 1.0)], START
    for step, value in loads:
        second += step
        samples.append(Sample(second, value))
    recording = recorded(samples)
    need = need_over(recording, Fraction(1))
    replicas, second = Track(), START
    replicas.at(START, 3)
    for step, count in counts:
        second += step
        replicas.at(second, count)
    ready = ready_track(replicas, start_seconds)
    start, end = min(START + cut, recording.end - 1), recording.end
    want = Tally()
    total = short = missing = waste = highest = 0
    for now in range(start, end):
        wanted = at(need.starts, need.replicas, now)
        count, running = at(replicas.seconds, replicas.counts, now), at(ready.seconds, ready.counts, now)
        total, highest = total + count, max(highest, count)
        if wanted != UNKNOWN:
            short += wanted > running
            missing = max(missing, wanted - running)
            waste += max(0, count - wanted)
    want = Tally(total, short, max(0, missing), waste, highest)
    assert tally(need, replicas, ready, start, end) == want
