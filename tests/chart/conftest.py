"""The real helm and promtool, for tests that need no cluster."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.programs import Programs
from firstbell_workshop.local.progress import progress_here
from tests.chart.rendering import rendered

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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


@pytest.fixture
def render(helm_program: Path, tmp_path: Path) -> Callable[..., str]:
    """The text of `helm template` with these options."""
    return lambda *options: rendered(helm_program, tmp_path, *options)
