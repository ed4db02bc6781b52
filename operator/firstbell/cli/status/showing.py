"""Looks that are shown: once, or again and again until somebody has seen enough."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer
import yaml
from rich.live import Live
from rich.text import Text

from firstbell.cli.many_clusters import Connections
from firstbell.cli.output import console
from firstbell.cli.status.look import Looks, Seen
from firstbell.cli.status.table import status_document, status_lines
from firstbell.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from rich.console import Console

EVERY_SECONDS = 2.0
REST = 4
"""Between two looks at least so many times as long as one takes: three thousand objects are a look, too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is to be shown of what; `several` says that contexts are told apart."""

    kubeconfig: Path | None
    contexts: tuple[str | None, ...]
    namespace: str | None
    everywhere: bool
    seconds: float
    watch: bool
    output: str
    several: bool


async def show(wanted: Wanted) -> int:
    """Show what is wanted, and return the exit code: that of the last look."""
    async with AsyncExitStack() as stack:
        looks = Looks(
            contexts=wanted.contexts,
            namespace=wanted.namespace,
            everywhere=wanted.everywhere,
            clock=SystemClock(),
            connections=Connections(kubeconfig=wanted.kubeconfig, seconds=wanted.seconds, stack=stack),
        )
        if wanted.watch:
            return await _watched(looks, several=wanted.several)
        seen = await looks.look()
        _print(seen, wanted)
        return seen.exit_code


def _print(seen: Seen, wanted: Wanted) -> None:
    if wanted.output == "json":
        typer.echo(json.dumps(status_document(seen), indent=2))
    elif wanted.output == "yaml":
        typer.echo(yaml.safe_dump(status_document(seen), sort_keys=False), nl=False)
    else:
        screen = console()
        _say(screen, status_lines(seen, SystemClock().now(), contexts=wanted.several, width=_width(screen)))


async def _watched(looks: Looks, *, several: bool) -> int:
    """Look and draw until Ctrl-C or SIGTERM; the last of it stays."""
    enough, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, enough.set)
    screen, last = console(), None
    live = Live(console=screen, screen=True, auto_refresh=False) if screen.is_terminal else None
    with live or contextlib.nullcontext():
        while not enough.is_set():
            begun = loop.time()
            seen = await _unless(enough, looks.look())
            if seen is None:
                break
            if live is not None:
                lines = _fitting(screen, seen, several=several)
                live.update(Text("\n".join(lines), no_wrap=True, overflow="crop"), refresh=True)
            elif seen != last:
                _say(screen, status_lines(seen, SystemClock().now(), contexts=several))
            last = seen
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(enough.wait(), max(EVERY_SECONDS, REST * (loop.time() - begun)))
    if live is not None and last is not None:
        _say(screen, _fitting(screen, last, several=several))
    return 0 if last is None else last.exit_code


def _fitting(screen: Console, seen: Seen, *, several: bool) -> list[str]:
    """Return the lines that a terminal has room for, the worst of them."""
    now = SystemClock().now()
    return status_lines(seen, now, contexts=several, width=screen.width, height=screen.height - 1)


def _width(screen: Console) -> int | None:
    return screen.width if screen.is_terminal else None


def _say(screen: Console, lines: list[str]) -> None:
    screen.out("\n".join(lines), highlight=False)


async def _unless(enough: asyncio.Event, look: Coroutine[Any, Any, Seen]) -> Seen | None:
    """Return what a look finds; None where somebody has seen enough before it is done."""
    looking, stopping = asyncio.ensure_future(look), asyncio.ensure_future(enough.wait())
    await asyncio.wait({looking, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if looking.done():
        return looking.result()
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    return None
