"""A real API server takes the definitions, and refuses what it should with messages that help."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import yaml
from kubernetes.client.exceptions import ApiException

from firstbell.kinds.crds import RENDERED_KINDS
from firstbell.kinds.demand_event import MOST_EVENT_COHORTS
from firstbell_workshop.local.errors import ControlPlaneError
from tests.cluster.cluster_api import ClusterApi
from tests.unit.kinds.acceptances import ACCEPTANCES
from tests.unit.kinds.refusals import BEYOND_THE_SERVER, RULES, SHAPES, Refusal
from tests.unit.kinds.specimens import SPECS, changed, manifest, spec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.cluster

NAMESPACE = f"firstbell-crds-{uuid4().hex[:8]}"
EXAMPLES = Path(__file__).parents[2] / "examples"
MOST_HOLIDAYS = 512


@pytest.fixture(scope="module", autouse=True)
def own_namespace(control_plane) -> Iterator[None]:
    control_plane.kubectl("create", "namespace", NAMESPACE)
    yield
    control_plane.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


@pytest.fixture(scope="module")
def apply(control_plane):
    def apply(text: str, *options: str) -> str:
        return control_plane.kubectl("apply", "-n", NAMESPACE, *options, "-f", "-", stdin=text)

    return apply


@pytest.fixture(scope="module")
def said(control_plane) -> Iterator[Callable[[str], str]]:
    """What the API server says to an object that it should not take; nothing where it would take it."""
    with ClusterApi(control_plane.kubeconfig, control_plane.context, NAMESPACE) as api:

        def said(text: str) -> str:
            try:
                api.create(yaml.safe_load(text), dry_run=True)
            except ApiException as refusal:
                message: str = json.loads(refusal.reason)["message"]
                return message
            return ""

        yield said


def names() -> list[str]:
    return [f"crd/{kind.plural}.firstbell.dev" for kind in RENDERED_KINDS]


def test_the_definitions_are_established_within_the_cost_budget(control_plane):
    for name in names():
        conditions = json.loads(control_plane.kubectl("get", name, "-o", "json"))["status"]["conditions"]
        held = {condition["type"]: condition["status"] for condition in conditions}
        assert held["Established"] == "True"
        assert held["NamesAccepted"] == "True"
        assert held.get("NonStructuralSchema", "False") == "False"


@pytest.mark.parametrize("kind", SPECS)
def test_an_object_with_every_field_in_use_is_taken(apply, control_plane, kind):
    assert "created" in apply(manifest(kind, spec(kind), name="every-field"))
    if kind.startswith("Cluster"):  # it would stay beside the other tests
        control_plane.kubectl("delete", kind.lower(), "every-field")


@pytest.mark.parametrize(("kind", "changes"), ACCEPTANCES.values(), ids=ACCEPTANCES.keys())
def test_is_taken(said, kind, changes):
    assert said(manifest(kind, changed(spec(kind), changes))) == ""


@pytest.mark.parametrize("refusal", {**SHAPES, **RULES}.values(), ids={**SHAPES, **RULES}.keys())
def test_is_refused_with_its_message(said, refusal: Refusal):
    body = changed(spec(refusal.kind), refusal.changes)
    assert refusal.server is not None
    assert refusal.server in said(manifest(refusal.kind, body))


@pytest.mark.parametrize("refusal", BEYOND_THE_SERVER.values(), ids=BEYOND_THE_SERVER.keys())
def test_what_only_the_conversion_knows_is_taken(said, refusal: Refusal):
    assert said(manifest(refusal.kind, changed(spec(refusal.kind), refusal.changes))) == ""


def test_every_example_is_taken(apply):
    paths = sorted(EXAMPLES.glob("*.yaml"))
    assert paths
    for path in paths:
        documents = list(yaml.safe_load_all(path.read_text("utf-8")))
        for document in documents:
            document["metadata"].pop("namespace", None)
        assert apply(yaml.safe_dump_all(documents), "--dry-run=server"), path.name


def test_a_calendar_with_the_most_entries_is_taken_with_server_side_apply(apply):
    scope = ["zone-a", "zone-b"]
    full = changed(
        spec("SchoolCalendar"),
        {
            "holidays": [
                {"name": f"h{n}", "startDate": "2026-10-17", "endDate": "2026-11-01", "regions": scope}
                for n in range(MOST_HOLIDAYS)
            ],
            "calendarDates": [
                {"name": f"d{n}", "startDate": "2026-11-12", "event": "LateArrival", "regions": scope,
                 "bellScheduleName": "late"}
                for n in range(MOST_HOLIDAYS)
            ],
            "cohorts": [
                {"name": f"c{n}", "region": "zone-a", "pupils": 1} for n in range(MOST_HOLIDAYS)
            ],
            "demandEvents[1].cohorts": [f"c{n}" for n in range(MOST_EVENT_COHORTS)],
        },
    )  # fmt: skip
    assert "serverside-applied" in apply(manifest("SchoolCalendar", full, name="full"), "--server-side")


@pytest.mark.parametrize(
    ("field", "meaning"),
    [
        ("schoolcalendars.spec.timeZone", "The IANA name of the time zone"),
        ("schoolcal.spec.holidays.endDate", "inclusive"),
        ("schoolas.spec.peaks.leadMinutes", "minutes before the bell"),
        ("schoolas.status.lastPeak.readyTime", "Ready, in UTC"),
    ],
)
def test_kubectl_explain_tells_what_a_field_means(control_plane, field, meaning):
    # The server publishes the schemas of a new kind a moment after it is established.
    for _ in range(20):
        try:
            explained = control_plane.kubectl("explain", field)
        except ControlPlaneError:
            time.sleep(0.5)
        else:
            break
    assert meaning in re.sub(r"\s+", " ", explained)


def test_columns_show_what_today_is_with_lessons_and_without(apply, control_plane):
    told = {
        "date": "2026-11-02",
        "instructional": True,
        "reason": "weekly",
        "dayClass": "RestartAfterHoliday",
    }
    assert "RestartAfterHoliday" in today_column(apply, control_plane, told)
    told = {"date": "2026-11-01", "instructional": False, "reason": "holidays/toussaint"}
    assert "holidays/toussaint" in today_column(apply, control_plane, told)


def today_column(apply, control_plane, today: dict[str, object]) -> str:
    apply(manifest("SchoolCalendar", spec("SchoolCalendar"), name="today"))
    patch = json.dumps({"status": {"today": [today]}})
    place = ("-n", NAMESPACE, "schoolcal", "today")
    control_plane.kubectl("patch", *place, "--subresource=status", "--type=merge", "-p", patch)
    return control_plane.kubectl("get", *place)


def test_a_full_status_survives_the_schema(apply, control_plane):
    apply(manifest("SchoolAutoscaler", spec("SchoolAutoscaler"), name="full-status"))
    status = {
        "observedGeneration": 1,
        "conditions": [
            {
                "type": "Ready",
                "status": "True",
                "reason": "Serving",
                "message": "",
                "observedGeneration": 1,
                "lastTransitionTime": "2026-11-02T07:00:00Z",
            }
        ],
        "actuator": {
            "kind": "HorizontalPodAutoscaler",
            "name": "web",
            "uid": "1",
            "floor": 12,
            "baselineMinReplicas": 2,
            "maxReplicas": 40,
        },
        "currentReplicas": 12,
        "readyReplicas": 11,
        "desiredReplicas": 12,
        "decision": {
            "reason": "ScheduledPeak",
            "message": "first lesson",
            "scheduledReplicas": 50,
            "reactiveReplicas": 3,
            "limits": [{"reason": "TooManyReplicas", "before": 50, "after": 12}],
        },
        "planLosses": [
            {
                "edit": "SchoolCalendar school (generation 2, by kubectl)",
                "lost": "first at Mon 02 Nov 08:00: 12 -> 2",
                "sinceTime": "2026-11-02T06:40:00Z",
                "untilTime": "2026-11-02T06:45:00Z",
                "replicas": 12,
            }
        ],
        "upcoming": [
            {
                "bellTime": "2026-11-02T07:00:00Z",
                "readyByTime": "2026-11-02T06:50:00Z",
                "replicas": 12,
                "peak": "first",
                "reason": "a restart",
            }
        ],
        "lastActions": [
            {"time": "2026-11-02T06:30:00Z", "from": 2, "to": 12, "reason": "ScheduledPeak", "message": "up"}
        ],
        "lastPeak": {
            "bellTime": "2026-11-01T07:00:00Z",
            "peak": "first",
            "plannedReplicas": 12,
            "readyReplicasAtBell": 12,
            "readyTime": "2026-11-01T06:49:00Z",
        },
        "calendars": [{"name": "school", "observedGeneration": 3}],
    }
    place = ("-n", NAMESPACE, "schoolas", "full-status")
    patch = json.dumps({"status": status})
    control_plane.kubectl("patch", *place, "--subresource=status", "--type=merge", "-p", patch)
    stored = json.loads(control_plane.kubectl("get", *place, "-o", "json"))["status"]
    assert stored == status
