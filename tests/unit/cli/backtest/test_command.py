"""`firstbell backtest`: the document, the table, the picture, and what is said of options that do not fit."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from firstbell.cli.backtest.command import backtest
from tests.builders import utc
from tests.unit.cli.planning import AUTOSCALER, CALENDAR, HPA, written

APP = typer.Typer()
APP.command()(backtest)

METRICS = """\
  metrics:
  - name: online
    prometheus: {serverAddress: "http://prometheus:9090", query: sum(online)}
    target: {type: AverageValue, averageValue: "100"}
"""
POLICY = AUTOSCALER + METRICS
SECOND_METRIC = METRICS.replace("  metrics:\n", "").replace("name: online", "name: logins")
VALUE = METRICS.replace('type: AverageValue, averageValue: "100"', 'type: Value, value: "100"')
START = utc("2025-02-04T06:00") * 60
SINCE = ("--from", "2025-02-04", "--to", "2025-02-04")


def recording(tmp_path, *, step: int = 60, gap: bool = False):
    """Tue 4 Feb 2025 from 07:00 to 10:00 local: 12 replicas' worth from five minutes before the bell on."""
    lines = ["time,value"]
    for second in range(0, 3 * 3600, step):
        if gap and 8400 <= second < 9600:
            continue
        lines.append(f"{START + second},{1300 if 5100 <= second < 7200 else 150}")
    return written(tmp_path, "\n".join([*lines, ""]), "load.csv")


def run(*arguments: object):
    # Wide enough that no column is shortened.
    return CliRunner(env={"COLUMNS": "120"}).invoke(APP, [str(argument) for argument in arguments])


@pytest.fixture
def school(tmp_path):
    return written(tmp_path, f"{CALENDAR}---\n{POLICY}")


