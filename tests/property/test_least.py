"""The least possible is the least: nothing that was tried on small days is enough and cheaper.

Every way of having replicas over a few seconds is played by the rules of pods and nodes, and of those that
are never short the cheapest is taken.
"""

from __future__ import annotations

from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from firstbell.lab.day.least import Leads, least

leads = st.builds(
    Leads,
    start=st.integers(0, 3),
    node=st.integers(0, 3),
    per_node=st.integers(1, 2),
    idle=st.integers(0, 3),
    room=st.integers(0, 2),
)


def is_enough(needed: tuple[int, ...], ways: tuple[tuple[int, ...], ...], leads: Leads) -> bool:
    """Whether as many are Ready as are needed at each second, `ways[place][second]` being who exists.

    The replicas of the first second were asked for before it. To start a pod that nobody needs, only so that
    its node stays, is not among the ways.
    """
    used = [False] * len(ways)
    ready: list[int | None] = [None] * len(ways)
    comes: dict[int, int] = {}
    empty: dict[int, int] = {}
    for second, count in enumerate(needed):
        for place, exists in enumerate(way[second] for way in ways):
            node, orders = (place - leads.room) // leads.per_node, leads.orders_node(place)
            if not exists:
                if ready[place] is not None and not used[place]:
                    return False
                if ready[place] is not None and orders:
                    empty[node] = second
                ready[place], used[place] = None, False
            elif ready[place] is None:
                if orders:
                    there = second == 0 or (node in empty and second - empty[node] <= leads.idle)
                    comes[node] = second if there else second + leads.node
                placed = max(second, comes.get(node, second)) if place >= leads.room else second
                ready[place] = placed + leads.start if second else 0
        if any(at is None or at > second for at in ready[:count]):
            return False
        used[:count] = [True] * count
    return True


def cheapest(needed: tuple[int, ...], leads: Leads) -> int:
    """The fewest pod-seconds of all ways that are enough."""
    alone = list(product((0, 1), repeat=len(needed)))
    ways = product(alone, repeat=max(needed))
    return min((sum(map(sum, way)) for way in ways if is_enough(needed, way, leads)), default=0)


@given(st.lists(st.integers(0, 2), min_size=1, max_size=5).map(tuple), leads)
def test_nothing_that_is_enough_is_cheaper(needed, leads):
    assert least(needed, leads).pod_seconds == cheapest(needed, leads)


@given(st.lists(st.integers(0, 1), min_size=1, max_size=11).map(tuple), leads)
def test_nor_over_a_longer_day_of_one_replica(needed, leads):
    assert least(needed, leads).pod_seconds == cheapest(needed, leads)


@given(st.lists(st.integers(0, 20), max_size=200), leads)
def test_it_is_never_less_than_what_is_needed_and_never_more_than_all_of_it_all_day(needed, leads):
    found = least(needed, leads)
    assert sum(needed) <= found.pod_seconds <= max(needed, default=0) * len(needed)
    assert found.highest == max(needed, default=0)
    rises = sum(max(0, after - before) for before, after in pairwise(needed))
    assert found.starts <= rises
