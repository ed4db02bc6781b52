"""From plain data to a model of a spec: every field that has the wrong shape, with the cure.

What pydantic finds is put into words here, once. Each problem has the path of the field as people write it,
and where a name is unknown, the nearest known one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from firstbell.kinds import scalars
from firstbell.kinds.problems import PathPart, Problem, Refused, dotted, kind_of, nearest, quoted
from firstbell.kinds.unquoted import Unquoted

M = TypeVar("M", bound=BaseModel)

_BOUNDS = {
    "greater_than_equal": ("{value} is too small", "The least is {ge}"),
    "less_than_equal": ("{value} is too large", "The most is {le}"),
    "string_too_short": ("{value} is too short", "Characters needed: {min_length} or more"),
    "string_too_long": ("{value} is too long", "Write at most {max_length} characters"),
    "too_short": ("has too few entries", "Entries needed: {min_length} or more"),
    "too_long": ("has too many entries", "Give at most {max_length}"),
}
_KEY_OF_A_MAP = "[key]"
"""What pydantic says after a key of a map where the key itself is wrong."""
_SCALARS = {"int_type", "bool_type"}
_WANTED = {"int_type": "a whole number", "bool_type": "true or false", "tuple_type": "a list"}
_TYPE_CURES = {
    "int_type": "Write a whole number",
    "bool_type": "Write true or false",
    "tuple_type": 'Start each item with "- ", or write [a, b]',
}
"""What pydantic finds in a field, in our words; a type that is in none of these is a model's."""


def read_spec(model: type[M], data: object, root: str = "spec") -> M | Refused:
    """Return the model of a spec (or of another part of an object), or everything wrong with its shape."""
    try:
        return model.model_validate(data, by_alias=True, by_name=False)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)
        told = (error for error in errors if not _follows(error))
        return Refused(problems=tuple(_problem(model, error, root) for error in told))


def _follows(error: ErrorDetails) -> bool:
    """Tell whether a list is too short only because entries in it are wrong, which is told of them."""
    if error["type"] != "too_short":
        return False
    return len(error["input"]) >= int(error.get("ctx", {}).get("min_length", 0))


def _problem(model: type[BaseModel], error: ErrorDetails, root: str) -> Problem:
    message, cure = _in_words(model, error)
    where = [part for part in error["loc"] if part != _KEY_OF_A_MAP]
    return Problem(path=dotted((root, *where)), message=message, cure=cure)


def _in_words(model: type[BaseModel], error: ErrorDetails) -> tuple[str, str]:
    kind, value, where, context = error["type"], error["input"], error["loc"], error.get("ctx", {})
    if kind in _BOUNDS:
        message, cure = _BOUNDS[kind]
        return message.format(value=quoted(value)), cure.format(**context)
    if kind == scalars.SHAPE_ERROR and not isinstance(value, Unquoted):
        return f"{kind_of(value)} {context['message']}", str(context["cure"])
    if kind == "missing":
        return "is missing", f"Add it: {_description(model, where)}"
    if kind == "extra_forbidden":
        known = [_alias(name, field) for name, field in _model_at(model, where[:-1]).model_fields.items()]
        return "is not a known field", nearest(str(where[-1]), known, noun="field")
    if kind == "enum":
        return _not_one_of(value, re.findall(r"'([^']*)'", str(context.get("expected", ""))))
    return _wrong_type(kind, value, f"Give its fields: {_description(model, where)}")


def _wrong_type(kind: str, value: Any, fields: str) -> tuple[str, str]:
    if kind in {"string_type", scalars.SHAPE_ERROR}:
        return _not_text(value)
    wanted = _WANTED.get(kind, "a mapping of fields")
    given = f"the text {value.text}" if isinstance(value, Unquoted) else kind_of(value)
    cure = _TYPE_CURES.get(kind, fields)
    if isinstance(value, str) and kind in _SCALARS:
        cure += ", without quotes"
    return f"must be {wanted}, not {given}", cure


def _not_text(value: Any) -> tuple[str, str]:
    if isinstance(value, Unquoted):
        return f"{value.text} is not in quotes, and YAML can read it as {value.reads_as}", _quote_it(
            value.text
        )
    if isinstance(value, bool | int | float):
        return f"must be a text, not {kind_of(value)}", _quote_it(quoted(value))
    return f"must be a text, not {kind_of(value)}", "Write a single text here"


def _quote_it(text: str) -> str:
    return f"Quote it: {quoted(text)}"


def _not_one_of(value: Any, allowed: Sequence[str]) -> tuple[str, str]:
    if isinstance(value, Unquoted):
        value = value.text
    if not isinstance(value, str):
        return f"{kind_of(value)} is not a known word", f"Use one of {', '.join(allowed)}"
    return f"{quoted(value)} is not a known word", nearest(value, allowed, noun="word")


def _description(model: type[BaseModel], where: Sequence[PathPart]) -> str:
    """Return the first sentence of the field's description; of the model itself at its root."""
    text = model.__doc__ or ""
    if where:
        parent, last = _model_at(model, where[:-1]), where[-1]
        for name, field in parent.model_fields.items():
            if _alias(name, field) == last:
                text = field.description or ""
    return re.split(r"\.(?:\s|$)", " ".join(text.split()), maxsplit=1)[0]


def _alias(name: str, field: Any) -> str:
    return str(field.alias or name)


def _model_at(model: type[BaseModel], where: Sequence[PathPart]) -> type[BaseModel]:
    """Return the model that an error's location leads to, as far as there are models on the way."""
    for part in where:
        for name, field in model.model_fields.items():
            if _alias(name, field) == part:
                model = _model_in(field.annotation) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {Union, UnionType, tuple, list}:
        for argument in get_args(annotation):
            if argument not in {NoneType, Ellipsis} and (found := _model_in(argument)):
                return found
    return None
