"""Programs for tests: real executables in a folder of the test's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def put(folder: Path, name: str, script: str) -> Path:
    """Write a program that runs this shell script."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def telling(text: str) -> str:
    """A script that answers whatever it is asked with this."""
    return f"echo '{text}'"
