"""Files are read with a limit, and every problem is one line with file and line."""

from __future__ import annotations

import io

import pytest

from firstbell.files import yaml_files
from firstbell.files.yaml_files import MOST_BYTES, Origin, Unreadable, files_in, read_file, read_stream


def told(read) -> list[str]:
    assert isinstance(read, Unreadable)
    return [str(problem) for problem in read.problems]


def test_documents_know_their_file_and_line(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("# remark\na: 1\n---\nb:\n  c: 2\n")
    read = read_file(path)
    assert not isinstance(read, Unreadable)
    assert [(one.file, one.line) for one in read] == [(str(path), 2), (str(path), 4)]
    assert read[1].line_of("b.c") == 5


def test_a_mark_of_byte_order_is_no_part_of_the_text(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    (document,) = read_file(path)
    assert isinstance(document, Origin)
    assert document.node.value == {"a": 1, "b": 2}


def test_a_syntax_error_is_file_line_what_and_cure(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\nb: [\n")
    (line,) = told(read_file(path))
    assert line.startswith(f"{path}:3: is not YAML: ")
    assert line.endswith(". Check indentation, quotes and colons on this line and the one before.")


def test_a_file_that_is_not_there(tmp_path):
    (line,) = told(read_file(tmp_path / "none.yaml"))
    assert line == (
        f"{tmp_path / 'none.yaml'}: cannot be read (no such file or directory)."
        " Give a file that exists and may be read."
    )


def test_a_folder_and_an_impossible_name_are_no_files(tmp_path):
    assert "is a directory" in told(read_file(tmp_path))[0]
    assert "is not the name of a file" in told(read_file(tmp_path / "a\0b"))[0]


def test_a_file_over_ten_megabytes_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "a.yaml"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    monkeypatch.setattr(type(path), "open", lambda *_: pytest.fail("was opened"))
    (line,) = told(read_file(path))
    assert "is larger than 10 MB. Split it" in line


def test_a_stream_without_end_is_cut_and_refused():
    assert "is larger than 10 MB" in told(read_stream(io.BytesIO(b" " * (MOST_BYTES + 1)), "-"))[0]


def test_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: 1\nb: \xff\n")
    assert told(read_file(path)) == [f"{path}:2: is not text in UTF-8. Save the file as UTF-8."]


def test_of_a_folder_the_yaml_files_in_it_are_read_by_name(tmp_path):
    for name in ("b.yml", "a.yaml", "c.txt", ".hidden.yaml"):
        (tmp_path / name).write_text("a: 1\n")
    (tmp_path / "deeper.yaml").mkdir()
    assert [file.name for file in files_in(tmp_path)] == ["a.yaml", "b.yml"]
    assert files_in(tmp_path / "c.txt") == (tmp_path / "c.txt",)
    assert files_in(tmp_path / "none") == (tmp_path / "none",)


def test_folders_in_a_folder_are_read_and_those_with_a_dot_are_not(tmp_path):
    left_out = (".git/x.yaml", "be/.b.yaml", "lost+found/x.yaml")
    for name in ("calendar.yaml", "be/flanders/broken.yaml", "be/a.yml", "lu.yaml/a.yaml", *left_out):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a: 1\n")
    found = [str(file.relative_to(tmp_path)) for file in files_in(tmp_path)]
    assert found == ["be/a.yml", "be/flanders/broken.yaml", "calendar.yaml", "lu.yaml/a.yaml"]
    assert not yaml_files.holds_nothing(tmp_path)


def test_a_link_to_a_folder_is_followed_and_none_in_circles(tmp_path):
    (tmp_path / "top").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.yaml").write_text("a: 1\n")
    (tmp_path / "elsewhere" / "back").symlink_to(tmp_path / "top")
    (tmp_path / "top" / "again").symlink_to(tmp_path / "top")
    (tmp_path / "top" / "first").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "top" / "second").symlink_to(tmp_path / "elsewhere")
    assert files_in(tmp_path / "top") == (tmp_path / "top" / "first" / "a.yaml",)


def test_more_folders_than_are_looked_into_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(yaml_files, "MOST_FOLDERS", 3)
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    (problem,) = files_in(tmp_path).problems
    assert "has more than 3 folders in it. Give those that the YAML files are in." in str(problem)
    assert not yaml_files.holds_nothing(tmp_path)


def test_what_cannot_be_read_below_a_folder_is_named(tmp_path):
    (tmp_path / "be").mkdir()
    (tmp_path / "be" / "gone.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "a.yaml").write_text("a: 1\n")
    (problem,) = files_in(tmp_path).problems
    assert str(problem).startswith(f"{tmp_path / 'be' / 'gone.yaml'}: cannot be read (no such file")


def test_a_folder_without_yaml_and_one_with_too_much_are_refused(tmp_path, monkeypatch):
    (problem,) = files_in(tmp_path).problems
    assert str(problem).startswith(f"{tmp_path}: has no file that ends in .yaml or .yml. ")
    monkeypatch.setattr(yaml_files, "MOST_FILES", 3)
    for number in range(4):
        (tmp_path / f"{number}.yaml").write_text("a: 1\n")
    (problem,) = files_in(tmp_path).problems
    assert "has more than 3 YAML files" in str(problem)
