"""Building: keyed by what decides about a binary, atomic, once, and with an error that says why."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import shutil
import sys
import threading
import time
from pathlib import Path

import pytest

from firstbell_workshop.local.build import build_all, built_program, family_cache, family_key
from firstbell_workshop.local.cache import file_lock
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.pinned_programs import ETCD, FAMILIES, KUBERNETES, KWOK, Family
from firstbell_workshop.local.progress import LogProgress
from firstbell_workshop.local.toolchain import find_go
from tests.unit.workshop.local.stub_programs import GO_VERSION

FAKE_GO = f"""#!{sys.executable}
import os, pathlib, sys, time
words = sys.argv[1:]
if words == ["version"]:
    print("go version go1.26.6 linux/amd64")
    sys.exit()
if words[0] == "list":
    print("fmt", "strings", *(f"{{package}}@v1" for package in words[4:] if "/" in package), sep=chr(10))
    sys.exit()
with open(os.environ["GO_CALLS"], "a") as calls:
    calls.write(" ".join(words) + chr(10))
with open(os.environ["GO_CALLS"] + "-environment", "w") as seen:
    seen.writelines(f"{{key}}={{value}}" + chr(10) for key, value in sorted(os.environ.items()))
time.sleep(0.3)
into = pathlib.Path(words[words.index("-o") + 1])
for package in words[words.index("-o") + 2:]:
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
    return fake_go(tmp_path, monkeypatch, FAKE_GO)


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


def built(family, *names, progress=None):
    """Build with the Go that there is."""
    go = find_go()
    assert go is not None
    build_all({family: names}, go, progress or LogProgress())


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
    built(ETCD, "etcd")
    built(KWOK, "kwokctl")

    assert built_program("etcd").read_text() == "go.etcd.io/etcd/server/v3"
    assert built_program("kwokctl") is not None
    assert built_program("kwok") is None
    assert len(go.read_text().splitlines()) == 2


def test_a_warm_run_builds_nothing(go):
    built(ETCD, "etcd")
    built(ETCD, "etcd")

    assert len(go.read_text().splitlines()) == 1


