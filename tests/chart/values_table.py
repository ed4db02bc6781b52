"""The table of values in the chart's README, made from values.yaml and its comments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from tests.chart.rendering import CHART

if TYPE_CHECKING:
    from collections.abc import Iterator

README = CHART / "README.md"
BEGIN = "<!-- values: written from values.yaml by `python -m tests.chart.rewrite_golden` -->"
END = "<!-- end of values -->"
HEAD = "| value | default | meaning |\n|---|---|---|\n"


class TableError(Exception):
    """A value without a comment, or a README without the table's place."""


@dataclass(frozen=True)
class Value:
    """A value that an installer may set, or a group of such; `default` is None for a group."""

    name: str
    default: str | None
    meaning: str


def values(text: str) -> list[Value]:
    """Each value and each group that bears a comment, in the order of the file.

    A map none of whose keys has a comment is one value.
    """
    lines = text.splitlines()
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)
    return list(_below(root, lines, ""))


def table(text: str) -> str:
    """The table in Markdown; raises TableError on a value that nobody explained."""
    found = values(text)
    unexplained = [value.name for value in found if value.default is not None and not value.meaning]
    if unexplained:
        raise TableError(f"without a comment right above it in values.yaml: {', '.join(unexplained)}")
    return HEAD + "".join(_row(value) for value in found)


def readme_with(readme: str, made: str) -> str:
    """The README with this table in its place."""
    before, begun, rest = readme.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (begun and ended):
        raise TableError(f"{README.name} has no place for the table: {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{made}{END}{after}"


def _below(node: yaml.MappingNode, lines: list[str], path: str) -> Iterator[Value]:
    for key, value in node.value:
        name = f"{path}{key.value}"
        meaning = _comment(lines, key.start_mark.line)
        if _is_group(value, lines):
            if meaning:
                yield Value(name, None, meaning)
            yield from _below(value, lines, f"{name}.")
        else:
            yield Value(name, _flow(value), meaning)


def _is_group(node: yaml.Node, lines: list[str]) -> bool:
    # Of a map in braces the comment is that of its line, which is the map's.
    if not isinstance(node, yaml.MappingNode) or node.flow_style:
        return False
    return any(_comment(lines, key.start_mark.line) or _is_group(value, lines) for key, value in node.value)


def _comment(lines: list[str], line: int) -> str:
    """What stands in the lines of comment right above, as far as they are indented like the key."""
    indent = len(lines[line]) - len(lines[line].lstrip())
    said: list[str] = []
    for above in reversed(lines[:line]):
        if not above.startswith(" " * indent + "#"):
            break
        said.insert(0, above.strip().removeprefix("#").strip())
    return " ".join(said)


def _flow(node: yaml.Node) -> str:
    """A default on one line, as one would write it."""
    plain = yaml.safe_load(yaml.serialize(node, Dumper=yaml.SafeDumper))
    said = yaml.safe_dump(plain, default_flow_style=True, width=10_000, sort_keys=False)
    return said.removesuffix("\n").removesuffix("\n...") if plain != "" else '""'


def _row(value: Value) -> str:
    default = "" if value.default is None else f"`{value.default}`"
    # Escaped, not as an entity: in code, from where commands are copied, an entity is shown as it is written.
    return (
        "| "
        + " | ".join(cell.replace("|", "\\|") for cell in (f"`{value.name}`", default, value.meaning))
        + " |\n"
    )
