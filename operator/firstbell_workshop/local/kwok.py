"""The local control plane: the real servers of Kubernetes, and nodes that are made by kwok.

kwokctl starts etcd, the API server, the controller manager, the scheduler and kwok's own controller as
processes. Everything of one cluster lies in one folder: kwok's state, the logs, the kubeconfig. kwokctl says
"done" when its time is over, too, so whether the control plane answers is asked here.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from firstbell_workshop.local.cache import make_folder
from firstbell_workshop.local.command import last_lines, run, started
from firstbell_workshop.local.components import FOUNDATIONS, Components, state_folder
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.folders import turn
from firstbell_workshop.local.processes import end_processes_of, path_inside
from firstbell_workshop.local.readiness import NotInTimeError, wait_until_it_answers, wait_until_ready

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstbell_workshop.local.control_plane import ControlPlane
    from firstbell_workshop.local.spec import ControlPlaneSpec

BASE = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "kwokctl", "kubectl")
_LOOPBACK = Path(__file__).with_name("loopback.yaml")
_USAGE = Path(__file__).with_name("usage.yaml")
_FLAGS = {
    "etcd": "--etcd-binary",
    "kube-apiserver": "--kube-apiserver-binary",
    "kube-controller-manager": "--kube-controller-manager-binary",
    "kube-scheduler": "--kube-scheduler-binary",
    "kwok": "--kwok-controller-binary",
    "metrics-server": "--metrics-server-binary",
}
_AT_REST = (
    "etcd=heartbeat-interval=250",
    "etcd=election-timeout=1250",
    "kube-controller-manager=leader-elect=false",
    "kube-scheduler=leader-elect=false",
)
"""There is one of each: nobody need be told ten times a second that etcd leads, nor every two seconds that a
controller does. It was a fifth of what a control plane at rest costs."""
_ELECTION = {"etcd=heartbeat-interval", "etcd=election-timeout"}
_DELETE_SECONDS = 30.0
_POLL_SECONDS = 0.2


def program_names(spec: ControlPlaneSpec) -> tuple[str, ...]:
    """Return the programs that a control plane like this needs."""
    return (*BASE, "metrics-server") if spec.metrics_server else BASE


def audit_log(folder: Path, name: str) -> Path:
    """Return where the API server writes its audit log, if it was given a policy."""
    return state_folder(folder, name) / "logs" / "audit.log"


def create_arguments(
    name: str, kubeconfig: Path, spec: ControlPlaneSpec, programs: Mapping[str, Path]
) -> list[str]:
    """Return the arguments of kwokctl that create such a cluster."""
    arguments = ["--name", name, "create", "cluster", "--runtime", "binary", "--kubeconfig", str(kubeconfig)]
    arguments += ["--config", str(_LOOPBACK)]
    for program, flag in _FLAGS.items():
        if program in programs:
            arguments += [flag, str(programs[program])]
    if spec.metrics_server:
        arguments += ["--enable", "metrics-server", "--config", str(_USAGE)]
    if spec.disable_qps_limits:
        arguments.append("--disable-qps-limits")
    if spec.audit_policy:
        arguments += ["--kube-audit-policy", str(spec.audit_policy.absolute())]
    for extra in in_kwokctl_order([*_unless_named(spec.extra_args), *spec.extra_args]):
        arguments += ["--extra-args", extra]
    return arguments


def _unless_named(extra_args: Sequence[str]) -> list[str]:
    """Return the arguments of every local control plane, without those that the caller sets otherwise.

    etcd's two are one setting: it does not start with an election that is shorter than five heartbeats.
    """
    named = set(map(_flag, extra_args))
    if named & _ELECTION:
        named |= _ELECTION
    return [argument for argument in _AT_REST if _flag(argument) not in named]


def _flag(extra: str) -> str:
    """Return component and flag of `component=flag=value`."""
    component, flag, _ = extra.split("=", 2)
    return f"{component}={flag}"


def in_kwokctl_order(extra_args: Sequence[str]) -> list[str]:
    """Put one argument of each component first: kwokctl 0.7 ends with a panic on some other orders."""
    seen: set[str] = set()
    first: list[str] = []
    rest: list[str] = []
    for extra in extra_args:
        component = extra.split("=", 1)[0]
        (rest if component in seen else first).append(extra)
        seen.add(component)
    return first + rest


def start(control_plane: ControlPlane, spec: ControlPlaneSpec) -> None:
    """Start a local control plane and return when its nodes and pods can be used."""
    if control_plane.folder is None:
        raise ValueError("a local control plane has a folder")
    if spec.audit_policy and not spec.audit_policy.is_file():
        raise ControlPlaneError(f"there is no audit policy file {spec.audit_policy}")
    folder, name = control_plane.folder, control_plane.name
    if any(map(str.isspace, str(folder))):
        # kwokctl reads such a path to its first space, and would put the cluster there.
        raise ControlPlaneError(
            f"there is a space in {folder}: name another cache folder with FIRSTBELL_CACHE"
        )
    programs = control_plane.programs.get(program_names(spec))
    env = _environment(folder, programs)
    arguments = create_arguments(name, control_plane.kubeconfig, spec, programs)
    # kwokctl is a process of the folder, too: if this one is killed now, the next start ends that first.
    kwokctl = path_inside(folder, programs["kwokctl"])
    components = Components(
        folder=folder, name=name, start=lambda: _kwokctl(programs, env, ["--name", name, "start", "cluster"])
    )
    with turn():  # kwokctl looks for free ports, and two that look at once find the same
        deadline = time.monotonic() + spec.start_seconds
        _create(components, [kwokctl, *arguments], env=env, deadline=deadline)
    try:
        wait_until_it_answers(control_plane, deadline=deadline, meanwhile=components.start_foundations_again)
        components.start_again()
        if spec.nodes:
            _kwokctl(programs, env, ["--name", name, "scale", "node", "--replicas", str(spec.nodes)])
        wait_until_ready(control_plane, nodes=spec.nodes, deadline=deadline, meanwhile=components.start_again)
    except NotInTimeError as error:
        raise ControlPlaneError(f"{error}{components.last_words()}") from error
    if ended := components.last_words():
        raise ControlPlaneError(f"the control plane did not stay up{ended}")


def stop(folder: Path, name: str, kubeconfig: Path, kwokctl: Path | None) -> None:
    """Take a local control plane down, in whatever state it is, and remove its folder."""
    if kwokctl is not None and state_folder(folder, name).exists():
        # What this leaves over, or cannot read because the start was cut short, is ended below.
        argv: list[str | Path] = [kwokctl, "--name", name, "delete", "cluster", "--kubeconfig", kubeconfig]
        with contextlib.suppress(ControlPlaneError):
            run(argv, seconds=_DELETE_SECONDS, env=_environment(folder, {}))
    end_processes_of(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path, programs: Mapping[str, Path]) -> dict[str, str]:
    """Return kwokctl's environment: the user's, without the user's settings of kwok.

    kwokctl asks the API server through the first kubectl on PATH, and fetches one if there is none.
    """
    env = {key: value for key, value in os.environ.items() if not key.startswith(("KWOK_", "KUBECONFIG"))}
    env["KWOK_WORKDIR"] = str(make_folder(folder / "kwok"))
    env["KUBECACHEDIR"] = str(folder / "kubectl")
    if "kubectl" in programs:
        env["PATH"] = f"{programs['kubectl'].parent}{os.pathsep}{env.get('PATH', os.defpath)}"
    return env


def _create(
    components: Components, argv: Sequence[str | Path], *, env: Mapping[str, str], deadline: float
) -> None:
    """Run kwokctl's creation, and cut it short as soon as that has ended which all else stands on.

    kwokctl would wait two minutes for a server that refused its flags at once.
    """
    log = components.folder / "kwokctl.log"
    with log.open("w") as output, started(argv, env=env, stdout=output, stderr=subprocess.STDOUT) as process:
        while process.poll() is None:
            time.sleep(_POLL_SECONDS)
            if FOUNDATIONS.intersection(components.ended()):
                raise ControlPlaneError(f"the control plane did not start{components.last_words()}")
            if time.monotonic() > deadline:
                raise ControlPlaneError(
                    f"the control plane did not start in time: {last_lines(log.read_text())}"
                )
    if process.returncode != 0:
        raise ControlPlaneError(f"kwokctl could not create a cluster: {last_lines(log.read_text())}")


def _kwokctl(programs: Mapping[str, Path], env: Mapping[str, str], arguments: Sequence[str]) -> None:
    finished = run([programs["kwokctl"], *arguments], seconds=60, env=env)
    if finished.code != 0:
        raise ControlPlaneError(f"kwokctl {' '.join(arguments)}: {last_lines(finished.stderr)}")
