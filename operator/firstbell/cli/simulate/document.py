"""How a simulation is printed for programs."""

from __future__ import annotations

import json
from typing import Any

import typer
import yaml

from firstbell.cli.simulate.output import SimulateOutput


def print_document(document: dict[str, Any], output: SimulateOutput) -> None:
    """Print a document as JSON, or as YAML where that is asked for."""
    text = json.dumps(document, indent=2)
    if output is SimulateOutput.YAML:
        # Through JSON, so that enumerations are plain words.
        typer.echo(yaml.safe_dump(json.loads(text), sort_keys=False, allow_unicode=True), nl=False)
    else:
        typer.echo(text)
