"""Rules that the API server itself checks, in the Common Expression Language.

The forms matter as much as the meaning: the server estimates what a rule could cost on the largest object
that the schema admits and refuses the whole definition above its budget. A list is compared with its
neighbour by index, a name is looked up with `in LIST.map(...)`, and the names of a list with one
`sets.contains(LIST.map(...), NAMES)`; sorted copies and pairwise comparisons exceed the budget. What a rule
costs on the object at hand is limited once more, to a tenth of what it may cost by estimate (0019). Messages
carry the path of the field, since the server names only where the rule stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A CEL expression that must be true of `self`, and what to say where it is not."""

    rule: str
    message: str


def validated_by(*rules: Rule) -> dict[str, Any]:
    """Return the schema extension that carries the rules."""
    return {"x-kubernetes-validations": [{"rule": rule.rule, "message": rule.message} for rule in rules]}
