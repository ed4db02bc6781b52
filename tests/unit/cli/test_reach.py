"""What a policy says reaches `simulate` and `backtest` as it reaches the operator, or is named as not tried.

The model of the spec is walked: a field that it gets later is found by itself. Each is changed alone; where
the operator then works from something else, so must they.
"""

from __future__ import annotations

import copy
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

import pytest
import typer
import yaml

from firstbell.cli.backtest.trial import Asked, trial_of
from firstbell.cli.planned import linked_files, workload_of
from firstbell.cli.simulate.files import conditions_of
from firstbell.core.days import SchoolDays
from firstbell.engine.seen.own_kinds import seen_autoscaler
from firstbell.kinds.model import SpecModel
from firstbell.kinds.problems import Refused
from firstbell.kinds.reading import read_spec
from firstbell.kinds.school_autoscaler import SchoolAutoscalerSpec
from firstbell.lab.day.compare import Conditions
from firstbell.lab.day.untried import NOT_SIMULATED, Untried, untried, untried_document, untried_sentence
from firstbell.lab.record.untried import NOT_REPLAYED
from tests.unit.kinds.specimens import spec

if TYPE_CHECKING:
    from pathlib import Path

CALENDARS = ("school", "evening-school", "third-school")
PROFILE = {"peaks": [{"name": "first", "anchor": "FirstPeriodStart", "loadPercent": 55}], "holdGapMinutes": 3}
HPA = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: ns}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 3
  maxReplicas: 60
  behavior: {scaleUp: {selectPolicy: Min}}
"""
MORE = yaml.safe_load("""
scaleUp: {stabilizationWindowSeconds: 30, policies: [{type: Pods, value: 10, periodSeconds: 60}],
  selectPolicy: Min, tolerance: "0.2"}
scaleDown: {stabilizationWindowSeconds: 900, policies: [{type: Percent, value: 10, periodSeconds: 60}],
  selectPolicy: Min, tolerance: "0.2"}
""")
OTHER = {
    "spec.actuation": "Scale",
    "spec.minReplicas": 5,
    "spec.calendarRefs[].name": "third-school",
    "spec.calendarRefs[].kind": "ClusterSchoolCalendar",
    "spec.scaleTargetRef.apiVersion": "example.com/v1",
    "spec.metrics[].prometheus.serverAddress": "http://other:9090",
}
"""What is not found by itself: another value that is as good."""
TARGET = "spec.metrics[].target.type"
INSTEAD = {"spec.capacity.replicasAtPeak": ("capacity", {"replicasAtPeak": 60})}
"""Fields that are given in place of others: which one is set then, and to what."""
BY_ANOTHER_OBJECT = {"spec.profileRef.name"}
"""What names an object whose fields are taken: that they are has a test of its own."""


def whole_spec() -> dict[str, Any]:
    """A good spec with every field in use."""
    found = spec("SchoolAutoscaler")
    found["behavior"] = copy.deepcopy(MORE)
    del found["profileRef"]
    for ref in found["calendarRefs"]:
        ref["kind"] = "SchoolCalendar"
    return found


def leaves(model: type[SpecModel], path: str = "spec") -> list[str]:
    """Every field of a model that holds a value, by its path."""
    found = []
    for name, field in model.model_fields.items():
        inside, many = inner(field.annotation)
        here = f"{path}.{field.alias or name}{'[]' if many else ''}"
        if isinstance(inside, type) and issubclass(inside, SpecModel):
            found += leaves(inside, here)
        else:
            found.append(here.removesuffix("[]"))
    return found


def inner(annotation: Any, *, many: bool = False) -> tuple[Any, bool]:
    """The type of a field without what is around it, and whether there is a list of them."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is None or issubclass(type(annotation), type):
        return annotation, many
    if origin is tuple:
        return inner(arguments[0], many=True)
    if origin is Annotated:
        return inner(arguments[0], many=many)
    some = [one for one in arguments if one is not type(None)]
    return inner(some[0], many=many) if len(some) == 1 else (annotation, many)


