"""The page of kinds: every field with its type, default, bounds and meaning, from the definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firstbell.kinds.crds import RENDERED_KINDS, VERSION, object_schema
from firstbell.kinds.group import GROUP
from firstbell.kinds.scalars import (
    BELL_PATTERN,
    DATE_PATTERN,
    END_PATTERN,
    NAME_PATTERN,
    QUANTITY_PATTERN,
    SUBDOMAIN_PATTERN,
    TIME_PATTERN,
    URL_PATTERN,
)
from firstbell_workshop.reference.markdown import code, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.kinds.crds import Kind

FILE = "reference/kinds.md"
_INTRODUCTION = f"""# Kinds: every field
All are `{GROUP}/{VERSION}`. A name that ends in `[]` is a list, `{{}}` a map of labels. A field in **bold**
has to be given. Bounds are held by the API server. `kubectl explain schoolas.spec` says the same of the
definitions that are installed.
"""
_LARGEST = 2**31 - 1
_PATTERNS = {
    NAME_PATTERN: "no blanks at its ends",
    DATE_PATTERN: "YYYY-MM-DD",
    BELL_PATTERN: "HH:MM",
    END_PATTERN: "HH:MM or 24:00",
    TIME_PATTERN: "RFC 3339 with its offset",
    QUANTITY_PATTERN: "a quantity such as `500m`",
    SUBDOMAIN_PATTERN: "a name of Kubernetes",
    URL_PATTERN: "http or https",
}
"""The patterns that need no reading of patterns."""


def page() -> str:
    """Return the page."""
    return _INTRODUCTION + "".join(_section(kind) for kind in RENDERED_KINDS)


def _section(kind: Kind) -> str:
    schema = object_schema(kind)["properties"]
    first = next(one for one in RENDERED_KINDS if one.spec is kind.spec)
    if first is not kind:
        fields = f"\nFields and columns are those of [{first.kind}](#{first.kind.lower()}).\n"
        return f"\n## {kind.kind}\n{kind.description}\n\n{_names(kind)}{fields}"
    columns = [(column.name, column.description, code(column.path)) for column in kind.columns]
    return (
        f"\n## {kind.kind}\n{kind.description}\n\n{_names(kind)}"
        f"\n### spec of {kind.kind}\n\n{_fields(schema['spec'])}{_rules(schema['spec'])}"
        f"\n### status of {kind.kind}\nWritten by the operator alone.\n\n{_fields(schema['status'])}"
        f"\n### columns of {kind.kind}\n" + table(("column", "what it is", "from"), columns)
    )


def _names(kind: Kind) -> str:
    scope = "of the whole cluster" if kind.scope == "Cluster" else "of a namespace"
    return f"Short name {code(kind.short)}; {scope}.\n"


def _rules(schema: dict[str, Any]) -> str:
    """Return what the API server holds of several fields together, as a list."""
    told = sorted(
        {rule["message"] for node in _nodes(schema) for rule in node.get("x-kubernetes-validations", ())}
    )
    head = "\nOf several fields together the API server holds:\n\n" if told else ""
    return head + "".join(f"- {message}\n" for message in told)


def _nodes(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield schema
    for inner in schema.get("properties", {}).values():
        yield from _nodes(inner)
    if "items" in schema:
        yield from _nodes(schema["items"])


def _fields(schema: dict[str, Any]) -> str:
    return table(("field", "type", "default", "what it is"), _rows(schema, ""))


def _rows(schema: dict[str, Any], above: str) -> Iterator[tuple[str, str, str, str]]:
    required = schema.get("required", ())
    for name, node in schema.get("properties", {}).items():
        path, inner = f"{above}{name}", node
        while inner.get("type") == "array":
            path, inner = f"{path}[]", inner["items"]
        if "additionalProperties" in inner:
            path += "{}"
        shown = f"**{code(path)}**" if name in required else code(path)
        yield shown, _type(node), _default(node), node.get("description") or inner.get("description", "")
        yield from _rows(inner, f"{path}.")


def _default(node: dict[str, Any]) -> str:
    if "default" not in node:
        return ""
    default = node["default"]
    return code(str(default).lower() if isinstance(default, bool) else default)


def _type(node: dict[str, Any]) -> str:
    """Return the type with its bounds in words."""
    if node["type"] == "array":
        least = f"{node['minItems']} to " if node.get("minItems") else "at most "
        many = f" of {least}{node['maxItems']}" if "maxItems" in node else ""
        return f"list{many}" if node["items"]["type"] == "object" else f"list{many}: {_type(node['items'])}"
    if "enum" in node:
        return ", ".join(code(value) for value in node["enum"])
    return ", ".join(["date-time" if node.get("format") == "date-time" else node["type"], *_bounds(node)])


def _bounds(node: dict[str, Any]) -> Iterator[str]:
    low, high = node.get("minimum"), node.get("maximum")
    if high is not None and high < _LARGEST:
        yield f"{low} to {high}" if low is not None else f"at most {high}"
    elif low is not None:
        yield f"{low} or more"
    if "maxLength" in node and node.get("minLength") != node["maxLength"]:
        yield f"at most {node['maxLength']} characters"
    if "maxProperties" in node:
        yield f"at most {node['maxProperties']}"
    if "pattern" in node:
        yield _PATTERNS.get(node["pattern"]) or code(node["pattern"])
