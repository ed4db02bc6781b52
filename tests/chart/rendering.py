"""What helm makes of the chart, without a cluster."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from firstbell_workshop.local.control_plane import SHORT_LIVED_GO

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
CHART = ROOT / "charts" / "firstbell"
GOLDEN = Path(__file__).parent / "golden"
VALUES = Path(__file__).parent / "values"
RELEASE, NAMESPACE = "firstbell", "operators"
CASES = {
    "default": (),
    "namespaced": ("--values", str(VALUES / "namespaced.yaml")),
    "guarded": ("--values", str(VALUES / "guarded.yaml")),
    "every-right": ("--values", str(VALUES / "every-right.yaml")),
    "recording": ("--values", str(VALUES / "recording.yaml")),
    "everything": ("--values", str(VALUES / "everything.yaml")),
}
"""What any installation may be like, by the name of the file of its rendering."""
KEPT = CASES | {case: ("--values", str(VALUES / f"{case}.yaml")) for case in ("others", "less")}
"""The renderings that are kept: those, and two that change what is left, so that each value is seen."""
_DASHBOARD = re.compile(r"(?<=\.json: \|\n)(?: {4}.*\n)+")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""A rendering is 250 kB: 0.03 s of processor with the one, 0.3 with the other."""

Manifest = dict[str, Any]


def helm(program: Path, *args: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Runs helm; what it keeps goes to `home`, and no cluster is in reach."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HELM_")}
    environment |= {f"HELM_{kind}_HOME": str(home) for kind in ("CACHE", "CONFIG", "DATA")}
    environment["KUBECONFIG"] = str(home / "no-kubeconfig")
    environment |= SHORT_LIVED_GO
    argv = [str(program), *args]
    return subprocess.run(argv, capture_output=True, text=True, env=environment, timeout=60, check=False)


def rendered(program: Path, home: Path, *options: str) -> str:
    """The text of `helm template`; raises with helm's own words."""
    done = helm(program, "template", RELEASE, str(CHART), "--namespace", NAMESPACE, *options, home=home)
    assert done.returncode == 0, done.stderr
    return done.stdout


def manifests(text: str) -> list[Manifest]:
    """The objects of a rendering, of the caller's own: tests may change them."""
    found: list[Manifest] = pickle.loads(_pickled(text))  # noqa: S301 - pickled below
    return found


@lru_cache(maxsize=64)
def _pickled(text: str) -> bytes:
    """What many tests parse alike: read from a pickle it costs a tenth."""
    return pickle.dumps([body for body in yaml.load_all(text, Loader=_LOADER) if body])


def only(kind: str, bodies: Sequence[Manifest]) -> Manifest:
    found = [body for body in bodies if body["kind"] == kind]
    assert len(found) == 1, f"{len(found)} of kind {kind}"
    return found[0]


def without_copies(text: str) -> str:
    """The rendering less the CRDs and the dashboard, which tests compare with their sources."""
    parts = text.split("---\n# Source: ")
    kept = [part for part in parts if part and not part.startswith("firstbell/templates/crds.yaml")]
    return _DASHBOARD.sub("    {}\n", "".join(f"---\n# Source: {part}" for part in kept))


def golden(case: str) -> Path:
    return GOLDEN / f"{case}.yaml"
