"""`firstbell merge`: the shares of `backtest --all --shard` as one run would have written them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from firstbell.cli.output import refuse

SHARES = "shard-*-of-*.json"
GIVE = "Give the files that firstbell backtest --all --shard has written, or their folder"


class MergeOutput(StrEnum):
    """How the whole is printed."""

    TABLE = "table"
    JSON = "json"


def merge(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="The files of the shares, or a folder of them.")
    ],
    output: Annotated[MergeOutput, typer.Option("--output", "-o", help="How to print it.")] = (
        MergeOutput.JSON
    ),
    results: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write the JSON into a file of this folder.")
    ] = None,
) -> None:
    """Put the shares of a backtest over many policies together.

    The document is that which one run would have written. Exit code 1: some policies could not be tried, and
    are named. 2: shares are missing or of other runs.
    """
    from firstbell.cli.backtest.many.conduct import Sheet, end
    from firstbell.cli.backtest.many.document import NotAShardError
    from firstbell.cli.backtest.many.merging import merged, whole_head

    shares = [file for path in files for file in (_shares(path) if path.is_dir() else [path])]
    as_table = output is MergeOutput.TABLE and results is None
    try:
        head = whole_head(shares)
        end(head, merged(head, shares), Sheet(results=results, as_table=as_table))
    except NotAShardError as error:
        refuse([f"{error}."])
    except BrokenPipeError:
        raise
    except OSError as error:
        why = (error.strerror or "unknown").lower()
        refuse([f"{error.filename}: cannot be read ({why}). {GIVE}."])
    except UnicodeDecodeError:
        refuse(["a file is not text in UTF-8. Give files that firstbell backtest --all has written."])


def _shares(folder: Path) -> list[Path]:
    found = sorted(folder.glob(SHARES))
    if not found:
        refuse([f"{folder}: holds no file of the form shard-0-of-2.json. Give the folder of --results."])
    return found
