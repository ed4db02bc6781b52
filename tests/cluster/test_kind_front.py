"""pytest-kind's own `kind_cluster` fixture under today's pytest, on a control plane behind kind's commands.

pytest-kind 22.11.1 is its newest release. It only ever runs a kind binary and kubectl, so what is shown here
holds with real kind too, as far as pytest-kind goes, and needs no container engine.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from firstbell_workshop.local import folders, kept, kwok
from firstbell_workshop.local.cache import cache_folder
from firstbell_workshop.local.kind_front import write_program
from firstbell_workshop.local.lookup import Here
from firstbell_workshop.local.processes import processes_of
from firstbell_workshop.local.programs import Programs
from firstbell_workshop.local.progress import LogProgress
from firstbell_workshop.local.spec import ControlPlaneSpec
from tests.cluster.conftest import be_frugal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# What it needs, and what a module of a user looks like.
INNER = """
import json

def test_inner(kind_cluster, request):
    nodes = json.loads(kind_cluster.kubectl("get", "nodes", "--output", "json"))["items"]
    assert len(nodes) == 1
    kind_cluster.kubectl("create", "namespace", "inner")
    kind_cluster.load_docker_image("example.invalid/operator:dev")
    assert {node["metadata"]["name"] for node in nodes} == {
        node["metadata"]["name"] for node in kind_cluster.api.get(url="nodes").json()["items"]
    }
"""


@pytest.fixture(scope="module")
def kubectl() -> Path:
    programs = Programs(progress=LogProgress())
    needed = kwok.program_names(ControlPlaneSpec())
    if not Here(needed=needed, programs=programs).local():
        sentence = "the local control plane needs Go 1.26 or its programs on PATH"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(sentence)
    return programs.get(needed)["kubectl"]


@pytest.fixture
def name() -> Iterator[str]:
    name = f"test-{secrets.token_hex(3)}"
    yield name
    if name in kept.names():
        kept.down(name)


@pytest.fixture
def inner(tmp_path, name, kubectl, monkeypatch) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the test of a user in a folder of its own, as a user would."""
    be_frugal(monkeypatch)
    (tmp_path / "test_inner.py").write_text(INNER)
    front = write_program(tmp_path / "kind")
    environ = {**os.environ, "HOME": str(tmp_path / "home"), "FIRSTBELL_CACHE": str(cache_folder())}
    environ.pop("PYTEST_ADDOPTS", None)

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
        argv += [f"--cluster-name={name}", f"--kind-bin={front}", f"--kind-kubectl-bin={kubectl}", *options]
        return subprocess.run(
            argv, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=180, check=False
        )

    return run


def test_the_fixture_creates_a_cluster_and_uses_it_and_a_kept_one_is_used_again_and_deleted(
    inner, name, tmp_path
):
    folder = folders.clusters_folder() / name
    finished = inner("--keep-cluster")

    assert "1 passed" in finished.stdout, finished.stdout + finished.stderr
    assert name in kept.names()

    again = inner()

    assert "AlreadyExists" in again.stdout + again.stderr  # the namespace of the last run is still there
    assert not folder.exists()
    assert not processes_of(folder)
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.glob(".pytest-kind/**/*")}
    assert written == {f".pytest-kind/{name}", f".pytest-kind/{name}/kubeconfig"}  # and nothing was fetched
    assert (tmp_path / ".pytest-kind" / name / "kubeconfig").read_text() == ""
