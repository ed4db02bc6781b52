"""kind's command line in front of the local control plane: what is understood, and what is refused."""

from __future__ import annotations

import subprocess

import pytest
import yaml

from firstbell_workshop.local import folders
from firstbell_workshop.local.control_plane import Provision
from firstbell_workshop.local.kind_front import main, write_program


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FIRSTBELL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("FIRSTBELL_PROVISION", "local")  # main sets it; this puts it back
    monkeypatch.setenv("PATH", f"{tmp_path}/nothing-here:/usr/bin:/bin")


def kept_cluster(name: str, kubeconfig: str = ""):
    with folders.claimed(name, Provision.LOCAL) as folder:
        (folder / "kubeconfig").write_text(kubeconfig)
        folders.keep(folder)
    return folder


def kubeconfig_of(name: str) -> str:
    return yaml.safe_dump({"kind": "Config", "clusters": [{"name": f"kwok-{name}"}]})


def test_clusters_are_listed_one_a_line(capsys):
    for name in ("one", "two"):
        kept_cluster(name)

    assert main(["get", "clusters"]) == 0
    assert capsys.readouterr().out == "one\ntwo\n"


def test_a_kubeconfig_is_printed(capsys):
    kept_cluster("one", "its kubeconfig\n")

    assert main(["get", "kubeconfig", "--name", "one"]) == 0
    assert capsys.readouterr().out == "its kubeconfig\n"


@pytest.mark.parametrize(
    "asked",
    [["load", "docker-image", "--name", "one", "web:1", "web:2"], ["load", "docker-image", "web:1", "web:2"]],
)
def test_loading_an_image_is_taken_and_explained(capsys, asked):
    assert main(asked) == 0
    assert "not loaded: web:1, web:2 (pods of the local" in capsys.readouterr().err


def test_a_cluster_that_is_gone_is_deleted_as_by_kind():
    assert main(["delete", "cluster", "--name=one"]) == 0


def test_deleting_takes_the_cluster_out_of_its_kubeconfig(tmp_path):
    folder = kept_cluster("one")
    own = tmp_path / "kubeconfig"
    own.write_text(kubeconfig_of("one"))

    assert main(["delete", "cluster", "--name=one", f"--kubeconfig={own}"]) == 0

    assert own.read_text() == ""
    assert not folder.exists()


def test_deleting_leaves_somebody_elses_kubeconfig_alone(tmp_path):
    kept_cluster("one")
    other = tmp_path / "kubeconfig"
    other.write_text(kubeconfig_of("two"))

    assert main(["delete", "cluster", "--name=one", f"--kubeconfig={other}"]) == 0

    assert other.read_text() == kubeconfig_of("two")


@pytest.mark.parametrize("content", ["not: a: kubeconfig", "[]", kubeconfig_of("two"), "word"])
def test_a_file_with_anything_else_in_it_is_not_written(tmp_path, capsys, content):
    mine = tmp_path / "mine"
    mine.write_text(content)

    assert main(["create", "cluster", "--name=one", f"--kubeconfig={mine}"]) == 1

    assert "is not empty: give a file of the cluster's own" in capsys.readouterr().err
    assert mine.read_text() == content


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["create", "cluster"], "give --kubeconfig FILE"),
        (["create", "cluster", "--name=one", "--kubeconfig=new"], "'one' is there already"),
        (
            ["create", "cluster", "--name=new", "--kubeconfig=new", "--config=absent"],
            "absent is not a config",
        ),
        (["create", "cluster", "--name=Upper", "--kubeconfig=new"], "'Upper' is not a name"),
        (["create", "cluster", "--name=new", "--kubeconfig=new"], "install Go 1.26 or newer"),
        (["get", "kubeconfig", "--name=new"], "no cluster 'new' is up (up: one)"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(tmp_path, monkeypatch, capsys, asked, said):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    kept_cluster("one")

    assert main(asked) == 1

    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert said in told[0]
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "asked", [["export", "logs"], ["create", "node"], ["create"], ["get", "clusters", "--x"]]
)
def test_anything_else_is_a_usage_error(capsys, asked):
    with pytest.raises(SystemExit) as ended:
        main(asked)

    assert ended.value.code == 2
    assert "usage: kind" in capsys.readouterr().err


def test_the_program_that_is_written_is_this(tmp_path):
    kept_cluster("one")
    program = write_program(tmp_path / "kind")

    finished = subprocess.run(
        [program, "get", "clusters"], capture_output=True, text=True, timeout=30, check=True
    )

    assert finished.stdout == "one\n"
