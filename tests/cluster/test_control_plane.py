"""The local control plane comes up, does what a Kubernetes does, and leaves nothing behind."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from typer.testing import CliRunner

from firstbell_workshop.cli.cluster import command as cluster
from firstbell_workshop.local import folders, kept, kwok
from firstbell_workshop.local.cache import cache_folder
from firstbell_workshop.local.command import run
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.lookup import Here
from firstbell_workshop.local.made_up_nodes import make_up_nodes
from firstbell_workshop.local.processes import end_processes_of, processes_of
from firstbell_workshop.local.programs import Programs
from firstbell_workshop.local.progress import LogProgress
from firstbell_workshop.local.provision import control_plane as provided
from firstbell_workshop.local.provision import take_down
from firstbell_workshop.local.readiness import wait_until_ready
from firstbell_workshop.local.spec import ControlPlaneSpec
from tests.cluster.conftest import be_frugal
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL = ControlPlaneSpec(nodes=1)
MEASURED = ControlPlaneSpec(nodes=1, metrics_server=True)
COMPONENTS = {"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok-controller"}
AVAILABLE = "v1beta1.metrics.k8s.io"
PROGRAMS = Programs(progress=LogProgress())


@pytest.fixture
def local(monkeypatch):
    """Insist on the local control plane, whatever else is here."""
    monkeypatch.setenv("FIRSTBELL_PROVISION", "local")
    be_frugal(monkeypatch)
    if not Here(needed=kwok.program_names(SMALL), programs=PROGRAMS).local():
        sentence = "the local control plane needs Go 1.26 or its programs on PATH"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(sentence)
    PROGRAMS.get(kwok.program_names(SMALL))


@pytest.fixture
def name() -> str:
    return f"test-{secrets.token_hex(3)}"


def deployment(replicas: int) -> str:
    labels = {"app": "web-frontend"}
    container = {"name": "web", "image": "example.invalid/web", "resources": {"requests": {"cpu": "100m"}}}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [container]},
    }
    spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
    body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web-frontend"}, "spec": spec}
    return yaml.safe_dump(body)


def node_names(here) -> list[str]:
    return here.kubectl("get", "nodes", "--output", "name").split()


def gone(name: str) -> bool:
    folder = folders.clusters_folder() / name
    return not processes_of(folder) and not folder.exists()


def has_begun(name: str) -> bool:
    return "etcd" in processes_of(folders.clusters_folder() / name).values()


@contextmanager
def holder(name: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """A process that holds a control plane of this name."""
    program = Path(__file__).with_name("hold_control_plane.py")
    with subprocess.Popen(
        [sys.executable, program, name],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **environ},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_deployment_gets_ready_pods(control_plane, namespace):
    control_plane.kubectl("apply", "--namespace", namespace, "-f", "-", stdin=deployment(3))

    rolled_out = ("rollout", "status", "deployment/web-frontend", "--timeout=60s", "--namespace", namespace)
    assert "successfully rolled out" in control_plane.kubectl(*rolled_out, seconds=70)


@pytest.mark.usefixtures("local")
def test_two_side_by_side_do_not_meet_leave_nothing_and_no_file_is_written_outside_the_cache(
    tmp_path, monkeypatch
):
    """Whether the holder is told to end, or is killed and another start sweeps up after it."""
    home, standing = tmp_path / "home", tmp_path / "standing"
    (home / ".kube").mkdir(parents=True)
    (home / ".kube" / "config").write_text("current-context: mine")
    standing.mkdir()
    environ = {"HOME": str(home), "FIRSTBELL_CACHE": str(cache_folder())}
    monkeypatch.chdir(standing)
    names = [f"test-{secrets.token_hex(3)}" for _ in range(2)]
    with ExitStack() as stack:
        killed, told = processes = [stack.enter_context(holder(each, **environ)) for each in names]
        kubeconfigs = [Path(process.stdout.readline().strip()) / "kubeconfig" for process in processes]
        servers = {
            yaml.safe_load(path.read_text())["clusters"][0]["cluster"]["server"] for path in kubeconfigs
        }
        assert len(servers) == 2
        assert all(name in str(path) for name, path in zip(names, kubeconfigs, strict=True))

        running = processes_of(kubeconfigs[1].parent)
        killed.kill()
        killed.wait(60)
        assert not gone(names[0])
        folders.sweep(lambda folder: take_down(folder, PROGRAMS))
        assert gone(names[0])
        assert running == processes_of(kubeconfigs[1].parent)

        told.send_signal(signal.SIGHUP)
        assert told.wait(60) != 0
    assert all(gone(each) for each in names)

    assert list(home.rglob("*")) == [home / ".kube", home / ".kube" / "config"]
    assert (home / ".kube" / "config").read_text() == "current-context: mine"
    assert list(standing.rglob("*")) == []


@pytest.mark.usefixtures("local")
def test_a_start_that_fails_says_why_and_leaves_nothing(name):
    wrong = ControlPlaneSpec(nodes=1, extra_args=("kube-controller-manager=no-such-flag=1",))
    began = time.monotonic()

    with (
        pytest.raises(ControlPlaneError, match=r"kube-controller-manager ended twice: .*no-such-flag"),
        provided(wrong, name=name),
    ):
        pytest.fail("it came up")

    assert time.monotonic() - began < 60
    assert gone(name)


HASTY = """#!/bin/bash
# What a component does that is up before the API server is: it ends, once.
case "$*" in *--version*) {version}; exit ;; esac
[ -e {flag} ] && exec -a "$0" {real} "$@"  # by the name that the control plane knows it by
: > {flag}
echo '[+]ping ok\\n[-]poststarthook/rbac/bootstrap-roles failed: not finished\\n' >&2
exit 2
"""


def hasty(program: str, folder: Path, flag: Path) -> None:
    """A program of this name that ends at its first start; at each, if the flag cannot be put there."""
    real = PROGRAMS.get(kwok.program_names(MEASURED))[program]
    # A metrics-server that was built here tells no version; the servers must be of one.
    version = "echo v9.9.9" if program == "metrics-server" else f"{real} --version"
    wrapper = folder / program
    wrapper.write_text(HASTY.format(real=real, version=version, flag=flag))
    wrapper.chmod(0o755)


@pytest.mark.usefixtures("local")
def test_it_starts_components_again_has_its_nodes_and_goes_without_a_trace_when_its_holder_fails(
    name, tmp_path, monkeypatch
):
    """Components that end on the way up; nodes of its own, and others that are made up later."""
    programs = ("metrics-server", "kube-controller-manager")
    flags = [tmp_path / f"{program}-was-hasty" for program in programs]
    for program, flag in zip(programs, flags, strict=True):
        hasty(program, tmp_path, flag)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))

    def hold() -> None:
        with provided(replace(MEASURED, nodes=3), name=name) as here:
            until(lambda: "v1beta1" in here.kubectl("get", "apiservice", AVAILABLE), "metrics are served")
            assert all(flag.exists() for flag in flags)
            assert len(node_names(here)) == 3
            running = processes_of(here.folder)
            assert set(running.values()) == COMPONENTS | {"metrics-server"}
            assert "Server Version: v1." in here.kubectl("version")

            own = next(pid for pid, program in running.items() if program == "kwok-controller")
            os.kill(own, signal.SIGKILL)
            here.kubectl("delete", "nodes", "--all")
            make_up_nodes(here, here.program("kwok"), 2)
            wait_until_ready(here, nodes=2, deadline=time.monotonic() + 30)
            here.kubectl("apply", "-f", "-", stdin=deployment(2))
            ready = ("rollout", "status", "deployment/web-frontend", "--timeout=60s")
            assert "successfully rolled out" in here.kubectl(*ready, seconds=70)
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        hold()
    assert gone(name)


@pytest.mark.usefixtures("local")
def test_a_component_is_started_again_once(name, tmp_path, monkeypatch):
    hasty("metrics-server", tmp_path, tmp_path / "no" / "where")
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))

    said = r"metrics-server ended twice: .*\[-\]poststarthook/rbac/bootstrap-roles failed: not finished"
    with pytest.raises(ControlPlaneError, match=said), provided(MEASURED, name=name):
        pytest.fail("it came up")
    assert gone(name)


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_start_that_is_told_to_end_leaves_nothing(name, number):
    with holder(name) as process:
        until(lambda: has_begun(name), "the start began", seconds=60)

        process.send_signal(number)

        assert process.wait(60) != 0
    assert gone(name)


@pytest.mark.usefixtures("local")
def test_a_start_that_was_killed_does_not_go_on_after_the_sweep(name):
    with holder(name) as process:
        until(lambda: has_begun(name), "the start began", seconds=60)
        process.kill()
        process.wait(60)
    assert "kwokctl" in processes_of(folders.clusters_folder() / name).values()

    folders.sweep(lambda folder: take_down(folder, PROGRAMS))

    time.sleep(3)  # in which kwokctl would have started what comes after etcd
    assert gone(name)


@pytest.mark.usefixtures("local")
def test_the_commands_keep_one_show_it_make_it_anew_when_it_is_gone_and_take_it_down(name):
    def command(*words: str) -> str:
        done = CliRunner().invoke(cluster.app, words)
        assert done.exit_code == 0, done.output
        return done.stdout

    said = command("up", name, "--nodes", "2")
    try:
        path = Path(command("kubeconfig", name).strip())
        assert said == f"export KUBECONFIG={path}\n"
        assert name in command("list").split()
        assert name in kept.names()
        shown = run([PROGRAMS.get(["kubectl"])["kubectl"], "--kubeconfig", path, "get", "nodes"], seconds=30)
        assert shown.stdout.count(" Ready ") == 2
        running = processes_of(path.parent)

        assert path == kept.up(name, SMALL)
        assert running == processes_of(path.parent)

        end_processes_of(path.parent)
        kept.up(name, SMALL)
        assert set(processes_of(path.parent).values()) == COMPONENTS
    finally:
        assert command("down", name) == ""

    assert gone(name)
    with pytest.raises(ControlPlaneError, match=f"no cluster '{name}' is up"):
        kept.kubeconfig(name)
