"""JSON Schema (draft 7) of the kinds, for completion and checks in editors: the definitions, put otherwise.

One document knows every kind by its `kind` and lets objects of others pass, since manifests of both stand in
one file. It asks for no more than `firstbell lint` does, but for a field without a value, which is marked
where lint and the API server take it for one that is not given: whoever types it is about to fill it. What a
schema cannot say (rules between fields, names that refer to each other) only `lint` tells.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from pydantic import ValidationError, create_model

from firstbell.core.reasons import FINDING_MEANINGS
from firstbell.kinds.accepted_findings import ACCEPT_PREFIX, ACCEPTING_KINDS
from firstbell.kinds.crds import RENDERED_KINDS, Kind, object_schema
from firstbell.kinds.group import API_VERSION, CLUSTER_KINDS, GROUP, KINDS
from firstbell.kinds.scalars import (
    SUBDOMAIN_PATTERN,
    TIME_PATTERN,
    Bell,
    CivilDate,
    EndBell,
    Name,
    ObjectName,
    Quantity,
    Time,
    ZoneName,
)
from firstbell.kinds.schema import Schema

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The one that yaml-language-server, VS Code and JetBrains all read."""

_OURS = rf"^{GROUP.replace('.', '[.]')}(/|$)"
_NAME = {"type": "string", "pattern": SUBDOMAIN_PATTERN, "minLength": 1, "maxLength": 253}
"""Of an object and its namespace."""
_KINDS = {kind.kind: kind for kind in RENDERED_KINDS}


def _words_of(kind: Any) -> tuple[str, str]:
    """Return the pattern of a type and what reading says, and advises, where a text is not of it."""
    holder = create_model("Holder", field=(kind, ...))
    try:
        holder.model_validate({"field": "?\n"})
    except ValidationError as refused:
        told = refused.errors()[0]["ctx"]
    pattern = holder.model_json_schema()["properties"]["field"].get("pattern", TIME_PATTERN)
    return pattern, f"This {told['message']}. {told['cure']}."


_WORDS = dict(map(_words_of, (Name, ObjectName, ZoneName, Quantity, CivilDate, Bell, EndBell, Time)))
"""What editors say where a pattern fails: the words of `lint`, under the keyword that VS Code knows."""


def schema_of(kind: str) -> Schema:
    """Return the schema of one kind alone; objects of all others fail."""
    return {"$schema": DRAFT, "title": kind, **_object(_KINDS[kind])}


def schema_of_all() -> Schema:
    """Return the schema of every kind, and of Lists of them.

    A document of another group passes, whatever it says.
    """
    return {
        "$schema": DRAFT,
        "title": f"The kinds of {GROUP}",
        "type": "object",
        "required": ["apiVersion", "kind"],
        "properties": {
            "apiVersion": {
                "type": "string",
                "description": f"The version of the schema, of firstbell's kinds: {API_VERSION}.",
                "examples": [API_VERSION],
            },
            "kind": {
                "type": "string",
                "description": "What it is. The kinds of firstbell: " + ", ".join(KINDS) + ".",
                "examples": list(KINDS),
            },
        },
        "allOf": [_only_known(), *map(_then, KINDS), _list()],
        "definitions": {kind: _object(_KINDS[kind]) for kind in KINDS},
    }


def schemas_by_file() -> dict[str, Schema]:
    """Return every schema by the name of its file.

    Those of one kind are named as catalogues of schemas name them: `GROUP/KIND_VERSION.json`.
    """
    version = API_VERSION.rpartition("/")[2]
    single = {f"{GROUP}/{kind.lower()}_{version}.json": schema_of(kind) for kind in KINDS}
    return {"firstbell.json": schema_of_all(), **single}


def _only_known() -> Schema:
    """Ask an object of our group for a version and a kind that there are."""
    known = [*KINDS, *(f"{kind}List" for kind in KINDS)]
    ours = {"properties": {"apiVersion": {"type": "string", "pattern": _OURS}}, "required": ["apiVersion"]}
    return {
        "if": ours,
        "then": {"properties": {"apiVersion": {"const": API_VERSION}, "kind": {"enum": known}}},
    }


