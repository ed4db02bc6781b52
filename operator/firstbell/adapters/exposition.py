"""`/metrics`: the library's series, and then those of objects, which are written line by line."""

from __future__ import annotations

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


def metrics_app(registry: CollectorRegistry, objects: ObjectFigures) -> Callable[..., list[bytes]]:
    """Return the WSGI application of `/metrics`. Of `name[]` in the query, only those series are told."""

    def app(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        if environ["REQUEST_METHOD"] != "GET":
            start_response("405 Method Not Allowed", [("Allow", "GET")])
            return []
        names = parse_qs(environ.get("QUERY_STRING", "")).get("name[]")
        encoder, content_type = choose_encoder(environ.get("HTTP_ACCEPT", ""))
        chosen: Any = registry if names is None else registry.restricted_registry(names)
        headers = [("Content-Type", content_type)]
        body = _whole(encoder(chosen), objects, names, openmetrics="openmetrics" in content_type)
        if gzip_accepted(environ.get("HTTP_ACCEPT_ENCODING", "")):
            headers.append(("Content-Encoding", "gzip"))
            body = _compressed(body)
        parts = list(body)
        headers.append(("Content-Length", str(sum(map(len, parts)))))
        start_response("200 OK", headers)
        return parts

    return app


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
