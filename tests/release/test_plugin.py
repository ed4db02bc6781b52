"""The kubectl plugin as its archive is laid out, started in a clean home by a bare Python."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml

from firstbell import __version__
from firstbell.cli.kubectl_completion import NO_FILES

ROOT = Path(__file__).parents[2]
RELEASE = ROOT / "operator/release"
EXAMPLE = ROOT / "examples/smallest.yaml"
MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def archive(monkeypatch):
    """The module `archive.py`, loaded as its script loads what lies beside it."""
    monkeypatch.syspath_prepend(RELEASE)
    described = importlib.util.spec_from_file_location("archive_of_the_plugin", RELEASE / "archive.py")
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    return module


@pytest.fixture
def plugin(tmp_path: Path, archive) -> Path:
    """The folder that krew unpacks, of what is installed here; `bin` is where krew puts its link."""
    folder = tmp_path / "store"
    folder.mkdir()
    for name in archive.STARTED:
        shutil.copy(RELEASE / "plugin" / name, folder / name)
    shutil.copy(folder / archive.STARTED[0], folder / archive.COMPLETION)
    (folder / archive.COMMON).symlink_to(sysconfig.get_path("purelib"))
    (folder / f"{archive.COMMON}{MINOR}").symlink_to(ROOT / "operator")
    (tmp_path / "bin").mkdir()
    (tmp_path / "home").mkdir()
    (tmp_path / "bin" / archive.STARTED[0]).symlink_to(folder / archive.STARTED[0])
    return tmp_path


def start(plugin: Path, *argv: str, python: str | None = None) -> subprocess.CompletedProcess[str]:
    bare = Path(sys.base_prefix, "bin", f"python{MINOR}")
    environment = {
        "HOME": str(plugin / "home"),
        "PATH": f"{plugin / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin",
        "FIRSTBELL_PYTHON": str(bare) if python is None else python,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run(
        argv, env=environment, capture_output=True, text=True, timeout=60, check=False, cwd=plugin
    )


def test_it_tells_its_version_and_plans_from_files(plugin):
    done = start(plugin, "kubectl-firstbell", "--version")
    assert (done.stdout, done.stderr) == (f"firstbell {__version__}\n", "")
    planned = start(plugin, "kubectl-firstbell", "plan", "-f", str(EXAMPLE), "--date", "2026-11-09")
    assert planned.returncode == 0, planned.stderr
    assert "08:30" in planned.stdout


def test_it_is_called_by_its_own_name(plugin):
    done = start(plugin, "kubectl-firstbell", "plan", "--nothing")
    assert done.returncode == 2
    assert "Usage: kubectl-firstbell plan" in done.stderr


def test_its_completion_answers(plugin):
    done = start(plugin, str(plugin / "store/kubectl_complete-firstbell"), "plan", "--da")
    assert [line.partition("\t")[0] for line in done.stdout.splitlines()] == ["--date", "--days", NO_FILES]


@pytest.mark.parametrize("python", ["false", "no-such-program"])
def test_without_a_python_that_is_new_enough_it_says_what_to_do(plugin, python):
    done = start(plugin, "kubectl-firstbell", "--version", python=python)
    assert (done.returncode, done.stdout) == (1, "")
    assert "needs Python 3.11 to 3.14" in done.stderr


def test_what_every_python_has_alike_is_there_once_and_no_package_is_torn_apart(tmp_path, archive):
    for python in archive.PYTHONS:
        folder = tmp_path / f"{archive.COMMON}{python}"
        (folder / "pure/inside").mkdir(parents=True)
        (folder / "pure/inside/all.py").write_text("same")
        (folder / "bound").mkdir()
        (folder / "bound/all.py").write_text("same")
        (folder / f"bound/of{python}.so").write_text(python)
        (folder / "other.py").write_text("3.14" if python == "3.14" else "before")
    archive.share(tmp_path)
    assert sorted(path.name for path in (tmp_path / archive.COMMON).iterdir()) == ["pure"]
    for python in archive.PYTHONS:
        kept = sorted(path.name for path in (tmp_path / f"{archive.COMMON}{python}").iterdir())
        assert kept == ["bound", "other.py"]
        assert (tmp_path / f"{archive.COMMON}{python}/bound/all.py").is_file()


def test_the_workflow_makes_an_archive_for_each_system_that_has_one(archive):
    release = yaml.safe_load((ROOT / ".github/workflows/release.yaml").read_text("utf-8"))
    assert release["jobs"]["plugin"]["strategy"]["matrix"]["system"] == list(archive.PLATFORMS)
