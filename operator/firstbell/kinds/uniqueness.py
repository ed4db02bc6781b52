"""Lists in which nothing may stand twice, as their schema says: names of objects, and single words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from firstbell.kinds.problems import PathPart, Problem, dotted, quoted


def repeated(model: BaseModel, path: tuple[PathPart, ...]) -> Iterator[Problem]:
    """Yield everything that stands twice in a list that may hold it once, at any depth of the model."""
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        here = (*path, field.alias or name)
        if isinstance(value, BaseModel):
            yield from repeated(value, here)
        elif isinstance(value, tuple):
            yield from _repeated_in(value, here, _extension(field.json_schema_extra))
            for index, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield from repeated(item, (*here, index))


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
