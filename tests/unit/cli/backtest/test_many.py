"""`firstbell backtest --all`: many policies, on processes and in shares, are one document byte by byte."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import resource
import signal
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest
import typer
import yaml
from typer.testing import CliRunner

from firstbell.cli.backtest.command import backtest
from firstbell.cli.backtest.many.document import Head, write_lines
from firstbell.cli.backtest.many.job import mounted
from firstbell.cli.backtest.many.shard import Shard
from firstbell.cli.backtest.many.trying import Tried, query_of
from firstbell.cli.main import app
from tests.cluster import forked
from tests.unit.cli.backtest.test_command import POLICY, START
from tests.unit.cli.planning import CALENDAR
from tests.unit.cli.small_api import contexts, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

APP = typer.Typer()
APP.command()(backtest)
NAMES = ("api", "library", "sign-on", "video", "web")
HERE = Path(__file__).parent


def run(*arguments: object):
    return CliRunner(env={"COLUMNS": "140"}).invoke(APP, [str(argument) for argument in arguments])


def said(*arguments: object) -> str:
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


def policy(name: str) -> str:
    return POLICY.replace("name: web, namespace", f"name: {name}, namespace").replace(
        "kind: Deployment, name: web", f"kind: Deployment, name: {name}"
    )


def load(folder: Path, name: str, high: int) -> None:
    lines = ["time,value"]
    lines += [
        f"{START + second},{high if 5100 <= second < 7200 else 150}" for second in range(0, 3 * 3600, 60)
    ]
    (folder / f"lms.{name}.csv").write_text("\n".join([*lines, ""]))


def a_platform(folder: Path) -> tuple[Path, Path]:
    """A folder with five policies of one calendar, and one with their records."""
    policies, records = folder / "policies", folder / "records"
    policies.mkdir()
    records.mkdir()
    (policies / "calendar.yaml").write_text(CALENDAR)
    for index, name in enumerate(NAMES):
        (policies / f"{name}.yaml").write_text(policy(name))
        load(records, name, 900 + 300 * index)
    return policies, records


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The one that nobody changes."""
    return a_platform(tmp_path_factory.mktemp("platform"))


@pytest.fixture
def own_platform(tmp_path: Path) -> tuple[Path, Path]:
    """One that a test may change."""
    return a_platform(tmp_path)


def asked(platform: tuple[Path, Path], *more: object) -> tuple[object, ...]:
    policies, records = platform
    return ("-f", policies, "--all", "--load", records, *more)


@pytest.fixture(scope="module")
def whole(platform) -> str:
    """The document of all policies, of one run in one process."""
    return said(*asked(platform), "-o", "json")


def test_each_policy_has_the_document_that_it_has_alone(platform, whole):
    document = json.loads(whole)

    assert document["apiVersion"] == "firstbell.dev/backtests/v1"
    assert (document["policies"], document["unreadable"], document["notTried"]) == (5, [], [])
    assert [one["autoscaler"] for one in document["autoscalers"]] == [f"lms/{name}" for name in NAMES]
    policies, records = platform
    for name, found in zip(NAMES, document["autoscalers"], strict=True):
        alone = ("-f", policies, "--autoscaler", name, "--load", records / f"lms.{name}.csv")
        assert found == json.loads(said(*alone, "-o", "json"))


def test_on_processes_it_is_the_same_byte_by_byte(platform, whole):
    assert said(*asked(platform), "-o", "json", "--jobs", 2) == whole


@pytest.fixture(scope="module")
def shown(platform):
    """A run of all policies that ends in a table."""
    return run(*asked(platform))


def test_it_tells_on_the_side_how_far_it_is(shown):
    assert shown.stderr.splitlines()[:2] == ["1 of 5: lms/api", "2 of 5: lms/library"]


def test_the_table_has_a_line_for_each_the_worst_first_and_the_sum(shown):
    assert shown.exit_code == 0, shown.output
    lines = shown.stdout.splitlines()

    rows = [line.split() for line in lines if line.startswith(("lms/", "all"))]
    short = [float(row[3]) for row in rows[:-1]]
    assert len(rows) == 6
    assert short == sorted(short, reverse=True)
    assert short[0] > 0
    assert rows[-1][:2] == ["all", "5"]
    assert rows[-1][2] == str(sum(int(row[1]) for row in rows[:-1]))
    assert lines[-1] == ("not tried of 5 policies: spec.metrics[].prometheus (the recording stands for it)")


