"""How ready something without pods is: by its own status, and by nothing that is assumed."""

from __future__ import annotations

import pytest

from firstbell.core import Unavailable
from firstbell.core.reasons import ShortfallReason
from firstbell.kinds.own_readiness import own_readiness


def a_buffer(*conditions, replicas=12, generation=3, **status):
    told = [{"type": kind, "status": is_so, **more} for kind, is_so, more in conditions]
    return {
        "metadata": {"generation": generation},
        "spec": {"replicas": replicas},
        "status": {**status, **({"conditions": told} if told else {})},
    }


PROVISIONED = ("Provisioning", "True", {})
WAITING = ("Provisioning", "False", {"reason": "Pending", "message": "nodes are awaited"})


@pytest.mark.parametrize(
    ("body", "ready"),
    [
        (a_buffer(readyReplicas=5, replicas=12), 5),
        (a_buffer(PROVISIONED, replicas=12), 12),
        (a_buffer(("Ready", "True", {})), 12),
        (a_buffer(WAITING), 0),
        (a_buffer(("Ready", "Unknown", {})), 0),
        (a_buffer(("Ready", "False", {}), PROVISIONED), 0),
        (a_buffer(("ReadyForProvisioning", "True", {}), WAITING), 0),
    ],
)
def test_ready_replicas_count_first_then_a_condition(body, ready):
    found = own_readiness(body)
    assert found.ready == ready


def test_what_is_there_counts_and_not_what_was_just_asked_for():
    body = a_buffer(PROVISIONED)
    body["status"]["replicas"] = 2
    assert own_readiness(body).ready == 2
    del body["status"]["conditions"]
    assert own_readiness(body).ready == 2, "without a condition, too"


@pytest.mark.parametrize(
    "body",
    [
        a_buffer(PROVISIONED, observedGeneration=2),
        a_buffer(("Ready", "True", {"observedGeneration": 2})),
        a_buffer(readyReplicas=12, observedGeneration=2),
    ],
)
def test_a_status_behind_its_spec_tells_nothing_yet(body):
    assert own_readiness(body).ready is None


def test_a_status_that_is_not_behind_counts():
    assert own_readiness(a_buffer(readyReplicas=12, observedGeneration=3)).ready == 12


def test_why_not_is_told_in_its_own_words():
    (told,) = own_readiness(a_buffer(WAITING)).troubles
    assert (told.reason, told.replicas) == (ShortfallReason.CONDITION_NOT_TRUE, 12)
    assert told.message == "Provisioning is False: nodes are awaited"
    assert not told.blocks, "nodes take their time"


def test_a_quota_that_allows_less_is_told_and_waiting_does_not_help():
    limited = ("LimitedByQuotas", "True", {"message": "limited from 12 to 4"})
    body = a_buffer(PROVISIONED, limited)
    body["status"]["replicas"] = 4
    found = own_readiness(body)
    assert found.ready == 4
    assert [(one.reason, one.replicas) for one in found.troubles] == [(ShortfallReason.EXCEEDED_QUOTA, 8)]
    assert found.troubles[0].blocks


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"metadata": None, "spec": 3, "status": "x"},
        a_buffer(),
        a_buffer(("Happy", "True", {})),
        a_buffer(readyReplicas="12"),
        a_buffer(readyReplicas=True),
        a_buffer(conditions="none"),
    ],
)
def test_a_status_that_says_nothing_is_not_taken_for_ready(body):
    found = own_readiness(body)
    assert isinstance(found, Unavailable)
    assert "neither readyReplicas, nor a condition Ready, Available or Provisioning" in found.message
