"""`firstbell crds`: the custom resource definitions, printed or written to their folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

CHART = Path("charts/firstbell")
CHART_FOLDER = CHART / "crd-files"
"""Not `crds`: helm installs what is in a folder of that name once, and never upgrades it."""


def crds(
    write: Annotated[
        bool, typer.Option("--write", help="Write one file per kind instead of printing.")
    ] = False,
    directory: Annotated[
        Path, typer.Option(help="The folder to write to; the chart beside it gets a copy.")
    ] = Path("crds"),
) -> None:
    """Print the custom resource definitions, for `kubectl apply -f -`, or write them to a folder.

    Exit code 2: a file could not be written.
    """
    from firstbell.cli.written_files import write_text
    from firstbell.kinds.crds import RENDERED_KINDS, render

    if not write:
        print("".join(render(kind) for kind in RENDERED_KINDS), end="")
        return
    for folder in folders(directory):
        for kind in RENDERED_KINDS:
            write_text(folder / kind.file_name, render(kind))


def folders(directory: Path) -> tuple[Path, ...]:
    """Tell where the definitions go: the folder, and the chart's as soon as there is a chart beside it."""
    chart = directory.parent / CHART
    return (directory, directory.parent / CHART_FOLDER) if chart.is_dir() else (directory,)
