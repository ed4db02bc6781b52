"""A scrape: the table and no more, in both formats, and no load for who writes before a bell."""

from __future__ import annotations

import gc
import gzip
import threading

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_string_to_metric_families

from firstbell.adapters import exposition
from firstbell.adapters.series import BY_NAME, READY_BEFORE_BELL, SERIES
from firstbell.adapters.telemetry import PrometheusTelemetry
from firstbell.engine.ports import CalendarFigures, Standing
from tests.unit.adapters.scraping import answer, conditions, labels_of

AUTOSCALER, CALENDAR = "SchoolAutoscaler", "SchoolCalendar"
OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@pytest.fixture
def telemetry():
    return PrometheusTelemetry()


def families(text, parser):
    return {family.name: (family.documentation, family.type) for family in parser(text)}


def full(telemetry):
    telemetry.decided("ns/web", Standing(current=4))
    telemetry.reported(AUTOSCALER, "ns/web", conditions(("Ready", "True", "Resolved")))
    telemetry.requested("get", "pods", "ok", 0.1)
    return telemetry


def test_what_is_told_is_the_table_with_its_words_and_types_and_no_more(telemetry):
    told = families(answer(full(telemetry))[1].decode(), text_string_to_metric_families)
    table = {one.name.removesuffix("_total"): (one.help, one.type.value) for one in BY_NAME.values()}
    assert told == table


def test_openmetrics_is_told_to_whoever_asks_for_it_and_is_whole(telemetry):
    headers, body = answer(full(telemetry), accept=OPENMETRICS)
    assert headers["Content-Type"].startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")
    assert body.count(b"# EOF") == 1
    # This parser wants a sum beside each count, which the library leaves out where some are negative.
    lines = [line for line in body.decode().splitlines() if not line.startswith(f"{READY_BEFORE_BELL}_count")]
    told = families("\n".join(lines) + "\n", openmetrics_families)
    assert told.keys() >= {one.name.removesuffix("_total") for one in SERIES}


@pytest.mark.parametrize(
    "version", ["abc", "1.x", "-", "1.0.0, text/plain;version=x", "9" * 5000 + ".0", "\xff"]
)
def test_whoever_asks_for_a_version_that_is_none_is_answered(telemetry, version):
    _, body = answer(full(telemetry), accept=f"application/openmetrics-text; version={version}")
    assert b"firstbell_current_replicas{" in body


def test_a_compressed_answer_is_the_same_and_its_length_is_told(telemetry):
    headers, body = answer(full(telemetry), encoding="gzip")
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Content-Length"] == str(len(body))
    lines = gzip.decompress(body).decode().splitlines()
    assert 'firstbell_current_replicas{name="web",namespace="ns"} 4' in lines


@pytest.mark.parametrize("name", ["firstbell_current_replicas", "firstbell_stopped"])
def test_one_series_alone_is_told_to_whoever_names_it(telemetry, name):
    body = answer(full(telemetry), query=f"name[]={name}")[1].decode()
    assert list(families(body, text_string_to_metric_families)) == [name]


def test_a_label_is_told_as_prometheus_reads_it_whatever_is_in_it(telemetry):
    telemetry.calendar(CALENDAR, "ns/school", CalendarFigures(days={'a "b" \\ c': "Regular"}))
    assert labels_of(telemetry, "firstbell_day_class")[0]["region"] == 'a "b" \\ c'


def test_who_scrapes_without_end_gets_the_last_answer_and_what_is_new_after_a_rest(monkeypatch):
    now, slept = [100.0], []
    monkeypatch.setattr(exposition.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(exposition.time, "sleep", slept.append)
    last, made = exposition.LastAnswer(), []

    def make():
        now[0] += 0.5
        made.append(now[0])
        yield b"%d" % len(made)

    assert [last.to("all", make) for _ in range(3)] == [[b"1"]] * 3
    assert (len(made), slept) == (1, [])
    assert last.to("one", make) == [b"2"]
    assert slept == [2.0], "four times as long as the first took"
    now[0] += 2.5
    assert last.to("one", make) == [b"3"]
    assert slept == [2.0]


def test_an_answer_that_is_not_compressed_and_large_is_not_kept(monkeypatch):
    monkeypatch.setattr(exposition, "KEPT_BYTES", 3)
    monkeypatch.setattr(exposition.time, "sleep", lambda _: None)
    last, answers = exposition.LastAnswer(), iter([b"large", b"new"])
    assert [last.to("all", lambda: iter([next(answers)])) for _ in range(2)] == [[b"large"], [b"new"]]


def test_a_scrape_reads_what_another_thread_changes_without_a_fault(telemetry):
    ended, faults = threading.Event(), []

    def scrape():
        while not ended.is_set():
            try:
                answer(telemetry)
            except Exception as error:  # noqa: BLE001 - whatever it is
                faults.append(error)

    thread = threading.Thread(target=scrape)
    thread.start()
    for turn in range(40):
        for number in range(100):
            telemetry.decided(f"ns/w{turn}-{number}", Standing(current=number))
            telemetry.not_ready(f"ns/w{turn}-{number}", {"Crash": number})
        for number in range(100):
            telemetry.forget(AUTOSCALER, f"ns/w{turn}-{number}")
    ended.set()
    thread.join()
    assert faults == []


def test_a_scrape_reads_what_changes_while_garbage_is_collected(telemetry):
    """A collection runs what was left to be run then, in the middle of whatever makes something."""
    figures, name = telemetry.objects, "firstbell_ready_replicas"
    for number in range(2000):
        figures.show(name, (AUTOSCALER, f"ns/web-{number}"), 1)
    more = iter(range(2000, 100_000))

    def change(phase: str, _: object) -> None:
        if phase == "start":
            figures.show(name, (AUTOSCALER, f"ns/web-{next(more)}"), 1)

    threshold = gc.get_threshold()
    gc.callbacks.append(change)
    gc.set_threshold(50)
    try:
        lines = "".join(figures.text(name)).splitlines()
    finally:
        gc.set_threshold(*threshold)
        gc.callbacks.remove(change)
    assert len(lines) >= 2000
