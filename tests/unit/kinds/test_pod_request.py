"""What a pod asks for: the sum that the scheduler goes by, or that nobody says."""

from __future__ import annotations

import pytest

from firstbell.core import Unavailable
from firstbell.kinds.pod_request import amount, pod_request


def a_container(name="app", restart=None, limits=None, **requests):
    body = {"name": name, "resources": {"requests": requests, "limits": limits or {}}}
    return body if restart is None else body | {"restartPolicy": restart}


def asked(*containers, init=(), **spec):
    return pod_request(
        {
            "spec": {
                "template": {"spec": {"containers": list(containers), "initContainers": list(init), **spec}}
            }
        }
    )


def test_containers_add_up():
    pod = asked(a_container(cpu="250m", memory="1Gi"), a_container("side", cpu="1", memory="512Mi"))
    assert (pod.cpu, pod.memory) == (1250, 3 * 2**29)


@pytest.mark.parametrize(
    ("quantity", "resource", "found"),
    [
        ("100m", "cpu", 100),
        ("0.5", "cpu", 500),
        (2, "cpu", 2000),
        (0.25, "cpu", 250),
        ("1n", "cpu", 1),
        ("1Ki", "memory", 1024),
        ("1G", "memory", 10**9),
        ("0.5", "memory", 1),
        ("110", "pods", 110),
        ("1e3", "pods", 1000),
        ("many", "cpu", None),
        (True, "cpu", None),
        (None, "cpu", None),
        ("-1", "cpu", None),
    ],
)
def test_quantities_are_read_as_the_api_server_does_and_rounded_up(quantity, resource, found):
    assert amount(quantity, resource) == found


def test_what_runs_before_counts_where_it_is_larger_and_sidecars_with_both():
    large_step = a_container("migrate", cpu="4", memory="64Mi")
    sidecar = a_container("mesh", restart="Always", cpu="100m", memory="64Mi")
    pod = asked(a_container(cpu="1", memory="1Gi"), init=[sidecar, large_step])
    assert (pod.cpu, pod.memory) == (4100, 2**30 + 2**26)
    after = asked(a_container(cpu="1", memory="1Gi"), init=[large_step, sidecar])
    assert after.cpu == 4000, "a step runs with the sidecars that were started before it alone"


def test_a_limit_alone_is_a_request_and_overhead_comes_on_top():
    pod = asked(a_container(limits={"cpu": "1", "memory": "1Gi"}), overhead={"cpu": "50m"})
    assert (pod.cpu, pod.memory) == (1050, 2**30)


def test_what_the_pod_itself_asks_for_counts_instead():
    pod = asked(a_container(), resources={"requests": {"cpu": "2"}})
    assert pod.cpu == 2000
    assert isinstance(pod.memory, Unavailable)


def test_a_container_that_asks_for_nothing_makes_the_pod_unknown_and_is_named():
    pod = asked(a_container(cpu="1"), a_container("logs", memory="1Gi"))
    assert isinstance(pod.cpu, Unavailable)
    assert pod.cpu.message == "container logs asks for no cpu"
    assert isinstance(pod.memory, Unavailable)
    assert pod.memory.message == "container app asks for no memory"


@pytest.mark.parametrize("body", [{}, {"spec": None}, {"spec": {"template": 3}}, {"spec": {"replicas": 3}}])
def test_an_object_without_a_template_says_nothing(body):
    pod = pod_request(body)
    assert isinstance(pod.cpu, Unavailable)
    assert pod.cpu.message == "it has no template of pods"
