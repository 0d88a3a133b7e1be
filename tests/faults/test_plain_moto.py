"""Why there is a data plane: the tests of the rehearsal's behaviour fail on a plain moto, all but a few."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.wire.waiting import Waiter

ROOT = Path(__file__).resolve().parents[2]
BEHAVIOUR = ("", "_network", "_refusals")
AS_MOTO_DOES = {
    "test_aws_refuses[deleting a service that is scaled above 0]": "moto refuses it too; the rehearsal must not lose it",
    "test_the_managed_execution_policy_exists": "moto has it when it is asked to, and here it was",
}
"""Tests that pass on a plain moto too, each with the reason why it is kept."""


@pytest.fixture
def plain_moto(tmp_path: Path) -> Iterator[str]:
    """The URL of a moto server as it comes, but with AWS's managed policies: no test fails for want of a role."""
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    environment = os.environ | {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true", "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}
    log = tmp_path / "moto.log"
    with log.open("w") as output, subprocess.Popen(command, env=environment, stdout=output, stderr=output) as server:
        address = re.compile(r"http://127\.0\.0\.1:\d+")
        yield Waiter().until("moto's address", lambda: address.findall(log.read_text()), bool, 60)[0]
        server.kill()


def test_a_plain_moto_fails_the_rehearsals_tests(plain_moto: str) -> None:
    """The very same tests are run against it, with little patience."""
    files = [f"tests/unit/rehearsal/test_rehearsal{name}.py" for name in BEHAVIOUR]
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-rA", *files]
    environment = os.environ | {"LAUNCH_CONTROL_TEST_ENDPOINT": plain_moto}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout[-2000:]
    passed, failed = (
        set(re.findall(rf"^{word} \S*::(.+?)(?: - .*)?$", run.stdout, re.MULTILINE))
        for word in ("PASSED", "(?:FAILED|ERROR)")
    )
    assert passed == set(AS_MOTO_DOES)
    assert len(failed) > 80
