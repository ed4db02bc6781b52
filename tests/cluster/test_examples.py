"""Every example is taken by a real API server, as `kubectl apply` sends it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from firstbell.local.control_plane import ControlPlane

EXAMPLES = sorted(Path(__file__).parents[2].joinpath("examples").glob("*.yaml"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_can_be_applied_and_read_back(control_plane: ControlPlane, namespace: str, file: Path):
    bodies = list(yaml.safe_load_all(file.read_text(encoding="utf-8")))
    for body in bodies:
        body["metadata"]["namespace"] = namespace

    control_plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(bodies, sort_keys=False))

    for body in bodies:
        read = control_plane.kubectl(
            "get", body["kind"], body["metadata"]["name"], "-n", namespace, "-o", "yaml"
        )
        assert body["spec"].items() <= yaml.safe_load(read)["spec"].items()


def test_there_are_examples():
    assert len(EXAMPLES) >= 6
