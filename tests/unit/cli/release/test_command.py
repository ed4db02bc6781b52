"""`firstbell release`: a line for each object, the kubectl line where it failed, and the exit codes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import typer
from typer.testing import CliRunner

from firstbell.cli.release.command import release
from firstbell.cli.release.order import Order, carry_out
from firstbell.cli.release.words import by_hand, dry_line, patch_lines, released_lines
from firstbell.engine.floor.held_floors import Released
from firstbell.engine.floor.reading import seen_hpa
from tests.fakes import FakeCluster
from tests.managed_fields import an_entry
from tests.unit.cli.unreachable import nobody_there
from tests.unit.engine.bodies import an_hpa
from tests.unit.engine.floor.test_held_floors import HPAS, marks

APP = typer.Typer()
APP.command()(release)
PATCH = (
    "kubectl patch hpa web -n ns --type=merge -p "
    '\'{"metadata":{"annotations":{"firstbell.dev/autoscaler":null,"firstbell.dev/baseline":null,'
    '"firstbell.dev/floor":null,"firstbell.dev/instance":null}},"spec":{"minReplicas":4}}\''
)


def a_floor(**mark):
    return seen_hpa(an_hpa(minimum=100, uid="u", annotations=marks(**mark)))


def run(*arguments):
    return CliRunner().invoke(APP, arguments)


def test_a_released_floor_is_one_line():
    one = Released(seen=a_floor(), minimum=4)
    want = "HorizontalPodAutoscaler ns/web: minReplicas 100 -> 4 (SchoolAutoscaler ns/web)"
    assert released_lines(one) == [want]


def test_a_failed_one_says_why_and_how_to_do_it_by_hand():
    one = Released(seen=a_floor(), minimum=100, failure="forbidden (403)")
    want = "HorizontalPodAutoscaler ns/web: NOT RELEASED: forbidden (403). By hand:"
    assert released_lines(one) == [want, f"  {PATCH}"]


def test_by_hand_a_value_of_somebody_elses_stays_too():
    assert '"spec"' not in by_hand(a_floor(floor=90))


def test_a_field_that_was_not_handed_back_is_told():
    (line,) = released_lines(Released(seen=a_floor(), minimum=4, kept=True))
    assert line.endswith("; the field is still managed by firstbell, run this again")


def test_a_dry_run_says_what_would_be_done():
    want = "HorizontalPodAutoscaler ns/web: minReplicas would go 100 -> 4 (SchoolAutoscaler ns/web)"
    assert dry_line(a_floor()) == want
    assert "would go 100 -> 100 " in dry_line(a_floor(floor=90))


async def test_a_dry_run_shows_the_patch_that_is_then_sent():
    cluster, shown = a_cluster("web"), []
    await carry_out(cluster, an_order(dry_run=True), lambda _: None, lambda *each: shown.append(each))
    assert cluster.patches == []
    ((seen, command),) = shown
    await carry_out(cluster, an_order(look_again=0), lambda _: None)
    assert cluster.patches[0] == (command.path.url, list(command.operations))
    told = patch_lines(seen, command)
    assert told[0].startswith(
        "  PATCH /apis/autoscaling/v2/namespaces/ns/horizontalpodautoscalers/web (release "
    )
    assert "    add /spec/minReplicas 4" in told
    assert told[-1] == "  then, made from the answer: the patch that hands the field back"


async def test_a_dry_run_shows_the_patch_that_hands_a_field_back():
    cluster, shown = FakeCluster(), []
    cluster.put(*HPAS, an_hpa(managedFields=[an_entry("firstbell", "Update", "minReplicas")]))
    await carry_out(cluster, an_order(dry_run=True), lambda _: None, lambda *each: shown.append(each))
    ((_, command),) = shown
    await carry_out(cluster, an_order(look_again=0), lambda _: None)
    assert cluster.patches == [(command.path.url, list(command.operations))]


def test_of_damaged_marks_no_patch_is_shown():
    assert patch_lines(a_floor(), None) == []


def test_what_is_to_be_released_must_be_said():
    for arguments in ((), ("--all", "ns/web")):
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == "Give either --all or the NAMESPACE/NAME of one SchoolAutoscaler.\n"


def test_what_names_no_autoscaler_is_told():
    what = "is no name. Give NAME, with -n NAMESPACE, or NAMESPACE/NAME."
    two = "-n says namespace other. Give one of the two."
    cases = [(("a/b/c",), what), (("/web",), what), (("ns/",), what), (("ns/web", "-n", "other"), two)]
    for arguments, told in cases:
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (2, ""), arguments
        assert told in result.stderr


@pytest.mark.parametrize("kubeconfig", [nobody_there, lambda folder: str(folder / "none")])
def test_without_a_cluster_it_says_how_to_look_by_hand(tmp_path, kubeconfig):
    result = run("--all", "--kubeconfig", kubeconfig(tmp_path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no floor was released" in result.stderr
    assert "kubectl get hpa -A" in result.stderr
    assert "With KEDA also: kubectl get scaledobject -A" in result.stderr


def test_one_autoscaler_is_in_one_namespace():
    result = run("web", "-n", "a", "-n", "b")
    assert (result.exit_code, result.stderr) == (2, "web: is in one namespace. Give -n once.\n")


def an_order(**changes):
    order = Order(instance="firstbell", namespaces=(), owner=None, dry_run=False, seconds=5, look_again=0.01)
    return replace(order, **changes)


def a_cluster(*names):
    cluster = FakeCluster()
    for name in names:
        cluster.put(*HPAS, an_hpa(name, minimum=100, annotations=marks()))
    return cluster


async def test_a_second_look_releases_what_was_raised_again_or_failed():
    cluster, told = a_cluster("web", "shop"), []
    cluster.fail("Unreachable", verb="PATCH", path="scalers/shop", times=1)

    def tell(one):
        first = ("web", 4) not in told
        told.append((one.seen.autoscaler.name, one.minimum))
        if first and told[-1] == ("web", 4):
            cluster.put(*HPAS, an_hpa("web", minimum=100, annotations=marks()))

    await carry_out(cluster, an_order(), tell)
    assert sorted(told[:2]) == [("shop", 100), ("web", 4)]
    assert sorted(told[2:]) == [("shop", 4), ("web", 4)]


async def test_without_a_floor_there_is_no_second_look():
    cluster = a_cluster()
    assert await carry_out(cluster, an_order(look_again=600), lambda _: None) == []


async def test_a_second_look_ends_with_the_time_for_it():
    cluster, told = a_cluster("web"), []
    floors = await carry_out(cluster, an_order(seconds=0.3, look_again=600), told.append)
    assert (len(floors), [one.minimum for one in told]) == (1, [4])


async def test_only_the_namespaces_that_are_named_are_looked_at():
    cluster = a_cluster("web")
    assert await carry_out(cluster, an_order(namespaces=("other", "another")), lambda _: None) == []
    assert len(await carry_out(cluster, an_order(namespaces=("other", "ns")), lambda _: None)) == 1


@pytest.mark.parametrize(("kind", "without"), [("NotFound", True), ("Forbidden", False)])
async def test_where_there_is_no_keda_nobody_is_sent_to_its_scaled_objects(kind, without):
    cluster = a_cluster()
    cluster.fail("Forbidden", verb="LIST", path="horizontalpodautoscalers")
    cluster.fail(kind, verb="LIST", path="scaledobjects")
    unread = await carry_out(cluster, an_order(), lambda _: None)
    assert (unread.failure.kind, unread.without_keda) == ("Forbidden", without)


def test_an_uninstall_is_not_blocked_by_it(tmp_path):
    result = run("--all", "--never-fail", "--kubeconfig", str(tmp_path / "none"))
    assert (result.exit_code, result.stdout) == (0, "")
    assert "no floor was released" in result.stderr
