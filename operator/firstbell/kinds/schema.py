"""From pydantic's JSON schema to the structural schema that Kubernetes asks for.

A structural schema has no references, no unions and no null arm; bounds are written as in OpenAPI 3.0. What
cannot be put that way is refused here, when the definitions are rendered, not by a user's API server.
Converting what was converted changes nothing.

A map is one of labels: texts, and a bounded number of them.

A default is kept only outside lists: one that the API server writes into a list item reads as drift for
ever to tools that compare lists as wholes (`kubectl apply`, GitOps).
"""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from pydantic import BaseModel

from firstbell.kinds.scalars import LARGEST_INT32

Schema = dict[str, Any]

_ORDER = (
    "type",
    "format",
    "description",
    "default",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
    "items",
    "properties",
    "additionalProperties",
    "maxProperties",
    "required",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-validations",
)
_DROPPED = frozenset({"title", "examples", "$defs", "$ref", "anyOf", "const"})


class NotStructuralError(Exception):
    """A model asks for something that a structural schema cannot say: a mistake in this package."""


def structural(model: type[BaseModel]) -> Schema:
    """Return the structural schema of a model; it is the caller's to change."""
    return copy.deepcopy(_made(model))


@cache  # pydantic takes twenty times as long for it as a copy does
def _made(model: type[BaseModel]) -> Schema:
    schema = model.model_json_schema(by_alias=True)
    return convert(schema, schema.get("$defs", {}))


def convert(schema: Schema, definitions: Schema, *, in_list: bool = False) -> Schema:
    """Return one schema node, and all below it, as a structural schema."""
    node = _inlined(schema, definitions)
    kind = node.get("type")
    if kind not in {"object", "array", "string", "integer", "boolean"}:
        raise NotStructuralError(f"type {kind!r} in {schema}")
    converted = {key: value for key, value in node.items() if key not in _DROPPED}
    if "const" in node:
        converted["enum"] = [node["const"]]
    if "description" in converted:
        converted["description"] = " ".join(converted["description"].split())
    if not _keeps_default(converted, in_list=in_list):
        converted.pop("default", None)
    if kind == "object" and _is_map(converted):
        _convert_map(converted, definitions)
    elif kind == "object":
        _convert_object(converted, definitions, in_list=in_list)
    elif kind == "array":
        _convert_array(converted, definitions)
    elif kind == "integer":
        _convert_integer(converted)
    unknown = converted.keys() - set(_ORDER)
    if unknown:
        raise NotStructuralError(f"{sorted(unknown)} in {schema}")
    return {key: converted[key] for key in _ORDER if key in converted}


def _inlined(schema: Schema, definitions: Schema) -> Schema:
    """Return the node with its reference or its one arm besides null in place; its own words win."""
    arms = [arm for arm in schema.get("anyOf", []) if arm != {"type": "null"}]
    if len(arms) > 1:
        raise NotStructuralError(f"a union of {len(arms)} in {schema}")
    if arms:
        return {**_inlined(arms[0], definitions), **schema}
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return {**_inlined(definitions[name], definitions), **schema}
    return schema


def _keeps_default(node: Schema, *, in_list: bool) -> bool:
    return not in_list and node["type"] not in {"array", "object"} and node.get("default") is not None


def _convert_object(node: Schema, definitions: Schema, *, in_list: bool) -> None:
    if node.pop("additionalProperties", False) is not False or "properties" not in node:
        raise NotStructuralError(f"an open mapping: {node.get('description')}")
    node["properties"] = {
        name: convert(inside, definitions, in_list=in_list) for name, inside in node["properties"].items()
    }


def _is_map(node: Schema) -> bool:
    """Tell whether it maps keys to texts; a structural schema says nothing of the keys."""
    return "patternProperties" in node or isinstance(node.get("additionalProperties"), dict)


def _convert_map(node: Schema, definitions: Schema) -> None:
    """Convert a map of texts, as labels are; of everything else lists of named objects are made."""
    patterns = node.pop("patternProperties", {})
    (values,) = map(dict, patterns.values() or [node["additionalProperties"]])
    if values["type"] != "string" or "maxProperties" not in node:
        raise NotStructuralError(f"an open mapping: {node.get('description')}")
    node.pop("propertyNames", None)
    node["additionalProperties"] = convert(values, definitions)


def _convert_array(node: Schema, definitions: Schema) -> None:
    items = convert(node["items"], definitions, in_list=True)
    if items["type"] != "object":
        items.pop("description", None)  # that of the type, written for readers of the code
    node["items"] = items


def _convert_integer(node: Schema) -> None:
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if exclusive in node and not isinstance(node[exclusive], bool):
            node[bound], node[exclusive] = node[exclusive], True
    large = node.get("maximum", LARGEST_INT32 + 1) > LARGEST_INT32
    node["format"] = "int64" if large else "int32"
