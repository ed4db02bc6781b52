"""How commands speak.

Results go to standard output, everything else to standard error, and never raw control characters of a file.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from firstbell.core import is_visible, visible

if TYPE_CHECKING:
    from rich.console import Console

UNREADABLE = 2


def console() -> Console:
    """Return where tables go. Nothing in them is read as markup: names come from files.

    A letter that the output's encoding lacks is spelled out rather than an end of everything.
    """
    from firstbell.cli.visible_console import VisibleConsole  # noqa: PLC0415 - rich takes its time to load

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    return VisibleConsole(markup=False, highlight=False, emoji=False)


def refuse(lines: Iterable[object]) -> NoReturn:
    """Say what is wrong, a line each, and end with exit code 2."""
    for line in lines:
        typer.echo(printable(str(line)), err=True)
    raise typer.Exit(UNREADABLE)


def printable(text: str) -> str:
    """Return the text on one line, what a terminal would obey or nobody would see shown, not sent."""
    return visible(text)


def echo_object(body: dict[str, Any]) -> None:
    """Print an object as YAML; what a terminal would obey, or nobody would see, as YAML escapes it."""
    import yaml  # noqa: PLC0415 - only where it is asked

    text = yaml.safe_dump(body, sort_keys=False, allow_unicode=True)
    if not all(is_visible(letter) or letter == "\n" for letter in text):
        text = yaml.safe_dump(body, sort_keys=False)
    typer.echo(text, nl=False)
