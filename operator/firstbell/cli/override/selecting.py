"""A label selector as kubectl takes it: `tier=web,stage in (live, test),!frozen`."""

from __future__ import annotations

import re
from typing import Any

from firstbell.cli.output import refuse

_PARTS = re.compile(r",(?![^()]*\))")
_SET = re.compile(r"^(\S+)\s+(in|notin)\s*\(([^()]*)\)$")
_EQUAL = re.compile(r"^([^=!\s]+)\s*(==|=|!=)\s*([^=!\s]*)$")


def selector_meant(text: str) -> dict[str, Any]:
    """Return the selector of a spec; end the command where the text is none."""
    labels: dict[str, str] = {}
    expressions: list[dict[str, Any]] = []
    for part in (piece.strip() for piece in _PARTS.split(text)):
        if found := _SET.match(part):
            key, word, values = found.groups()
            listed = [value.strip() for value in values.split(",")]
            expressions.append({"key": key, "operator": {"in": "In"}.get(word, "NotIn"), "values": listed})
        elif found := _EQUAL.match(part):
            key, sign, value = found.groups()
            if sign == "!=":
                expressions.append({"key": key, "operator": "NotIn", "values": [value]})
            else:
                labels[key] = value
        elif re.fullmatch(r"!?[^=!()\s]+", part):
            operator = "DoesNotExist" if part.startswith("!") else "Exists"
            expressions.append({"key": part.lstrip("!"), "operator": operator})
        else:
            refuse([f"-l {text}: is no selector. Write it like tier=web, or tier in (web, api)."])
    given: dict[str, Any] = {"matchLabels": labels, "matchExpressions": expressions}
    return {name: value for name, value in given.items() if value}
