"""What a change makes of each bell, and what lint finds, as a comment in its pull request.

Everything that it is told comes by the environment, and files of the change are only ever read: a pull
request of a stranger may hold anything. Links in the change are not followed. Where the comment may not be
written, as for a fork, the job's summary has the same text.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import redirect_stderr, redirect_stdout
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, NamedTuple

from firstbell.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_COMMENT = 65_536
LONGEST_SUMMARY = 1_000_000
"""GitHub takes a comment of 65,536 characters and a summary of 1 MiB."""
LONGEST_QUOTE = 5000
MOST_PAGES = 100
SECONDS = 30
FILE_MODES = {"100644", "100755"}
"""Of files; a link (120000) could lead anywhere on the machine."""
FAIL_ON = {"warning": {"error", "warning"}, "error": {"error"}, "never": set()}
"""Levels of what lint found that end the job with a failure, by the input."""
NO_COMMIT = "0" * 40
"""What an event names where there was no commit before."""


class Stopped(Exception):  # noqa: N818 - the end of a review that cannot be made, with what to do about it
    """Why there can be no review."""


def git(*arguments: str, index: Path | None = None, given: bytes = b"") -> bytes:
    """Return what git prints."""
    environment = os.environ if index is None else {**os.environ, "GIT_INDEX_FILE": str(index)}
    done = subprocess.run(["git", *arguments], input=given, capture_output=True, check=False, env=environment)
    if done.returncode:
        raise Stopped(f"git {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def files_at(commit: str, paths: list[str], folder: Path) -> dict[str, str]:
    """Write the YAML files of a commit under the paths to a folder, flat; return their names by those there.

    Flat: no name that somebody's change gives a folder is made on this machine.
    """
    index = folder.with_suffix(".index")
    git("read-tree", commit, index=index)
    names: dict[str, str] = {}
    blobs = []
    for entry in filter(None, git("ls-files", "-s", "-z", "--", *paths, index=index).split(b"\0")):
        head, _, raw = entry.partition(b"\t")
        mode, blob, _ = head.decode().split(" ")
        name = os.fsdecode(raw)
        if mode in FILE_MODES and name.endswith((".yaml", ".yml")):
            names[f"{len(names):04}.yaml"] = name
            blobs.append(blob)
    folder.mkdir()
    for flat, content in zip(names, contents(blobs), strict=True):
        (folder / flat).write_bytes(content)
    return names


def contents(blobs: list[str]) -> Iterator[bytes]:
    """Yield what stands in files of git, by their hashes."""
    stream = io.BytesIO(git("cat-file", "--batch", given="".join(f"{blob}\n" for blob in blobs).encode()))
    for _ in blobs:
        size = int(stream.readline().split()[2])
        yield stream.read(size)
        stream.read(1)


class Said(NamedTuple):
    """What a command of firstbell said, and the code that it ended with."""

    code: int
    output: str
    errors: str


def firstbell(*arguments: str) -> Said:
    """Run a command of firstbell, here and now; what it prints has no control characters."""
    output, errors = io.StringIO(), io.StringIO()
    with redirect_stdout(output), redirect_stderr(errors):
        code = app(list(arguments), prog_name="firstbell", standalone_mode=False)
    return Said(code or 0, output.getvalue(), errors.getvalue())


def base_of(event: dict[str, Any]) -> str | None:
    """Return the commit to compare with, which is fetched where it is not there; None where there is none."""
    for_event = (
        event.get("pull_request", {}).get("base", {}).get("sha"),
        event.get("merge_group", {}).get("base_sha"),
        event.get("before"),
    )
    named = [os.environ.get("REVIEW_BASE", "").strip(), *for_event]
    base = next((str(one) for one in named if one and one != NO_COMMIT), None)
    if base is None:
        return None
    if base.startswith("-"):
        raise Stopped("base is no commit.")
    try:
        found = git("rev-parse", "--verify", "--quiet", f"{base}^{{commit}}")
    except Stopped:
        git("fetch", "--quiet", "--no-tags", "--depth=1", "origin", base)
        found = git("rev-parse", "--verify", "FETCH_HEAD^{commit}")
    base = found.decode().strip()
    try:  # where the branch itself is checked out, what came to the base since is not of this change
        return git("merge-base", base, "HEAD").decode().strip()
    except Stopped:
        return base


def bells(base: str | None, paths: list[str], days: str, folder: Path) -> tuple[str, bool]:
    """Return what changes of the bells, in Markdown, and whether any file does."""
    if base is None:
        return "There is no commit to compare with: run it for a pull request, or give `base`.", False
    old, new = folder / "before", folder / "after"
    before, after = files_at(base, paths, old), files_at("HEAD", paths, new)
    if by_name(old, before) == by_name(new, after):
        return "No calendar or policy changes.", False
    done = firstbell("plan", f"--days={days}", "-o", "markdown", "--diff", str(old), str(new))
    if done.code == 0:
        return done.output.strip(), True
    told = done.errors
    for state, names, when in ((old, before, "before: "), (new, after, "")):
        for flat, name in names.items():
            told = told.replace(f"{state}/{flat}", f"{when}{visible(name)}")
    return f"The bells of the two states cannot be compared:\n\n{fenced(told)}", True


def by_name(folder: Path, names: dict[str, str]) -> dict[str, bytes]:
    """Return what stands in the files, by their names in the repository."""
    return {name: (folder / flat).read_bytes() for flat, name in names.items()}


def visible(text: str) -> str:
    """Return a text on one line, as what is printed here may be read as commands to the runner."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def fenced(text: str) -> str:
    """Return text that stays text in Markdown."""
    text = text.strip()[:LONGEST_QUOTE]
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}\n{text}\n{fence}"


