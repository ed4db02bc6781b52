"""The action for pull requests: its own shell in a git repository, against a stand-in for GitHub."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = ROOT / ".github/actions/review"
STEPS = yaml.safe_load((ACTION / "action.yml").read_text())
SMALLEST = (ROOT / "examples/smallest.yaml").read_text(encoding="utf-8")
OTHER = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
LATER = SMALLEST.replace('startTime: "08:30"', 'startTime: "11:30"')
BEYOND = '  holidays:\n  - {name: old, startDate: "2001-01-01", endDate: "2001-01-02"}\n'
"""What lint warns of."""
DEFAULTS = {name: str(one["default"]) for name, one in STEPS["inputs"].items()}
MARK = re.compile(r"<!-- firstbell-review [0-9a-f]{12} -->\n")


@dataclass
class Api:
    """GitHub's comments of one pull request, as far as they are asked for."""

    comments: list[dict] = field(default_factory=list)
    refused: int = 0
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    url: str = ""

    def answer(self, method: str, path: str, body: dict) -> tuple[int, object]:
        if method != "GET" and self.refused:
            return self.refused, {"message": "Resource not accessible by integration"}
        where = urlsplit(path)
        if method == "GET":
            page = int(parse_qs(where.query)["page"][0])
            return 200, self.comments[(page - 1) * 100 : page * 100]
        if method == "POST":
            assert where.path == "/repos/school/policies/issues/7/comments"
            self.comments.append(comment(len(self.comments) + 1, "Bot", body["body"]))
            return 201, self.comments[-1]
        (one,) = (one for one in self.comments if where.path.endswith(f"/issues/comments/{one['id']}"))
        one["body"] = body["body"]
        return 200, one


def comment(number: int, kind: str, body: str) -> dict:
    return {"id": number, "user": {"type": kind, "login": "somebody"}, "body": body}


@pytest.fixture
def api():
    there = Api()

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or "{}")
            there.asked.append((self.command, self.path, self.headers.get("Authorization")))
            status, answer = there.answer(self.command, self.path, body)
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = _take  # noqa: N815 - the names that http.server asks for

        def log_message(self, *_arguments) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    there.url = f"http://127.0.0.1:{server.server_port}"
    yield there
    server.shutdown()
    thread.join()
    server.server_close()


class Repository:
    """A repository with a base and a change, checked out as GitHub's runner does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "a checkout"
        self.base = ""

    def begin(self) -> None:
        """Make it, with a first commit."""
        self.folder.mkdir()
        self.git("init", "-q", "-b", "main")
        self.write({"README.md": "policies"})
        self.base = self.commit()

    def git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        command = ["git", *identity, *arguments]
        return subprocess.run(
            command, cwd=self.folder, check=True, capture_output=True, text=True
        ).stdout.strip()

    def write(self, files: dict[str, str | None]) -> None:
        for name, text in files.items():
            path = self.folder / name
            if text is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "one")
        return self.git("rev-parse", "HEAD")

    def change(self, before: dict[str, str | None], after: dict[str, str | None]) -> None:
        self.write(before)
        self.base = self.commit()
        self.write(after)
        self.commit()


@dataclass
class Ran:
    code: int
    log: str
    summary: str
    outputs: dict[str, str]


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A repository with a first commit, of which each test has a copy."""
    first = Repository(tmp_path_factory.mktemp("begun"))
    first.begin()
    return first


@pytest.fixture
def repository(tmp_path, begun):
    copy = Repository(tmp_path)
    shutil.copytree(begun.folder, copy.folder, symlinks=True)
    copy.base = begun.base
    return copy