def places(value: Any, parts: list[str], at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in a plain spec the field of a path stands."""
    if not parts:
        return [at]
    key, rest = parts[0].removesuffix("[]"), parts[1:]
    if key not in value:
        return []
    if not parts[0].endswith("[]"):
        return places(value[key], rest, (*at, key))
    return [found for i, one in enumerate(value[key]) for found in places(one, rest, (*at, key, i))]


def at(value: Any, place: tuple[Any, ...]) -> Any:
    for part in place:
        value = value[part]
    return value


def others(path: str, value: Any) -> list[Any]:
    """Values that a field may have instead."""
    if path in OTHER:
        return [OTHER[path]]
    if isinstance(value, list):
        return [value[:-1], [*value, "Remote"]]
    if isinstance(value, int):
        return [value + 1, value - 1]
    number = value.replace(".", "").isdigit()
    words = [] if number else [f"{value}2", *(one.value for enum in enums() for one in enum)]
    return [str(2 * Decimal(value))] if number else [word for word in words if word != value]


def enums() -> list[type[Enum]]:
    """Every enumeration whose words a spec may hold."""
    known: dict[str, type[Enum]] = {}

    def walk(model: type[SpecModel]) -> None:
        for field in model.model_fields.values():
            inside, _ = inner(field.annotation)
            if isinstance(inside, type) and issubclass(inside, SpecModel):
                walk(inside)
            elif isinstance(inside, type) and issubclass(inside, Enum):
                known[inside.__name__] = inside

    walk(SchoolAutoscalerSpec)
    return list(known.values())


@cache
def changed(path: str) -> tuple[dict[str, Any], int]:
    """The whole spec with one field changed; the metric that it is in, if it is in one."""
    if path in INSTEAD:
        field, value = INSTEAD[path]
        return whole_spec() | {field: value}, 0
    found_at = places(whole_spec(), path.removeprefix("spec.").split("."))
    assert found_at, f"put {path} into the specimen of a SchoolAutoscaler"
    place = found_at[0]
    metric = place[1] if place[0] == "metrics" else 0
    for other in others(path, at(whole_spec(), place)):
        found = whole_spec()
        at(found, place[:-1])[place[-1]] = other
        if path == TARGET:
            at(found, place[:-1])["value"] = at(found, place[:-1]).pop("averageValue")
        if not isinstance(seen(found), Refused) and seen(found) is not None:
            return found, metric
    raise AssertionError(f"say in OTHER what else {path} may be")


def seen(body: dict[str, Any]):
    """What the operator works from; None where it would refuse the spec."""
    metadata = {"namespace": "ns", "name": "web", "uid": "1", "generation": 1}
    rules = seen_autoscaler({"metadata": metadata, "spec": body}).in_force
    return None if rules is None else (rules, rules.policy)


@cache
def beside_the_policy() -> str:
    """The calendars and the profile, which are the same whatever the policy says."""
    objects: list[dict[str, Any]] = []
    for name in CALENDARS:
        objects += [
            {"kind": kind, "metadata": {"name": name} | where, "spec": spec("SchoolCalendar")}
            for kind, where in (("SchoolCalendar", {"namespace": "ns"}), ("ClusterSchoolCalendar", {}))
        ]
    objects.append({"kind": "ClusterScalingProfile", "metadata": {"name": "everybody"}, "spec": PROFILE})
    return "---\n".join(document(each) for each in objects)


def document(body: dict[str, Any]) -> str:
    return yaml.safe_dump({"apiVersion": "firstbell.dev/v1alpha1"} | body)


def written(folder: Path, body: dict[str, Any]) -> list[Path]:
    policy = {"kind": "SchoolAutoscaler", "metadata": {"name": "web", "namespace": "ns"}, "spec": body}
    file = folder / "policy.yaml"
    file.write_text(f"{document(policy)}---\n{beside_the_policy()}---{HPA}", encoding="utf-8")
    return [file]


def simulated(folder: Path, body: dict[str, Any]):
    """What `simulate` works from: the policy, its bounds and calendars, and the conditions."""
    try:
        (one,) = linked_files(written(folder, body)).autoscalers
    except typer.Exit:
        return "refused"
    workload = workload_of(one, {calendar.key: SchoolDays(calendar) for calendar in one.calendars})
    calendars = [days.calendar.key for days in workload.calendars]
    return workload.policy, workload.bounds, calendars, conditions_of(one, Conditions(), None)


def backtested(folder: Path, body: dict[str, Any], metric: int):
    """What `backtest` works from, if the load of this metric was recorded."""
    asked = Asked(
        autoscaler=None,
        metric=body["metrics"][metric]["name"],
        per_replica=None,
        fixed=None,
        start_seconds=60,
    )
    try:
        trial = trial_of(written(folder, body), asked).trial
    except typer.Exit:
        return "refused"
    workload = trial.workload
    calendars = [days.calendar.key for days in workload.calendars]
    settings = [getattr(trial, name) for name in type(trial).__slots__ if name != "workload"]
    return workload.policy, workload.bounds, calendars, settings


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """One for all policies: what is compared is of files in the same place."""
    return tmp_path_factory.mktemp("policies")


@pytest.fixture(scope="module")
def simulated_whole(folder):
    return simulated(folder, whole_spec())


@pytest.fixture(scope="module")
def backtested_whole(folder):
    """What `backtest` works from unchanged, by the metric that was recorded."""
    return cache(lambda metric: backtested(folder, whole_spec(), metric))


PATHS = [path for path in leaves(SchoolAutoscalerSpec) if path not in BY_ANOTHER_OBJECT]


def named(path: str, table: tuple[Untried, ...]) -> bool:
    return any(one.covers(path) for one in table)


@pytest.mark.parametrize("path", PATHS)
def test_every_field_is_in_use_here_and_changes_what_the_operator_works_from(path):
    body, _ = changed(path)

    assert seen(body) != seen(whole_spec())


@pytest.mark.parametrize("path", [path for path in PATHS if not named(path, NOT_SIMULATED)])
def test_what_the_operator_works_from_reaches_simulate_or_is_named_as_not_simulated(
    path, folder, simulated_whole
):
    body, _ = changed(path)

    assert simulated(folder, body) != simulated_whole


@pytest.mark.parametrize("path", [path for path in PATHS if not named(path, NOT_REPLAYED)])
def test_what_the_operator_works_from_reaches_backtest_or_is_named_as_not_replayed(
    path, folder, backtested_whole
):
    body, metric = changed(path)
    before = backtested_whole(metric)

    assert backtested(folder, body, metric) != before


def test_what_a_profile_gives_reaches_all_that_what_a_policy_says_itself_does(tmp_path):
    said = whole_spec() | PROFILE
    taken = {name: value for name, value in whole_spec().items() if name not in PROFILE}
    taken["profileRef"] = {"name": "everybody"}

    assert simulated(tmp_path, taken) == simulated(tmp_path, said) != "refused"
    assert backtested(tmp_path, taken, 0) == backtested(tmp_path, said, 0) != "refused"


def test_what_is_compared_is_there():
    good = whole_spec()

    assert len(PATHS) > 40
    assert not isinstance(read_spec(SchoolAutoscalerSpec, good), Refused)
    assert "spec.behavior.scaleUp.policies[].periodSeconds" in PATHS


def test_what_is_the_same_in_files_is_the_same_to_all(tmp_path):
    good, again = whole_spec(), copy.deepcopy(whole_spec())

    assert seen(good) == seen(again)
    assert simulated(tmp_path, good) == simulated(tmp_path, again) != "refused"
    assert backtested(tmp_path, good, 0) == backtested(tmp_path, again, 0) != "refused"


@pytest.mark.parametrize("one", [*NOT_SIMULATED, *NOT_REPLAYED], ids=lambda one: one.path)
def test_what_is_named_is_a_field(one):
    assert any(one.covers(path) for path in PATHS)


def test_what_is_not_tried_is_told_where_it_is_used_and_nowhere_else():
    whole = SchoolAutoscalerSpec.model_validate(whole_spec())
    plain = whole_spec()
    for field in ("metrics", "surge", "tolerance", "mode", "onCalendarError", "priority"):
        del plain[field]

    assert untried(whole, NOT_SIMULATED) == NOT_SIMULATED
    assert untried(whole, NOT_REPLAYED) == NOT_REPLAYED
    assert untried(SchoolAutoscalerSpec.model_validate(plain), (*NOT_SIMULATED, *NOT_REPLAYED)) == ()
    assert (untried_sentence(()), untried_document(())) == ("", {})
    assert untried_document(NOT_SIMULATED[:1]) == {
        "untriedFields": [{"path": "spec.metrics", "instead": "what live metrics ask for is left out"}]
    }
    assert untried_sentence(NOT_SIMULATED[:1]) == (
        "not tried of the policy: spec.metrics (what live metrics ask for is left out)"
    )
