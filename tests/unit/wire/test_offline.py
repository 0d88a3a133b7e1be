"""Offline means offline: neither the tests nor the rehearsal reach anything but this machine, or see the caller's AWS."""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
import urllib3
from botocore.config import Config

from fixtures.wire.offline import OfflineError

ROOT = Path(__file__).resolve().parents[3]
FOREIGN = "192.0.2.1"  # TEST-NET-1: nobody's address
FOREIGN_NAME = "launch-control.example"


def datagram() -> socket.socket:
    return socket.socket(type=socket.SOCK_DGRAM)


SOCKETS: dict[str, Callable[[], object]] = {
    "connect": lambda: socket.socket().connect((FOREIGN, 80)),
    "connect_ex": lambda: socket.socket().connect_ex((FOREIGN, 80)),
    "connect to an IPv6 address": lambda: socket.socket(socket.AF_INET6).connect(("2001:db8::1", 80)),
    "connect to a mapped IPv6 address": lambda: socket.socket(socket.AF_INET6).connect((f"::ffff:{FOREIGN}", 80)),
    "connect to a name": lambda: socket.create_connection((FOREIGN_NAME, 80)),
    "connect a datagram socket": lambda: datagram().connect((FOREIGN, 53)),
    "sendto": lambda: datagram().sendto(b"", (FOREIGN, 53)),
    "sendto everybody": lambda: datagram().sendto(b"", ("255.255.255.255", 53)),
    "getaddrinfo": lambda: socket.getaddrinfo(FOREIGN_NAME, 80),
    "getfqdn's look-up": lambda: socket.getaddrinfo(FOREIGN_NAME, None, 0, socket.SOCK_DGRAM, 0, socket.AI_CANONNAME),
    "bind all interfaces": lambda: socket.socket().bind(("0.0.0.0", 0)),
    "bind all IPv6 interfaces": lambda: socket.socket(socket.AF_INET6).bind(("::", 0)),
    "bind a foreign address": lambda: socket.socket().bind((FOREIGN, 0)),
    "listen on all interfaces": lambda: socket.create_server(("0.0.0.0", 0)),
}
LOCAL: dict[str, Callable[[], object]] = {
    "the loopback address": lambda: exchange(socket.AF_INET, "127.0.0.1"),
    "another loopback address": lambda: exchange(socket.AF_INET, "127.200.30.4"),
    "localhost": lambda: exchange(socket.AF_INET, "localhost"),
    "a path": lambda: exchange(socket.AF_UNIX, os.path.join(tempfile.mkdtemp(), "socket")),  # noqa: PTH118
    "a pair": lambda: [end.close() for end in socket.socketpair()],
}
PROBE = """
import json, os, sys
from fixtures.rehearsal import __main__, data_plane
from tests.unit.wire.test_offline import SOCKETS, outcome
def probe(self):
    print(json.dumps({name: outcome(attempt) for name, attempt in SOCKETS.items()}), flush=True)
    os._exit(0)
data_plane.DataPlane.start = probe
__main__.main()
"""


def exchange(family: int, host: str) -> bytes:
    """What a client hears from a server of this process."""
    with socket.socket(family) as server, socket.socket(family) as visitor:
        server.bind(host if family == socket.AF_UNIX else (host, 0))
        server.listen()
        visitor.connect(server.getsockname())
        with server.accept()[0] as answer:
            answer.sendall(b"hello")
        return visitor.recv(10)


def outcome(attempt: Callable[[], object]) -> str:
    """ "offline" where it is refused for that reason."""
    try:
        attempt()
    except OSError as error:
        return "offline" if "offline: " in str(error) else repr(error)
    return "let through"


@pytest.mark.parametrize("attempt", SOCKETS.values(), ids=SOCKETS.keys())
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_no_socket_of_a_test_leaves_the_machine(attempt: Callable[[], object]) -> None:
    """It is refused before anything is sent, and the message names what was tried."""
    with pytest.raises(OSError, match=r"offline: socket\.\w+ to .* refused; only 127\.0\.0\.0/8 is reachable"):
        attempt()


@pytest.mark.parametrize("use", LOCAL.values(), ids=LOCAL.keys())
def test_sockets_of_this_machine_are_left_alone(use: Callable[[], object]) -> None:
    """Loopback addresses and sockets that have no address on a network."""
    assert use()


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_the_ipv6_loopback_is_left_alone() -> None:
    """::1 is this machine, too."""
    with socket.socket(socket.AF_INET6) as visitor:
        assert visitor.connect_ex(("::1", 1)) != 0  # refused by the system or without IPv6 there, not by us


def ask_aws(service: str, **options: str) -> Any:
    """A client that asks once."""
    once = Config(retries={"total_max_attempts": 1})
    return boto3.Session("key", "secret").client(service, "us-east-1", config=once, **options)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: requests.get(f"http://{FOREIGN}/", timeout=5),
        lambda: requests.get(f"https://{FOREIGN_NAME}/", timeout=5),
        lambda: urllib3.PoolManager().request("GET", f"http://{FOREIGN}/", retries=False),
        lambda: ask_aws("sts").get_caller_identity(),
        lambda: ask_aws("ec2", endpoint_url=f"http://{FOREIGN}").describe_vpcs(),
    ],
    ids=["requests", "requests by name", "urllib3", "boto3 with AWS's endpoint", "boto3 with another endpoint"],
)
def test_no_library_leaves_the_machine(ask: Callable[[], object]) -> None:
    """Whatever they make of the refusal, it is the cause."""
    with pytest.raises(Exception) as caught:
        ask()
    causes = [caught.value]
    while cause := causes[-1].__context__:
        causes.append(cause)
    assert any(isinstance(cause, OfflineError) for cause in causes)


def test_boto3_finds_no_credentials() -> None:
    """Neither the environment nor the caller's files nor the machine's metadata are asked."""
    assert boto3.Session().get_credentials() is None


def test_no_socket_of_the_rehearsal_leaves_the_machine() -> None:
    """Its own process has the same guard before its first request."""
    command = [sys.executable, "-c", PROBE]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(run.stdout) == dict.fromkeys(SOCKETS, "offline")


REACHES_CONTAINERS = """
import socket
from fixtures.wire.offline import OfflineError, let_to_containers, refuse_network
refuse_network()
let_to_containers()
def bound(address):
    socket.socket().bind((address, 0))
def called(address):
    one = socket.socket()
    one.setblocking(False)
    one.connect((address, 80))
for attempt, address in [(called, "198.18.0.2"), (called, "198.19.255.2"), (called, "198.20.0.1"), (called, "192.0.2.1"),
                         (bound, "198.18.0.2")]:
    try:
        attempt(address)
    except OfflineError:
        print("refused")
    except OSError:
        print("let")
"""


def test_a_rehearsal_in_docker_reaches_its_bridges_and_nothing_else() -> None:
    """198.18.0.0/15 alone, which nothing of the internet is in, and only to connect."""
    tried = subprocess.run(
        [sys.executable, "-c", REACHES_CONTAINERS], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert tried.stdout.split() == ["let", "let", "refused", "refused", "refused"]
