"""The API server as tests use it: JSON in, JSON out, and watches; quicker than a kubectl for each look."""

from __future__ import annotations

import copy
import json
import threading
from typing import TYPE_CHECKING, Any, Self

from kubernetes import config
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import HTTPError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Json = dict[str, Any]

ROOTS = {
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "StatefulSet": "/apis/apps/v1/namespaces/{}/statefulsets",
    "HorizontalPodAutoscaler": "/apis/autoscaling/v2/namespaces/{}/horizontalpodautoscalers",
    "ScaledObject": "/apis/keda.sh/v1alpha1/namespaces/{}/scaledobjects",
    "SchoolCalendar": "/apis/firstbell.dev/v1alpha1/namespaces/{}/schoolcalendars",
    "ClusterSchoolCalendar": "/apis/firstbell.dev/v1alpha1/clusterschoolcalendars",
    "ClusterScalingProfile": "/apis/firstbell.dev/v1alpha1/clusterscalingprofiles",
    "CalendarException": "/apis/firstbell.dev/v1alpha1/namespaces/{}/calendarexceptions",
    "SchoolAutoscaler": "/apis/firstbell.dev/v1alpha1/namespaces/{}/schoolautoscalers",
    "ScalingOverride": "/apis/firstbell.dev/v1alpha1/namespaces/{}/scalingoverrides",
    "Portal": "/apis/example.org/v1/namespaces/{}/portals",
    "Buffer": "/apis/example.org/v1/namespaces/{}/buffers",
    "Pod": "/api/v1/namespaces/{}/pods",
    "ResourceQuota": "/api/v1/namespaces/{}/resourcequotas",
    "Event": "/api/v1/namespaces/{}/events",
    "Lease": "/apis/coordination.k8s.io/v1/namespaces/{}/leases",
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
    "Secret": "/api/v1/namespaces/{}/secrets",
    "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts",
    "Namespace": "/api/v1/namespaces",
    "Node": "/api/v1/nodes",
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "Role": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/roles",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings",
    "CustomResourceDefinition": "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    "SubjectAccessReview": "/apis/authorization.k8s.io/v1/subjectaccessreviews",
}
USER_AGENT = "firstbell-tests"
PATCH_TYPES = {list: "application/json-patch+json", dict: "application/merge-patch+json"}


class ClusterApi:
    """One namespace of one API server."""

    def __init__(self, kubeconfig: Path, context: str | None, namespace: str) -> None:
        self._client = config.new_client_from_config(str(kubeconfig), context, persist_config=False)
        self._namespace = namespace
        self._person = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.rest_client.pool_manager.clear()

    def as_person(self, name: str) -> ClusterApi:
        """The same as a user of this name reaches it; it ends with this one."""
        theirs = copy.copy(self)
        theirs._person = name
        return theirs

    def get(self, kind: str, name: str) -> Json | None:
        """One object, or None where there is none."""
        try:
            return self._request("GET", self._path(kind, name))
        except ApiException as error:
            if error.status == 404:
                return None
            raise

    def list(self, kind: str, fields: str = "") -> list[Json]:
        """All of a kind, or those whose fields are so, like `spec.nodeName=`, which cost the server less."""
        query = f"?fieldSelector={fields}" if fields else ""
        return self._request("GET", self._path(kind) + query)["items"]

    def create(self, body: Json, *, dry_run: bool = False) -> Json:
        """One new object; or, dry and as strict with fields as kubectl is, what would become of it."""
        query = "?dryRun=All&fieldValidation=Strict" if dry_run else ""
        return self._request("POST", self._path(body["kind"]) + query, body)

    def apply(self, body: Json) -> Json:
        """A server-side apply, as `kubectl apply --server-side` sends it."""
        path = self._path(body["kind"], body["metadata"]["name"]) + f"?fieldManager={USER_AGENT}"
        return self._request("PATCH", path, body, "application/apply-patch+yaml")

    def patch(
        self, kind: str, name: str, patch: Json | list[Json], subresource: str = "", *, dry_run: bool = False
    ) -> Json:
        """A merge patch (an object) or a JSON patch (a list); or, dry, what would become of it."""
        query = "?dryRun=All" if dry_run else ""
        return self._request("PATCH", self._path(kind, name, subresource) + query, patch)

    def bind(self, pod: str, node: str) -> None:
        """Give a pod its node, as a scheduler does."""
        body = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": pod}}
        self._request(
            "POST", self._path("Pod", pod, "binding"), body | {"target": {"kind": "Node", "name": node}}
        )

    def delete(self, kind: str, name: str) -> None:
        self._request("DELETE", self._path(kind, name), {"propagationPolicy": "Background"})

    def delete_all(self, kind: str) -> None:
        """All of a kind; what they have made goes after them."""
        self._request("DELETE", self._path(kind), {"propagationPolicy": "Background"})

    def watching(self, kind: str, name: str, seen: Callable[[Json], None]) -> Watch:
        """Calls `seen` with every version of an object, from the present one on, while the block lasts."""
        query = f"?watch=1&fieldSelector=metadata.name={name}&timeoutSeconds=600"
        return Watch(lambda: self._send("GET", self._path(kind) + query, stream=True), seen)

    def _path(self, kind: str, name: str = "", subresource: str = "") -> str:
        parts = (ROOTS[kind].format(self._namespace), name, subresource)
        return "/".join(part for part in parts if part)

    def _send(
        self, method: str, path: str, body: object = None, content: str = "", *, stream: bool = False
    ) -> Any:
        headers = {"Accept": "application/json", "User-Agent": USER_AGENT}
        if self._person:
            headers["Impersonate-User"] = self._person
        if body is not None:
            usual = PATCH_TYPES[type(body)] if method == "PATCH" else "application/json"
            headers["Content-Type"] = content or usual
        self._client.update_params_for_auth(headers, [], ["BearerToken"], None, None, None)
        url = self._client.configuration.host + path
        text = None if body is None else json.dumps(body)
        pool = self._client.rest_client.pool_manager
        return pool.request(method, url, headers=headers, body=text, preload_content=not stream)

    def _request(self, method: str, path: str, body: object = None, content: str = "") -> Json:
        answer = self._send(method, path, body, content)
        if answer.status >= 400:
            raise ApiException(status=answer.status, reason=answer.data.decode())
        return json.loads(answer.data)


def if_there(write: Callable[..., object], *what: object) -> None:
    """A write to what may be gone meanwhile."""
    try:
        write(*what)
    except ApiException as error:
        if error.status != 404:
            raise


class Watch:
    """A watch in a thread of its own, ended by leaving the block."""

    def __init__(self, connect: Callable[[], Any], seen: Callable[[Json], None]) -> None:
        self._connect, self._seen = connect, seen
        self._response: Any = None
        self._ended = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._response = self._connect()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        self._response.shutdown()
        self._thread.join(timeout=5)
        self._response.close()

    def _run(self) -> None:
        for line in self._lines():
            self._seen(json.loads(line)["object"])

    def _lines(self) -> Iterator[bytes]:
        rest = b""
        try:
            for chunk in self._response.stream(decode_content=False):
                *lines, rest = (rest + chunk).split(b"\n")
                yield from lines
        except HTTPError:
            if not self._ended:
                raise
