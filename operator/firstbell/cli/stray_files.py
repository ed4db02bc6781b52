"""Files that stand where a command takes none: as with kubectl, they go with -f."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from firstbell.cli.output import refuse

Stray = Annotated[list[str] | None, typer.Argument(hidden=True)]


def refuse_stray(command: str, found: Sequence[str] | None) -> None:
    """End the command where something stands without an option, with where it goes; `command` is its name."""
    if found:
        one = found[0]
        refuse([f"{one}: is one argument too many. Files go with -f: firstbell {command} -f {one}"])
