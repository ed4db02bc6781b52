"""A command of ours against the control plane, as people start it, to its end."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cluster.stage import Stage


def firstbell(stage: Stage, *arguments: object, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """`firstbell ARGUMENTS`, with a kubeconfig in the environment and 80 columns.

    `release` has the rights that the chart gives it after an uninstall; people read as themselves.
    """
    here = stage.accounts.release.here if "release" in arguments else stage.control_plane
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FIRSTBELL_")}
    environ = {**kept, "KUBECONFIG": str(here.kubeconfig), "COLUMNS": "80", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "firstbell", *map(str, arguments)],
        input=stdin,
        env=environ,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def said(stage: Stage, *arguments: object, stdin: str | None = None) -> str:
    """What a command that succeeds says on standard output."""
    done = firstbell(stage, *arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return done.stdout
