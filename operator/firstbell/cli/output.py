"""How commands speak.

Results go to standard output, everything else to standard error, and never raw control characters of a file.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from io import TextIOWrapper
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from firstbell.core.visible_text import visible

UNREADABLE = 2


def console() -> Console:
    """Return where tables go. Nothing in them is read as markup: names come from files.

    A letter that the output's encoding lacks is spelled out rather than an end of everything.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    return _VisibleConsole(markup=False, highlight=False, emoji=False)


def refuse(lines: Iterable[object]) -> NoReturn:
    """Say what is wrong, a line each, and end with exit code 2."""
    for line in lines:
        typer.echo(printable(str(line)), err=True)
    raise typer.Exit(UNREADABLE)


def printable(text: str) -> str:
    """Return the text on one line, what a terminal would obey or nobody would see shown, not sent."""
    return visible(text)


class _VisibleConsole(Console):
    """A console on which every text is visible, also in the cells of tables; its own lines stay lines."""

    def render_str(self, text: str, **how: Any) -> Text:
        return super().render_str(visible(text, keep="\n"), **how)
