"""Only a marked Secret gives its token, it is read seldom, and it shows itself nowhere."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from firstbell.adapters.prometheus_tokens import LABEL, Token, Tokens
from firstbell.core.absence import Unavailable
from firstbell.engine.ports import SecretKey
from tests.fakes import FakeCluster, ManualClock
from tests.unit.adapters.answers import NOW

KEY = SecretKey(namespace="school", name="prometheus", key="token")
PATH = ("", "secrets", "school", "prometheus")


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def secret(text: str = "s3cret", **labels: str) -> dict:
    marks = labels or {LABEL: "true"}
    return {
        "metadata": {"name": KEY.name, "namespace": KEY.namespace, "labels": marks},
        "data": {"token": encoded(text)},
    }


@pytest.fixture
def cluster():
    return FakeCluster()


@pytest.fixture
def clock():
    return ManualClock(NOW)


@pytest.fixture
def tokens(cluster, clock):
    return Tokens(cluster, clock)


def renew(cluster, text):
    cluster.edit(*PATH, lambda body: body["data"].update(token=encoded(text)))


async def test_a_marked_secret_gives_its_token(cluster, tokens):
    cluster.put("", "secrets", secret("s3cret\n"))
    assert await tokens.of(KEY) == Token("s3cret")
    assert cluster.requests == [("GET", "/api/v1/namespaces/school/secrets/prometheus")]


async def test_a_token_prints_nothing_of_itself(cluster, tokens):
    cluster.put("", "secrets", secret())
    token = await tokens.of(KEY)
    assert "s3cret" not in f"{token} {token!r} {[token]}"


UNFIT = {
    "no mark": (secret(other="true"), "SecretNotLabelled", f"label secret prometheus {LABEL}=true"),
    "a mark that says no": (secret(**{LABEL: "false"}), "SecretNotLabelled", "school/prometheus"),
    "no labels": ({**secret(), "metadata": {"name": "prometheus", "namespace": "school"}},
                  "SecretNotLabelled", ""),
    "no key": ({**secret(), "data": {"password": "YQ=="}}, "SecretNotFound", "has no key token"),
    "no data": ({"metadata": secret()["metadata"]}, "SecretNotFound", "has no key token"),
    "two lines": (secret("s3cret\nX-Header: 1"), "TokenInvalid", "holds no bearer token"),
    "nothing": (secret("  "), "TokenInvalid", "holds no bearer token"),
    "no ASCII": (secret("s3crét"), "TokenInvalid", "holds no bearer token"),
    "no base64": ({**secret(), "data": {"token": "s3cret?"}}, "TokenInvalid", "holds no bearer token"),
    "far too much": (secret("s3cret" * 10_000), "TokenInvalid", "holds no bearer token"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "reason", "says"), UNFIT.values(), ids=UNFIT)
async def test_an_unfit_secret_is_told_and_never_its_content(cluster, tokens, body, reason, says):
    cluster.put("", "secrets", body)
    found = await tokens.of(KEY)
    assert (found.reason, says in found.message) == (reason, True)
    assert "s3cr" not in found.message


FAILURES = {
    "NotFound": ("SecretNotFound", "does not exist"),
    "Forbidden": ("SecretForbidden", "prometheus.tokenSecrets.enabled"),
    "Unreachable": ("SecretUnreadable", "cannot be read now: made to fail"),
    "Throttled": ("SecretUnreadable", "cannot be read now"),
}


@pytest.mark.parametrize(("kind", "want"), FAILURES.items(), ids=FAILURES)
async def test_a_secret_that_cannot_be_read_is_told(cluster, tokens, kind, want):
    cluster.fail(kind)
    found = await tokens.of(KEY)
    assert found.reason == want[0]
    assert want[1] in found.message


async def test_a_token_is_read_again_after_a_minute_only(cluster, clock, tokens):
    cluster.put("", "secrets", secret("old"))
    await tokens.of(KEY)
    renew(cluster, "new")
    await clock.advance(instant_after(59))
    assert await tokens.of(KEY) == Token("old")
    await clock.advance(instant_after(60))
    assert await tokens.of(KEY) == Token("new")
    assert cluster.counted("GET") == 2


async def test_a_mark_that_goes_ends_it_within_a_minute(cluster, clock, tokens):
    cluster.put("", "secrets", secret())
    await tokens.of(KEY)
    cluster.edit(*PATH, lambda body: body["metadata"].update(labels={"team": "a"}))
    await clock.advance(instant_after(60))
    assert (await tokens.of(KEY)).reason == "SecretNotLabelled"


async def test_what_is_unfit_is_looked_at_again_after_ten_seconds(cluster, clock, tokens):
    assert isinstance(await tokens.of(KEY), Unavailable)
    cluster.put("", "secrets", secret())
    await clock.advance(instant_after(9))
    assert isinstance(await tokens.of(KEY), Unavailable)
    await clock.advance(instant_after(10))
    assert await tokens.of(KEY) == Token("s3cret")


async def test_a_refused_token_is_read_again_at_once_unless_it_is_young(cluster, clock, tokens):
    cluster.put("", "secrets", secret("old"))
    old = await tokens.of(KEY)
    renew(cluster, "new")
    assert await tokens.instead_of(KEY, old) == old
    await clock.advance(instant_after(10))
    assert await tokens.instead_of(KEY, old) == Token("new")
    assert await tokens.instead_of(KEY, old) == Token("new")
    assert cluster.counted("GET") == 2


async def test_many_that_want_it_at_the_same_time_read_it_once(cluster, tokens):
    cluster.put("", "secrets", secret())
    cluster.gate = asyncio.Event()
    wanting = [asyncio.create_task(tokens.of(KEY)) for _ in range(20)]
    await asyncio.sleep(0)
    cluster.gate.set()
    assert {token.text for token in await asyncio.gather(*wanting)} == {"s3cret"}
    assert cluster.counted("GET") == 1


async def test_other_keys_are_other_tokens(cluster, tokens):
    body = secret()
    body["data"]["other"] = encoded("another")
    cluster.put("", "secrets", body)
    assert await tokens.of(replace(KEY, key="other")) == Token("another")
    assert await tokens.of(KEY) == Token("s3cret")
    assert (await tokens.of(replace(KEY, namespace="elsewhere"))).reason == "SecretNotFound"


def instant_after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)
