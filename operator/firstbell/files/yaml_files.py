"""Files of YAML, read with a limit, and problems that name the file and the line."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from firstbell.files.yaml_text import LineProblem, Node, read_yaml
from firstbell.kinds.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

STDIN = Path("/dev/stdin")
"""What `-` reads, as with kubectl."""
MOST_BYTES = 10 * 1000 * 1000
MOST_FILES, MOST_BYTES_TOGETHER = 1000, 10 * MOST_BYTES
"""Of a folder, with all folders in it."""
MOST_FOLDERS = 10_000
"""A link may lead anywhere, also to where a machine has everything."""
REPAIRS = "lost+found"
"""At the top of a volume, and nobody but root may read it."""
SUFFIXES = {".yaml", ".yml"}


@dataclass(frozen=True, kw_only=True, slots=True)
class FileProblem:
    """One thing that is wrong in a file. Its text is one line, `FILE:LINE: PATH: what. Cure.`.

    An object that is read from a cluster has no lines, nor has a file that cannot be opened or is too large:
    `line` is 0 then, and left out. `column` is told to tools alone.
    """

    file: str
    line: int
    problem: Problem
    column: int = 1

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.problem}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """The answer in place of what files hold: at least one problem, by file and line."""

    problems: tuple[FileProblem, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Where an object stands: a file and the node of the object in it."""

    file: str
    node: Node

    @property
    def line(self) -> int:
        """The object's first line."""
        return self.node.line

    def line_of(self, path: str) -> int:
        """Return the line of a dotted path, or of the deepest part of it that is there."""
        return self.node.line_of(path)

    def problem(self, problem: Problem) -> FileProblem:
        """Return the problem with the line of its path."""
        node = self.node.at(problem.path)
        return FileProblem(file=self.file, line=node.line, problem=problem, column=node.column)


def files_in(path: Path) -> tuple[Path, ...] | Unreadable:
    """Return the path itself, or of a folder the YAML files in it and in the folders below it, by name.

    A link to a folder is followed; each folder is looked into once, so that no link leads in circles.

    What begins with a dot is left out, folders too: editors and tools keep such files for themselves. So is
    the folder that a file system keeps for its repairs.
    `-` is standard input.
    """
    name = str(path)
    if name == "-":
        return (STDIN,)
    try:
        found = _files_of(path) if path.is_dir() else (path,)
        size = sum(file.stat().st_size for file in found[:MOST_FILES]) if len(found) > 1 else 0
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        place = str(error.filename or name)
        return _refused(place, f"cannot be read ({reason})", "Give a folder that may be read", 0)
    except ValueError:
        return (path,)
    except _TooManyFoldersError:
        many = f"has more than {MOST_FOLDERS:,} folders in it"
        return _refused(name, many, "Give those that the YAML files are in", 0)
    return _bounded(name, found, size)


def _bounded(name: str, found: tuple[Path, ...], size: int) -> tuple[Path, ...] | Unreadable:
    """Return the files of a folder, or why these are none, or too much."""
    if not found:
        return _refused(name, "has no file that ends in .yaml or .yml", "Give the folder that they are in", 0)
    if len(found) > MOST_FILES or size > MOST_BYTES_TOGETHER:
        many = f"has more than {MOST_FILES:,} YAML files, or more than 100 MB of them"
        return _refused(name, many, "Give some of its files", 0)
    return found


def holds_nothing(path: Path) -> bool:
    """Tell whether it is a folder that can be looked into and has no YAML file, nor has any below it."""
    try:
        return path.is_dir() and not _files_of(path)
    except (OSError, _TooManyFoldersError):
        return False  # told where it is read


class _TooManyFoldersError(Exception):
    """There are more folders below a folder than are looked into."""


def _files_of(folder: Path) -> tuple[Path, ...]:
    """Return its YAML files and those below it by name, one more than may be read at the most."""
    return tuple(sorted(islice(_found_below(folder), MOST_FILES + 1)))


def _found_below(top: Path) -> Iterator[Path]:
    """Yield the YAML files of a folder and of those below it, each folder once."""
    seen: set[tuple[int, int]] = set()
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        status = folder.stat()
        if (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        if len(seen) > MOST_FOLDERS:
            raise _TooManyFoldersError
        entries = sorted(entry for entry in folder.iterdir() if not _is_left_out(entry))
        inside = [entry for entry in entries if entry.is_dir()]
        yield from (entry for entry in entries if entry.suffix in SUFFIXES and entry not in inside)
        waiting += reversed(inside)


def _is_left_out(entry: Path) -> bool:
    return entry.name[0] == "." or entry.name == REPAIRS


def read_file(path: Path) -> tuple[Origin, ...] | Unreadable:
    """Return the documents of a file, or what is wrong with it."""
    name = str(path)
    try:
        # The size is asked first, so that nothing of a large file is read; devices and pipes have none.
        if path.stat().st_size > MOST_BYTES:
            return _refused(name, *_TOO_LARGE, 0)
        with path.open("rb") as stream:
            return read_stream(stream, name)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        return _refused(name, f"cannot be read ({reason})", "Give a file that exists and may be read", 0)
    except ValueError:
        return _refused(name, "is not the name of a file", "Give a file that exists and may be read", 0)


def read_stream(stream: BinaryIO, name: str) -> tuple[Origin, ...] | Unreadable:
    """Return the documents of an open file, or what is wrong with it; `name` is how problems call it."""
    data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        return _refused(name, *_TOO_LARGE, 0)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return _refused(name, "is not text in UTF-8", "Save the file as UTF-8", line)
    found = read_yaml(text)
    problems = tuple(
        FileProblem(file=name, line=bad.line, problem=bad.problem, column=bad.column)
        for bad in found
        if isinstance(bad, LineProblem)
    )
    if problems:
        return Unreadable(problems=problems)
    return tuple(Origin(name, node) for node in found if isinstance(node, Node))


_TOO_LARGE = ("is larger than 10 MB", "Split it: a calendar has a few hundred kilobytes at most")


def _refused(file: str, message: str, cure: str, line: int = 1) -> Unreadable:
    problem = Problem(path="", message=message, cure=cure)
    return Unreadable(problems=(FileProblem(file=file, line=line, problem=problem),))
