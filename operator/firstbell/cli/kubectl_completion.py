"""Completion of `kubectl firstbell ...`: kubectl starts `kubectl_complete-firstbell` with the words so far.

It prints the words that may stand next, a tab and a help behind each, and last a number for the shell:
cobra's ShellCompDirective. The words are those of `firstbell --install-completion`: Typer is asked as its
script for fish asks, which tells a help with each word.
"""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import sys
from typing import TYPE_CHECKING

from firstbell.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "firstbell"
FILES, NO_FILES = ":0", ":4"
"""Directives: the shell goes on with names of files, as it does where we know of no word; it does not."""

ANY_HELP = 10_000
"""The width at which no help is broken: a second line would be taken for a word."""


def main() -> None:
    """Print the completions of the words in `sys.argv`, of which the last is the one being written."""
    *before, current = sys.argv[1:] or [""]
    for line in completions(before, current):
        sys.stdout.write(f"{line}\n")


def completions(before: Sequence[str], current: str) -> list[str]:
    """Return what may stand for `current` after the words before it, and the directive."""
    words = _asked(before, current)
    return [*words, NO_FILES if words or current.startswith("-") else FILES]


def _asked(before: Sequence[str], current: str) -> list[str]:
    asked = {
        f"_{PROGRAM.upper()}_COMPLETE": "complete_fish",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "COLUMNS": str(ANY_HELP),
        "_TYPER_COMPLETE_ARGS": f"{shlex.join([PROGRAM, *before])} {shlex.quote(current) if current else ''}",
    }
    before_us = dict(os.environ)
    os.environ.update(asked)
    told = io.StringIO()
    try:
        with contextlib.redirect_stdout(told), contextlib.suppress(SystemExit):
            app(prog_name=PROGRAM)
    finally:
        for name in asked.keys() - before_us.keys():
            del os.environ[name]
        os.environ.update(before_us)
    return [line for line in told.getvalue().splitlines() if line]
