"""The archive of the kubectl plugin for one system: firstbell with all that it stands on, for each Python.

    python operator/release/archive.py WHEEL ARCHIVE

ARCHIVE is named firstbell-OS-ARCH.tar.gz. What the wheel stands on comes by the lock file, by its hashes, and
in wheels alone: so it is made for any system on any system. Needs uv in PATH.
"""

from __future__ import annotations

import filecmp
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from version import ROOT

PLATFORMS = {
    "linux-amd64": "x86_64-manylinux_2_28",
    "linux-arm64": "aarch64-manylinux_2_28",
    "darwin-amd64": "x86_64-apple-darwin",
    "darwin-arm64": "aarch64-apple-darwin",
}
"""What krew calls a system, and what uv calls the oldest of it."""
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
COMMON = "python"
"""The folder of what is the same for every Python."""
NAMED = re.compile(r"firstbell-(\w+-\w+)\.tar\.gz")
STARTED = ("kubectl-firstbell", "__main__.py")
COMPLETION = "kubectl_complete-firstbell"
LEFT_OUT = ("bin", ".lock", "__pycache__")


def build(wheel: Path, archive: Path) -> None:
    """Write the archive. Raises CalledProcessError where uv does not find all."""
    platform = PLATFORMS[system_of(archive)]
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "plugin"
        wanted = _requirements(wheel, Path(work))
        for python in PYTHONS:
            _install(wanted, folder / f"{COMMON}{python}", python, platform)
        share(folder)
        for name in STARTED:
            shutil.copy(ROOT / "operator/release/plugin" / name, folder / name)
        # It looks by which name it was started; a link would be refused by krew.
        shutil.copy(folder / STARTED[0], folder / COMPLETION)
        shutil.copy(ROOT / "LICENSE", folder / "LICENSE")
        with tarfile.open(archive, "w:gz") as made:
            for path in sorted(folder.iterdir()):
                made.add(path, path.name, filter=_anonymous)


def system_of(archive: Path) -> str:
    """Return what krew calls the system that an archive is for, by its name."""
    named = NAMED.fullmatch(archive.name)
    if named is None or named.group(1) not in PLATFORMS:
        raise SystemExit(f"{archive.name} is not named like firstbell-linux-amd64.tar.gz.")
    return named.group(1)


def share(folder: Path) -> None:
    """Move what is the same for every Python into one folder: whole packages, never parts of one."""
    each = [folder / f"{COMMON}{python}" for python in PYTHONS]
    common = folder / COMMON
    common.mkdir()
    for first in sorted(each[0].iterdir()):
        if all(same(first, other / first.name) for other in each[1:]):
            first.rename(common / first.name)
            for other in each[1:]:
                _remove(other / first.name)


def same(one: Path, other: Path) -> bool:
    """Tell whether two files or folders hold the same."""
    if not one.is_dir() or not other.is_dir():
        return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)
    names = {path.name for path in one.iterdir()}
    return names == {path.name for path in other.iterdir()} and all(
        same(one / name, other / name) for name in names
    )


def _requirements(wheel: Path, work: Path) -> Path:
    wanted = work / "requirements.txt"
    options = ("--locked", "--no-default-groups", "--no-emit-project", "--output-file", str(wanted))
    subprocess.run(["uv", "export", "--quiet", "--project", str(ROOT), *options], check=True)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    with wanted.open("a", encoding="utf-8") as file:
        file.write(f"{wheel.resolve()} --hash=sha256:{digest}\n")
    return wanted


def _install(wanted: Path, folder: Path, python: str, platform: str) -> None:
    options = ("--target", str(folder), "--python-version", python, "--python-platform", platform)
    pinned = ("--require-hashes", "--no-build", "--no-deps", "--requirement", str(wanted))
    subprocess.run(["uv", "pip", "install", "--quiet", *options, *pinned], check=True)
    for name in LEFT_OUT:
        _remove(folder / name)
    script = ROOT / "operator/image/left_out.py"
    subprocess.run([sys.executable, str(script), str(folder)], check=True)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave out who made it and when, so that the same is made twice."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mtime = 0
    return entry


def main() -> None:
    """Write the archive that is named."""
    build(Path(sys.argv[1]), Path(sys.argv[2]))


if __name__ == "__main__":
    main()
