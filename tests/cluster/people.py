"""Users and accounts with a role in a namespace, and what the API server's authorizer says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.kinds.group import GROUP

if TYPE_CHECKING:
    from tests.cluster.cluster_api import Json
    from tests.cluster.stage import Stage

API = "rbac.authorization.k8s.io"


def user(name: str) -> Json:
    """Somebody of this name, as a subject of a binding."""
    return {"apiGroup": API, "kind": "User", "name": name}


def bind(stage: Stage, role: str, subject: Json, kind: str = "ClusterRole") -> None:
    """Give a role in the stage's namespace, or one of the cluster there."""
    stage.api.apply(
        {
            "apiVersion": f"{API}/v1",
            "kind": "RoleBinding",
            "metadata": {"name": f"{role}-of-{subject['name']}"},
            "roleRef": {"apiGroup": API, "kind": kind, "name": role},
            "subjects": [subject],
        }
    )


def may(stage: Stage, person: str, verb: str, plural: str, subresource: str = "") -> bool:
    """What the authorizer says of kinds of ours, of those that nobody has installed yet, too."""
    asked = {"namespace": stage.namespace, "verb": verb, "group": GROUP, "resource": plural}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": person, "resourceAttributes": asked | {"subresource": subresource}},
    }
    allowed: bool = stage.api.create(review)["status"]["allowed"]
    return allowed
