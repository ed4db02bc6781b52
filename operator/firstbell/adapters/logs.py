"""Logs: one structured line per decision that changes something; Kopf speaks only when it must.

Everything goes to standard error. Values that came from outside are printed escaped, and not without end.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import TYPE_CHECKING, Any

import structlog

from firstbell.core.reasons import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping

VALUE_CHARACTERS = 4000
_OF_SEVERAL_LINES = frozenset({"exception", "stack"})


def configure_logs(log_format: str, level: str) -> None:
    """Set up logging for the process: `json` for collectors, anything else for a terminal."""
    number = getattr(logging, level.upper())
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _visible_values,
    ]
    last: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if log_format != "json":
        last = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(number, logging.WARNING))
    logging.getLogger("kopf").setLevel(max(number, logging.WARNING))
    # What the client warns of (no kubeconfig) comes back as an error that `access` puts in words.
    logging.getLogger("kubernetes").setLevel(logging.ERROR)


def _visible_values(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Return the line with every text in it visible; a traceback keeps its lines."""
    for key, value in line.items():
        line[key] = visible(value, keep="\n") if key in _OF_SEVERAL_LINES else _visible(value)
    return line


def _visible(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value, VALUE_CHARACTERS)
    if isinstance(value, dict):
        return {_visible(key): _visible(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_visible(each) for each in value]
    return value


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Log nothing meanwhile: a command says in its own words what the engine tells collectors."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger("kubernetes").setLevel(logging.ERROR)
    try:
        yield
    finally:
        structlog.configure(**before)
