"""A run over many policies: read, tried, written, and said what could not be."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import typer

from firstbell.cli.backtest.many.document import Head, write_lines
from firstbell.cli.backtest.many.policies import policies_of
from firstbell.cli.backtest.many.pool import tried_in_order
from firstbell.cli.backtest.many.table import line_of, print_lines
from firstbell.cli.output import UNREADABLE, console, printable, refuse
from firstbell.cli.written_files import not_written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import TextIO

    from firstbell.cli.backtest.many.policies import Objects
    from firstbell.cli.backtest.many.shard import Shard
    from firstbell.cli.backtest.many.table import Line
    from firstbell.cli.backtest.many.trying import Question, Tried

NOT_ALL = 1
WHOLE = "backtest.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """Where the answers go: as JSON into a folder or to standard output, or there as a table."""

    results: Path | None
    as_table: bool


def conduct(objects: Objects, question: Question, shard: Shard | None, jobs: int, sheet: Sheet) -> NoReturn:
    """Try all policies, or a shard of them, and end the command with what could not be tried."""
    policies = policies_of(objects)
    if not policies.keys and policies.problems:
        refuse(policies.problems)
    if not policies.keys:
        refuse(["there is no SchoolAutoscaler in what was read. Give others with -f, -n or -A."])
    keys = policies.keys if shard is None else shard.of(policies.keys)
    head = Head(
        inputs=objects.digest(question.as_told()),
        policies=len(policies.keys),
        unreadable=policies.problems,
        shard=shard,
    )
    tried = _told(tried_in_order(objects, question, keys, jobs), len(keys))
    end(head, tried, sheet)


def end(head: Head, tried: Iterable[Tried], sheet: Sheet) -> NoReturn:
    """Write what became of policies, and end the command: 1 where some could not be tried, 2 where none.

    A share ends with 0 once it is written: to try it again would change nothing, and whoever merges the
    shares is told what is missing in all of them.
    """
    notes = _Notes(summed=sheet.as_table)
    noted = notes.of(tried)
    if sheet.results is not None:
        path = sheet.results / (WHOLE if head.shard is None else head.shard.file_name)
        with _written(path) as stream:
            write_lines(stream, head, noted)
        typer.echo(f"written: {path}", err=True)
    elif sheet.as_table:
        for _ in noted:
            pass
    else:
        write_lines(sys.stdout, head, noted)
    if sheet.as_table:
        print_lines(console(), notes.lines)
    missing = [*head.unreadable, *(f"{one.key}: {one.why}" for one in notes.missing)]
    for problem in missing:
        typer.echo(f"not tried: {printable(problem)}", err=True)
    if head.shard is not None:
        raise typer.Exit(0)
    if notes.missing and not notes.tried:
        raise typer.Exit(UNREADABLE)
    raise typer.Exit(NOT_ALL if missing else 0)


class _Notes:
    """What is kept of policies while they pass: how many were tried, and a line of each if one is wanted."""

    def __init__(self, *, summed: bool) -> None:
        self._summed = summed
        self.tried = 0
        self.lines: list[Line] = []
        self.missing: list[Tried] = []

    def of(self, tried: Iterable[Tried]) -> Iterator[Tried]:
        for one in tried:
            if not one.line:
                self.missing.append(one)
            else:
                self.tried += 1
                if self._summed:
                    self.lines.append(line_of(one.line))
            yield one


def _told(tried: Iterable[Tried], total: int) -> Iterator[Tried]:
    """Pass policies on, and tell on the side how far it is."""
    for number, one in enumerate(tried, start=1):
        typer.echo(f"{number} of {total}: {printable(one.key)}", err=True)
        yield one


@contextmanager
def _written(path: Path) -> Iterator[TextIO]:
    """Open a file that is there when it is whole, and not before."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8") as stream:
            yield stream
        beside.replace(path)
    except OSError as error:
        refuse([f"--results {not_written(path, error)}"])
    finally:
        with suppress(OSError):
            beside.unlink()
