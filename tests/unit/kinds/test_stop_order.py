"""The ConfigMap that stops everything: what is understood of it, and what it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from firstbell.kinds.stop_order import REASON_CHARACTERS, STOP_NAME, stop_manifest, stop_order

NOW = datetime(2026, 11, 9, 7, 5, tzinfo=UTC)
METADATA = {"name": STOP_NAME, "namespace": "firstbell", "creationTimestamp": "2026-11-09T07:05:00Z"}


def test_what_is_written_is_what_is_read():
    until = NOW + timedelta(hours=1)
    body = stop_manifest("firstbell", "the load balancer is replaced.", by="alice", until=until)
    order = stop_order({**body, "metadata": METADATA})
    assert (order.reason, order.by, order.until) == ("the load balancer is replaced.", "alice", until)
    assert order.sentence == (
        "firstbell is stopped and writes nothing: the load balancer is replaced (by alice, since 2026-11-09 "
        "07:05:00 UTC, until 2026-11-09 08:05:00 UTC). What is raised stays. To go on: firstbell resume"
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"metadata": METADATA},
        {"metadata": METADATA, "data": None},
        {"metadata": METADATA, "data": {"reason": "  ", "until": "tomorrow"}},
        {"metadata": METADATA, "data": {"until": "2026-11-09T06:00:00"}},
        {"metadata": METADATA, "data": {"until": ""}},
        {"metadata": METADATA, "data": {"until": "9999-12-31T23:59:59-12:00"}},
        {"metadata": {"creationTimestamp": "0001-01-01T00:00:00+14:00"}, "data": {}},
        {"metadata": METADATA | {"managedFields": "none"}, "data": []},
        {"metadata": METADATA, "binaryData": {"reason": "AAAA"}},
    ],
)
def test_whatever_stands_in_it_it_is_an_order(body):
    order = stop_order(body)
    assert order.is_in_force(NOW + timedelta(days=365))
    assert "no reason is given" in order.sentence


def test_its_end_is_an_instant_with_a_zone_and_ends_it():
    order = stop_order({"metadata": METADATA, "data": {"until": "2026-11-09T09:00:00+01:00"}})
    end = datetime(2026, 11, 9, 8, tzinfo=UTC)
    assert order.is_in_force(end - timedelta(microseconds=1))
    assert not order.is_in_force(end)


def test_hostile_text_is_shown_and_not_obeyed():
    order = stop_order({"metadata": METADATA, "data": {"reason": "a\u202eb\n\x1b[31m" + "x" * 9999}})
    assert order.sentence.isprintable()
    assert len(order.reason) == REASON_CHARACTERS


def test_without_a_name_in_it_the_program_that_wrote_it_is_told():
    fields = [{"manager": "old", "time": "2026-11-09T06:00:00Z"}, {"manager": "kubectl-create"}]
    fields[1]["time"] = "2026-11-09T07:05:00Z"
    assert stop_order({"metadata": METADATA | {"managedFields": fields}}).by == "kubectl-create"
