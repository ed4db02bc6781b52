"""The largest of everything that a schema allows, alone and together: found by walking the schema.

A good object with every field in use is stretched: lists to as many entries as there may be, texts to as many
characters. A field that the schema gets later is found by itself; where stretching it needs to know what it
means (a name that refers to another, times in order), this is the place to say so.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

from firstbell.kinds.crds import RENDERED_KINDS, object_schema
from tests.unit.kinds.specimens import spec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REFERENCES = {
    "regions": "regions[].name",
    "region": "regions[].name",
    "cohorts": "cohorts[].name",
    "labels": "rotation.labels[]",
    "bellScheduleName": "bellSchedules[].name",
    "parentName": "academicSessions[].name",
}
"""By the field that refers, within SchoolCalendar: whose length is its length."""
NEEDS = {"regions": "regions", "labels": "rotation.labels", "cohorts": "cohorts"}
"""Lists that can be no longer than the list that they refer to."""
FIXED_FORMS = {"date", "date-time"}
LONG = {
    "timeZone": None,  # a name that must exist
    "schedule": None,  # a cron line
    "averageValue": "9" * 18 + "." + "9" * 9,
    "value": "9" * 18 + "." + "9" * 9,
    "perPupil": "9" * 18 + "." + "9" * 9,
    "tolerance": "0." + "9" * 9,
    "serverAddress": "http://" + "p" * 2041,
    "apiVersion": None,  # a kind that must exist
    "kind": None,
}
"""By the last word of the path: the longest text of a field with a form of its own; None: as it is."""

LABEL_KEY = "p" * 253 + "/" + "k" * 63
OF_LABELS = {"selector.matchExpressions[].key": LABEL_KEY}
"""By the whole path, before the last word is asked for."""
ONE_OF = {"ScalingOverride": ("autoscalerRefs", "selector")}
"""Fields of which an object has one: no object is at the largest of both."""
NAMED = [{"name": "web"}]
"""What a ScalingOverride names, where it is not by label."""


def maxima(kind: str) -> list[str]:
    """Every list, map and free text of a kind's spec, by path: `holidays`, `holidays[].regions`."""
    found = _walk(spec_schema(kind), "")
    return list(dict.fromkeys(_canonical(path) if kind == "SchoolCalendar" else path for path in found))


@cache
def spec_schema(kind: str) -> dict[str, Any]:
    (found,) = [rendered for rendered in RENDERED_KINDS if rendered.kind == kind]
    schema: dict[str, Any] = object_schema(found)["properties"]["spec"]
    return schema


def _walk(schema: dict[str, Any], path: str) -> Iterator[str]:
    if _is_map(schema):
        assert "maxProperties" in schema, f"{path} has no bound"
        yield path
    elif schema["type"] == "object":
        for name, inside in schema["properties"].items():
            yield from _walk(inside, f"{path}.{name}".lstrip("."))
    elif schema["type"] == "array":
        assert "maxItems" in schema, f"{path} has no bound"
        yield path
        yield from _walk(schema["items"], f"{path}[]")
    elif schema["type"] == "string" and _is_free(schema) and _longest(path, schema) is not None:
        yield path


def _is_map(schema: dict[str, Any]) -> bool:
    """Whether the names of the fields are the user's own."""
    return "additionalProperties" in schema


def _is_free(schema: dict[str, Any]) -> bool:
    """Whether a text may be of several lengths."""
    fixed = "enum" in schema or schema.get("format") in FIXED_FORMS
    return not fixed and schema.get("minLength") != schema.get("maxLength")


def _longest(path: str, schema: dict[str, Any]) -> str | None:
    last = path.rpartition(".")[2].removesuffix("[]")
    assert "maxLength" in schema, f"{path} has no bound"
    if path in OF_LABELS:
        return OF_LABELS[path]
    return LONG[last] if last in LONG else "x" * schema["maxLength"]


def _canonical(path: str) -> str:
    """The names that a text refers to are as long as it is: it is they that are stretched."""
    last = path.rpartition(".")[2]
    is_text = last.endswith("[]") or last not in NEEDS
    bare = last.removesuffix("[]")
    return REFERENCES[bare] if is_text and bare in REFERENCES and path != REFERENCES[bare] else path


