"""A command of ours against the control plane, as people start it, to its end."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.cluster import forked

if TYPE_CHECKING:
    import subprocess

    from tests.cluster.stage import Stage


def firstbell(stage: Stage, *arguments: object, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """`firstbell ARGUMENTS`, with a kubeconfig in the environment and 80 columns.

    `release` has the rights that the chart gives it after an uninstall; people read as themselves.
    """
    here = stage.accounts.release.here if "release" in arguments else stage.control_plane
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FIRSTBELL_")}
    environ = {**kept, "KUBECONFIG": str(here.kubeconfig), "COLUMNS": "80", "NO_COLOR": "1"}
    return forked.run(["-m", "firstbell", *arguments], environ, stdin=stdin)


def said(stage: Stage, *arguments: object, stdin: str | None = None) -> str:
    """What a command that succeeds says on standard output."""
    done = firstbell(stage, *arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return done.stdout
