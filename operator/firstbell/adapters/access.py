"""How to reach the Kubernetes API: from inside a pod, or by a kubeconfig.

An explicit kubeconfig or context wins; then the pod's own service account; then KUBECONFIG or the user's
file, as kubectl reads them. All of it is read again and again, since all may be rotated: the kubeconfig, the
file of a token, certificates, what a program gives (`renewal` says when). Tokens are never logged.
"""

from __future__ import annotations

import asyncio
import copy
import hashlib
import os
import ssl
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import yaml
from kubernetes.aio import config
from kubernetes.aio.client import Configuration
from kubernetes.aio.config.kube_config import (
    KubeConfigLoader,
    KubeConfigMerger,
)

from firstbell.adapters.daemon_threads import DaemonThreads
from firstbell.adapters.exec_plugin import ExecPlugin, PluginCredentials, PluginError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

READ_SECONDS = 10.0
"""How long files may take to be read; they may lie on another machine."""

MOST_NAMED = 10
"""Contexts that a sentence lists."""

_DEFAULT_NAMESPACE = "default"
_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")

_NOT_A_KUBECONFIG = (TypeError, AttributeError, ValueError, KeyError)
_UNUSABLE = (config.ConfigException, OSError, yaml.YAMLError, *_NOT_A_KUBECONFIG)
"""What the client raises on a kubeconfig that is missing, damaged, or not a kubeconfig at all."""


