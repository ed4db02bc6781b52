"""The options that name a cluster, and what is meant of it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from firstbell.cli.output import refuse

Given = TypeVar("Given", str | None, list[str] | None)
_UNSET = "as where a shell's variable is not set"
_NAME = re.compile(r"[\w.-]+", re.ASCII)
"""What may be part of a name: nothing that means something in an address. Whether there is one is asked."""


def filled(option: typer.CallbackParam, given: str | None) -> str | None:
    """Return the text of an option; end the command where it says nothing, which is not the same as none."""
    _refuse_empty(option, given, "a value")
    return given


def _refuse_empty(option: typer.CallbackParam, given: str | None, wanted: str) -> None:
    if given is not None and not given.strip():
        told = "/".join(option.opts)
        refuse([f"{told} {given!r}: is empty, {_UNSET}. Give {wanted}, or leave it out."])


def namespaced(option: typer.CallbackParam, given: Given) -> Given:
    """Return the namespace or namespaces of an option; end the command where one is empty or cannot be one.

    Empty is not all of them, nor the context's: it is what a shell gives for a variable that is not set. An
    option's own variable that is set and empty is refused, too.
    """
    told = "/".join(option.opts)
    variable = str(option.envvar) if option.envvar else ""
    if not given and variable in os.environ and not os.environ[variable].strip():
        refuse([f"{variable}: is empty. Give a namespace, or unset it."])
    for one in given if isinstance(given, list) else [given]:
        _refuse_empty(option, one, "a namespace")
        if one is not None and not is_name(one):
            refuse([f"{told} {one!r}: is no namespace's name. Give one namespace, like school."])
    return given


def is_name(text: str) -> bool:
    """Tell whether a text may be the name of an object, as far as that is seen without asking anybody."""
    return _NAME.fullmatch(text) is not None


Kubeconfig = Annotated[
    Path | None,
    typer.Option(
        "--kubeconfig", metavar="FILE", help="The kubeconfig; default the pod's own account, else KUBECONFIG."
    ),
]
Context = Annotated[
    str | None, typer.Option("--context", callback=filled, help="The context of the kubeconfig.")
]
Namespace = Annotated[
    str | None,
    typer.Option(
        "--namespace",
        "-n",
        metavar="NAMESPACE",
        callback=namespaced,
        help="The namespace; default the context's.",
    ),
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
