"""What is rehearsed, by the planning code; and why not, with what to do."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import typer
from typer.testing import CliRunner

from firstbell.cli.rehearse.command import rehearse
from firstbell.cli.rehearse.rehearsal import Rehearsal, rehearsal_of
from firstbell.cli.rehearse.words import intention
from firstbell.core.overrides import Override
from firstbell.engine.explaining.explanation import explain
from tests.builders import on
from tests.fakes import instant
from tests.unit.engine.bodies import KEY, an_autoscaler, an_hpa
from tests.unit.engine.world import World

APP = typer.Typer()
APP.command()(rehearse)
EVENING = "2024-09-09T19:00"
LESSONS, SUNDAY = on("2024-09-11"), on("2024-09-15")


def asked(world: World, *, peak="first-bell", date=LESSONS, at=EVENING, minutes=15, orders=()):
    """What is rehearsed at a time."""
    now = instant(at)
    found = explain(world.store, KEY, now)
    if orders:
        from dataclasses import replace  # noqa: PLC0415

        found = replace(found, outcome=replace(found.outcome, orders=tuple(orders)))
    return rehearsal_of(found, peak, date, now, now + timedelta(minutes=minutes))


def test_the_peak_of_a_date_says_how_many_and_the_order_when_it_ends():
    of = asked(World(EVENING))
    assert isinstance(of, Rehearsal)
    assert (of.replicas, of.before, of.warnings) == (100, 4, ())
    assert of.order == {
        "apiVersion": "firstbell.dev/v1alpha1",
        "kind": "ScalingOverride",
        "metadata": {"name": "rehearsal-web-20240909-190000", "namespace": "ns"},
        "spec": {
            "autoscalerRefs": [{"name": "web"}],
            "floorReplicas": 100,
            "endTime": "2024-09-09T19:15:00Z",
            "reason": "rehearsal of first-bell at Wed 11 Sep 08:30, by firstbell rehearse",
            "ttlSecondsAfterFinished": 0,
        },
    }
    what, how = intention(of)
    assert what == "ns/web: 4 -> 100 replicas, as first-bell at Wed 11 Sep 08:30 (Regular, InPerson) needs"
    order = "by ScalingOverride rehearsal-web-20240909-190000"
    assert how == f"{order}, until all are Ready, at most until 2024-09-09T19:15:00Z"


def test_a_person_who_thinks_about_it_takes_nothing_from_its_time():
    of = asked(World(EVENING))
    later = instant("2024-09-09T19:05:00")
    assert of.begun(later, moves=True).order["spec"]["endTime"] == "2024-09-09T19:20:00Z"
    assert of.begun(later, moves=False).order["spec"]["endTime"] == "2024-09-09T19:15:00Z"


def test_a_day_factor_of_the_date_counts():
    factor = {"name": "wednesdays", "match": {"dayClasses": ["Regular"]}, "percent": 150}
    world = World(EVENING, autoscaler=an_autoscaler(dayFactors=[factor]))
    assert asked(world).replicas == 150


def test_no_more_is_asked_for_than_the_maximum_of_the_autoscaler():
    assert asked(World(EVENING, hpa=an_hpa(maximum=60))).replicas == 60


def test_a_long_name_makes_a_name_that_the_api_server_takes():
    world = World(EVENING)
    of = asked(world)
    long = Rehearsal(
        key=f"ns/{'w' * 39}.{'x' * 200}",
        target=of.target,
        peak=of.peak,
        replicas=9,
        before=4,
        start=of.start,
        end=of.end,
    )
    assert long.order_name == f"rehearsal-{'w' * 39}-20240909-190000"


@pytest.mark.parametrize(
    ("at", "minutes"),
    [
        pytest.param("2024-09-10T08:10", 15, id="its rise is within"),
        pytest.param("2024-09-10T08:18", 5, id="it is prepared within"),
    ],
)
def test_a_real_bell_within_the_rehearsal_is_a_warning(at, minutes):
    of = asked(World(at), at=at, minutes=minutes)
    assert of.warnings == (
        "a real bell is prepared or rings within the rehearsal: first-bell at Tue 10 Sep 08:30, 100 replicas",
    )


def test_a_bell_that_has_rung_is_none():
    assert asked(World("2024-09-10T09:05"), at="2024-09-10T09:05").warnings == ()


def a_hold(start: str, end: str) -> Override:
    return Override(name="quiet", start=instant(start), end=instant(end), hold=True, reason="network work")


@pytest.mark.parametrize(
    ("world", "given", "want"),
    [
        pytest.param({"autoscaler": an_autoscaler(mode="DryRun")}, {}, "spec.mode is DryRun: ", id="DryRun"),
        pytest.param(
            {},
            {"orders": [a_hold(EVENING, "2024-09-09T20:00")]},
            "ScalingOverride quiet holds it: nothing is written until 2024-09-09T20:00:00Z (network work). "
            "Rehearse after it, or delete it: kubectl delete scalingoverride quiet.",
            id="a hold",
        ),
        pytest.param(
            {},
            {"orders": [a_hold("2024-09-09T19:10", "2024-09-09T20:00")]},
            "ScalingOverride quiet holds it: ",
            id="a hold that begins within",
        ),
        pytest.param(
            {},
            {"peak": "first-bel"},
            "--peak first-bel: SchoolAutoscaler ns/web has no such peak. The nearest known peak is "
            '"first-bell".',
            id="no such peak",
        ),
        pytest.param(
            {}, {"date": SUNDAY}, "--date 2024-09-15: no bell of first-bell rings on that date", id="Sunday"
        ),
        pytest.param({}, {"date": on("2027-01-11")}, "--date 2027-01-11: no bell", id="after the year"),
        pytest.param(
            {},
            {"at": "2024-09-10T08:25"},
            "first-bell on 2024-09-11 needs 100 replicas, and 100 are asked for now anyway: ",
            id="in a window",
        ),
        pytest.param({"deployment": None}, {}, "Deployment web does not exist", id="no workload"),
        pytest.param({"calendar": None}, {}, "spec.calendarRefs[0].name: ", id="no calendar"),
    ],
)  # fmt: skip
def test_what_cannot_be_rehearsed_is_refused_with_what_to_do(world, given, want):
    refused = asked(World(given.get("at", EVENING), **world), **given)
    assert isinstance(refused, str)
    assert refused.startswith(want)


def test_an_order_to_stop_is_told_with_the_way_to_go_on():
    world = World(EVENING)
    ready = {
        "type": "Ready",
        "status": "False",
        "reason": "Stopped",
        "message": "nothing is written (incident)",
    }
    world.edit("schoolautoscalers", lambda body: body.update(status={"conditions": [ready]}))
    assert asked(world) == ("nothing is written (incident). Nothing is written until then: firstbell resume.")


def rehearsed(monkeypatch, world: World, date="2024-09-11"):
    """`firstbell rehearse --dry-run` of a world."""

    def asked_of(_kubeconfig, _context, ask):
        return asyncio.run(ask(world.cluster))

    monkeypatch.setattr("firstbell.cli.ask_cluster.ask_cluster", asked_of)
    monkeypatch.setattr("firstbell.clock.SystemClock.now", lambda _: instant(EVENING))
    return CliRunner().invoke(APP, [KEY, "--peak", "first-bell", "--date", date, "--dry-run"])


def test_where_no_operator_has_reported_anything_nothing_is_asked_for(monkeypatch):
    done = rehearsed(monkeypatch, World(EVENING))
    want = "the operator has reported nothing on ns/web yet: nobody would follow the order"
    assert (done.exit_code, done.stderr.startswith(want)) == (2, True)
    world = World(EVENING)
    asyncio.run(world.tick(EVENING))
    done = rehearsed(monkeypatch, world)
    assert (done.exit_code, done.stdout.startswith("ns/web: 4 -> 100 replicas")) == (0, True)


def test_tomorrow_is_that_of_the_school_and_what_is_no_date_is_told(monkeypatch):
    world = World(EVENING)
    asyncio.run(world.tick(EVENING))
    assert "as first-bell at Tue 10 Sep 08:30" in rehearsed(monkeypatch, world, "tomorrow").stdout
    wrong = rehearsed(monkeypatch, world, "Tuesday")
    assert (wrong.exit_code, wrong.stderr) == (
        2,
        "--date Tuesday: is not a date. Write it like 2026-09-01.\n",
    )
