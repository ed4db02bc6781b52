"""Where a backtest's load comes from: a file, or a Prometheus that has recorded it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from firstbell import clock
from firstbell.cli.dates import civil_date
from firstbell.cli.output import refuse
from firstbell.core import Unavailable
from firstbell.core.instants import MINUTES_PER_DAY, start_of_day
from firstbell.files.yaml_files import Unreadable
from firstbell.kinds.scalars import URL_PATTERN
from firstbell.lab.record.csv_recording import read_csv
from firstbell.lab.record.recording import SECONDS_PER_MINUTE, Recording, Sample, recorded
from firstbell.lab.record.trial import Trial

MOST_DAYS = 800
MOST_TOKEN_BYTES = 100_000
_SECONDS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, kw_only=True, slots=True)
class Dates:
    """The seconds since 1970 that are asked for, [start, end); None: as far as the recording goes."""

    start: int | None
    end: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """The options that say what is asked of a Prometheus."""

    address: str
    query: str | None
    step: str
    token: Path | None
    ca_bundle: Path | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """The options that say where the load is recorded, in which of the two, and which dates of it count."""

    load: Path | None
    server: Server | None
    counts_seconds: int
    first: str | None
    last: str | None


def recording_of(source: Source, trial: Trial, policys_query: str | None) -> Recording:
    """Return the load that is asked for; end the command where there is none."""
    dates = asked_dates(trial, source.first, source.last)
    if source.load is not None:
        if source.server is not None:
            refuse(["--load, --prometheus: both tell the load. Give one of the two."])
        return from_file(source.load, source.counts_seconds, dates)
    if source.server is None:
        refuse(["there is no load. Give a recording by --load FILE, or --prometheus URL."])
    return from_prometheus(source.server, policys_query, dates)


def asked_dates(trial: Trial, first: str | None, last: str | None) -> Dates:
    """Return the dates of `--from` and `--to`, inclusive, in the zone of the policy's first calendar."""
    zone = trial.workload.zone
    start = None if first is None else start_of_day(zone, civil_date(first, "--from")) * SECONDS_PER_MINUTE
    after = None if last is None else civil_date(last, "--to") + timedelta(days=1)
    end = None if after is None else start_of_day(zone, after) * SECONDS_PER_MINUTE
    if start is not None and end is not None and end <= start:
        refuse([f"--from {first} --to {last}: ends before it begins. Give a later --to."])
    return Dates(start=start, end=end)


def from_file(path: Path, counts_seconds: int, dates: Dates) -> Recording:
    """Return the dates asked for of a recording in a file."""
    recording = read_csv(path, counts_seconds)
    if isinstance(recording, Unreadable):
        refuse(recording.problems)
    start = recording.start if dates.start is None else dates.start
    end = recording.end if dates.end is None else dates.end
    part = recording.between(start, end)
    if part is None:
        refuse([f"{path}: has no load in the dates asked for. Give others by --from and --to."])
    return _bounded(part, str(path))


def from_prometheus(server: Server, policys_query: str | None, dates: Dates) -> Recording:
    """Return what a Prometheus has recorded on the dates asked for."""
    # The client takes a moment to load, which every other command would pay for.
    from firstbell.adapters.prometheus import CaBundleError, check_ca_bundle  # noqa: PLC0415
    from firstbell.adapters.prometheus_range import RangeQuery, read_range  # noqa: PLC0415

    if dates.start is None:
        refuse(["--prometheus: says not since when. Give the first date by --from."])
    if re.search(URL_PATTERN, server.address) is None:
        refuse([f"--prometheus {server.address}: is no web address. Write it like http://localhost:9090."])
    query = server.query or policys_query
    if query is None:
        refuse(["--prometheus: there is no metric of the policy to take the query of. Give it by --query."])
    now = int(clock.SystemClock().now().timestamp())
    end = now if dates.end is None else min(now, dates.end)
    if end <= dates.start:
        refuse(["--from: is in the future. Give dates that are over."])
    step = _step(server.step)
    if end - dates.start > MOST_DAYS * MINUTES_PER_DAY * SECONDS_PER_MINUTE:
        refuse([f"--from, --to: are more than {MOST_DAYS} days. Give fewer."])
    if server.ca_bundle is not None:
        try:
            check_ca_bundle(server.ca_bundle)
        except CaBundleError as error:
            refuse([error])
    asked = RangeQuery(
        server_address=server.address,
        query=query,
        start=dates.start,
        end=end,
        step=step,
        token=None if server.token is None else _token(server.token),
        ca_bundle=server.ca_bundle,
    )
    points = read_range(asked)
    if isinstance(points, Unavailable):
        refuse([points.message])
    # Where there was no value it has looked back five minutes by itself: a point counts for its step.
    found = recorded(map(Sample, points.seconds, points.values), step)
    if found is None:
        refuse([f"--query {query}: gives no load in that time, only what is not a number. Correct it."])
    return found


def _bounded(recording: Recording, name: str) -> Recording:
    if recording.end - recording.start > MOST_DAYS * MINUTES_PER_DAY * SECONDS_PER_MINUTE:
        refuse([f"{name}: covers more than {MOST_DAYS} days. Give fewer by --from and --to."])
    return recording


def _step(text: str) -> int:
    found = re.fullmatch(r"([1-9][0-9]{0,4})([smh]?)", text)
    seconds = int(found[1]) * _SECONDS[found[2] or "s"] if found else 0
    if not 1 <= seconds <= MINUTES_PER_DAY * SECONDS_PER_MINUTE:
        refuse([f"--step {text}: is not a step. Write it like 15s, 1m or 1h, up to a day."])
    return seconds


def _token(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            text = stream.read(MOST_TOKEN_BYTES).decode("ascii").strip()
    except (OSError, ValueError) as error:
        reason = error.strerror.lower() if isinstance(error, OSError) and error.strerror else "no plain text"
        refuse([f"--token-file {path}: cannot be read ({reason}). Give a file that holds the token alone."])
    if not text or not text.isprintable():
        refuse([f"--token-file {path}: holds no token. Give a file that holds the token alone."])
    return text
