"""An API server that serves lists and nothing else, and kubeconfigs that name several such."""

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

Json = dict[str, Any]


@contextlib.contextmanager
def serving(lists: Mapping[str, Sequence[Json]], namespaces: Sequence[str] = ()) -> Iterator[str]:
    """The address of a server with these objects, by plural; what else is asked for is not there."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path).path.split("/")
            named = parts[-2] == "namespaces"
            found = parts[-1] in namespaces if named else parts[-1] in lists
            items = [
                one
                for one in lists.get(parts[-1], ())
                if "namespaces" not in parts or one["metadata"]["namespace"] == parts[-2]
            ]
            body = {"kind": "List", "metadata": {"resourceVersion": "1"}, "items": items}
            text = json.dumps(body if found else {"kind": "Status", "message": "not found"}).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def contexts(folder: Path, addresses: Mapping[str, str]) -> str:
    """The path of a kubeconfig with a context for each address; the first is the current one."""
    body = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": at}} for name, at in addresses.items()],
        "users": [{"name": "me", "user": {}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": "me"}} for name in addresses],
        "current-context": next(iter(addresses)),
    }
    path = folder / "contexts"
    path.write_text(yaml.safe_dump(body))
    return str(path)
