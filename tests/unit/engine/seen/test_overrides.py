"""Which SchoolAutoscalers an order is for: by name or by label, in one namespace."""

from __future__ import annotations

import tracemalloc

from firstbell.engine.seen.overrides import MOST_ASKED, Effect, Overrides
from firstbell.engine.seen.own_kinds import seen_override
from tests.unit.engine.bodies import an_override

LABELS = {"autoscalerRefs": None, "selector": {"matchLabels": {"tier": "web"}}}


def an_order(name="order", *, namespace="ns", version="1", generation=1, before=None, **spec):
    body = an_override(name, **({"floorReplicas": 9} | spec))
    body["metadata"] |= {
        "namespace": namespace,
        "uid": name,
        "generation": generation,
        "creationTimestamp": "2024-09-09T00:00:00Z",
        "resourceVersion": version,
    }
    return seen_override(body, before)


def keys(overrides: Overrides, key: str = "ns/web") -> list[str]:
    return [one.key for one in overrides.of(key)]


def test_by_name_it_is_matched_whichever_of_the_two_comes_first():
    for order_first in (True, False):
        overrides = Overrides()
        steps = [lambda o=overrides: o.put(an_order()), lambda o=overrides: o.follow("ns/web", {})]
        for step in steps if order_first else reversed(steps):
            step()
        assert keys(overrides) == ["ns/order"]
        assert overrides.concerned("ns/order") == ["ns/web"]


def test_by_label_it_follows_the_labels_and_says_whose_order_turned():
    overrides = Overrides()
    overrides.follow("ns/web", {"tier": "batch"})
    assert set(overrides.put(an_order(**LABELS))) == set()
    overrides.follow("ns/web", {"tier": "web"})
    assert (keys(overrides), overrides.take_turned()) == (["ns/order"], {"ns/order"})
    overrides.follow("ns/web", {"tier": "web"})
    assert overrides.take_turned() == set()
    overrides.follow("ns/web", {})
    assert (keys(overrides), overrides.take_turned()) == ([], {"ns/order"})


def test_another_namespace_is_never_meant():
    overrides = Overrides()
    overrides.follow("other/web", {"tier": "web"})
    assert set(overrides.put(an_order())) == set()
    assert set(overrides.put(an_order("b", **LABELS))) == set()
    assert keys(overrides, "other/web") == []


def test_an_edit_that_moves_it_wakes_those_that_it_was_for_and_is_for():
    overrides = Overrides()
    for name in ("web", "api"):
        overrides.follow(f"ns/{name}", {})
    first = an_order()
    overrides.put(first)
    moved = an_order(version="2", generation=2, before=first, autoscalerRefs=[{"name": "api"}])
    assert set(overrides.put(moved)) == {"ns/web", "ns/api"}
    assert (keys(overrides), keys(overrides, "ns/api")) == ([], ["ns/order"])


def test_what_comes_in_late_changes_nothing():
    overrides = Overrides()
    overrides.follow("ns/web", {})
    overrides.put(an_order(version="5", floorReplicas=50))
    assert set(overrides.put(an_order(version="4", floorReplicas=4))) == set()
    (seen,) = overrides.of("ns/web")
    assert seen.in_force.override.floor == 50


def test_one_that_is_gone_and_a_workload_that_is_gone_leave_nothing_behind():
    overrides = Overrides()
    overrides.follow("ns/web", {"tier": "web"})
    overrides.put(an_order())
    overrides.put(an_order("b", **LABELS))
    overrides.came_of("ns/web", Effect(scheduled=4))
    assert set(overrides.drop("ns/b")) == {"ns/web"}
    overrides.leave("ns/web")
    assert (overrides.concerned("ns/order"), overrides.effects) == ([], {})
    assert set(overrides.drop("ns/order")) == set()
    assert set(overrides.drop("ns/order")) == set()


def test_an_edit_of_labels_alone_asks_nobody_and_a_look_only_the_orders_of_its_own_namespace(monkeypatch):
    overrides, asked = Overrides(), []
    for n in range(50):
        overrides.put(an_order(f"o{n}", namespace="many", **LABELS))
    overrides.put(an_order(**LABELS))
    selector = type(overrides.seen["ns/order"].in_force.selector)
    monkeypatch.setattr(selector, "matches", lambda _, labels: asked.append(labels) or True)
    overrides.follow("ns/web", {"tier": "web"})
    assert asked == []
    assert keys(overrides) == ["ns/order"]
    assert len(asked) == 1


def test_whose_status_tells_of_a_tick_is_told_only_where_something_came_of_it():
    overrides = Overrides()
    overrides.follow("ns/web", {})
    overrides.put(an_order())
    assert overrides.came_of("ns/web", Effect(scheduled=4)) == {"ns/order"}
    assert overrides.came_of("ns/web", Effect(scheduled=4)) == set()
    assert overrides.came_of("ns/api", Effect(scheduled=4)) == set()
    assert list(overrides.effects) == ["ns/web"]


def test_of_very_many_orders_for_very_many_workloads_nothing_is_kept_for_each_pair():
    overrides = Overrides()
    for n in range(200):
        overrides.follow(f"ns/web-{n}", {"tier": "web"})
    tracemalloc.start()
    orders = [an_order(f"order-{n}", **LABELS) for n in range(200)]
    alone, _ = tracemalloc.get_traced_memory()
    for order in orders:
        overrides.put(order)
        overrides.came_of("ns/web-7", Effect(scheduled=4))
    known, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert known - alone < alone
    assert len(keys(overrides, "ns/web-7")) == len(overrides.concerned("ns/order-7")) == 200


def test_of_many_orders_only_those_that_ask_for_most_are_told_of_a_change_of_the_plan():
    overrides = Overrides()
    overrides.follow("ns/web", {})
    for n in range(40):
        overrides.put(an_order(f"o{n}"))
    asked = {f"o{n}": 90 - n for n in range(MOST_ASKED)}
    assert len(overrides.came_of("ns/web", Effect(asked=asked, scheduled=4))) == 40
    assert overrides.came_of("ns/web", Effect(asked=asked, scheduled=5)) == {f"ns/{one}" for one in asked}
    assert len(overrides.came_of("ns/web", Effect(held_by="o39"))) == 40
