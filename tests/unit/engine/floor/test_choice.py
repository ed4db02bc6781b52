"""Which autoscaler carries the floor: KEDA's HPA never, its ScaledObject unless it is paused or unknown."""

from __future__ import annotations

import pytest

from firstbell.core.absence import Unavailable
from firstbell.engine.floor.choice import floor_choice
from firstbell.engine.floor.floors import Floors
from firstbell.engine.floor.reading import seen_floor, seen_hpa
from firstbell.engine.objects.target_ref import TargetRef
from firstbell.kinds.foreign_autoscalers import SCALED_OBJECT
from tests.unit.engine.bodies import NS, a_scaled_object, an_hpa, kedas_hpa

TARGET = TargetRef(namespace=NS, api_version="apps/v1", kind="Deployment", name="web")


def chosen(*bodies, follows=True):
    known = Floors(followed={SCALED_OBJECT} if follows else set())
    for body in bodies:
        body["metadata"]["uid"] = "u"
        known.put(seen_floor(body, SCALED_OBJECT) if body["kind"] == "ScaledObject" else seen_hpa(body))
    return floor_choice(known, TARGET)


def keys(choice):
    return choice.seen.key, choice.follower and choice.follower.key


@pytest.mark.parametrize(
    ("bodies", "want"),
    [
        pytest.param([an_hpa()], ("ns/web", None), id="an HPA"),
        pytest.param([a_scaled_object()], ("ns/ScaledObject/web", None), id="one without an HPA yet"),
        pytest.param(
            [a_scaled_object(), kedas_hpa()],
            ("ns/ScaledObject/web", "ns/keda-hpa-web"),
            id="one with its HPA",
        ),
        pytest.param([an_hpa("web", target="api")], None, id="none of this workload"),
    ],
)
def test_the_one_that_leads_is_written(bodies, want):
    choice = chosen(*bodies)
    assert (None if choice is None else keys(choice)) == want


def test_a_scaled_object_beside_somebodys_hpa_is_ambiguous():
    choice = chosen(an_hpa(), a_scaled_object(), kedas_hpa())
    assert choice == Unavailable(
        reason="AmbiguousAutoscaler",
        message="Deployment web has 2 autoscalers: ScaledObject web, HorizontalPodAutoscaler web. "
        "Leave one of them.",
    )


@pytest.mark.parametrize(
    ("annotations", "by"),
    [
        pytest.param({"autoscaling.keda.sh/paused": "true"}, "paused", id="as it is"),
        pytest.param({"autoscaling.keda.sh/paused-replicas": "3"}, "paused-replicas", id="at a count"),
        pytest.param({"autoscaling.keda.sh/paused-replicas": "0"}, "paused-replicas", id="at zero"),
        pytest.param({"autoscaling.keda.sh/paused-scale-out": "true"}, "paused-scale-out", id="upwards"),
    ],
)
def test_a_paused_scaled_object_is_named_with_the_cure(annotations, by):
    choice = chosen(a_scaled_object(annotations=annotations), kedas_hpa())
    annotation = f"autoscaling.keda.sh/{by}"
    assert choice == Unavailable(
        reason="AutoscalerPaused",
        message=f"ScaledObject web is paused by its annotation {annotation} and is not touched. "
        f"Resume it: kubectl annotate -n ns scaledobjects.keda.sh/web {annotation}-",
    )


def test_one_that_idles_below_its_minimum_would_not_hold_a_floor():
    body = a_scaled_object()
    body["spec"]["idleReplicaCount"] = 0
    choice = chosen(body, kedas_hpa())
    assert choice.reason == "AutoscalerIdles"
    assert "has spec.idleReplicaCount 0, to which KEDA takes the workload down" in choice.message


@pytest.mark.parametrize(
    "annotation",
    [
        pytest.param({"autoscaling.keda.sh/paused": "False"}, id="no"),
        pytest.param({"autoscaling.keda.sh/paused-scale-out": "false"}, id="not upwards"),
        pytest.param({"autoscaling.keda.sh/paused-scale-in": "true"}, id="downwards alone"),
    ],
)
def test_what_lets_it_rise_is_not_paused(annotation):
    choice = chosen(a_scaled_object(annotations=annotation))
    assert keys(choice) == ("ns/ScaledObject/web", None)


@pytest.mark.parametrize(
    ("follows", "reason"), [(True, "ScaledObjectNotFound"), (False, "ScaledObjectNotReadable")]
)
def test_kedas_hpa_alone_is_left_to_keda(follows, reason):
    choice = chosen(kedas_hpa(), follows=follows)
    assert choice.reason == reason
    assert choice.message.startswith("HorizontalPodAutoscaler keda-hpa-web is made by ScaledObject web")
