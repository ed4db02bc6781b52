"""What processes have used of the machine's processors: the operator, and the control plane beside it.

All of them share the same cores, so that a time of the wall tells little without it.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell_workshop.local.control_plane import ControlPlane

PORT = 18_080
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
LEAST_SECONDS = 0.05
LOOKS = 10
LOADS_ALL = "import firstbell.app, firstbell.cli.main, firstbell.cli.run.command"
SHORT = {
    "kube-apiserver": "API server",
    "kube-controller-manager": "controllers",
    "kube-scheduler": "scheduler",
    "kwok-controller": "kwok",
}


@dataclass
class Operator:
    """`firstbell run` as a process, and what the kernel and its own figures say of it."""

    process: subprocess.Popen[bytes]
    log: Path

    def cpu_seconds(self) -> float:
        return _cpu_seconds(Path(f"/proc/{self.process.pid}"))

    def rss_mebibytes(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def decided(self) -> int:
        """How many autoscalers it has decided on."""
        return len(self._figures("firstbell_desired_replicas{"))

    def writes(self) -> dict[str, float]:
        """How many writes it has made, by what was written; those that did not succeed are told apart."""
        found = {}
        for line in self._figures("firstbell_writes_total{"):
            outcome, what = (re.search(rf'{name}="(\w+)"', line)[1] for name in ("outcome", "what"))
            found[what if outcome == "ok" else f"{what} {outcome}"] = float(line.rpartition(" ")[2])
        return found

    def requests(self) -> dict[str, float]:
        """How many requests to the API server it has made, by verb and resource; watches are none."""
        found: dict[str, float] = {}
        for line in self._figures("firstbell_api_requests_total{"):
            verb, what = (re.search(rf'{name}="([^"]+)"', line)[1] for name in ("verb", "resource"))
            if verb != "watch":
                found[f"{verb} {what}"] = found.get(f"{verb} {what}", 0.0) + float(line.rpartition(" ")[2])
        return found

    def paced(self) -> float:
        """What it reckons with for one rise among many, in seconds; 0 before the first was written."""
        return next(
            (float(line.rpartition(" ")[2]) for line in self._figures("firstbell_rise_write_seconds ")), 0.0
        )

    def complaints(self) -> list[str]:
        """What it has logged: warnings and worse."""
        return self.log.read_text().splitlines()

    def _figures(self, beginning: str) -> list[str]:
        """Lines of /metrics; none before it is served. One that is slow to tell is asked again."""
        for _ in range(LOOKS):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/metrics", timeout=20) as answer:
                    lines = answer.read().decode().splitlines()
            except urllib.error.URLError as error:
                if isinstance(error.reason, ConnectionRefusedError):
                    return []
            except OSError:
                continue
            else:
                return [line for line in lines if line.startswith(beginning)]
        msg = f"the operator does not tell its figures: {self.complaints()[-5:]}"
        raise RuntimeError(msg)


@contextlib.contextmanager
def operator(here: ControlPlane, namespace: str, log: Path) -> Iterator[Operator]:
    argv = (
        sys.executable, "-m", "firstbell", "run", "--kubeconfig", str(here.kubeconfig),
        "--namespace", namespace, "--listen", "127.0.0.1", "--metrics-port", str(PORT), "--probe-port", "0",
        "--log-level", "warning",
    )  # fmt: skip
    # As in an image: with bytecode, whatever the environment says.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(log.parent / "bytecode")
    subprocess.run((sys.executable, "-c", LOADS_ALL), env=environment, check=True)
    with log.open("ab") as file:
        process = subprocess.Popen(argv, stdout=file, stderr=file, env=environment)
    try:
        yield Operator(process, log)
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def processors(here: ControlPlane) -> dict[str, float]:
    """The seconds that the control plane's processes and our own child and self have used, by name."""
    found: dict[str, float] = {}
    folder = str(here.folder)
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            argv = (process / "cmdline").read_text(errors="replace").split("\0")
            if process.name == str(os.getpid()):
                name = "this benchmark"
            elif any(folder in each or str(here.kubeconfig) in each for each in argv):
                name = "operator" if "firstbell" in argv else Path(argv[0]).name
            else:
                continue
            name = SHORT.get(name, name)
            found[name] = found.get(name, 0.0) + _cpu_seconds(process)
    return found


def spent(before: dict[str, float], after: dict[str, float]) -> str:
    """What each process has used meanwhile, the largest first, and the sum."""
    used = {name: after[name] - before.get(name, 0.0) for name in after}
    told = sorted(((name, each) for name, each in used.items() if each >= LEAST_SECONDS), key=_by_seconds)
    parts = ", ".join(f"{name} {each:.1f}" for name, each in told)
    return f"{sum(each for _, each in told):.1f} s: {parts}"


def _by_seconds(used: tuple[str, float]) -> float:
    return -used[1]


def _cpu_seconds(process: Path) -> float:
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND
