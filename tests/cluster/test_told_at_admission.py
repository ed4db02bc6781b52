"""What the chart's admission policies refuse on a real API server, what passes, and what is told later."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from kubernetes.client.exceptions import ApiException

from firstbell_workshop.local.errors import ControlPlaneError
from tests.chart.rendering import ROOT, manifests, rendered
from tests.cluster.waiting import until
from tests.unit.kinds.specimens import MISSING, changed, spec
from tests.unit.kinds.told_at_admission import AFTERWARDS, ALLOWED, ALLOWED_TOO, AT_ADMISSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.cluster_api import Json
    from tests.cluster.stage import Stage
    from tests.unit.kinds.told_at_admission import Afterwards

POLICY_KINDS = {"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"}
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
VALUES = {"admission": {"enabled": True}, "prometheus": {"allowedAddresses": ALLOWED}}
ELSEWHERE = "http://elsewhere.monitoring:9090"
PLAIN = {
    "metrics[0].prometheus.serverAddress": ALLOWED[0],
    "metrics[0].prometheus.bearerTokenSecretRef": MISSING,
    "profileRef": MISSING,
}
"""What makes of the good SchoolAutoscaler one that the installation of these tests can follow."""


def an_object(kind: str, changes: dict[str, Any], name: str = "school") -> Json:
    head = {"apiVersion": "firstbell.dev/v1alpha1", "kind": kind, "metadata": {"name": name}}
    return {**head, "spec": changed(spec(kind.removeprefix("Cluster")), changes)}


class Guard:
    """The chart's policies, bound to the namespace of a test."""

    def __init__(self, stage: Stage, program: Path, folder: Path) -> None:
        self.stage, self._program, self._folder = stage, program, folder
        self._text = ""

    def impose(self, **values: Any) -> None:
        """Returns when the API server heeds them."""
        watched = {"watch": {"namespaces": [self.stage.namespace]}}
        file = self._folder / "values.yaml"
        file.write_text(yaml.safe_dump(VALUES | watched | values))
        name = f"fullnameOverride={self.stage.namespace}"
        text = rendered(self._program, self._folder, "--values", str(file), "--set", name)
        policies = [body for body in manifests(text) if body["kind"] in POLICY_KINDS]
        self._text = yaml.safe_dump_all(policies)
        self.stage.control_plane.kubectl("apply", "-f", "-", stdin=self._text)

    def heeded(self, said: str, body: Json) -> None:
        until(lambda: said in self.answer(body), lambda: f"{said}: {self.answer(body)}")

    def lift(self) -> None:
        self.stage.control_plane.kubectl("delete", "-f", "-", "--ignore-not-found", stdin=self._text)

    def answer(self, body: Json) -> str:
        """What the API server says to who would create it; empty where it takes it."""
        try:
            self.stage.api.create(body, dry_run=True)
        except ApiException as refused:
            return str(json.loads(refused.reason)["message"])
        return ""

    def edited(self, kind: str, patch: Json, name: str = "school") -> str:
        """What it says to an edit."""
        try:
            self.stage.api.patch(kind, name, patch)
        except ApiException as refused:
            return str(json.loads(refused.reason)["message"])
        return ""


@pytest.fixture
def guard(stage: Stage, helm_program: Path, tmp_path: Path) -> Iterator[Guard]:
    one = Guard(stage, helm_program, tmp_path)
    yield one
    one.lift()


def test_each_mistake_is_refused_in_its_words_and_what_is_right_is_taken(guard: Guard):
    guard.impose()
    for one in AT_ADMISSION.values():  # each policy by itself is known later than it is written
        guard.heeded(one.says, an_object(one.kind, one.changes))
    for kind in ("SchoolCalendar", "CalendarException", "ScalingOverride"):
        assert guard.answer(an_object(kind, {})) == "", kind
    for address in [*ALLOWED, *ALLOWED_TOO]:
        changes = PLAIN | {"metrics[0].prometheus.serverAddress": address}
        assert guard.answer(an_object("SchoolAutoscaler", changes)) == "", address
    for name, later in AFTERWARDS.items():
        plain = PLAIN if later.kind == "SchoolAutoscaler" else {}
        assert guard.answer(an_object(later.kind, plain | later.changes)) == "", name


