"""What a backtest costs: processor time, because two cores are shared. The budget is printed, never enforced.

    pytest --benchmark-only tests/benchmarks/test_backtesting.py

The founding year (Flanders, 2019-2020) with its own policy against a made-up load of 2.1 million samples, one
every 15 seconds, with bells, noise, holidays and the restart; reading the file is part of it. Once as the
policy stands, once beside an HPA, and once with three times the noise, which leaves less to pass over.
"""

from __future__ import annotations

import time
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from firstbell.core.reactive import MetricTarget, TargetType
from firstbell.lab.record.csv_recording import read_csv
from firstbell.lab.record.recording import Recording
from firstbell.lab.record.trial import Trial, run_trial
from tests.builders import utc
from tests.recorded_load import csv_text, school_load
from tests.scenarios.manifests import EXAMPLES, workload_of

if TYPE_CHECKING:
    from pathlib import Path

    from firstbell.core.plan import Workload
    from firstbell.lab.record.outcome import Outcome

pytestmark = pytest.mark.benchmark(timer=time.process_time, group="backtest", min_rounds=1, warmup=False)
START, END = utc("2019-09-01T00:00"), utc("2020-08-31T00:00")
PER_REPLICA = Fraction(350)
REQUESTS = MetricTarget(name="requests", type=TargetType.AVERAGE_VALUE, amount=PER_REPLICA)


@pytest.fixture(scope="module")
def smartschool() -> Workload:
    return workload_of(EXAMPLES / "smartschool-monday.yaml")


def a_year(folder: Path, workload: Workload, noise: float) -> Path:
    values = school_load(workload, START, END, per_replica=float(PER_REPLICA), seed=7, noise=noise)
    assert len(values) == 365 * 24 * 60 * 4
    path = folder / "year.csv"
    path.write_text(csv_text(values, START))
    return path


def backtested(workload: Workload, path: Path, *, beside: bool) -> Outcome:
    recording = read_csv(path)
    assert isinstance(recording, Recording)
    trial = Trial(
        workload=workload,
        per_replica=PER_REPLICA,
        hpa_bounds=workload.bounds,
        metric=REQUESTS,
        overrides=(),
        beside_autoscaler=beside,
    )
    return run_trial(trial, recording)


@pytest.fixture(scope="module")
def year(request: pytest.FixtureRequest, smartschool: Workload, tmp_path_factory) -> Path:
    """The file of the year with so much noise, made once for all that read it."""
    return a_year(tmp_path_factory.mktemp("year"), smartschool, request.param)


@pytest.mark.parametrize(("beside", "year"), [(False, 0.03), (True, 0.03), (True, 0.1)], indirect=["year"])
def test_a_year_at_15_seconds(benchmark, smartschool, beside, year):
    """Budget: 30 s."""
    outcome = benchmark.pedantic(backtested, args=(smartschool, year), kwargs={"beside": beside}, rounds=1)
    assert outcome.bells
