"""The workflows of `.github/`: what each job may do, how long it has, what its pins are, and whom AWS trusts."""

import json
import re
from pathlib import Path

import pytest

from fixtures.settings.options import OPTIONS, ROOT
from tests.workflows import FOLDER, WORKFLOWS, Step, steps, workflow

ALL = [step for name in WORKFLOWS for step in steps(name)]
RUNS = [step for step in ALL if "run" in step.said]
LAUNCH = workflow("launch-control")
UNDO_MINUTES = 15
"""What an undo and a bundle may take on AWS, after the run has stopped itself."""
TRUST = json.loads((ROOT / ".github" / "aws-trust-policy.json").read_text(encoding="utf-8"))
STUB = """#!/bin/bash
printf '%s\\n' "$@"
"""


def named(steps, text):
    """The one step whose name or action has the text."""
    (found,) = [step for step in steps if text in step.name]
    return found


def test_every_action_is_pinned_by_its_commit():
    """A tag can be moved; beside the commit stands the version that people and Dependabot read."""
    uses = [line for path in FOLDER.glob("*.yml") for line in path.read_text().splitlines() if "uses:" in line]
    assert len(uses) > 10
    assert [line for line in uses if not re.search(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)] == []


def test_an_action_has_one_pin():
    """Two versions of one action are an oversight."""
    pins = {pin.split("@")[0]: set() for pin in (step.said.get("uses") for step in ALL) if pin}
    for step in ALL:
        if "uses" in step.said:
            pins[step.said["uses"].split("@")[0]].add(step.said["uses"])
    assert [action for action, found in pins.items() if len(found) != 1] == []


def test_each_job_may_do_what_it_needs_and_no_more():
    """Who rehearses a stranger's code gets no token; who signs has no way to AWS, and the other way round."""
    told = {(name, job): found.get("permissions") for name in WORKFLOWS for job, found in workflow(name)["jobs"].items()}
    aws = {"contents": "read", "id-token": "write"}
    assert LAUNCH["permissions"] == workflow("sweep")["permissions"] == {}
    assert workflow("tests")["permissions"] == {"contents": "read"}
    assert {key: may for key, may in told.items() if key[0] != "tests"} == {
        ("launch-control", "rehearse"): {"contents": "read"},
        ("launch-control", "live"): aws,
        ("launch-control", "sweep"): aws,
        ("launch-control", "attest"): {"id-token": "write", "attestations": "write"},
        ("sweep", "sweep"): aws,
    }
    assert {may for key, may in told.items() if key[0] == "tests"} == {None}


def test_no_input_is_ever_a_part_of_a_script():
    """They come as variables: whoever may start a workflow writes no code into it."""
    assert len(RUNS) > 10
    assert [step.name for step in RUNS if "${{" in step.said["run"]] == []


def test_the_time_of_a_job_is_longer_than_that_of_its_run():
    """The run stops and undoes itself before GitHub does it, and its credentials outlive the job."""
    limit = next(option.default for option in OPTIONS if option.flag == "--max-minutes")
    live = LAUNCH["jobs"]["live"]
    credentials = named(steps("launch-control", "live"), "configure-aws-credentials").said["with"]
    assert live["timeout-minutes"] >= limit + UNDO_MINUTES
    assert credentials["role-duration-seconds"] >= live["timeout-minutes"] * 60
    assert not [step for step in RUNS if "--max-minutes" in step.said["run"]]
    assert all("timeout-minutes" in job for name in WORKFLOWS for job in workflow(name)["jobs"].values())


@pytest.mark.parametrize("job", ["live", "sweep"])
def test_credentials_are_of_this_run_and_this_account(job):
    """No key is stored, no other account is touched, and CloudTrail says which run it was."""
    told = named(steps("launch-control", job), "configure-aws-credentials").said["with"]
    assert told["allowed-account-ids"] == "${{ inputs.account }}"
    assert told["mask-aws-account-id"] is True
    assert "${{ github.run_id }}" in told["role-session-name"]
    assert not [name for name in told if "key" in name]
    assert "secrets." not in "".join(path.read_text() for path in FOLDER.glob("*.yml"))


def test_runs_of_one_account_wait_for_each_other():
    """They have the same names; and none that is at work is cut off."""
    assert "inputs.account" in LAUNCH["concurrency"]["group"]
    assert LAUNCH["concurrency"]["cancel-in-progress"] is False


