"""What a release does before it publishes: the version, the notes, the chart and the plugin's manifest."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from firstbell import __version__
from firstbell.kinds.crds import RENDERED_KINDS

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "operator/release"
DIGEST = f"sha256:{'0123456789abcdef' * 4}"
HOME, IMAGE = "https://git.example/school/firstbell", "images.example/school/firstbell"
SECTION = """\
## [Unreleased]
### Added
- Not yet.

## [{}] - 2026-12-01
### Added
- **Bells** are rung
  by `ring` ([why](operator/docs/bells.md)).
### Fixed
- One that rang twice.

## [0.0.1] - 2026-01-01
- Old.
"""
NEEDED = ("pyproject.toml", "CHANGELOG.md", "operator/firstbell/__init__.py", "operator/release",
          "charts/firstbell", "examples/smallest.yaml")  # fmt: skip


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the scripts read, with a section of this version in the changelog."""
    root = tmp_path / "checkout"
    for name in NEEDED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, root / name)
    (root / "CHANGELOG.md").write_text(SECTION.format(__version__))
    return root


def run(root: Path, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, str(root / "operator/release" / script), *arguments]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, cwd=root.parent)


def test_the_version_is_the_same_wherever_it_stands():
    done = run(ROOT, "version.py")
    assert (done.stderr, done.stdout) == ("", f"{__version__}\n")


def test_the_tag_of_this_version_is_taken(checkout):
    done = run(checkout, "version.py", f"v{__version__}")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{__version__}\n", "")


@pytest.mark.parametrize("tag", ["v9.9.9", __version__, f"v{__version__}-rc.1", "v"])
def test_another_tag_is_refused(checkout, tag):
    done = run(checkout, "version.py", tag)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"Tag v{__version__}, or raise the version" in done.stderr


def test_a_tag_whose_changes_are_not_told_is_refused(checkout):
    (checkout / "CHANGELOG.md").write_text("## [Unreleased]\n- All of it.\n")
    done = run(checkout, "version.py", f"v{__version__}")
    assert done.returncode == 1
    assert f"CHANGELOG.md: there is no section [{__version__}]" in done.stderr


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("charts/firstbell/Chart.yaml", r"^version: .*$"),
        ("charts/firstbell/Chart.yaml", r"^appVersion: .*$"),
        ("operator/firstbell/__init__.py", r"^__version__ = .*$"),
    ],
)
def test_a_place_that_was_forgotten_is_told(checkout, file, line):
    text = (checkout / file).read_text()
    (checkout / file).write_text(re.sub(line, "", text, flags=re.MULTILINE))
    done = run(checkout, "version.py")
    assert done.returncode == 1
    assert f"{file}" in done.stderr
    assert f"pyproject.toml says '{__version__}'" in done.stderr


def test_the_notes_are_the_section_of_the_version_alone(checkout):
    told = run(checkout, "notes.py", __version__).stdout
    assert "One that rang twice." in told
    assert "Not yet" not in told
    assert "Old" not in told
    assert run(checkout, "notes.py", "9.9.9").returncode == 1


def chart(checkout: Path, digest: str = DIGEST) -> subprocess.CompletedProcess[str]:
    options = ("--image", IMAGE, "--digest", digest, "--home", HOME)
    return run(checkout, "chart.py", str(checkout / "published"), *options)


def test_the_published_chart_names_the_image_by_its_digest(checkout):
    assert chart(checkout).stderr == ""
    values = yaml.safe_load((checkout / "published/values.yaml").read_text())
    image = values["image"]
    assert (f"{image['registry']}/{image['repository']}", image["digest"]) == (IMAGE, DIGEST)
    source = (checkout / "charts/firstbell/values.yaml").read_text().splitlines()
    written = (checkout / "published/values.yaml").read_text().splitlines()
    assert sum(before != after for before, after in zip(source, written, strict=True)) == 3


def test_artifact_hub_is_told_of_the_image_the_kinds_and_the_changes(checkout):
    chart(checkout)
    body = yaml.safe_load((checkout / "published/Chart.yaml").read_text())
    told = {key.removeprefix("artifacthub.io/"): value for key, value in body["annotations"].items()}
    assert all(isinstance(value, str) for value in told.values())
    assert yaml.safe_load(told["images"]) == [{"name": "firstbell", "image": f"{IMAGE}@{DIGEST}"}]
    assert {one["kind"] for one in yaml.safe_load(told["crds"])} == {one.kind for one in RENDERED_KINDS}
    for one in yaml.safe_load(told["crds"]):
        assert one.keys() == {"kind", "version", "name", "displayName", "description"}
    assert yaml.safe_load(told["changes"]) == [
        {"kind": "added", "description": "Bells are rung by ring (why)."},
        {"kind": "fixed", "description": "One that rang twice."},
    ]
    assert all(one["url"].startswith(HOME) for one in yaml.safe_load(told["links"]))
    assert {one["kind"] for one in yaml.safe_load(told["crdsExamples"])} == {
        "SchoolCalendar",
        "SchoolAutoscaler",
    }
    assert (told["license"], told["operator"], told["prerelease"]) == ("Apache-2.0", "true", "true")
    assert (body["version"], body["home"]) == (__version__, HOME)


@pytest.mark.parametrize("digest", ["", "latest", "sha256:abc", f"{DIGEST}0"])
def test_a_chart_without_a_digest_is_not_published(checkout, digest):
    done = chart(checkout, digest)
    assert done.returncode == 1
    assert "--digest" in done.stderr
    assert not (checkout / "published").exists()


def test_the_plugins_manifest_names_each_archive_with_its_sum(checkout, tmp_path):
    archives = [tmp_path / f"firstbell-{name}.tar.gz" for name in ("linux-amd64", "darwin-arm64")]
    for archive in archives:
        archive.write_bytes(archive.name.encode())
    done = run(checkout, "krew.py", "--home", HOME, *(str(archive) for archive in archives))
    body = yaml.safe_load(done.stdout)
    assert (body["metadata"]["name"], body["spec"]["version"]) == ("firstbell", f"v{__version__}")
    assert len(body["spec"]["shortDescription"]) <= 50
    assert body["spec"]["platforms"] == [
        {
            "selector": {"matchLabels": {"os": system, "arch": machine}},
            "uri": f"{HOME}/releases/download/v{__version__}/firstbell-{system}-{machine}.tar.gz",
            "sha256": hashlib.sha256(f"firstbell-{system}-{machine}.tar.gz".encode()).hexdigest(),
            "bin": "kubectl-firstbell",
        }
        for system, machine in (("darwin", "arm64"), ("linux", "amd64"))
    ]


def test_an_archive_of_a_system_that_krew_does_not_know_is_refused(checkout, tmp_path):
    other = tmp_path / "firstbell-plan9-amd64.tar.gz"
    other.write_bytes(b"")
    assert run(checkout, "krew.py", "--home", HOME, str(other)).returncode == 1


def test_what_artifact_hub_asks_of_the_repository_is_of_its_form():
    body = yaml.safe_load((ROOT / "charts/artifacthub-repo.yml").read_text())
    assert body.keys() <= {"repositoryID", "owners", "ignore"}
