"""A console that shows what a terminal would obey."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from firstbell.core.reasons import visible


class VisibleConsole(Console):
    """A console on which every text is visible, also in the cells of tables; its own lines stay lines."""

    def render_str(self, text: str, **how: Any) -> Text:
        """Spell out what nobody would see in a cell, a title, a line."""
        return super().render_str(visible(text, keep="\n"), **how)
