"""Values that the documents name are values of the chart, and the helm commands that they show are taken."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
import yaml

from tests.chart.rendering import CHART
from tests.command_blocks import DOCUMENTS, ROOT, blocks

NAMED = re.compile(r"`(?:--set )?([a-z]\w*(?:\.\w+)+)(?:\[\].*|=.*|: .*)?`")
OF_OTHERS = {"prometheus.bearerTokenSecretRef", "crds.yaml"}
"""A field of a policy, and a file."""
each_page = pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(ROOT)))


@cache
def values() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    return found


def is_value(name: str) -> bool:
    """A map that is empty by default takes any keys."""
    below: Any = values()
    for key in name.split("."):
        if not isinstance(below, dict) or (below and key not in below):
            return False
        below = below.get(key, {})
    return True


@each_page
def test_a_value_that_a_document_names_is_one_of_the_chart(page):
    named = {name for name in NAMED.findall(page.read_text("utf-8")) if name.partition(".")[0] in values()}
    assert [name for name in sorted(named - OF_OTHERS) if not is_value(name)] == []


@each_page
def test_the_chart_takes_the_values_of_the_commands_that_a_document_shows(render, page):
    for words in [command.words for block in blocks([page]) for command in block.commands]:
        if words and words[:2] in (["helm", "install"], ["helm", "upgrade"]):
            assert str(CHART.relative_to(ROOT)) in words
            given = [
                part for here, word in enumerate(words) if word == "--set" for part in words[here : here + 2]
            ]
            assert render(*given)


def test_there_are_commands_of_helm_in_the_documents():
    found = [command.words or [] for block in blocks() for command in block.commands]
    assert len([words for words in found if words[:2] in (["helm", "install"], ["helm", "upgrade"])]) > 1
