"""Draw what the pages have in Mermaid: `python operator/docs/site/draw.py`, at the root of the repository.

A drawing is kept under the digest of its text, so that one whose text was changed is not shown; until it is
drawn anew the site shows the text. It takes npm, which fetches Mermaid, and Chromium (`CHROMIUM` says which).
"""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

from drawings import FOLDER, digest, drawn

MERMAID = "mermaid@11.17.2"
_OPTIONS = "{startOnLoad: false, theme: 'neutral', htmlLabels: false, flowchart: {htmlLabels: false}}"


def main() -> None:
    """Draw all of them anew, and leave no other there."""
    texts = [
        text for page in sorted(Path("operator").rglob("*.md")) for text in drawn(page.read_text("utf-8"))
    ]
    with tempfile.TemporaryDirectory() as folder:
        found = re.findall(r"<svg.*?</svg>", _rendered(texts, Path(folder)), re.DOTALL)
    if len(found) != len(texts):
        sys.exit(f"{len(found)} of {len(texts)} were drawn")
    for old in FOLDER.glob("*.svg"):
        old.unlink()
    FOLDER.mkdir(exist_ok=True)
    for text, svg in zip(texts, found, strict=True):
        ET.fromstring(svg)  # noqa: S314 - it was made here
        (FOLDER / f"{digest(text)}.svg").write_text(svg + "\n", "utf-8")


def _rendered(texts: list[str], folder: Path) -> str:
    """Return the page with the drawings, as a browser has it."""
    subprocess.run(["npm", "pack", "--silent", MERMAID], cwd=folder, check=True, capture_output=True)
    with tarfile.open(next(folder.glob("*.tgz"))) as packed:
        packed.extractall(folder, filter="data")
    page = folder / "page.html"
    page.write_text(
        "<!DOCTYPE html><meta charset='utf-8'>"
        + "".join(f'<pre class="mermaid">{html.escape(text)}</pre>' for text in texts)
        + "<script src='package/dist/mermaid.min.js'></script>"
        + f"<script>mermaid.initialize({_OPTIONS}); mermaid.run()</script>",
        "utf-8",
    )
    browser = os.environ.get("CHROMIUM", "chromium")
    options = (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--allow-file-access-from-files",
        "--virtual-time-budget=20000",
    )
    done = subprocess.run(
        [browser, *options, "--dump-dom", page.as_uri()], check=True, capture_output=True, text=True
    )
    return done.stdout


main()