def test_the_sweep_and_the_bundle_come_whatever_becomes_of_the_run():
    """A run that failed, was cancelled or killed is swept, and what it has left is kept."""
    assert LAUNCH["jobs"]["sweep"]["if"].startswith("always()")
    assert LAUNCH["jobs"]["sweep"]["needs"] == "live"
    bundle = named(steps("launch-control", "live"), "Keep the bundle").said
    assert bundle["if"] == "always()"
    assert "!reports/*/ledger.jsonl" in bundle["with"]["path"]


def test_by_hand_and_by_call_it_takes_the_same():
    """Two lists of inputs in one file must not drift apart."""
    assert LAUNCH["on"]["workflow_call"] == LAUNCH["on"]["workflow_dispatch"]


def test_a_schedule_deletes_nothing():
    """It has no inputs, and what is not said is no."""
    on = workflow("sweep")["on"]
    assert "schedule" in on
    assert on["workflow_dispatch"]["inputs"]["delete"]["default"] is False


def test_aws_trusts_the_environments_and_nobody_else():
    """Each in both forms of GitHub's `sub`, exact: a wildcard would let in every branch, or other people's repositories."""
    (statement,) = TRUST["Statement"]
    ((operator, conditions),) = statement["Condition"].items()
    (audience, subject) = sorted(conditions)
    environments = {
        job["environment"] for name in WORKFLOWS for job in workflow(name)["jobs"].values() if "environment" in job
    }
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Principal"]["Federated"].endswith(":oidc-provider/token.actions.githubusercontent.com")
    assert operator == "StringEquals"
    assert conditions[audience] == "sts.amazonaws.com"
    assert set(conditions[subject]) == {
        f"repo:{repository}:environment:{environment}"
        for repository in ("OWNER/REPOSITORY", "OWNER@OWNER_ID/REPOSITORY@REPOSITORY_ID")
        for environment in environments
    }
    assert not re.search(r"[*?]", json.dumps(TRUST))


# What each step says to pytest

GIVEN = {
    "account": "123456789012",
    "region": "eu-west-1",
    "image": "",
    "adopt": "false",
    "max-cost": "0.10",
    "nonce": "",
    "rubric": "",
    "attest": "true",
    "delete": "",
}


def said(step: Step, folder: Path, **inputs: str) -> list[str]:
    """The words that pytest gets from the step, a stub in its place."""
    stub = folder / ".venv" / "bin" / "pytest"
    stub.parent.mkdir(parents=True)
    stub.write_text(STUB)
    stub.chmod(0o755)
    values = {f"inputs.{name}": text for name, text in (GIVEN | inputs).items()}
    values |= {"vars.AWS_ACCOUNT_ID": "123456789012", "vars.AWS_REGION || 'us-east-1'": "us-east-1"}
    step = step.begun(folder, values, {"GITHUB_RUN_ID": "42"}, cwd=folder)
    assert step.wait() == 0, step.output
    return step.output.splitlines()


COMMON = ["--live", "--ci", "--bundle-zip", "--expect-account=123456789012", "--region=eu-west-1", "--job=42"]


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({}, [*COMMON, "--nonce=", "--max-cost=0.10"]),
        ({"adopt": "true", "nonce": "word-7"}, [*COMMON, "--nonce=word-7", "--adopt"]),
        ({"image": "x --keep $(id) `id`"}, [*COMMON, "--nonce=", "--max-cost=0.10", "--image=x --keep $(id) `id`"]),
        ({"nonce": "--keep; id"}, [*COMMON, "--nonce=--keep; id", "--max-cost=0.10"]),
    ],
    ids=["launch", "adopt", "image", "nonce"],
)
def test_what_is_asked_for_reaches_pytest_as_it_is(inputs, words, tmp_path):
    """Each input is one word, whatever is in it."""
    assert said(named(steps("launch-control", "live"), "Launch, judge"), tmp_path, **inputs) == words


def test_a_rubric_becomes_a_file(tmp_path):
    """As it was given, line by line."""
    words = said(named(steps("launch-control", "live"), "Launch, judge"), tmp_path, rubric="[NET-2]\npoints = 10 # $(id)")
    assert words[-1] == f"--rubric={tmp_path / 'rubric.toml'}"
    assert (tmp_path / "rubric.toml").read_text() == "[NET-2]\npoints = 10 # $(id)\n"


@pytest.mark.parametrize(("delete", "plan"), [("", ["--plan"]), ("false", ["--plan"]), ("true", [])])
def test_a_sweep_deletes_only_when_it_is_told_to(delete, plan, tmp_path):
    """A schedule gives no input at all."""
    words = said(named(steps("sweep"), "Sweep"), tmp_path, delete=delete)
    assert words == ["--live", "--sweep", "--ci", "--expect-account=123456789012", "--region=us-east-1", *plan]
