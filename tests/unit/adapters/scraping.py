"""A scrape in the process of the test, read as Prometheus reads it."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from firstbell.core.reasons import Condition, Truth


def answer(telemetry, accept="", encoding="", query=""):
    """What `/metrics` answers: its headers and its body."""
    headers = {}
    environ = {"REQUEST_METHOD": "GET", "HTTP_ACCEPT": accept, "HTTP_ACCEPT_ENCODING": encoding}
    body = telemetry.app({**environ, "QUERY_STRING": query}, lambda _, told: headers.update(told))
    return headers, b"".join(body)


def samples(telemetry):
    """All samples, by name and labels, as Prometheus reads them."""
    text = answer(telemetry)[1].decode()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def labels_of(telemetry, name):
    return [dict(labels) for (sample, labels) in samples(telemetry) if sample == name]


def conditions(*told):
    return [Condition(type=kind, status=Truth(status), reason=reason) for kind, status, reason in told]