def test_an_edit_answers_for_what_it_brings_in_and_the_operator_tells_the_rest(guard: Guard, rush):
    stage = guard.stage
    entry = {"calendarDates[2].daysOfWeek": ["Saturday"]}
    old = [
        an_object("SchoolAutoscaler", PLAIN | {"metrics[0].prometheus.serverAddress": ELSEWHERE}),
        an_object("SchoolAutoscaler", {"metrics": [], "surge": MISSING}, "with-a-profile"),
        an_object("SchoolCalendar", entry),
        an_object("CalendarException", {"endDate": MISSING, "daysOfWeek": ["Thursday"]}),
        an_object("ScalingOverride", {"startTime": MISSING, "endTime": "2020-01-26T10:00:00Z"}),
    ]
    stage.set(*old)
    guard.impose()
    guard.heeded("firstbell may not call", old[0] | {"metadata": {"name": "new"}})
    for body in old[2:]:
        guard.heeded("ValidatingAdmissionPolicy", body | {"metadata": {"name": "new"}})

    label = {"metadata": {"labels": {"team": "school"}}}
    for body in old:
        assert guard.edited(body["kind"], label, body["metadata"]["name"]) == "", body["kind"]
    assert guard.edited("SchoolAutoscaler", {"spec": {"priority": 10}}) == ""
    assert guard.edited("SchoolAutoscaler", {"spec": {"priority": 10}}, "with-a-profile") == ""
    assert guard.edited("SchoolCalendar", {"spec": {"restartMinBreakDays": 3}}) == ""
    assert guard.edited("ScalingOverride", {"spec": {"reason": "another"}}) == ""

    metrics = old[0]["spec"]["metrics"]
    another = [changed(metrics[0], {"prometheus.serverAddress": f"{ELSEWHERE}0"}), *metrics[1:]]
    right = [changed(metrics[0], {"prometheus.serverAddress": ALLOWED[0]}), *metrics[1:]]
    assert "may not call" in guard.edited("SchoolAutoscaler", {"spec": {"metrics": another}})
    assert guard.edited("SchoolAutoscaler", {"spec": {"metrics": right}}) == ""
    assert "may not call" in guard.edited("SchoolAutoscaler", {"spec": {"metrics": metrics}})
    assert "is not after" in guard.edited("ScalingOverride", {"spec": {"endTime": "2020-01-27T10:00:00Z"}})

    later = {f"later-{number}": one for number, one in enumerate(AFTERWARDS.values())}
    for name, one in later.items():
        plain = PLAIN if one.kind == "SchoolAutoscaler" else {}
        stage.set(an_object(one.kind, plain | one.changes, name))
    with stage.operator(rush):
        until(lambda: not untold(stage, later), lambda: str(untold(stage, later)))
    for body in old:
        stage.api.delete(body["kind"], body["metadata"]["name"])


def untold(stage: Stage, later: dict[str, Afterwards]) -> dict[str, object]:
    """The objects whose mistakes no condition tells yet, and what their conditions say."""
    found = {}
    for name, one in later.items():
        conditions = (stage.api.get(one.kind, name) or {}).get("status", {}).get("conditions", [])
        if (one.type, "False", one.reason) not in {
            (each["type"], each["status"], each["reason"]) for each in conditions
        }:
            found[name] = one.type, one.reason, conditions
    return found


def test_every_example_passes_where_all_namespaces_are_watched(guard: Guard):
    guard.impose(watch={"namespaces": []}, prometheus={"allowedAddresses": []})
    wrong = AT_ADMISSION["a calendar without a school year and without events"]
    cluster = an_object(f"Cluster{wrong.kind}", {})
    guard.heeded(wrong.says, cluster | {"spec": changed(spec(wrong.kind), wrong.changes)})
    assert EXAMPLES
    for file in EXAMPLES:
        for body in yaml.safe_load_all(file.read_text("utf-8")):
            if body["apiVersion"].startswith("firstbell.dev/"):
                body["metadata"].pop("namespace", None)
                assert guard.answer(body) == "", (file.name, body["kind"])


def test_a_warning_takes_the_object_and_tells_who_writes_it(guard: Guard):
    guard.impose(admission={"enabled": True, "validationActions": ["Warn"]})
    one = AT_ADMISSION["an entry for a weekday that its dates do not have"]
    text = yaml.safe_dump(an_object(one.kind, one.changes))

    def warned() -> str:
        options = ("--dry-run=server", "--warnings-as-errors")
        try:
            return guard.stage.kubectl("apply", *options, "-f", "-", stdin=text)
        except ControlPlaneError as error:
            return str(error)

    until(lambda: one.says in warned(), warned)
    assert guard.answer(an_object(one.kind, one.changes)) == ""
