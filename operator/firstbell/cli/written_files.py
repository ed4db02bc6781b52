"""Files that a command writes into a folder that somebody names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.cli.output import refuse

if TYPE_CHECKING:
    from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Write a file, its folders before it, and print its path; end the command where that cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        refuse([not_written(path, error)])
    print(path)


def not_written(path: Path, error: Exception) -> str:
    """Say what could not be written, why, and what to do."""
    reason = (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
    return f"{path}: cannot be written ({reason}). Give a folder that may be written to."
