"""The very files that the operator's image holds, laid out here, and the operator started from them."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sys
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCKERFILE = ROOT / "operator/Dockerfile"
START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from firstbell.__main__ import main; sys.exit(main())"
)


def copied() -> list[str]:
    """The files and folders that the image is built of, as the Dockerfile says."""
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE.read_text(encoding="utf-8"), re.MULTILINE)
    return [name for line in lines for name in line.split()]


def packages() -> list[Distribution]:
    """What is installed for those who want no extra: by the lock file, as far as it is for this machine."""
    locked = {one["name"]: one for one in tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]}
    found: dict[str, Distribution] = {}
    wanted = [(each["name"], tuple(each.get("extra", ()))) for each in locked["firstbell"]["dependencies"]]
    while wanted:
        name, extras = wanted.pop()
        needed = list(locked[name].get("dependencies", ()))
        for extra in extras:
            needed += locked[name].get("optional-dependencies", {}).get(extra, ())
        if name in found and not extras:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue  # of another system or another Python
        wanted += [(each["name"], tuple(each.get("extra", ()))) for each in needed]
    return list(found.values())


def lay_out(site_packages: Path) -> None:
    """Put there what the image holds, as the Dockerfile does: the packages, ours, less what is left out."""
    for package in packages():
        for file in package.files or ():
            if not file.parts[0].startswith("..") and file.suffix != ".pyc":
                _link(Path(str(file.locate())), site_packages / file)
    for folder in (ROOT / name for name in copied() if name.startswith("operator/firstbell")):
        for file in folder.rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                _link(file, site_packages / file.relative_to(folder.parent))
    ours = distribution("firstbell")
    for name in ("METADATA", "entry_points.txt"):
        _link(
            Path(str(ours.locate_file(f"firstbell-{ours.version}.dist-info/{name}"))),
            site_packages / f"firstbell-{ours.version}.dist-info/{name}",
        )
    for file in list(leaving_out().left_out(site_packages)):
        file.unlink()


def leaving_out():
    """The script by which the Dockerfile removes what the image does without."""
    script = next(
        ROOT / name for name in re.findall(r"^RUN python (\S+)", DOCKERFILE.read_text("utf-8"), re.MULTILINE)
    )
    spec = importlib.util.spec_from_file_location("left_out", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def firstbell(site_packages: Path, *arguments: str) -> list[str]:
    """Return the command line that starts it with Python's own library and these packages alone."""
    return [sys.executable, "-I", "-S", "-c", START, str(site_packages), *arguments]


def _link(source: Path, target: Path) -> None:
    """Put a file there, and what Python has compiled of it: else each start here compiles anew."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)  # what is compiled is taken where the time is the same
    if source.suffix == ".py":
        compiled = Path(importlib.util.cache_from_source(str(source)))
        if compiled.is_file():
            _link(compiled, target.parent / "__pycache__" / compiled.name)