def test_two_runs_at_once_build_once(go):
    runs = [threading.Thread(target=built, args=(ETCD, "etcd")) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()

    assert len(go.read_text().splitlines()) == 1


def test_a_failed_build_says_why_and_leaves_nothing(tmp_path, monkeypatch, cache):
    complaint = "some/file.go:1:1: no space left on device"
    failing_go(tmp_path, monkeypatch, "build", complaint)

    with pytest.raises(ControlPlaneError, match=r"could not build etcd: .*no space left") as refusal:
        built(ETCD, "etcd")

    assert "\n" not in str(refusal.value)
    assert list(family_cache(ETCD).iterdir()) == []
    assert not list((cache / "bin").glob(".building-*"))


def test_sources_that_cannot_be_fetched_are_no_failed_build(tmp_path, monkeypatch, cache):
    failing_go(tmp_path, monkeypatch, "list", "dial tcp: lookup proxy.golang.org: no such host")

    with pytest.raises(ControlPlaneError, match=r"could not fetch the sources of etcd: .*no such host"):
        built(ETCD, "etcd")

    assert list((cache / "bin").iterdir()) == []


def failing_go(tmp_path, monkeypatch, verb, complaint):
    lines = [f'[ "$1" = version ] && {{ echo {GO_VERSION}; exit; }}', f'[ "$1" = {verb} ] || exit 0']
    fake_go(tmp_path, monkeypatch, "\n".join(["#!/bin/sh", *lines, f"echo '{complaint}' >&2", "exit 1", ""]))


def test_progress_goes_to_standard_error_as_plain_lines(go, capsys):  # noqa: ARG001 - the fake go
    built(ETCD, "etcd")

    captured = capsys.readouterr()
    told = captured.err.splitlines()
    assert captured.out == ""
    assert told[0] == "fetching the sources of etcd ..."
    assert told[2].startswith("3 packages are to be built with Go, once: about ")
    assert told[3] == "building etcd with Go (once) ..."


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


def test_the_environment_of_the_user_does_not_decide_what_is_built(go, monkeypatch):
    for key, value in {
        "GOOS": "plan9",
        "GOARCH": "mips",
        "GOAMD64": "v4",
        "GOWORK": "/some/go.work",
        "GOFLAGS": "-race -mod=vendor",
        "GOTOOLCHAIN": "go1.21.0",
        "GOROOT": "/some/other/go",
        "GOEXPERIMENT": "something",
        "GO111MODULE": "off",
        "CGO_ENABLED": "1",
        "GOPROXY": "https://proxy.example",
        "GOMAXPROCS": "1",
    }.items():
        monkeypatch.setenv(key, value)

    built(ETCD, "etcd")

    seen = dict(line.split("=", 1) for line in Path(f"{go}-environment").read_text().splitlines())
    assert {key: seen.get(key) for key in seen if key.startswith(("GO", "CGO"))} == {
        "CGO_ENABLED": "0",
        "GO111MODULE": "on",
        "GOAMD64": "v1",
        "GOARCH": "amd64",
        "GOARM64": "v8.0",
        "GOFLAGS": "-mod=readonly",
        "GOMAXPROCS": "1",
        "GOOS": "linux",
        "GOPROXY": "https://proxy.example",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        "GO_CALLS": str(go),
    }


def test_what_a_killed_build_left_goes_with_the_next(go, cache):  # noqa: ARG001 - the fake go
    own = cache / "bin" / f".building-{family_cache(ETCD).name}-x"
    others = cache / "bin" / f".building-{family_cache(KWOK).name}-x"
    for left in (own, others):
        left.mkdir(parents=True)
        (left / "server").touch()

    built(ETCD, "etcd")

    assert not own.exists()
    assert others.exists()  # somebody may be building that right now


def test_who_waits_for_another_build_is_told(go, capsys):  # noqa: ARG001 - the fake go
    waiting = threading.Thread(target=built, args=(ETCD, "etcd"))
    folder = family_cache(ETCD)
    with file_lock(folder.with_name(folder.name + ".lock"), seconds=1):
        waiting.start()
        time.sleep(0.5)
    waiting.join()

    assert "another firstbell builds etcd: waiting for it" in capsys.readouterr().err.splitlines()


def test_a_warm_cache_waits_for_nobody(go):  # noqa: ARG001 - the fake go
    built(ETCD, "etcd")
    folder = family_cache(ETCD)

    with file_lock(folder.with_name(folder.name + ".lock"), seconds=1):
        built(ETCD, "etcd")


def test_modules_that_are_fetched_are_no_packages_that_are_built(tmp_path, monkeypatch):
    lines = [
        "#!/bin/sh",
        f'[ "$1" = version ] && {{ echo {GO_VERSION}; exit; }}',
        "PATH=/usr/bin:/bin",
        'if [ "$1" = list ]; then',
        '  echo "go: downloading one v1.0.0" >&2; echo fmt; echo some/package@v1; exit',
        "fi",
        "echo 'go: downloading two v1.0.0' >&2; sleep 1.2; echo some/package >&2; exit 1",
    ]
    fake_go(tmp_path, monkeypatch, "\n".join([*lines, ""]))
    told = Told()

    with pytest.raises(ControlPlaneError, match="could not build etcd"):
        built(ETCD, "etcd", progress=told)

    first, *rest = dict.fromkeys(told.details)
    assert first == "1 modules"
    assert [*dict.fromkeys(detail.split(",")[0] for detail in rest)] == ["0 of 2 packages", "1 of 2 packages"]
    assert all(re.search(r", about .* to go in all$", detail) for detail in rest)


class Told(LogProgress):
    """A progress that keeps every detail."""

    def __init__(self) -> None:
        super().__init__()
        self.details: list[str] = []

    @contextlib.contextmanager
    def step(self, text: str):
        with super().step(text):
            yield self.details.append
