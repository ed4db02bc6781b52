"""Workflows use actions by commit, with no more rights than they need, and run nothing that others write."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / ".github/workflows").glob("*.y*ml"))
ACTIONS = sorted((ROOT / ".github/actions").rglob("action.y*ml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
WRITES = {
    ("release.yaml", "image"): {"packages", "id-token"},
    ("release.yaml", "chart"): {"packages", "id-token"},
    ("release.yaml", "pypi"): {"id-token"},
    ("release.yaml", "page"): {"contents"},
    ("docs.yaml", "publish"): {"pages", "id-token"},
}
"""What a job may write; of all others nothing."""
OF_OTHERS = ("github.ref_name", "github.head_ref", "github.event", "inputs.", "needs.", "steps.", "matrix.")


def jobs(file: Path) -> dict[str, Any]:
    return yaml.safe_load(file.read_text("utf-8"))["jobs"]


@pytest.mark.parametrize("file", [*FILES, *ACTIONS], ids=lambda file: file.name)
def test_every_action_is_pinned_by_its_commit_with_the_version_beside_it(file):
    for action in re.findall(r"uses: (\S.*)", file.read_text("utf-8")):
        assert PINNED.fullmatch(action), action


def test_one_action_has_one_version():
    used = {
        line for file in (*FILES, *ACTIONS) for line in re.findall(r"uses: (\S.*)", file.read_text("utf-8"))
    }
    names = [line.partition("@")[0] for line in used]
    assert {"actions/checkout", "docker/build-push-action"} <= set(names)
    assert len(names) == len(set(names)), sorted(used)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_command_is_put_together_of_what_others_write(file):
    for name, job in jobs(file).items():
        for step in job["steps"]:
            for word in OF_OTHERS:
                assert f"{{{{ {word}" not in step.get("run", ""), (name, step)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_job_has_an_end_and_few_rights(file):
    whole = yaml.safe_load(file.read_text("utf-8"))
    assert whole["permissions"] in ({}, {"contents": "read"})
    for name, job in whole["jobs"].items():
        assert job["timeout-minutes"] <= 90, name
        written = {scope for scope, right in job.get("permissions", {}).items() if right == "write"}
        assert written <= WRITES.get((file.name, name), set()), name
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False, name


def test_what_cannot_be_taken_back_comes_after_what_can_fail():
    release = jobs(ROOT / ".github/workflows/release.yaml")

    def before(job: str) -> set[str]:
        needed = release[job].get("needs", [])
        needed = {needed} if isinstance(needed, str) else set(needed)
        return needed.union(*(before(one) for one in needed))

    assert {"version", "python", "plugin", "image", "chart"} <= before("pypi")
    assert "pypi" in before("page")
    assert all("version" in before(job) for job in release if job != "version")


def test_the_image_says_what_it_is_by_what_the_release_hands_it():
    dockerfile = (ROOT / "operator/Dockerfile").read_text("utf-8")
    lines = re.findall(r"^ARG (.+)$", dockerfile, re.MULTILINE)
    known = {word.partition("=")[0] for line in lines for word in line.split()}
    (build,) = [
        step["with"]
        for step in jobs(ROOT / ".github/workflows/release.yaml")["image"]["steps"]
        if step.get("id") == "build"
    ]
    assert {line.partition("=")[0] for line in build["build-args"].splitlines()} == known
    labels = set(re.findall(r"org\.opencontainers\.image\.(\w+)=", dockerfile))
    assert {"source", "revision", "version", "licenses", "title", "description"} <= labels
    assert build["platforms"] == "linux/amd64,linux/arm64"
    instructions = "\n".join(line for line in dockerfile.splitlines() if not line.startswith("#"))
    assert not re.search(r"amd64|arm64|x86_64|aarch64|--platform", instructions)