def groups(kind: str) -> list[tuple[str, ...]]:
    """Each maximum, every two of them, every list with a list and a text inside it, and all lists at once."""
    every = maxima(kind)
    lists = tuple(path for path in every if _at(spec_schema(kind), path)["type"] == "array")
    nested = [
        (outer, inner, text)
        for outer, inner in combinations(lists, 2)
        if inner.startswith(f"{outer}[]")
        for text in every
        if text not in lists
    ]
    several = [*combinations(every, 2), *nested]
    together = [group for group in several if _go_together(kind, group)]
    whole = [group for one in (lists, tuple(every)) for group in _alternatives(kind, one)]
    return [*((one,) for one in every), *together, *whole]


def _go_together(kind: str, paths: tuple[str, ...]) -> bool:
    """Whether one object may have them all."""
    heads = {path.split(".")[0].removesuffix("[]") for path in paths}
    return len(heads & set(ONE_OF.get(kind, ()))) < 2


def _alternatives(kind: str, paths: tuple[str, ...]) -> list[tuple[str, ...]]:
    """All of them but those that exclude others, once for each of these."""
    return (
        [
            tuple(path for path in paths if not path.startswith(tuple(set(ONE_OF[kind]) - {kept})))
            for kept in ONE_OF[kind]
        ]
        if kind in ONE_OF
        else [paths]
    )


class _Fits:
    """Asks as seldom as it can.

    What is within one that fits does so too, and what holds one that is too large is too large.
    """

    def __init__(self, asked: Callable[[tuple[str, ...]], bool]) -> None:
        self._asked = asked
        self._fit: list[frozenset[str]] = []
        self._too_large: list[frozenset[str]] = []

    def __call__(self, paths: tuple[str, ...]) -> bool:
        these = frozenset(paths)
        if any(one <= these for one in self._too_large):
            return False
        if any(these <= one for one in self._fit):
            return True
        fits = self._asked(paths)
        (self._fit if fits else self._too_large).append(these)
        return fits

    def has_seen(self, paths: tuple[str, ...]) -> bool:
        """Whether these fit by an answer to them, and not by one to more of them."""
        return frozenset(paths) in self._fit


def gathered(kind: str, fits: Callable[[tuple[str, ...]], bool]) -> list[tuple[str, ...]]:
    """Every maximum alone, few unions that hold every group between them, and the groups that fit nowhere.

    What a rule costs, and what an object weighs, grows with each list and text: an object that is taken
    answers for all groups that are within it.
    """
    every = maxima(kind)
    fits = _Fits(fits)
    unions: list[tuple[str, ...]] = []
    apart = [(one,) for one in every]
    for group in sorted(groups(kind), key=len, reverse=True):
        if any(set(group) <= set(union) for union in unions):
            continue
        if not fits(group):
            apart.append(group)
            continue
        wider = (tuple(path for path in every if path in {*union, *group}) for union in unions)
        fitting = ((n, union) for n, union in enumerate(wider) if _go_together(kind, union) and fits(union))
        place = next(fitting, None)
        if place is None:
            unions.append(group)
        else:
            unions[place[0]] = place[1]
    guessed = [union for union in unions if not fits.has_seen(union)]
    assert guessed == [], "a union stands for what is within it: it has to fit itself"
    return [*unions, *dict.fromkeys(apart)]


def stretched(kind: str, paths: tuple[str, ...]) -> dict[str, Any]:
    """A good spec with these at their largest."""
    body, schema = spec(kind), spec_schema(kind)
    if kind == "SchoolCalendar":
        needed = {NEEDS[last] for path in paths if (last := path.rpartition(".")[2]) in NEEDS}
        paths = tuple(dict.fromkeys([*needed, *paths]))
    if any(path.startswith("autoscalerRefs") for path in paths):
        body["autoscalerRefs"] = body.pop("selector") and NAMED
    lists = [path for path in paths if _at(schema, path)["type"] == "array"]
    for path in sorted(lists, key=lambda path: (path.count("[]"), path not in NEEDS.values())):
        _lengthen(body, schema, path)
    for path in paths:
        if _is_map(_at(schema, path)):
            _fill_map(body, schema, path)
        elif path not in lists:
            _write_out(body, schema, path)
    return body


