"""What `-h` and a refused value say: words of people for what an option takes, an example at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from firstbell.cli.wrong_values import empty_files, in_words

SETTINGS = {"help_option_names": ["-h", "--help"]}
"""Of the first group; the commands in it follow."""

_WORDS = {"int": "NUMBER", "float": "NUMBER", "path": "FILE", "str": "TEXT", "list": "TEXT"}
"""What an option takes, by the first word of the type that would stand there."""

_LONGEST_WORD = 26
"""Of what an option takes, in letters, so that it goes into its column; a longer list is broken."""


class Command(TyperCommand):
    """A command whose help names no types of a programming language."""

    def get_params(self, ctx: Any) -> Any:
        """Return its parameters, each with the word for what it takes."""
        return [_spoken(param, ctx) for param in super().get_params(ctx)]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was given; what cannot be read is told in words of people."""
        given = tuple(args)
        with _words_of_people():
            rest = super().parse_args(ctx, args)
        if wrong := list(empty_files(self.params, ctx.params, given)):
            from firstbell.cli.output import refuse  # noqa: PLC0415 - loads what lists do without

            refuse(wrong)
        return rest

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write its help, in which no name is cut off."""
        super(Command, _shown(self, ctx)).format_help(ctx, formatter)


class Group(TyperGroup):
    """The same of a group of commands."""

    def get_params(self, ctx: Any) -> Any:
        """Return its parameters, each with the word for what it takes."""
        return [_spoken(param, ctx) for param in super().get_params(ctx)]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was given; what cannot be read is told in words of people."""
        with _words_of_people():
            return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write its help, in which no name is cut off."""
        super(Group, _shown(self, ctx)).format_help(ctx, formatter)


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


@contextmanager
def _words_of_people() -> Iterator[None]:
    try:
        yield
    except typer.BadParameter as error:
        error.message = in_words(error) or error.message
        raise


def _shown(command: Any, ctx: Any) -> Any:
    """Return a command as its help tells of it: each option with what it takes in one column.

    Typer gives each a column of its own, which at 80 columns is too narrow for either: it cuts names off. It
    also keeps the ends of lines of all paragraphs but the first.
    """
    params = [_in_one_column(param, ctx) for param in command.get_params(ctx)]
    shown = copy(command)
    shown.get_params = lambda _: params
    paragraphs = (command.help or "").split("\n\n")
    shown.help = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    return shown


def _in_one_column(param: Any, ctx: Any) -> Any:
    if not isinstance(param, TyperOption):
        return param
    shown: Any = copy(param)
    names = "/".join(name for name in (*param.opts, *param.secondary_opts) if name.startswith("--"))
    bounds = param._get_number_range_help_str()  # noqa: SLF001 - nothing else of Typer's tells
    takes = param.display_type_rich(ctx) or ""
    if len(takes) > _LONGEST_WORD:
        takes = takes.replace("|", " | ")
    told = (names, takes, f"[{bounds}]" if bounds else "")
    shown.opts = [" ".join(filter(None, told)), *(name for name in param.opts if not name.startswith("--"))]
    if param.secondary_opts and isinstance(param.default, bool):
        shown.default = (param.opts if param.default else param.secondary_opts)[0].lstrip("-")
    shown.secondary_opts = []
    shown.display_type_rich = _nothing
    shown._get_number_range_help_str = lambda: ""  # noqa: SLF001 - as above
    return shown


def _nothing(ctx: Any) -> None:
    """Stand for the type of an argument, whose name says what it is."""


def _no_pieces(_: Any) -> list[str]:
    """Stand for an argument that the line of usage passes over."""
    return []
