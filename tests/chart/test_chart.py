"""The chart says what it should, before any cluster sees it."""

from __future__ import annotations

import itertools
import json
import re
import shutil

import pytest
import yaml

from firstbell.cli.main import app
from firstbell.engine.objects.lease import MOST_SHARDS, lease_path
from firstbell.engine.seen.watched_kinds import WATCHED_KINDS
from firstbell.kinds.crds import RENDERED_KINDS, definition
from firstbell.kinds.foreign_autoscalers import FOREIGN_AUTOSCALERS
from firstbell.kinds.stop_order import STOP_NAME
from tests.chart.rendering import CASES, CHART, KEPT, VALUES, golden, helm, manifests, only, without_copies

PODS = {("", "pods"): {"list"}, ("apps", "replicasets"): {"get"}}
RULES = PODS | {
    ("firstbell.dev", "schoolcalendars"): {"get", "list", "watch"},
    ("firstbell.dev", "schoolautoscalers"): {"get", "list", "watch"},
    ("firstbell.dev", "calendarexceptions"): {"get", "list", "watch", "delete"},
    ("firstbell.dev", "schoolcalendars/status"): {"patch"},
    ("firstbell.dev", "calendarexceptions/status"): {"patch"},
    ("firstbell.dev", "schoolautoscalers/status"): {"patch"},
    ("firstbell.dev", "scalingoverrides"): {"get", "list", "watch", "delete"},
    ("firstbell.dev", "scalingoverrides/status"): {"patch"},
    ("autoscaling", "horizontalpodautoscalers"): {"get", "list", "watch", "patch"},
    ("apps", "deployments"): {"get", "list", "watch"},
    ("apps", "statefulsets"): {"get", "list", "watch"},
    ("apps", "deployments/scale"): {"get", "patch"},
    ("apps", "statefulsets/scale"): {"get", "patch"},
    ("", "events"): {"create", "patch"},
}
CLUSTER_RULES = {
    ("firstbell.dev", "clusterschoolcalendars"): {"get", "list", "watch"},
    ("firstbell.dev", "clusterschoolcalendars/status"): {"patch"},
    ("firstbell.dev", "clusterscalingprofiles"): {"get", "list", "watch"},
    ("firstbell.dev", "clusterscalingprofiles/status"): {"patch"},
}
HOOK_RULES = {
    ("firstbell.dev", "schoolautoscalers"): {"list"},
    ("autoscaling", "horizontalpodautoscalers"): {"get", "list", "patch"},
}
HOOK_KEDA = {("keda.sh", "scaledobjects"): {"get", "list", "patch"}}
KEDA = {("keda.sh", "scaledobjects"): {"get", "list", "watch", "patch"}}
PORTALS = {("example.org", "portals/scale"): {"get", "patch"}}
TOKENS = {("", "secrets"): {"get"}}
STOP = {("", "configmaps"): {"list", "watch"}}
LEASES = {("coordination.k8s.io", "leases"): {"get", "list", "watch", "patch", "create"}}


def granted(role):
    """The verbs that a role gives, by group and resource."""
    found = {}
    for rule in role["rules"]:
        for place in itertools.product(rule["apiGroups"], rule["resources"]):
            found.setdefault(place, set()).update(rule["verbs"])
    return found


def is_of_the_stop(body):
    return body["metadata"]["name"].endswith("-stop")


def is_of_the_leases(body):
    return body["metadata"]["name"].endswith("-leases")


def hooks(bodies, when):
    """The objects that helm makes for a hook; None: the others."""
    return [b for b in bodies if (b["metadata"].get("annotations") or {}).get("helm.sh/hook") == when]


def are_hooks(bodies, wanted):
    """The objects that are there after an uninstall alone, or those that stay."""
    return hooks(bodies, "post-delete" if wanted else None)


def definitions(bodies):
    return [body for body in bodies if body["kind"] == "CustomResourceDefinition"]


