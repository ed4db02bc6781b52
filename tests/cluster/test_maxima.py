"""The largest objects that the schemas allow, before a real API server and before `lint`: both say the same.

The server counts what a rule costs on the object at hand, and etcd what the object weighs; neither stands in
the schema. Every maximum is tried alone, and together with as many others as one object can hold: between
them, these objects have every two maxima, and the triples that multiply. What lint says of each of those
combinations by itself is asked in tests/unit/files.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from kubernetes.client.exceptions import ApiException

from firstbell.files.manifests import gather
from firstbell.files.objects import KubernetesObject, identify
from firstbell.files.stored_size import MOST_STORED_BYTES, ownership_bytes, size_problem, written_bytes
from firstbell.files.yaml_files import Origin, Unreadable
from firstbell.files.yaml_text import Node
from tests.unit.kinds.maxima import gathered, stretched
from tests.unit.kinds.specimens import SPECS, changed, spec

if TYPE_CHECKING:
    from tests.cluster.stage import Stage

NEAR = 2 / 3
"""From this part of the most on, an object is stored and not only asked about: etcd is behind the rules."""


def refused_by_lint(body: dict[str, Any]) -> str:
    """What reading the object from a file says against it."""
    origin = Origin("f", Node(body, 0))
    read, head = gather([origin]), identify(origin)
    assert isinstance(head, KubernetesObject)
    problems = [str(one) for one in read.problems] if isinstance(read, Unreadable) else []
    size = size_problem(head)
    return "; ".join([*problems, *([str(size)] if size else [])])


def weight(body: dict[str, Any]) -> int:
    """Bytes of an object where it is kept."""
    return written_bytes(body) + ownership_bytes(body["kind"], body)


def refused_by_the_server(stage: Stage, body: dict[str, Any]) -> str:
    """What the API server says against it; objects that are large enough for it to matter are stored.

    These are applied server-side, the only way that kubectl has to apply objects above 262 KB. What is
    created instead, and is too large with the record of owners, is stored without that record.
    """
    try:
        if weight(body) >= NEAR * MOST_STORED_BYTES:
            stage.api.apply(body)
            stage.api.delete(body["kind"], body["metadata"]["name"])
        else:
            stage.api.create(body, dry_run=True)
    except ApiException as error:
        return str(error.reason)[-300:]
    return ""


def whole(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    head = {"apiVersion": "firstbell.dev/v1alpha1", "kind": kind, "metadata": {"name": "largest"}}
    return {**head, "spec": body}


@pytest.mark.parametrize("kind", SPECS)
def test_the_server_takes_every_combination_of_maxima_but_those_that_lint_calls_too_large(stage, kind):
    def fits(paths: tuple[str, ...]) -> bool:
        return weight(whole(kind, stretched(kind, paths))) < NEAR * MOST_STORED_BYTES

    disagreements = []
    too_large = 0
    for paths in gathered(kind, fits):
        body = whole(kind, stretched(kind, paths))
        by_lint, by_server = refused_by_lint(body), refused_by_the_server(stage, body)
        too_large += bool(by_lint)
        if bool(by_lint) != bool(by_server) or (by_lint and "too large" not in by_lint):
            disagreements.append((paths, by_lint, by_server))
    assert disagreements == []
    assert (too_large > 0) == (kind == "SchoolCalendar")


REGIONS = [f"region-{n:02}" for n in range(24)]


def of_dates(dates: int, regions: int) -> dict[str, Any]:
    """A calendar of 24 regions with so many exceptions of so many regions each."""
    entry = {"event": "Strike", "startDate": "2026-11-12", "regions": REGIONS[:regions]}
    return changed(
        spec("SchoolCalendar"),
        {
            "regions": [{"name": name} for name in REGIONS],
            "academicSessions[1].regions": REGIONS[:1],
            "weeklySchedule[0].regions": REGIONS[:1],
            "holidays[1].regions": REGIONS[:1],
            "demandEvents[1].regions": REGIONS[:1],
            "cohorts[0].region": REGIONS[0],
            "cohorts[1].region": REGIONS[1],
            "calendarDates": [{"name": f"d{n}", **entry} for n in range(dates)],
        },
    )


def of_titles(sign: str, holidays: int) -> dict[str, Any]:
    """A calendar with so many holidays, whose titles are of one sign, and as long as they may be."""
    entry = {"startDate": "2026-10-17", "endDate": "2026-11-01", "title": sign * 253}
    return changed(
        spec("SchoolCalendar"), {"holidays": [{"name": f"h{n}", **entry} for n in range(holidays)]}
    ) | {"calendarDates": [noted(n, sign * 1024) for n in range(holidays)]}


def noted(n: int, note: str) -> dict[str, str]:
    return {"name": f"d{n}", "event": "Strike", "startDate": "2026-11-12", "note": note}


DOCUMENTS = {
    "300 exceptions of 12 regions each": (of_dates(300, 12), True),
    "512 exceptions of 24 regions each": (of_dates(512, 24), True),
    "an exception of a region that is not there": (
        changed(of_dates(300, 12), {"calendarDates[299].regions": ["region-24"]}),
        False,
    ),
    "512 long titles and notes": (of_titles("x", 512), True),
    "250 long titles and notes of signs that take three bytes": (of_titles("夏", 250), True),
    "512 long titles and notes of signs that take three bytes": (of_titles("夏", 512), False),
    "200 long titles and notes of a sign that the server writes in six": (of_titles("&", 150), True),
    "512 long titles and notes of a sign that the server writes in six": (of_titles("&", 512), False),
}


@pytest.mark.parametrize(("body", "taken"), DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_lint_and_the_server_agree_about(stage, body, taken):
    document = json.loads(json.dumps(whole("SchoolCalendar", body)))
    by_lint, by_server = refused_by_lint(document), refused_by_the_server(stage, document)
    assert (not by_lint, not by_server) == (taken, taken), (by_lint, by_server)
