"""The patches that are sent, or would be, in the terminal: to the letter, one operation a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from firstbell.engine.requests.command import Command


def patch_rows(commands: Iterable[Command]) -> Iterator[tuple[str, str]]:
    """Return for each command what it is for and where it goes, then each operation and what it is on."""
    for command in commands:
        yield "PATCH", f"{command.path.url} ({command.why})"
        for operation in command.operations:
            value = f" {json.dumps(operation['value'])}" if "value" in operation else ""
            yield f"  {operation['op']}", f"{operation['path']}{value}"
