"""The least possible is the least: nothing that was tried on small days is enough and cheaper.

Every way of having replicas over a few seconds is played by the rules of pods and nodes, and of those that
are never short the cheapest is taken.
"""

from __future__ import annotations

from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from firstbell.simulate.least import Leads, least

leads = st.builds(
    Leads,
    start=st.integers(0, 3),
    node=st.integers(0, 3),
    per_node=st.integers(1, 2),
    idle=st.integers(0, 3),
    room=st.integers(0, 2),
)


def is_enough(needed: tuple[int, ...], counts: tuple[int, ...], leads: Leads) -> bool:
    """Whether as many are Ready as are needed at each second, with so many replicas at each."""
    # By place: since when it is Ready; by node: when it comes, and since when it is empty. The replicas of
    # the first second were asked for before it.
    ready = [0] * counts[0] + [None] * (max(counts) - counts[0])
    node_comes: dict[int, int] = {}
    node_empty: dict[int, int] = {}
    for second, count in enumerate(counts):
        for place in range(max(counts)):
            node = (place - leads.room) // leads.per_node
            if place >= count:
                if ready[place] is not None and leads.orders_node(place):
                    node_empty[node] = second
                ready[place] = None
            elif ready[place] is None:
                if leads.orders_node(place):
                    there = node in node_empty and second - node_empty[node] <= leads.idle
                    node_comes[node] = second if there else second + leads.node
                at = max(second, node_comes.get(node, 0)) if place >= leads.room else second
                ready[place] = at + leads.start
        if sum(at is not None and at <= second for at in ready) < needed[second]:
            return False
    return True


def cheapest(needed: tuple[int, ...], leads: Leads, most: int) -> int:
    ways = product(range(most + 1), repeat=len(needed))
    enough = (way for way in ways if all(map(int.__ge__, way, needed)))
    return min(sum(way) for way in enough if is_enough(needed, way, leads))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=6).map(tuple), leads)
def test_nothing_that_is_enough_is_cheaper(needed, leads):
    assert least(needed, leads).pod_seconds == cheapest(needed, leads, 3)


@given(st.lists(st.integers(0, 1), min_size=1, max_size=11).map(tuple), leads)
def test_nor_over_a_longer_day_of_one_replica(needed, leads):
    assert least(needed, leads).pod_seconds == cheapest(needed, leads, 1)


@given(st.lists(st.integers(0, 20), max_size=200), leads)
def test_it_is_never_less_than_what_is_needed_and_never_more_than_all_of_it_all_day(needed, leads):
    found = least(needed, leads)
    assert sum(needed) <= found.pod_seconds <= max(needed, default=0) * len(needed)
    assert found.highest == max(needed, default=0)
    rises = sum(max(0, after - before) for before, after in pairwise(needed))
    assert found.starts <= rises
