"""The question before something is written."""

from __future__ import annotations

from typing import Annotated

import typer

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")]


def confirmed(question: str, *, yes: bool, default: bool = False) -> bool:
    """Ask on standard error, unless told not to; without anybody to answer it is no.

    `default` is the answer of who only presses Enter.
    """
    if yes:
        return True
    try:
        return typer.confirm(question, default=default, err=True)
    except typer.Abort:
        typer.echo("Not done: nobody answered. Give --yes.", err=True)
        return False