def _then(kind: str) -> Schema:
    return {"if": _is({"const": kind}), "then": {"$ref": f"#/definitions/{kind}"}}


def _list() -> Schema:
    lists = {"enum": ["List", *(f"{kind}List" for kind in KINDS)]}
    return {
        "if": _is(lists),
        "then": {"properties": {"items": {"items": {"$ref": "#"}, "doNotSuggest": True}}},
    }


def _is(kind: Schema) -> Schema:
    return {"properties": {"kind": kind}, "required": ["kind"]}


def _object(kind: Kind) -> Schema:
    """Return the schema of a whole object, as people write it."""
    defined = object_schema(kind)
    properties = {
        **defined["properties"],
        "apiVersion": {"const": API_VERSION, "description": f"The version of the schema: {API_VERSION}."},
        "kind": {"const": kind.kind, "description": kind.description},
        "metadata": _metadata(kind),
        "spec": _draft_7(defined["properties"]["spec"]),
        "status": {"type": "object", "description": "What the operator reports. Leave it out of files."},
    }
    return {
        "type": "object",
        "description": kind.description,
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "additionalProperties": False,
        "properties": properties,
    }


def _metadata(kind: Kind) -> Schema:
    properties: Schema = {
        "name": {**_NAME, "description": f"The name of the {kind.kind}."},
        "namespace": {**_NAME, "description": "The namespace that it belongs to. Default default."},
        "labels": {
            "type": "object",
            "description": "Words that it may be found by.",
            "additionalProperties": {"type": "string"},
        },
        "annotations": {
            "type": "object",
            "description": "Notes of people and tools; accept.firstbell.dev/KIND accepts a finding of lint.",
            "properties": _accepted() if kind.kind in ACCEPTING_KINDS else {},
            "additionalProperties": {"type": "string"},
        },
    }
    if kind.kind in CLUSTER_KINDS:
        properties["namespace"] = False
    return {
        "type": "object",
        "description": "Name and namespace, labels and annotations.",
        "required": ["name"],
        "properties": properties,
    }


def _accepted() -> Schema:
    """Return the annotations that accept what lint finds, each with what it means."""
    return {
        f"{ACCEPT_PREFIX}{finding}": {
            "type": "string",
            "description": f"Accepts what lint finds under {finding}; its value says why that is meant."
            f" {meaning.found} {meaning.matters}",
        }
        for finding, meaning in FINDING_MEANINGS.items()
    }


def _draft_7(node: Schema) -> Schema:
    """Return a structural schema in the words of draft 7: bounds as numbers, closed objects, sets."""
    kept = {key: deepcopy(value) for key, value in node.items() if not key.startswith("x-kubernetes-")}
    if node["type"] == "string":
        _explain_pattern(kept)
    if node["type"] == "integer":
        _convert_bounds(kept)
    if node.get("x-kubernetes-list-type") == "set":
        kept["uniqueItems"] = True
    if "properties" in node:
        kept["properties"] = {name: _draft_7(inside) for name, inside in node["properties"].items()}
        kept["additionalProperties"] = False
    if "items" in node:
        kept["items"] = _draft_7(node["items"])
    return kept


def _explain_pattern(kept: Schema) -> None:
    if kept.get("format") == "date-time":
        kept["pattern"] = TIME_PATTERN
    if "pattern" in kept and kept.get("minLength") == kept.get("maxLength"):
        for said in ("minLength", "maxLength"):  # by the pattern, and one mistake is to be marked once
            kept.pop(said, None)
    if kept.get("pattern") in _WORDS:
        kept["patternErrorMessage"] = _WORDS[kept["pattern"]]


def _convert_bounds(kept: Schema) -> None:
    del kept["format"]  # int32 is none of draft 7; its bounds stand beside it
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if kept.get(exclusive) is True:
            kept[exclusive] = kept.pop(bound)
