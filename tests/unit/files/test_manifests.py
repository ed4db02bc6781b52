"""Files as a whole: kinds that are read, kinds that pass, and everything that stops them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstbell.files.manifests import Manifests, read_manifests
from firstbell.files.yaml_files import Unreadable
from tests.unit.kinds.specimens import SPECS, changed, manifest, spec

CALENDAR = manifest("SchoolCalendar", spec("SchoolCalendar"))
HEAD = "apiVersion: firstbell.dev/v1alpha1\nkind: SchoolCalendar\nmetadata: {name: x}\n"


@pytest.fixture
def files(tmp_path):
    def files(*texts: str):
        paths = []
        for number, text in enumerate(texts):
            paths.append(tmp_path / f"{number}.yaml")
            paths[-1].write_text(text)
        return read_manifests(paths)

    return files


@pytest.fixture
def told(files, tmp_path):
    """The problems as lines, without the folder."""

    def told(*texts: str) -> list[str]:
        read = files(*texts)
        assert isinstance(read, Unreadable)
        return [str(problem).replace(f"{tmp_path}/", "") for problem in read.problems]

    return told


def test_every_kind_is_read_as_model_and_as_value(files):
    read = files("---\n".join(manifest(kind, spec(kind)) for kind in SPECS))
    assert isinstance(read, Manifests)
    (calendar,), (autoscaler,), (exception,) = read.calendars, read.autoscalers, read.exceptions
    assert calendar.calendar.key == "default/school"
    assert calendar.spec.time_zone == "Europe/Paris"
    assert calendar.json_bytes > 1000
    assert autoscaler.policy.key == "default/school"
    assert (autoscaler.namespace, autoscaler.name) == ("default", "school")
    assert exception.entry.reason == "exceptions/school"


def test_objects_keep_the_order_of_files_and_documents(files):
    def one(name: str) -> str:
        return f"{HEAD.replace('{name: x}', f'{{name: {name}}}')}spec: {{timeZone: UTC}}\n"

    read = files(one("c"), one("a") + "---\n" + one("b"))
    assert [manifest.calendar.name for manifest in read.calendars] == ["c", "a", "b"]


def test_a_list_gives_its_items_with_their_lines(files, told):
    item = f"- {HEAD}".replace("\n", "\n  ").rstrip()
    read = files(f"apiVersion: v1\nkind: List\nitems:\n{item}\n  spec: {{timeZone: UTC}}\n")
    assert read.calendars[0].origin.line == 4
    lines = told(
        f"apiVersion: firstbell.dev/v1alpha1\nkind: SchoolCalendarList\nitems:\n{item}\n  spec: {{}}\n"
    )
    assert len(lines) == 1
    assert lines[0].startswith("0.yaml:7: spec.timeZone: is missing. Add it: The IANA name of the time zone")


def test_other_kinds_pass_whatever_is_in_them(files):
    read = files("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {at: 13:30, on: yes}\n")
    assert replace(read, others=()) == Manifests()
    assert [one.node.value["kind"] for one in read.others] == ["ConfigMap"]


def test_what_tools_print_of_an_object_passes(files):
    head = HEAD.replace("{name: x}", "{name: x, namespace: school, creationTimestamp: null, labels: {a: b}}")
    read = files(f"{head}spec: {{timeZone: UTC}}\nstatus: {{anything: [1]}}\n")
    assert read.calendars[0].calendar.key == "school/x"


def test_a_calendar_of_the_whole_cluster_belongs_to_no_namespace(files, told):
    head = HEAD.replace("SchoolCalendar", "ClusterSchoolCalendar")
    read = files(f"{head}spec: {{timeZone: UTC}}\n")
    assert (read.calendars[0].calendar.key, read.refused_calendars) == ("x", frozenset())
    (line,) = told(head.replace("{name: x}", "{name: x, namespace: school}") + "spec: {timeZone: UTC}\n")
    assert line == "0.yaml:3: metadata.namespace: a ClusterSchoolCalendar belongs to no namespace. Remove it."
    (first, _) = told(*[f"{head}spec: {{timeZone: UTC}}\n", f"{head}spec: {{timeZone: Mars}}\n"])
    assert "ClusterSchoolCalendar x stands already in 0.yaml:1" in first


def test_unquoted_dates_are_dates(files):
    body = "spec:\n  timeZone: UTC\n  holidays:\n  - {name: a, startDate: 2026-10-17, endDate: 2026-11-01}\n"
    assert files(HEAD + body).calendars[0].calendar.holidays[0].dates.days == 16


def test_an_unquoted_flag_word_is_a_flag(files):
    assert files(HEAD + "spec: {timeZone: UTC, suspend: yes}\n").calendars[0].calendar.suspended


def test_an_unquoted_bell_is_told_with_file_line_and_path(told):
    body = "spec:\n  timeZone: UTC\n  bellSchedules:\n  - name: full\n    classPeriods:\n"
    period = "    - name: '1'\n      startTime: 13:30\n      endTime: '14:20'\n"
    (line,) = told(HEAD + body + period)
    assert line == (
        "0.yaml:10: spec.bellSchedules[0].classPeriods[0].startTime: 13:30 is not in quotes,"
        ' and YAML can read it as the number 810. Quote it: "13:30".'
    )


def test_an_unquoted_name_that_is_a_word_of_truth(told):
    (line,) = told(HEAD + "spec:\n  timeZone: UTC\n  regions:\n  - name: no\n")
    assert line == (
        '0.yaml:7: spec.regions[0].name: no is not in quotes, and YAML can read it as false. Quote it: "no".'
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "0.yaml:1: is empty. "),
        ("a: [", "0.yaml:2: is not YAML: "),
        ("- 1\n", "0.yaml:1: must be an object of Kubernetes, not a list. Give apiVersion and kind."),
        ("just text\n", '0.yaml:1: must be an object of Kubernetes, not the text "just text".'),
        ("kind: SchoolCalendar\n", "0.yaml:1: apiVersion: is missing."),
        ("apiVersion: firstbell.dev/v1alpha1\n", "0.yaml:1: kind: is missing."),
        ("apiVersion: 1\nkind: X\n", "0.yaml:1: apiVersion: must be a text, not the number 1."),
        (
            HEAD.replace("SchoolCalendar", "SchoolCalender"),
            '0.yaml:2: kind: firstbell.dev has no kind "SchoolCalender". The nearest known kind is "SchoolC',
        ),
        (
            HEAD.replace("v1alpha1", "v1"),
            '0.yaml:1: apiVersion: "firstbell.dev/v1" is not a version of SchoolCalendar. Write apiVersion',
        ),
        (
            HEAD.replace("firstbell.dev", "firstbel.dev"),
            '0.yaml:1: apiVersion: "firstbel.dev/v1alpha1" is not a version of SchoolCalendar.',
        ),
        (HEAD, "0.yaml:1: spec: is missing. Add what the SchoolCalendar says under spec."),
        (HEAD + "spec: {timeZone: UTC}\nspecs: {}\n", "0.yaml:5: specs: is not a known field."),
        (HEAD.replace("{name: x}", "{}") + "spec: {timeZone: UTC}\n", "0.yaml:3: metadata.name: is missing."),
        (HEAD.replace("{name: x}", "[]") + "spec: {timeZone: UTC}\n", "0.yaml:3: metadata.name: is missing."),
        (
            HEAD.replace("{name: x}", "{name: My Calendar}") + "spec: {timeZone: UTC}\n",
            '0.yaml:3: metadata.name: the text "My Calendar" is not the name of a Kubernetes object.',
        ),
        (HEAD + "spec: 3\n", "0.yaml:4: spec: must be a mapping of fields, not the number 3."),
        (HEAD + "spec: {timeZone: UTC}\nkind: x\n", "0.yaml:5: kind: stands here already on line 2."),
        (
            f"{HEAD}spec: {{timeZone: UTC}}\n---\n{HEAD}spec: {{timeZone: UTC}}\n",
            "0.yaml:8: metadata.name: SchoolCalendar default/x stands already in 0.yaml:1. Keep one",
        ),
    ],
)
def test_a_bad_file_is_one_clear_line(told, text, expected):
    (line,) = told(text)
    assert line.startswith(expected)


def test_two_objects_of_one_name_are_found_over_files_and_not_over_namespaces(files, told):
    other = CALENDAR.replace("name: school", "name: school\n  namespace: other", 1)
    assert isinstance(files(CALENDAR, other), Manifests)
    (line,) = told(CALENDAR, "# again\n" + CALENDAR)
    assert line.startswith(
        "1.yaml:5: metadata.name: SchoolCalendar default/school stands already in 0.yaml:1"
    )


def test_every_problem_of_every_file_is_told(told):
    bad = changed(spec("SchoolCalendar"), {"timeZone": "Nowhere", "cohorts[0].region": "zone-c"})
    lines = told(manifest("SchoolCalendar", bad), "", HEAD)
    assert [line.split(":")[0] for line in sorted(lines)] == ["0.yaml", "0.yaml", "1.yaml", "2.yaml"]


def test_an_exception_is_checked_on_its_own(told):
    bad = changed(spec("CalendarException"), {"endDate": "2027-01-01", "regions": ["zone-a", "zone-a"]})
    lines = [line.split(": ")[1] for line in told(manifest("CalendarException", bad))]
    assert lines == ["spec.regions[1]", "spec.endDate"]


def test_bounds_of_an_autoscaler_that_are_no_numbers_are_told(told):
    hpa = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: x}\n"
    target = "scaleTargetRef: {kind: Deployment, name: web}"
    (line,) = told(f"{hpa}spec: {{{target}, maxReplicas: many}}\n")
    assert line.startswith('0.yaml:4: spec.maxReplicas: must be a whole number, not the text "many".')
    keda = "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: x}\n"
    (line,) = told(f"{keda}spec: {{maxReplicaCount: 3}}\n")
    assert line.startswith("0.yaml:4: spec.scaleTargetRef: is missing.")


def test_an_unquoted_word_of_truth_is_no_word_of_a_list(told):
    (line,) = told(
        HEAD + "spec:\n  timeZone: UTC\n  weeklySchedule:\n  - bellScheduleName: a\n    daysOfWeek: [no]\n"
    )
    assert line.startswith('0.yaml:8: spec.weeklySchedule[0].daysOfWeek[0]: "no" is not a known word.')
