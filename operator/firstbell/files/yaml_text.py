"""YAML text as plain data that knows its lines.

Built from the parser's events without recursion, so that neither deep nesting nor aliases that multiply can
exhaust anything: an alias shares the value it names, and what all aliases of a text would expand to is
counted. Keys that stand twice in one mapping are problems, each with its line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from firstbell.files.yaml_scalars import plain, tagged
from firstbell.kinds.problems import PathPart, Problem, dotted, parts_of, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_NESTING = 64
MOST_EXPANDED = 100_000
MOST_PROBLEMS = 20

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_COLLECTION_TAGS = {None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}
_MERGE = "<<"


@dataclass(slots=True, eq=False)
class Node:
    """A value, where it starts (where its key does, if it has one), and the nodes inside it.

    Lines and columns count from 1, columns in code points.
    """

    value: Any
    line: int
    inside: dict[PathPart, Node] = field(default_factory=dict)
    size: int = 1
    column: int = 1

    def line_of(self, path: str) -> int:
        """Return the line of a dotted path, or of the deepest part of it that is there."""
        return self.at(path).line

    def at(self, path: str) -> Node:
        """Return the node of a dotted path, or of the deepest part of it that is there."""
        node = self
        for part in parts_of(path):
            if part not in node.inside:
                break
            node = node.inside[part]
        return node


@dataclass(frozen=True, kw_only=True, slots=True)
class LineProblem:
    """A problem on a line of a text."""

    line: int
    problem: Problem
    column: int = 1


class _Stop(Exception):  # noqa: N818 - not an error: it ends the reading of a text inside this file
    def __init__(self, line: int, message: str, cure: str, path: str = "", column: int = 1) -> None:
        super().__init__(message)
        problem = Problem(path=path, message=message, cure=cure)
        self.found = LineProblem(line=line, problem=problem, column=column)


def read_yaml(text: str) -> tuple[Node, ...] | tuple[LineProblem, ...]:
    """Return the documents of a text, empty ones left out, or what is wrong with it.

    It is never both, and never nothing.
    """
    reader = _Reader()
    try:
        for event in _events(text):
            reader.take(event)
    except _Stop as stop:
        return (*reader.problems, stop.found)
    if reader.problems:
        return tuple(reader.problems)
    documents = tuple(document for document in reader.documents if document.value is not None)
    if not documents:
        empty = Problem(path="", message="is empty", cure="Give a file with a SchoolCalendar in it")
        return (LineProblem(line=1, problem=empty),)
    return documents


def _events(text: str) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else text.count("\n", 0, getattr(error, "position", 0)) + 1
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
        cure = "Check indentation, quotes and colons on this line and the one before"
        column = mark.column + 1 if mark else 1
        raise _Stop(line, f"is not YAML: {' '.join(str(reason).split())}", cure, "", column) from None


@dataclass(slots=True, eq=False)
class _Open:
    """A collection that is being read; `key` is that of the value to come."""

    node: Node
    anchor: str | None
    key: str | None = None
    key_line: int = 0
    key_column: int = 1
    merges: list[Node] = field(default_factory=list)


class _Reader:
    """Takes events one by one and keeps the documents that come of them."""

    def __init__(self) -> None:
        self.documents: list[Node] = []
        self.problems: list[LineProblem] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, Node | None] = {}
        self._expanded = 0

    def take(self, event: Any) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._anchors.clear()
        elif isinstance(event, yaml.AliasEvent):
            self._take_alias(str(event.anchor), line, column)
        elif isinstance(event, yaml.ScalarEvent):
            self._take_scalar(event, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._take_start(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            done = self._open.pop()
            self._merge(done)
            self._finish(done.node, done.anchor)

    def _path(self, *more: PathPart) -> str:
        keys: Iterable[PathPart | None] = (
            frame.key if isinstance(frame.node.value, dict) else len(frame.node.value) for frame in self._open
        )
        return dotted((*(key for key in keys if key is not None), *more))

    def _take_alias(self, anchor: str, line: int, column: int) -> None:
        named = self._anchors.get(anchor)
        if named is None:
            cure = "Name an anchor that is complete above this line"
            raise _Stop(line, f"*{anchor} has no anchor", cure, self._path())
        self._expanded += named.size
        if self._expanded > MOST_EXPANDED:
            message = f"the aliases (*name) expand to more than {MOST_EXPANDED} values"
            raise _Stop(line, message, "Write the values out, or give fewer", self._path())
        self._add(Node(named.value, line, named.inside, named.size, column))

    def _take_scalar(self, event: Any, line: int) -> None:
        value: Any = event.value
        try:
            if event.tag is not None:
                value = tagged(event.tag, event.value)
            elif event.implicit[0]:
                value = plain(event.value)
        except ValueError:
            raise self._bad_tag(event.tag, line) from None
        frame = self._open[-1] if self._open else None
        if frame and isinstance(frame.node.value, dict) and frame.key is None:
            self._take_key(frame, event, line)
            return
        self._finish(Node(value, line, column=event.start_mark.column + 1), event.anchor)

    def _take_key(self, frame: _Open, event: Any, line: int) -> None:
        key = str(event.value)
        frame.key, frame.key_line, frame.key_column = key, line, event.start_mark.column + 1
        if event.anchor:
            self._anchors[event.anchor] = Node(key, line)
        if key != _MERGE and key in frame.node.value:
            first = frame.node.inside[key].line
            message = f"stands here already on line {first}" if first != line else "stands here twice"
            problem = Problem(path=self._path(), message=message, cure="Keep one of the two")
            self.problems.append(LineProblem(line=line, problem=problem, column=frame.key_column))
        if len(self.problems) >= MOST_PROBLEMS:
            raise _Stop(line, "there are more problems like these", "Correct these first")

    def _take_start(self, event: Any, line: int) -> None:
        if event.tag not in _COLLECTION_TAGS:
            raise self._bad_tag(event.tag, line)
        if len(self._open) >= MOST_NESTING:
            message = f"is nested deeper than {MOST_NESTING} levels"
            raise _Stop(line, message, "Check the brackets and the indentation")
        frame = self._open[-1] if self._open else None
        if frame and isinstance(frame.node.value, dict) and frame.key is None:
            cure = "Write a single word before the colon"
            raise _Stop(line, "a key is a list or a mapping", cure, self._path())
        if event.anchor:
            self._anchors[event.anchor] = None  # not to be named before it is complete
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        node = Node(value, line, column=event.start_mark.column + 1)
        self._open.append(_Open(node=node, anchor=event.anchor))

    def _finish(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = node
        self._add(node)

    def _add(self, node: Node) -> None:
        """Put a complete value where it belongs."""
        if not self._open:
            self.documents.append(node)
            return
        frame = self._open[-1]
        parent = frame.node
        parent.size += node.size
        if isinstance(parent.value, list):
            parent.inside[len(parent.value)] = node
            parent.value.append(node.value)
        elif frame.key == _MERGE:
            frame.merges.append(node)
            frame.key = None
        elif frame.key is not None:
            # The line of a value is that of its key: where a reader looks for the field.
            parent.inside[frame.key] = Node(
                node.value, frame.key_line, node.inside, node.size, frame.key_column
            )
            parent.value[frame.key] = node.value
            frame.key = None
        else:
            raise _Stop(node.line, "a key is an alias", "Write the key itself", self._path())

    def _merge(self, frame: _Open) -> None:
        """Lay what `<<` names under the mapping's own keys; of several, the first that has a key counts."""
        target = frame.node
        for merged in frame.merges:
            sources = merged.inside.values() if isinstance(merged.value, list) else [merged]
            for source in sources:
                if not isinstance(source.value, dict):
                    cure = "Let << name a mapping, like <<: *name"
                    raise _Stop(merged.line, "<< does not name a mapping", cure, self._path())
                for key, inside in source.inside.items():
                    if key not in target.inside:
                        target.inside[key] = inside
                        target.value[key] = inside.value

    def _bad_tag(self, tag: str, line: int) -> _Stop:
        return _Stop(line, f"the tag {quoted(tag)} means nothing here", "Remove it", self._path())
