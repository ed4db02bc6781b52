"""Recordings from CSV files, and what is said of files that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from firstbell.files.yaml_files import Unreadable
from firstbell.lab.record import csv_recording
from firstbell.lab.record.csv_recording import read_csv
from firstbell.lab.record.recording import Recording

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "load.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder: Path, text: str | bytes) -> Recording:
    found = read_csv(written(folder, text))
    assert isinstance(found, Recording), found
    return found


def refused(folder: Path, text: str | bytes) -> str:
    """What is said of a file, without the folder's name."""
    found = read_csv(written(folder, text))
    assert isinstance(found, Unreadable), found
    return "\n".join(map(str, found.problems)).replace(f"{folder}/", "")


def test_times_are_rfc_3339_or_seconds_since_1970(tmp_path):
    found = read(
        tmp_path,
        "time,value\n2026-09-01T06:30:00Z,1\n2026-09-01T08:30:15+02:00,2\n1788244230,3\n1788244245.9,4\n",
    )
    assert [start - 1788244200 for start in found.starts] == [0, 15, 30, 45]
    assert list(found.values) == [1.0, 2.0, 3.0, 4.0]


def test_other_columns_quotes_a_byte_order_mark_and_windows_line_ends_are_taken(tmp_path):
    found = read(tmp_path, '\ufeff"Time",host,"Value"\r\n1788244200,a,"1.5"\r\n\r\n1788244215,b,2\r\n')
    assert list(found.values) == [1.5, 2.0]


def test_an_empty_value_was_not_measured(tmp_path):
    found = read(
        tmp_path, "time,value\n1788244200,1\n1788244215,\n1788244230,NaN\n1788244245,null\n1788244260,2\n"
    )
    assert (found.samples, found.unusable) == (5, 3)
    assert [gap.end - gap.start for gap in found.gaps()] == [45]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "load.csv:1: has no column time"),
        ("zeit,value\n1788244200,1\n", "load.csv:1: has no column time"),
        ("time;value\n1788244200;1\n", "Separate columns by commas"),
        ("time,load\n1788244200,1\n", "Name the column of the load `value`"),
        ("time,value\n", "load.csv:1: has no load in it"),
        ("time,value\n1788244200,\n", "load.csv:1: has no load in it"),
        ("time,value\n1788244200,1\nyesterday,1\n", 'load.csv:3: the time "yesterday" is none'),
        ("time,value\n2026-09-01T08:30:00,1\n", 'load.csv:2: the time "2026-09-01T08:30:00" has no offset'),
        ("time,value\n1788244200000,1\n", "seems to be in milliseconds. Divide the times by 1000."),
        ("time,value\n17,1\n", "is not between the years 2000 and 2099"),
        ("time,value\ninf,1\n", 'the time "inf" is none'),
        ("time,value\n1788244200,1\n1788244199,1\n", 'load.csv:3: "1788244199" is before the line above it'),
        ("time,value\n1788244200,many\n", 'load.csv:2: the value "many" is not a number'),
        ("time,value\n1788244200\n", "load.csv:2: has 1 of its 2 columns"),
        (b"time,value\n\xff\xfe,1\n", "is not text in UTF-8"),
        ("time,value\n" + "1" * 20_000, "has a line above"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(tmp_path, text, said):
    assert said in refused(tmp_path, text)


def test_a_file_that_is_not_there_is_told(tmp_path):
    found = read_csv(tmp_path / "none.csv")
    assert isinstance(found, Unreadable)
    assert "cannot be read (no such file or directory)" in str(found.problems[0])


def test_a_file_above_the_limit_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_recording, "MOST_BYTES", 20)
    assert "is larger than" in refused(tmp_path, "time,value\n1788244200,1\n")


def test_a_pipe_is_read_no_further_than_the_limit(monkeypatch):
    class Endless:
        def readline(self, _):
            return "1788244200,1\n"

    monkeypatch.setattr(csv_recording, "MOST_BYTES", 1000)
    with pytest.raises(csv_recording._Refused, match="more than"):
        list(csv_recording._bounded(Endless()))
