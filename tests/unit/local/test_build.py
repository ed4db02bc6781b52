"""Building: keyed by what decides about a binary, atomic, once, and with an error that says why."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import sys
import threading
import time
from pathlib import Path

import pytest

from firstbell.local.build import build, built_program, family_cache, family_key
from firstbell.local.cache import file_lock
from firstbell.local.errors import ControlPlaneError
from firstbell.local.pinned_programs import ETCD, FAMILIES, KUBERNETES, KWOK, Family
from firstbell.local.progress import LogProgress

FAKE_GO = """#!{python}
import os, pathlib, sys, time
with open(os.environ["GO_CALLS"], "a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
assert not {"GOOS", "GOARCH"} & set(os.environ)
assert os.environ["GOWORK"] == "off"
time.sleep(0.3)
into = pathlib.Path(sys.argv[sys.argv.index("-o") + 1])
for package in sys.argv[sys.argv.index("-o") + 2:]:
    name = [part for part in package.split("/") if part != "v3"][-1]
    (into / name).write_text(package)
    print(package, file=sys.stderr)
"""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FIRSTBELL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def go(tmp_path, monkeypatch):
    """A go that notes its calls, and builds files instead of programs."""
    return fake_go(tmp_path, monkeypatch, FAKE_GO.replace("{python}", sys.executable))


def fake_go(tmp_path, monkeypatch, text):
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "go").write_text(text)
    (folder / "go").chmod(0o755)
    calls = tmp_path / "calls"
    calls.touch()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("GO_CALLS", str(calls))
    return calls


def test_every_family_brings_its_module_files():
    for family in FAMILIES:
        module = (family.folder / "go.mod").read_text()

        for program in family.programs:
            assert program.package in module
        assert (family.folder / "go.sum").stat().st_size


def test_kubernetes_is_pinned_to_one_release():
    module = (KUBERNETES.folder / "go.mod").read_text()
    replaced = [line for line in module.splitlines() if "=>" in line]

    assert "k8s.io/kubernetes v1.37.2" in module
    assert len(replaced) == 33
    assert all(line.endswith(" v0.37.2") for line in replaced)
    assert "gitVersion=v1.37.2" in " ".join(KUBERNETES.build_flags)


def test_the_key_follows_modules_flags_and_platform():
    keys = {
        family_key(ETCD),
        family_key(KWOK),
        family_key(dataclasses.replace(ETCD, tags="other")),
        family_key(ETCD, machine="Darwin-arm64"),
    }

    assert len(keys) == 4
    assert family_key(ETCD) == family_key(ETCD)


def test_only_what_is_asked_for_is_built_and_under_its_own_name(go):
    build(ETCD, ["etcd"], LogProgress())
    build(KWOK, ["kwokctl"], LogProgress())

    assert built_program("etcd").read_text() == "go.etcd.io/etcd/server/v3"
    assert built_program("kwokctl") is not None
    assert built_program("kwok") is None
    assert len(go.read_text().splitlines()) == 2


def test_a_warm_run_builds_nothing(go):
    build(ETCD, ["etcd"], LogProgress())
    build(ETCD, ["etcd"], LogProgress())

    assert len(go.read_text().splitlines()) == 1


def test_two_runs_at_once_build_once(go):
    runs = [threading.Thread(target=build, args=(ETCD, ["etcd"], LogProgress())) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()

    assert len(go.read_text().splitlines()) == 1


def test_a_failed_build_says_why_and_leaves_nothing(tmp_path, monkeypatch, cache):
    complaint = "go: go.mod requires go >= 1.26.0 (running go 1.21; GOTOOLCHAIN=local)"
    fake_go(tmp_path, monkeypatch, f"#!/bin/sh\necho '{complaint}' >&2\nexit 1\n")

    with pytest.raises(ControlPlaneError, match=r"could not build etcd: .*requires go >= 1\.26\.0"):
        build(ETCD, ["etcd"], LogProgress())

    assert list(family_cache(ETCD).iterdir()) == []
    assert not list((cache / "bin").glob(".building-*"))


def test_progress_goes_to_standard_error_as_plain_lines(go, capsys):  # noqa: ARG001 - the fake go
    build(ETCD, ["etcd"], LogProgress())

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines()[0] == "building etcd with Go (once) ..."


class Elsewhere(Family):
    """A family whose module files lie where a test can change them."""

    @property
    def folder(self):
        return Path(self.tags)


@pytest.mark.parametrize("name", ["go.mod", "go.sum"])
def test_the_key_follows_each_module_file(tmp_path, name):
    shutil.copytree(ETCD.folder, tmp_path / "etcd")
    family = Elsewhere(name="etcd", programs=(), tags=str(tmp_path / "etcd"))
    before = family_key(family)
    file = tmp_path / "etcd" / name

    file.write_text(file.read_text() + "\n")

    assert family_key(family) != before


def test_the_environment_of_the_user_does_not_decide_what_is_built_for(go, monkeypatch):
    monkeypatch.setenv("GOOS", "plan9")
    monkeypatch.setenv("GOARCH", "mips")
    monkeypatch.setenv("GOWORK", "/some/go.work")

    build(ETCD, ["etcd"], LogProgress())

    assert "-mod=readonly" in go.read_text()


def test_what_a_killed_build_left_goes_with_the_next(go, cache):  # noqa: ARG001 - the fake go
    own = cache / "bin" / f".building-{family_cache(ETCD).name}-x"
    others = cache / "bin" / f".building-{family_cache(KWOK).name}-x"
    for left in (own, others):
        left.mkdir(parents=True)
        (left / "server").touch()

    build(ETCD, ["etcd"], LogProgress())

    assert not own.exists()
    assert others.exists()  # somebody may be building that right now


def test_who_waits_for_another_build_is_told(go, capsys):  # noqa: ARG001 - the fake go
    waiting = threading.Thread(target=build, args=(ETCD, ["etcd"], LogProgress()))
    folder = family_cache(ETCD)
    with file_lock(folder.with_name(folder.name + ".lock"), seconds=1):
        waiting.start()
        time.sleep(0.2)
    waiting.join()

    assert capsys.readouterr().err.splitlines()[0] == "another firstbell builds etcd: waiting for it"


def test_a_warm_cache_waits_for_nobody(go):  # noqa: ARG001 - the fake go
    build(ETCD, ["etcd"], LogProgress())
    folder = family_cache(ETCD)

    with file_lock(folder.with_name(folder.name + ".lock"), seconds=1):
        build(ETCD, ["etcd"], LogProgress())


def test_modules_that_are_fetched_are_no_packages_that_are_built(tmp_path, monkeypatch):
    script = "echo 'go: downloading one v1.0.0' >&2; sleep 1.2; echo some/package >&2; sleep 1.2; exit 1"
    fake_go(tmp_path, monkeypatch, f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")
    told = Told()

    with pytest.raises(ControlPlaneError, match="could not build etcd"):
        build(ETCD, ["etcd"], told)

    assert [*dict.fromkeys(told.details)] == ["fetching modules", "1 packages"]


class Told(LogProgress):
    """A progress that keeps every detail."""

    def __init__(self) -> None:
        super().__init__()
        self.details: list[str] = []

    @contextlib.contextmanager
    def step(self, text: str):
        with super().step(text):
            yield self.details.append
