"""The rule that records loads: promtool takes it, and a bell that an average hides stands in its record."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.chart.rendering import VALUES, manifests, only

if TYPE_CHECKING:
    from pathlib import Path

RECORDING = ("--values", str(VALUES / "recording.yaml"))


@pytest.fixture
def rules(render, tmp_path: Path) -> Path:
    """The rules of the chart as Prometheus gets them."""
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump(only("PrometheusRule", manifests(render(*RECORDING)))["spec"]))
    return path


def run(promtool: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(promtool), *words], capture_output=True, text=True, timeout=120, check=False)


def test_promtool_takes_the_rules(promtool: Path, rules: Path):
    done = run(promtool, "check", "rules", str(rules))

    assert done.returncode == 0, done.stderr
    assert "2 rules found" in done.stdout


def test_a_query_that_ends_in_a_comment_is_closed_after_it(promtool: Path, render, tmp_path: Path):
    load = "recordingRules.loads[0]"
    query = "sum(pupils_online) # those with a lesson"
    given = {"namespace": "lms", "name": "web", "query": query}
    options = [part for name, value in given.items() for part in ("--set-string", f"{load}.{name}={value}")]
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump(only("PrometheusRule", manifests(render(*options)))["spec"]))

    done = run(promtool, "check", "rules", str(path))

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_bell_that_an_average_hides_stands_in_what_is_recorded(promtool: Path, rules: Path):
    # Scraped every 15 seconds: 200 pupils, and for one minute, from 08:30:00 to 08:31:00 of the test, 10,000.
    told = "200x119 10000x3 200x120"
    web = '{namespace="lms", autoscaler="web"}'
    checked = {
        "rule_files": [str(rules)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "15s",
                "input_series": [{"series": 'pupils_online{pod="a"}', "values": told}],
                "promql_expr_test": [
                    {
                        "expr": f"firstbell:load:max1m{web}",
                        "eval_time": at,
                        "exp_samples": [{"labels": f"firstbell:load:max1m{web}", "value": value}],
                    }
                    for at, value in (("29m", 200), ("31m", 10000), ("33m", 200))
                ]
                + [
                    {
                        "expr": "round(avg_over_time(sum(pupils_online)[5m:15s]))",
                        "eval_time": "31m",
                        "exp_samples": [{"labels": "{}", "value": 2160}],
                    }
                ],
            }
        ],
    }
    path = rules.with_name("tests.yaml")
    path.write_text(yaml.safe_dump(checked))

    done = run(promtool, "test", "rules", str(path))

    assert done.returncode == 0, done.stdout + done.stderr


def test_without_loads_nothing_is_recorded(render):
    assert "PrometheusRule" not in render()
