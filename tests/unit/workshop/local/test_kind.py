"""What kind is asked for, through pytest-kind's own cluster class, by stub programs that note their calls.

Real kind is not run here, nor on any machine that the tests have run on: they have no container engine.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import yaml

from firstbell_workshop.local import folders
from firstbell_workshop.local.control_plane import Provision
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.kind import configuration
from firstbell_workshop.local.provision import control_plane
from firstbell_workshop.local.spec import ControlPlaneSpec
from tests.unit.workshop.local.stub_programs import GO_VERSION, put

if TYPE_CHECKING:
    from pathlib import Path

GO_WITHOUT_MODULES = f'[ "$1" = version ] && {{ echo {GO_VERSION}; exit; }}\necho no modules here >&2\nexit 1'
KUBECONFIG = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "kind",
    "clusters": [{"name": "kind", "cluster": {"server": "https://127.0.0.1:1"}}],
    "users": [{"name": "kind", "user": {"token": "none"}}],
    "contexts": [{"name": "kind", "context": {"cluster": "kind", "user": "kind"}}],
}
NOTES_CALLS = """
import json, sys
from pathlib import Path
with open({calls!r}, "a") as file:
    file.write(json.dumps(sys.argv[1:]) + chr(10))
words = sys.argv[1:]
for option in words:
    if words[0] == "create" and option.startswith("--kubeconfig="):
        Path(option.split("=", 1)[1]).write_text({kubeconfig!r})
if words == ["version"]:
    print("kind v0.30.0 go1.24 linux/amd64")
sys.exit({codes!r}.get(words[0], 0))
"""


@dataclass
class Machine:
    """A machine where Docker answers, and whose kind notes its calls."""

    folder: Path

    def install(self, **codes: int) -> Machine:
        """Install the programs; kind ends with these codes by the first word that it is asked."""
        script = self.folder / "kind.py"
        (self.folder / "calls").touch()
        kubeconfig = json.dumps(KUBECONFIG)
        script.write_text(
            NOTES_CALLS.format(calls=str(self.folder / "calls"), kubeconfig=kubeconfig, codes=codes)
        )
        put(self.folder / "bin", "kind", f'exec {sys.executable} {script} "$@"')
        put(self.folder / "bin", "docker", "echo 29.1.0")
        answers = (
            'case "$*" in *version*) echo v1.37.0;; *nodes*) echo "True ";; *) echo serviceaccount;; esac'
        )
        put(self.folder / "bin", "kubectl", answers)
        return self

    def calls(self, verb: str) -> list[list[str]]:
        """Every call of kind that began with this word."""
        lines = map(json.loads, (self.folder / "calls").read_text().splitlines())
        return [words for words in lines if words[0] == verb]


@pytest.fixture
def machine(tmp_path, monkeypatch):
    monkeypatch.setenv("FIRSTBELL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("FIRSTBELL_PROVISION", raising=False)
    monkeypatch.delenv("KIND_EXPERIMENTAL_PROVIDER", raising=False)
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    return Machine(tmp_path)


def test_a_cluster_is_created_with_its_own_kubeconfig_and_deleted(machine):
    machine.install()

    with control_plane(ControlPlaneSpec(nodes=1), name="run-1") as here:
        assert Provision.KIND is here.provision
        assert not here.has_metrics
        assert yaml.safe_load(here.kubeconfig.read_text()) == KUBECONFIG
        folder = here.folder

    own = f"--kubeconfig={folder}/kubeconfig"
    assert machine.calls("create") == [
        ["create", "cluster", "--name=run-1", own, "--config", f"{folder}/kind.yaml"]
    ]
    assert machine.calls("delete") == [
        ["delete", "cluster", "--name", "run-1", "--kubeconfig", f"{folder}/kubeconfig"]
    ]
    assert not folder.exists()


def test_a_start_that_fails_says_what_to_try_and_deletes_what_there_is(machine):
    machine.install(create=1)

    with (
        pytest.raises(ControlPlaneError, match=r"kind could not create a cluster .*: try docker info"),
        control_plane(ControlPlaneSpec(), name="run-1"),
    ):
        pytest.fail("it came up")

    assert len(machine.calls("delete")) == 1
    assert not (folders.clusters_folder() / "run-1").exists()


def test_a_cluster_that_cannot_be_deleted_is_told(machine, capsys):
    machine.install(delete=1)

    with control_plane(ControlPlaneSpec(), name="run-1"):
        pass

    assert "kind delete cluster --name run-1" in capsys.readouterr().err


def test_what_a_killed_holder_left_is_swept_also_when_kind_is_gone(machine, capsys):
    machine.install()
    with folders.claimed("left", Provision.KIND) as left:
        pass
    (machine.folder / "bin" / "kind").unlink()
    (machine.folder / "bin" / "docker").unlink()

    with (
        pytest.raises(ControlPlaneError, match="no Kubernetes is to be had here"),
        control_plane(ControlPlaneSpec(), name="run-1"),
    ):
        pytest.fail("it came up")
    assert left.exists()  # nothing is swept where nothing starts

    put(machine.folder / "bin", "go", GO_WITHOUT_MODULES)
    with (
        pytest.raises(ControlPlaneError, match="no modules here"),
        control_plane(ControlPlaneSpec(), name="run-1"),
    ):
        pytest.fail("it came up")

    assert not left.exists()
    assert "the kind cluster left is still there" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"extra_args": ("etcd=a=1",)}, "kind takes no extra arguments here: set FIRSTBELL_PROVISION=local"),
        ({"audit_policy": "policy.yaml"}, "kind takes no audit policy here"),
    ],
)
def test_what_kind_cannot_do_is_refused_where_kind_is_insisted_on(machine, monkeypatch, wanted, said):
    machine.install()
    monkeypatch.setenv("FIRSTBELL_PROVISION", "kind")

    with (
        pytest.raises(ControlPlaneError, match=said),
        control_plane(ControlPlaneSpec(**wanted), name="run-1"),
    ):
        pytest.fail("it came up")


def test_for_what_kind_cannot_do_the_local_control_plane_is_looked_for(machine):
    machine.install()
    put(machine.folder / "bin", "go", GO_WITHOUT_MODULES)

    with (
        pytest.raises(
            ControlPlaneError, match=r"Go could not fetch the sources of .*kube-apiserver.*no modules here"
        ),
        control_plane(ControlPlaneSpec(extra_args=("etcd=a=1",)), name="run-1"),
    ):
        pytest.fail("it came up")

    assert machine.calls("create") == []


def test_metrics_that_kind_does_not_serve_are_told(machine, capsys):
    machine.install()

    with control_plane(ControlPlaneSpec(metrics_server=True), name="run-1") as here:
        assert not here.has_metrics

    assert "kind serves no CPU metrics here" in capsys.readouterr().err


def test_the_one_node_takes_more_pods_than_usual():
    patch = yaml.safe_load(configuration()["kubeadmConfigPatches"][0])

    assert patch == {"kind": "KubeletConfiguration", "maxPods": 250}


@pytest.mark.parametrize(
    ("environ", "node"),
    [
        ({}, {"role": "control-plane"}),
        ({"FIRSTBELL_KIND_IMAGE": "node:v1"}, {"role": "control-plane", "image": "node:v1"}),
    ],
)
def test_the_environment_chooses_the_version_of_kubernetes(environ, node):
    assert configuration(environ)["nodes"] == [node]