def shares(platform: tuple[Path, Path], count: int, results: Path) -> list[Path]:
    """The files of all shares, each run as a pod of an Indexed Job is."""
    argv = ["-m", "firstbell", "backtest", *asked(platform, "--shard", f"/{count}", "--results", results)]
    with contextlib.ExitStack() as stack:
        running = []
        for index in range(count):
            nothing, output, errors = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(3))
            environ = os.environ | {"JOB_COMPLETION_INDEX": str(index)}
            running.append((forked.start(argv, environ, nothing, output, errors), errors))
            stack.callback(running[-1][0].kill)
        for process, errors in running:
            assert process.wait(300) == 0, read(errors)
    return sorted(results.iterdir())


def read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def merged(*arguments: object):
    return CliRunner().invoke(app, ["merge", *map(str, arguments)])


def test_two_shares_as_a_job_runs_them_are_put_together_to_what_one_run_writes(platform, whole, tmp_path):
    results = tmp_path / "results"
    results.mkdir()

    files = shares(platform, 2, results)

    assert [file.name for file in files] == ["shard-0-of-2.json", "shard-1-of-2.json"]
    assert [len(json.loads(file.read_text())["autoscalers"]) for file in files] == [3, 2]
    assert merged(*reversed(files)).stdout == whole
    assert merged(results, "-o", "table").stdout.splitlines()[-2].startswith("all 5")
    assert merged(results, "--results", tmp_path).exit_code == 0
    assert (tmp_path / "backtest.json").read_text() == whole


def share(platform: tuple[Path, Path], text: str, *more: object) -> str:
    return said(*asked(platform, *more), "--shard", text, "-o", "json")


def test_more_shares_than_policies_leave_some_empty_and_lose_nothing(platform, whole, tmp_path):
    files = []
    for index in range(7):
        files.append(tmp_path / f"{index}.json")
        files[-1].write_text(share(platform, f"{index}/7"))

    assert json.loads(files[6].read_text())["autoscalers"] == []
    assert merged(*files).stdout == whole


def broken(platform: tuple[Path, Path]) -> None:
    """One policy without a record, one that cannot be read, one whose calendar is not there."""
    policies, records = platform
    (records / "lms.library.csv").unlink()
    (policies / "bad.yaml").write_text(policy("bad").replace("FirstPeriodStart", "FirstPeriod"))
    (policies / "lost.yaml").write_text(policy("lost").replace("name: city", "name: town"))


def test_what_cannot_be_tried_is_named_and_the_rest_is_tried(own_platform, tmp_path):
    broken(own_platform)

    done = run(*asked(own_platform), "-o", "json")

    assert done.exit_code == 1
    document = json.loads(done.stdout)
    assert [one["autoscaler"] for one in document["autoscalers"]] == [
        "lms/api",
        "lms/sign-on",
        "lms/video",
        "lms/web",
    ]
    (missing,) = document["notTried"]
    assert missing["autoscaler"] == "lms/library"
    assert "lms.library.csv: cannot be read (no such file or directory)" in missing["why"]
    assert len(document["unreadable"]) == 2
    told = [line for line in done.stderr.splitlines() if line.startswith("not tried: ")]
    assert len(told) == 3
    assert "Traceback" not in done.stderr

    files = []
    for index in range(2):
        files.append(tmp_path / f"{index}.json")
        files[-1].write_text(run(*asked(own_platform), "-o", "json", "--shard", f"{index}/2").stdout)
    whole = merged(*files)
    assert (whole.exit_code, whole.stdout) == (1, done.stdout)


def test_a_share_that_is_written_ends_with_0_and_merge_tells_what_is_missing(own_platform, tmp_path):
    # Else a Job would try it twice more for the same document, and fail for one policy of all.
    broken(own_platform)
    files = []
    for index in range(5):  # api, library (which has no record, alone in its share), sign-on, video, web
        files.append(tmp_path / f"{index}.json")
        done = run(*asked(own_platform), "-o", "json", "--shard", f"{index}/5")
        files[-1].write_text(done.stdout)
        assert done.exit_code == 0
        assert ("not tried: lms/library: " in done.stderr) is (index == 1)

    assert json.loads(files[1].read_text())["autoscalers"] == []
    whole = merged(*files)
    assert whole.exit_code == 1
    assert whole.stderr.count("not tried: ") == 3


