"""Bearer tokens from Secrets that are marked for it.

Without the mark, whoever may create a SchoolAutoscaler could have any Secret of its namespace sent to a
server of their choice. A token is read again a minute later, so that a Secret that lost its mark or was
renewed is noticed, and at once when Prometheus refuses it.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from firstbell.adapters.prometheus_trouble import Trouble
from firstbell.core import Unavailable
from firstbell.engine.ports import Failure, FailureKind, ObjectPath

if TYPE_CHECKING:
    from firstbell.engine.ports import Clock, Cluster, Json, SecretKey

LABEL = "firstbell.dev/prometheus-token"
FRESH = timedelta(seconds=60)
"""How long a token is taken for the Secret's."""
AGAIN = timedelta(seconds=10)
"""How soon a Secret is read again that is missing, unfit, or holds a token that was refused."""
REMEMBERED = 1000
_TOKEN = re.compile(r"[!-~]+")
_TOKEN_CHARACTERS = 16 * 1024


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token. It shows itself to nobody who prints it."""

    text: str = field(repr=False)


Read: TypeAlias = Token | Unavailable


@dataclass(slots=True)
class _Known:
    """What was read of one key, and when. The lock lets one read at a time."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    read: Read | None = None
    at: datetime | None = None


class Tokens:
    """The tokens of all Secrets, through the Kubernetes API."""

    def __init__(self, cluster: Cluster, clock: Clock) -> None:
        self._cluster = cluster
        self._clock = clock
        self._known: OrderedDict[SecretKey, _Known] = OrderedDict()

    async def of(self, key: SecretKey) -> Read:
        """Return the token, read from the Secret at most a minute ago."""
        known = self._entry(key)
        async with known.lock:
            keep = FRESH if isinstance(known.read, Token) else AGAIN
            return await self._kept_for(key, known, keep)

    async def instead_of(self, key: SecretKey, refused: Token) -> Read:
        """Return the token that the Secret holds by now. It is the refused one if nobody has renewed it."""
        known = self._entry(key)
        async with known.lock:
            if isinstance(known.read, Token) and known.read != refused:
                return known.read
            return await self._kept_for(key, known, AGAIN)

    def _entry(self, key: SecretKey) -> _Known:
        known = self._known.setdefault(key, _Known())
        self._known.move_to_end(key)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return known

    async def _kept_for(self, key: SecretKey, known: _Known, keep: timedelta) -> Read:
        now = self._clock.now()
        if known.read is None or known.at is None or now - known.at >= keep:
            known.read, known.at = await self._from_secret(key), now
        return known.read

    async def _from_secret(self, key: SecretKey) -> Read:
        path = ObjectPath(group="", version="v1", plural="secrets", namespace=key.namespace, name=key.name)
        body = await self._cluster.get(path)
        secret = f"Secret {key.namespace}/{key.name}"
        if isinstance(body, Failure):
            return _unread(secret, body)
        if ((body.get("metadata") or {}).get("labels") or {}).get(LABEL) != "true":
            cure = f"kubectl -n {key.namespace} label secret {key.name} {LABEL}=true"
            why = f"{secret} is not marked as a token for Prometheus. If it is one: {cure}"
            return _unavailable(Trouble.SECRET_NOT_LABELLED, why)
        return _token(body, secret, key)


def _token(body: Json, secret: str, key: SecretKey) -> Read:
    encoded = (body.get("data") or {}).get(key.key)
    if not isinstance(encoded, str):
        why = f"{secret} has no key {key.key}. Add it, or correct bearerTokenSecretRef."
        return _unavailable(Trouble.SECRET_NOT_FOUND, why)
    try:
        text = base64.b64decode(encoded, validate=True).decode("ascii").strip()
    except (binascii.Error, ValueError):
        text = ""
    if not _TOKEN.fullmatch(text) or len(text) > _TOKEN_CHARACTERS:
        why = f"key {key.key} of {secret} holds no bearer token: one word of letters, digits and signs."
        return _unavailable(Trouble.TOKEN_INVALID, why)
    return Token(text)


def _unread(secret: str, failure: Failure) -> Unavailable:
    if failure.kind is FailureKind.NOT_FOUND:
        why = f"{secret} does not exist. Create it with the token, or correct bearerTokenSecretRef."
        return _unavailable(Trouble.SECRET_NOT_FOUND, why)
    if failure.kind is FailureKind.FORBIDDEN:
        cure = "Set prometheus.tokenSecrets.enabled of the chart, or grant get on secrets there."
        return _unavailable(Trouble.SECRET_FORBIDDEN, f"the operator may not read {secret}. {cure}")
    return _unavailable(Trouble.SECRET_UNREADABLE, f"{secret} cannot be read now: {failure.message}")


def _unavailable(reason: Trouble, message: str) -> Unavailable:
    return Unavailable(reason=reason, message=message)
