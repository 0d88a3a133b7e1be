"""The rehearsal's HTTP endpoint: what it does not know, what it stumbles over, and clients that vanish."""

import socket
import struct
import subprocess
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from tests.unit.rehearsal.rehearsal_support import ChildRehearsal, client, wait

CLUMSY = """
from moto.ec2.models import EC2Backend
from moto.ecs.models import EC2ContainerServiceBackend
EC2ContainerServiceBackend.list_clusters = lambda self: 1 / 0
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
        lambda iam: iam.simulate_principal_policy(PolicySourceArn="arn:aws:iam::1:role/role", ActionNames=["ecs:RunTask"]),
        "InvalidAction: the rehearsal does not know SimulatePrincipalPolicy",
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
    "JSON": ("ecs", lambda ecs: ecs.list_clusters(), "ListClusters"),
}


class LoudRehearsal(ChildRehearsal):
    """A rehearsal whose standard error is kept."""

    def __init__(self, code: str = "from fixtures.rehearsal.__main__ import main; main()") -> None:
        super().__init__(program=("-c", code), stderr=subprocess.PIPE)

    def errors(self) -> str:
        """All that it has said there, at its end."""
        self.stop()
        assert self.process.stderr
        with self.process.stderr as errors:
            return errors.read().decode()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A rehearsal of these tests alone: some of them treat it badly."""
    with ChildRehearsal() as rehearsal:
        yield rehearsal.url


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


def test_an_unknown_operation_leaves_no_traceback() -> None:
    """Standard error is quiet, but for one line on a service of which moto has nothing."""
    rehearsal = LoudRehearsal()
    for service, call, _ in UNKNOWN.values():
        refusal(lambda service=service, call=call: call(client(rehearsal.url, service)))
    lines = rehearsal.errors().splitlines()
    assert [line.split(":")[:2] for line in lines] == [["rehearsal", " Lightsail_20161128.GetInstances"]]


def test_an_unexpected_failure_is_a_500_and_one_line() -> None:
    """In the protocol of its service; the line says which operation, and what went wrong."""
    rehearsal = LoudRehearsal(CLUMSY)
    for service, call, action in STUMBLES.values():
        expected = f"InternalFailure: the rehearsal failed at {action}: ZeroDivisionError('division by zero')"
        assert refusal(lambda service=service, call=call: call(client(rehearsal.url, service))) == (500, expected)
    assert client(rehearsal.url, "sts").get_caller_identity()["Account"]
    wanted = [f"rehearsal: {action}: ZeroDivisionError('division by zero')" for *_, action in STUMBLES.values()]
    assert rehearsal.errors().splitlines() == wanted


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


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_a_client_that_dies_harms_nobody(reset: bool) -> None:
    """In the middle of a request, or before it reads the answer; the next one is served."""
    rehearsal = LoudRehearsal()
    whole, half = raw_request("whole"), raw_request("half")[:-5]
    for sent in (whole, half, whole[:40], b""):
        with connect(rehearsal.url) as dying:
            dying.sendall(sent)
            if reset:
                dying.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if not reset:  # what the server has not read yet is lost with a reset
        wait("the one whole request", lambda: clusters(rehearsal.url))
    assert set(clusters(rehearsal.url)) <= {"whole"}
    assert rehearsal.errors() == ""


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
