"""How to reach the Kubernetes API: from inside a pod, or by a kubeconfig.

An explicit kubeconfig or context wins; then the pod's own service account; then KUBECONFIG or the user's
file, as kubectl reads them. Tokens are never logged.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import yaml
from kubernetes.aio import config
from kubernetes.aio.client import Configuration

if TYPE_CHECKING:
    from collections.abc import Mapping


_DEFAULT_NAMESPACE = "default"
_POD_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")

_NOT_A_KUBECONFIG = (TypeError, AttributeError, ValueError)
_UNUSABLE = (config.ConfigException, OSError, yaml.YAMLError, *_NOT_A_KUBECONFIG)
"""What the client raises on a kubeconfig that is missing, damaged, or not a kubeconfig at all."""


class AccessError(Exception):
    """No way to the API was found; the text says what to do."""


async def load_access(
    kubeconfig: Path | None, context: str | None, environ: Mapping[str, str] = os.environ
) -> Configuration:
    """The client configuration for the API server that was asked for.

    Raises AccessError with a sentence for people.
    """
    configuration = Configuration()
    # A watchful operator talks to one host: a pool that lets all workers write at once.
    configuration.connection_pool_maxsize = 64
    in_pod = bool(environ.get("KUBERNETES_SERVICE_HOST")) and kubeconfig is None and context is None
    named = _named(kubeconfig, environ)
    try:
        if named is not None and not named.exists():
            raise FileNotFoundError  # the client would say so in a line of its own, beside ours
        if in_pod and not environ.get("KUBECONFIG"):
            config.load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
        else:
            await config.load_kube_config(  # type: ignore[no-untyped-call]
                config_file=str(kubeconfig) if kubeconfig else None,
                context=context,
                client_configuration=configuration,
                persist_config=False,
            )
    except _UNUSABLE as error:
        where = f"kubeconfig {named}" if named else "kubeconfig"
        wanted = f" with context {context!r}" if context else ""
        cure = "Give --kubeconfig or --context, or set KUBECONFIG."
        msg = f"no access to a cluster by the {where}{wanted}: {_why(error, named)}. {cure}"
        raise AccessError(msg) from error
    _reach_as_the_environment_says(configuration)
    return configuration


def _reach_as_the_environment_says(configuration: Configuration) -> None:
    """Finds the proxy of the environment once: left to itself the client looks for it at each request.

    For that, and for a look into ~/.netrc, it asks two threads one after the other: a quarter of what our
    writes cost the processor.
    """
    host = urlsplit(configuration.host)
    if not configuration.proxy and host.hostname and not proxy_bypass(host.hostname):
        configuration.proxy = getproxies().get(host.scheme)
    configuration.client_session_kwargs = {"trust_env": False}


def _named(kubeconfig: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The one file that was named, by option or environment; None where there are several or none."""
    named = environ.get("KUBECONFIG", "")
    return kubeconfig or (Path(named) if named and os.pathsep not in named else None)


def _why(error: Exception, kubeconfig: Path | None) -> str:
    """What is wrong with the kubeconfig, on one line."""
    if kubeconfig is not None and not kubeconfig.exists():
        return "there is no such file"
    if isinstance(error, _NOT_A_KUBECONFIG):
        return "it does not hold what a kubeconfig holds"
    return " ".join(str(error).split()).rstrip(".")


def own_namespace(
    kubeconfig: Path | None, context: str | None, environ: Mapping[str, str] = os.environ
) -> str:
    """The namespace that is meant where none is given: the context's, or the pod's own; else `default`."""
    in_pod = bool(environ.get("KUBERNETES_SERVICE_HOST")) and kubeconfig is None and context is None
    named = _named(kubeconfig, environ)
    if named is not None and not named.exists():
        return _DEFAULT_NAMESPACE  # whoever goes on to ask the cluster is told so; the client would, too
    try:
        if in_pod and not environ.get("KUBECONFIG"):
            return _POD_NAMESPACE.read_text(encoding="utf-8").strip() or _DEFAULT_NAMESPACE
        contexts, current = config.list_kube_config_contexts(  # type: ignore[no-untyped-call]
            config_file=str(kubeconfig) if kubeconfig else None
        )
        wanted = next((one for one in contexts if one["name"] == context), current) if context else current
        return str((wanted.get("context") or {}).get("namespace") or _DEFAULT_NAMESPACE)
    except (*_UNUSABLE, KeyError):
        return _DEFAULT_NAMESPACE
