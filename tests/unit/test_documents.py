"""What the documents name is there: tests, files and folders of this repository, and none of a machine."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FAULTS = ROOT / "operator/docs/faults.md"
GLOSSARY = ROOT / "operator/docs/glossary.md"
ARCHITECTURE = ROOT / "operator/docs/architecture.md"
INDEX = ROOT / "operator/decisions/README.md"
DECISIONS = sorted((ROOT / "operator/decisions").glob("[0-9]*.md"))
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    ROOT / "operator/README.md",
    ROOT / "charts/firstbell/README.md",
    *sorted((ROOT / "operator/docs").rglob("*.md")),
    INDEX,
    *DECISIONS,
]
PARTS_OF_A_DECISION = ["Context", "Decision", "Alternatives", "Consequences", "Proof"]
QUOTED = re.compile(r"`([^`\n]+)`")
OF_THE_REPOSITORY = re.compile(r"(tests|examples|operator|charts|crds)/[\w./-]+\w")
OF_A_MACHINE = re.compile(r"(?<![\w.:/])/(work|root|home|tmp)/")


def named(document: Path) -> list[Path]:
    """Every file or folder of the repository that a document quotes, by itself or in a command."""
    words = (word for quoted in QUOTED.findall(document.read_text()) for word in quoted.split())
    return [ROOT / each for word in words if OF_THE_REPOSITORY.fullmatch(each := word.partition("::")[0])]


def of_each_fault() -> dict[str, list[tuple[Path, str]]]:
    """Fault to the tests that its row names: a file, and a function in it or nothing.

    Without a folder a file is in that of the one before it, without a file a function is.
    """
    found: dict[str, list[tuple[Path, str]]] = {}
    for row in FAULTS.read_text().splitlines():
        cells = [cell.strip() for cell in row.strip("|").split(" | ")]
        if not row.startswith("| ") or cells[0] == "fault":
            continue
        last = ROOT
        tests = found.setdefault(cells[0], [])
        for quoted in QUOTED.findall(cells[2]):
            file, _, function = quoted.partition("::")
            if file:
                last = ROOT / file if "/" in file else last.parent / file
            tests.append((last, function))
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_nothing_is_left_of_a_merge(document):
    assert [line for line in document.read_text().splitlines() if line[:8] in {"<<<<<<< ", ">>>>>>> "}] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_names_is_there_and_is_nobodys_machine(document):
    assert [str(path) for path in named(document) if not path.exists()] == []
    assert OF_A_MACHINE.search(document.read_text()) is None


def test_the_readme_is_read_in_ten_minutes():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 130


def test_every_fault_names_tests_that_are_there():
    faults = of_each_fault()
    assert len(faults) > 30
    for fault, tests in faults.items():
        assert tests, fault
        for file, function in tests:
            assert file.is_file(), f"{fault}: {file}"
            if function:
                assert function in functions(file), f"{fault}: {function}"


@cache
def functions(file: Path) -> set[str]:
    nodes = ast.walk(ast.parse(file.read_text()))
    return {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


@pytest.mark.parametrize("row", [row for row in FAULTS.read_text().splitlines() if row.startswith("| ")])
def test_every_fault_has_its_four_cells(row):
    assert len(row.strip("|").split(" | ")) == 4


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_every_decision_has_the_one_form(decision):
    text = decision.read_text()
    parts = re.findall(r"^\*\*([A-Z][^*]*)\.\*\*", text, re.MULTILINE)

    assert re.match(rf"# {decision.name[:4]}: ([A-Z`]|pytest-kind)", text)
    assert parts == [part for part in PARTS_OF_A_DECISION if part in parts]
    assert {"Context", "Decision", "Consequences"} <= set(parts)
    assert not re.search(r"^##", text, re.MULTILINE)


def test_the_index_has_one_row_for_each_decision_with_its_title_and_its_date():
    rows = rows_of_the_index()

    assert list(rows) == [path.name for path in DECISIONS]
    for path in DECISIONS:
        assert len(rows[path.name]) == 4, f"{path.name}: a row has a cell for what superseded it, if empty"
        title, day, one_line, _ = rows[path.name]
        assert path.read_text().startswith(f"# {path.name[:4]}: {title}\n")
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", day)
        assert one_line


def test_the_index_tells_what_was_superseded_and_by_what():
    superseded = {
        (old, path.name)
        for path in DECISIONS
        for old in re.findall(r"^Supersedes \[\d{4}\]\(([\w-]+\.md)\)", path.read_text(), re.MULTILINE)
    }
    told = {
        (old, link)
        for old, (*_, by) in rows_of_the_index().items()
        for link in re.findall(r"\(([\w-]+\.md)\)", by)
    }

    assert superseded
    assert told == superseded


def rows_of_the_index() -> dict[str, list[str]]:
    """File of a decision to its title, its date, its line and what superseded it."""
    rows: dict[str, list[str]] = {}
    for line in INDEX.read_text().splitlines():
        if line.startswith("| ["):
            link, *cells = (cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|"))
            rows[link.partition("(")[2].rstrip(")")] = cells
    return rows


def test_every_word_of_the_glossary_is_used_in_the_code():
    sources = "\n".join(path.read_text() for path in (ROOT / "operator/firstbell").rglob("*.py"))
    used = set(re.findall(r"\w+", sources))
    rows = [line for line in GLOSSARY.read_text().splitlines() if line.startswith("| ")]
    in_code = [word for row in rows for word in QUOTED.findall(row.strip("| ").split(" | ")[2])]

    assert len(in_code) > 50
    assert [word for word in in_code if word not in used] == []


def test_the_glossary_has_each_word_once():
    words = re.findall(r"^\| ([^|]+) \|", GLOSSARY.read_text(), re.MULTILINE)

    assert sorted(set(words) - {"word"}) == sorted(word for word in words if word != "word")


def test_the_drawings_name_rooms_that_are_there():
    drawings = re.findall(r"```mermaid\n(.*?)```", ARCHITECTURE.read_text(), re.DOTALL)
    rooms = set(re.findall(r"\b((?:engine|lab)/\w+)", "".join(drawings)))

    assert len(rooms) > 8
    package = ROOT / "operator/firstbell"
    assert [
        room for room in rooms if not ((package / room).is_dir() or (package / f"{room}.py").is_file())
    ] == []
