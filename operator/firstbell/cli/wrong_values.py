"""What is wrong with the value of an option, as people say it, not as the library that parses it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

_EMPTY = "is empty, as where a shell's variable is not set. Give a file or a folder; . is this one"
_NO_NUMBER = {
    "int_parsing": "is no whole number",
    "int_parsing_size": "is no whole number that can be counted with",
    "int_from_float": "is no whole number",
    "float_parsing": "is no number",
    "finite_number": "is no number that can be counted with",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "is too small: the least is {}"),
    "less_than_equal": ("le", "is too large: the most is {}"),
}


def in_words(error: BaseException) -> str | None:
    """Return what is wrong in words; None where the error is of another kind, and has words of its own."""
    problems = getattr(error.__cause__, "errors", None)
    if problems is None or not (found := problems()):
        return None
    problem: dict[str, Any] = found[0]
    kind, value, context = problem["type"], problem.get("input"), problem.get("ctx") or {}
    if kind in _NO_NUMBER:
        return f"{value!r} {_NO_NUMBER[kind]}."
    if kind in _BOUNDS:
        name, told = _BOUNDS[kind]
        bound = context[name]
        return f"{value} {told.format(int(bound) if float(bound).is_integer() else bound)}."
    if kind == "value_error":
        return str(context.get("error") or problem["msg"].removeprefix("Value error, "))
    return None


def empty_files(params: Sequence[Any], values: Mapping[str, Any], arguments: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with files and folders that were given without a name.

    To the library such a one is the folder that we are in, which is read, or written to, as if it was meant.
    `values` are what `arguments` were read as.
    """
    for param in params:
        found = values.get(param.name)
        if Path() not in (found if isinstance(found, list | tuple) else (found,)):
            continue
        named = param.param_type_name == "option"
        if _is_empty(param.opts, arguments) if named else "" in arguments:
            told = "/".join(param.opts) if named else param.name.upper()
            yield f"{told} '': {_EMPTY}."


def _is_empty(names: Sequence[str], arguments: Sequence[str]) -> bool:
    return any(f"{name}=" in arguments for name in names) or any(
        before in names and not after for before, after in pairwise(arguments)
    )
