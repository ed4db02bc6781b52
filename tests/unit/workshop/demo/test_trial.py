"""A try at making pods on a cluster that does not answer: told in one sentence, and nothing is left of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from firstbell.engine.objects.target_ref import TargetRef
from firstbell_workshop.demo.trial import try_out
from firstbell_workshop.local.control_plane import ControlPlane, Provision
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.programs import Programs
from firstbell_workshop.local.progress import LogProgress
from tests.unit.workshop.local.stub_programs import put

if TYPE_CHECKING:
    from pathlib import Path

WEB = TargetRef(namespace="learning-platform", api_version="apps/v1", kind="Deployment", name="web-frontend")
NOWHERE = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "nowhere",
    "clusters": [{"name": "nowhere", "cluster": {"server": "http://127.0.0.1:1"}}],
    "users": [{"name": "nobody", "user": {"token": "none"}}],
    "contexts": [{"name": "nowhere", "context": {"cluster": "nowhere", "user": "nobody"}}],
}


@pytest.fixture
def nowhere(tmp_path: Path) -> ControlPlane:
    """A cluster that does not answer, and a kubectl that notes its calls."""
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(NOWHERE))
    put(tmp_path / "bin", "kubectl", f'echo "$@" >> {tmp_path}/calls; echo v1.37.2')
    programs = Programs(progress=LogProgress(), environ={"PATH": str(tmp_path / "bin")})
    return ControlPlane(name="nowhere", provision=Provision.GIVEN, kubeconfig=kubeconfig, programs=programs)


def test_a_try_that_cannot_be_made_is_one_sentence_and_is_taken_away(tmp_path, nowhere):
    with pytest.raises(ControlPlaneError, match="no pods could be made for a try: the API server cannot be"):
        try_out(nowhere, WEB)

    verbs = [line.split("kubeconfig ")[-1] for line in (tmp_path / "calls").read_text().splitlines()]
    assert verbs[-2:] == [
        "apply -f -",
        "delete deployment firstbell-trial --namespace=learning-platform --wait=false",
    ]