def test_where_none_can_be_tried_it_ends_with_2(own_platform):
    _, records = own_platform
    for file in records.iterdir():
        file.unlink()

    assert run(*asked(own_platform)).exit_code == 2


@contextlib.contextmanager
def open_files_at_most(number: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_more_shares_than_files_may_be_open_are_put_together(tmp_path):
    count, named = 300, len(list(Path("/proc/self/fd").iterdir()))
    keys = [f"lms/{index:03}" for index in range(2 * count)]
    tried = [
        Tried(key=key, why="no record")
        if index % 7 == 0
        else Tried(key=key, line=json.dumps({"autoscaler": key}))
        for index, key in enumerate(keys)
    ]
    head = Head(inputs="x", policies=len(keys), unreadable=())
    for index in range(count):
        share = Shard(index=index, count=count)
        with (tmp_path / share.file_name).open("w") as stream:
            write_lines(stream, replace(head, shard=share), tried[index::count])
    whole = io.StringIO()
    write_lines(whole, head, tried)

    with open_files_at_most(named + 40):
        done = merged(tmp_path)

    assert (done.exit_code, done.stdout) == (1, whole.getvalue()), done.stderr


def odd(platform: tuple[Path, Path], whole: str, folder: Path) -> dict[str, tuple[list[Path], str]]:
    """Files that are no whole together, and what is said of them."""

    def written(name: str, text: str) -> Path:
        (folder / name).write_text(text)
        return folder / name

    zero, one = (written(f"{index}", share(platform, f"{index}/2")) for index in range(2))
    other = written("other", share(platform, "1/2", "--start-seconds", 90))
    lines = one.read_text().splitlines(keepends=True)
    return {
        "one is missing": ([zero], "1 of 2 shards are missing: 1/2."),
        "one is there twice": ([zero, zero], ""),
        "the same share in two files": ([zero, one, written("copy", one.read_text())], "is shard 1, too."),
        "other options": ([zero, other], "is of another run than"),
        "cut off in a line": (
            [zero, written("cut", "".join(lines[:2]) + lines[2][:40])],
            "is cut off. Run this shard again.",
        ),
        "without a line": (
            [zero, written("fewer", "".join([lines[0], *lines[2:]]))],
            "the shards hold 4 of 5 policies",
        ),
        "cut off between lines": ([zero, written("short", "".join(lines[:-1]))], "is cut off. Run this"),
        "a line that is not one": (
            [zero, written("garbled", "".join([lines[0], "{]\n", *lines[2:]]))],
            "holds a line that is no backtest.",
        ),
        "a whole run": ([written("whole", whole)], "is a whole run already"),
        "another file": ([zero, written("text", "time,value\n")], "is not what firstbell backtest --all"),
        "another JSON": ([zero, written("list", "[1]\n")], "is not what firstbell backtest --all"),
        "an empty file": ([zero, written("empty", "")], "is not what firstbell backtest --all"),
        "no file": ([zero, folder / "none"], "cannot be read (no such file or directory)."),
        "no text": ([zero, folder / "bytes"], "not text in UTF-8"),
    }


def test_shares_that_are_no_whole_are_refused(platform, whole, tmp_path):
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    for case, (files, why) in odd(platform, whole, tmp_path).items():
        done = merged(*files, "--results", tmp_path)
        assert done.exit_code == 2, case
        assert why in done.stderr, case
        assert done.stderr.count("\n") == 1, case
    assert not (tmp_path / "backtest.json").exists()


def test_a_query_has_the_name_of_each_policy():
    found = query_of('load{n="$namespace",a="$namespace/$name"}', "lms/sign-on")
    assert found == 'load{n="lms",a="lms/sign-on"}'


REFUSED = {
    "--jobs alone": (("--jobs", 2), "--jobs: is for many policies."),
    "--shard alone": (("--shard", "0/2"), "--shard: is for many policies."),
    "-A alone": (("-A",), "-A: is for many policies."),
    "one policy": (("--all", "--autoscaler", "web"), "--autoscaler: is for one policy."),
    "a picture": (("--all", "--plot", "x.svg"), "--plot: is for one policy."),
    "a share of a table": (("--all", "--load", HERE, "--shard", "0/2"), "--shard: a share is for"),
    "a query for one": (
        ("--all", "--prometheus", "http://p", "--query", "sum(x)"),
        "--query sum(x): is the same for all policies.",
    ),
    "no share": (("--all", "--load", HERE, "--shard", "1"), "--shard 1: is no share."),
    "beyond the last": (("--all", "--load", HERE, "--shard", "2/2"), "--shard 2/2: the last share is 1/2."),
    "no index": (("--all", "--load", HERE, "--shard", "/2"), "--shard /2: JOB_COMPLETION_INDEX tells no"),
    "no load": (("--all",), "there is no load."),
    "a file for all": (("--all", "--load", __file__), f"--load {__file__}: is no folder."),
    "a share without an end": (
        ("--all", "--prometheus", "http://p", "--from", "2025-01-01", "--shard", "0/2", "-o", "json"),
        "--shard: each share would end when it is run.",
    ),
    "a share that ends in a time to come": (
        ("--all", "--prometheus", "http://p", "--from", "2025-01-01", "--to", "2099-01-01", "--shard", "0/2"),
        "--to 2099-01-01: is not over everywhere",
    ),
    "an image for nobody": (("--all", "--image", "x"), "--image: is for a Job."),
}


@pytest.mark.parametrize(("options", "why"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_go_together_is_refused(platform, options, why):
    done = run("-f", platform[0], *options)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(why)


@pytest.mark.parametrize("place", ["none", "file"])
def test_results_that_cannot_be_written_are_told_before_anything_is_tried(platform, tmp_path, place):
    (tmp_path / "file").write_text("")

    done = run(*asked(platform), "--results", tmp_path / place)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"--results {tmp_path / place}/backtest.json: cannot be written (")
    assert done.stderr.count("\n") == 1


def test_several_policies_are_not_tried_by_mistake(platform):
    policies, records = platform

    done = run("-f", policies, "--load", records / "lms.web.csv")

    assert done.exit_code == 2
    assert done.stderr.endswith("Choose by --autoscaler lms/api, or try each by --all.\n")


def test_of_a_cluster_those_of_a_namespace_are_tried(platform, tmp_path):
    lists = {"schoolcalendars": [yaml.safe_load(CALENDAR)]}
    lists["schoolautoscalers"] = [yaml.safe_load(policy(name)) for name in NAMES[:2]]
    rest = dict.fromkeys(("calendarexceptions", "scalingoverrides", "horizontalpodautoscalers"), ())
    with serving(lists | rest, ["lms"]) as address:
        where = ("--kubeconfig", contexts(tmp_path, {"here": address}), "-n", "lms")
        found = json.loads(said("--all", "--load", platform[1], *where, "-o", "json"))

    assert [one["autoscaler"] for one in found["autoscalers"]] == ["lms/api", "lms/library"]


def workers_of(pid: int) -> set[int]:
    """The processes that it has started for the work; another keeps count of what they share."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found |= set(map(int, task.read_text().split()))
    return {child for child in found if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()}


def alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.fixture
def at_work(own_platform) -> Iterator[tuple[forked.Command, set[int], IO[bytes]]]:
    """A run on two processes, both at work on a record that never comes, its processes and its errors."""
    policies, records = own_platform
    for name in NAMES:
        (records / f"lms.{name}.csv").unlink()
        os.mkfifo(records / f"lms.{name}.csv")
    argv = ["-m", "firstbell", "backtest", *asked((policies, records), "--jobs", 2)]
    with (
        tempfile.TemporaryFile() as nothing,
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as errors,
    ):
        process = forked.start(argv, os.environ, nothing, output, errors)
        try:
            # Each is opened when one of the processes opens it, too.
            fed = [os.open(records / f"lms.{name}.csv", os.O_WRONLY) for name in NAMES[:2]]
            yield process, workers_of(process.pid), errors
            for each in fed:
                os.close(each)
        finally:
            process.kill()
            process.wait(60)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_when_it_is_ended_its_processes_end_too(at_work, how):
    process, workers, _ = at_work
    assert len(workers) == 2

    process.send_signal(how)

    deadline = time.monotonic() + 120
    while any(map(alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, workers))
    assert process.wait(60) not in {0, None}


def test_a_process_that_is_killed_is_told_without_a_traceback(at_work):
    process, workers, errors = at_work

    for worker in workers:
        os.kill(worker, signal.SIGKILL)

    assert process.wait(120) == 2
    told = read(errors)
    assert "a process ended before its policy was tried" in told
    assert "Traceback" not in told


JOB = (
    *("--all", "--as-job", "year", "-n", "lms", "--image", "registry.example/firstbell:1"),
    *("-f", "configmap/policies", "--load", "pvc/records", "--results", "pvc/results"),
    *("--completions", 20, "--jobs", 5, "--start-seconds", 90),
)


def test_a_job_tries_a_share_in_each_pod_and_asks_the_api_for_nothing():
    job = yaml.safe_load(said(*JOB))

    spec = job["spec"]
    assert (job["kind"], spec["completionMode"]) == ("Job", "Indexed")
    assert (spec["completions"], spec["parallelism"]) == (20, 5)
    pod = spec["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    (container,) = pod["containers"]
    assert container["args"][:6] == ["backtest", "--all", "-f", "/policies", "--load", "/records"]
    assert container["args"][-4:] == ["--results", "/results", "--shard", "/20"]
    assert container["args"][container["args"].index("--start-seconds") + 1] == "90"
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert {one["name"]: one.get("readOnly", False) for one in container["volumeMounts"]} == {
        "policies": True,
        "records": True,
        "results": False,
    }


def test_what_a_pod_runs_is_a_command_that_is_understood(platform, tmp_path, monkeypatch):
    (container,) = yaml.safe_load(said(*JOB))["spec"]["template"]["spec"]["containers"]
    places = {"/policies": platform[0], "/records": platform[1], "/results": tmp_path}
    monkeypatch.setenv("JOB_COMPLETION_INDEX", "3")

    done = CliRunner().invoke(app, [str(places.get(word, word)) for word in container["args"]])

    assert done.exit_code == 0, done.output
    assert len(json.loads((tmp_path / "shard-3-of-20.json").read_text())["autoscalers"]) == 1


def as_the_kubelet_passes_on(argument: str) -> str:
    """Variables put in for `$(NAME)`, as of the pod of an Indexed Job; `$$` is a `$`."""
    known = {"JOB_COMPLETION_INDEX": "3"}
    return re.sub(
        r"\$(\$|\((\w+)\))", lambda one: "$" if one[1] == "$" else known.get(one[2], one[0]), argument
    )


def test_what_looks_like_a_variable_to_the_kubelet_reaches_the_pod_as_it_is():
    query = 'load{n="$namespace",a="$name",b=~"x$$|$(JOB_COMPLETION_INDEX)|$"}'
    words = list(JOB)
    index = words.index("--load")
    words[index : index + 2] = ["--prometheus", "http://p", "--query", query]
    words += ["--from", "2025-01-01", "--to", "2025-01-31"]

    (container,) = yaml.safe_load(said(*words))["spec"]["template"]["spec"]["containers"]

    arguments = list(map(as_the_kubelet_passes_on, container["args"]))
    assert arguments[arguments.index("--query") + 1] == query


def test_a_job_is_given_up_after_a_day():
    assert yaml.safe_load(said(*JOB))["spec"]["activeDeadlineSeconds"] == 24 * 3600


JOBS_REFUSED = {
    "no image": (("--image",), "--as-job: needs firstbell's image."),
    "no number": (("--completions",), "--as-job: has to know how many shares there are."),
    "no policies": (("-f",), "--as-job: needs the policies in one place."),
    "no load": (("--load",), "--as-job: needs the load."),
}


@pytest.mark.parametrize(("left_out", "why"), JOBS_REFUSED.values(), ids=JOBS_REFUSED)
def test_a_job_without_what_it_needs_is_refused(left_out, why):
    words = list(JOB)
    index = words.index(left_out[0])
    done = run(*words[:index], *words[index + 2 :])

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(why)


@pytest.mark.parametrize("text", ["policies", "secret/x", "configmap/", "configmap/A b", "pvc/../x"])
def test_what_names_no_volume_is_refused(text, capsys):
    with pytest.raises(typer.Exit):
        mounted("-f", text, "/policies")

    assert capsys.readouterr().err.startswith(f"-f {text}: with --as-job it says where that is")


def test_a_configmap_takes_no_results(capsys):
    with pytest.raises(typer.Exit):
        mounted("--results", "configmap/x", "/results", writable=True)

    assert capsys.readouterr().err.endswith("Write pvc/NAME.\n")
