"""Whatever a stranger gives, it ends: in bounded time, in bounded memory, and as the right outcome."""

import json
import os
from collections import Counter

import pytest

from tests.faults.application import APPLICATION
from tests.faults.bounded import tried
from tests.faults.exhausting import ATTACKS, BUNDLES, DEPLOYMENTS
from tests.faults.suite import rehearsing

SECONDS, MEGABYTES = 30, 500
TRIED = ATTACKS if "LAUNCH_CONTROL_FUZZ_CASES" in os.environ else [attack for attack in ATTACKS if not attack.costly]
"""By hand, all of them."""


@pytest.mark.parametrize("attack", TRIED, ids=lambda attack: attack.name)
def test_it_ends_in_bounds(attack, bundle, tmp_path):
    """In a process of its own, whose time and memory are measured."""
    came = tried(attack.name, bundle, tmp_path, SECONDS)
    print(json.dumps(vars(came)))
    assert attack.told in came.outcome if attack.told else not came.outcome, came
    assert came.outcome.startswith("INVALID") == (attack in BUNDLES), came
    assert came.megabytes < MEGABYTES, came


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment.name)
def test_a_deployment_fails_and_nothing_else(deployment, tmp_path, stage):
    """It is not the suite that ends in an error: the criterion is FAIL, and what needs it is BLOCKED."""
    app = tmp_path / "api" / "app"
    app.mkdir(parents=True)
    (app / "main.py").write_text(APPLICATION + deployment.app)
    stage.reset()
    words = (f"--app={app.parent}", "--no-load", "--answer-timeout=5", "--log-timeout=5")
    with rehearsing(tmp_path, *words, **stage.variables) as suite:
        ended = suite.wait()
    told = json.loads((tmp_path / "reports" / "latest" / "criteria.json").read_text())["outcomes"]
    found = {outcome["criterion"]["id"]: outcome["status"] for outcome in told}
    assert ended.code == pytest.ExitCode.TESTS_FAILED, ended
    assert [name for name, status in found.items() if status == "FAIL"] == [*deployment.failed], ended
    assert "ERROR" not in found.values(), ended


def test_no_two_have_one_name():
    """They are found by it."""
    assert Counter(attack.name for attack in ATTACKS).most_common(1)[0][1] == 1
    assert len(ATTACKS) >= 100
