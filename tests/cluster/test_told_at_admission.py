"""What the chart's admission policies refuse on a real API server, what passes, and what is told later."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from kubernetes.client.exceptions import ApiException

from firstbell.adapters.prometheus_addresses import allowed_addresses
from firstbell.kinds.crds import RENDERED_KINDS, definition
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
MOST_ENTRIES, MOST_METRICS, MOST_SERVERS = 512, 16, 100
ELSEWHERE = "http://elsewhere.monitoring:9090"
PLAIN = {
    "metrics[0].prometheus.serverAddress": ALLOWED[0],
    "metrics[0].prometheus.bearerTokenSecretRef": MISSING,
    "profileRef": MISSING,
}
"""What makes of the good SchoolAutoscaler one that the installation of these tests can follow."""
LEFT_TO_THE_OPERATOR = {
    "http://evil.ex\u00e4mple:9090",
    "http://prometheus%2eevil:9090",
    "http://prometheus:123456",
    "http://prometheus:9090:80",
    "http://prometheus:x",
    "http://[fd00::2:9090",
    "http://fd00::1:9090",
    ALLOWED_TOO[-1],
}
"""Addresses that it refuses and the API server cannot read, or not for certain."""
ADDRESSES = sorted(
    LEFT_TO_THE_OPERATOR
    | {
        *ALLOWED,
        *ALLOWED_TOO,
        "http://prometheus:9090/a%zz",
        "http://prometheus:9090/a@b",
        "http://prometheus:9090//x/../y",
        "http://prometheus:9090/;a,b",
        "http://prometheus:/",
        "http://prometheus",
        "http://prometheus:80",
        "http://prometheus.:9090",
        "http://prometheus:009090",
        "http://prometheus:09091",
        "http://prometheus:9090@",
        "http://@prometheus:9090",
        "http://a:b@prometheus:9090",
        "http://prometheus:9090\\@evil.example",
        "http://evil.example\\@prometheus:9090",
        "http://evil.example/http://prometheus:9090",
        "http://evil.example/@prometheus:9090",
        "http://prometheus-9090",
        "http://pro_metheus:9090",
        "https://metrics.example:0443",
        "https://metrics.example:80",
        "https://metrics.example.evil",
        "https://METRICS.example/",
        "http://metrics.example",
        "http://[FD00:0:0::1]:9090",
        "http://[fd00::1]",
        "http://[fd00::2]:9090",
        "http://[::ffff:10.0.0.1]:9090",
        "http://10.0.0.1:9090",
        "http://0x0a.1:9090",
    }
)


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
    over = AT_ADMISSION["an order from now on that is over"]
    with pytest.raises(ApiException, match="is not after"):  # created by an apply, not by a create
        guard.stage.api.apply(an_object(over.kind, over.changes))
    for kind in ("SchoolCalendar", "CalendarException", "ScalingOverride"):
        assert guard.answer(an_object(kind, {})) == "", kind
    for address in [*ALLOWED, *ALLOWED_TOO]:
        changes = PLAIN | {"metrics[0].prometheus.serverAddress": address}
        assert guard.answer(an_object("SchoolAutoscaler", changes)) == "", address
    for name, later in AFTERWARDS.items():
        plain = PLAIN if later.kind == "SchoolAutoscaler" else {}
        assert guard.answer(an_object(later.kind, plain | later.changes)) == "", name


def test_no_address_is_refused_that_the_operator_would_call(guard: Guard):
    guard.impose()
    guard.heeded("may not call", addressed(ELSEWHERE))
    operators = allowed_addresses(ALLOWED)
    refused = {address: "may not call" in guard.answer(addressed(address)) for address in ADDRESSES}
    wrong = [address for address in ADDRESSES if refused[address] and operators.allows(address)]
    assert wrong == []
    late = {address for address in ADDRESSES if not refused[address] and not operators.allows(address)}
    assert late == LEFT_TO_THE_OPERATOR


def addressed(address: str) -> Json:
    return an_object("SchoolAutoscaler", PLAIN | {"metrics[0].prometheus.serverAddress": address})


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


def test_the_largest_objects_are_within_what_a_policy_may_cost(guard: Guard):
    def entries(weekday: str, last: str) -> list[Json]:
        """As many as there may be, from a Monday on, each with a long note."""
        days = {"startDate": "2026-11-09", "endDate": last, "daysOfWeek": [weekday]}
        return [{"name": f"d{n}", "event": "Strike", "note": "x" * 1024, **days} for n in range(MOST_ENTRIES)]

    stage = guard.stage
    seldom, never = entries("Sunday", "2026-11-15"), entries("Sunday", "2026-11-14")
    stage.set(an_object("SchoolCalendar", {"calendarDates": never}, "old"))
    many = [f"https://{'p' * 200}{n}.example:9090" for n in range(MOST_SERVERS)]
    guard.impose(prometheus={"allowedAddresses": many})
    guard.heeded("d0 (Sunday) holds on no day", an_object("SchoolCalendar", {"calendarDates": never}))
    assert guard.answer(an_object("SchoolCalendar", {"calendarDates": seldom})) == ""
    assert guard.edited("SchoolCalendar", {"spec": {"restartMinBreakDays": 3}}, "old") == ""
    (metric, *_) = an_object("SchoolAutoscaler", PLAIN)["spec"]["metrics"]

    def metrics(server: str) -> Json:
        address = f"{server}/{'p' * (2047 - len(server))}"
        named = [
            changed(metric, {"name": f"m{n}", "prometheus.serverAddress": address})
            for n in range(MOST_METRICS)
        ]
        return an_object("SchoolAutoscaler", {"metrics": named, "surge": MISSING, "profileRef": MISSING})

    guard.heeded("may not call", metrics("http://elsewhere:9090"))
    assert guard.answer(metrics(many[-1])) == ""


def test_an_object_older_than_a_rule_of_its_definition_takes_statuses_and_edits_elsewhere(stage: Stage):
    plane, group = stage.control_plane, f"{stage.namespace}.example"
    kinds = {kind.kind: definition(kind) for kind in RENDERED_KINDS}
    wrong = {
        "SchoolAutoscaler": {"metrics[0].target.averageValue": "0"},
        "SchoolCalendar": {"academicSessions[0].endDate": "2072-07-03"},
    }
    names = []
    for kind in wrong:
        new = kinds[kind]
        new["metadata"] = {"name": f"{new['spec']['names']['plural']}.{group}"}
        new["spec"]["group"] = group
        new["spec"]["names"].pop("shortNames", None)
        new["spec"]["names"].pop("categories", None)
        names.append(new["metadata"]["name"])
        plane.kubectl("apply", "--server-side", "-f", "-", stdin=yaml.safe_dump(without_rules(new)))
    try:
        plane.kubectl("wait", "--for=condition=Established", *(f"crd/{name}" for name in names))
        for kind, changes in wrong.items():
            body = an_object(kind, changes) | {"apiVersion": f"{group}/v1alpha1"}
            stage.kubectl("create", "-f", "-", stdin=yaml.safe_dump(body))
            plane.kubectl("apply", "--server-side", "-f", "-", stdin=yaml.safe_dump(kinds[kind]))

        def said(kind: str, patch: str, *options: str) -> str:
            try:
                stage.kubectl(
                    "patch", f"{kind.lower()}s.{group}/school", "--type=merge", "-p", patch, *options
                )
            except ControlPlaneError as error:
                return str(error)
            return ""

        # A rule of the whole spec is asked at every edit of it; those of a part where that part changes.
        edit = '{"spec": {"restartMinBreakDays": 3}}'
        until(lambda: "30 years" in said("SchoolCalendar", edit, "--dry-run=server"), "the rules are known")
        for kind in wrong:
            assert said(kind, '{"status": {"observedGeneration": 1}}', "--subresource=status") == ""
            assert said(kind, '{"metadata": {"labels": {"team": "school"}}}') == ""
        assert said("SchoolAutoscaler", '{"spec": {"priority": 10}}') == ""
    finally:
        plane.kubectl("delete", "crd", *names, "--ignore-not-found", "--wait=false")


def without_rules(node: Any) -> Any:
    """The same without what the API server works out."""
    if isinstance(node, dict):
        return {
            key: without_rules(inside) for key, inside in node.items() if key != "x-kubernetes-validations"
        }
    return [without_rules(inside) for inside in node] if isinstance(node, list) else node
