"""What is wrong with the value of an option, as people say it, not as the library that parses it does."""

from __future__ import annotations

from typing import Any

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
