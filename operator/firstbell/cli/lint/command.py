"""`firstbell lint`: what files say and most likely do not mean, for people, tools, code scanning and reviews.

What cannot be read (a problem of `kinds`) and what can be read but not be meant (a finding of the core) come
out alike, each with file, line, path and cure. Exit code 0: nothing, or notices only; 1: findings that are
warnings or errors; 2: something is `Invalid`, which no plan can be made of. Whatever a file holds is printed
without control characters: a calendar must not be able to write to a terminal or to forge an annotation.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from firstbell.cli.dates import COMPARED_DAYS, civil_date
from firstbell.cli.lint.output import LintOutput


def lint(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="YAML files with calendars and their autoscalers, folders with all below them, "
            "or - for standard input.",
        ),
    ],
    output: Annotated[
        LintOutput,
        typer.Option(
            "--output",
            "-o",
            help="For people, tools, GitHub annotations, code scanning, or a comment in a review.",
        ),
    ] = LintOutput.TEXT,
    today: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Judge the end of calendars as of this date instead of today, like 2026-09-01.",
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="OLD",
            help="The file as it was, or the folder with all below it: also tell each bell of the next "
            f"{COMPARED_DAYS} days that is lost or lower than in them.",
        ),
    ] = None,
) -> None:
    """Find what calendars and autoscalers say and most likely do not mean.

    Exit code 0: nothing, or notices only. 1: a finding is a warning or an error. 2: something is Invalid: it
    cannot be read, says what cannot be (a minimum above the maximum), or names what is not there.
    """
    from firstbell.cli.lint.remarks import examine
    from firstbell.cli.lint.text import WRITERS

    judged = None if today is None else civil_date(today, "--today")
    report = examine(files, judged, against)
    encoding = sys.stdout.encoding or "utf-8"
    for line in WRITERS[output](report):
        typer.echo(line.encode(encoding, "backslashreplace").decode(encoding))
    raise typer.Exit(report.exit_code)
