"""Which shard writes what: one for all that is about a workload."""

from __future__ import annotations

from collections import Counter

from firstbell.engine.ports import ObjectPath
from firstbell.engine.seen.shards import NOBODYS, Shards, shard_of
from firstbell.kinds.foreign_autoscalers import HPA, SCALED_OBJECT
from tests.unit.engine.bodies import an_autoscaler, an_hpa
from tests.unit.engine.world import HPAS, World


def path(group: str, plural: str, name: str, subresource: str = "") -> ObjectPath:
    return ObjectPath(
        group=group, version="v1", plural=plural, namespace="ns", name=name, subresource=subresource
    )


def test_the_same_name_has_the_same_shard_in_every_version_of_the_program():
    names = ("web", "video", "mail", "lms", "chat")
    assert [shard_of("school", name, 8) for name in names] == [4, 7, 3, 6, 2]


def test_names_spread_evenly():
    counts = Counter(shard_of(f"ns-{number % 7}", f"web-{number}", 3) for number in range(3000))
    assert all(900 < count < 1100 for count in counts.values())


def test_all_that_is_written_about_one_workload_is_of_one_shard():
    world = World(hpa=None, autoscaler=None)
    for name in ("policy-a", "policy-b"):
        world.put("schoolautoscalers", an_autoscaler(name=name))
    world.put(HPAS, an_hpa(name="its-hpa"))
    shards = Shards(world.store, 8)
    wanted = shard_of("ns", "web", 8)
    assert shards.of_path(path("apps", "deployments", "web", "scale")) == wanted
    assert shards.of_path(path(HPA.group, HPA.plural, "its-hpa")) == wanted
    for name in ("policy-a", "policy-b"):
        assert shards.of_path(path("firstbell.dev", "schoolautoscalers", name, "status")) == wanted
        assert shards.of_autoscaler(f"ns/{name}") == wanted
        assert shards.of_own(("schoolautoscalers", f"ns/{name}")) == wanted


def test_what_is_about_no_workload_is_of_the_shard_of_its_own_name():
    shards = Shards(World().store, 8)
    for plural in ("schoolcalendars", "calendarexceptions", "scalingoverrides"):
        wanted = shard_of("ns", "school", 8)
        assert shards.of_own((plural, "ns/school")) == wanted
        assert shards.of_path(path("firstbell.dev", plural, "school", "status")) == wanted


def test_a_kind_of_the_whole_cluster_has_no_namespace():
    shards = Shards(World().store, 8)
    assert shards.of_own(("clusterschoolcalendars", "school")) == shard_of("", "school", 8)


def test_an_autoscaler_that_is_not_known_is_nobodys():
    shards = Shards(World().store, 8)
    assert shards.of_path(path(SCALED_OBJECT.group, SCALED_OBJECT.plural, "gone")) == NOBODYS


def test_a_single_shard_has_everything():
    shards = Shards(World().store, 1)
    assert shards.of_path(path(HPA.group, HPA.plural, "gone")) == 0
    assert shards.of_autoscaler("ns/gone") == 0
