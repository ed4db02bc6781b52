"""The schema for editors: it takes what lint takes, and marks what lint refuses, at the same field."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from firstbell.core.reasons import FindingKind
from firstbell.files.objects import identify
from firstbell.files.yaml_files import read_file
from firstbell.kinds.accepted_findings import ACCEPT_PREFIX, ACCEPTING_KINDS
from firstbell.kinds.crds import RENDERED_KINDS, object_schema
from firstbell.kinds.editor_schema import schema_of, schema_of_all, schemas_by_file
from firstbell.kinds.group import API_VERSION, KINDS
from firstbell.kinds.problems import Refused, dotted
from tests.unit.kinds.acceptances import ACCEPTANCES
from tests.unit.kinds.refusals import SHAPES
from tests.unit.kinds.specimens import changed, spec

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.yaml"))
FORMATS = jsonschema.Draft7Validator.FORMAT_CHECKER  # editors know the date of format "date", too


def whole(kind: str, body: Any) -> dict[str, Any]:
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": "city"}, "spec": body}


@cache
def of_all() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(schema_of_all(), format_checker=FORMATS)


def marked(document: Any, validator: jsonschema.Draft7Validator | None = None) -> dict[str, str]:
    """What an editor marks: a path as lint writes it, and the keyword that fails there."""
    told: dict[str, str] = {}
    for error in (validator or of_all()).iter_errors(document):
        at = [*error.absolute_path]
        if error.validator == "required":
            at.append(error.message.split("'")[1])
        elif error.validator == "additionalProperties":
            at += [key for key in error.instance if key not in error.schema["properties"]][:1]
        elif error.validator is None:  # what is forbidden is marked, but its name is left out of the path
            at.append("namespace")
        told[dotted(at)] = error.validator
    return told


def nodes(schema: dict[str, Any], path: str = ""):
    yield path, schema
    for name, inside in schema.get("properties", {}).items():
        if isinstance(inside, dict):
            yield from nodes(inside, f"{path}.{name}")
    if isinstance(schema.get("items"), dict):
        yield from nodes(schema["items"], f"{path}[]")


def test_each_is_a_schema_of_draft_7():
    found = schemas_by_file()
    assert len(found) == 1 + len(KINDS)
    for name, body in found.items():
        jsonschema.Draft7Validator.check_schema(body)
        assert body["$schema"] == "http://json-schema.org/draft-07/schema#", name


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_every_example_is_taken(example):
    documents = read_file(example)
    assert documents
    for origin in documents:
        assert marked(origin.node.value) == {}


@pytest.mark.parametrize("kind", ["SchoolCalendar", "SchoolAutoscaler", "ClusterScalingProfile"])
def test_an_object_with_every_field_in_use_is_taken(kind):
    assert marked(whole(kind, spec(kind))) == {}
    assert marked(whole(kind, spec(kind)), jsonschema.Draft7Validator(schema_of(kind))) == {}


@pytest.mark.parametrize(("kind", "changes"), ACCEPTANCES.values(), ids=ACCEPTANCES.keys())
def test_what_is_accepted_is_taken(kind, changes):
    assert marked(whole(kind, changed(spec(kind), changes))) == {}


@pytest.mark.parametrize("refusal", SHAPES.values(), ids=SHAPES.keys())
def test_a_wrong_shape_is_marked_at_the_field_that_lint_names(refusal):
    told = marked(whole(refusal.kind, changed(spec(refusal.kind), refusal.changes)))
    assert refusal.path in told


@pytest.mark.parametrize("kind", RENDERED_KINDS, ids=lambda kind: kind.kind)
def test_it_says_of_each_field_what_the_definition_says(kind):
    defined = dict(nodes(object_schema(kind)["properties"]["spec"]))
    said = dict(nodes(schema_of(kind.kind)["properties"]["spec"]))
    assert said.keys() == defined.keys()
    for path, node in defined.items():
        for word in (
            "type",
            "description",
            "default",
            "enum",
            "pattern",
            "maxLength",
            "minItems",
            "maxItems",
        ):
            if word == "maxLength" and word not in said[path]:
                assert node[word] == node["minLength"] if word in node else True
                continue
            if word == "pattern" and node.get("format") == "date-time":
                continue
            assert said[path].get(word) == node.get(word), (path, word)
        if node["type"] == "object" and "properties" in node:
            assert said[path]["additionalProperties"] is False, path


def test_bounds_that_are_not_reached_themselves_are_numbers():
    bounds = [
        node[word]
        for kind in KINDS
        for _, node in nodes(schema_of(kind))
        for word in ("exclusiveMinimum", "exclusiveMaximum")
        if word in node
    ]
    assert not any(isinstance(bound, bool) for bound in bounds)


@pytest.mark.parametrize("kind", KINDS)
def test_findings_are_accepted_by_annotations_that_are_offered_where_lint_asks_them(kind):
    annotations = schema_of(kind)["properties"]["metadata"]["properties"]["annotations"]
    offered = {name.removeprefix(ACCEPT_PREFIX) for name in annotations["properties"]}
    assert offered == ({*FindingKind} if kind in ACCEPTING_KINDS else set())
    assert all(one["description"] for one in annotations["properties"].values())


HEADS = {
    "another group": ({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"any": 1}}, None),
    "a list": ({"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Pod"}]}, None),
    "an unknown kind": ({"apiVersion": API_VERSION, "kind": "SchoolCalender"}, "kind"),
    "an unknown version": (
        {**whole("SchoolCalendar", spec("SchoolCalendar")), "apiVersion": "firstbell.dev/v1"},
        "apiVersion",
    ),
    "a kind of ours in another group": (
        {**whole("SchoolCalendar", spec("SchoolCalendar")), "apiVersion": "example.com/v1"},
        "apiVersion",
    ),
    "no kind": ({"apiVersion": API_VERSION}, "kind"),
    "no version": ({"kind": "Deployment"}, "apiVersion"),
    "no spec": ({"apiVersion": API_VERSION, "kind": "SchoolCalendar", "metadata": {"name": "x"}}, "spec"),
    "no name": ({**whole("SchoolCalendar", spec("SchoolCalendar")), "metadata": {}}, "metadata.name"),
    "a field beside spec": (
        {**whole("SchoolCalendar", spec("SchoolCalendar")), "specs": {}},
        "specs",
    ),
    "a namespace where there is none": (
        {
            **whole("ClusterSchoolCalendar", spec("SchoolCalendar")),
            "metadata": {"name": "x", "namespace": "y"},
        },
        "metadata.namespace",
    ),
}


@pytest.mark.parametrize(("document", "path"), HEADS.values(), ids=HEADS.keys())
def test_heads_are_marked_as_lint_refuses_them(tmp_path, document, path):
    assert list(marked(document)) == ([] if path is None else [path])

    file = tmp_path / "one.yaml"
    file.write_text(yaml.safe_dump(document))
    (origin,) = read_file(file)
    read = identify(origin)
    problems = [problem.path for problem in read.problems] if isinstance(read, Refused) else []
    assert problems == ([] if path is None else [path])


def test_objects_in_a_list_are_marked_in_it():
    wrong = whole("SchoolCalendar", copy.deepcopy(spec("SchoolCalendar")))
    wrong["spec"]["holiday"] = []
    found = marked({"apiVersion": "v1", "kind": "List", "items": [wrong]})
    assert list(found) == ["items[0].spec.holiday"]


def test_a_pattern_is_explained_in_the_words_of_lint():
    bell = schema_of("SchoolCalendar")["properties"]["spec"]["properties"]["bellSchedules"]["items"]
    start = bell["properties"]["classPeriods"]["items"]["properties"]["startTime"]
    assert start["patternErrorMessage"].endswith('Write it as "HH:MM" in quotes, with 24 hours: "08:30".')
