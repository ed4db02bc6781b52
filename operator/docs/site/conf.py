"""The site: `sphinx-build -W -c operator/docs/site . FOLDER`, at the root of the repository.

Pages are the Markdown files as they lie, so that a link leads to the same place on the site and where the
repository is read. Which pages there are, and in which order, says the index, `operator/docs/README.md`; the
navigation is made of it. A page that the index does not name comes last.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))
from drawings import with_pictures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx.application import Sphinx

project = "firstbell"
author = "the authors of firstbell"
copyright = "the authors of firstbell"  # noqa: A001 - Sphinx reads it by this name
extensions = ["myst_parser"]
root_doc = "operator/docs/README"
include_patterns = [
    *("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"),
    *("charts/firstbell/README.md", "operator/README.md", "operator/docs/**.md", "operator/decisions/*.md"),
]
exclude_patterns = [".*", "tests", "crds", "examples", "operator/firstbell", "operator/firstbell_workshop"]
myst_heading_anchors = 4
highlight_language = "none"
html_theme = "furo"
html_title = "firstbell"
html_static_path = ["pages.css"]
html_extra_path = ["index.html"]
html_css_files = ["pages.css"]
html_copy_source = False
html_show_sphinx = False

_LINK = re.compile(r"\]\(([\w./-]+\.md)\)")
_SECTION = re.compile(r"^## (.+)\n((?:(?!## ).*\n)*)", re.MULTILINE)


def setup(app: Sphinx) -> None:
    """Join what is ours."""
    app.connect("source-read", _read)


def _read(app: Sphinx, name: str, content: list[str]) -> None:
    """Complete a page: the index and the first of a folder get their trees, and drawings their pictures."""
    path = Path(app.srcdir) / name
    folder, root = path.parent, Path(app.srcdir)
    content[0] = with_pictures(content[0])
    if name == app.config.root_doc:
        content[0] += "".join(_trees_of_the_index(folder, content[0], root))
    elif path.name == "README" and folder.parent.is_relative_to(root / "operator"):
        content[0] += _tree("", sorted(page for page in folder.glob("*.md") if page.stem != "README"), root)


def _trees_of_the_index(folder: Path, text: str, root: Path) -> Iterable[str]:
    """Yield a tree for each heading, of the pages under it, and one for pages that no heading has."""
    before = text.partition("\n## ")[0]
    told: set[Path] = set()
    for caption, part in [("", before), *_SECTION.findall(text)]:
        pages = [(folder / link).resolve() for link in _LINK.findall(part)]
        told.update(pages)
        yield _tree(caption, pages, root)
    nested = {page.parent for page in told if page.stem == "README"} - {folder, root}
    rest = {page for page in folder.rglob("*.md") if page.stem != "README" and page.parent not in nested}
    yield _tree("More", sorted(rest - told), root)


def _tree(caption: str, pages: Iterable[Path], root: Path) -> str:
    names = "".join(f"/{page.relative_to(root).with_suffix('').as_posix()}\n" for page in pages)
    options = ":hidden:\n" + (f":caption: {caption}\n" if caption else "")
    return f"\n```{{toctree}}\n{options}\n{names}```\n" if names else ""
