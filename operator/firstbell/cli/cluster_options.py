"""The options that name a cluster, and what is meant of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from firstbell.cli.output import refuse

Kubeconfig = Annotated[
    Path | None,
    typer.Option(
        "--kubeconfig", metavar="FILE", help="The kubeconfig; default the pod's own account, else KUBECONFIG."
    ),
]
Context = Annotated[str | None, typer.Option("--context", help="The context of the kubeconfig.")]
Namespace = Annotated[
    str | None,
    typer.Option("--namespace", "-n", metavar="NAMESPACE", help="The namespace; default the context's."),
]
AllNamespaces = Annotated[bool, typer.Option("--all-namespaces", "-A", help="All namespaces.")]
Contexts = Annotated[
    str | None,
    typer.Option("--contexts", metavar="A,B", help="Several contexts of the kubeconfig, each told by name."),
]
AnswerSeconds = Annotated[
    float,
    typer.Option("--timeout", min=0.1, metavar="SECONDS", help="How long each cluster has to answer."),
]
ANSWER_SECONDS = 10.0


def contexts_meant(context: str | None, contexts: str | None) -> tuple[str | None, ...]:
    """Return the contexts that are meant, each once; None is the current one. Refuses what makes no sense."""
    if contexts is None:
        return (context,)
    if context is not None:
        refuse(["Give either --context or --contexts."])
    named = [one.strip() for one in contexts.split(",") if one.strip()]
    if not named:
        refuse(["--contexts names none. Write them with commas: --contexts a,b"])
    return tuple(dict.fromkeys(named))
