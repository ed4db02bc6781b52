"""The blocks of commands that the documents mark with `run: cluster`, typed in the order of the documents.

The tutorial comes first, so that what the others look at is there, in the place of `school` and of `default`.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from firstbell.clock import SystemClock
from tests.cluster import forked
from tests.cluster.operator_process import Sun
from tests.cluster.waiting import until
from tests.command_blocks import ROOT, Block, Command, blocks, missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.cluster.stage import Stage

TUTORIAL = "tutorial.md"
ANSWERED = {0, 1}
"""1: `status` found something red, of whichever namespace."""


def test_the_commands_for_a_cluster_are_answered_as_the_documents_say(stage: Stage, tmp_path: Path):
    shutil.copy(ROOT / "examples/smallest.yaml", tmp_path / "calendar.yaml")
    environ = environment(stage, tmp_path)
    marked = [block for block in blocks() if block.mark == "run: cluster"]
    setting_up, *tutorial = [block for block in marked if block.document.name == TUTORIAL]
    others = [block for block in marked if block.document.name != TUTORIAL]
    assert others

    typed(setting_up, stage, environ, tmp_path)
    with stage.operator(Sun.rising(SystemClock().now(), 1)):
        until(lambda: stage.status().get("desiredReplicas"), "the operator has reported", seconds=60)
        for block in (*tutorial, *others):
            typed(block, stage, environ, tmp_path)


def environment(stage: Stage, folder: Path) -> dict[str, str]:
    """That of a shell whose kubectl is the control plane's, in the test's own namespace."""
    here = stage.control_plane
    view = ("config", "view", "--raw", "--minify", *(("--context", here.context) if here.context else ()))
    config = yaml.safe_load(stage.kubectl(*view, "-o", "yaml"))
    config["contexts"][0]["context"]["namespace"] = stage.namespace
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(config))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FIRSTBELL_")}
    programs = (here.program("kubectl").parent, Path(sys.executable).parent, kept["PATH"])
    path = os.pathsep.join(str(folder) for folder in programs)
    return {**kept, "KUBECONFIG": str(kubeconfig), "PATH": path, "COLUMNS": "80", "NO_COLOR": "1"}


def typed(block: Block, stage: Stage, environ: Mapping[str, str], folder: Path) -> None:
    for command in block.commands:
        code, output = answered(command, stage.namespace, environ, folder)
        assert code in ANSWERED, f"{block.where}: {command.typed}\n{output}"
        lost = missing(command.said or (), output)
        assert not lost, f"{block.where}: {command.typed} does not say\n" + "\n".join(lost)


def answered(command: Command, namespace: str, environ: Mapping[str, str], folder: Path) -> tuple[int, str]:
    """Exit code and output, with the test's namespace in the place of the document's."""
    line = command.typed.replace("default/", f"{namespace}/").replace("school/web", f"{namespace}/web")
    line = line.replace("-n school", f"-n {namespace}")
    if line.startswith("firstbell ") and "|" not in line:
        done = forked.run(["-m", *shlex.split(line, comments=True)], environ)
        return done.returncode, done.stdout + done.stderr
    ended = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    # What fails in a shell is no answer of ours.
    return (2 if ended.returncode else 0), ended.stdout + ended.stderr
