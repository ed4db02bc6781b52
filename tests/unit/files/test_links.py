"""References between objects hold, over all files together, or are told with the line that makes them."""

from __future__ import annotations

from fractions import Fraction

import pytest
import yaml

from firstbell.core.policy import Bounds
from firstbell.files.links import Linked, link
from firstbell.files.manifests import Manifests, read_manifests
from firstbell.files.yaml_files import Unreadable
from firstbell.kinds.autoscaler_bounds import read_bounds
from firstbell.kinds.foreign_autoscalers import HPA, SCALED_OBJECT
from tests.unit.kinds.specimens import MISSING, changed, manifest, spec

CALENDAR = manifest("SchoolCalendar", spec("SchoolCalendar"))
BOUNDED = changed(spec("SchoolAutoscaler"), {"calendarRefs": [{"name": "school"}], "profileRef": MISSING})
UNBOUNDED = changed(BOUNDED, {"minReplicas": MISSING, "maxReplicas": MISSING})
EXCEPTION = manifest("CalendarException", spec("CalendarException"), "storm")


def hpa(name: str = "web", target: str = "web", *, least: str = "minReplicas: 3", most: int = 30) -> str:
    return (
        "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n"
        f"metadata: {{name: {name}}}\nspec:\n  {least}\n  maxReplicas: {most}\n  behavior: null\n"
        f"  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: {target}}}\n"
    )


def scaled_object(name: str = "web", bounds: str = "minReplicaCount: 5, maxReplicaCount: 50,") -> str:
    return (
        "---\napiVersion: keda.sh/v1alpha1\nkind: ScaledObject\n"
        f"metadata: {{name: {name}}}\nspec: {{{bounds} scaleTargetRef: {{name: web}}, triggers: []}}\n"
    )


@pytest.fixture
def linked(tmp_path):
    def linked(*texts: str) -> Linked | Unreadable:
        path = tmp_path / "all.yaml"
        path.write_text("---\n".join(texts))
        read = read_manifests([path])
        assert isinstance(read, Manifests), [str(problem) for problem in read.problems]
        return link(read)

    return linked


@pytest.fixture
def told(linked):
    def told(*texts: str) -> list[str]:
        found = linked(*texts)
        assert isinstance(found, Unreadable)
        return [str(problem).partition(": ")[2] for problem in found.problems]

    return told


def bounds(linked, body, *others: str) -> Bounds:
    found = linked(CALENDAR, manifest("SchoolAutoscaler", body), *others)
    assert isinstance(found, Linked), [str(problem) for problem in found.problems]
    return found.autoscalers[0].bounds


def test_a_policy_is_given_its_calendars_in_its_order(linked):
    two = changed(BOUNDED, {"calendarRefs": [{"name": "b"}, {"name": "school"}]})
    other = manifest("SchoolCalendar", {"timeZone": "UTC"}, "b")
    found = linked(CALENDAR, other, manifest("SchoolAutoscaler", two))
    assert [calendar.name for calendar in found.autoscalers[0].calendars] == ["b", "school"]
    assert [calendar.name for calendar in found.calendars] == ["school", "b"]


def test_a_calendar_that_is_not_there_is_told_with_the_nearest(told):
    bad = changed(BOUNDED, {"calendarRefs": [{"name": "schol"}]})
    (line,) = told(CALENDAR, manifest("SchoolAutoscaler", bad))
    assert line == (
        'spec.calendarRefs[0].name: there is no SchoolCalendar "schol" in namespace default.'
        ' The nearest known SchoolCalendar is "school".'
    )


def test_a_calendar_in_another_namespace_is_not_there(told):
    elsewhere = CALENDAR.replace("name: school", "name: school\n  namespace: other", 1)
    (line,) = told(elsewhere, manifest("SchoolAutoscaler", BOUNDED))
    assert "It is in namespace other: both must be in the same" in line


def test_a_policy_alone_asks_for_its_calendar(told):
    (line,) = told(manifest("SchoolAutoscaler", BOUNDED))
    assert line.endswith("Give the file of that calendar too.")


def test_exceptions_are_laid_over_in_file_order(linked):
    second = manifest("CalendarException", spec("CalendarException"), "flood")
    found = linked(second, CALENDAR, EXCEPTION)
    reasons = [entry.reason for entry in found.calendars[0].calendar_dates]
    assert reasons[-2:] == ["exceptions/flood", "exceptions/storm"]
    assert reasons[0] == "calendarDates/strike"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"calendarRef.name": "x"}, 'spec.calendarRef.name: there is no SchoolCalendar "x"'),
        ({"bellScheduleName": "x"}, 'spec.bellScheduleName: there is no bell schedule "x"'),
        ({"regions": ["x"]}, 'spec.regions[0]: there is no region "x"'),
    ],
)
def test_an_exception_may_name_only_what_its_calendar_has(told, changes, expected):
    (line,) = told(CALENDAR, manifest("CalendarException", changed(spec("CalendarException"), changes)))
    assert line.startswith(expected)


