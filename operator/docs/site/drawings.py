"""Drawings in Mermaid, and where their pictures are kept."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

FOLDER = Path(__file__).parent / "drawings"
_FENCE = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)


def drawn(page: str) -> list[str]:
    """Return the text of each drawing of a page."""
    return _FENCE.findall(page)


def digest(text: str) -> str:
    """Return the name under which the picture of a drawing is kept."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def with_pictures(page: str) -> str:
    """Return a page with the picture of each drawing, or its text where it was not drawn since."""

    def shown(fence: re.Match[str]) -> str:
        picture = FOLDER / f"{digest(fence[1])}.svg"
        return (
            f"![drawing](/operator/docs/site/drawings/{picture.name})"
            if picture.is_file()
            else f"```text\n{fence[1]}```"
        )

    return _FENCE.sub(shown, page)
