"""What is wrong with something a person wrote: where, what, and what to do about it.

Conversion gives either a value or a `Refused`, which holds every problem found, never an exception. A
problem is one line of text, so values quoted in it are shortened and kept on that line.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from difflib import get_close_matches
from types import UnionType
from typing import TYPE_CHECKING, Any

from firstbell.core.reasons import is_visible

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST_QUOTE = 60
_LONGEST_LISTING = 12

PathPart = str | int

_PART = re.compile(r'([^.\[\]"]+)|\[([0-9]{1,9})\]|\[("(?:[^"\\]|\\.)*")\]')

_NOUNS: tuple[tuple[type | UnionType, str], ...] = (
    (bool, "word"),
    (int | float, "number"),
    (str, "text"),
    (object, "value"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing that is wrong.

    `path` reads like `spec.bellSchedules[0].classPeriods[2].startTime`; `message` says what is wrong there,
    `cure` what to do, each without a final full stop.
    """

    path: str
    message: str
    cure: str

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{where}{self.message}. {self.cure}."


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """The answer in place of a value: at least one problem, in the order of the text where that is known."""

    problems: tuple[Problem, ...]


def dotted(parts: Iterable[PathPart]) -> str:
    """Return the parts of a path as people write it: `spec.holidays[3].endDate`."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part.isidentifier():
            path += f".{part}" if path else part
        else:
            path += f"[{quoted(part)}]"
    return path


def parts_of(path: str) -> tuple[PathPart, ...]:
    """Return the parts of a dotted path: the inverse of `dotted`, as far as the path can be read."""
    parts: list[PathPart] = []
    for word, index, key in _PART.findall(path):
        if index:
            parts.append(int(index))
        else:
            parts.append(word or json.loads(key))
    return tuple(parts)


def quoted(value: object) -> str:
    """Return a scalar as it may stand inside a problem: in JSON's spelling, on one line, and not too long."""
    if isinstance(value, str):
        value = value[:_LONGEST_QUOTE]
    spelled = json.dumps(value, ensure_ascii=False, default=str)
    # What would move the cursor or end the line is spelled out: JSON escapes only the oldest of those.
    text = "".join(char if is_visible(char) else json.dumps(char)[1:-1] for char in spelled)
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"


def kind_of(value: Any) -> str:
    """Return what a value is, in words: `the number 810`, `the text "x"`, `a list`."""
    if value is None:
        return "nothing"
    if isinstance(value, dict | list | tuple):
        return "a mapping" if isinstance(value, dict) else "a list"
    noun = next(noun for types, noun in _NOUNS if isinstance(value, types))
    return f"the {noun} {quoted(value)}"


def nearest(wrong: str, known: Iterable[str], *, noun: str) -> str:
    """Return the cure for a name that is not known: the nearest one, else the names there are."""
    names = list(dict.fromkeys(known))
    by_lower = {name.lower(): name for name in names}
    close = get_close_matches(wrong.lower()[:_LONGEST_QUOTE], by_lower, n=1, cutoff=0.6)
    if close:
        return f"The nearest known {noun} is {quoted(by_lower[close[0]])}"
    if not names:
        return f"There is no {noun} here: remove it"
    listing = ", ".join(names[:_LONGEST_LISTING])
    more = f" and {len(names) - _LONGEST_LISTING} more" if len(names) > _LONGEST_LISTING else ""
    return f"Use a known {noun}: {listing}{more}"
