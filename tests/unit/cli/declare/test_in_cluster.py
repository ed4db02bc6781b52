"""What `firstbell declare` asks of a cluster, also with few rights: one write, and the answer to it."""

from __future__ import annotations

import asyncio

import pytest
import yaml

from firstbell.cli.declare.in_cluster import create, look, withdraw
from firstbell.engine.ports import Failure
from tests.fakes import FakeCluster
from tests.unit.cli.planning import AUTOSCALER, CALENDAR, HPA, SNOW

EXCEPTIONS = ("firstbell.dev", "calendarexceptions")


@pytest.fixture
def cluster():
    found = FakeCluster()
    found.put("firstbell.dev", "schoolcalendars", yaml.safe_load(CALENDAR))
    found.put("firstbell.dev", "schoolautoscalers", yaml.safe_load(AUTOSCALER))
    found.put("autoscaling", "horizontalpodautoscalers", yaml.safe_load(HPA))
    return found


def snow(name="snow", **metadata):
    body = yaml.safe_load(SNOW)
    body["metadata"] |= {"name": name} | metadata
    return body


def looked(cluster):
    return asyncio.run(look(cluster, "lms"))


def test_what_is_declared_is_seen_in_the_order_of_its_creation(cluster):
    cluster.put(*EXCEPTIONS, snow("a", creationTimestamp="2025-02-02T00:00:00Z"))
    cluster.put(*EXCEPTIONS, snow("b", creationTimestamp="2025-02-01T00:00:00Z"))
    cluster.put(*EXCEPTIONS, snow("c", creationTimestamp="2025-02-01T00:00:00Z"))
    assert [one.name for one in looked(cluster).manifests.exceptions] == ["b", "c", "a"]


def test_who_may_not_see_workloads_may_declare_and_is_told_what_is_missing(cluster):
    cluster.fail("Forbidden", verb="LIST", path="schoolautoscalers")
    scene = looked(cluster)
    assert not scene.knows_workloads
    assert scene.manifests.calendars
    assert scene.unread[0].startswith("schoolautoscalers cannot be read")


def test_who_may_not_see_calendars_is_told_the_role(cluster):
    cluster.fail("Forbidden", verb="LIST", path="schoolcalendars")
    failure = looked(cluster)
    assert "The right is list on schoolcalendars.firstbell.dev in namespace lms" in failure.message
    assert "ClusterRole firstbell-view" in failure.message


def test_it_is_written_and_the_operators_word_is_told(cluster):
    body = snow()
    body["status"] = {"state": "Applied", "conditions": [{"message": "Tue"}]}
    assert asyncio.run(create(cluster, body)) == "Applied: Tue"
    assert cluster.counted("POST") == 1


def test_a_name_that_is_taken_and_a_missing_right_are_told_with_the_cure(cluster):
    cluster.put(*EXCEPTIONS, snow())
    assert "another --name" in asyncio.run(create(cluster, snow())).message
    cluster.fail("Forbidden", verb="POST")
    failure = asyncio.run(create(cluster, snow("other")))
    assert "The right is create on calendarexceptions.firstbell.dev in namespace lms" in failure.message
    assert "firstbell-calendars-edit" in failure.message


def test_a_withdrawal_deletes_what_is_there_and_says_where_nothing_is(cluster):
    cluster.put(*EXCEPTIONS, snow())
    assert asyncio.run(withdraw(cluster, "lms", "snow")) is None
    assert isinstance(asyncio.run(withdraw(cluster, "lms", "snow")), Failure)
