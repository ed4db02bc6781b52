"""`firstbell cluster`: what it prints, and its refusals; never a traceback. What it starts: tests/cluster."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from firstbell_workshop.cli.cluster.command import app
from firstbell_workshop.local import folders
from firstbell_workshop.local.control_plane import Provision
from tests.unit.workshop.local.stub_programs import without_packaged_go


@pytest.fixture(autouse=True)
def nothing_to_be_had(tmp_path, monkeypatch):
    """A machine without Docker, programs or Go, and an empty cache."""
    monkeypatch.setenv("FIRSTBELL_CACHE", str(tmp_path / "the cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "nothing-here"))
    without_packaged_go(monkeypatch)
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.delenv("FIRSTBELL_PROVISION", raising=False)
    monkeypatch.delenv("KIND_EXPERIMENTAL_PROVIDER", raising=False)


def run(*arguments: str):
    return CliRunner().invoke(app, arguments)


def kept(name: str):
    with folders.claimed(name, Provision.LOCAL) as folder:
        folders.keep(folder)
    return folder


def test_without_clusters_the_list_is_empty():
    listed = run("list")

    assert (listed.exit_code, listed.stdout) == (0, "")


def test_what_stays_up_is_listed_and_what_somebody_holds_is_not():
    kept("two")
    kept("one")
    with folders.claimed("held", Provision.LOCAL):
        listed = run("list")

    assert listed.stdout == "one\ntwo\n"


def test_the_kubeconfig_is_printed_for_a_shell_to_take():
    folder = kept("one")

    assert run("kubeconfig", "one").stdout == f"{folder}/kubeconfig\n"


def test_what_is_not_up_cannot_be_taken_down_and_nobody_is_told_to_start_it():
    kept("one")
    down = run("down", "nope")
    want = "no cluster 'nope' is up (up: one): there is nothing to take down\n"
    assert (down.exit_code, down.stdout, down.stderr) == (2, "", want)


def test_down_removes_the_folder_and_says_nothing():
    folder = kept("one")

    taken_down = run("down", "one")

    assert (taken_down.exit_code, taken_down.stdout) == (0, "")
    assert not folder.exists()
    assert run("list").stdout == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["up"],
            "no Kubernetes is to be had here: have Docker running and the package pytest-kind installed",
        ),
        (["up", "No Name"], "'No Name' is not a name: use lower-case letters"),
        (["up", "../one"], "'../one' is not a name"),
        (["down"], "no cluster 'firstbell' is up (up: one): there is nothing to take down"),
        (["down", ".."], "no cluster '..' is up"),
        (["kubeconfig", "two"], "no cluster 'two' is up (up: one)"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_code_2(arguments, said):
    kept("one")

    refused = run(*arguments)

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_wrong_provision_is_named(monkeypatch):
    monkeypatch.setenv("FIRSTBELL_PROVISION", "minikube")

    assert "FIRSTBELL_PROVISION is kind or local, not 'minikube'" in run("up").stderr


@pytest.mark.parametrize("nodes", ["0", "101", "many"])
def test_the_number_of_nodes_is_bounded(nodes):
    assert run("up", "--nodes", nodes).exit_code == 2
