"""A policy that is split into a profile and the rest is the same policy, whichever command reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from firstbell.cli.main import app
from firstbell.kinds.cluster_scaling_profile import PROFILE_FIELDS, written_name

EXAMPLES = Path(__file__).parents[3] / "examples"
WHOLE = EXAMPLES / "smartschool-monday.yaml"
LOAD = EXAMPLES / "smartschool-monday-load.csv"
SPLIT = [written_name(field) for field in PROFILE_FIELDS]
DAY = ["--date", "2020-04-20"]


@pytest.fixture
def split(tmp_path) -> Path:
    """The same file, all that a profile may give moved into one."""
    bodies = list(yaml.safe_load_all(WHOLE.read_text("utf-8")))
    for body in bodies:
        if body["kind"] == "SchoolAutoscaler":
            policy = body["spec"]
            shared = {field: policy.pop(field) for field in SPLIT if field in policy}
            policy["profileRef"] = {"name": "shared"}
            assert {"calendarRefs", "peaks", "dayFactors"} <= shared.keys()
    head = {"apiVersion": "firstbell.dev/v1alpha1", "kind": "ClusterScalingProfile"}
    bodies.append({**head, "metadata": {"name": "shared"}, "spec": shared})
    path = tmp_path / "split.yaml"
    path.write_text(yaml.safe_dump_all(bodies), encoding="utf-8")
    return path


def said(*arguments: object) -> str:
    done = CliRunner().invoke(app, [str(each) for each in arguments])
    assert done.exit_code in {0, 1}, done.output
    assert not isinstance(done.exception, (ValueError, KeyError, AttributeError)), done.exception
    return done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["plan", *DAY, "--days", "2", "-o", "json"], id="plan"),
        pytest.param(["simulate", *DAY, "-o", "json"], id="simulate"),
        pytest.param(["backtest", "--load", LOAD, "-o", "json"], id="backtest"),
    ],
)
def test_split_or_whole_it_comes_to_the_same(split, arguments):
    command, *options = arguments
    whole = said(command, "-f", WHOLE, *options)
    assert json.loads(said(command, "-f", split, *options)) == json.loads(whole)


def test_nothing_is_told_to_have_changed_where_a_policy_was_split(split):
    told = [said("plan", "--diff", WHOLE, path, *DAY, "-o", "markdown") for path in (WHOLE, split)]
    assert told[0] == told[1]


def test_a_declaration_tells_its_effect_on_a_policy_with_a_profile(split):
    calendar = next(yaml.safe_load_all(WHOLE.read_text("utf-8")))["metadata"]
    name = f"{calendar.get('namespace', 'default')}/{calendar['name']}"
    words = [
        said("declare", name, "2020-04-20", "--closed", "--event", "WeatherDay", "-f", path)
        for path in (WHOLE, split)
    ]
    assert words[0] == words[1]
    assert "1 of 1 SchoolAutoscalers" in words[0]