def test_of_own_bounds_and_those_of_the_hpa_the_tighter_count(linked):
    assert bounds(linked, BOUNDED) == Bounds(minimum=2, maximum=40)
    assert bounds(linked, BOUNDED, hpa()) == Bounds(minimum=3, maximum=30)
    own = changed(BOUNDED, {"minReplicas": 7, "maxReplicas": 20})
    assert bounds(linked, own, hpa()) == Bounds(minimum=7, maximum=20)


def test_the_minimum_of_the_hpa_is_never_undercut(linked):
    low = changed(BOUNDED, {"minReplicas": 1, "maxReplicas": 2})
    assert bounds(linked, low, hpa()) == Bounds(minimum=3, maximum=3)


def test_with_actuation_scale_the_hpa_bounds_nothing(linked):
    scale = changed(BOUNDED, {"actuation": "Scale"})
    assert bounds(linked, scale, hpa()) == Bounds(minimum=2, maximum=40)


def test_absent_bounds_come_from_the_hpa_of_the_workload(linked):
    assert bounds(linked, UNBOUNDED, hpa(), hpa("x", "x", most=9)) == Bounds(minimum=3, maximum=30)
    only_maximum = changed(BOUNDED, {"minReplicas": MISSING, "maxReplicas": 20})
    assert bounds(linked, only_maximum, hpa()) == Bounds(minimum=3, maximum=20)


def test_an_hpa_without_a_minimum_has_one(linked):
    assert bounds(linked, UNBOUNDED, hpa(least="minReplicas: null")) == Bounds(minimum=1, maximum=30)


def test_absent_bounds_come_from_a_scaled_object_rather_than_its_hpa(linked):
    assert bounds(linked, UNBOUNDED, scaled_object(), hpa("keda-hpa-web")) == Bounds(minimum=5, maximum=50)
    assert bounds(linked, UNBOUNDED, scaled_object(bounds="")) == Bounds(minimum=0, maximum=100)


def test_without_any_autoscaler_nothing_names_a_maximum(linked):
    assert bounds(linked, UNBOUNDED) == Bounds(minimum=1, maximum=None)


def test_an_autoscaler_of_another_namespace_is_another(linked):
    elsewhere = hpa().replace("{name: web}", "{name: web, namespace: other}", 1)
    assert bounds(linked, UNBOUNDED, elsewhere) == Bounds(minimum=1, maximum=None)


def test_two_autoscalers_on_one_workload_are_ambiguous_where_bounds_are_missing(linked, told):
    (line,) = told(CALENDAR, manifest("SchoolAutoscaler", UNBOUNDED), hpa(), hpa("second"))
    assert line.startswith(
        "spec.scaleTargetRef: HorizontalPodAutoscaler web and HorizontalPodAutoscaler second"
    )
    assert bounds(linked, BOUNDED, hpa(), hpa("second")) == Bounds(minimum=2, maximum=40)


def test_bounds_may_be_equal(linked):
    assert bounds(linked, changed(UNBOUNDED, {"minReplicas": 30}), hpa()) == Bounds(minimum=30, maximum=30)


def test_an_own_minimum_above_the_hpas_maximum_is_cut_as_the_operator_cuts_it(linked):
    high = changed(UNBOUNDED, {"minReplicas": 31})
    assert bounds(linked, high, hpa()) == Bounds(minimum=30, maximum=30)


def test_an_hpa_whose_bounds_do_not_fit_together_is_told(told):
    (line,) = told(CALENDAR, manifest("SchoolAutoscaler", UNBOUNDED), hpa(least="minReplicas: 31"))
    assert line.startswith("spec.scaleTargetRef: HorizontalPodAutoscaler web has a minimum of 31 above")


BEHAVIORS = {
    "none": ("", None),
    "tolerances as numbers": ("{scaleUp: {tolerance: 0.05}, scaleDown: {tolerance: 0}}", ("1/20", "0")),
    "tolerances as text": ('{scaleUp: {tolerance: "50m"}}', ("1/20", None)),
    "every form of a quantity": (
        '{scaleUp: {tolerance: "5e-2"}, scaleDown: {tolerance: 50000u}}',
        ("1/20", "1/20"),
    ),
    "a tolerance too small to be written as a decimal": (
        "{scaleUp: {tolerance: 1.0e-07}}",
        ("1/10000000", None),
    ),
    "words that are not known": ("{scaleUp: {hurry: 3}}", None),
    "nothing": ("{scaleUp: null, scaleDown: {}}", None),
    "more than our own policy may say": (
        "{scaleUp: {tolerance: 0.05, policies: [{type: Pods, value: 2000000, periodSeconds: 15}]}}",
        ("1/20", None),
    ),
}


@pytest.mark.parametrize(("written", "want"), BEHAVIORS.values(), ids=BEHAVIORS)
def test_the_behavior_of_an_hpa_is_its_own(written, want):
    spec = {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "maxReplicas": 9}
    spec |= {"behavior": yaml.safe_load(written)} if written else {}
    behavior = read_bounds(HPA, "lms", "web", spec).behavior
    found = behavior and (behavior.up.tolerance, behavior.down.tolerance)
    assert found == (want and tuple(None if one is None else Fraction(one) for one in want))