def container(bodies, kind="Deployment"):
    return pod(only(kind, bodies))["spec"]["containers"][0]


def pod(body):
    return body if body["kind"] == "Pod" else body["spec"]["template"]


@pytest.mark.parametrize("case", KEPT)
def test_the_rendering_is_the_golden_one(render, case):
    """If the change is meant, run `python -m tests.chart.rewrite_golden`, read the difference, commit it."""
    assert without_copies(render(*KEPT[case])) == golden(case).read_text("utf-8")


@pytest.mark.parametrize("case", KEPT)
def test_helm_finds_nothing_to_complain_about(helm_program, tmp_path, case):
    done = helm(helm_program, "lint", "--strict", str(CHART), *KEPT[case], home=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 chart(s) failed" in done.stdout


def test_the_definitions_are_those_of_the_models(render):
    found = definitions(manifests(render()))
    for body in found:
        assert body["metadata"].pop("annotations") == {"helm.sh/resource-policy": "keep"}
        assert body["metadata"].pop("labels")["app.kubernetes.io/name"] == "firstbell"
    wanted = [definition(kind) for kind in RENDERED_KINDS]
    assert sorted(found, key=str) == sorted(wanted, key=str)


def test_the_definitions_can_be_left_out_or_given_up(render):
    assert definitions(manifests(render("--set", "crds.install=false"))) == []
    given_up = definitions(manifests(render("--set", "crds.keep=false")))
    assert len(given_up) == len(RENDERED_KINDS)
    assert not any("annotations" in body["metadata"] for body in given_up)


def test_the_rights_are_these_and_no_others(render):
    bodies = manifests(render())
    own = [b for b in bodies if b["kind"] == "ClusterRole" and b["metadata"]["name"] == "firstbell"]
    assert [granted(role) for role in own] == [RULES | CLUSTER_RULES]
    with_keda = manifests(render("--set", "keda.enabled=true,rbac.aggregate=false"))
    assert granted(only("ClusterRole", are_hooks(with_keda, wanted=False))) == RULES | CLUSTER_RULES | KEDA
    hooks = are_hooks(with_keda, wanted=True)
    assert granted(only("ClusterRole", hooks)) == HOOK_RULES | HOOK_KEDA
    assert granted(only("ClusterRole", are_hooks(bodies, wanted=True))) == HOOK_RULES
    with_tokens = manifests(render("--set", "prometheus.tokenSecrets.enabled=true,rbac.aggregate=false"))
    of_tokens = granted(only("ClusterRole", are_hooks(with_tokens, wanted=False)))
    assert of_tokens == RULES | CLUSTER_RULES | TOKENS
    assert granted(only("ClusterRole", are_hooks(with_tokens, wanted=True))) == HOOK_RULES


@pytest.mark.parametrize("case", CASES)
def test_of_config_maps_the_operator_may_read_the_one_that_stops_it_in_its_own_namespace(render, case):
    bodies = manifests(render(*CASES[case]))
    roles = [body for body in bodies if is_of_the_stop(body) and body["kind"] == "Role"]
    if not roles:
        assert not [body for body in bodies if body["kind"] in {"ClusterRoleBinding", "RoleBinding"}]
        return
    (role,) = roles
    assert granted(role) == STOP
    assert [rule["resourceNames"] for rule in role["rules"]] == [[STOP_NAME]]
    account = only("ServiceAccount", are_hooks(bodies, wanted=False))
    assert role["metadata"]["namespace"] == account["metadata"]["namespace"]
    assert f"--stop-namespace={role['metadata']['namespace']}" in container(bodies)["args"]


@pytest.mark.parametrize("case", CASES)
def test_of_leases_the_operator_may_write_its_own_in_its_own_namespace(render, case):
    bodies = manifests(render(*CASES[case]))
    roles = [body for body in bodies if is_of_the_leases(body) and body["kind"] == "Role"]
    if not roles:
        assert not [body for body in bodies if body["kind"] in {"ClusterRoleBinding", "RoleBinding"}]
        return
    (role,) = roles
    assert granted(role) == LEASES
    named, unnamed = role["rules"]
    assert (unnamed["verbs"], unnamed.get("resourceNames")) == (["create"], None), "no name is asked for"
    arguments = dict(arg.partition("=")[::2] for arg in container(bodies)["args"])
    assert role["metadata"]["namespace"] == arguments["--lease-namespace"]
    wanted = [lease_path("", arguments["--lease-name"], shard).name for shard in range(MOST_SHARDS)]
    assert named["resourceNames"] == wanted


def test_a_pod_more_than_one_stands_by_apart_from_the_others_and_is_not_drained_with_them(render):
    bodies = manifests(render())
    spec = only("Deployment", bodies)["spec"]
    assert spec["replicas"] == 2
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    apart = {one["topologyKey"] for one in spec["template"]["spec"]["topologySpreadConstraints"]}
    assert apart == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
    budget = only("PodDisruptionBudget", bodies)["spec"]
    assert (budget["maxUnavailable"], budget["selector"]) == (1, spec["selector"])
    assert budget["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
    probes = container(bodies)
    assert probes["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert probes["livenessProbe"]["httpGet"]["path"] == "/healthz"


def test_a_pod_that_is_alone_has_nothing_to_keep_apart_from(render):
    bodies = manifests(render("--set", "replicas=1"))
    assert not [body for body in bodies if body["kind"] == "PodDisruptionBudget"]
    assert "topologySpreadConstraints" not in pod(only("Deployment", bodies))["spec"]


def test_shards_and_the_length_of_a_lease_reach_the_command_line(render):
    arguments = container(manifests(render("--set", "shards=3,lease.seconds=20")))["args"]
    assert {"--shards=3", "--lease-seconds=20"} <= set(arguments)


def test_the_operator_may_watch_just_what_it_watches(render):
    bodies = manifests(render("--set", "keda.enabled=true,rbac.aggregate=false"))
    rights = granted(only("ClusterRole", are_hooks(bodies, wanted=False)))
    watched = {place for place, verbs in rights.items() if "watch" in verbs}
    assert watched == {(kind.group, kind.plural) for kind in WATCHED_KINDS}
    raised = {place for place in watched if "patch" in rights[place]}
    assert raised == {(of.group, of.plural) for of in FOREIGN_AUTOSCALERS}


NARROWS = {"prometheus.tokenSecrets.names"}
"""Values that take of a right what another one gives."""


def test_the_values_with_every_right_turn_on_whatever_the_rules_depend_on():
    """Else a right that a new value grants would be compared with no audit log."""
    rules = (CHART / "templates" / "_rules.tpl").read_text("utf-8")
    switches = set(re.findall(r"\.Values\.([A-Za-z.]+)", rules))
    every_right = yaml.safe_load((VALUES / "every-right.yaml").read_text("utf-8"))

    def is_on(switch):
        found = every_right
        for key in switch.split("."):
            found = (found or {}).get(key)
        return bool(found)

    assert "keda.enabled" in switches
    assert [switch for switch in sorted(switches - NARROWS) if not is_on(switch)] == []


def test_without_reasons_of_pods_no_right_on_them_is_asked_for_and_the_operator_knows(render):
    bodies = manifests(render("--set", "readiness.podReasons=false"))
    own = [b for b in bodies if b["kind"] == "ClusterRole" and b["metadata"]["name"] == "firstbell"]
    assert [granted(role).keys() for role in own] == [(RULES | CLUSTER_RULES).keys() - PODS.keys()]
    (deployment,) = [body for body in bodies if body["kind"] == "Deployment"]
    assert "--no-pod-reasons" in deployment["spec"]["template"]["spec"]["containers"][0]["args"]


def test_named_namespaces_get_a_role_each_and_the_cluster_none(render):
    everything = manifests(render(*CASES["namespaced"]))
    bodies = [
        body
        for body in are_hooks(everything, wanted=False)
        if not (is_of_the_stop(body) or is_of_the_leases(body))
    ]
    roles = [body for body in bodies if body["kind"] == "Role"]
    assert [role["metadata"]["namespace"] for role in roles] == ["school-a", "school-b"]
    assert all(granted(role) == RULES | KEDA | PORTALS | TOKENS for role in roles)
    bound = [body["metadata"]["namespace"] for body in bodies if body["kind"] == "RoleBinding"]
    assert bound == ["school-a", "school-b"]
    assert not [body["kind"] for body in everything if body["kind"].startswith("Cluster")]
    hooks = [body for body in are_hooks(everything, wanted=True) if body["kind"] == "Role"]
    assert [role["metadata"]["namespace"] for role in hooks] == ["school-a", "school-b"]
    assert all(granted(role) == HOOK_RULES | HOOK_KEDA for role in hooks)
    assert {"--namespace=school-a", "--namespace=school-b"} <= set(container(bodies)["args"])


MAY_WRITE = {
    "calendars-edit": ["schoolcalendars", "calendarexceptions"],
    "policies-edit": ["schoolautoscalers"],
    "overrides-edit": ["scalingoverrides"],
}
MAY_WRITE["edit"] = sorted({resource for resources in MAY_WRITE.values() for resource in resources})
MAY_WRITE["cluster-edit"] = sorted(kind.plural for kind in RENDERED_KINDS if kind.scope == "Cluster")


def aggregated(role):
    """The cluster's own roles that get a role of ours."""
    labels = role["metadata"]["labels"]
    prefix = "rbac.authorization.k8s.io/aggregate-to-"
    return sorted(name.removeprefix(prefix) for name, on in labels.items() if name.startswith(prefix) and on)


def test_which_of_the_clusters_roles_get_ours_is_said_by_value(render):
    def of(*options):
        bodies = [b for b in manifests(render(*options)) if b["kind"] == "ClusterRole"]
        return {b["metadata"]["name"].removeprefix("firstbell-"): aggregated(b) for b in bodies}

    found = of()
    assert found["view"] == ["admin", "edit", "view"]
    assert [found[role] for role in MAY_WRITE] == [["admin", "edit"]] * 3 + [[], []]
    assert found["cluster-view"] == []
    fewer = of("--set-json", 'rbac.aggregateTo={"overrides": ["admin"], "policies": []}')
    assert (fewer["overrides-edit"], fewer["policies-edit"]) == (["admin"], [])
    assert fewer["calendars-edit"] == ["admin", "edit"]


def test_people_may_write_our_kinds_and_not_their_status(render):
    roles = {b["metadata"]["name"]: b for b in manifests(render()) if b["kind"] == "ClusterRole"}
    for role, resources in MAY_WRITE.items():
        found = granted(roles[f"firstbell-{role}"])
        wanted = {("firstbell.dev", resource) for resource in resources}
        assert {place for place, verbs in found.items() if verbs - {"override"}} == wanted
        assert ("override" in found.get(("firstbell.dev", "schoolautoscalers"), ())) == (
            "scalingoverrides" in resources
        )
    for role in ("view", "cluster-view"):
        readable = granted(roles[f"firstbell-{role}"])
        assert all(verbs == {"get", "list", "watch"} for verbs in readable.values())
    assert not any("secrets" in resource for role in roles.values() for _, resource in granted(role))
    assert not any("*" in str(role["rules"]) for role in roles.values())


CA_SOURCES = {
    "configMap": {"name": "school-ca", "items": [{"key": "ca.crt", "path": "ca.crt"}]},
    "secret": {"secretName": "school-ca", "items": [{"key": "ca.crt", "path": "ca.crt"}]},
}


@pytest.mark.parametrize(("kind", "source"), CA_SOURCES.items(), ids=CA_SOURCES)
def test_a_ca_for_prometheus_is_mounted_where_the_command_line_says(render, kind, source):
    bodies = manifests(render("--set", f"prometheus.ca.{kind}=school-ca"))
    pod = only("Deployment", bodies)["spec"]["template"]["spec"]
    assert pod["volumes"] == [{"name": "prometheus-ca", kind: source}]
    mount = container(bodies)["volumeMounts"][0]
    assert (mount["name"], mount["readOnly"]) == ("prometheus-ca", True)
    assert f"--prometheus-ca={mount['mountPath']}/ca.crt" in container(bodies)["args"]


COMMANDS = {"Deployment": "run", "Job": "release", "Pod": "check"}


@pytest.mark.parametrize("kind", COMMANDS)
@pytest.mark.parametrize("case", CASES)
def test_the_command_line_knows_every_argument_of_the_pods(render, case, kind):
    command, *flags = container(manifests(render(*CASES[case])), kind)["args"]
    options = {opt for param in _command(command).params for opt in param.opts}
    assert command == COMMANDS[kind]
    assert {flag.partition("=")[0] for flag in flags} <= options


def _command(name):
    from typer.main import get_command  # noqa: PLC0415 - Typer's inner side, needed here alone

    return get_command(app).commands[name].mounted.load()


@pytest.mark.parametrize("case", CASES)
def test_after_an_uninstall_a_job_releases_the_floors_of_this_installation_and_goes(render, case):
    bodies = manifests(render(*CASES[case]))
    job, hooks = only("Job", bodies), are_hooks(bodies, wanted=True)
    (instance,) = [arg for arg in container(bodies)["args"] if arg.startswith("--instance=")]
    arguments = container(bodies, "Job")["args"]
    assert {"--all", "--never-fail", instance} <= set(arguments)
    given = [int(arg.partition("=")[2]) for arg in arguments if arg.startswith("--timeout=")]
    assert given[0] < job["spec"]["activeDeadlineSeconds"]
    assert {body["metadata"]["annotations"]["helm.sh/hook"] for body in hooks} == {"post-delete"}
    policies = {body["metadata"]["annotations"]["helm.sh/hook-delete-policy"] for body in hooks}
    assert policies == {"before-hook-creation,hook-succeeded,hook-failed"}
    assert only("Service", bodies)["spec"]["selector"].items() - pod(job)["metadata"]["labels"].items()
    assert job["spec"]["backoffLimit"] == 0


CHECK_OPERATOR = {("apps", "deployments"): {"get"}, ("coordination.k8s.io", "leases"): {"get"}}
CHECK_POLICY = {
    ("firstbell.dev", "schoolcalendars"): {"create", "get", "delete"},
    ("firstbell.dev", "schoolautoscalers"): {"create", "get", "delete"},
}
ASKED_FOR_BY_AUTHORIZATION = {("apps", "deployments/scale"): {"update"}}


@pytest.mark.parametrize("case", CASES)
def test_helm_test_has_an_account_of_its_own_that_may_look_and_make_one_policy(render, case):
    bodies = manifests(render(*CASES[case]))
    operators, policy = (role for role in hooks(bodies, "test") if role["kind"] == "Role")
    policies = {body["metadata"]["name"] for body in bodies if body["kind"] == "ValidatingAdmissionPolicy"}
    guarded = ASKED_FOR_BY_AUTHORIZATION if "firstbell-authorization" in policies else {}
    assert (granted(operators), granted(policy)) == (CHECK_OPERATOR, CHECK_POLICY | guarded)
    named = [rule for role in (operators, policy) for rule in role["rules"] if rule["verbs"] != ["create"]]
    assert all(rule["resourceNames"] for rule in named), "what is made has no name when it is asked"
    arguments = dict(arg.partition("=")[::2] for arg in container(bodies, "Pod")["args"])
    assert arguments["--namespace"] == policy["metadata"]["namespace"]
    watched = {arg.partition("=")[2] for arg in container(bodies)["args"] if arg.startswith("--namespace=")}
    assert not watched or arguments["--namespace"] in watched
    account = only("Pod", bodies)["spec"]["serviceAccountName"]
    subjects = [body["subjects"][0]["name"] for body in hooks(bodies, "test") if "subjects" in body]
    assert subjects == [account, account] == ["firstbell-check"] * 2


def test_helm_test_can_be_left_out(render):
    assert hooks(manifests(render("--set", "check.enabled=false")), "test") == []


def test_the_job_can_be_left_out(render):
    assert are_hooks(manifests(render("--set", "uninstall.releaseFloors=false")), wanted=True) == []


def test_with_an_account_of_somebody_elses_the_job_runs_under_that(render):
    bodies = manifests(render("--set", "serviceAccount.create=false,serviceAccount.name=theirs"))
    assert pod(only("Job", bodies))["spec"]["serviceAccountName"] == "theirs"
    binding = only("ClusterRoleBinding", are_hooks(bodies, wanted=True))
    assert [subject["name"] for subject in binding["subjects"]] == ["theirs"]


WRONG = {
    "an unknown key": ("watch.namespace=school", "/watch': additional properties 'namespace'"),
    "a port that is none": ("metrics.port=70000", "/metrics/port': maximum"),
    "a log level that is none": ("log.level=loud", "/log/level': value must be one of"),
    "a namespace that cannot be": ("watch.namespaces={School_A}", "/watch/namespaces/0': 'School_A'"),
    "a digest that is none": ("image.digest=latest", "/image/digest': 'latest'"),
    "a word for a flag": ("crds.install=maybe", "/crds/install': got string"),
    "a deadline that helm does not wait for": (
        "uninstall.deadlineSeconds=600",
        "/uninstall/deadlineSeconds': maximum",
    ),
    "an image without a name": ("image.repository=", "/image/repository': minLength"),
    "a CA from two places": (
        "prometheus.ca.configMap=a,prometheus.ca.secret=b",
        "/prometheus/ca': 'not' failed",
    ),
    "more shards than there are Leases for": ("shards=9", "/shards': maximum"),
    "a Lease too short to renew": ("lease.seconds=1", "/lease/seconds': minimum"),
    "a CA without a key": ("prometheus.ca.key=", "/prometheus/ca/key': minLength"),
    "a port of an address to listen on": ("listen=0.0.0.0:8080", "/listen': '0.0.0.0:8080'"),
    "an interval without a unit": ("serviceMonitor.interval=15", "/serviceMonitor/interval': got number"),
    "a label that is a number": ("commonLabels.team=7", "/commonLabels/team': got number"),
    "an argument that is none": ("extraArgs[0].name=x", "/extraArgs/0': got object"),
}
"""Settings, and what is said of each."""


def refusal(program, home, settings):
    """What helm says to these settings at once: it names all that the schema does not take."""
    options = [part for each in settings for part in ("--set", each)]
    done = helm(program, "template", "x", str(CHART), *options, home=home)
    assert done.returncode != 0
    assert "values don't meet the specifications of the schema" in done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def said_of_wrong(helm_program, tmp_path_factory):
    return refusal(helm_program, tmp_path_factory.mktemp("helm"), [setting for setting, _ in WRONG.values()])


@pytest.mark.parametrize("told", [told for _, told in WRONG.values()], ids=WRONG.keys())
def test_a_wrong_value_is_refused(said_of_wrong, told):
    assert f"- at '{told}" in said_of_wrong


def maps_of(schema, path=()):
    """Each value that holds others, by its keys."""
    for key, below in schema.get("properties", {}).items():
        if below.get("properties"):
            yield ".".join((*path, key))
            yield from maps_of(below, (*path, key))


MAPS = [*maps_of(json.loads((CHART / "values.schema.json").read_text("utf-8")))]


@pytest.fixture(scope="module")
def said_of_missing(helm_program, tmp_path_factory):
    """What helm says where all blocks of one depth are taken away, by the depth."""
    home, by_depth = tmp_path_factory.mktemp("helm"), {}
    for of in MAPS:
        by_depth.setdefault(of.count("."), []).append(f"{of}=null")
    return {depth: refusal(helm_program, home, settings) for depth, settings in by_depth.items()}


@pytest.mark.parametrize("of", MAPS)
def test_a_block_of_values_that_is_taken_away_is_named(said_of_missing, of):
    """As `helm upgrade --reuse-values` does with each that is new, and `--set block=null`."""
    above, _, name = of.rpartition(".")
    place = f"/{above.replace('.', '/')}" if above else ""
    said = said_of_missing[of.count(".")]
    assert re.search(rf"- at '{place}': missing propert(y|ies) .*'{name}'", said), said


def test_one_port_for_two_servers_is_refused(helm_program, tmp_path):
    done = helm(helm_program, "template", "x", str(CHART), "--set", "metrics.port=8081", home=tmp_path)
    assert done.returncode != 0
    assert "metrics.port and probe.port are the same" in done.stderr


@pytest.fixture(scope="module")
def chart_of_the_service(tmp_path_factory):
    """Our chart without the objects but the service: helm renders each for whatever it is to show."""
    folder = tmp_path_factory.mktemp("chart") / CHART.name
    templates = CHART / "templates"
    for path in (CHART / "Chart.yaml", CHART / "values.yaml", templates / "service.yaml"):
        place = folder / path.relative_to(CHART)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    for path in templates.glob("_*.tpl"):
        shutil.copy(path, folder / "templates")
    return folder


@pytest.mark.parametrize(
    "release",
    ["bells", "1st-bells", "school.bells", "9.bells", "a" * 53, "1" + "a" * 52, "f" + "-" * 51 + "f"],
)
@pytest.mark.parametrize("own", ["", "9" * 63, "a" * 63, "1-" + "b" * 61])
def test_whatever_the_release_is_called_the_service_has_a_name_that_kubernetes_takes(
    helm_program, chart_of_the_service, tmp_path, release, own
):
    options = ["--set-string", f"fullnameOverride={own}"]
    done = helm(helm_program, "template", release, str(chart_of_the_service), *options, home=tmp_path)
    assert done.returncode == 0, done.stderr
    name = only("Service", manifests(done.stdout))["metadata"]["name"]
    assert re.fullmatch("[a-z]([-a-z0-9]*[a-z0-9])?", name)
    assert len(name) <= 63


def leaves(values, path=()):
    """Each value that is no map of others, by its keys."""
    if not (isinstance(values, dict) and values):
        yield path, values
        return
    for key, below in values.items():
        yield from leaves(below, (*path, key))


def at(values, path):
    """What a file of values says there; nothing where it does not say it."""
    for key in path:
        values = values.get(key, {}) if isinstance(values, dict) else {}
    return values


def test_each_value_is_changed_in_a_rendering_that_is_kept():
    changed = [yaml.safe_load(path.read_text("utf-8")) for path in VALUES.glob("*.yaml")]
    assert {path.stem for path in VALUES.glob("*.yaml")} == set(KEPT) - {"default"}
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    missing = [
        ".".join(path)
        for path, default in leaves(values)
        if all(at(other, path) in ({}, default) for other in changed)
    ]
    assert missing == []


def test_values_and_schema_hold_the_same_keys():
    """`global` is helm's own, and stands in no values file."""
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    schema["properties"].pop("global")
    assert keys(values, schema) == []


def keys(values, schema, path=""):
    """What is in one of the two and not in the other, or not described."""
    different = [f"{path}.{key}" for key in set(values) ^ set(schema["properties"])]
    for key, below in schema["properties"].items():
        if not below.get("description"):
            different.append(f"{path}.{key} is not described")
        if below.get("properties") and key in values and values[key]:
            different += keys(values[key], below, f"{path}.{key}")
    return different


def test_the_chart_and_the_program_are_of_one_version():
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
    from firstbell import __version__  # noqa: PLC0415

    assert chart["appVersion"] == __version__
