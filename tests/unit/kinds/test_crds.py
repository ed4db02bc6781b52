"""The definitions: in step with the models, and keeping to the conventions of the Kubernetes API."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from firstbell.cli.crds.command import crds
from firstbell.kinds.crds import (
    CALENDAR_EXCEPTION,
    CLUSTER_SCALING_PROFILE,
    CLUSTER_SCHOOL_CALENDAR,
    RENDERED_KINDS,
    SCALING_OVERRIDE,
    SCHOOL_AUTOSCALER,
    SCHOOL_CALENDAR,
    definition,
    object_schema,
    render,
)
from firstbell.kinds.schema import convert
from tests.unit.kinds.refusals import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parents[3] / "crds"
UNITS = ("Minutes", "Seconds", "Days", "Percent", "Replicas")
# Whole numbers that count what their own name says.
COUNTS = {
    *(
        "replicas",
        "replicasAtPeak",
        "pupils",
        "pupilsPerReplica",
        "pupilsTotal",
        "schools",
        "schoolYear",
        "percent",
        "value",
    ),
    *("floor", "before", "after", "from", "to", "readyReplicasAtBell", "observedGeneration"),
    *("ttlSecondsAfterFinished", "autoscalersTotal", "priority"),
}
ATOMIC = {
    "today",
    "weeklySchedule",
    "calendarDates",
    "policies",
    "limits",
    "planLosses",
    "upcoming",
    "lastActions",
    "reasons",
    "rises",
    "matchExpressions",
    "changes",
}

Schema = dict[str, Any]


def fields(schema: Schema, path: str = "") -> Iterator[tuple[str, str, Schema]]:
    """Every field below: its path, its name and its schema."""
    for name, inside in schema.get("properties", {}).items():
        yield f"{path}.{name}".lstrip("."), name, inside
        yield from fields(inside, f"{path}.{name}")
        if "items" in inside:
            yield from fields(inside["items"], f"{path}.{name}[]")


OWN_FIELDS = [
    (f"{kind.kind}.{path}", name, schema)
    for kind in RENDERED_KINDS
    for path, name, schema in fields(object_schema(kind))
    if path.split(".")[0] in {"spec", "status"}
]


def test_a_field_is_named_and_described():
    for path, name, schema in OWN_FIELDS:
        assert re.fullmatch(r"[a-z][a-zA-Z]*", name), path
        assert name != "phase", path
        assert len(schema["description"]) > 10, path
        assert schema["description"].endswith("."), path


def test_there_are_no_floats_and_everything_is_bounded():
    for path, _, schema in OWN_FIELDS:
        assert schema["type"] != "number", path
        for node in (schema, *([schema["items"]] if "items" in schema else [])):
            assert is_bounded(node), path


def is_bounded(node: Schema) -> bool:
    match node["type"]:
        case "string":
            return "enum" in node or "maxLength" in node or node.get("format") in {"date", "date-time"}
        case "array":
            return "maxItems" in node
        case "integer":
            return {"minimum", "maximum", "format"} <= node.keys()
    return True


def test_an_integer_has_its_unit_in_its_name():
    for path, name, schema in OWN_FIELDS:
        if schema["type"] == "integer":
            assert name.endswith(UNITS) or name in COUNTS, path


def test_a_point_in_time_is_called_time_and_a_date_date():
    for path, name, schema in OWN_FIELDS:
        if schema.get("format") == "date-time":
            assert name.lower().endswith("time"), path
        if schema.get("format") == "date":
            assert name.lower().endswith("date"), path
            assert "YYYY-MM-DD" in schema["description"], path
            assert name not in {"startDate", "endDate"} or "inclusive" in schema["description"], path


def test_a_list_says_how_it_merges():
    for path, name, schema in OWN_FIELDS:
        if schema["type"] != "array":
            continue
        kind = schema["x-kubernetes-list-type"]
        if name in ATOMIC:
            assert kind == "atomic", path
        elif schema["items"]["type"] == "object":
            (key,) = schema["x-kubernetes-list-map-keys"]
            assert kind == "map", path
            assert key in schema["items"]["required"], path
        else:
            assert kind == "set", path


def test_words_of_an_enumeration_are_camel_case():
    words = [(path, word) for path, _, schema in OWN_FIELDS for word in schema.get("enum", [])]
    assert [found for found in words if not re.fullmatch(r"[A-Z][a-zA-Z]*", found[1])] == []


@pytest.mark.parametrize("kind", RENDERED_KINDS, ids=lambda kind: kind.kind)
def test_no_default_stands_in_a_list_or_a_status(kind):
    schema = object_schema(kind)["properties"]
    lists = [inside["items"] for _, _, inside in fields(schema["spec"]) if "items" in inside]
    for place in (*lists, schema["status"]):
        assert not [path for path, _, inside in fields(place) if "default" in inside]


@pytest.mark.parametrize("kind", RENDERED_KINDS, ids=lambda kind: kind.kind)
def test_messages_of_rules_carry_the_path_of_the_field(kind):
    rules = list(rules_in(object_schema(kind)))
    assert rules
    for rule in rules:
        assert rule["message"].startswith("spec."), rule


def test_every_rule_has_a_refusal_that_shows_it():
    told = " ".join(refusal.server or "" for refusal in RULES.values())
    for kind in RENDERED_KINDS:
        for rule in rules_in(object_schema(kind)):
            assert rule["message"][:40] in told, rule


def rules_in(node: Any) -> Iterator[dict[str, str]]:
    if isinstance(node, dict):
        yield from node.get("x-kubernetes-validations", [])
        for inside in node.values():
            yield from rules_in(inside)
    elif isinstance(node, list):
        for inside in node:
            yield from rules_in(inside)


@pytest.mark.parametrize("kind", RENDERED_KINDS, ids=lambda kind: kind.kind)
def test_the_schemas_are_structural_already(kind):
    for part in ("spec", "status"):
        schema = object_schema(kind)["properties"][part]
        assert convert(schema, {}) == schema


def test_bounds_are_those_that_the_cost_budget_was_tried_with():
    properties = object_schema(SCHOOL_CALENDAR)["properties"]["spec"]["properties"]
    assert {name: inside["maxItems"] for name, inside in properties.items() if "maxItems" in inside} == {
        "regions": 24,
        "academicSessions": 64,
        "weeklySchedule": 32,
        "bellSchedules": 32,
        "holidays": 512,
        "calendarDates": 512,
        "demandEvents": 128,
        "cohorts": 512,
    }
    assert properties["bellSchedules"]["items"]["properties"]["classPeriods"]["maxItems"] == 24
    assert properties["timeZone"]["maxLength"] == 64


@pytest.mark.parametrize(
    ("kind", "short", "columns"),
    [
        (SCHOOL_CALENDAR, "schoolcal", "TODAY|NEXT BELL|NEXT RESTART|BREAK|DATA UNTIL|VALID"),
        (CLUSTER_SCHOOL_CALENDAR, "cschoolcal", "TODAY|NEXT BELL|NEXT RESTART|BREAK|DATA UNTIL|VALID"),
        (CLUSTER_SCALING_PROFILE, "scalprof", "CALENDARS|PEAKS|VALID"),
        (
            SCHOOL_AUTOSCALER,
            "schoolas",
            "TARGET|ACTUATOR|CURRENT|READY|DESIRED|REASON|NEXT BELL|NEXT|BELL|MODE",
        ),
        (CALENDAR_EXCEPTION, "calex", "CALENDAR|FROM|UNTIL|EVENT|STATE|REASON"),
        (SCALING_OVERRIDE, "scalov", "STATE|FLOOR|PERCENT|HOLD|UNTIL|AUTOSCALERS|REASON"),
    ],
    ids=[
        "SchoolCalendar",
        "ClusterSchoolCalendar",
        "ClusterScalingProfile",
        "SchoolAutoscaler",
        "CalendarException",
        "ScalingOverride",
    ],
)
def test_names_and_columns_are_those_of_the_design(kind, short, columns):
    defined = definition(kind)["spec"]
    assert defined["group"] == "firstbell.dev"
    assert defined["scope"] == ("Cluster" if kind.kind.startswith("Cluster") else "Namespaced")
    assert defined["names"]["shortNames"] == [short]
    assert defined["names"]["categories"] == ["firstbell"]
    (version,) = defined["versions"]
    assert version["name"] == "v1alpha1"
    assert version["subresources"] == {"status": {}}
    assert [column["name"] for column in version["additionalPrinterColumns"]] == columns.split("|")


@pytest.mark.parametrize("kind", RENDERED_KINDS, ids=lambda kind: kind.kind)
def test_the_text_is_the_definition_without_aliases(kind):
    text = render(kind)
    assert yaml.safe_load(text) == definition(kind)
    assert "&id" not in text
    assert text.startswith("# Generated from operator/firstbell/kinds by `firstbell crds --write`.")
    assert render(kind) == text


def test_the_folder_is_in_step_with_the_models():
    """If this fails, run `firstbell crds --write` and commit what it wrote."""
    assert {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.yaml")} == {
        kind.file_name: render(kind) for kind in RENDERED_KINDS
    }


def test_the_copy_in_the_chart_is_in_step_with_the_models():
    """If this fails, run `firstbell crds --write` and commit what it wrote."""
    copies = FOLDER.parent / "charts" / "firstbell" / "crd-files"
    assert {path.name: path.read_text("utf-8") for path in copies.iterdir()} == {
        kind.file_name: render(kind) for kind in RENDERED_KINDS
    }


def test_the_command_prints_all_definitions(capsys, tmp_path):
    crds(write=False, directory=tmp_path)
    kinds = [document["spec"]["names"]["kind"] for document in yaml.safe_load_all(capsys.readouterr().out)]
    names = ["SchoolCalendar", "ClusterSchoolCalendar", "ClusterScalingProfile"]
    assert kinds == [*names, "SchoolAutoscaler", "CalendarException", "ScalingOverride"]
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_one_file_per_kind_and_the_copy_of_the_chart(tmp_path):
    crds(write=True, directory=tmp_path / "crds")
    names = [kind.file_name for kind in RENDERED_KINDS]
    assert sorted(path.name for path in (tmp_path / "crds").iterdir()) == sorted(names)
    assert not (tmp_path / "charts").exists()
    (tmp_path / "charts" / "firstbell").mkdir(parents=True)
    crds(write=True, directory=tmp_path / "crds")
    copy = tmp_path / "charts" / "firstbell" / "crd-files" / names[0]
    assert copy.read_text("utf-8") == render(SCHOOL_CALENDAR)