def _fill_map(body: dict[str, Any], schema: dict[str, Any], path: str) -> None:
    """A map gets as many entries as there may be, of the longest labels."""
    node = _at(schema, path)
    *parents, last = path.split(".")
    value = "v" * node["additionalProperties"]["maxLength"]
    for place in _places(body, parents):
        place[last] = {f"{n:02}{LABEL_KEY[2:]}": value for n in range(node["maxProperties"])}


def _at(schema: dict[str, Any], path: str) -> dict[str, Any]:
    for part in path.split("."):
        schema = schema["properties"][part.removesuffix("[]")]
        if part.endswith("[]"):
            schema = schema["items"]
    return schema


def _places(body: Any, parents: list[str]) -> list[dict[str, Any]]:
    """The objects at a path, `[]` standing for every entry; those that are not there are left out."""
    found = [body]
    for part in parents:
        name, many = part.removesuffix("[]"), part.endswith("[]")
        inside = [place[name] for place in found if name in place]
        found = [item for items in inside for item in items] if many else inside
    return found


def _lengthen(body: dict[str, Any], schema: dict[str, Any], path: str) -> None:
    *parents, last = path.split(".")
    node = _at(schema, path)
    for place in _places(body, parents):
        if last in place or _may_have(place, last):
            place[last] = _filled(body, node, last, path, place.get(last, []))


def _may_have(place: dict[str, Any], field: str) -> bool:
    """Whether an entry that lacks a list may have it: what excludes others stays as it is."""
    return field in NEEDS and "percent" not in place


def _filled(body: dict[str, Any], node: dict[str, Any], last: str, path: str, given: list[Any]) -> list[Any]:
    most, items = node["maxItems"], node["items"]
    if items["type"] == "string":
        if "enum" in items:
            return items["enum"][:most]
        if path in {"regions", "rotation.labels"} or last not in NEEDS or "regions" not in body:
            return [*given, *(f"n{n}" for n in range(len(given), most))]
        source = body["rotation"]["labels"] if last == "labels" else [one["name"] for one in body[last]]
        return list(source[:most])
    if last == "classPeriods":
        return [{"name": str(n), "startTime": _clock(n), "endTime": _clock(n + 1)} for n in range(most)]
    templates = given[-1:] if last in {"academicSessions", "bellSchedules"} else given
    texts = [json.dumps(each) for each in templates]  # read again, each is a copy, and sooner than by `copy`
    more = [json.loads(texts[n % len(texts)]) for n in range(len(given), most)]
    for n, item in enumerate(more, start=len(given)):
        if "name" in item:
            item["name"] = f"{item['name'][:20]}-{n}"
    return [*given, *more]


def _clock(n: int) -> str:
    return f"{6 + n // 2:02}:{30 * (n % 2):02}"


def _write_out(body: dict[str, Any], schema: dict[str, Any], path: str) -> None:
    node = _at(schema, path)
    refers = {name for name, source in REFERENCES.items() if source == path}
    *parents, last = path.split(".")
    pad = _Pad(path, node)
    if refers:
        _everywhere(body, refers, pad)
    name = last.removesuffix("[]")
    for place in _places(body, parents):
        if last.endswith("[]") and (name in place or name in NEEDS):
            place[name] = [pad(one) for one in place.get(name, ["n"])]
        elif name in place or (last in {"title", "note"}):
            place[name] = pad(place.get(name, ""))


def _everywhere(value: Any, fields: set[str], pad: _Pad) -> None:
    """Stretches what refers, wherever it stands; the names themselves are another's matter."""
    if isinstance(value, dict):
        for name, inside in value.items():
            if name in fields and isinstance(inside, str):
                value[name] = pad(inside)
            elif name in fields and isinstance(inside, list) and all(isinstance(one, str) for one in inside):
                value[name] = [pad(one) for one in inside]
            elif isinstance(inside, (dict, list)):
                _everywhere(inside, fields, pad)
    elif isinstance(value, list):
        for inside in value:
            if isinstance(inside, (dict, list)):
                _everywhere(inside, fields, pad)


class _Pad:
    """Stretches a text to its most characters and keeps what tells it from others; twice changes nothing."""

    def __init__(self, path: str, node: dict[str, Any]) -> None:
        self._form = OF_LABELS.get(path) or LONG.get(path.rpartition(".")[2].removesuffix("[]"))
        self._most = node["maxLength"]

    def __call__(self, text: str) -> str:
        return self._form or text + "x" * (self._most - len(text))
