"""`firstbell override`: what it would do is shown by the operator's own decisions, and nothing is guessed."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import typer
import yaml
from typer.testing import CliRunner

from firstbell.cli.override import command
from firstbell.cli.override.effect import effect_lines, ending_lines, hypothetical
from firstbell.cli.override.in_cluster import created, ended
from firstbell.cli.override.selecting import selector_meant
from firstbell.cli.override.table import override_lines
from firstbell.engine.ports import Failure
from tests.fakes import instant
from tests.unit.cli.small_api import contexts, serving
from tests.unit.cli.unreachable import nobody_there
from tests.unit.engine.bodies import AFTER, BEFORE, an_autoscaler, an_hpa, an_override
from tests.unit.engine.world import OVERRIDES, World

APP = typer.Typer()
APP.command()(command.override)
UTC_ZONE = ZoneInfo("UTC")
BRUSSELS = ZoneInfo("Europe/Brussels")
NOON = datetime(2026, 11, 9, 12, tzinfo=UTC)


def body(name="order", **spec):
    made = an_override(name, **spec)
    return hypothetical({"apiVersion": "firstbell.dev/v1alpha1", **made}, "ns", instant(BEFORE))


def effect(world: World, made, at: str) -> list[str]:
    return list(effect_lines(world.store, made, instant(at), UTC_ZONE))


def test_a_floor_is_shown_from_its_start_over_the_bell_to_its_end():
    lines = effect(World(hpa=an_hpa(maximum=200)), body(floorReplicas=60, since="08:05"), BEFORE)

    assert lines[0] == "ns/web: 4 -> 60 at Mon 09 Sep 2024 08:05 (UTC)"
    assert lines[1].startswith("  Mon 09 Sep 08:20  100, first-bell at Mon 09 Sep 08:30")
    assert lines[2].startswith("  Mon 09 Sep 09:00  60, ScalingOverride order asks for 60 replicas")
    assert lines[3] == "  Mon 09 Sep 09:30  4, the baseline, 4"
    assert len(lines) == 4


def test_one_that_changes_nothing_says_so_and_one_for_nobody_too():
    lines = effect(World(), body(floorReplicas=3, since="08:05", until="08:10"), BEFORE)
    assert "nothing changes then" in lines[1]
    nobody = body(autoscalerRefs=None, selector={"matchLabels": {"tier": "web"}}, floorReplicas=9)
    assert effect(World(), nobody, BEFORE)[0].startswith("It is for nobody")


def test_a_hold_is_shown_with_what_it_keeps_from_being_written():
    lines = effect(World(), body(hold=True), BEFORE)
    assert lines[0].startswith("ns/web: 4 -> nothing is written (HeldByOverride) at")
    assert lines[-1].startswith("  Mon 09 Sep 09:30  4, the baseline")


def test_the_end_of_an_order_is_shown_with_what_is_left():
    world = World(AFTER)
    world.put(OVERRIDES, an_override(floorReplicas=60, until="11:00"))
    lines = list(ending_lines(world.store, "ns/order", instant(AFTER), UTC_ZONE))
    assert lines == ["ns/web: 60 -> 4 at Mon 09 Sep 2024 10:00 (UTC)"]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("tier=web", {"matchLabels": {"tier": "web"}}),
        (
            "tier==web, stage in (live, test),!frozen,owner",
            {
                "matchLabels": {"tier": "web"},
                "matchExpressions": [
                    {"key": "stage", "operator": "In", "values": ["live", "test"]},
                    {"key": "frozen", "operator": "DoesNotExist"},
                    {"key": "owner", "operator": "Exists"},
                ],
            },
        ),
        (
            "a!=b,c notin (d)",
            {
                "matchExpressions": [
                    {"key": "a", "operator": "NotIn", "values": ["b"]},
                    {"key": "c", "operator": "NotIn", "values": ["d"]},
                ]
            },
        ),
    ],
)
def test_a_selector_is_that_of_kubectl(text, want):
    assert selector_meant(text) == want


def test_what_is_no_selector_is_refused(capsys):
    with pytest.raises(typer.Exit):
        selector_meant("tier in web")
    assert "is no selector" in capsys.readouterr().err


async def test_one_is_written_once_and_ended_in_the_state_that_was_seen():
    world = World()
    made = {**an_override(floorReplicas=60), "apiVersion": "firstbell.dev/v1alpha1"}
    assert not isinstance(await created(world.cluster, "ns", made), Failure)
    again = await created(world.cluster, "ns", made)
    assert isinstance(again, Failure)
    assert "already exists" in again.message
    assert await ended(world.cluster, "ns", "order") is None
    assert ("firstbell.dev", OVERRIDES, "ns", "order") not in world.cluster.objects


GOOD = ("web", "--floor", "60", "--until", "2099-01-01T10:00Z", "--reason", "exams", "-n", "ns")
WRONG = {
    "no order": ("web", "--until", "+1h", "--reason", "x"),
    "two orders": ("web", "--floor", "6", "--hold", "--until", "+1h", "--reason", "x"),
    "nobody": ("--floor", "6", "--until", "+1h", "--reason", "x"),
    "names and labels": ("web", "-l", "a=b", "--floor", "6", "--until", "+1h", "--reason", "x"),
    "no end": ("web", "--floor", "6", "--reason", "x"),
    "no reason": ("web", "--floor", "6", "--until", "+1h", "--reason", " "),
    "an end that is over": ("web", "--floor", "6", "--until", "2020-01-01T10:00Z", "--reason", "x"),
    "an end in seventy years": GOOD,
}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_one_sentence_and_nothing_is_written(arguments, tmp_path):
    result = CliRunner().invoke(APP, [*arguments, "--kubeconfig", nobody_there(tmp_path)])
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr


def test_an_order_is_one_line_that_names_three_of_those_it_is_for():
    refs = [{"name": f"web-{number}"} for number in range(5)]
    spec = {
        "autoscalerRefs": refs,
        "floorPercent": 150,
        "endTime": "2024-09-09T11:00:00Z",
        "reason": "mock exams",
    }
    body = {"metadata": {"namespace": "ns", "name": "floor-20261129-163342"}, "spec": spec}
    _, line = override_lines([body])
    assert line.startswith("ns/floor-20261129-163342 ")
    assert "   150 % of the plan   2024-09-09T11:00:00Z   web-0, web-1, web-2 and 2 more   mock exams" in line


def test_a_time_of_day_without_a_cluster_says_that_there_is_none(tmp_path):
    arguments = ("web", "--floor", "6", "--until", "09:30", "--reason", "x", "-n", "ns")
    result = CliRunner().invoke(APP, [*arguments, "--kubeconfig", str(tmp_path / "none")])
    assert result.exit_code == 2
    assert "whose clock is not known here (no access to a cluster by the kubeconfig" in result.stderr


def test_the_object_can_be_had_without_a_cluster(tmp_path):
    arguments = ("-l", "tier=web", "--percent", "150", "--until", "+90m", "--reason", "exams", "-n", "ns")
    result = CliRunner().invoke(APP, [*arguments, "-o", "yaml", "--kubeconfig", nobody_there(tmp_path)])
    made = yaml.safe_load(result.stdout)
    assert result.exit_code == 0
    assert made["metadata"]["namespace"] == "ns"
    assert made["spec"]["selector"] == {"matchLabels": {"tier": "web"}}
    assert (made["spec"]["floorPercent"], made["spec"]["reason"]) == (150, "exams")


def world_at(monkeypatch, **objects):
    """A cluster that the command asks, and the time that it is."""
    world = World(AFTER, **objects)

    def asked(_kubeconfig, _context, ask):
        import asyncio  # noqa: PLC0415

        return asyncio.run(ask(world.cluster))

    monkeypatch.setattr("firstbell.cli.ask_cluster.ask_cluster", asked)
    monkeypatch.setattr("firstbell.clock.SystemClock.now", lambda _: instant(AFTER))
    monkeypatch.setattr("firstbell.cli.override.in_cluster.ANSWER_SECONDS", 0)
    return world


ORDER = ("web", "--floor", "60", "--until", "11:00", "--reason", "mock exams", "-n", "ns", "--name", "o")


def test_it_is_shown_and_asked_before_it_is_written(monkeypatch):
    world = world_at(monkeypatch)
    refused = CliRunner().invoke(APP, ORDER, input="n\n")
    assert refused.exit_code == 1
    assert "ns/web: 4 -> 60 at Mon 09 Sep 2024 10:00 (UTC)" in refused.stdout
    assert ("firstbell.dev", OVERRIDES, "ns", "o") not in world.cluster.objects
    assert CliRunner().invoke(APP, [*ORDER, "--dry-run"]).exit_code == 0
    assert ("firstbell.dev", OVERRIDES, "ns", "o") not in world.cluster.objects
    written = CliRunner().invoke(APP, [*ORDER, "--yes"])
    assert written.exit_code == 0
    spec = world.get(OVERRIDES, "o")["spec"]
    assert spec == {
        "autoscalerRefs": [{"name": "web"}],
        "floorReplicas": 60,
        "endTime": "2024-09-09T11:00:00Z",
        "reason": "mock exams",
    }
    listed = CliRunner().invoke(APP, ["--list", "-n", "ns"])
    assert "floor 60" in listed.stdout
    assert "2024-09-09T11:00:00Z" in listed.stdout
    gone = CliRunner().invoke(APP, ["--end", "o", "-n", "ns", "--yes"])
    assert gone.stdout.splitlines()[-1] == "ScalingOverride ns/o ended and deleted."
    assert ("firstbell.dev", OVERRIDES, "ns", "o") not in world.cluster.objects


def test_a_name_that_nobody_has_is_answered_with_the_nearest(monkeypatch):
    world_at(monkeypatch, autoscaler=an_autoscaler())
    result = CliRunner().invoke(APP, ["wbe", *ORDER[1:]])
    assert result.exit_code == 2
    assert 'The nearest known SchoolAutoscaler is "web"' in result.stderr


def test_a_name_may_come_with_its_namespace_as_events_write_it(monkeypatch):
    world = world_at(monkeypatch)
    named = ("ns/web", "--floor", "60", "--until", "+1h", "--reason", "x", "--name", "o", "--yes")
    assert CliRunner().invoke(APP, named).exit_code == 0
    assert world.get(OVERRIDES, "o")["spec"]["autoscalerRefs"] == [{"name": "web"}]
    assert CliRunner().invoke(APP, ["--end", "ns/o", "--yes"]).exit_code == 0
    assert ("firstbell.dev", OVERRIDES, "ns", "o") not in world.cluster.objects
    two = CliRunner().invoke(APP, ["other/web", *named])
    assert (two.exit_code, two.stderr) == (
        2,
        "NAME: an order is for one namespace, and these are of other, ns. Give an order for each.\n",
    )
    elsewhere = CliRunner().invoke(APP, [*named, "-n", "other"])
    assert elsewhere.stderr == "NAME ns/web: -n says namespace other. Give one of the two.\n"


def test_an_end_that_is_over_is_told_by_its_option(monkeypatch):
    world_at(monkeypatch)
    over = ("web", "--floor", "6", "--until", "2020-01-01T10:00Z", "--reason", "x", "-n", "ns")
    told = CliRunner().invoke(APP, over).stderr
    assert told == "--until 2020-01-01T10:00Z: is over. Give a time to come.\n"


@pytest.mark.parametrize("until", ["+1000h", "+40d", "2024-12-01T10:00Z"])
def test_an_end_that_is_too_far_says_how_far_it_may_be(monkeypatch, until):
    world_at(monkeypatch)
    far = CliRunner().invoke(APP, ["web", "--floor", "6", "--until", until, "--reason", "x", "-n", "ns"])
    assert far.exit_code == 2
    assert far.stderr.startswith("--until: is more than 31 days after now. Write an earlier time;")


def test_an_end_before_the_beginning_names_both_options(monkeypatch):
    world_at(monkeypatch)
    turned = ("--from", "12:00", "--until", "2024-09-09T11:00Z", "--reason", "x", "-n", "ns")
    told = CliRunner().invoke(APP, ["web", "--floor", "6", *turned]).stderr
    assert told == "--until: is not after --from. Write a later time, with its offset.\n"


def test_a_name_that_is_none_is_told_before_anything_is_shown(monkeypatch):
    world = world_at(monkeypatch)
    done = CliRunner().invoke(APP, [*ORDER[:-1], "Bad Name", "--yes"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(
        '--name: the text "Bad Name" is not the name of a Kubernetes object. Use small '
    )
    assert not [key for key in world.cluster.objects if key[1] == OVERRIDES]


def test_what_the_maximum_cuts_off_is_shown():
    lines = effect(World(AFTER), body(floorReplicas=600, until="11:00"), AFTER)
    asked = "ScalingOverride order asks for 600 replicas until 2024-09-09T11:00:00Z (mock exams)"
    assert lines[:2] == [
        "ns/web: 4 -> 400 at Mon 09 Sep 2024 10:00 (UTC)",
        f"  {asked}: of 600 replicas maxReplicas of HorizontalPodAutoscaler web allows 400",
    ]


def test_what_the_maximum_cuts_off_is_shown_also_where_nothing_changes():
    world = World(AFTER)
    world.put(OVERRIDES, an_override("first", floorReplicas=600, until="11:00"))
    lines = effect(world, body(floorReplicas=700, until="11:00"), AFTER)
    assert lines[1].startswith("  nothing changes then: ScalingOverride order asks for 700 replicas until")
    assert lines[1].endswith(": of 700 replicas maxReplicas of HorizontalPodAutoscaler web allows 400")


def test_while_firstbell_is_stopped_an_order_is_shown_to_do_nothing():
    world = World(AFTER, autoscaler=an_autoscaler())
    stopped = {"type": "Ready", "status": "False", "reason": "Stopped", "message": "firstbell is stopped: x"}
    world.edit("schoolautoscalers", lambda one: one.update(status={"conditions": [stopped]}))
    lines = effect(world, body(floorReplicas=60, until="11:00"), AFTER)
    assert lines[0].startswith("ns/web: nothing is written (Stopped) -> nothing is written (Stopped)")


@pytest.mark.parametrize("arguments", [["--list"], ["--end", "o", "--yes"], [*ORDER[:-4], "--yes"]])
def test_a_cluster_without_the_kinds_is_told_how_to_get_them_and_nobody_is_asked(monkeypatch, arguments):
    world = world_at(monkeypatch)
    world.cluster.fail("NotFound", message="Not Found (404)")
    done = CliRunner().invoke(APP, [*arguments, "-n", "ns"])
    assert done.exit_code == 2
    assert "Install the kinds: firstbell crds" in done.stderr
    assert "Write it?" not in done.output


ACTIVE = {"type": "Active", "status": "True", "reason": "Active"}


@pytest.mark.parametrize(
    ("status", "code", "last"),
    [
        ({}, 0, "the operator has not answered yet. To see whether it counts: kubectl get scalov o -n ns"),
        ({"conditions": [ACTIVE], "autoscalersTotal": 1}, 0, "Active, for 1 SchoolAutoscaler"),
        (
            {
                "conditions": [
                    ACTIVE,
                    {"type": "Effective", "status": "False", "reason": "NoAutoscaler", "message": "nobody"},
                ],
                "autoscalersTotal": 0,
            },
            0,
            "Active, for 0 SchoolAutoscalers: nobody",
        ),
        (
            {"conditions": [ACTIVE | {"status": "False", "reason": "Invalid", "message": "is over"}]},
            1,
            "Invalid: is over",
        ),
    ],
    ids=["no operator", "active", "for nobody", "invalid"],
)
def test_what_the_operator_makes_of_it_is_told(monkeypatch, status, code, last):
    world = world_at(monkeypatch)
    seen = world.cluster.get

    async def get(path):
        found = await seen(path)
        return {**found, "status": status} if path.plural == OVERRIDES else found

    monkeypatch.setattr(world.cluster, "get", get)
    done = CliRunner().invoke(APP, [*ORDER, "--yes"])
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (code, last)


def test_who_may_create_orders_and_not_read_them_is_told_that_nobody_looked(monkeypatch):
    world = world_at(monkeypatch)
    world.cluster.fail("Forbidden", verb="GET", path=OVERRIDES, message="User bob cannot get it")
    done = CliRunner().invoke(APP, [*ORDER, "--yes"])
    assert done.exit_code == 0
    assert "cannot be seen: User bob cannot get it. The right is get on" in done.stdout.splitlines()[-1]


def test_in_a_namespace_with_nothing_nobody_is_told_to_remove_what_is_meant(monkeypatch):
    world_at(monkeypatch)
    elsewhere = CliRunner().invoke(APP, ["empty/web", "--floor", "6", "--until", "+1h", "--reason", "x"])
    assert elsewhere.exit_code == 2
    assert elsewhere.stderr.endswith("There is none in it; kubectl get schoolas -A tells where they are.\n")
    no_order = CliRunner().invoke(APP, ["--end", "ns/exams", "--yes"])
    assert no_order.stderr.endswith(
        "There is none in it; firstbell override --list -A tells where they are.\n"
    )


def test_orders_of_a_namespace_that_is_not_there_are_not_none(tmp_path):
    with serving({"scalingoverrides": ()}, ["lms"]) as address:
        where = ("--list", "--kubeconfig", contexts(tmp_path, {"here": address}))
        empty = CliRunner().invoke(APP, [*where, "-n", "lms"])
        gone = CliRunner().invoke(APP, [*where, "-n", "nope"])

    assert (empty.exit_code, empty.stdout) == (0, "there is no ScalingOverride in namespace lms\n")
    assert (gone.exit_code, gone.stdout) == (2, "")
    assert gone.stderr.startswith("there is no namespace 'nope'. ")
