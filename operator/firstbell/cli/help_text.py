"""What `-h` says: words of people for what an option takes, and an example at the end of each command."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

SETTINGS = {"help_option_names": ["-h", "--help"]}
"""Of the first group; the commands in it follow."""

_WORDS = {"int": "NUMBER", "float": "NUMBER", "path": "FILE", "str": "TEXT", "list": "TEXT"}
"""What an option takes, by the first word of the type that would stand there."""


class Command(TyperCommand):
    """A command whose help names no types of a programming language."""

    def get_params(self, ctx: Any) -> Any:
        """Return its parameters, each with the word for what it takes."""
        return [_spoken(param, ctx) for param in super().get_params(ctx)]


class Group(TyperGroup):
    """The same of a group of commands."""

    def get_params(self, ctx: Any) -> Any:
        """Return its parameters, each with the word for what it takes."""
        return [_spoken(param, ctx) for param in super().get_params(ctx)]


def example(*arguments: str) -> dict[str, Any]:
    """Tell how a command is mounted whose help ends in `firstbell ARGUMENTS`."""
    return {"cls": Command, "epilog": f"Example: firstbell {' '.join(arguments)}"}


def _spoken(param: Any, ctx: Any) -> Any:
    """Return the parameter with its word.

    A flag takes nothing, and what is chosen from is listed as it is.
    """
    if isinstance(param, TyperArgument):
        param.display_type_rich = _nothing  # type: ignore[method-assign]
        if param.hidden:
            # It stands only for what is one argument too many, to say where that goes.
            param.get_usage_pieces = _no_pieces  # type: ignore[assignment, method-assign]
    if not isinstance(param, TyperOption):
        return param
    if getattr(param, "is_flag", False):
        param.metavar = ""
    elif param.metavar is None:
        words = re.findall("[a-z]+", param.display_type(ctx) or "")
        param.metavar = _WORDS.get(words[0]) if words else None
    return param


def _nothing(ctx: Any) -> None:
    """Stand for the type of an argument, whose name says what it is."""


def _no_pieces(_: Any) -> list[str]:
    """Stand for an argument that the line of usage passes over."""
    return []
