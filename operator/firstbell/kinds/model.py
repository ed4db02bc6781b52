"""What every model of a kind has in common: camelCase names, descriptions from docstrings, list types.

The docstring under a field is its description, in `kubectl explain` and in the cure for a missing field: it
is written for whoever fills the field in. A spec refuses fields that it does not know; a status ignores
them, since a newer version may have written it.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel


class SpecModel(BaseModel):
    """A part of what people write."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=True,  # for code that builds a spec; reading asks for the aliases alone
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, data: Any) -> Any:
        """Take a field without a value for one that is not given, as the API server does."""
        if not isinstance(data, dict) or None not in data.values():
            return data
        known = {field.alias or name for name, field in cls.model_fields.items()} | cls.model_fields.keys()
        return {key: value for key, value in data.items() if value is not None or key not in known}


class StatusModel(BaseModel):
    """A part of what the operator reports."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=True,
        extra="ignore",
        frozen=True,
        use_attribute_docstrings=True,
    )


def _list(kind: str, most: int, least: int, **more: Any) -> Any:
    extra = {"x-kubernetes-list-type": kind, **more}
    return Field(min_length=least or None, max_length=most, json_schema_extra=extra)


def named_list(most: int, *, least: int = 0, key: str = "name") -> Any:
    """Return a list of objects that differ in `key`: writers may own single items."""
    return _list("map", most, least, **{"x-kubernetes-list-map-keys": [key]})


def ordered_list(most: int, *, least: int = 0) -> Any:
    """Return a list whose order has meaning: replaced as a whole."""
    return _list("atomic", most, least)


def distinct_list(most: int, *, least: int = 0) -> Any:
    """Return a list of single words, none twice."""
    return _list("set", most, least)
