"""The rules of an HPA's resource metric, each as a row of `tests/data/hpa-resource-cases.yaml`."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from firstbell.core.absence import Unavailable
from firstbell.lab.day.external_metric import HpaTolerances
from firstbell.lab.day.resource_metric import (
    PodReadings,
    ResourceTarget,
    ResourceTargetType,
    resource_replicas,
)

CASES = yaml.safe_load((Path(__file__).parents[3] / "data" / "hpa-resource-cases.yaml").read_text("utf-8"))


@pytest.mark.parametrize("row", CASES, ids=[row["case"] for row in CASES])
def test_the_replicas_that_a_resource_metric_asks_for(row):
    pods = PodReadings(
        row["counted"],
        round(1000 * row["mean"]),
        unready=row.get("unready", 0),
        missing=row.get("missing", 0),
    )
    target = ResourceTarget(value=row["target"], type=ResourceTargetType(row.get("type", "Utilization")))
    up, down = (Fraction(str(row.get(direction, row.get("tolerance", 0.1)))) for direction in ("up", "down"))
    got = resource_replicas(row["current"], pods, target, HpaTolerances(up, down))
    assert (None if isinstance(got, Unavailable) else got) == row["desired"]


def test_every_case_is_named_once():
    assert len({row["case"] for row in CASES}) == len(CASES) >= 20
