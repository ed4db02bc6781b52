"""Why a live metric has no value, in words: one closed reason each, and a sentence with the cure.

What a server says is printed escaped and shortened, without the token and without what an address may hold
of a password.
"""

from __future__ import annotations

import json
import socket
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from firstbell.core import Unavailable
from firstbell.core.reasons import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.adapters.prometheus_session import RefusedError
    from firstbell.engine.ports import SecretKey

ADDRESS_CHARACTERS = 200
SERVERS_CHARACTERS = 300
_FIELD = "spec.metrics[].prometheus"
_REDIRECTS = range(300, 400)
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY_REQUESTS = 401, 403, 404, 429
_SERVER_ERRORS = 500


class Trouble(StrEnum):
    """The closed vocabulary of reasons."""

    UNREACHABLE = "Unreachable"
    ADDRESS_NOT_ALLOWED = "AddressNotAllowed"
    TIMEOUT = "Timeout"
    UNAUTHORIZED = "Unauthorized"
    FORBIDDEN = "Forbidden"
    QUERY_REFUSED = "QueryRefused"
    REDIRECTED = "Redirected"
    SERVER_ERROR = "ServerError"
    NOT_PROMETHEUS = "NotPrometheus"
    TOO_LARGE = "TooLarge"
    EMPTY_RESULT = "EmptyResult"
    SEVERAL_SAMPLES = "SeveralSamples"
    NOT_A_VECTOR = "NotAVector"
    NOT_A_NUMBER = "NotANumber"
    STALE = "Stale"
    SECRET_NOT_FOUND = "SecretNotFound"  # noqa: S105 - a word
    SECRET_NOT_LABELLED = "SecretNotLabelled"  # noqa: S105 - a word
    SECRET_FORBIDDEN = "SecretForbidden"  # noqa: S105 - a word
    SECRET_UNREADABLE = "SecretUnreadable"  # noqa: S105 - a word
    TOKEN_INVALID = "TokenInvalid"  # noqa: S105 - a word


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Where people correct what is wrong: fields of the policy, unless a command has options for it."""

    address: str = f"{_FIELD}.serverAddress"
    query: str = f"{_FIELD}.query"
    token: str = f"a Secret with one in {_FIELD}.bearerTokenSecretRef"
    ca: str = "Give the operator its CA by --prometheus-ca (the chart's prometheus.ca)."


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Who was asked, as far as messages tell."""

    address: str
    """The server's address, fit for messages."""
    secret: SecretKey | None
    token: str | None = field(repr=False)
    places: Places = field(default_factory=Places)

    def trouble(self, reason: Trouble, message: str) -> Unavailable:
        """Say that nothing is known; the message begins with the server."""
        return Unavailable(reason=reason, message=f"Prometheus at {self.address} {message}")

    def quoted(self, said: str) -> str:
        """Return what the server said, fit for messages."""
        if self.token:
            said = said.replace(self.token, "(token)")
        return escaped(said, SERVERS_CHARACTERS)

    def unreachable(self, error: BaseException) -> Unavailable:
        """Say that no connection came about, or it broke."""
        for cause in _causes(error):
            if isinstance(cause, ssl.SSLCertVerificationError):
                why = f"has a certificate that is not trusted: {self.quoted(cause.verify_message)}"
                return self.trouble(Trouble.UNREACHABLE, f"{why}. {self.places.ca}")
            if isinstance(cause, ssl.SSLError):
                why = f"does not speak TLS as it should: {self.quoted(cause.reason or str(cause))}"
                return self.trouble(
                    Trouble.UNREACHABLE, f"{why}. Check http or https in {self.places.address}."
                )
        why = next(filter(None, map(_in_words, _causes(error))), "the connection broke")
        cure = f"Check {self.places.address}, its Service and network policies."
        return self.trouble(Trouble.UNREACHABLE, f"cannot be reached: {self.quoted(why)}. {cure}")

    def not_allowed(self) -> Unavailable:
        """Say that the operator's allow-list does not name the address."""
        cure = (
            f"Correct {self.places.address}, or have whoever installs firstbell add scheme, host and port to "
            "--prometheus-allow (the chart's prometheus.allowedAddresses)."
        )
        return self.trouble(
            Trouble.ADDRESS_NOT_ALLOWED, f"is not among the addresses that may be asked. {cure}"
        )

    def forbidden(self, address: str) -> Unavailable:
        """Say that the name leads to where nobody is ever asked."""
        why = f"leads to {self.quoted(address)}, a link-local or metadata address, which is never asked"
        return self.trouble(Trouble.ADDRESS_NOT_ALLOWED, f"{why}. Correct {self.places.address}.")

    def timed_out(self) -> Unavailable:
        """Say that no answer came in time."""
        cure = "Check that it runs and network policies, or make the query cheaper."
        return self.trouble(Trouble.TIMEOUT, f"gave no answer in time. {cure}")

    def refused(self, error: RefusedError) -> Unavailable:
        """Say that it answered, and not with 200."""
        status, said = error.status, self._said(error.body)
        if status == _UNAUTHORIZED:
            return self._unauthorized()
        if status in _REDIRECTS:
            to = self.quoted(error.location) or "nowhere"
            cure = f"Redirects are not followed: put the final address into {self.places.address}."
            return self.trouble(Trouble.REDIRECTED, f"sends elsewhere ({status}), to {to}. {cure}")
        if status == _NOT_FOUND and not said:
            return self.not_prometheus("has no /api/v1/query (404)")
        reason, what, cure = self._kind(status, _answer(error.body).get("errorType"))
        return self.trouble(reason, f"{what} ({status}){said}. {cure}")

    def not_prometheus(self, what: str = "gives an answer that is none of Prometheus") -> Unavailable:
        """Say that something else answers there."""
        cure = f"Check {self.places.address}: the address without /api/v1."
        return self.trouble(Trouble.NOT_PROMETHEUS, f"{what}. {cure}")

    def _unauthorized(self) -> Unavailable:
        if self.secret is None:
            if self.token is not None:
                return self.trouble(Trouble.UNAUTHORIZED, "refuses the token (401). Renew it.")
            return self.trouble(Trouble.UNAUTHORIZED, f"wants a token (401). Name {self.places.token}.")
        named = f"key {self.secret.key} of Secret {self.secret.name}"
        return self.trouble(Trouble.UNAUTHORIZED, f"refuses the token (401). Renew {named}.")

    def _kind(self, status: int, error_type: object) -> tuple[Trouble, str, str]:
        """Return the reason for a status, what the server does, and the cure."""
        if error_type == "timeout":
            cure = "Make it cheaper, for example by a recording rule."
            return Trouble.TIMEOUT, "needs too long for the query", cure
        if status == _FORBIDDEN:
            return Trouble.FORBIDDEN, "does not allow the query", "Check what the token is allowed."
        if status >= _SERVER_ERRORS or status == _TOO_MANY_REQUESTS:
            return Trouble.SERVER_ERROR, "is in trouble", "Look into its log."
        return Trouble.QUERY_REFUSED, "refuses the query", f"Correct {self.places.query}."

    def _said(self, body: bytes) -> str:
        said = _answer(body).get("error")
        return f": {self.quoted(said).rstrip('.')}" if isinstance(said, str) and said else ""


def told(address: str) -> str:
    """Return an address as it may stand in a message: no user, no password, no end of page."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return escaped(address.rpartition("@")[2], ADDRESS_CHARACTERS)
    bare = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")
    return escaped(bare, ADDRESS_CHARACTERS)


def escaped(text: str, most: int) -> str:
    """Return text from outside on one line, what is invisible spelled out, of at most so many letters."""
    return visible(" ".join(text.split()), most)


def _answer(body: bytes) -> dict[str, Any]:
    """Return an answer of Prometheus, or nothing where it is none."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and what is behind it, which the libraries keep in three different places."""
    seen: list[BaseException] = []
    following: list[object] = [error]
    while following:
        each = following.pop(0)
        if isinstance(each, BaseException) and not any(each is one for one in seen):
            seen.append(each)
            yield each
            following += [*each.args, getattr(each, "reason", None), each.__cause__, each.__context__]


def _in_words(cause: BaseException) -> str:
    if isinstance(cause, socket.gaierror):
        return "its name is not known"
    if isinstance(cause, OSError) and cause.errno is not None and cause.strerror:
        return cause.strerror.lower()
    # The libraries' words for a host or port that cannot be.
    return "that is no address" if isinstance(cause, ValueError) else ""