@pytest.fixture(scope="module")
def script():
    """The action's script, loaded once for the tests that do without its shell."""
    spec = importlib.util.spec_from_file_location("firstbell_review_action", ACTION / "review.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(tmp_path, repository, api, *, script, monkeypatch, capsys):
    """Run the action's step as the runner does: with its own shell, or what that calls in this process."""
    (step,) = (one for one in STEPS["runs"]["steps"] if one.get("id") == "review")
    runner = tmp_path / "runner temp"
    runner.mkdir()
    (runner / "firstbell").symlink_to(sys.prefix)  # the environment that the step before makes

    def ran(event: dict | None = None, *, by_shell: bool = False, **inputs: str) -> Ran:
        named = {name.replace("_", "-"): one for name, one in inputs.items()}
        given = {**DEFAULTS, "token": "t0ken", **named}
        pull = {"pull_request": {"number": 7, "base": {"sha": repository.base}}}
        (tmp_path / "event.json").write_text(json.dumps(pull if event is None else event))
        files = {name: tmp_path / name for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
        for file in files.values():
            file.write_text("")
        environment = {
            "HOME": str(tmp_path),
            "RUNNER_TEMP": str(runner),
            "GITHUB_ACTION_PATH": str(ACTION),
            "GITHUB_API_URL": api.url,
            "GITHUB_REPOSITORY": "school/policies",
            "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
            **{name: str(file) for name, file in files.items()},
            **{
                name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda at: given[at[1]], value)
                for name, value in step["env"].items()
            },
        }
        if by_shell:
            command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
            environment["PATH"] = os.environ["PATH"]
            where = repository.folder
            done = subprocess.run(
                command, cwd=where, env=environment, capture_output=True, text=True, check=False
            )
            code, log, errors = done.returncode, done.stdout, done.stderr
        else:
            with monkeypatch.context() as patched:
                for name, value in environment.items():
                    patched.setenv(name, value)
                patched.chdir(repository.folder)
                code = script.main()
            log, errors = capsys.readouterr()
        assert errors == ""
        outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
        return Ran(code, log, files["GITHUB_STEP_SUMMARY"].read_text(), outputs)

    return ran


def test_no_script_of_a_step_takes_anything_but_by_its_environment():
    for step in STEPS["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert step.get("uses") is None or re.search(r"@[0-9a-f]{40}$", step["uses"])


def test_no_module_of_the_change_is_run(repository, tmp_path):
    """The steps run in the folder of the checkout, where a stranger may put a venv.py."""
    ran = tmp_path / "ran"
    modules = ("venv", "pip", "ensurepip", "logging", "subprocess", "shutil", "json", "firstbell", "yaml")
    hostile = f"open({str(ran)!r}, 'a').write(__name__)\n"
    repository.write({f"{name}.py": hostile for name in modules})
    repository.write({"sitecustomize.py": hostile, "pip.conf": "[global]\nindex-url = http://x\n"})
    python = tmp_path / "bin/python3"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@" --without-pip\n')
    python.chmod(0o755)
    environment = {
        "PATH": f"{python.parent}:{os.environ['PATH']}",
        "PYTHONPATH": ".",
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_ACTION_PATH": str(ACTION),
        "GITHUB_EVENT_PATH": str(tmp_path / "none"),
    }
    for step in STEPS["runs"]["steps"]:
        for line in filter(None, step.get("run", "").splitlines()):
            command = ["bash", "--noprofile", "--norc", "-c", line]
            subprocess.run(command, cwd=repository.folder, env=environment, capture_output=True, check=False)
    assert (tmp_path / "firstbell/bin/python").exists()
    assert not ran.exists()


def test_a_moved_bell_is_one_comment_that_is_updated_in_place(repository, run, api):
    repository.change({"school/a.yaml": SMALLEST}, {"school/a.yaml": LATER})
    first = run(fail_on="never")
    (written,) = api.comments
    assert MARK.match(written["body"])
    assert "### default/web: bells " in written["body"]
    assert re.search(r"\| lower \| `first-lesson at \w+ \d+ \w+ 08:30` \| 8 \| 2 \|", written["body"])
    assert first.summary == written["body"]
    assert (first.code, first.outputs["changed"]) == (0, "true")
    assert json.loads(Path(first.outputs["sarif"]).read_text())["version"] == "2.1.0"
    assert {one[2] for one in api.asked} == {"Bearer t0ken"}

    repository.write({"school/a.yaml": SMALLEST})
    repository.commit()
    run(fail_on="never")
    assert len(api.comments) == 1
    assert "No calendar or policy changes." in api.comments[0]["body"]


def test_where_nothing_changes_there_is_no_first_comment(repository, run, api):
    repository.change({"school/a.yaml": SMALLEST}, {"notes.txt": "more"})
    done = run()
    assert api.comments == []
    assert "No calendar or policy changes." in done.summary
    assert done.outputs["changed"] == "false"


def test_the_mark_of_somebody_else_is_not_ours(repository, run, api):
    repository.change({"a.yaml": SMALLEST}, {"a.yaml": LATER})
    mark = f"<!-- firstbell-review {sha256(b'.').hexdigest()[:12]} -->\n"
    others = [comment(number, "Bot", "other") for number in range(2, 120)]
    api.comments[:] = [comment(1, "User", f"{mark}mine"), *others]
    run(fail_on="never")
    assert api.comments[0]["body"] == f"{mark}mine"
    assert len(api.comments) == 120
    assert api.comments[-1]["body"].startswith(mark)


CHANGES = {
    "a first policy": ({}, {"a.yaml": SMALLEST}, "| new | `first-lesson at "),
    "the last policy goes": ({"a.yaml": SMALLEST}, {"a.yaml": None}, "| lost | `first-lesson at "),
    "a file is renamed": ({"a.yaml": SMALLEST}, {"a.yaml": None, "b/b.yml": SMALLEST}, "No bell changes for"),
    "a file breaks": ({"a.yaml": SMALLEST}, {"a.yaml": "spec: ["}, "a.yaml:2: is not YAML"),
    "a broken file is mended": ({"a.yaml": "spec: ["}, {"a.yaml": SMALLEST}, "before: a.yaml:2: is not YAML"),
    "names that shells and readers trip over": (
        {"a b/'q\".yaml": SMALLEST, "-f.yaml": OTHER, "$(touch x).yaml": OTHER},
        {
            "a b/'q\".yaml": LATER,
            "line\n::error::x.yaml": "kind: [",
            "-f.yaml": None,
            "$(touch x).yaml": None,
        },
        "line\\n::error::x.yaml:2: is not YAML",
    ),
}


def test_the_shell_of_the_step_hands_on_all_that_it_is_given_and_the_code(repository, run, api):
    before, after, _ = CHANGES["names that shells and readers trip over"]
    warned = {"a b/'q\".yaml": LATER.replace("  holidays:\n", BEYOND), "line\n::error::x.yaml": OTHER}
    repository.change(before, after | warned)
    done = run(by_shell=True, fail_on="warning")
    (written,) = api.comments
    assert MARK.match(written["body"])
    assert "| lower | `first-lesson at " in written["body"]
    assert done.summary == written["body"]
    assert "::warning file=a b/'q\".yaml,line=" in done.log
    assert not any(line.startswith("::error::") for line in done.log.splitlines())
    assert not (repository.folder / "x").exists()
    assert (done.code, done.outputs["changed"]) == (1, "true")
    assert json.loads(Path(done.outputs["sarif"]).read_text())["version"] == "2.1.0"
    assert {one[2] for one in api.asked} == {"Bearer t0ken"}


@pytest.mark.parametrize(("before", "after", "want"), CHANGES.values(), ids=CHANGES.keys())
def test_a_change_is_told(repository, run, api, *, before, after, want):
    repository.change(before, after)
    done = run(fail_on="never")
    assert done.code == 0
    assert want in api.comments[0]["body"]
    assert not any(line.startswith("::error::") for line in done.log.splitlines())
    assert not (repository.folder / "x").exists()


def test_a_link_in_the_change_is_not_followed(repository, run, api, tmp_path):
    (tmp_path / "secret.yaml").write_text("password: hunter2\n")
    repository.change({"a.yaml": SMALLEST}, {"a.yaml": LATER})
    (repository.folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    repository.commit()
    done = run(fail_on="never")
    assert "08:30" in api.comments[0]["body"]
    assert "password" not in api.comments[0]["body"] + done.log


def test_a_token_that_may_not_comment_leaves_the_summary(repository, run, api):
    repository.change({"a.yaml": SMALLEST}, {"a.yaml": LATER})
    api.refused = 403
    done = run(fail_on="never")
    assert done.code == 0
    assert "::warning title=firstbell::The comment could not be written (HTTP 403)" in done.log
    assert "| lower |" in done.summary
    assert "t0ken" not in done.log + done.summary


def test_a_huge_difference_is_cut_to_what_a_comment_may_hold(repository, run, api):
    def many(text: str) -> str:
        policy = SMALLEST.split("---\n")[-1]
        policy = policy.replace("first-lesson", "first-lesson-" + "x" * 50)
        names = (f"web-{number}" for number in range(20))
        return "---\n".join([text, *(policy.replace("name: web", f"name: {name}") for name in names)])

    repository.change({"a.yaml": many(SMALLEST)}, {"a.yaml": many(LATER)})
    done = run(fail_on="never", days="40")
    body = api.comments[0]["body"]
    assert 50_000 < len(body) <= 65_536
    assert "There is more than fits here" in body
    assert len(done.summary) > len(body)


@pytest.mark.parametrize(("fail_on", "code"), [("warning", 1), ("error", 0)])
def test_a_warning_ends_the_job_where_that_is_asked(repository, run, fail_on, code):
    repository.change({}, {"a.yaml": SMALLEST.replace("  holidays:\n", BEYOND)})
    done = run(fail_on=fail_on)
    assert "::warning file=a.yaml,line=" in done.log
    assert done.code == code


def test_what_cannot_be_read_ends_the_job(repository, run):
    repository.change({"a.yaml": SMALLEST}, {"a.yaml": "kind: ["})
    assert run().code == 1


def test_only_the_paths_are_looked_at(repository, run, api):
    repository.change({"school/a.yaml": SMALLEST}, {"school/a.yaml": LATER, "other/b.yaml": "a: 1"})
    done = run(paths="school\n")
    assert "other/b.yaml" not in done.log + api.comments[0]["body"]


@pytest.mark.parametrize(("event", "code"), [({"before": "0" * 40}, 0), ({"before": "f" * 40}, 2)])
def test_without_a_base_lint_still_runs_and_a_base_that_is_not_there_is_told(
    repository, run, api, event, code
):
    repository.change({}, {"a.yaml": SMALLEST})
    done = run(event, fail_on="never")
    assert done.code == code
    assert api.asked == []
    assert ("no commit to compare with" if code == 0 else "no review") in done.summary


def test_the_base_is_fetched_into_a_shallow_checkout(repository, run, api, tmp_path):
    repository.change({"a.yaml": SMALLEST}, {"a.yaml": LATER})
    shallow = tmp_path / "shallow"
    source = f"file://{repository.folder}"
    repository.git("config", "uploadpack.allowAnySHA1InWant", "true")
    repository.git("clone", "-q", "--depth=1", source, str(shallow))
    repository.folder = shallow
    run(fail_on="never")
    assert "| lower |" in api.comments[0]["body"]


@pytest.mark.parametrize("inputs", [{"days": "x"}, {"fail_on": "sometimes"}, {"base": "--upload-pack=x"}])
def test_an_input_that_means_nothing_is_refused_in_one_line(repository, run, inputs):
    repository.change({}, {"a.yaml": SMALLEST})
    done = run(**inputs)
    assert done.code == 2
    assert done.log.startswith("::error title=firstbell::")
    assert len(done.log.splitlines()) == 1
