"""What every order with an end keeps to: a floor lowers nothing, bounds always win, a hold is silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from firstbell.core.absence import Unavailable
from firstbell.core.decide import decide
from firstbell.core.overrides import Override, floors_in_force, hold_in_force, next_turns
from firstbell.core.reasons import DecisionReason
from tests.property.test_decide import NOW, most, observations

instants = st.integers(-90, 90).map(lambda minutes: NOW + timedelta(minutes=minutes))
orders = st.one_of(
    st.builds(Override, name=st.just("a"), start=instants, end=instants, floor=st.integers(1, 90)),
    st.builds(Override, name=st.just("b"), start=instants, end=instants, percent=st.integers(100, 400)),
    st.builds(Override, name=st.just("c"), start=instants, end=instants, hold=st.just(value=True)),
)
several = st.lists(orders, max_size=5).map(tuple)


def with_floors(seen, given_orders):
    return replace(seen, holds=floors_in_force(given_orders, NOW, NOW, seen.scheduled))


@given(observations(), several)
def test_an_order_never_lowers_anything_and_bounds_always_win(seen, some):
    ordered = decide(with_floors(seen, some)).desired

    assert ordered >= decide(seen).desired
    assert seen.baseline <= ordered <= most(seen)


@given(observations(), several, orders)
def test_one_order_more_never_gives_fewer(seen, some, one):
    assert decide(with_floors(seen, (*some, one))).desired >= decide(with_floors(seen, some)).desired


@given(observations(), several)
def test_what_is_ordered_is_there_at_once(seen, some):
    floors = [one for one in some if one.start <= NOW < one.end and not one.hold]
    scheduled = None if isinstance(seen.scheduled, Unavailable) else seen.scheduled.replicas
    asked = [one.floor for one in floors if one.floor is not None]
    asked += [ceil(Fraction(scheduled * one.percent, 100)) for one in floors if one.percent and scheduled]

    assert decide(with_floors(seen, some)).desired >= min(max(asked, default=0), most(seen))


@given(observations(), several)
def test_under_a_hold_nothing_is_decided_whatever_else_there_is(seen, some):
    hold = hold_in_force(some, NOW, NOW)
    decision = decide(replace(seen, ordered_off="" if hold is None else hold.sentence))

    assert (decision.reason is DecisionReason.HELD_BY_OVERRIDE) == (hold is not None)
    assert (decision.desired is None) == (hold is not None)


@given(several, instants)
def test_between_two_looks_nothing_of_the_orders_changes(some, at):
    def in_force(now):
        return [one.is_in_force(now) for one in some]

    turns = [turn for turn, _ in next_turns(some, at, at)]
    until = min(turns, default=at + timedelta(hours=4))
    for part in (0, 0.5, 0.999):
        assert in_force(at + (until - at) * part) == in_force(at)
