"""Answers of Prometheus as they travel."""

from __future__ import annotations

import json

from aiohttp import web

from tests.fakes import instant

NOW = instant("2026-03-04T08:20")
THEN = NOW.timestamp() - 1
SERIES = {"metric": {"job": "lms"}, "value": [THEN, "350"]}


def vector(*values: str, at: float = THEN) -> dict:
    """An instant vector with these values."""
    series = [
        {"metric": {"pod": f"lms-{number}"}, "value": [at, value]} for number, value in enumerate(values)
    ]
    return answer("vector", series)


def scalar(value: str, at: float = THEN) -> dict:
    return answer("scalar", [at, value])


def answer(kind: str, result: object) -> dict:
    return {"status": "success", "data": {"resultType": kind, "result": result}}


def error(kind: str, said: str) -> dict:
    return {"status": "error", "errorType": kind, "error": said}


def sends(body: object, status: int = 200, **headers: str):
    """A server that always answers this."""
    text = body if isinstance(body, str) else json.dumps(body)
    return lambda _: web.Response(text=text, status=status, headers=headers)
