"""How commands speak.

Results go to standard output, everything else to standard error, and never raw control characters of a file.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from io import TextIOWrapper
from typing import NoReturn

import typer
from rich.console import Console

UNREADABLE = 2


def console() -> Console:
    """Where tables go. Nothing in them is read as markup: names come from files.

    A letter that the output's encoding lacks is spelled out rather than an end of everything.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    return Console(markup=False, highlight=False, emoji=False)


def refuse(lines: Iterable[object]) -> NoReturn:
    """Says what is wrong, a line each, and ends with exit code 2."""
    for line in lines:
        typer.echo(printable(str(line)), err=True)
    raise typer.Exit(UNREADABLE)


def printable(text: str) -> str:
    """The text on one line, with what a terminal would obey shown instead of sent."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
