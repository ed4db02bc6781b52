"""Which programs of a machine are used, and which are passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from firstbell_workshop.local.build import family_cache
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.pinned_programs import HELM, SERVERS
from firstbell_workshop.local.programs import Programs, fitting_servers, version_in
from firstbell_workshop.local.progress import LogProgress
from tests.unit.workshop.local import stub_programs

if TYPE_CHECKING:
    from pathlib import Path

ALL = frozenset(SERVERS)


@pytest.fixture(autouse=True)
def nothing_built(tmp_path, monkeypatch):
    monkeypatch.setenv("FIRSTBELL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "no-go-here"))


def put(folder: Path, name: str, says: str, code: int = 0) -> Path:
    """A program that answers any arguments with this."""
    return stub_programs.put(folder, name, f"{stub_programs.telling(says)}\nexit {code}")


def looking_in(*, path: Path | str = "", assets: Path | str = "") -> Programs:
    return Programs(progress=LogProgress(), environ={"PATH": str(path), "KUBEBUILDER_ASSETS": str(assets)})


@pytest.mark.parametrize(
    ("output", "want"),
    [
        ("Kubernetes v1.37.2", (1, 37)),
        ("etcd Version: 3.6.16\nGit SHA: 1.2.3", (3, 6)),
        ("Client Version: v1.32.4-dispatcher", (1, 32)),
        ("kwokctl version 0.7.0 go1.26.8 (linux/amd64)", (0, 7)),
        ("v4.3.1+gabcdef", (4, 3)),
        ("usage: kubectl is something else here", None),
    ],
)
def test_versions_are_read_out_of_what_programs_print(output, want):
    assert want == version_in(output)


@pytest.mark.parametrize(
    ("found", "want"),
    [
        pytest.param(dict.fromkeys(SERVERS, (1, 35)), ALL, id="all three of one version"),
        pytest.param({"kube-apiserver": (1, 35)}, frozenset(), id="one of another version than is built"),
        pytest.param(
            {"kube-apiserver": (1, 37)}, frozenset({"kube-apiserver"}), id="one of the version built"
        ),
        pytest.param(
            {"kube-apiserver": (1, 37), "kube-controller-manager": (1, 38), "kube-scheduler": (1, 37)},
            ALL - {"kube-controller-manager"},
            id="a mixture",
        ),
        pytest.param({}, frozenset(), id="none"),
    ],
)
def test_servers_fit_each_other_or_are_built(found, want):
    assert want == fitting_servers(found)


def test_the_assets_come_before_the_path(tmp_path):
    assets = put(tmp_path / "assets", "etcd", "etcd Version: 3.6.0")
    put(tmp_path / "path", "etcd", "etcd Version: 3.6.1")

    found = looking_in(assets=tmp_path / "assets", path=tmp_path / "path").get(["etcd"])

    assert {"etcd": assets} == found


@pytest.mark.parametrize("says", ["Client Version: v1.32.4-dispatcher", "not that kubectl"])
def test_an_old_or_another_kubectl_is_passed_over(tmp_path, says):
    put(tmp_path / "path", "kubectl", says)

    with pytest.raises(ControlPlaneError, match=r"kubectl not found: install Go"):
        looking_in(path=tmp_path / "path").get(["kubectl"])


def test_a_program_that_prints_its_version_to_standard_error_and_fails_counts(tmp_path):
    path = put(tmp_path / "path", "metrics-server", "v0.8.0", code=1)

    assert {"metrics-server": path} == looking_in(path=tmp_path / "path").at_hand(["metrics-server"])


def test_what_was_built_before_needs_no_go():
    built = put(family_cache(HELM), "helm", "")

    assert {"helm": built} == looking_in().get(["helm"])


def test_a_program_that_does_not_answer_is_passed_over(tmp_path):
    stub_programs.put(tmp_path / "path", "etcd", "while :; do :; done")
    programs = Programs(progress=LogProgress(), environ={"PATH": str(tmp_path / "path")}, answer_seconds=0.2)

    assert programs.at_hand(["etcd"]) == {}


@pytest.mark.parametrize(
    ("versions", "want"),
    [
        pytest.param(("v1.35.1", "v1.35.4", "v1.35.0"), ALL, id="one minor version, older than is built"),
        pytest.param(("v1.37.0", "v1.36.0", "v1.36.0"), {SERVERS[0]}, id="two versions"),
        pytest.param(("v1.30.0", "v1.30.0", "v1.30.0"), set(), id="all too old"),
        pytest.param(("v1.36.0", "v1.36.0", "nothing"), set(), id="one tells no version"),
    ],
)
def test_servers_that_do_not_fit_each_other_are_passed_over(tmp_path, versions, want):
    for name, version in zip(SERVERS, versions, strict=True):
        put(tmp_path / "path", name, f"Kubernetes {version}")

    assert want == set(looking_in(path=tmp_path / "path").at_hand(SERVERS))


def test_each_program_is_asked_once(tmp_path):
    calls = tmp_path / "calls"
    stub_programs.put(tmp_path / "path", "etcd", f"echo call >> {calls}\necho 'etcd Version: 3.6.0'")
    programs = looking_in(path=tmp_path / "path")

    assert programs.get(["etcd"]) == programs.get(["etcd"])
    assert calls.read_text() == "call\n"


def test_without_go_one_sentence_names_everything_that_is_missing():
    with pytest.raises(
        ControlPlaneError, match=r"^etcd, kwok not found: install Go 1\.26 or newer"
    ) as refusal:
        looking_in().get(["etcd", "kwok"])

    assert "\n" not in str(refusal.value)
