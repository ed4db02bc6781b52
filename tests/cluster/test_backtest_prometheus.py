"""`firstbell backtest --prometheus` and a real Prometheus.

What it is asked is a function of time alone, so that it has an answer for any past: a load that is there from
five minutes before the founding bell, and an hour a day in which nothing is recorded. No control plane is
needed.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import yaml

from tests.cluster import forked
from tests.scenarios.manifests import EXAMPLES

if TYPE_CHECKING:
    import subprocess

    from tests.cluster.prometheus import Gate, Prometheus

FOUNDING = EXAMPLES / "smartschool-monday.yaml"
# Two replicas' worth at all times, 300 from 06:25 to 07:00 UTC, and nothing at all from 12:00 to 13:00.
LOAD = "(vector(700) + 104300 * ((hour() == bool 6) * (minute() >= bool 25))) unless (hour() == 12)"


def backtest(url: str, query: str, *options: object) -> subprocess.CompletedProcess[str]:
    dates = ("--from", "2020-04-19", "--to", "2020-04-21")
    arguments = ("-f", FOUNDING, "--prometheus", url, "--query", query, *dates, *options)
    return forked.run(["-m", "firstbell", "backtest", *arguments], os.environ)


def test_the_past_of_a_load_is_tried(prometheus: Prometheus):
    done = backtest(prometheus.url, LOAD, "-o", "json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    # Three days at 15 seconds, in two pieces, less an hour a day.
    assert document["load"]["samples"] == 3 * 23 * 240
    assert document["load"]["gapsTotal"] == 3
    assert document["load"]["unknownMinutes"] == 180
    assert document["load"]["highestNeed"] == 300
    bell = next(bell for bell in document["bells"] if bell["bellTime"] == "2020-04-20T06:30:00Z")
    assert (bell["planned"], bell["needed"]) == (307, 300)
    assert bell["firstbell"]["shortMinutes"] == 0
    assert bell["hpa"]["shortMinutes"] > 1


def test_each_of_many_policies_is_asked_by_its_own_name(prometheus: Prometheus, tmp_path):
    (policy,) = [one for one in yaml.safe_load_all(FOUNDING.read_text()) if one["kind"] == "SchoolAutoscaler"]
    names = [policy["metadata"]["name"], "another"]
    policy["metadata"]["name"] = "another"
    (tmp_path / "another.yaml").write_text(yaml.safe_dump(policy))
    query = f'label_replace({LOAD}, "autoscaler", "$namespace/$name", "", "")'

    done = backtest(
        prometheus.url, query, "--all", "--jobs", 2, "-f", tmp_path / "another.yaml", "-o", "json"
    )

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["autoscalers"]
    assert [one["autoscaler"].partition("/")[2] for one in found] == sorted(names)
    assert {one["load"]["samples"] for one in found} == {3 * 23 * 240}


def test_what_it_says_of_a_query_is_told_with_the_cure(prometheus: Prometheus):
    for query, said in (
        ("sum(", "refuses the query (400): invalid parameter"),
        ("nothing", "has no value in that time. Check --query"),
        (
            'label_replace(vector(1), "a", "1", "", "") or vector(2)',
            "gives 2 series for the query. Aggregate",
        ),
    ):
        done = backtest(prometheus.url, query)
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_a_token_is_read_from_a_file(gate: Gate, tmp_path):
    gate.token = "s3cret"  # noqa: S105 - of this test
    file = tmp_path / "token"
    file.write_text("s3cret\n")
    without = backtest(gate.url, LOAD)
    assert without.returncode == 2
    assert "wants a token (401). Name a file with one by --token-file." in without.stderr
    done = backtest(gate.url, LOAD, "--token-file", file, "--step", "1m", "-o", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["load"]["samples"] == 3 * 23 * 60
