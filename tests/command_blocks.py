"""The blocks of commands in the documents, and what a mark says of each.

A mark is an HTML comment of its own before a block, which no reader sees:

    <!-- run -->               run without a cluster, in a folder that has the examples
    <!-- run: cluster -->      run on the control plane of the cluster tests
    <!-- not run: REASON -->   not run, and why
    <!-- output -->            what the commands before it say; compared where they are run
    <!-- not run here: WHY --> of all blocks of a page that have no mark of their own

Where a block has lines that begin with `$ `, what follows them is what they say. `...` stands for any lines.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "charts/firstbell/README.md")),
    ROOT / "operator/README.md",
    *sorted((ROOT / "operator/docs").rglob("*.md")),
)
OF_A_SHELL = {"sh", "bash", "shell", "console"}
PROGRAMS = {
    *(
        "firstbell",
        "kubectl",
        "helm",
        "kind",
        "docker",
        "podman",
        "python",
        "python3",
        "pip",
        "pipx",
        "uv",
        "git",
    ),
    *(
        "uvx",
        "cp",
        "mkdir",
        "ls",
        "cat",
        "curl",
        "eval",
        "source",
        "export",
        "sed",
        "cosign",
        "oras",
        "promtool",
    ),
    *(".uv/bin/uv", ".venv/bin/firstbell", ".ci/run", "pre-commit", "pytest", "ruff", "mypy"),
}
"""A block without a language is one of commands where it begins with one of these."""
ELIDED = "..."
_MARK = re.compile(r"<!-- (run|run: cluster|not run: \S.*|output) -->")
_OF_A_PAGE = re.compile(r"^<!-- not run here: (\S.*) -->$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """What is typed, and the lines that the document shows of its output; None where it shows none."""

    typed: str
    said: tuple[str, ...] | None = None

    @property
    def words(self) -> list[str] | None:
        """Its arguments, where it is one command without anything of a shell."""
        try:
            words = shlex.split(self.typed, comments=True)
        except ValueError:
            return None
        of_a_shell = {"|", "&&", "||", ">", "<", ";", "&"}
        return None if of_a_shell & set(words) or "$(" in self.typed else words


@dataclass(kw_only=True, slots=True)
class Block:
    """Commands of a document in their order, and what is said of them."""

    document: Path
    line: int
    mark: str
    commands: list[Command] = field(default_factory=list)

    @property
    def where(self) -> str:
        """The document and the line, as an editor opens it."""
        return f"{self.document.relative_to(ROOT)}:{self.line}"

    def __repr__(self) -> str:
        return self.where


def blocks(documents: Iterable[Path] = DOCUMENTS) -> list[Block]:
    """Return every block that holds commands, or is marked as if it did."""
    return [block for document in documents for block in _read(document, document.read_text())]


@cache
def _read(document: Path, text: str) -> tuple[Block, ...]:
    """Several files of tests ask for the blocks of every document."""
    return tuple(_blocks(document, text))


def _blocks(document: Path, text: str) -> Iterator[Block]:
    found = _OF_A_PAGE.search(text)
    of_page = f"not run: {found[1]}" if found else ""
    mark, last = "", None
    for token in MarkdownIt().parse(text):
        if token.type == "html_block" and (found := _MARK.fullmatch(token.content.strip())):
            mark = found[1]
        elif token.type in {"fence", "code_block"}:
            if mark == "output":
                _give_output(last, token, document)
            elif mark or _has_commands(token):
                last = Block(
                    document=document,
                    line=_line(token),
                    mark=mark or of_page,
                    commands=list(_commands(token)),
                )
                yield last
            mark = ""


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 0


def _has_commands(token: Token) -> bool:
    language, lines = token.info.strip(), token.content.splitlines()
    first = next((line.split(" ", 1)[0] for line in lines if line.strip() and line[0] != "#"), "")
    typed = first in PROGRAMS or any(line.startswith("$ ") for line in lines)
    return language in OF_A_SHELL or (not language and typed)


def _give_output(block: Block | None, token: Token, document: Path) -> None:
    """Give a block's last command its output, for which no second one may follow."""
    assert block is not None, f"{document}:{_line(token)} is the output of nothing"
    block.commands[-1] = Command(typed=block.commands[-1].typed, said=tuple(token.content.splitlines()))


def _commands(token: Token) -> Iterator[Command]:
    lines = token.content.splitlines()
    with_output = any(line.startswith("$ ") for line in lines)
    typed, said = "", []
    for line in lines:
        goes_on = bool(typed) and (typed.endswith("\\") or not _is_whole(typed))
        if goes_on:
            typed = typed.removesuffix("\\") + ("" if typed.endswith("\\") else "\n") + line
        elif with_output and not line.startswith("$ "):
            said.append(line)
        elif line.strip():
            if typed:
                yield Command(typed=typed, said=tuple(said) or None)
            typed, said = line.removeprefix("$ "), []
    if typed:
        yield Command(typed=typed, said=tuple(said) or None)


def _is_whole(typed: str) -> bool:
    try:
        shlex.split(typed, comments=True)
    except ValueError:
        return False
    return True


def missing(shown: Iterable[str], said: str) -> list[str]:
    """Return the first stretch of what a document shows that was not said after the one before it.

    Blanks at the ends of lines do not count.
    """
    heard = [line.rstrip() for line in said.splitlines()]
    stretch: list[str] = []
    for line in [*(line.rstrip() for line in shown), ELIDED]:
        if line.strip() != ELIDED:
            stretch.append(line)
            continue
        starts = range(len(heard) - len(stretch) + 1)
        found = next((at for at in starts if heard[at : at + len(stretch)] == stretch), None)
        if found is None:
            return stretch
        heard, stretch = heard[found + len(stretch) :], []
    return []
