"""Which pages there are, where they are kept, and what they should say."""

from __future__ import annotations

from pathlib import Path

from firstbell_workshop.reference import commands, findings, kinds, metrics, reasons, watching
from firstbell_workshop.reference.markdown import HEADER

FOLDER = Path(__file__).resolve().parents[2] / "docs"
_MODULES = (kinds, commands, reasons, metrics, findings, watching)
NAMES = tuple(module.FILE for module in _MODULES)


def pages() -> dict[str, str]:
    """Return the text of each page by its file among the documents."""
    return {module.FILE: HEADER + module.page() for module in _MODULES}


def differing() -> list[Path]:
    """Return the files that do not say what the code does."""
    files = {FOLDER / name: text for name, text in pages().items()}
    return [file for file, text in files.items() if not file.is_file() or file.read_text("utf-8") != text]


def write() -> None:
    """Write every page."""
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
