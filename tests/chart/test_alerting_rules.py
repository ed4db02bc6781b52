"""The alerts: what a Prometheus has seen makes just these fire, with these words, and each has its page."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from firstbell.adapters.series import BELL_OUTCOMES, BY_NAME
from firstbell.core.reasons import ConditionReason, ConditionType, Truth
from firstbell.kinds.crds import RENDERED_KINDS
from tests.chart.alert_scenes import SCENES, Scene
from tests.chart.rendering import CHART, ROOT, helm, manifests, only
from tests.chart.test_dashboard import QUERIES

if TYPE_CHECKING:
    from pathlib import Path

RULES = CHART / "monitoring" / "rules.yaml"
RUNBOOKS = ROOT / "operator" / "docs" / "runbooks"
ON = ("--set", "alerts.enabled=true")
EVERY_PART = ("## What it means", "## Look", "## Do", "## It ends")
WORDS_OF_A_PAGE = 260


def written_groups() -> list[dict]:
    return yaml.safe_load(RULES.read_text("utf-8"))["groups"]


def alerts(groups: list[dict]) -> list[dict]:
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


NAMES = sorted({rule["alert"] for rule in alerts(written_groups())})


def run(promtool: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(promtool), *words], capture_output=True, text=True, timeout=240, check=False)


def firing(scene: Scene) -> list[dict]:
    """The alerts of the scene as `promtool test rules` wants them told: those that do not fire with none."""
    return [
        {
            "eval_time": f"{scene.minute}m",
            "alertname": name,
            "exp_alerts": [
                {
                    "exp_labels": fired.labels,
                    "exp_annotations": {
                        "summary": fired.summary,
                        "description": fired.description,
                        "runbook_url": f"operator/docs/runbooks/{name}.md",
                    },
                }
                for fired in scene.fires
                if fired.alert == name
            ],
        }
        for name in NAMES
    ]


def test_just_the_alerts_of_each_scene_fire_and_say_what_they_should(promtool: Path, tmp_path: Path):
    told = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "1m",  # as Prometheus has it unless it is told; scenes turn at whole minutes
        "tests": [
            {
                "name": scene.told,
                "interval": "15s",
                "input_series": [{"series": name, "values": values} for name, values in scene.series.items()],
                "alert_rule_test": firing(scene),
            }
            for scene in SCENES
        ],
    }
    path = tmp_path / "tests.yaml"
    path.write_text(yaml.safe_dump(told))

    done = run(promtool, "test", "rules", str(path))

    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_fires_in_a_scene_and_is_silent_in_another():
    fired = {one.alert for scene in SCENES for one in scene.fires}

    assert sorted(fired) == NAMES
    assert len({scene.told for scene in SCENES}) == len(SCENES)


@pytest.mark.parametrize("rule", alerts(written_groups()), ids=lambda rule: rule["alert"])
def test_each_alert_says_how_bad_it_is_and_where_its_page_is(rule):
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
    assert rule["annotations"]["runbook_url"] == f"operator/docs/runbooks/{rule['alert']}.md"
    assert len(rule["annotations"]["summary"]) < 100


def test_every_alert_has_its_page_and_every_page_its_alert():
    pages = sorted(path.stem for path in RUNBOOKS.glob("*.md") if path.name != "README.md")

    assert pages == NAMES
    index = (RUNBOOKS / "README.md").read_text("utf-8")
    assert sorted(set(re.findall(r"\(([A-Za-z]+)\.md\)", index))) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_short_and_has_a_command_to_look_with(name):
    """That its commands and options are there is held of every page, by tests/unit/test_command_blocks.py."""
    text = (RUNBOOKS / f"{name}.md").read_text("utf-8")

    assert text.startswith(f"# {name}\n")
    assert re.findall(r"^## .*$", text, re.MULTILINE) == list(EVERY_PART)
    assert len(text.split()) <= WORDS_OF_A_PAGE
    assert re.search(r"^```\n(firstbell|kubectl|curl) ", text, re.MULTILINE)


def test_prometheus_takes_the_file_as_it_is_and_the_chart_gives_the_same(
    promtool: Path, render, tmp_path: Path
):
    assert run(promtool, "check", "rules", "--lint-fatal", str(RULES)).returncode == 0
    rendered = only("PrometheusRule", manifests(render(*ON)))
    assert rendered["spec"]["groups"] == written_groups()
    config = only("ConfigMap", manifests(render(*ON, "--set", "alerts.kind=ConfigMap")))
    path = tmp_path / "rules.yaml"
    path.write_text(config["data"]["firstbell.rules.yaml"])
    assert yaml.safe_load(path.read_text())["groups"] == written_groups()
    done = run(promtool, "check", "rules", "--lint-fatal", str(path))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["PrometheusRule", "ConfigMap"])
def test_helm_finds_nothing_to_complain_about(helm_program, tmp_path, kind):
    done = helm(
        helm_program, "lint", "--strict", str(CHART), *ON, "--set", f"alerts.kind={kind}", home=tmp_path
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_is_watched_until_it_is_asked_for(render):
    assert "firstbell-alerts" not in render()


def test_labels_base_of_the_pages_and_what_is_left_out_are_values(render):
    body = only(
        "PrometheusRule",
        manifests(
            render(
                *ON,
                "--set", "alerts.labels.release=kube-prometheus-stack",
                "--set", "alerts.alertLabels.team=portal",
                "--set", "alerts.runbookBase=https://docs.school.example/runbooks",
                "--set", "alerts.disabled={FirstbellOperatorDown,FirstbellWakeUpsLate}",
            )
        ),
    )  # fmt: skip
    rules = alerts(body["spec"]["groups"])

    assert body["metadata"]["labels"]["release"] == "kube-prometheus-stack"
    assert {rule["labels"]["team"] for rule in rules} == {"portal"}
    assert {rule["alert"] for rule in rules} == set(NAMES) - {"FirstbellOperatorDown", "FirstbellWakeUpsLate"}
    for rule in rules:
        assert (
            rule["annotations"]["runbook_url"] == f"https://docs.school.example/runbooks/{rule['alert']}.md"
        )
    assert [rule["record"] for group in body["spec"]["groups"] for rule in group["rules"] if "record" in rule]


def test_every_alert_can_be_left_out_and_what_is_recorded_stays(render):
    """The schema knows their names, too: a new one would be refused there."""
    options = (*ON, "--set", f"alerts.disabled={{{','.join(NAMES)}}}")
    groups = only("PrometheusRule", manifests(render(*options)))["spec"]["groups"]

    assert alerts(groups) == []
    assert any(group["rules"] for group in groups)


WRONG = ("alerts.disabled={FirstbellNoSuchAlert}", "alerts.kind=Rules", "alerts.runbookBase=wiki")


@pytest.mark.parametrize("setting", WRONG)
def test_a_wrong_value_is_refused(helm_program, tmp_path, setting):
    done = helm(helm_program, "template", "x", str(CHART), "--set", setting, home=tmp_path)

    assert done.returncode != 0
    assert "values don't meet the specifications of the schema" in done.stderr


def test_rules_and_panels_read_only_what_the_operator_tells_and_what_is_recorded():
    """Series of other exporters may be missing, and a name that nobody tells is silent for ever."""
    asked = [rule["expr"] for group in written_groups() for rule in group["rules"]] + QUERIES
    asked += re.findall(r'query (?:\(printf )?"((?:[^"\\]|\\.)*)"', RULES.read_text("utf-8"))
    recorded = {
        rule.get("record") for group in written_groups() for rule in group["rules"]
    } | {"firstbell:load:max1m"}  # fmt: skip
    read = {
        name.removesuffix("_bucket")
        for query in asked
        for name in re.findall(r"\b(?:firstbell|process|kube|container)[a-z_]*[_:][a-z0-9_:]+", query)
    }

    assert {"firstbell_condition", "firstbell_ready_before_bell_seconds"} <= read
    assert read - BY_NAME.keys() - recorded == set()


VOCABULARY = {
    "kind": {kind.kind for kind in RENDERED_KINDS},
    "type": set(ConditionType),
    "status": set(Truth),
    "reason": {*ConditionReason},
    "outcome": set(BELL_OUTCOMES),
}


@pytest.mark.parametrize("label", VOCABULARY)
def test_labels_are_asked_for_words_that_there_are(label):
    """A word that nobody says matches nothing, and its alert is silent for ever."""
    asked = [rule["expr"] for group in written_groups() for rule in group["rules"]] + QUERIES
    words = {
        word
        for query in asked
        for given in re.findall(rf'\b{label}(?:=|!=|=~|!~)"([^"$]+)"', query)
        for word in given.split("|")
    }

    assert words
    assert words - VOCABULARY[label] == set()
