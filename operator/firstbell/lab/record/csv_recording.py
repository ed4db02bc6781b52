"""A recording from a CSV file: columns `time` and `value`, a line a sample, read line by line.

Times are RFC 3339 with their offset from UTC, or seconds since 1970. An empty value (or null, or NaN) says
that nothing was measured. Everything else that is not a load is refused with file and line: guessed times
would put a load beside its bell.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from math import floor, nan
from typing import TYPE_CHECKING

from firstbell.files.yaml_files import FileProblem, Unreadable
from firstbell.kinds.problems import Problem, nearest, quoted
from firstbell.lab.record.recording import SAMPLE_COUNTS_SECONDS, Recording, Sample, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import TextIO

MOST_BYTES = 128 * 1000 * 1000
"""A year of a sample every 15 seconds has 57 to 80 MB."""
LONGEST_LINE = 10_000
NOT_MEASURED = frozenset({"", "nan", "null", "none", "na", "n/a"})
EARLIEST_SECOND, LATEST_SECOND = 946_684_800, 4_102_444_800  # the years 2000 to 2099
TIME_CURE = "Write it like 2026-09-01T08:30:00Z or 2026-09-01T08:30:00+02:00, or as seconds since 1970"


class _Refused(Exception):  # noqa: N818 - not an error of the program: ends the reading of a file
    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.message, self.cure = message, cure


def read_csv(path: Path, counts_seconds: int = SAMPLE_COUNTS_SECONDS) -> Recording | Unreadable:
    """Return the recording in a file, or the first thing that is wrong with it."""
    name = str(path)
    try:
        # Devices and pipes have no size: they are read to their end.
        if path.stat().st_size > MOST_BYTES:
            return _unreadable(
                name, 0, f"is larger than {MOST_BYTES // 1_000_000} MB", "Split it, or record in longer steps"
            )
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return _read(stream, name, counts_seconds)
    except UnicodeDecodeError:
        return _unreadable(name, 1, "is not text in UTF-8", "Save the file as UTF-8")
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        return _unreadable(name, 0, f"cannot be read ({reason})", "Give a file that exists and may be read")
    except ValueError:
        return _unreadable(name, 0, "is not the name of a file", "Give a file that exists and may be read")


def _read(stream: TextIO, name: str, counts_seconds: int) -> Recording | Unreadable:
    lines = csv.reader(_bounded(stream))
    try:
        columns = _columns(next(lines, []))
        found = recorded(_samples(lines, columns), counts_seconds)
    except _Refused as refused:
        return _unreadable(name, max(1, lines.line_num), refused.message, refused.cure)
    except csv.Error as error:
        return _unreadable(name, max(1, lines.line_num), f"is not CSV ({error})", "Correct the line")
    if found is None:
        return _unreadable(name, 1, "has no load in it", "Give lines of time,value below that heading")
    return found


def _bounded(stream: TextIO) -> Iterator[str]:
    """Yield the lines of a stream whose end nobody promises."""
    read = 0
    while line := stream.readline(LONGEST_LINE):
        read += len(line)
        if len(line) == LONGEST_LINE or read > MOST_BYTES:
            msg = f"has a line above {LONGEST_LINE} characters, or more than {MOST_BYTES // 1_000_000} MB"
            raise _Refused(msg, "Give lines of time,value")
        yield line


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where in a line the time and the value stand."""

    time: int
    value: int


def _columns(header: Sequence[str]) -> _Columns:
    names = [name.strip().lower() for name in header]
    for wanted in ("time", "value"):
        if wanted not in names:
            given = ",".join(header)
            cure = "Begin the file with a line time,value"
            if len(names) == 1 and ";" in given:
                cure = "Separate columns by commas, and begin with a line time,value"
            elif wanted == "value" and len(names) > 1:
                cure = nearest(
                    "value", [name for name in header if name.strip().lower() != "time"], noun="column"
                )
                cure = f"{cure}. Name the column of the load `value`"
            raise _Refused(f"has no column {wanted} in its heading {quoted(given)}", cure)
    return _Columns(time=names.index("time"), value=names.index("value"))


def _samples(lines: Iterator[list[str]], columns: _Columns) -> Iterator[Sample]:
    time_at, value_at = columns.time, columns.value
    needed = max(time_at, value_at)
    before = EARLIEST_SECOND
    for fields in lines:
        if len(fields) <= needed:
            if not fields:
                continue
            raise _Refused(
                f"has {len(fields)} of its {needed + 1} columns", "Complete the line, or remove it"
            )
        second = _second(fields[time_at])
        if second < before:
            message = f"{quoted(fields[time_at])} is before the line above it"
            raise _Refused(message, "Sort the file by time")
        before = second
        text = fields[value_at]
        try:
            value = float(text)
        except ValueError:
            if text.strip().lower() not in NOT_MEASURED:
                message = f"the value {quoted(text)} is not a number"
                raise _Refused(
                    message, "Write it like 1234.5, or leave it empty where nothing was measured"
                ) from None
            value = nan
        yield Sample(second, value)


def _second(text: str) -> int:
    """Return the whole second of a time, rounded down."""
    try:
        second = floor(float(text))
    except (ValueError, OverflowError):
        second = _second_of_wall(text)
    if EARLIEST_SECOND <= second < LATEST_SECOND:
        return second
    if EARLIEST_SECOND <= second // 1000 < LATEST_SECOND:
        raise _Refused(f"the time {quoted(text)} seems to be in milliseconds", "Divide the times by 1000")
    raise _Refused(f"the time {quoted(text)} is not between the years 2000 and 2099", TIME_CURE)


def _second_of_wall(text: str) -> int:
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        raise _Refused(f"the time {quoted(text)} is none", TIME_CURE) from None
    if instant.tzinfo is None:
        raise _Refused(f"the time {quoted(text)} has no offset from UTC", TIME_CURE)
    return floor(instant.timestamp())


def _unreadable(name: str, line: int, message: str, cure: str) -> Unreadable:
    problem = Problem(path="", message=message, cure=cure)
    return Unreadable(problems=(FileProblem(file=name, line=line, problem=problem),))
