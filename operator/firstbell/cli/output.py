"""How commands speak.

Results go to standard output, everything else to standard error, and never raw control characters of a file.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer

from firstbell.core.reasons import is_visible, visible

if TYPE_CHECKING:
    from rich.console import Console

T = TypeVar("T")

UNREADABLE = 2


def console() -> Console:
    """Return where tables go. Nothing in them is read as markup: names come from files.

    A letter that the output's encoding lacks is spelled out rather than an end of everything.
    """
    from firstbell.cli.visible_console import VisibleConsole  # noqa: PLC0415 - rich takes its time to load

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    return VisibleConsole(markup=False, highlight=False, emoji=False)


class Refusal(typer.Exit):
    """The end of a command that was refused, with the lines that say why."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__(UNREADABLE)
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Refused:
    """Why something was refused, where it is one of several and ends no command."""

    lines: tuple[str, ...]


_kept: ContextVar[bool] = ContextVar("kept", default=False)
"""Whether what is refused is kept for whoever asked, not said."""


def refuse(lines: Iterable[object]) -> NoReturn:
    """Say what is wrong, a line each, and end with exit code 2; within `attempted`, only end that."""
    told = tuple(printable(str(line)) for line in lines)
    if not _kept.get():
        for line in told:
            typer.echo(line, err=True)
    raise Refusal(told)


def attempted(work: Callable[[], T]) -> T | Refused:
    """Return what work comes to, or the lines by which it is refused, which are not said."""
    token = _kept.set(True)
    try:
        return work()
    except Refusal as refusal:
        return Refused(refusal.lines)
    finally:
        _kept.reset(token)


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
