"""What of a policy bears on decisions and not on what is shown: named, and told where it is used.

A field that a spec gets later is either carried to where it is shown, or named in a table of these; a test
walks the spec and finds what is neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstbell.kinds.school_autoscaler import SchoolAutoscalerSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class Untried:
    """A field by its path (`spec.metrics[].target.value`), with all that is in it, and what is instead."""

    path: str
    instead: str

    def covers(self, path: str) -> bool:
        """Tell whether a path is this field or in it."""
        return path == self.path or path.startswith((f"{self.path}.", f"{self.path}[]"))


NOT_SIMULATED = (
    Untried(path="spec.metrics", instead="what live metrics ask for is left out"),
    Untried(path="spec.tolerance", instead="it is of live metrics"),
    Untried(path="spec.mode", instead="what would be done is shown as done"),
    Untried(path="spec.onCalendarError", instead="every calendar can be read"),
    Untried(path="spec.priority", instead="nothing else is due at the same time"),
)
"""What `simulate` does not play."""


def untried(spec: SchoolAutoscalerSpec, table: Iterable[Untried]) -> tuple[Untried, ...]:
    """Return those of a table that this spec uses."""
    given = {"spec": spec.model_dump(by_alias=True, exclude_defaults=True)}
    return tuple(one for one in table if _is_given(given, one.path.split(".")))


def untried_sentence(fields: Iterable[Untried]) -> str:
    """Tell which fields of the policy are not tried, and what is done instead; empty where all are."""
    told = "; ".join(f"{one.path} ({one.instead})" for one in fields)
    return f"not tried of the policy: {told}" if told else ""


def untried_document(fields: Iterable[Untried]) -> dict[str, Any]:
    """Return the same as a part of a document, which is left out where all is tried."""
    told = [{"path": one.path, "instead": one.instead} for one in fields]
    return {"untriedFields": told} if told else {}


def _is_given(value: Any, parts: list[str]) -> bool:
    """Tell whether a plain value holds something at a path."""
    if not parts:
        return True
    first, *rest = parts
    inside = value.get(first.removesuffix("[]")) if isinstance(value, dict) else None
    if inside is None:
        return False
    each = inside if first.endswith("[]") else (inside,)
    return any(_is_given(one, rest) for one in each)
