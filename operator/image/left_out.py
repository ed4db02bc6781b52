"""What the packages bring and the operator's image does not hold, and its removal.

    python operator/image/left_out.py SITE_PACKAGES

The Kubernetes client brings a module for each type and each group of the API: generated, and loaded by name
when somebody asks for one. Nobody here does; of the client we take the reading of kubeconfigs. Kopf knows two
of the types where they are installed, and does without.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

GENERATED = (
    "kubernetes/client/api",
    "kubernetes/client/models",
    "kubernetes/aio/client/api",
    "kubernetes/aio/client/models",
)
"""Folders that keep their `__init__` alone, which says where each name would be."""


class UnknownLayoutError(Exception):
    """The client is laid out otherwise than this list says, and the text names the folder."""


def left_out(site_packages: Path) -> Iterator[Path]:
    """Yield every file that the image does without. Raises UnknownLayoutError."""
    for name in GENERATED:
        folder = site_packages / name
        found = [*folder.glob("*.py"), *folder.glob("__pycache__/*.pyc")]
        unused = [file for file in found if not file.name.startswith("__init__.")]
        if not unused or not (folder / "__init__.py").is_file():
            raise UnknownLayoutError(f"{folder}: holds no generated modules. Mend the list in {__file__}.")
        yield from unused


def main() -> None:
    """Remove them from the folder that is given."""
    for file in list(left_out(Path(sys.argv[1]))):
        file.unlink()


if __name__ == "__main__":
    main()
