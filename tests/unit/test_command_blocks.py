"""Each block of commands in the documents is run or says why not, and each option that is named is there."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from firstbell.cli.main import app
from firstbell_workshop.reference.commands import commands
from tests.command_blocks import DOCUMENTS, ROOT, Command, blocks, missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SET_UP = (".uv/bin/uv", "run")
"""What stands before `firstbell` where a reader has not set anything up yet."""
ANSWERED = {0, 1}
"""0: well; 1: something is red, short or lost, as the document's own output shows. 2 is a mistake."""
OF_OTHER_PROGRAMS = {
    *("--take-ownership", "--force-conflicts", "--no-hooks", "--server-side", "--extra", "--all-extras"),
    *("--rounds", "--together"),  # of a benchmark
}
RUN = "<!-- run -->"


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


each_page = pytest.mark.parametrize("page", DOCUMENTS, ids=name)
"""Read in its tests alone: each process collects them, and few run them."""


@cache
def sources() -> str:
    return "".join(path.read_text() for room in ("operator", "tests") for path in (ROOT / room).rglob("*.py"))


@cache
def options_of_ours() -> dict[tuple[str, ...], set[str]]:
    """The options of each command of ours, by its words."""
    return {command.words: {*command.options, "-h"} for command in commands()}


@each_page
def test_each_block_of_commands_is_marked_as_run_or_as_not_run_and_why(page: Path):
    unmarked = [f"{block.where}: {block.commands[0].typed}" for block in blocks([page]) if not block.mark]
    assert unmarked == [], "put <!-- run -->, <!-- run: cluster --> or <!-- not run: why --> before it"


@each_page
def test_the_tests_that_a_mark_names_are_there(page: Path):
    marks = [(block.where, block.mark) for block in blocks([page])]
    named = [(where, name) for where, mark in marks for name in re.findall(r"tests/[\w./-]*\w", mark)]
    assert [one for one in named if not (ROOT / one[1]).exists()] == []


@pytest.mark.parametrize("page", [page for page in DOCUMENTS if RUN in page.read_text()], ids=name)
def test_the_commands_of_a_page_run_and_say_what_it_shows(page, tmp_path, monkeypatch):
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    for block in [block for block in blocks([page]) if block.mark == "run"]:
        for command in block.commands:
            code, output = done(command)
            assert code in ANSWERED, f"{block.where}: {command.typed}\n{output}"
            lost = missing(command.said or (), output)
            assert not lost, f"{block.where}: {command.typed} does not say\n" + "\n".join(lost)


def done(command: Command) -> tuple[int, str]:
    """Exit code and output: of ours in this process, of others by a shell."""
    words = command.words or []
    if words[:2] == [*SET_UP]:
        words = words[2:]
    if words[:1] == ["firstbell"]:
        result = CliRunner().invoke(app, words[1:], env={"COLUMNS": "80", "NO_COLOR": "1"})
        return result.exit_code, result.output
    found = subprocess.run(["bash", "-c", command.typed], capture_output=True, text=True, check=False)
    # What fails in a shell is no answer of ours.
    return (2 if found.returncode else 0), found.stdout + found.stderr


def test_an_output_is_held_stretch_by_stretch_and_in_its_order():
    said = "head\na   \nb\nc\nd\n"
    assert missing(["a", "b", "...", "d"], said) == []
    assert missing(["b", "...", "a"], said) == ["a"]
    assert missing(["a", "c"], said) == ["a", "c"]


def test_a_block_without_a_mark_and_an_output_of_nothing_are_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "text\n\n    firstbell lint x.yaml\n\n"
        "<!-- run -->\n```\n$ ls \\\n  -a\n.\n```\n\n```yaml\nkind: x\n```\n"
    )
    (first, second) = blocks([page])
    assert (first.mark, second.mark) == ("", "run")
    assert [command.said for command in second.commands] == [(".",)]
    page.write_text("<!-- output -->\n```\nx\n```\n")
    with pytest.raises(AssertionError, match="the output of nothing"):
        blocks([page])


def test_the_overview_of_commands_has_each_of_them():
    rows = (ROOT / "operator/docs/commands.md").read_text()
    firsts = {words[0] for words in options_of_ours() if words}
    assert [word for word in sorted(firsts) if f"`firstbell {word}" not in rows] == []


CALL = re.compile(
    r"(?:^|[|&;(] *|(?:uv|kubectl) (?:run )?(?:--\S+ )*)(?:\.venv/bin/)?firstbell "
    r"((?:[a-z]+(?: |$))*)([^|&;)\n]*)",
    re.MULTILINE,
)
OPTION = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]*")
IN_TEXT = re.compile(r"`([^`]+)`")


def uses(page: Path) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Each call of ours on a page, in its blocks and in its sentences: its words and options."""
    prose = (found for found in IN_TEXT.findall(page.read_text()) if found.startswith("firstbell "))
    typed = (command.typed for block in blocks([page]) for command in block.commands)
    # In a table a stroke is escaped: between words it is a pipe, else it parts options of which one is given.
    text = "\n".join((*prose, *typed)).replace(" \\| ", " | ").replace("\\|", " ")
    for call in CALL.finditer(text):
        words = tuple(call[1].split())
        while words and words not in options_of_ours() and words[:-1] in options_of_ours():
            words = words[:-1]
        yield words, OPTION.findall(re.sub(r"(\"[^\"]*\"|'[^']*')", "", call[2]))


@each_page
def test_commands_and_options_of_ours_that_a_document_names_are_there(page: Path):
    strange = [
        f"firstbell {' '.join(words)}: {option}"
        for words, options in uses(page)
        for option in options
        if words not in options_of_ours() or option not in options_of_ours()[words]
    ]
    assert strange == []
    assert [words for words, _ in uses(page) if words not in options_of_ours()] == []


@each_page
def test_an_option_or_a_variable_that_a_sentence_names_is_there(page: Path):
    ours = set().union(*options_of_ours().values()) | OF_OTHER_PROGRAMS
    named = [code for code in IN_TEXT.findall(page.read_text()) if code.startswith("-")]
    assert {option for code in named for option in OPTION.findall(code)} <= ours
    assert [
        name for name in re.findall(r"FIRSTBELL_[A-Z_]+", page.read_text()) if name not in sources()
    ] == []
