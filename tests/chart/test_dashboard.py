"""The dashboard: its file is what its source says, the chart brings it, and every query can be read."""

from __future__ import annotations

import json
import re
import subprocess
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.chart.dashboard import FILE, text
from tests.chart.rendering import manifests, only

if TYPE_CHECKING:
    from pathlib import Path

BOARD = json.loads(FILE.read_text("utf-8"))
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
QUERIES = [target["expr"] for panel in PANELS for target in panel["targets"]]
QUERIES += [one["expr"] for one in BOARD["annotations"]["list"]]


def filled(query: str, *, namespace: str = "lms", name: str = "web") -> str:
    """The query as Grafana sends it, of a workload."""
    chosen = {"$namespace": namespace, "$name": name, "$__rate_interval": "1m"}
    for variable, value in chosen.items():
        query = query.replace(variable, value)
    return query


def test_the_file_is_what_its_source_says():
    """If the change is meant, run `python -m tests.chart.dashboard`, read the difference, commit it."""
    assert text() == FILE.read_text("utf-8")


def test_the_chart_brings_it_to_grafanas_sidecar(render):
    options = ("--set", "dashboard.enabled=true", "--set", "dashboard.annotations.grafana_folder=Schools")
    body = only("ConfigMap", manifests(render(*options)))

    assert json.loads(body["data"]["firstbell-bells.json"]) == BOARD
    assert body["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert body["metadata"]["annotations"]["grafana_folder"] == "Schools"
    assert "grafana_dashboard" not in render()


def test_what_all_ask_for_at_the_next_bell_is_the_sum_of_those_who_share_the_work(
    promtool: Path, tmp_path: Path
):
    """Two write a shard each for the same bell, a third one for a later bell, and one stands by."""
    (query,) = (one for one in QUERIES if "firstbell_next_bell_pods and" in one)
    told = {"a": (3600, 40), "b": (3600, 20), "c": (7200, 500), "d": ("NaN", "NaN")}
    series = [
        {"series": f'firstbell_next_bell_{name}{{job="firstbell",instance="{pod}"}}', "values": str(value)}
        for pod, (at, pods) in told.items()
        for name, value in (("timestamp_seconds", at), ("pods", pods))
    ]
    wanted = {"expr": query, "eval_time": "0m", "exp_samples": [{"labels": "{}", "value": 60}]}
    path = tmp_path / "shards.yaml"
    path.write_text(yaml.safe_dump({"tests": [{"input_series": series, "promql_expr_test": [wanted]}]}))
    argv = [str(promtool), "test", "rules", str(path)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_can_read_every_query(promtool: Path, tmp_path: Path):
    rules = [{"record": f"panel:{number}", "expr": filled(query)} for number, query in enumerate(QUERIES)]
    path = tmp_path / "queries.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))

    done = subprocess.run(
        [str(promtool), "check", "rules", str(path)], capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert not [query for query in QUERIES if "$" in filled(query)]


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_each_panel_says_what_it_shows_and_in_what(panel):
    assert panel["description"].endswith(".")
    units = [panel["fieldConfig"]["defaults"].get("unit")]
    units += [one["properties"][0]["value"] for one in panel["fieldConfig"]["overrides"]]
    assert any(units)
    assert panel["targets"]
    assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


def test_no_panel_lies_over_another_and_none_has_the_others_number():
    def cells(panel):
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        return {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}

    for one, other in combinations(BOARD["panels"], 2):
        assert not cells(one) & cells(other), (one["title"], other["title"])
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
    assert len({panel["title"] for panel in PANELS}) == len(PANELS)


def test_it_asks_for_a_workload_by_namespace_and_name():
    names = [one["name"] for one in BOARD["templating"]["list"]]
    assert names == ["datasource", "namespace", "name"]
    used = {name for query in QUERIES for name in re.findall(r"\$(\w+)", query)}
    assert used <= {*names, "__rate_interval"}


def test_bells_are_drawn_where_they_ring():
    bells = next(one for one in BOARD["annotations"]["list"] if one["name"] == "Bells")
    assert bells["useValueForTime"]
    assert bells["expr"].startswith("1000 * ")
