"""A rehearsal sees nothing of the caller's AWS set-up and reaches nothing outside this machine."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
import requests
from botocore.exceptions import EndpointConnectionError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def poisoned(tmp_path):
    """The environment of a caller whose every AWS setting would be noticed if it were read."""
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    bait = f"[default]\nregion = nowhere-1\ncredential_process = touch {tmp_path}/credentials-were-read\n"
    (home / ".aws" / "config").write_text(bait)
    (home / ".aws" / "credentials").write_text("this is no ini file")
    return os.environ | {
        "HOME": str(home),
        "AWS_CONFIG_FILE": str(home / ".aws" / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / ".aws" / "credentials"),
        "AWS_PROFILE": "nobody",
        "AWS_REGION": "nowhere-1",
        "AWS_ENDPOINT_URL": "http://192.0.2.1",
        "AWS_ACCESS_KEY_ID": "AKIAPOISON",
        "AWS_CA_BUNDLE": "/nowhere",
        "HTTP_PROXY": "http://192.0.2.1:3128",
        "http_proxy": "http://192.0.2.1:3128",
        "MOTO_ALLOW_NONEXISTENT_REGION": "nonsense",
    }


def test_a_rehearsal_is_blind_to_the_callers_settings(poisoned, tmp_path):
    """Profile, files, keys, endpoint, region and proxy are all wrong, and nothing of it matters."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "tests/acceptance",
        "-q",
        "--load-seconds",
        "1",
        "--reports",
        str(tmp_path / "r"),
    ]
    run = subprocess.run(command, cwd=ROOT, env=poisoned, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "27 PASS" in run.stdout
    assert not (tmp_path / "credentials-were-read").exists()
    evidence = "".join(path.read_text() for path in (tmp_path / "r").rglob("*.json"))
    assert "POISON" not in evidence
    assert "nowhere-1" not in evidence


def test_http_does_not_leave_the_machine():
    """TEST-NET-1 belongs to nobody, but the refusal must come before any packet."""
    with pytest.raises(requests.ConnectionError, match=r"only 127\.0\.0\.0/8 is reachable"):
        requests.get("http://192.0.2.1/", timeout=5)


def test_names_are_not_looked_up():
    """A look-up is a packet to a name server."""
    with pytest.raises(requests.ConnectionError, match=r"socket\.getaddrinfo to 'example\.com' refused"):
        requests.get("http://example.com/", timeout=5)


def test_aws_is_not_reached():
    """A client made without an endpoint would speak to the real one."""
    client = boto3.client("sts", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with pytest.raises(EndpointConnectionError, match=r"sts\.us-east-1\.amazonaws\.com"):
        client.get_caller_identity()


def test_nobody_else_is_served():
    """Listening on every interface would open this machine to its neighbours."""
    with pytest.raises(OSError, match=r"socket\.bind to '0\.0\.0\.0' refused"), socket.create_server(("0.0.0.0", 0)):
        pytest.fail("it was allowed")
