"""The real helm and promtool, for tests that need no cluster."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.programs import Programs
from firstbell_workshop.local.progress import progress_here
from tests.chart.rendering import rendered

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="session")
def helm_program() -> Path:
    return built("helm")


@pytest.fixture(scope="session")
def promtool() -> Path:
    return built("promtool")


def built(name: str) -> Path:
    """A program from PATH, or built here once; without it its tests fail in CI and are skipped elsewhere."""
    try:
        return Programs(progress=progress_here()).get([name])[name]
    except ControlPlaneError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def renderings() -> dict[tuple[str, ...], str]:
    """What helm has made so far, by its options: many tests look at the same rendering."""
    return {}


@pytest.fixture
def render(helm_program: Path, tmp_path: Path, renderings: dict[tuple[str, ...], str]) -> Callable[..., str]:
    """The text of `helm template` with these options."""

    def text(*options: str) -> str:
        # A test may write another thing into the same file.
        given = tuple(Path(each).read_text("utf-8") if each[:1] == "/" else each for each in options)
        if given not in renderings:
            renderings[given] = rendered(helm_program, tmp_path, *options)
        return renderings[given]

    return text
