"""`firstbell schema`: JSON Schema of the kinds, for completion and checks in editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def schema(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="[KIND]", help="One kind alone, such as SchoolCalendar. Without it all kinds in one."
        ),
    ] = None,
    write: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Write all of them to a folder: firstbell.json, and a file for each kind."
        ),
    ] = None,
) -> None:
    """Print the JSON Schema of the kinds, for completion and checks in editors.

    Objects of other groups pass, so it may be set for every manifest. What only lint can know, such as rules
    between fields, it does not say. Exit code 2: there is no such kind, or a file could not be written.
    """
    from firstbell.cli.output import refuse
    from firstbell.cli.written_files import write_text
    from firstbell.kinds.editor_schema import schema_of, schema_of_all, schemas_by_file
    from firstbell.kinds.group import KINDS
    from firstbell.kinds.problems import nearest, quoted

    if write is not None:
        if kind is not None:
            refuse(["--write writes every kind. Leave KIND out."])
        for name, body in schemas_by_file().items():
            write_text(write / name, _text(body))
        return
    if kind is None:
        print(_text(schema_of_all()), end="")
        return
    known = {name.lower(): name for name in KINDS}.get(kind.lower())
    if known is None:
        refuse([f"There is no kind {quoted(kind)}. {nearest(kind, KINDS, noun='kind')}."])
    print(_text(schema_of(known)), end="")


def _text(body: dict[str, object]) -> str:
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"
