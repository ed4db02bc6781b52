"""Lists in which nothing may stand twice, as their schema says: names of objects, and single words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel

from firstbell.kinds.problems import PathPart, Problem, dotted, quoted


def repeated(model: BaseModel, path: tuple[PathPart, ...]) -> Iterator[Problem]:
    """Yield everything that stands twice in a list that may hold it once, at any depth of the model."""
    for name, written, extension in _fields(type(model)):
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from repeated(value, (*path, written))
        elif isinstance(value, tuple):
            here = (*path, written)
            yield from _repeated_in(value, here, extension)
            for index, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield from repeated(item, (*here, index))


@cache
def _fields(kind: type[BaseModel]) -> tuple[tuple[str, str, dict[str, Any]], ...]:
    """Return each field of a model, as it is called here and in YAML, with what its schema adds."""
    fields = kind.model_fields.items()
    return tuple((name, one.alias or name, _extension(one.json_schema_extra)) for name, one in fields)


def _extension(extra: Any) -> dict[str, Any]:
    return extra if isinstance(extra, dict) else {}


def _repeated_in(
    items: Sequence[Any], path: tuple[PathPart, ...], extension: dict[str, Any]
) -> Iterator[Problem]:
    keys: list[str] = extension.get("x-kubernetes-list-map-keys", [])
    if extension.get("x-kubernetes-list-type") not in {"map", "set"}:
        return
    words = [str(getattr(item, keys[0]) if keys else item) for item in items]
    first: dict[str, int] = {}
    for index, word in enumerate(words):
        earlier = first.setdefault(word, index)
        if earlier != index:
            yield Problem(
                path=dotted((*path, index, *keys)),
                message=f"{quoted(word)} stands here already as entry {earlier + 1}",
                cure="Give it another name or remove one of the two" if keys else "Remove one of the two",
            )
