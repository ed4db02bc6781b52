"""What an object weighs where it is kept, and what lint says of one that is too heavy."""

from __future__ import annotations

import json

import pytest

from firstbell.files.manifests import gather, read_manifests
from firstbell.files.stored_size import MOST_STORED_BYTES, ownership_bytes, written_bytes
from firstbell.files.yaml_files import Origin, Unreadable
from firstbell.files.yaml_text import Node
from tests.unit.kinds.maxima import ONE_OF, gathered, groups, stretched
from tests.unit.kinds.specimens import SPECS, spec


def whole(kind, body):
    return {"apiVersion": "firstbell.dev/v1alpha1", "kind": kind, "metadata": {"name": "x"}, "spec": body}


@pytest.mark.parametrize(
    ("value", "want"),
    [
        pytest.param({"a": "x"}, 9, id="letters take a byte"),
        pytest.param({"a": "夏"}, 11, id="other alphabets take up to four"),
        pytest.param({"a": "<&>"}, 26, id="signs of HTML take six"),
        pytest.param({"a": 'x"'}, 11, id="a quote takes two"),
        pytest.param({"metadata": {"uid": "u", "managedFields": [1]}}, 15, id="what the server adds is not"),
    ],
)
def test_the_bytes_of_what_is_written(value, want):
    assert written_bytes(value) == want


def test_the_record_of_owners_names_each_entry_of_a_list_with_keys_and_none_of_a_list_as_a_whole():
    entries = [{"name": f"h{n}", "startDate": "2026-10-17", "endDate": "2026-10-17"} for n in range(100)]
    none, some = (
        ownership_bytes("SchoolCalendar", whole("SchoolCalendar", {"holidays": few})) for few in ([], entries)
    )
    entry = '"k:{\\"name\\":\\"h10\\"}":{".":{},"f:name":{},"f:startDate":{},"f:endDate":{}},'
    assert some - none == pytest.approx(100 * len(entry), rel=0.02)
    dated = {"calendarDates": [{"name": "x", "startDate": "2026-10-17", "event": "Strike"}] * 100}
    assert ownership_bytes("SchoolCalendar", whole("SchoolCalendar", dated)) < none + 30


@pytest.mark.parametrize("kind", SPECS)
def test_every_maximum_alone_and_with_others_can_be_read_and_only_many_at_once_are_too_large(kind):
    for paths in groups(kind):
        body = whole(kind, stretched(kind, paths))
        assert not isinstance(gather([Origin("f", Node(body, 0))]), Unreadable), paths
        if len(paths) < 3:
            assert written_bytes(body) + ownership_bytes(kind, body) < MOST_STORED_BYTES, paths


@pytest.mark.parametrize("kind", SPECS)
def test_few_unions_of_maxima_hold_every_combination_that_fits(kind):
    def fits(paths):
        return len(paths) < 9

    tried = gathered(kind, fits)
    assert all(any(set(group) <= set(union) for union in tried) for group in groups(kind))
    assert all(fits(union) or union in groups(kind) for union in tried)
    assert sum(len(union) > 1 for union in tried) < len(groups(kind)) / 4
    for fields in ONE_OF.get(kind, ()) and [ONE_OF[kind]]:
        both = [union for union in tried if all(any(p.startswith(f) for p in union) for f in fields)]
        assert both == [], "no object has both"


def test_a_calendar_that_is_too_large_is_refused_with_its_size_and_the_cure(tmp_path):
    title = {"startDate": "2026-10-17", "endDate": "2026-10-17", "title": "夏" * 253}
    note = {"name": "x", "startDate": "2026-10-17", "event": "Strike", "note": "夏" * 1024}
    body = spec("SchoolCalendar") | {
        "holidays": [{"name": f"h{n}", **title} for n in range(512)],
        "calendarDates": [note] * 512,
    }
    path = tmp_path / "large.yaml"
    path.write_text(json.dumps(whole("SchoolCalendar", body)))
    read = read_manifests([path])
    assert isinstance(read, Unreadable)
    (problem,) = [str(one) for one in read.problems]
    assert "spec: is too large for the API server: 2,0" in problem
    assert "it keeps 1,500 KB at most" in problem
    assert "Shorten names, titles and notes" in problem
