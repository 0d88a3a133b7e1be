"""Nothing that must not leave the machine is found in what a run leaves: not in the bundle, not on the terminal."""

import gzip
import json
import platform
import re

import pytest

from tests.faults.canaries import APP, CANARIES, OTHERS
from tests.faults.suite import rehearsing

OWN_ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A rehearsal full of canaries: its exit code, what it printed, and its bundle."""
    folder = tmp_path_factory.mktemp("canaries")
    (folder / "api" / "app").mkdir(parents=True)
    (folder / "api" / "app" / "main.py").write_text(APP)
    (folder / "canaryhouse").mkdir()
    variables = {"HOME": str(folder / "canaryhouse"), "USER": "canaryuser", "LOGNAME": "canaryuser"}
    with rehearsing(folder, "-p", "tests.faults.canaries", f"--app={folder / 'api'}", **variables) as suite:
        ended = suite.wait()
    (bundle,) = [path for path in (folder / "reports").iterdir() if path.name != "latest"]
    return ended, bundle


def outputs(run):
    """Every text of the run by where it is; what is packed is unpacked."""
    ended, bundle = run
    found = {"terminal": ended.output}
    for path in bundle.rglob("*"):
        if path.is_file() and path.suffix != ".jpg":
            content = path.read_bytes()
            name = path.relative_to(bundle).as_posix()
            found[name] = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    return found


def test_the_canaries_were_planted(run):
    """The run picked them up: their traces are there, so what is not found has been redacted."""
    ended, bundle = run
    found = outputs(run)
    log = found["logs/service.log"]
    assert ended.code == pytest.ExitCode.TESTS_FAILED, ended
    assert "[e-mail]" in log
    assert "[access key]" in log
    assert "RuntimeError" in found["terminal"]
    assert "[redacted]" in found["junit.xml"]
    assert "canary-3" in (next((bundle / "evidence").glob("*CreateSecurityGroup.json"))).read_text()
    assert "x-canary" in (next((bundle / "evidence").glob("*http-GET.json"))).read_text()


@pytest.mark.parametrize(
    "secret", [c.secret for c in CANARIES] + list(OTHERS), ids=[c.kind for c in CANARIES] + list(OTHERS)
)
def test_a_canary_is_found_nowhere(run, secret):
    """Not in a file of the bundle, nor on the terminal."""
    assert [where for where, text in outputs(run).items() if secret in text] == []


def test_the_machine_is_found_nowhere(run):
    """Neither its name, nor the user's, nor the home folder."""
    words = re.compile(rf"(?<![\w-])(?:{re.escape(platform.node())}|canaryuser|canaryhouse)(?![\w-])")
    assert [where for where, text in outputs(run).items() if words.search(text)] == []


def test_what_proves_something_survives(run):
    """Run ID, request IDs, digests and log lines are as they were; the account has one alias of 12 digits everywhere."""
    _, bundle = run
    found = outputs(run)
    task = json.loads(next((bundle / "evidence").glob("*DescribeTasks.json")).read_text())["response"]["tasks"][0]
    assert task["taskArn"].startswith("arn:aws:ecs:us-east-1:900000000001:task/satellite-cluster/")
    assert re.search(r"sha256:[0-9a-f]{64}", json.dumps(task))
    assert f"/predict?probe={bundle.name}" in found["logs/service.log"]
    assert "900000000001" in found["criteria.json"]
    assert '"confidence":0.123456789012' in found["public_endpoint_test.json"]
    assert json.loads(found["public_endpoint_test.json"])["label"] == "desert"


def test_a_run_that_hides_nothing_says_so(tmp_path):
    """--no-redact leaves all as it is, and marks the bundle."""
    with rehearsing(tmp_path, "-k", "TASK-1", "--no-redact") as suite:
        ended = suite.wait()
    assert ended.code == 0, ended
    bundle = (tmp_path / "reports" / "latest").resolve()
    assert json.loads((bundle / "criteria.json").read_text())["redacted"] is False
    assert json.loads((bundle / "run.json").read_text())["redacted"] is False
    assert OWN_ACCOUNT in (bundle / "task-def.json").read_text()
