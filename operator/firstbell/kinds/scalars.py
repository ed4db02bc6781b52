"""The small types that every kind is made of: names, civil dates, bells, whole numbers.

Each is bounded, as the API server's cost budget demands, and each says what is wrong with a value in words.
Numbers and texts are strict, as the API server is: `"8"` is no number and `1` no name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from firstbell.core.instants import END_OF_DAY, clock_text
from firstbell.kinds.unquoted import Unquoted

LARGEST_INT32 = 2**31 - 1
LARGEST_EXACT = 2**53
"""The API server keeps bounds as floats and refuses one that is not exact: 2**63 - 1 is none."""

SHAPE_ERROR = "firstbell_shape"
"""The type of pydantic error whose context holds `message` and `cure` ready for people."""

NAME_PATTERN = r"^\S(.*\S)?$"
DATE_PATTERN = r"^(19[7-9][0-9]|20[0-9][0-9])-[0-9][0-9]-[0-9][0-9]$"
BELL_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
END_PATTERN = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
TIME_PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?"
    r"([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
ZONE_PATTERN = r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$"
QUANTITY_PATTERN = r"^[0-9]{1,18}(\.[0-9]{1,9})?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$"
SUBDOMAIN_PATTERN = r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"
API_VERSION_PATTERN = r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?v[a-z0-9]+$"
URL_PATTERN = r"^https?://[^\s/?#]+[^\s?#]*$"
KIND_PATTERN = r"^[A-Z][A-Za-z0-9]*$"


def wrong(message: str, cure: str) -> PydanticCustomError:
    """Return the error of a value with the wrong shape, in words."""
    return PydanticCustomError(SHAPE_ERROR, "{message}. {cure}", {"message": message, "cure": cure})


def shaped(pattern: str, wanted: str, cure: str) -> AfterValidator:
    """Ask a text for a pattern; `wanted` is what a text that fails is not."""
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if compiled.search(text) is None or text.endswith("\n"):
            raise wrong(f"is not {wanted}", cure)
        return text

    return AfterValidator(check)


def text(pattern: str, wanted: str, cure: str, *, longest: int) -> Any:
    """Return a bounded text of a pattern, for use with `Annotated[str, *...]`."""
    return (
        Field(strict=True, min_length=1, max_length=longest, json_schema_extra={"pattern": pattern}),
        shaped(pattern, wanted, cure),
    )


def number(least: int, most: int) -> Any:
    """Return a whole number between two bounds, both allowed."""
    return Field(strict=True, ge=least, le=most)


Name = Annotated[
    str,
    *text(NAME_PATTERN, "a name", "Write it on one line, without blanks at its ends", longest=63),
]
Title = Annotated[str, Field(strict=True, max_length=253)]
Note = Annotated[str, Field(strict=True, max_length=1024)]
ObjectName = Annotated[
    str,
    *text(
        SUBDOMAIN_PATTERN,
        "the name of a Kubernetes object",
        "Use small letters, digits, '-' and '.' only, with a letter or digit at both ends",
        longest=253,
    ),
]
ZoneName = Annotated[
    str,
    *text(
        ZONE_PATTERN,
        "the name of a time zone",
        "Write an IANA name like Europe/Brussels",
        longest=64,
    ),
]
Replicas = Annotated[int, number(1, LARGEST_INT32)]
ReplicaCount = Annotated[int, number(0, LARGEST_INT32)]
Percent = Annotated[int, number(0, 100_000)]
Minutes = Annotated[int, number(0, 1440)]
Generation = Annotated[int, number(0, LARGEST_EXACT)]


def _yes_or_no(value: Any) -> Any:
    if isinstance(value, Unquoted) and value.reads_as in {"true", "false"}:
        return value.reads_as == "true"
    return value


Flag = Annotated[bool, BeforeValidator(_yes_or_no), Field(strict=True)]
Quantity = Annotated[
    str,
    *text(
        QUANTITY_PATTERN,
        "a Kubernetes quantity",
        'Write a number in quotes like "350", "0.5" or "500m"',
        longest=32,
    ),
]


def _from_text(value: Any, kind: type, parse: Callable[[str], Any], message: str, cure: str) -> Any:
    if isinstance(value, kind):
        return value  # built in code, not read
    try:
        if isinstance(value, str):
            return parse(value)
    except ValueError:
        pass  # said below, with what was given
    raise wrong(message, cure)


def _date(value: Any) -> Any:
    def parse(text: str) -> date:
        if re.search(DATE_PATTERN, text) is None or len(text) != len("2020-04-20"):
            raise ValueError
        return date.fromisoformat(text)

    message = "is not a date that exists, from 1970-01-01 to 2099-12-31"
    return _from_text(value, date, parse, message, 'Write it as "YYYY-MM-DD"')


def _time_of_day(value: Any, last: str) -> Any:
    def parse(text: str) -> time:
        if re.search(BELL_PATTERN, text) is None or len(text) != len("08:30"):
            raise ValueError
        return time.fromisoformat(text)

    message = f"is not a time of day from 00:00 to {last}"
    return _from_text(value, time, parse, message, 'Write it as "HH:MM" in quotes, with 24 hours: "08:30"')


def _time(value: Any) -> Any:
    def parse(text: str) -> datetime:
        if re.search(TIME_PATTERN, text) is None or text.endswith("\n"):
            raise ValueError
        return datetime.fromisoformat(text.upper())

    message = "is not a point in time with its offset from UTC"
    return _from_text(value, datetime, parse, message, 'Write it like "2027-01-26T05:15:00-05:00"')


def _bell(value: Any) -> Any:
    if value == "24:00":
        raise wrong("is the end of a day", 'What starts then starts at "00:00" of the next day')
    return _time_of_day(value, "23:59")


def _end(value: Any) -> Any:
    return END_OF_DAY if value == "24:00" else _time_of_day(value, "24:00")


CivilDate = Annotated[
    date,
    BeforeValidator(_date),
    WithJsonSchema({"type": "string", "format": "date", "pattern": DATE_PATTERN}),
]
Bell = Annotated[
    time,
    BeforeValidator(_bell),
    PlainSerializer(clock_text, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": BELL_PATTERN, "minLength": 5, "maxLength": 5}),
]
EndBell = Annotated[
    time,
    BeforeValidator(_end),
    PlainSerializer(clock_text, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": END_PATTERN, "minLength": 5, "maxLength": 5}),
]
Time = Annotated[datetime, BeforeValidator(_time), WithJsonSchema({"type": "string", "format": "date-time"})]
