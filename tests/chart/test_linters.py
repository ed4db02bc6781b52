"""What a linter of the chart is told to leave out is what the threat model gives the reason of."""

from __future__ import annotations

import re

import yaml

from tests.chart.rendering import GOLDEN, KEPT, ROOT

SETTINGS = yaml.safe_load((ROOT / ".checkov.yaml").read_text("utf-8"))
PAGE = (ROOT / "operator/docs/threat-model.md").read_text("utf-8")
WORKFLOW = (ROOT / ".github/workflows/ci.yaml").read_text("utf-8")


def test_each_check_that_is_left_out_has_its_reason_in_the_threat_model_and_no_other_has():
    left_out = SETTINGS["skip-check"]
    assert sorted(re.findall(r"CKV2?_K8S_\d+", PAGE)) == sorted(left_out)


def test_the_linter_reads_every_rendering_that_is_kept():
    (folder,) = SETTINGS["directory"]
    assert ROOT / folder == GOLDEN
    assert {path.stem for path in GOLDEN.glob("*.yaml")} == set(KEPT)


def test_the_page_and_the_workflow_name_one_version_of_the_linter():
    (named,) = re.findall(r"uvx (checkov@[\d.]+)", PAGE)
    assert re.findall(r"uvx (checkov@\S+)", WORKFLOW) == [named]
    assert f"`checkov` {named.partition('@')[2]} " in PAGE
