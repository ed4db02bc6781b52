"""What fails a run of the cluster tests beside its tests: denied requests, unused rights, administrators."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cluster import run_rights
from tests.cluster.audit import AdminsRequests, Right, requests
from tests.cluster.run_rights import RightsOfTheRun

GET, WATCH = (Right("apps", "deployments", verb) for verb in ("get", "watch"))
ALL_FILES = sorted(Path(run_rights.__file__).parent.glob("test_*.py"))


def collected(rights, files=ALL_FILES, arguments=("tests/cluster",)):
    items = [SimpleNamespace(path=path) for path in files]
    rights.pytest_collection_finish(SimpleNamespace(items=items, config=SimpleNamespace(args=arguments)))


def ended(rights, status=pytest.ExitCode.OK):
    """The exit status of a run that ends with one."""
    session = SimpleNamespace(config=SimpleNamespace(), exitstatus=status)
    rights.pytest_sessionfinish(session, status)
    return session.exitstatus


def handed_over(*workers):
    """What the process that ends the run knows of its workers; as text, since that crosses processes."""
    controller = RightsOfTheRun()
    for rights in workers:
        output = {}
        rights.pytest_sessionfinish(
            SimpleNamespace(config=SimpleNamespace(workeroutput=output)), pytest.ExitCode.OK
        )
        controller.pytest_testnodedown(SimpleNamespace(workeroutput=json.loads(json.dumps(output))))
    return controller


@pytest.fixture
def rights():
    return RightsOfTheRun()


def test_an_unused_right_fails_a_run_of_all_tests_and_is_named(rights):
    collected(rights)
    rights.note("operator", granted={GET, WATCH}, used={WATCH})
    assert rights.problems(passed=True) == ["nothing uses a right of the operator: get deployments.apps"]
    assert ended(rights) == pytest.ExitCode.TESTS_FAILED


def test_a_right_that_another_process_used_is_used():
    one, another = RightsOfTheRun(), RightsOfTheRun()
    for rights, used in ((one, GET), (another, WATCH)):
        collected(rights)
        rights.note("operator", granted={GET, WATCH}, used={used})
    assert ended(handed_over(one, another)) == pytest.ExitCode.OK
    assert ended(handed_over(one)) == pytest.ExitCode.TESTS_FAILED


def test_each_account_uses_its_rights_itself(rights):
    collected(rights)
    rights.note("operator", granted={GET}, used={GET})
    rights.note("release", granted={GET})
    assert ended(rights) == pytest.ExitCode.TESTS_FAILED


PARTS = {
    "one file": {"files": ALL_FILES[:1]},
    "one test of a file": {"arguments": ("tests/cluster", "tests/cluster/test_chart.py::test_one")},
}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_a_run_of_a_part_need_not_use_everything(rights, part):
    collected(rights, **part)
    rights.note("operator", granted={GET})
    assert ended(rights) == pytest.ExitCode.OK


def test_neither_need_one_that_left_tests_out(rights):
    rights.pytest_deselected([SimpleNamespace(path=ALL_FILES[0])])
    collected(rights)
    rights.note("operator", granted={GET})
    assert ended(rights) == pytest.ExitCode.OK


def test_neither_does_one_that_failed_tell_of_unused_rights(rights):
    collected(rights)
    rights.note("operator", granted={GET})
    assert rights.problems(passed=False) == []


def test_a_denied_request_fails_any_run(rights):
    collected(rights, files=ALL_FILES[:1])
    rights.note("release", denied={GET})
    assert rights.problems(passed=True) == ["the release's account was denied: get deployments.apps"]
    assert ended(rights) == pytest.ExitCode.TESTS_FAILED


def event(user, agent, verb="watch", decision="allow"):
    group = "system:masters" if user == "admin" else "system:serviceaccounts:ours"
    return {
        "user": {"username": user, "groups": [group, "system:authenticated"]},
        "userAgent": agent,
        "verb": verb,
        "objectRef": {"resource": "schoolautoscalers", "namespace": "school", "apiGroup": "firstbell.dev"},
        "annotations": {"authorization.k8s.io/decision": decision},
    }


def test_what_runs_as_administrator_is_known_by_its_user_agent_and_told_once(tmp_path):
    log, ours = tmp_path / "audit.log", "system:serviceaccount:ours:operator"
    log.write_text("".join(f"{json.dumps(event(*who))}\n" for who in (
        ("admin", "kopf/1.45"), ("admin", "firstbell", "patch"), ("admin", "firstbell-tests"),
        ("admin", "kubectl/v1.37"), (ours, "kopf/1.45"),
    )))  # fmt: skip
    look = AdminsRequests(log)
    found = {f"{verb} schoolautoscalers.firstbell.dev in school" for verb in ("watch", "patch")}
    assert look.new() == found
    assert look.new() == set()
    more = json.dumps(event("admin", "kopf/1.45"))
    with log.open("a") as half:
        half.write(more[:50])
    assert look.new() == set()
    with log.open("a") as rest:
        rest.write(more[50:] + "\n")
    assert look.new() == {"watch schoolautoscalers.firstbell.dev in school"}


def test_an_accounts_requests_are_told_apart_by_what_was_answered(tmp_path):
    log, mine = tmp_path / "audit.log", "system:serviceaccount:ours:operator"
    lines = [
        event(mine, "firstbell"),
        event(mine, "firstbell", "list", "forbid"),
        event("admin", "firstbell"),
    ]
    log.write_text("".join(f"{json.dumps(line)}\n" for line in lines) + '{"half')
    watch, listed = (Right("firstbell.dev", "schoolautoscalers", verb) for verb in ("watch", "list"))
    assert requests(log, "ours", "operator") == ({watch}, {listed})
    assert requests(log, "others") == (set(), set())
