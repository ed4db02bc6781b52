"""The HPA's behavior, by a table."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from firstbell.core.behavior import Behavior, ScalingRules
from firstbell.core.history import History
from firstbell.core.limits import behaved
from tests.unit.core.past import NOW, a_behavior, a_history, ago

CASES = yaml.safe_load(Path("tests/data/limit-cases.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_recommendation_through_the_behavior(case):
    row = dict(case)
    del row["name"]
    behavior = a_behavior(row.pop("up", None), row.pop("down", None))
    wanted, current = row.pop("wanted"), row.pop("current")
    recommended = row.pop("recommended", ())
    if recommended == "first":
        history = History.seeded(NOW, current)
    else:
        history = a_history(behavior, recommended=recommended, rescaled=row.pop("rescaled", ()))

    after, limits = behaved(wanted, current, history, behavior, NOW)

    assert (row.pop("after"), row.pop("why", [])) == (after, [limit.reason for limit in limits])
    assert row == {}, "a column that nothing reads"
    values = [wanted, *(limit.after for limit in limits)]
    assert [limit.before for limit in limits] == values[:-1]
    assert values[-1] == after


def test_without_policies_there_is_no_rate():
    behavior = Behavior(up=ScalingRules(window=ago(0) - NOW), down=ScalingRules(window=ago(0) - NOW))

    assert [behaved(wanted, 10, History(), behavior, NOW) for wanted in (0, 5000)] == [(0, ()), (5000, ())]
