"""What a word of YAML is: the reading that all versions of YAML agree on, else `Unquoted`.

Kubernetes tools and Python read YAML by different rules: `13:30` is a number to YAML 1.1 and a text to
1.2, `no` is false or a text, `010` eight or ten. What both read alike is read so; the rest must be quoted.
Dates and points in time stay text, as JSON has no others.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from firstbell.kinds.unquoted import Unquoted

Scalar = str | int | float | bool | None

_TRUE = {"true", "True", "TRUE"}
_FALSE = {"false", "False", "FALSE"}
_LETTERS = {"y", "Y", "n", "N"}  # kubectl reads them as true and false
_NULL = {"", "~", "null", "Null", "NULL"}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}([eE][-+][0-9]{1,3})?")
_NUMBER_OF_1_2 = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+"
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
_TAG = "tag:yaml.org,2002:"
_PLAIN = (True, False)
_RULES_OF_1_1: Any = yaml.resolver.Resolver()
_LONGEST_NUMBER = 64


def plain(text: str) -> Scalar | Unquoted:
    """Return the value of a word without quotes."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text if len(text) > _LONGEST_NUMBER else _disputed(text) or text


def _disputed(text: str) -> Unquoted | None:
    if text in _LETTERS:
        return Unquoted(text=text, reads_as="true" if text in {"y", "Y"} else "false")
    rule = str(_RULES_OF_1_1.resolve(yaml.ScalarNode, text, _PLAIN)).removeprefix(_TAG)
    if rule == "bool":
        return Unquoted(text=text, reads_as="true" if text.lower() in {"yes", "on"} else "false")
    if rule == "int" and ":" in text:
        value = 0
        for part in text.lstrip("+-").replace("_", "").split(":"):
            value = value * 60 + int(part)
        return Unquoted(text=text, reads_as=f"the number {-value if text.startswith('-') else value}")
    if rule in {"int", "float"} or _NUMBER_OF_1_2.fullmatch(text):
        return Unquoted(text=text, reads_as="a number")
    return None


def tagged(tag: str, text: str) -> Scalar | Unquoted:
    """Return the value of a word with a tag of YAML's own, such as `!!str`.

    Raises ValueError for a tag that has no place in a Kubernetes object.
    """
    kind = tag.removeprefix(_TAG)
    if kind in {"str", "timestamp"} or tag == "!":
        return text
    if kind in {"int", "float", "bool", "null"}:
        return plain(text)
    raise ValueError(tag)
