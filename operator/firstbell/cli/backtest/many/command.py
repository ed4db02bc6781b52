"""The options of `backtest --all`, put together: a run here, or a Job that is printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, NoReturn

from firstbell.cli.backtest.many.conduct import Sheet, conduct
from firstbell.cli.backtest.many.job import JobWanted, job_manifest, mounted
from firstbell.cli.backtest.many.policies import objects_in_cluster, objects_in_files
from firstbell.cli.backtest.many.shard import shard_meant
from firstbell.cli.dates import civil_date
from firstbell.cli.output import echo_object, refuse
from firstbell.clock import SystemClock
from firstbell.lab.record.recording import SECONDS_PER_MINUTE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from firstbell.cli.backtest.load import Source
    from firstbell.cli.backtest.many.trying import Question

A_DAY_EVERYWHERE = timedelta(days=1, hours=12)
"""From the start of a date in UTC to its end in the last time zone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where policies are read: files, or without any a namespace of a cluster, or everywhere in it."""

    files: Sequence[Path]
    namespace: str | None
    everywhere: bool
    context: str | None
    kubeconfig: Path | None


def try_all(place: Place, question: Question, shard: str | None, jobs: int, sheet: Sheet) -> NoReturn:
    """Try every policy, or a share of them, and end the command."""
    source, share = question.source, shard_meant(shard)
    if source.load is None and source.server is None:
        refuse(["there is no load. Give a folder of recordings by --load FOLDER, or --prometheus URL."])
    if source.load is not None and source.server is not None:
        refuse(["--load, --prometheus: both tell the load. Give one of the two."])
    if source.load is not None and not source.load.is_dir():
        refuse([f"--load {source.load}: is no folder. With --all it has NAMESPACE.NAME.csv for each policy."])
    if share is not None:
        _refuse_no_end("--shard", source)
    if share is not None and sheet.as_table:
        refuse(["--shard: a share is for firstbell merge. Give -o json, or --results FOLDER."])
    if place.files:
        objects = objects_in_files(place.files)
    else:
        objects = objects_in_cluster(
            place.kubeconfig, place.context, place.namespace, everywhere=place.everywhere
        )
    conduct(objects, question, share, jobs, sheet)


@dataclass(frozen=True, kw_only=True, slots=True)
class JobAsked:
    """The options of a Job as they are given."""

    name: str
    namespace: str | None
    image: str | None
    completions: int | None
    parallelism: int | None
    files: Sequence[Path]
    results: Path | None


def print_job(asked: JobAsked, question: Question) -> None:
    """Print the Job; end the command where something of it is missing."""
    if asked.image is None:
        refuse(["--as-job: needs firstbell's image. Give it by --image."])
    if asked.completions is None:
        refuse(["--as-job: has to know how many shares there are. Give --completions NUMBER."])
    if len(asked.files) != 1:
        refuse(["--as-job: needs the policies in one place. Give -f configmap/NAME or -f pvc/NAME."])
    source = question.source
    if (source.load is None) == (source.server is None):
        refuse(
            ["--as-job: needs the load. Give either --load configmap/NAME or pvc/NAME, or --prometheus URL."]
        )
    _refuse_no_end("--as-job", source)
    volumes = [mounted("-f", str(asked.files[0]), "/policies")]
    options = ["-f", "/policies"]
    if source.load is not None:
        volumes.append(mounted("--load", str(source.load), "/records"))
        options += ["--load", "/records"]
    if asked.results is not None:
        volumes.append(mounted("--results", str(asked.results), "/results", writable=True))
    options += [
        *_options(question),
        *(["--results", "/results"] if asked.results is not None else ["-o", "json"]),
    ]
    echo_object(
        job_manifest(
            JobWanted(
                name=asked.name,
                namespace=asked.namespace,
                image=asked.image,
                completions=asked.completions,
                parallelism=min(asked.parallelism or 1, asked.completions),
                volumes=tuple(volumes),
                options=tuple(options),
            )
        )
    )


def _refuse_no_end(option: str, source: Source) -> None:
    """End the command where a share would be told of a time that another has not seen yet."""
    if source.server is None:
        return
    if source.last is None:
        refuse([f"{option}: each share would end when it is run. Give the last date by --to."])
    over_everywhere = datetime.combine(civil_date(source.last, "--to"), time.min, UTC) + A_DAY_EVERYWHERE
    if SystemClock().now() < over_everywhere:
        refuse([f"--to {source.last}: is not over everywhere, and each share would end when it is run."])


def _options(question: Question) -> list[str]:
    """Return the options of the question, as each pod has to be told them."""
    asked, source = question.asked, question.source
    given = {
        "--prometheus": source.server.address if source.server else None,
        "--query": source.server.query if source.server else None,
        "--step": source.server.step if source.server else None,
        "--metric": asked.metric,
        "--per-replica": asked.per_replica,
        "--from": source.first,
        "--to": source.last,
        "--fixed": asked.fixed,
        "--start-seconds": asked.start_seconds,
        "--gap-minutes": source.counts_seconds // SECONDS_PER_MINUTE,
    }
    return [part for name, value in given.items() if value is not None for part in (name, str(value))]