def test_the_whole_document(tmp_path, school):
    done = run("-f", school, "--load", recording(tmp_path, gap=True), "-o", "json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    sentences = document.pop("assumptions")
    assert len(sentences) == 8
    assert document == {
        "apiVersion": "firstbell.dev/backtest/v1",
        "autoscaler": "lms/web",
        "from": "2025-02-04T06:00:00Z",
        "to": "2025-02-04T09:00:00Z",
        "load": {
            "samples": 160,
            "unusableSamples": 0,
            "perReplica": "100",
            "highestNeed": 13,
            # Twenty minutes are missing; for five of them, from 08:19 on, the last sample counts.
            "unknownMinutes": 16,
            "gaps": [{"from": "2025-02-04T08:24:00Z", "to": "2025-02-04T08:40:00Z"}],
            "gapsTotal": 1,
        },
        "startSeconds": 60,
        "liveMetric": "online",
        "floor": False,
        "untriedFields": [{"path": "spec.metrics[].prometheus", "instead": "the recording stands for it"}],
        "leastPossible": {"podHours": 12.6, "starts": 11, "highestReplicas": 13},
        "variants": [
            {
                "variant": "firstbell",
                "podHours": 19.62,
                "cost": 1.56,
                "starts": 11,
                "shortMinutes": 1,
                "mostMissing": 1,
                "wasteReplicaHours": 6.14,
                "highestReplicas": 13,
                "shortBells": 1,
                "worstBell": {"peak": "first", "bellTime": "2025-02-04T07:30:00Z", "shortMinutes": 1},
            },
            {
                "variant": "hpa",
                "podHours": 13.23,
                "cost": 1.05,
                "starts": 11,
                "shortMinutes": 1.5,
                "mostMissing": 11,
                "wasteReplicaHours": 0.87,
                "highestReplicas": 13,
                "shortBells": 1,
                "worstBell": {"peak": "first", "bellTime": "2025-02-04T07:30:00Z", "shortMinutes": 1.5},
            },
            {
                "variant": "fixed",
                "podHours": 39,
                "cost": 3.1,
                "starts": 0,
                "shortMinutes": 0,
                "mostMissing": 0,
                "wasteReplicaHours": 23.65,
                "highestReplicas": 13,
                "shortBells": 0,
                "worstBell": None,
            },
        ],
        "unrecordedBells": 0,
        "bells": [
            {
                "peak": "first",
                "calendar": "lms/city",
                "region": None,
                "bellTime": "2025-02-04T07:30:00Z",
                "readyByTime": "2025-02-04T07:19:00Z",
                "wanted": 12,
                "replicas": 12,
                "dayClass": "Regular",
                "transition": None,
                "factorPercent": 100,
                "uncappedFactorPercent": 100,
                "factors": [],
                "from": "2025-02-04T07:19:00Z",
                "to": "2025-02-04T08:00:00Z",
                "planned": 12,
                "needed": 13,
                "unknownMinutes": 0,
                "firstbell": {"shortMinutes": 1, "mostMissing": 1, "wasteReplicaHours": 1},
                "hpa": {"shortMinutes": 1.5, "mostMissing": 11, "wasteReplicaHours": 0},
                "fixed": {"shortMinutes": 0, "mostMissing": 0, "wasteReplicaHours": 1.1},
            }
        ],
    }


def test_the_table_tells_totals_kinds_of_day_bells_and_assumptions(tmp_path, school):
    done = run("-f", school, "--load", recording(tmp_path, gap=True))
    assert done.exit_code == 0, done.output
    said = done.stdout
    assert "lms/web: 2025-02-04 07:00 to 2025-02-04 10:00 (Europe/Brussels), 160 samples" in said
    assert "not recorded: 16 min in 1 gap, the longest from 2025-02-04 09:24 (16 min)" in said
    assert "worst bell of HPA alone: first at Tue 04 Feb 08:30, 1.5 minutes short" in said
    assert "Regular InPerson" in said
    assert "every bell, the worst first" in said
    assert "- firstbell follows the recorded load as its metric online, read every 15 s." in said


def test_the_table_shows_as_many_bells_as_asked_for(tmp_path, school):
    assert "every bell" not in run("-f", school, "--load", recording(tmp_path), "--bells", 0).stdout


def test_a_part_of_the_recording_is_tried_by_local_dates(tmp_path, school):
    lines = [f"{START - 86_400 + second},150" for second in range(0, 3 * 86_400, 60)]
    load = written(tmp_path, "\n".join(["time,value", *lines, ""]), "load.csv")
    done = run("-f", school, "--load", load, "--from", "2025-02-04", "--to", "2025-02-04", "-o", "json")
    document = json.loads(done.stdout)
    assert (document["from"], document["to"]) == ("2025-02-03T23:00:00Z", "2025-02-04T23:00:00Z")


def test_an_hpa_in_the_files_gets_a_floor(tmp_path):
    school = written(tmp_path, f"{CALENDAR}---\n{POLICY}---\n{HPA}")
    document = json.loads(run("-f", school, "--load", recording(tmp_path), "-o", "json").stdout)
    assert document["floor"]
    assert "firstbell raises the floor of the same HPA." in document["assumptions"]
    # The HPA's own maximum of 9 binds both.
    assert [variant["highestReplicas"] for variant in document["variants"]] == [9, 9, 13]


def test_what_a_replica_carries_may_be_said(tmp_path):
    school = written(tmp_path, f"{CALENDAR}---\n{AUTOSCALER}")
    done = run("-f", school, "--load", recording(tmp_path), "--per-replica", "0.1k", "-o", "json")
    document = json.loads(done.stdout)
    assert (document["load"]["perReplica"], document["liveMetric"]) == ("100", None)
    # Twelve are planned, thirteen needed, and nothing follows the load.
    assert document["variants"][0]["shortMinutes"] == 35


def test_the_fixed_size_and_the_start_up_time_may_be_said(tmp_path, school):
    options = ("--fixed", 12, "--start-seconds", 120, "-o", "json")
    document = json.loads(run("-f", school, "--load", recording(tmp_path), *options).stdout)
    assert [variant["shortMinutes"] for variant in document["variants"]] == [2, 2.5, 35]


def test_it_is_drawn(tmp_path, school):
    picture = tmp_path / "backtest.svg"
    done = run("-f", school, "--load", recording(tmp_path, gap=True), "--plot", picture)
    assert done.exit_code == 0, done.output
    assert picture.read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("policy", "options", "said"),
    [
        (POLICY, ("--metric", "onlin"), 'is no metric of lms/web. The nearest known metric is "online".'),
        (POLICY, ("--autoscaler", "wb"), "--autoscaler wb: there is none of that name."),
        (POLICY, ("--per-replica", "many"), "--per-replica many: is not what a replica can carry."),
        (POLICY, ("--per-replica", "0"), "--per-replica 0: is not what a replica can carry."),
        (POLICY, ("--per-replica", "5", "--metric", "online"), "Give one of the two."),
        (POLICY, ("--from", "tomorrow"), "--from tomorrow: is not a date. Write it like 2026-09-01."),
        (POLICY, ("--from", "2025-02-05"), "has no load in the dates asked for"),
        (POLICY, ("--from", "2025-02-05", "--to", "2025-02-04"), "ends before it begins"),
        (POLICY, ("--plot", "load.pdf"), "a plot ends in .svg or .png"),
        (POLICY + SECOND_METRIC, (), "Say which was recorded by --metric online."),
        (AUTOSCALER, (), "lms/web: has no metric with averageValue that tells what one replica carries."),
        (AUTOSCALER, ("--metric", "online"), "Say by --per-replica how much load one replica carries."),
        (AUTOSCALER + VALUE, ("--metric", "online"), "has a target of the type Value"),
        (f"{POLICY}---\n{POLICY.replace('name: web, n', 'name: api, n')}", (), "Choose by --autoscaler"),
        ("", (), "no SchoolAutoscaler in here"),
        (POLICY, ("--prometheus", "http://x"), "both tell the load. Give one of the two."),
    ],
)  # fmt: skip
def test_options_that_do_not_fit_are_told_with_the_cure(tmp_path, policy, options, said):
    school = written(tmp_path, f"{CALENDAR}---\n{policy}")
    done = run("-f", school, "--load", recording(tmp_path), *options)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("policy", "options", "said"),
    [
        (POLICY, (), "there is no load. Give a recording by --load FILE, or --prometheus URL."),
        (POLICY, ("--prometheus", "http://x"), "says not since when. Give the first date by --from."),
        (POLICY, ("--prometheus", "prometheus", *SINCE), "is no web address."),
        (POLICY, ("--prometheus", "http://x", "--from", "2098-01-01"), "is in the future."),
        (POLICY, ("--prometheus", "http://x", "--from", "2015-01-01"), "more than 800 days"),
        (POLICY, ("--prometheus", "http://x", "--step", "15x", *SINCE), "--step 15x: is not a step."),
        (POLICY, ("--prometheus", "http://x", "--step", "0s", *SINCE), "--step 0s: is not a step."),
        (POLICY, ("--prometheus", "http://x", "--token-file", "none", *SINCE), "token-file none: cannot be"),
        (POLICY, ("--prometheus", "http://x", "--prometheus-ca", "none", *SINCE), "CA bundle none cannot"),
        (AUTOSCALER, ("--prometheus", "http://x", "--per-replica", "5", *SINCE), "Give it by --query."),
    ],
)  # fmt: skip
def test_options_of_a_prometheus_that_do_not_fit_are_told_with_the_cure(tmp_path, policy, options, said):
    done = run("-f", written(tmp_path, f"{CALENDAR}---\n{policy}"), *options)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_one_of_several_policies_is_chosen_by_name(tmp_path):
    other = POLICY.replace("name: web, n", "name: api, n")
    school = written(tmp_path, f"{CALENDAR}---\n{POLICY}---\n{other}")
    for name in ("api", "lms/api"):
        done = run("-f", school, "--load", recording(tmp_path), "--autoscaler", name, "-o", "json")
        assert json.loads(done.stdout)["autoscaler"] == "lms/api"


def test_a_recording_that_cannot_be_read_is_told_with_file_and_line(tmp_path, school):
    load = written(tmp_path, "time,value\n2025-02-04 08:30,1\n", "load.csv")
    done = run("-f", school, "--load", load)
    assert done.exit_code == 2
    assert f"{load}:2: the time" in done.stderr


def test_a_picture_that_cannot_be_written_is_told(tmp_path, school):
    picture = tmp_path / "none" / "backtest.svg"
    done = run("-f", school, "--load", recording(tmp_path), "--plot", picture)
    assert done.exit_code == 2
    assert (
        "cannot be written (no such file or directory). Give a folder that may be written to." in done.stderr
    )