def cut(text: str, longest: int) -> str:
    """Return the text, without its last lines where it is too long, in bytes: letters are never more."""
    if len(text.encode()) <= longest:
        return text
    note = "\n\n*There is more than fits here: run `firstbell plan --diff` and `firstbell lint`.*"
    room = longest - len(note.encode())
    kept = []
    for line in text.split("\n"):
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join(kept) + note


class GitHub:
    """The comments of one pull request."""

    def __init__(self, number: int, token: str) -> None:
        self.token = token
        api = os.environ.get("GITHUB_API_URL", "https://api.github.com")
        self.repository = f"{api}/repos/{os.environ['GITHUB_REPOSITORY']}"
        self.comments = f"{self.repository}/issues/{number}/comments"

    def ask(self, method: str, url: str, body: dict[str, str] | None = None) -> object:
        """Return the answer to a request."""
        request = urllib.request.Request(  # noqa: S310 - GITHUB_API_URL is the runner's
            url, method=method, data=None if body is None else json.dumps(body).encode()
        )
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Accept", "application/vnd.github+json")
        request.add_header("X-GitHub-Api-Version", "2022-11-28")
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return json.load(answer)

    def ours(self, mark: str) -> str | None:
        """Return the address of the comment that this review wrote before.

        Anybody may write the mark: only what a bot wrote is taken for ours.
        """
        for page in range(1, MOST_PAGES + 1):
            found = self.ask("GET", f"{self.comments}?per_page=100&page={page}")
            if not isinstance(found, list) or not found:
                return None
            for one in found:
                if one["user"]["type"] == "Bot" and str(one["body"] or "").startswith(mark):
                    return f"{self.repository}/issues/comments/{int(one['id'])}"
        return None


def comment(github: GitHub, mark: str, body: str, *, worth_a_first: bool) -> str:
    """Write the comment, or update the one that is there; return what was done."""
    try:
        there = github.ours(mark)
        if there is not None:
            github.ask("PATCH", there, {"body": body})
            return "The comment is updated."
        if not worth_a_first:
            return "There is nothing to comment on."
        github.ask("POST", github.comments, {"body": body})
    except (OSError, ValueError) as error:  # urllib's errors are OSErrors
        status = f"HTTP {error.code}" if isinstance(error, urllib.error.HTTPError) else type(error).__name__
        told = f"The comment could not be written ({status}); the job's summary has it."
        return f"::warning title=firstbell::{told}"
    return "The comment is written."


