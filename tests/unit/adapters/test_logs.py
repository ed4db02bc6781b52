"""Logs: one line each on standard error, as JSON where asked for; other libraries are kept quiet."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from firstbell.adapters.logs import configure_logs, silenced


@pytest.fixture(autouse=True)
def _as_before():
    """Logging is the process's: put back what was configured before."""
    root, kopf = logging.getLogger(), logging.getLogger("kopf")
    before = (root.handlers[:], root.level, kopf.level, logging.getLogger("kubernetes").level)
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    kopf.setLevel(before[2])
    logging.getLogger("kubernetes").setLevel(before[3])
    structlog.reset_defaults()


def test_json_is_one_object_a_line(capsys):
    configure_logs("json", "info")
    structlog.get_logger("firstbell").info("decided", autoscaler="ns/web", desired=100)
    captured = capsys.readouterr()
    assert captured.out == ""
    line = json.loads(captured.err)
    assert (line["event"], line["autoscaler"], line["desired"], line["level"]) == (
        "decided",
        "ns/web",
        100,
        "info",
    )
    assert line["timestamp"].endswith("Z")


def test_a_console_line_has_no_colours_where_there_is_no_terminal(capsys):
    configure_logs("console", "info")
    structlog.get_logger("firstbell").info("decided", desired=100)
    err = capsys.readouterr().err
    assert "decided" in err
    assert "\x1b" not in err


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_what_came_from_outside_stays_on_one_line(capsys, log_format):
    configure_logs(log_format, "info")
    structlog.get_logger("firstbell").info("decided", message="one\ntwo\x1b[31m")
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "\x1b" not in err


@pytest.mark.parametrize(("level", "want"), [("debug", 2), ("info", 1), ("warning", 0)])
def test_the_level_is_obeyed(capsys, level, want):
    configure_logs("json", level)
    log = structlog.get_logger("firstbell")
    log.debug("detail")
    log.info("decided")
    assert len(capsys.readouterr().err.splitlines()) == want


def test_other_libraries_speak_only_when_they_must(capsys):
    configure_logs("json", "debug")
    logging.getLogger("kopf.objects").info("chatter")
    logging.getLogger("aiohttp.access").info("GET /healthz")
    logging.getLogger("kopf.objects").warning("something is wrong")
    (line,) = capsys.readouterr().err.splitlines()
    assert (json.loads(line)["event"], json.loads(line)["level"]) == ("something is wrong", "warning")


def test_an_exception_is_part_of_its_line(capsys):
    configure_logs("json", "info")
    try:
        raise RuntimeError("why")  # noqa: TRY301 - an exception to log
    except RuntimeError:
        structlog.get_logger("firstbell").exception("tick failed")
    (line,) = capsys.readouterr().err.splitlines()
    assert "RuntimeError: why" in json.loads(line)["exception"]


def test_what_is_silenced_is_heard_again_afterwards(capsys):
    configure_logs("json", "info")
    log = structlog.get_logger("test")
    with silenced():
        log.error("unheard")
    log.info("heard")
    told = capsys.readouterr()
    assert (told.out, "unheard" in told.err, "heard" in told.err) == ("", False, True)


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_what_nobody_would_see_is_spelled_out_in_every_value(capsys, log_format):
    configure_logs(log_format, "info")
    hidden = "a\u202eb\ufe0f\U000e0041"
    structlog.get_logger("firstbell").info(
        f"told {hidden}", message=hidden, of=[{"name": hidden}], to={hidden: 1}
    )
    logging.getLogger("kopf").error("told %s", hidden)
    err = capsys.readouterr().err
    told = [str(json.loads(line)) for line in err.splitlines()] if log_format == "json" else err.splitlines()
    assert len(told) == 2
    assert all(r"\u202e" in line for line in told)
    assert not any(letter in line for line in told for letter in "\u202e\ufe0f\U000e0041")


def test_a_value_is_not_told_without_end(capsys):
    configure_logs("json", "info")
    structlog.get_logger("firstbell").info("told", message="x" * 100_000)
    assert len(capsys.readouterr().err) < 5000


def test_a_traceback_keeps_its_lines_and_hides_nothing(capsys):
    configure_logs("json", "info")
    try:
        raise RuntimeError("why\u202e")  # noqa: TRY301 - an exception to log
    except RuntimeError:
        structlog.get_logger("firstbell").exception("tick failed")
    told = json.loads(capsys.readouterr().err)["exception"]
    assert told.splitlines()[-1] == r"RuntimeError: why\u202e"