class AccessError(Exception):
    """No way to the API was found; the text says what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """Where the API server is, whom to trust as such, and how to show who we are."""

    host: str
    authorization: str = field(default="", repr=False)
    """The header; empty where a certificate shows it, or nothing."""
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    """The same one as before where none of its certificates has changed."""
    tls_name: str | None = None
    proxy: str | None = None
    expires: datetime | None = None
    """When it has to be read anew at the latest, aware; None where that is not known."""
    source: str = "the kubeconfig"
    """Where it comes from, for people."""
    cure: str = "Give a kubeconfig with a valid token or certificate: it is read anew by itself."
    """What to do where the API server refuses it."""
    trouble: str = ""
    """Why it does not show who we are; empty where it does."""

    def same_as(self, other: Access) -> bool:
        """Tell whether the API server would take the two for the same."""
        ours = (self.host, self.authorization, self.tls, self.tls_name, self.proxy)
        return ours == (other.host, other.authorization, other.tls, other.tls_name, other.proxy)


class _Trust:
    """The TLS context of certificates in files: a new one only where their content has changed."""

    def __init__(self) -> None:
        self._print = b""
        self._context: ssl.SSLContext | None = None

    def context(self, configuration: Configuration, given: PluginCredentials | None) -> ssl.SSLContext | None:
        if not configuration.host.startswith("https"):
            return None
        pair = (given.certificate.encode(), given.key.encode()) if given is not None else (b"", b"")
        files = (configuration.ssl_ca_cert, configuration.cert_file, configuration.key_file)
        parts = [Path(each).read_bytes() if each else b"" for each in files]
        told = [*parts, *pair, b"checked" if configuration.verify_ssl else b""]
        found = hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in told)).digest()
        if self._context is None or found != self._print:
            self._context, self._print = _context(configuration, given), found
        return self._context


def _context(configuration: Configuration, given: PluginCredentials | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=configuration.ssl_ca_cert or None)
    if given is not None and given.certificate:
        # Python reads certificates from files alone; nothing of it stays on the disk.
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "pair.pem"
            file.touch(mode=0o600)
            file.write_text(f"{given.certificate}\n{given.key}\n", encoding="ascii")
            context.load_cert_chain(file)
    elif configuration.cert_file:
        context.load_cert_chain(configuration.cert_file, keyfile=configuration.key_file)
    if not configuration.verify_ssl:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class PodAccess:
    """The service account of the pod, whose files the kubelet rotates."""

    def __init__(self) -> None:
        self._trust = _Trust()
        self._threads = DaemonThreads(most=1, most_of_one=1)

    async def read(self, *, anew: bool) -> Access:
        """Return what the files say now. Raises AccessError."""
        del anew  # they are read whole each time
        try:
            async with asyncio.timeout(READ_SECONDS):
                return await self._threads.run("account", self._read)
        except (*_UNUSABLE, TimeoutError) as error:
            raise _no_access(error, "the pod's service account") from error

    def _read(self) -> Access:
        configuration = Configuration()
        config.load_incluster_config(client_configuration=configuration, try_refresh_token=False)  # type: ignore[no-untyped-call]
        return Access(
            host=configuration.host,
            authorization=_authorization(configuration),
            tls=self._trust.context(configuration, None),
            proxy=_proxy(configuration),
            source="the pod's service account",
            cure="The token of the pod's service account is read anew each minute: see whether the "
            "ServiceAccount still exists, and begin the pod anew.",
        )


class KubeconfigAccess:
    """A kubeconfig: one file, or several as KUBECONFIG names them."""

    def __init__(self, kubeconfig: Path | None, context: str | None, environ: Mapping[str, str]) -> None:
        self._paths = _paths(kubeconfig, environ)
        self._told = f"the kubeconfig {os.pathsep.join(map(str, self._paths))}"
        self._named = _named(kubeconfig, environ)
        self._context = context
        self._trust = _Trust()
        self._threads = DaemonThreads(most=1, most_of_one=1)
        self._plugin: ExecPlugin | None = None
        self._given: PluginCredentials | None = None
        self._provider_told: Any = None
        self._provider: Any = None

    async def read(self, *, anew: bool) -> Access:
        """Return what it says now; a program that it names is asked only if `anew`, or where it has changed.

        Raises AccessError. What the program does not give is told as the trouble of the answer.
        """
        try:
            async with asyncio.timeout(READ_SECONDS):
                merged = await self._threads.run("kubeconfig", self._merged)
            user, folder = _user(merged, self._context)
            trouble = await self._ask_plugin(merged, user, folder, anew=anew)
            async with asyncio.timeout(READ_SECONDS):
                return await self._threads.run("kubeconfig", lambda: self._loaded(merged, user, trouble))
        except (*_UNUSABLE, TimeoutError) as error:
            wanted = f" with context {self._context!r}" if self._context else ""
            raise _no_access(error, f"{self._told}{wanted}") from error

    def _merged(self) -> Any:
        if not any(path.exists() for path in self._paths):
            unnamed = "" if self._named else ", and KUBECONFIG names no other"
            raise config.ConfigException(f"there is no such file{unnamed}")
        return KubeConfigMerger(_joined(self._paths)).config  # type: ignore[no-untyped-call]

    async def _ask_plugin(self, merged: Any, user: dict[str, Any], folder: Path, *, anew: bool) -> str:
        """Have what the program gives at hand; return why it gives nothing, or an empty text."""
        told = user.pop("exec", None)
        if told is None or "auth-provider" in user:
            self._plugin = self._given = None
            return ""
        try:
            plugin = ExecPlugin.of(told, folder, _cluster(merged, self._context))
            if anew or self._given is None or plugin != self._plugin:
                self._given = await plugin.run()
                self._plugin = plugin
        except PluginError as error:
            return str(error)
        return ""

    def _loaded(self, merged: Any, user: dict[str, Any], trouble: str) -> Access:
        given = self._given
        if given is not None and given.token:
            user.pop("tokenFile", None)
            user["token"] = given.token
        elif user.get("tokenFile"):
            user.pop("token", None)  # kubectl prefers the file, the client the other
        self._keep_provider(user)
        configuration = Configuration()
        loader = KubeConfigLoader(merged, active_context=self._context, config_base_path=None)  # type: ignore[no-untyped-call]
        asyncio.run(loader.load_and_set(configuration))  # type: ignore[no-untyped-call]
        return Access(
            host=configuration.host,
            authorization=_authorization(configuration),
            tls=self._trust.context(configuration, given),
            tls_name=configuration.tls_server_name,
            proxy=_proxy(configuration),
            expires=given.expires if given is not None else None,
            source=self._told,
            cure=_cure(self._told, user, self._plugin),
            trouble=trouble,
        )

    def _keep_provider(self, user: dict[str, Any]) -> None:
        """Keep what an `auth-provider` was given since, as long as the file says the same.

        The client renews its tokens in place; some providers take each token for a renewal only once.
        """
        told = user.get("auth-provider")
        if told is None or told != self._provider_told:
            self._provider_told, self._provider = copy.deepcopy(told), told
        else:
            user["auth-provider"] = self._provider


def find_access(
    kubeconfig: Path | None, context: str | None, environ: Mapping[str, str] = os.environ
) -> PodAccess | KubeconfigAccess:
    """Tell where access to the API server that was asked for is to be read."""
    if _in_pod(kubeconfig, context, environ):
        return PodAccess()
    return KubeconfigAccess(kubeconfig, context, environ)


def _authorization(configuration: Configuration) -> str:
    """Return the header; files of tokens end with a line's end more often than not."""
    scheme, _, token = str((configuration.api_key or {}).get("BearerToken") or "").partition(" ")
    return f"{scheme.capitalize()} {token.strip()}" if token.strip() else ""


