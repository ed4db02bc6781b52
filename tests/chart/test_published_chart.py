"""The chart as a release publishes it, before helm itself."""

from __future__ import annotations

import subprocess
import sys

import pytest
import yaml

from tests.chart.rendering import ROOT, helm, manifests

DIGEST = f"sha256:{'0123456789abcdef' * 4}"
IMAGE = "images.example/school/firstbell"


@pytest.fixture
def published(tmp_path):
    script, folder = str(ROOT / "operator/release/chart.py"), tmp_path / "firstbell"
    options = ("--image", IMAGE, "--digest", DIGEST, "--home", "https://git.example/school/firstbell")
    subprocess.run([sys.executable, script, str(folder), *options], check=True, timeout=60)
    return folder


def test_helm_lints_packages_and_renders_it_with_the_image_by_its_digest(helm_program, published, tmp_path):
    linted = helm(helm_program, "lint", "--strict", str(published), home=tmp_path)
    assert linted.returncode == 0, linted.stdout + linted.stderr
    packed = helm(helm_program, "package", str(published), "--destination", str(tmp_path), home=tmp_path)
    assert packed.returncode == 0, packed.stderr
    version = yaml.safe_load((published / "Chart.yaml").read_text())["version"]
    made = str(tmp_path / f"firstbell-{version}.tgz")
    # Without hooks: install.yaml of a release.
    done = helm(helm_program, "template", "firstbell", made, "--no-hooks", "-n", "firstbell", home=tmp_path)
    bodies = manifests(done.stdout)
    (deployment,) = [body for body in bodies if body["kind"] == "Deployment"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"{IMAGE}@{DIGEST}"
    assert not [b for b in bodies if "helm.sh/hook" in (b["metadata"].get("annotations") or {})]
    assert "CustomResourceDefinition" in {body["kind"] for body in bodies}
