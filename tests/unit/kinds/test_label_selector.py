"""A label selector finds what the API server's would."""

from __future__ import annotations

import pytest

from firstbell.kinds.label_selector import LabelSelectorSpec
from firstbell.kinds.override_conversion import read_override
from firstbell.kinds.problems import Refused
from firstbell.kinds.reading import read_spec
from tests.unit.kinds.specimens import changed, spec


def selector(**fields) -> LabelSelectorSpec:
    read = read_spec(LabelSelectorSpec, fields)
    assert not isinstance(read, Refused), read
    return read


def expression(operator, *values, key="a"):
    return {
        "matchExpressions": [
            {"key": key, "operator": operator, **({"values": list(values)} if values else {})}
        ]
    }


@pytest.mark.parametrize(
    ("fields", "labels", "want"),
    [
        ({"matchLabels": {"a": "1"}}, {"a": "1", "b": "2"}, True),
        ({"matchLabels": {"a": "1"}}, {"a": "2"}, False),
        ({"matchLabels": {"a": ""}}, {}, False),
        ({"matchLabels": {"a": ""}}, {"a": ""}, True),
        ({"matchLabels": {"a": "1", "b": "2"}}, {"a": "1"}, False),
        (expression("In", "1", "2"), {"a": "2"}, True),
        (expression("In", "1"), {}, False),
        (expression("NotIn", "1"), {"a": "2"}, True),
        (expression("NotIn", "1"), {}, True),
        (expression("NotIn", "1"), {"a": "1"}, False),
        (expression("Exists"), {"a": ""}, True),
        (expression("Exists"), {}, False),
        (expression("DoesNotExist"), {}, True),
        (expression("DoesNotExist"), {"a": ""}, False),
        ({"matchLabels": {"b": "2"}, **expression("Exists")}, {"b": "2"}, False),
    ],
)
def test_labels_fit(fields, labels, want):
    assert selector(**fields).matches(labels) is want


@pytest.mark.parametrize(
    "fields",
    [
        {"matchLabels": {"-a": "1"}},
        {"matchLabels": {"a b": "1"}},
        {"matchLabels": {"a": "x" * 64}},
        {"matchLabels": {f"k{n}": "1" for n in range(17)}},
        {"matchLabels": {"a": 1}},
        expression("Near", "1"),
    ],
)
def test_what_is_no_label_is_refused_with_its_path(fields):
    read = read_override(changed(spec("ScalingOverride"), {"selector": fields}))
    assert isinstance(read, Refused)
    assert all(problem.path.startswith("spec.selector.match") for problem in read.problems)
    assert not any("[key]" in problem.path for problem in read.problems)
