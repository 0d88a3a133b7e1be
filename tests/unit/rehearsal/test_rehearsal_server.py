"""The rehearsal's HTTP endpoint: what it does not know, what it stumbles over, and clients that vanish."""

import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from tests.unit.rehearsal.rehearsal_support import ChildRehearsal, client, endpoint, wait

CLUMSY = """
from moto.ec2.models import EC2Backend
from moto.ecs.models import EC2ContainerServiceBackend
EC2ContainerServiceBackend.list_account_settings = lambda self, *_: 1 / 0
EC2Backend.describe_key_pairs = lambda self, *_, **__: 1 / 0
from fixtures.rehearsal.__main__ import main; main()
"""
UNKNOWN: dict[str, tuple[str, Callable[[Any], Any], str]] = {
    "EC2's XML": (
        "ec2",
        lambda ec2: ec2.describe_mac_hosts(),
        "InvalidAction: the rehearsal does not know DescribeMacHosts",
    ),
    "IAM's XML": (
        "iam",
        lambda iam: iam.simulate_custom_policy(PolicyInputList=["{}"], ActionNames=["ecs:RunTask"]),
        "InvalidAction: the rehearsal does not know SimulateCustomPolicy",
    ),
    "JSON": (
        "ecs",
        lambda ecs: ecs.list_service_deployments(service="any"),
        "UnknownOperationException: the rehearsal does not know ListServiceDeployments",
    ),
    "a service of which moto has nothing": (
        "lightsail",
        lambda lightsail: lightsail.get_instances(),
        "UnknownOperationException: the rehearsal does not know Lightsail_20161128.GetInstances",
    ),
}
STUMBLES: dict[str, tuple[str, Callable[[Any], Any], str]] = {
    "EC2's XML": ("ec2", lambda ec2: ec2.describe_key_pairs(), "DescribeKeyPairs"),
    "JSON": ("ecs", lambda ecs: ecs.list_account_settings(), "ListAccountSettings"),
}
DEATHS = {"closed": False, "reset": True}


@dataclass(frozen=True)
class Mistreated:
    """What came of a rehearsal that was treated badly; `said` is what it printed as an error on each occasion."""

    refused: list[tuple[int, str]] = field(default_factory=list)
    account: str = ""
    clusters: list[str] = field(default_factory=list)
    said: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def mistreated(tmp_path_factory: pytest.TempPathFactory) -> Mistreated:
    """One is asked what it does not know, then what it stumbles over; then clients die, and at last it is stopped."""
    log = tmp_path_factory.mktemp("mistreated") / "errors"
    with log.open("w") as errors:
        rehearsal, found = ChildRehearsal(program=("-c", CLUMSY), stderr=errors.fileno()), Mistreated()

        def note(occasion: str) -> None:
            known = sum(map(len, found.said.values()))
            found.said[occasion] = log.read_text().splitlines()[known:]

        for service, call, _ in UNKNOWN.values():
            refusal(lambda service=service, call=call: call(client(rehearsal.url, service)))
        note("unknown")
        for service, call, _ in STUMBLES.values():
            found.refused.append(refusal(lambda service=service, call=call: call(client(rehearsal.url, service))))
        found = replace(found, account=client(rehearsal.url, "sts").get_caller_identity()["Account"])
        note("stumbles")
        for death in DEATHS:
            die(rehearsal.url, death)
        found.clusters.extend(clusters(rehearsal.url))
        rehearsal.stop()
        note("deaths")
        return found


@pytest.fixture(scope="module")
def url() -> str:
    """One that others use as well: nothing that is done to it here harms anybody."""
    return endpoint("instant")


def refusal(call: Callable[[], Any]) -> tuple[int, str]:
    """The status, and the code and words, with which it is refused."""
    with pytest.raises(ClientError) as caught:
        call()
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], f"{answer['Error']['Code']}: {answer['Error']['Message']}"


