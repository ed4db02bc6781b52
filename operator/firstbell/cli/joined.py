"""The commands that other packages join to ours, and what stands for those that are not installed."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

from firstbell.cli.help_text import Command, Group
from firstbell.cli.mounted import Unloaded, unloaded

ENTRY_POINTS = "firstbell.commands"
"""Each names a table of `Mounted` rows, in a module that is quick to load."""

WORKSHOP = ("demo", "cluster")
"""What the workshop joins; the operator's image is built without it."""

NOT_HERE = (
    "is in the workshop (firstbell_workshop), which is not installed here, as in the operator's image. "
    "Install firstbell on a machine of yours, from a checkout: pip install ."
)


class RootGroup(Group):
    """Our commands, and after them those that are joined, which are looked for where ours do not suffice."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all that can be done here."""
        self._join()
        return super().list_commands(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return what is loaded on demand; of what is not installed a command that says so."""
        if cmd_name not in self.commands:
            self._join()
        if cmd_name not in self.commands and cmd_name in WORKSHOP:
            return Absent(cmd_name)
        return super().get_command(ctx, cmd_name)

    def _join(self) -> None:
        for name, command in joined().items():
            self.commands.setdefault(name, command)


class Absent(Command):
    """A command of the workshop where that is not installed."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """End the program with what to do, whatever was asked of the command."""
        del args, parent, extra
        from firstbell.cli.output import refuse  # noqa: PLC0415 - loads what lists do without

        refuse([f"firstbell {info_name}: {NOT_HERE}"])


def joined() -> dict[str, Unloaded]:
    """Return the commands of every package that joins some and is there."""
    found: dict[str, Unloaded] = {}
    for point in entry_points(group=ENTRY_POINTS):
        try:
            table = point.load()
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] != point.module.partition(".")[0]:
                raise
            continue  # declared by our own metadata, and left out of this installation
        found |= unloaded(table)
    return found