WRONG_BEHAVIORS = {
    "behavior": ["x", "[]"],
    "behavior.scaleUp": ["3"],
    "behavior.scaleUp.tolerance": [
        '"-1"',
        "-0.1",
        "x",
        "true",
        "[1]",
        "{}",
        '""',
        ".nan",
        "010",
        "1e99",
        "9" * 70,
    ],
    "behavior.scaleDown.tolerance": ['"1.2.3"', "5%", "5 m", "1mm", "1_0"],
    "behavior.scaleDown.stabilizationWindowSeconds": ["x", "-3", "4000"],
    "behavior.scaleDown.selectPolicy": ["Mix"],
    "behavior.scaleUp.policies[0].value": ["0"],
}


def behaving(path: str, value: str) -> str:
    """The behavior of a path and its value, in YAML."""
    text = value
    for name in reversed(path.removesuffix(".policies[0].value").split(".")[1:]):
        text = f"{{{name}: {text}}}"
    return text.replace(": 0}", ": {policies: [{type: Pods, value: 0, periodSeconds: 15}]}}")


@pytest.mark.parametrize(
    ("path", "value"), [(path, value) for path, values in WRONG_BEHAVIORS.items() for value in values]
)
@pytest.mark.parametrize("maker", ["HPA", "ScaledObject"])
def test_a_behavior_that_the_api_server_would_not_take_is_told_with_its_field(tmp_path, maker, path, value):
    """Before, the whole of it gave way to the defaults without a word."""
    if maker == "HPA":
        text = hpa().replace("behavior: null", f"behavior: {behaving(path, value)}")
        at = f"spec.{path}: "
    else:
        config = f"advanced: {{horizontalPodAutoscalerConfig: {{behavior: {behaving(path, value)}}}}}"
        text = scaled_object().replace("triggers: []", config)
        at = f"spec.advanced.horizontalPodAutoscalerConfig.{path}: "
    file = tmp_path / "autoscaler.yaml"
    file.write_text(text)
    read = read_manifests([file])
    assert isinstance(read, Unreadable)
    (found,) = read.problems
    assert str(found.problem).startswith(at)


def test_what_keda_says_of_the_hpa_that_it_makes_is_its_behavior():
    config = {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 7}}}
    spec = {"scaleTargetRef": {"name": "web"}, "advanced": {"horizontalPodAutoscalerConfig": config}}
    behavior = read_bounds(SCALED_OBJECT, "lms", "web", spec).behavior
    assert behavior.down.window.total_seconds() == 7


EVERYBODY = manifest("ClusterSchoolCalendar", spec("SchoolCalendar"), "country")


def with_refs(*refs) -> str:
    return manifest("SchoolAutoscaler", changed(BOUNDED, {"calendarRefs": list(refs)}), "web")


def test_a_policy_refers_to_a_calendar_of_the_whole_cluster_beside_one_of_its_namespace(linked):
    country = {"name": "country", "kind": "ClusterSchoolCalendar"}
    found = linked(CALENDAR, EVERYBODY, with_refs(country, {"name": "school"}))
    assert [calendar.key for calendar in found.calendars] == ["default/school", "country"]
    assert [calendar.key for calendar in found.autoscalers[0].calendars] == ["country", "default/school"]


def test_calendars_of_one_name_and_two_kinds_are_two(linked):
    both = (CALENDAR, manifest("ClusterSchoolCalendar", spec("SchoolCalendar"), "school"))
    found = linked(*both, with_refs({"name": "school", "kind": "ClusterSchoolCalendar"}))
    assert [calendar.key for calendar in found.autoscalers[0].calendars] == ["school"]


def test_a_missing_calendar_of_the_whole_cluster_is_told_with_the_likely_cause(told):
    country = {"name": "country", "kind": "ClusterSchoolCalendar"}
    where = 'spec.calendarRefs[0].name: there is no ClusterSchoolCalendar "country". '
    (alone,) = told(CALENDAR, with_refs(country))
    assert alone == (
        f"{where}Give its file too; in a cluster, it takes the right to list clusterschoolcalendars to see "
        "it."
    )
    (near,) = told(EVERYBODY, with_refs({**country, "name": "contry"}))
    assert near.endswith('The nearest known ClusterSchoolCalendar is "country".')
    (other_kind,) = told(EVERYBODY, with_refs({"name": "country"}))
    assert other_kind.endswith(
        "ClusterSchoolCalendar country is another kind: is that one meant, write its kind."
    )
    (other_kind,) = told(CALENDAR, with_refs({"name": "school", "kind": "ClusterSchoolCalendar"}))
    assert other_kind.endswith("SchoolCalendar school is another kind: is that one meant, write its kind.")


def test_an_exception_lies_over_no_calendar_of_the_whole_cluster(told):
    storm = manifest(
        "CalendarException", changed(spec("CalendarException"), {"calendarRef": {"name": "country"}}), "storm"
    )
    (missing,) = told(EVERYBODY, storm)
    assert missing.startswith('spec.calendarRef.name: there is no SchoolCalendar "country"')
