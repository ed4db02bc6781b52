"""A structural schema says what the model says, in the words of OpenAPI 3.0, or is refused when rendered."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

import pytest
from pydantic import ConfigDict, Field

from firstbell.kinds.cel import Rule, validated_by
from firstbell.kinds.model import SpecModel, named_list
from firstbell.kinds.scalars import CivilDate, Flag, Name  # noqa: TC001 - pydantic reads them at run time
from firstbell.kinds.schema import NotStructuralError, convert, structural


class Colour(StrEnum):
    """Told to readers of the code, not to users."""

    RED = "Red"
    BLUE = "Blue"


class Part(SpecModel):
    """A part."""

    name: Name
    """Its
    name."""
    size: Annotated[int, Field(gt=0, lt=10)] = 3
    """How large it is."""
    colour: Colour | None = None
    """Its colour."""


class Whole(SpecModel):
    """The whole."""

    model_config = ConfigDict(
        json_schema_extra=validated_by(Rule(rule="self.count > 0", message="spec.count is 0"))
    )

    count: Annotated[int, Field(gt=0, le=2**40)] = 1
    """How many there are."""
    on: Flag = False
    """Whether it is on."""
    kind: Literal["Whole"]
    """What it is."""
    day: CivilDate | None = None
    """Its day."""
    main: Part | None = None
    """Its main part."""
    parts: Annotated[tuple[Part, ...], named_list(4)] = ()
    """Its parts."""
    colours: Annotated[tuple[Colour, ...], Field(max_length=2)] = ()
    """Its colours."""


PART = {
    "name": {
        "type": "string",
        "description": "Its name.",
        "pattern": r"^\S(.*\S)?$",
        "minLength": 1,
        "maxLength": 63,
    },
    "size": {
        "type": "integer",
        "format": "int32",
        "description": "How large it is.",
        "minimum": 0,
        "exclusiveMinimum": True,
        "maximum": 10,
        "exclusiveMaximum": True,
    },
    "colour": {"type": "string", "description": "Its colour.", "enum": ["Red", "Blue"]},
}

GOLDEN = {
    "type": "object",
    "description": "The whole.",
    "properties": {
        "count": {
            "type": "integer",
            "format": "int64",
            "description": "How many there are.",
            "default": 1,
            "minimum": 0,
            "exclusiveMinimum": True,
            "maximum": 2**40,
        },
        "on": {"type": "boolean", "description": "Whether it is on.", "default": False},
        "kind": {"type": "string", "description": "What it is.", "enum": ["Whole"]},
        "day": {
            "type": "string",
            "format": "date",
            "description": "Its day.",
            "pattern": "^(19[7-9][0-9]|20[0-9][0-9])-[0-9][0-9]-[0-9][0-9]$",
        },
        "main": {
            "type": "object",
            "description": "Its main part.",
            "properties": {**PART, "size": {**PART["size"], "default": 3}},
            "required": ["name"],
        },
        "parts": {
            "type": "array",
            "description": "Its parts.",
            "maxItems": 4,
            "items": {
                "type": "object",
                "description": "A part.",
                "properties": PART,  # no default in a list
                "required": ["name"],
            },
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["name"],
        },
        "colours": {
            "type": "array",
            "description": "Its colours.",
            "maxItems": 2,
            "items": {"type": "string", "enum": ["Red", "Blue"]},
        },
    },
    "required": ["kind"],
    "x-kubernetes-validations": [{"rule": "self.count > 0", "message": "spec.count is 0"}],
}


def test_a_model_becomes_the_golden_schema():
    assert structural(Whole) == GOLDEN


def test_converting_what_was_converted_changes_nothing():
    assert convert(structural(Whole), {}) == GOLDEN


def test_keys_stand_in_one_order_whatever_pydantic_does():
    assert list(structural(Whole)["properties"]["count"]) == list(GOLDEN["properties"]["count"])


@pytest.mark.parametrize(
    "node",
    [
        {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        {"type": "number"},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "object", "properties": {}, "additionalProperties": True},
        {"type": "string", "oneOf": []},
        {"type": "array", "items": {"type": "string"}, "prefixItems": []},
        {},
    ],
)
def test_what_has_no_structural_form_is_refused_when_rendered(node):
    with pytest.raises(NotStructuralError):
        convert(node, {})
