"""A directory of tests whose costly fixtures end with its last test, and not with the session.

Of pytest's scopes only that of a package ends with a directory, and pytest takes only one with an
`__init__.py` for a package. The tests are files and not packages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

WITH_AN_END = frozenset({"cluster"})
"""Names of directories whose conftest has fixtures of the scope `package`."""


class DirectoryWithAnEnd(pytest.Package):
    """A package for pytest's scopes; there is no `__init__.py` to be imported."""

    def setup(self) -> None:
        pass


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The directory, if it is one of those; None leaves it to pytest."""
    if path.name not in WITH_AN_END:
        return None
    found: pytest.Collector = DirectoryWithAnEnd.from_parent(parent, path=path)
    return found
