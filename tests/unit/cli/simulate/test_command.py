"""`firstbell simulate -o json` and `-o yaml`: the document that other tools read, and the exit code."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
import yaml

from tests.unit.cli.simulating import DATE, POLICY, REMOTE, SCHOOL, run, simulated, written


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    return simulated(tmp_path_factory.mktemp("school"))


def of(document, variant: str) -> dict:
    found = document["autoscalers"][0]["variants"]
    return next(one for one in found if one["variant"] == variant)


def test_the_document_has_its_version_and_its_day(document):
    assert document["apiVersion"] == "firstbell.dev/simulation/v1"
    day = document["autoscalers"][0]
    assert (day["autoscaler"], day["from"], day["to"], day["held"]) == (
        "lms/web",
        "2025-02-03T23:00:00Z",
        "2025-02-04T23:00:00Z",
        True,
    )


def test_three_ways_of_scaling_stand_side_by_side(document):
    assert [one["variant"] for one in document["autoscalers"][0]["variants"]] == [
        "HpaAlone",
        "HpaWithCron",
        "Firstbell",
    ]
    alone, ours = of(document, "HpaAlone"), of(document, "Firstbell")
    assert alone["minutesShort"] > 3
    assert alone["turnedAway"] > 0
    assert alone["firstShortTime"] < alone["lastShortTime"]
    assert (ours["minutesShort"], ours["turnedAway"], ours["firstShortTime"]) == (0, 0, None)
    assert ours["podHours"] > alone["podHours"]


def test_the_fields_of_a_variant(document):
    assert list(of(document, "Firstbell")) == [
        "variant",
        "minutesShort",
        "minutesSlow",
        "minutesBusy",
        "firstShortTime",
        "lastShortTime",
        "turnedAway",
        "turnedAwayPercent",
        "mostWaiting",
        "longestWaitSeconds",
        "peakUtilizationPercent",
        "highestReplicas",
        "podHours",
        "cost",
        "starts",
        "steps",
    ]


def test_the_load_is_told_minute_by_minute_and_what_would_have_been_enough_for_it(document):
    day = document["autoscalers"][0]
    assert len(day["loadByMinute"]) == 24 * 60
    assert max(day["loadByMinute"]) == pytest.approx(240, rel=0.02)
    assert day["loadByMinute"].index(max(day["loadByMinute"])) == pytest.approx(8 * 60 + 29, abs=2)
    full, target = (day["leastPossible"][use] for use in ("atFullUse", "atHpaTarget"))
    assert full["podHours"] < target["podHours"]
    assert full["highestReplicas"] == pytest.approx(0.7 * max(day["loadByMinute"]), abs=1)
    for variant in day["variants"]:
        assert variant["cost"] == pytest.approx(variant["podHours"] / target["podHours"], abs=0.01)
        assert variant["starts"] >= variant["highestReplicas"] - 2


def test_steps_are_where_something_changed(document):
    steps = of(document, "Firstbell")["steps"]
    counts = [(step["floor"], step["replicas"], step["ready"]) for step in steps]
    assert all(one != other for one, other in pairwise(counts))
    assert max(step["floor"] for step in steps) == 240
    assert list(steps[0]) == ["time", "floor", "replicas", "ready", "load", "capacity"]


def test_everything_it_rests_on_is_named(document):
    found = {one["name"]: one["value"] for one in document["autoscalers"][0]["assumptions"]}
    assert found["sigmaMinutes"] == 4
    assert found["nodeSeconds"] == 150
    assert found["busyPercent"] == 70
    assert found["cronReplicas"] == 240
    assert all(one["text"] for one in document["autoscalers"][0]["assumptions"])


def test_a_seed_gives_the_same_day_each_time_and_yaml_is_the_same_document(tmp_path):
    """Down to the order of its fields."""
    as_json, as_yaml = (
        run(written(tmp_path, SCHOOL), *DATE, "--seed", "7", "-o", output).stdout
        for output in ("json", "yaml")
    )
    again = yaml.load(as_yaml, Loader=yaml.CSafeLoader)
    assert json.dumps(again) == json.dumps(json.loads(as_json))


def test_a_shortage_of_ours_is_a_finding(tmp_path):
    """A plan for half of what comes, and nodes that take ten minutes."""
    result = run(written(tmp_path, SCHOOL), *DATE, "--load-percent", 300, "--node-seconds", 600)
    assert result.exit_code == 1
    assert "firstbell is short for" in result.stdout


@pytest.fixture(scope="module")
def dry_run_alone(tmp_path_factory):
    """The document of a policy without an HPA that writes nothing."""
    text = f"{SCHOOL}  actuation: Scale\n  mode: DryRun\n"
    return simulated(tmp_path_factory.mktemp("alone"), text=text)


def test_without_an_hpa_the_policy_alone_scales(dry_run_alone):
    named = {one["name"]: one["value"] for one in dry_run_alone["autoscalers"][0]["assumptions"]}
    assert named["firstbell"] == "alone"
    steps = of(dry_run_alone, "Firstbell")["steps"]
    assert all(step["floor"] == step["replicas"] for step in steps)


def test_without_pupils_only_shares_are_told(tmp_path):
    nobody = REMOTE.replace("  cohorts:\n  - {name: all, pupils: 60000}\n", "")
    policy = POLICY.replace("  capacity: {pupilsPerReplica: 5000}\n", "").replace(
        "anchor: FirstPeriodStart", "anchor: FirstPeriodStart, replicas: 12"
    )
    alone = of(simulated(tmp_path, text=f"{nobody}---\n{policy}"), "HpaAlone")
    assert (alone["turnedAway"], alone["mostWaiting"]) == (None, None)
    assert alone["turnedAwayPercent"] > 0


def test_the_hand_written_floor_can_be_given(tmp_path):
    found = simulated(tmp_path, "--cron", "06:00-10:00", "--cron-replicas", 50)
    steps = of(found, "HpaWithCron")["steps"]
    first = next(step for step in steps if step["floor"] == 50)
    assert first["time"] == "2025-02-04T05:00:00Z"


def test_the_hand_written_floor_can_last_to_the_end_of_the_day(tmp_path):
    found = simulated(tmp_path, "--cron", "22:00-24:00", "--cron-replicas", 50)
    floors = [(step["time"], step["floor"]) for step in of(found, "HpaWithCron")["steps"]]
    assert ("2025-02-04T21:00:00Z", 50) in floors
    assert floors[-1][1] == 50


def test_what_of_the_policy_is_not_played_stands_in_the_document(document, dry_run_alone):
    assert "untriedFields" not in document["autoscalers"][0]
    tried = dry_run_alone["autoscalers"][0]
    assert tried["untriedFields"] == [{"path": "spec.mode", "instead": "what would be done is shown as done"}]
