"""The page of commands: each with its arguments, options and exit codes, from Typer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperArgument, TyperOption

from firstbell.cli.main import app
from firstbell.cli.mounted import Unloaded
from firstbell_workshop.reference.markdown import code, table

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = "reference/commands.md"
_INTRODUCTION = """# Commands: every option
What each is for, and where its page is: [commands](../commands.md). `firstbell COMMAND -h` says the same.

Exit codes are 0: done, and nothing is amiss. 1: not done, or something is red, short or lost. 2: a mistake in
what was asked for, or nothing could be read. 130 and 143: interrupted. Where a command is more exact, that
stands with it.
"""
_EXIT_CODES = re.compile(r"(?:With --all, e|E)xit code.*|Ends with \d.*", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Documented:
    """A command, loaded, and the words that call it; a group is one, too."""

    words: tuple[str, ...]
    command: Any
    context: Any

    @property
    def name(self) -> str:
        """What is typed."""
        return " ".join(("firstbell", *self.words))

    @property
    def params(self) -> list[Any]:
        """Its arguments and options, in the order of its help, without those that nobody is told of."""
        return [
            param for param in self.command.get_params(self.context) if not getattr(param, "hidden", False)
        ]

    @property
    def options(self) -> set[str]:
        """All names of its options."""
        params = self.command.get_params(self.context)
        return {name for param in params for name in (*param.opts, *param.secondary_opts) if name[0] == "-"}


def commands() -> list[Documented]:
    """Return every command that there is here, groups before what is in them."""
    return list(_below(typer.main.get_command(app), ()))


def page() -> str:
    """Return the page."""
    return _INTRODUCTION + "".join(_section(command) for command in commands() if command.words)


def _below(command: Any, words: tuple[str, ...]) -> Iterator[Documented]:
    loaded = command.mounted.load() if isinstance(command, Unloaded) else command
    context = typer.Context(loaded, info_name=" ".join(("firstbell", *words)))
    yield Documented(words=words, command=loaded, context=context)
    names = loaded.list_commands(context) if hasattr(loaded, "list_commands") else []
    for name in names:
        yield from _below(loaded.get_command(context, name), (*words, name))


def _section(documented: Documented) -> str:
    help_text = " ".join((documented.command.help or "").split())
    ends = _EXIT_CODES.search(help_text)
    said = help_text[: ends.start()].strip() if ends else help_text
    parts = [f"\n## {documented.name}\n{said}\n"]
    if ends:
        parts.append(f"\n{ends[0]}\n")
    parts.append(f"\n```text\n{documented.name} {' '.join(_usage(documented))}\n```\n")
    arguments = [param for param in documented.params if isinstance(param, TyperArgument)]
    options = [param for param in documented.params if isinstance(param, TyperOption)]
    if arguments:
        parts.append("\n" + table(("argument", "what it is"), [_argument(each) for each in arguments]))
    if options:
        rows = [_option(each, documented.context) for each in options]
        parts.append("\n" + table(("option", "takes", "default", "what it does"), rows))
    return "".join(parts)


def _usage(documented: Documented) -> list[str]:
    return list(documented.command.collect_usage_pieces(documented.context))


def _argument(param: Any) -> tuple[str, str]:
    needed = "Required. " if param.required else ""
    return code(param.display_name_raw), needed + (param.help or "")


def _option(param: Any, context: Any) -> tuple[str, str, str, str]:
    names = ", ".join(code(name) for name in (*param.opts, *param.secondary_opts))
    told = [param.help or ""]
    if param.required:
        told.append("Required.")
    if param.multiple and "repeatable" not in (param.help or ""):
        told.append("More than one can be given.")
    if param.envvar:
        told.append(f"Environment: {code(param.envvar)}.")
    return names, _takes(param, context), _default(param, context), " ".join(filter(None, told))


def _takes(param: Any, context: Any) -> str:
    if param.is_flag:
        return ""
    shown = code((param.metavar or param.display_type(context) or "TEXT").strip("<>"))
    low, high = param.min, param.max
    if low is None and high is None:
        return shown
    if high is None:
        return f"{shown}, {low} or more"
    return f"{shown}, at most {high}" if low is None else f"{shown}, {low} to {high}"


def _default(param: Any, context: Any) -> str:
    default = param.get_default(context, call=False)
    if default is None or callable(default) or default in ((), [], False) or not param.show_default:
        return ""
    return "on" if default is True else code(getattr(default, "value", default))
