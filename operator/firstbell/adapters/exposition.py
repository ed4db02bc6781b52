"""`/metrics`: the library's series, and then those of objects, which are written line by line."""

from __future__ import annotations

import threading
import time
import zlib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from prometheus_client.exposition import choose_encoder, gzip_accepted

from firstbell.adapters.series import BY_NAME, SeriesType

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from prometheus_client import CollectorRegistry

    from firstbell.adapters.object_figures import ObjectFigures
    from firstbell.adapters.series import Series

END = b"# EOF\n"
"""Of OpenMetrics."""
GZIP_BITS = 31
"""What zlib takes for a whole gzip file."""
QUICK = 1
"""Of a scrape of 25 MB it makes 1.3 in 50 ms; the library's best makes 0.9 in 400."""

REST_FACTOR = 4.0
"""How much longer than a scrape took nobody scrapes: a fifth of a processor is the most that they take."""


KEPT_BYTES = 2**22
"""An answer that is larger is not kept, and sent to one client at a time. Compressed, none is that large."""
BUSY = b"A large answer is being sent: ask again, compressed (Accept-Encoding: gzip), or for some name[].\n"


class LastAnswer:
    """A rest after each scrape, so that who asks without end holds up no bell; the answer holds meanwhile.

    One scrape is made at a time: the server sees to that.
    """

    def __init__(self) -> None:
        self._free_at = 0.0
        self._asked: object = None
        self._parts: list[bytes] = []

    def to(self, asked: object, make: Callable[[], Iterator[bytes]]) -> list[bytes]:
        """Return the answer to what is asked: the last one where that is of just now, else a new one."""
        rest = self._free_at - time.monotonic()
        if rest > 0:
            if asked == self._asked:
                return self._parts
            time.sleep(rest)
        begun = time.monotonic()
        parts = list(make())
        ended = time.monotonic()
        self._free_at = ended + REST_FACTOR * (ended - begun)
        small = sum(map(len, parts)) <= KEPT_BYTES
        self._asked, self._parts = (asked, parts) if small else (None, [])
        return parts


class _Large(list[bytes]):
    """An answer that holds much memory until it is sent, or cannot be: WSGI calls `close` then."""

    def __init__(self, parts: list[bytes], ended: Callable[[], None]) -> None:
        super().__init__(parts)
        self._ended: Callable[[], None] | None = ended

    def close(self) -> None:
        """Tell that it has ended, once."""
        if (ended := self._ended) is not None:
            self._ended = None
            ended()


def metrics_app(registry: CollectorRegistry, objects: ObjectFigures) -> Callable[..., list[bytes]]:
    """Return the WSGI application of `/metrics`. Of `name[]` in the query, only those series are told."""
    last, large = LastAnswer(), threading.Lock()

    def app(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        if environ["REQUEST_METHOD"] != "GET":
            start_response("405 Method Not Allowed", [("Allow", "GET")])
            return []
        names = parse_qs(environ.get("QUERY_STRING", "")).get("name[]")
        encoder, content_type = _encoder(environ.get("HTTP_ACCEPT", ""))
        packed = gzip_accepted(environ.get("HTTP_ACCEPT_ENCODING", ""))

        def made() -> Iterator[bytes]:
            chosen: Any = registry if names is None else registry.restricted_registry(names)
            body = _whole(encoder(chosen), objects, names, openmetrics="openmetrics" in content_type)
            return _compressed(body) if packed else body

        parts = last.to((content_type, packed, names), made)
        length = sum(map(len, parts))
        if length > KEPT_BYTES:
            if not large.acquire(blocking=False):
                start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
                return [BUSY]
            parts = _Large(parts, large.release)
        headers = [("Content-Type", content_type), ("Content-Length", str(length))]
        start_response("200 OK", [*headers, *([("Content-Encoding", "gzip")] if packed else [])])
        return parts

    return app


def _encoder(accept: str) -> tuple[Callable[[Any], bytes], str]:
    """Return what writes the library's series, and its type; of a version that is none, plain text."""
    try:
        return choose_encoder(accept)
    except (TypeError, ValueError):
        return choose_encoder("")


def _whole(
    library: bytes, objects: ObjectFigures, names: Collection[str] | None, *, openmetrics: bool
) -> Iterator[bytes]:
    yield library.removesuffix(END)
    for series in BY_NAME.values():
        if series.of_objects and (names is None or series.name in names):
            yield _head(series, openmetrics=openmetrics).encode()
            for lines in objects.text(series.name):
                yield lines.encode()
    if openmetrics:
        yield END


def _head(series: Series, *, openmetrics: bool) -> str:
    name = series.name
    if openmetrics and series.type is SeriesType.COUNTER:
        name = name.removesuffix("_total")
    return f"# HELP {name} {series.help}\n# TYPE {name} {series.type}\n"


def _compressed(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same as a gzip file, never all of it at once in memory."""
    packing = zlib.compressobj(QUICK, zlib.DEFLATED, GZIP_BITS)
    for part in parts:
        if packed := packing.compress(part):
            yield packed
    yield packing.flush()