@pytest.mark.parametrize(("service", "call", "words"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_an_unknown_operation_is_refused_in_the_protocol_of_its_service(
    url: str, service: str, call: Callable[[Any], Any], words: str
) -> None:
    """The client reads a code and a sentence, not a page of HTML."""
    assert refusal(lambda: call(client(url, service))) == (400, words)


def test_an_unknown_operation_leaves_no_traceback(mistreated: Mistreated) -> None:
    """Standard error is quiet, but for one line on a service of which moto has nothing."""
    lines = mistreated.said["unknown"]
    assert [line.split(":")[:2] for line in lines] == [["rehearsal", " Lightsail_20161128.GetInstances"]]


def test_an_unexpected_failure_is_a_500_and_one_line(mistreated: Mistreated) -> None:
    """In the protocol of its service; the line says which operation, and what went wrong."""
    actions = [action for *_, action in STUMBLES.values()]
    why = "ZeroDivisionError('division by zero')"
    assert mistreated.refused == [(500, f"InternalFailure: the rehearsal failed at {action}: {why}") for action in actions]
    assert mistreated.account
    assert mistreated.said["stumbles"] == [f"rehearsal: {action}: {why}" for action in actions]


def test_public_access_to_the_vpc_is_not_blocked(url: str) -> None:
    """As in a new account."""
    options = client(url, "ec2").describe_vpc_block_public_access_options()["VpcBlockPublicAccessOptions"]
    assert options["InternetGatewayBlockMode"] == "off"


def raw_request(cluster: str) -> bytes:
    """CreateCluster as it goes over the wire."""
    body = f'{{"clusterName": "{cluster}"}}'.encode()
    scope = "Credential=rehearsal/20300101/us-east-1/ecs/aws4_request"
    head = (
        "POST / HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
        "Content-Type: application/x-amz-json-1.1",
        "X-Amz-Target: AmazonEC2ContainerServiceV20141113.CreateCluster",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join([*head, "", ""]).encode() + body


def connect(url: str) -> socket.socket:
    address = urlsplit(url)
    return socket.create_connection((address.hostname or "", address.port or 0), timeout=20)


def clusters(url: str) -> list[str]:
    """The names of all clusters."""
    arns = client(url, "ecs").list_clusters()["clusterArns"]
    return [arn.split("/")[-1] for arn in arns]


def die(url: str, death: str) -> None:
    """Be clients that die, each at another moment of a request."""
    whole, half = raw_request(f"whole-{death}"), raw_request(f"half-{death}")[:-5]
    for sent in (whole, half, whole[:40], b""):
        with connect(url) as dying:
            dying.sendall(sent)
            if DEATHS[death]:
                dying.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if not DEATHS[death]:  # what the server has not read yet is lost with a reset
        wait("the one whole request", lambda: clusters(url))


@pytest.mark.parametrize("death", DEATHS)
def test_a_client_that_dies_harms_nobody(mistreated: Mistreated, death: str) -> None:
    """In the middle of a request, or before it reads the answer; the next one is served."""
    assert {name for name in mistreated.clusters if death in name} <= {f"whole-{death}"}
    assert mistreated.said["deaths"] == []


def test_a_request_that_breaks_off_is_not_carried_out(url: str) -> None:
    """Even if what came of it could be read as a whole; there is no answer to it."""
    with connect(url) as dying:
        dying.sendall(raw_request("half   ").replace(b'   "}', b'"}   ')[:-3])
        dying.shutdown(socket.SHUT_WR)
        assert dying.recv(100) == b""
    assert "half" not in clusters(url)


def test_a_client_that_halts_in_its_request_keeps_nobody_waiting(url: str) -> None:
    """One that is stopped, or on a slow line; its request is carried out when it is complete."""
    request = raw_request("halting")
    with connect(url) as halting:
        halting.sendall(request[:-5])
        assert "halting" not in clusters(url)
        halting.sendall(request[-5:])
        assert halting.recv(100).startswith(b"HTTP/1.1 200")
    assert "halting" in clusters(url)


@pytest.mark.parametrize(("service", "call"), [("ec2", "describe_vpcs"), ("iam", "list_roles"), ("ecs", "list_clusters")])
def test_each_answer_has_a_request_id_of_its_own(url: str, service: str, call: str) -> None:
    """As on AWS: evidence in which two answers share one has been copied."""
    asked = getattr(client(url, service), call)
    ids = [asked()["ResponseMetadata"]["RequestId"] for _ in range(3)]
    assert len(set(ids)) == 3
