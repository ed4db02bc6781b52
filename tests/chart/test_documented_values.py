"""Values that the documents name are values of the chart, and the helm commands that they show are taken."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.chart.rendering import CHART
from tests.command_blocks import DOCUMENTS, ROOT, blocks

VALUES = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
NAMED = re.compile(r"`(?:--set )?([a-z]\w*(?:\.\w+)+)(?:\[\].*|=.*|: .*)?`")
OF_OTHERS = {"prometheus.bearerTokenSecretRef", "crds.yaml"}
"""A field of a policy, and a file."""
HELM = [
    command.words
    for block in blocks()
    for command in block.commands
    if command.words and command.words[:2] in (["helm", "install"], ["helm", "upgrade"])
]


def is_value(name: str) -> bool:
    """A map that is empty by default takes any keys."""
    below = VALUES
    for key in name.split("."):
        if not isinstance(below, dict) or (below and key not in below):
            return False
        below = below.get(key, {})
    return True


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_value_that_a_document_names_is_one_of_the_chart(page):
    named = {name for name in NAMED.findall(page.read_text("utf-8")) if name.partition(".")[0] in VALUES}
    assert [name for name in sorted(named - OF_OTHERS) if not is_value(name)] == []


@pytest.mark.parametrize("words", HELM, ids=" ".join)
def test_the_chart_takes_the_values_of_a_command_that_a_document_shows(render, words):
    assert str(CHART.relative_to(ROOT)) in words
    given = [part for here, word in enumerate(words) if word == "--set" for part in words[here : here + 2]]
    assert render(*given)