def _cure(named: str, user: Mapping[str, Any], plugin: ExecPlugin | None) -> str:
    if plugin is not None:
        return (
            f"The exec plugin {plugin.name} of {named} is asked again by itself: run it by hand to see whom "
            "it speaks for."
        )
    if user.get("tokenFile"):
        return f"The tokenFile of {named} is read anew each minute: renew the token in it."
    return f"Put a valid token or certificate into {named}: it is read anew each minute."


def _proxy(configuration: Configuration) -> str | None:
    """Return the proxy of the kubeconfig, else of the environment.

    It is found once, not looked for at each request.
    """
    host = urlsplit(configuration.host)
    if not configuration.proxy and host.hostname and not proxy_bypass(host.hostname):
        return getproxies().get(host.scheme)
    return configuration.proxy or None


def _context_of(merged: Any, context: str | None) -> Any:
    found = merged["contexts"].get_with_name(context or merged["current-context"], safe=True)
    if found is None:
        named = ", ".join(str(one["name"]) for one in merged["contexts"].value[:MOST_NAMED])
        raise config.ConfigException(f"it has none of that name; it has {named or 'none at all'}")
    return found["context"]


def _cluster(merged: Any, context: str | None) -> dict[str, Any]:
    found = merged["clusters"].get_with_name(_context_of(merged, context)["cluster"])["cluster"]
    return dict(found.value)


def _user(merged: Any, context: str | None) -> tuple[dict[str, Any], Path]:
    """Return the user of the context, to be changed in place, and the folder of the file that it is in."""
    name = _context_of(merged, context).safe_get("user")
    found = merged["users"].get_with_name(name, safe=True) if name and merged.safe_get("users") else None
    user = found.safe_get("user") if found is not None else None
    if found is None or not isinstance(user, dict):
        return {}, Path()
    return user, Path(found.path or "").absolute().parent


def _in_pod(kubeconfig: Path | None, context: str | None, environ: Mapping[str, str]) -> bool:
    """Tell whether the pod's own account is meant."""
    inside = bool(environ.get("KUBERNETES_SERVICE_HOST"))
    return inside and context is None and not _named(kubeconfig, environ)


def _named(kubeconfig: Path | None, environ: Mapping[str, str]) -> bool:
    """Tell whether an option or the environment says which kubeconfig is meant."""
    return kubeconfig is not None or bool(environ.get("KUBECONFIG"))


def _paths(kubeconfig: Path | None, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the files that are meant, as kubectl reads them: an empty KUBECONFIG is none."""
    if kubeconfig is not None:
        return (kubeconfig,)
    named = tuple(Path(name) for name in environ.get("KUBECONFIG", "").split(os.pathsep) if name)
    return named or (Path("~/.kube/config").expanduser(),)


def _joined(paths: Sequence[Path]) -> str:
    """Return the files that are there, for the client, which has a line of its own for one that is not."""
    return os.pathsep.join(str(path) for path in paths if path.exists())


def _no_access(error: Exception, where: str) -> AccessError:
    cure = "Give --kubeconfig or --context, or set KUBECONFIG."
    return AccessError(f"no access to a cluster by {where}: {_why(error)}. {cure}")


def _why(error: Exception) -> str:
    """Return what is wrong, on one line."""
    if isinstance(error, TimeoutError):
        return f"it could not be read in {READ_SECONDS:g} s"
    if isinstance(error, _NOT_A_KUBECONFIG):
        return "it does not hold what a kubeconfig holds"
    text = error.strerror.lower() if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(text.split()).rstrip(".")


def namespace_of_pod(
    kubeconfig: Path | None, context: str | None, environ: Mapping[str, str] = os.environ
) -> str:
    """Return the namespace that we run in as a pod; empty where we do not run in one."""
    try:
        if _in_pod(kubeconfig, context, environ):
            return (_ACCOUNT / "namespace").read_text(encoding="utf-8").strip()
    except _UNUSABLE:
        return ""
    return ""


def own_namespace(
    kubeconfig: Path | None, context: str | None, environ: Mapping[str, str] = os.environ
) -> str:
    """Return the namespace that is meant where none is given: the context's or the pod's.

    Where there is neither it is `default`.
    """
    paths = _paths(kubeconfig, environ)
    try:
        if _in_pod(kubeconfig, context, environ):
            return (_ACCOUNT / "namespace").read_text(encoding="utf-8").strip() or _DEFAULT_NAMESPACE
        if not any(path.exists() for path in paths):
            return _DEFAULT_NAMESPACE  # whoever goes on to ask the cluster is told so
        contexts, current = config.list_kube_config_contexts(  # type: ignore[no-untyped-call]
            config_file=_joined(paths)
        )
        wanted = next((one for one in contexts if one["name"] == context), current) if context else current
        return str((wanted.get("context") or {}).get("namespace") or _DEFAULT_NAMESPACE)
    except _UNUSABLE:
        return _DEFAULT_NAMESPACE
