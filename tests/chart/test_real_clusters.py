"""What real clusters ask of the chart: labels on everything, odd names, no fixed user, extras, scrapes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chart.rendering import CASES, CHART, NAMESPACE, helm, manifests, only

EVERYTHING = CASES["everything"]
EVERY_OBJECT = (*EVERYTHING, "--set", "admission.enabled=true,alerts.enabled=true,dashboard.enabled=true")
SELECTED = ("app.kubernetes.io/name", "app.kubernetes.io/instance")


def pods(bodies):
    """All pods of the chart, or the templates of them."""
    owners = [body["spec"]["template"] for body in bodies if body["kind"] in {"Deployment", "Job"}]
    return owners + [body for body in bodies if body["kind"] == "Pod"]


def extra(body):
    return body["metadata"]["name"] in {"firstbell-proxies", "firstbell-note"}


def test_every_object_and_every_pod_bears_the_common_labels_and_every_object_the_annotations(render):
    bodies = [body for body in manifests(render(*EVERY_OBJECT)) if not extra(body)]
    assert len(bodies) > 30
    for body in bodies:
        about = body["metadata"]
        team = "monitoring" if body["kind"] == "ServiceMonitor" else "platform"
        contact = f"{team}@example.org"
        assert (about["labels"]["team"], about["annotations"]["contact"]) == (team, contact), about["name"]
        named = "firstbell-check" if body["kind"] == "Pod" else "firstbell"
        assert about["labels"]["app.kubernetes.io/name"] == named
    assert {pod["metadata"]["labels"]["team"] for pod in pods(bodies)} == {"platform"}


@pytest.mark.parametrize("case", CASES)
def test_whatever_labels_are_set_the_selectors_find_the_operators_pods_and_them_alone(render, case):
    theirs = [f"{value}.{name}=theirs" for value in ("podLabels", "commonLabels") for name in SELECTED]
    options = [
        part
        for each in theirs
        for part in ("--set", each.replace("app.k", "app\\.k").replace(".io", "\\.io"))
    ]
    bodies = manifests(render(*CASES[case], *options))
    deployment, job, check = (only(kind, bodies) for kind in ("Deployment", "Job", "Pod"))
    wanted = deployment["spec"]["selector"]["matchLabels"]
    assert "theirs" not in wanted.values()
    assert wanted.items() <= deployment["spec"]["template"]["metadata"]["labels"].items()
    for other in (job["spec"]["template"], check):
        assert not wanted.items() <= other["metadata"]["labels"].items()
    assert only("Service", bodies)["spec"]["selector"] == wanted


def every_text(body: Any, path: str = ""):
    """Each name, namespace, label, annotation and argument of an object, with its place."""
    if isinstance(body, dict):
        for key, value in body.items():
            yield from every_text(value, f"{path}.{key}")
    elif isinstance(body, list):
        for index, value in enumerate(body):
            yield from every_text(value, f"{path}[{index}]")
    elif any(
        part in path for part in ("name", "labels", "annotations", "matchLabels", ".args", "resourceNames")
    ):
        yield path, body


@pytest.mark.parametrize("name", ["2026", "1e3", "true", "null", "0x1f"])
def test_a_name_that_yaml_takes_for_a_number_stays_a_name(helm_program, tmp_path, name):
    options = ["--namespace", name, "--set-string", f"fullnameOverride={name},nameOverride={name}"]
    options += ["--set-string", f"serviceAccount.name={name},instance=a: b # {name},priorityClassName={name}"]
    options += ["--set-string", f"watch.namespaces[0]={name},image.tag={name}"]
    options += ["--set", "crds.install=false,serviceMonitor.enabled=true,networkPolicy.enabled=true"]
    done = helm(helm_program, "template", "release", str(CHART), *options, home=tmp_path)
    assert done.returncode == 0, done.stderr
    bodies = manifests(done.stdout)
    wrong = [
        (body["kind"], place, text)
        for body in bodies
        for place, text in every_text({key: body[key] for key in body if key != "kind"})
        if not isinstance(text, str)
    ]
    assert wrong == []
    arguments = only("Deployment", bodies)["spec"]["template"]["spec"]["containers"][0]["args"]
    assert f"--instance=a: b # {name}" in arguments


def test_on_openshift_no_number_of_ours_is_asked_for_and_root_neither(render):
    for pod in pods(manifests(render("--set", "securityContext.fixedUser=false"))):
        assert pod["spec"]["securityContext"] == {
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        }


@pytest.mark.parametrize(
    ("setting", "key", "wanted"),
    [
        ("pod.runAsNonRoot=false", "runAsNonRoot", False),
        ("pod.runAsUser=0", "runAsUser", 0),
        ("pod.seccompProfile=null", "seccompProfile", None),
        ("pod.fsGroup=7", "fsGroup", 7),
        ("container.readOnlyRootFilesystem=false", "readOnlyRootFilesystem", False),
        ("container.capabilities=null", "capabilities", None),
    ],
)
def test_what_is_set_of_a_security_context_stands_in_place_of_ours(render, setting, key, wanted):
    """False and 0 are values, and null takes a key away."""
    for pod in pods(manifests(render("--set", f"securityContext.{setting}"))):
        of_pod, of_container = pod["spec"]["securityContext"], pod["spec"]["containers"][0]["securityContext"]
        assert (of_pod if setting.startswith("pod") else of_container).get(key) == wanted
        assert len(of_pod) + len(of_container) >= 6


def test_by_default_each_pod_is_confined_as_far_as_kubernetes_has_words_for(render):
    for pod in pods(manifests(render())):
        assert pod["spec"]["securityContext"] == {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "runAsGroup": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        }
        assert pod["spec"]["containers"][0]["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_environment_and_volumes_reach_every_pod_as_templates_and_arguments_the_operator(render):
    bodies = manifests(render(*EVERYTHING))
    for pod in pods(bodies):
        container = pod["spec"]["containers"][0]
        assert container["env"][0] == {"name": "NO_PROXY", "value": f"kubernetes.default,{NAMESPACE}.svc"}
        assert container["envFrom"][0]["configMapRef"]["name"] == "firstbell-proxies"
        assert {"name": "scratch", "mountPath": "/scratch"} in container["volumeMounts"]
        assert {"name": "scratch", "emptyDir": {}} in pod["spec"]["volumes"]
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["spec"]["volumes"]}
        assert container["image"] == "registry.example.org/mirror/firstbell:0.1.0"
    operator = only("Deployment", bodies)["spec"]["template"]["spec"]["containers"][0]
    assert operator["args"][-2:] == ["--lease-name=firstbell", "--log-level=debug"]


def test_objects_of_the_installer_are_maps_or_text_and_may_use_the_charts_names(render):
    found = {body["metadata"]["name"]: body for body in manifests(render(*EVERYTHING)) if extra(body)}
    assert found.keys() == {"firstbell-proxies", "firstbell-note"}
    assert found["firstbell-note"]["data"] == {"image": "registry.example.org/mirror/firstbell:0.1.0"}


def test_secrets_with_tokens_can_be_named_and_then_no_other_may_be_read(render):
    rules = [
        rule for b in manifests(render(*EVERYTHING)) if b["kind"] == "ClusterRole" for rule in b["rules"]
    ]
    assert [rule for rule in rules if "secrets" in rule["resources"]] == [
        {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["prometheus-token"], "verbs": ["get"]}
    ]


def test_a_scrape_keeps_the_namespace_of_the_figures_and_finds_the_port_of_the_service(render):
    bodies = manifests(render("--set", "serviceMonitor.enabled=true"))
    spec, service = only("ServiceMonitor", bodies)["spec"], only("Service", bodies)
    assert spec["endpoints"] == [{"port": "metrics", "path": "/metrics", "honorLabels": True}]
    assert spec["endpoints"][0]["port"] in {port["name"] for port in service["spec"]["ports"]}
    assert spec["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert spec["namespaceSelector"] == {"matchNames": [service["metadata"]["namespace"]]}


@pytest.mark.parametrize("setting", ["service.create=false", "metrics.port=0"])
def test_scrapes_without_anything_to_scrape_are_refused_with_the_cure(helm_program, tmp_path, setting):
    options = ("--set", f"serviceMonitor.enabled=true,{setting}")
    done = helm(helm_program, "template", "x", str(CHART), *options, home=tmp_path)
    assert done.returncode != 0
    assert "serviceMonitor.enabled needs service.create: true and a metrics.port" in done.stderr


def test_each_pod_of_the_chart_has_a_network_policy_and_a_hooks_lets_nobody_in(render):
    bodies = manifests(render(*EVERYTHING))
    policies = {body["metadata"]["name"]: body for body in bodies if body["kind"] == "NetworkPolicy"}
    for pod in pods(bodies):
        labels = pod["metadata"]["labels"]
        (spec,) = [
            policy["spec"]
            for policy in policies.values()
            if policy["spec"]["podSelector"]["matchLabels"].items() <= labels.items()
        ]
        assert spec["policyTypes"] == ["Ingress", "Egress"]
        assert {port["port"] for rule in spec["egress"][:2] for port in rule["ports"]} == {53, 443, 6443}
    for name, of_hook in policies.items():
        if name != "firstbell":
            assert of_hook["spec"]["ingress"] == []
            assert len(of_hook["spec"]["egress"]) == 2
            assert of_hook["metadata"]["annotations"]["helm.sh/hook-weight"] == "-2", "before the pod"
    assert policies.keys() == {"firstbell", "firstbell-release", "firstbell-check"}


def test_a_strategy_replaces_ours_as_a_whole(render):
    bodies = manifests(render("--set", "updateStrategy.type=Recreate"))
    assert only("Deployment", bodies)["spec"]["strategy"] == {"type": "Recreate"}
