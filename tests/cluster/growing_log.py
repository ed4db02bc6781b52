"""A log that others write at its end, read from where the last look has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class GrowingLog:
    """Each line is told once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0

    def new_lines(self) -> list[bytes]:
        """Those since the last look, whole ones: somebody may be in the middle of the last line.

        Fails where the log has become shorter: behind its end nothing would ever be seen.
        """
        with self._path.open("rb") as log:
            size = log.seek(0, 2)
            assert size >= self._read, f"{self._path} was begun anew: {size} bytes, {self._read} were read"
            log.seek(self._read)
            whole, end, _ = log.read().rpartition(b"\n")
        self._read += len(whole + end)
        return whole.splitlines()
