"""Who shared a minimum, as an annotation remembers it; and that nobody can make it say more."""

from __future__ import annotations

import json

import pytest

from firstbell.engine.floor.owners_in_common import (
    MOST_MANAGERS,
    managers_from_annotation,
    managers_to_annotation,
    together,
)

HELM = {"manager": "helm", "operation": "Apply", "apiVersion": "autoscaling/v2"}
ARGO = {"manager": "argocd", "operation": "Apply", "apiVersion": "autoscaling/v2"}


def test_what_is_told_is_remembered():
    timed = {**HELM, "time": "2024-09-01T00:00:00Z"}
    assert managers_from_annotation(managers_to_annotation([timed, ARGO]), "autoscaling") == (HELM, ARGO)


def test_each_counts_once_and_as_the_last_group_tells_it():
    timed = {**HELM, "time": "2024-09-01T00:00:00Z"}
    assert together([HELM, ARGO], [timed]) == (timed, ARGO)


def test_of_two_versions_of_the_api_each_is_an_owner():
    older = {**HELM, "apiVersion": "autoscaling/v1"}
    assert together([HELM], [older]) == (HELM, older)


def test_no_more_are_remembered_than_a_bound():
    many = [{**HELM, "manager": f"m{number}"} for number in range(MOST_MANAGERS + 5)]
    assert len(together(many)) == MOST_MANAGERS
    text = json.dumps([{"manager": f"m{number}", "apiVersion": "autoscaling/v2"} for number in range(99)])
    assert len(managers_from_annotation(text, "autoscaling")) == MOST_MANAGERS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "helm",
        "{}",
        "[1, null, [], {}]",
        "[" * 100_000,
        '[{"manager": "", "apiVersion": "autoscaling/v2"}]',
        '[{"manager": 7, "apiVersion": "autoscaling/v2"}]',
        '[{"manager": "he\\u0007lm", "apiVersion": "autoscaling/v2"}]',
        '[{"manager": "\\ud800", "apiVersion": "autoscaling/v2"}]',
        json.dumps([{"manager": "\u00fc" * 65, "apiVersion": "autoscaling/v2"}]),
        '[{"manager": "helm"}]',
        '[{"manager": "helm", "apiVersion": "v1"}]',
        '[{"manager": "helm", "apiVersion": "keda.sh/v1alpha1"}]',
        json.dumps([{"manager": "m" * 129, "apiVersion": "autoscaling/v2"}]),
    ],
)
def test_what_names_nobody_is_nobody(text):
    assert managers_from_annotation(text, "autoscaling") == ()
