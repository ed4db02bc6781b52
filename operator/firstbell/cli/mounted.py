"""A command before it is loaded: what a list of commands says of it, and where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer

from firstbell.cli.help_text import Command, example


@dataclass(frozen=True, kw_only=True, slots=True)
class Mounted:
    """A row of the table of commands."""

    name: str
    help: str
    """Its line in lists, equal to the first of its own help, which is not loaded for a list."""
    where: str
    """`module:name` of its function, or of the Typer of a group."""
    example: str = ""
    """What stands after `firstbell` in the example at the end of its help; a group gives its own."""

    def load(self) -> Any:
        """Return the command itself, with everything that it stands on."""
        module, _, name = self.where.partition(":")
        found = getattr(import_module(module), name)
        if not isinstance(found, typer.Typer):
            group = typer.Typer(add_completion=False)
            group.command(self.name, **example(self.example))(found)
            found = group
        command = typer.main.get_command(found)
        command.name = self.name
        return command


class Unloaded(Command):
    """What stands for a command until it is asked for its options, its help or its work."""

    def __init__(self, mounted: Mounted) -> None:
        super().__init__(name=mounted.name, help=mounted.help)
        self.mounted = mounted

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Return the context of the command itself: from here on this one is out of it."""
        return self.mounted.load().make_context(info_name, args, parent=parent, **extra)


def unloaded(table: Sequence[Mounted]) -> dict[str, Unloaded]:
    """Return the commands of a table by name, in its order."""
    return {mounted.name: Unloaded(mounted) for mounted in table}
