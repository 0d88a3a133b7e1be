"""The things that are timed: the suite, a bare boto3 script, and the course's CLI commands, each in a shell of its own."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import requests

from tests.course.shell import OWN_CLI, prepare, run, steps
from tests.course.standing import ROOT, Standing

BARE = Path(__file__).with_name("bare.py")
STEP_5 = "tests/acceptance/test_5_load_testing.py"
_CLIENTS = {name: name for name in ("ec2", "ecs", "iam", "logs", "ecr", "sts")}
_CLIENTS |= {"autoscaling": "application-autoscaling", "quotas": "service-quotas"}
"""The bare script's clients by the names that it gives them."""
_TIMED_STEPS = ("Step 0", "Step 1", "Step 2", "Step 3", "Step 4", "Cleanup")
_REFUSED_FOR_NOW = re.compile(
    r"^(aws (?:ecs (?:create-cluster|create-service|delete-cluster|wait services-stable)"
    r"|ec2 (?:authorize-security-group-ingress|delete-security-group)) .*)$",
    re.MULTILINE,
)


class RunFailed(Exception):  # noqa: N818 - it says what happened
    """A run that was to be timed has failed; the message is its output."""


@dataclass(frozen=True)
class SuiteRun:
    """How long the suite took, in seconds, and which operations it called."""

    seconds: float
    operations: frozenset[str]


def reset(standing: Standing) -> None:
    """An account as new, and warm: a cold moto's first calls would hide what is compared."""
    requests.post(f"{standing.url}/moto-api/reset", timeout=60).raise_for_status()
    client(standing, "ec2").describe_vpcs()
    client(standing, "ecs").list_clusters()
    client(standing, "iam").list_roles()
    client(standing, "logs").describe_log_groups()


def client(standing: Standing, service: str) -> Any:
    """A boto3 client of the standing rehearsal."""
    session: Any = boto3.Session("rehearsal", "rehearsal", region_name="us-east-1")
    return session.client(service, endpoint_url=standing.url)


def time_suite(standing: Standing, *options: str) -> SuiteRun:
    """The acceptance tests of steps 1-4 and 6, live, at the standing rehearsal. Raises RunFailed."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["-m", "pytest", "tests/acceptance", "--live", "--region", "us-east-1", "--ignore", STEP_5, "-q"]
        seconds = _time(standing, [*command, "--reports", folder, *options], Path(folder))
        envelopes = [json.loads(path.read_text(encoding="utf-8")) for path in Path(folder).glob("*/evidence/*.json")]
    called = [f"{envelope['service']} {envelope['operation']}" for envelope in envelopes if envelope["service"] != "tcp"]
    return SuiteRun(seconds, frozenset(called))


def time_bare(standing: Standing) -> float:
    """The bare script, in seconds. Raises RunFailed."""
    with tempfile.TemporaryDirectory() as folder:
        return _time(standing, [str(BARE)], Path(folder))


def time_cli(standing: Standing) -> float:
    """The course's commands of steps 0-4 and the cleanup, in seconds. Raises RunFailed.

    What AWS refuses while something is new, or a task still stops, is asked for again every 5 s, as a person would.
    """
    commands = "".join(steps()[name] for name in _TIMED_STEPS).replace("http://$PUBLIC_IP", standing.address)
    commands = _REFUSED_FOR_NOW.sub(r"until \1; do sleep 5; done", commands)
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder), OWN_CLI)
        started = time.monotonic()
        transcript = run(commands, Path(folder), standing.export_lines, OWN_CLI)
        seconds = time.monotonic() - started
    if transcript.exit_code or transcript.failures:
        raise RunFailed(f"the course's commands failed:\n{transcript.failures}{transcript.errors}")
    return seconds


def operations_of_bare() -> frozenset[str]:
    """The operations that the bare script calls, read from its text; as evidence names them."""
    text = BARE.read_text(encoding="utf-8")
    session: Any = boto3.Session("none", "none", region_name="us-east-1")
    names = {name: session.client(service).meta.method_to_api_mapping for name, service in _CLIENTS.items()}
    calls = re.findall(rf"\b({'|'.join(_CLIENTS)})\.(\w+)\(", text)
    pages = re.findall(r'http\.(get|post)\(url \+ "(/[^"]*)"', text)
    return frozenset(
        [f"{_CLIENTS[name]} {names[name][method]}" for name, method in calls]
        + [f"http {method.upper()} {path}" for method, path in pages]
    )


def _time(standing: Standing, command: list[str], home: Path) -> float:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"} | standing.exports
    started = time.monotonic()
    done = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - started
    if done.returncode:
        raise RunFailed(f"{' '.join(command)} ended with exit code {done.returncode}:\n{done.stdout}{done.stderr}")
    return seconds
