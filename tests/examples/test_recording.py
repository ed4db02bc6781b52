"""The example recording is made up, by the tests' generator from a seed: nobody shall take it for real."""

from __future__ import annotations

from pathlib import Path

from firstbell.lab.record.csv_recording import read_csv
from firstbell.lab.record.recording import Recording
from tests.builders import utc
from tests.recorded_load import csv_text, school_load
from tests.scenarios.manifests import EXAMPLES, workload_of

RECORDING = EXAMPLES / "smartschool-monday-load.csv"
DAY = (utc("2020-04-20T00:00"), utc("2020-04-21T00:00"))
STEP = 60
SEED = 1
GAP = (utc("2020-04-20T12:00"), utc("2020-04-20T12:20"))


def made_up() -> str:
    """The founding Monday, one sample a minute, a little above its plan, with twenty minutes missing."""
    values = school_load(
        workload_of(EXAMPLES / "smartschool-monday.yaml"), *DAY, per_replica=350, seed=SEED, step=STEP
    )
    heading, *lines = csv_text(values, DAY[0], STEP).splitlines()
    kept = [line for line in lines if not GAP[0] * 60 <= int(line.split(",")[0]) < GAP[1] * 60]
    return "\n".join([heading, *kept, ""])


def test_the_recording_is_that_of_the_generator():
    assert RECORDING.read_text() == made_up()


def test_the_recording_can_be_read():
    found = read_csv(RECORDING)
    assert isinstance(found, Recording)
    assert found.samples == 1420
    assert len(list(found.gaps())) == 1


if __name__ == "__main__":
    Path(RECORDING).write_text(made_up())
