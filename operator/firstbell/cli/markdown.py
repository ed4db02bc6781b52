"""Text of files in Markdown that others read: it stays text, whatever it holds."""

from __future__ import annotations

import re

from firstbell.cli.output import printable


def code(text: str) -> str:
    """Return text as code, for a cell of a table: no link, mention, image or tag comes of it.

    The fence is longer than any run of backticks in it; a bar would end the cell, also within code.
    """
    shown = printable(text).replace("|", "\\|")
    if not shown.strip():
        return ""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"
