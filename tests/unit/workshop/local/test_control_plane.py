"""How kubectl and helm are started for a control plane."""

from __future__ import annotations

import pytest

from firstbell_workshop.local.control_plane import ControlPlane, Provision
from firstbell_workshop.local.programs import Programs
from firstbell_workshop.local.progress import LogProgress


@pytest.fixture
def here(tmp_path) -> ControlPlane:
    return ControlPlane(
        name="one",
        provision=Provision.LOCAL,
        kubeconfig=tmp_path / "kubeconfig",
        programs=Programs(progress=LogProgress()),
        folder=tmp_path,
    )


def test_short_lived_programs_collect_no_garbage(here, monkeypatch):
    monkeypatch.delenv("GOGC", raising=False)
    assert here.environment["GOGC"] == "off"


def test_what_the_user_says_of_garbage_holds(here, monkeypatch):
    monkeypatch.setenv("GOGC", "50")
    assert here.environment["GOGC"] == "50"


def test_they_reach_this_control_plane_and_keep_their_caches_in_its_folder(here, monkeypatch, tmp_path):
    monkeypatch.setenv("KUBECONFIG", "mine")
    assert here.environment["KUBECONFIG"] == str(tmp_path / "kubeconfig")
    assert here.environment["KUBECACHEDIR"].startswith(str(tmp_path))