def inputs() -> tuple[list[str], str, str]:
    """Return where to look, for how many days, and what ends the job."""
    paths = [line.strip() for line in os.environ.get("REVIEW_PATHS", "").splitlines()]
    days = os.environ.get("REVIEW_DAYS", "14").strip()
    fail_on = os.environ.get("REVIEW_FAIL_ON", "error").strip()
    if not re.fullmatch("[0-9]{1,3}", days):
        raise Stopped("days is no whole number.")
    if fail_on not in FAIL_ON:
        raise Stopped(f"fail-on is none of {', '.join(FAIL_ON)}.")
    return [path for path in paths if path] or ["."], days, fail_on


def lint(paths: list[str], folder: Path, log: Path) -> tuple[str, set[str]]:
    """Annotate the change and return what lint finds in Markdown, and of which levels; the log is written."""
    names = files_at("HEAD", paths, folder / "linted").values()
    files = [name for name in names if Path(name).is_file() and not Path(name).is_symlink()]
    if not files:
        return "", set()
    print(firstbell("lint", "-o", "github", "--", *files).output, end="")
    log.write_text(firstbell("lint", "-o", "sarif", "--", *files).output, encoding="utf-8")
    results = json.loads(log.read_text(encoding="utf-8"))["runs"][0]["results"]
    return firstbell("lint", "-o", "markdown", "--", *files).output.strip(), {one["level"] for one in results}


def page(mark: str, told: str, found: str, longest: int) -> str:
    """Return the comment; what lint finds has a third of it at the most, what the bells need the rest."""
    head = f"{mark}\n\n## firstbell: what this change does to the bells\n\n"
    tail = f"\n\n## What `firstbell lint` finds\n\n{cut(found, longest // 3)}" if found else ""
    return f"{head}{cut(told, longest - len((head + tail).encode()) - 1)}{tail}\n"


def review() -> int:
    """Review the commit that is checked out, and return the exit code."""
    token = os.environ.pop("REVIEW_TOKEN", "")  # no program that is started here needs it
    paths, days, fail_on = inputs()
    folder = Path(mkdtemp(prefix="firstbell-review-", dir=os.environ["RUNNER_TEMP"]))
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    told, changed = bells(base_of(event), paths, days, folder)
    log = folder / "firstbell.sarif"
    found, levels = lint(paths, folder, log)
    mark = f"<!-- firstbell-review {sha256(chr(10).join(paths).encode()).hexdigest()[:12]} -->"
    tell("GITHUB_STEP_SUMMARY", page(mark, told, found, LONGEST_SUMMARY))
    tell("GITHUB_OUTPUT", f"changed={str(changed).lower()}\n")
    if log.is_file():
        tell("GITHUB_OUTPUT", f"sarif={log}\n")
    number = (event.get("pull_request") or {}).get("number")
    if number is not None and os.environ.get("REVIEW_COMMENT") == "true":
        github = GitHub(int(number), token)
        body = page(mark, told, found, LONGEST_COMMENT)
        print(comment(github, mark, body, worth_a_first=changed))
    return int(bool(levels & FAIL_ON[fail_on]))


def tell(file: str, text: str) -> None:
    """Append to one of the runner's files."""
    if name := os.environ.get(file):
        with Path(name).open("a", encoding="utf-8") as stream:
            stream.write(text)


def main() -> int:
    """Review, or say why that cannot be."""
    try:
        return review()
    except Stopped as stopped:
        text = visible(str(stopped)).replace("%", "%25")
        print(f"::error title=firstbell::{text}")
        tell("GITHUB_STEP_SUMMARY", f"## firstbell: no review\n\n{fenced(str(stopped))}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
