"""--adopt: what is not there is told with the course's step that makes it, and what was left out by choice is said to be."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.faults.deployments import VARIATIONS
from tests.faults.deployments.accounts import statement
from tests.faults.deployments.case import EVERYTHING, HTTP, Case
from tests.faults.deployments.cleanup import WEIGHED
from tests.faults.deployments.judged import judge, judging
from tests.faults.deployments.stack import ROLE, made
from tests.faults.pages import whole_page
from tests.faults.suite import ROOT, Suite

STEPS = {
    "group": ("NET-1", "NET-2"),
    "log group": (),
    "role": (),
    "definition": ("TASK-1", "TASK-2", "TASK-3", "TASK-4", "TASK-5"),
    "cluster": ("RUN-1",),
    "service": ("NET-3", "RUN-2", "RUN-3", "RUN-4", "API-1", "API-2", "API-3", "API-4", "LOG-1", "LOG-2"),
}
"""What the course makes, in its order, and which criteria each turns green."""
NOTHING = Case(id="nothing", sentence="Nothing was made.", without=EVERYTHING)
NO_LOG = "No log was kept: that is done before its group is deleted, and this run deleted none"
READ = "What was read of it is in the evidence."
MADE_NOTHING = {
    "cost": "There is no receipt. This run cost nothing; the deployment costs $12.66 a month until it is cleaned up.",
    "cleanup": "This run made nothing, so there was nothing to clean up.",
}
UNLOADED = Case(id="unloaded", sentence="All is as the course has it.", options=("--no-load",))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where that run writes."""
    return tmp_path_factory.mktemp("nothing")


@pytest.fixture(scope="module")
def nothing(stage, folder):
    """What the suite says of an account in which nobody has begun."""
    return judge(stage, NOTHING, folder)


def test_an_untouched_account_earns_nothing(nothing, stage, tmp_path):
    """Neither for what it has, nor for having nothing to clean up."""
    cleaned = judge(
        stage, Case(id="never", sentence="Nobody ever began.", without=EVERYTHING, forgotten=EVERYTHING), tmp_path
    )
    outcomes = [*nothing.outcomes.values(), *cleaned.outcomes.values()]
    assert [outcome for outcome in outcomes if outcome["status"] == "PASS"] == []
    assert "0 of 100 points" in nothing.printed
    assert "0 of 100 points" in cleaned.printed
    assert cleaned.outcomes["CLEAN-1"]["reason"].startswith("nothing in us-east-1 tells that the course was ever followed")


@pytest.mark.parametrize("done", range(1, len(EVERYTHING) + 1))
def test_each_step_of_the_course_turns_its_own_criteria_green(stage, tmp_path, done):
    """The course command by command: what has been made so far is PASS, and nothing else is."""
    steps = dict(list(STEPS.items())[:done])
    assert tuple(steps) == EVERYTHING[:done]
    case = Case(
        id="so-far", sentence=f"{done} steps.", without=EVERYTHING[done:], options=("--no-load", "--launch-timeout=2")
    )
    outcomes = judge(stage, case, tmp_path).outcomes
    green = {name for name, outcome in outcomes.items() if outcome["status"] == "PASS"}
    assert green == {name for names in steps.values() for name in names}


def test_another_region_that_has_it_is_named(stage, tmp_path):
    """Before anybody makes it twice, and pays for it twice."""
    case = Case(id="there", sentence="Made in Ireland, judged in Virginia.", region="eu-west-1", without=("service",))
    made(stage, case)
    with judging(stage, replace(case, region="us-east-1"), tmp_path) as suite:
        ended = suite.wait()
    assert "there is no cluster satellite-cluster in us-east-1, but in eu-west-1" in ended.output
    assert "Judge it there: --region eu-west-1" in ended.output
    (bundle,) = (tmp_path / "reports").glob("2*")
    assert "but in eu-west-1" in (bundle / "report.html").read_text()


def test_a_later_push_of_the_tag_is_told(stage, tmp_path):
    """The task runs what the tag named when it was started, which is no fault."""
    (case,) = [each for each in VARIATIONS if each.id == "pushed-again"]
    judge(stage, case, tmp_path)
    (bundle,) = (tmp_path / "reports").glob("2*")
    told = json.loads((bundle / "criteria.json").read_text())["facts"]["Newer push"]
    assert "names another push by now" in told
    assert "--force-new-deployment" in told


def test_what_the_course_calls_optional_is_noted_with_its_command(stage, tmp_path):
    """It is not red, and a grader who gives points for it has them judged again from the same bundle."""
    (case,) = [each for each in VARIATIONS if each.noted]
    outcome = judge(stage, case, tmp_path).outcomes["CLEAN-2"]
    assert "deregister-task-definition --task-definition satellite-api-task:1" in outcome["advice"]
    (bundle,) = (tmp_path / "reports").glob("2*")
    with Suite(["tests/acceptance", f"--replay={bundle}", f"--rubric={WEIGHED}"], {}, tmp_path / "replay") as suite:
        ended = suite.wait()
    assert re.search(r"^CLEAN-2 +FAIL", ended.output, re.MULTILINE), ended
    assert ended.output.rstrip().splitlines()[-1].startswith("AGREES: "), ended


@pytest.mark.parametrize(
    ("criterion", "observed", "advice"),
    [
        ("NET-1", "there is no security group satellite-api-sg in vpc-", "(course step 1)"),
        ("TASK-1", "there is no task definition satellite-api-task in us-east-1", "(course step 2)"),
        ("RUN-1", "there is no cluster satellite-cluster in us-east-1", "(course step 3)"),
    ],
)
def test_what_is_not_there_is_told_with_the_step_that_makes_it(nothing, criterion, observed, advice):
    """Each of the three things that depend on nothing else is FAIL by itself."""
    outcome = nothing.outcomes[criterion]
    assert outcome["status"] == "FAIL"
    assert outcome["observed"].startswith(observed)
    assert advice in outcome["advice"]


def test_what_follows_from_that_is_blocked(nothing):
    """Nobody is told 21 times that he has not begun."""
    statuses = [outcome["status"] for outcome in nothing.outcomes.values()]
    assert {status: statuses.count(status) for status in statuses} == {"FAIL": 3, "BLOCKED": 18, "NOT RUN": 6}


def test_the_page_says_of_each_part_that_it_was_somebody_elses_to_make(nothing, folder):
    """There is no deployment to show, and with the verdict stands that nothing of one was changed."""
    (bundle,) = (folder / "reports").glob("2*")
    whole_page(
        bundle,
        deployment="Nothing was launched, so there is no deployment to show (RUN-2 is BLOCKED: by NET-1).",
        exchange="No image was sent to the endpoint (API-3 is BLOCKED: by NET-1).",
        log=f"{NO_LOG} (LOG-1 is BLOCKED: by NET-1). {READ}",
        load="No load was sent (LOAD-1 is BLOCKED: by NET-1).",
        **MADE_NOTHING | {"cost": "There is no receipt. This run cost nothing."},
    )
    assert "adopted: somebody else has made it" in (bundle / "report.html").read_text().partition('class="lc-board"')[0]


def test_the_cleanup_of_an_adopted_deployment_is_not_judged(nothing):
    """It is there still; the report says how to have it judged afterwards."""
    assert "pytest --adopt --after-cleanup" in nothing.outcomes["CLEAN-1"]["reason"]


def test_the_load_can_be_left_out(stage, tmp_path):
    """Step 5 is NOT RUN by choice, and the rest is judged; the page is whole but for what such a run has not."""
    verdict = judge(stage, UNLOADED, tmp_path)
    assert {verdict.outcomes[name]["reason"] for name in ("LOAD-1", "LOAD-2", "LOAD-3")} == {
        "left out by choice (--no-load)"
    }
    assert [o["status"] for o in verdict.outcomes.values()].count("PASS") == 18
    (bundle,) = (tmp_path / "reports").glob("2*")
    load = "No load was sent (LOAD-1 is NOT RUN: left out by choice (--no-load))."
    parts = whole_page(bundle, load=load, log=f"{NO_LOG}. {READ}", **MADE_NOTHING)
    assert "not seen" not in parts["deployment"].text
    assert f"/predict?probe={bundle.name} " in parts["exchange"].text


def test_the_bundle_of_an_adopted_deployment_is_judged_again(stage, tmp_path):
    """Nothing of the deployment bears the run's tag, so the grader's word is in the request and the log alone."""
    case = Case(id="named", sentence="All is as the course has it.", options=("--no-load", "--nonce=word-7"))
    judge(stage, case, tmp_path)
    (bundle,) = (tmp_path / "reports").glob("2*")
    words = ["tests/acceptance", f"--replay={bundle}", "--nonce=word-7"]
    with Suite(words, {}, tmp_path / "replay") as suite:
        ended = suite.wait()
    assert ended.output.rstrip().splitlines()[-1].startswith("AGREES: "), ended


def test_what_has_no_order_comes_in_the_same_one_each_time(stage, tmp_path):
    """A process with other hashes has its sets in another order: it says the same of many rules, interfaces and policies."""
    rules = tuple(HTTP | {"FromPort": port, "ToPort": port} for port in range(80, 86))
    case = Case(id="many", sentence="There is much too much of everything.", rules=rules, after=much, options=("--no-load",))
    judge(stage, case, tmp_path)
    (bundle,) = (tmp_path / "reports").glob("2*")
    command = [sys.executable, "-m", "pytest", "tests/acceptance", f"--replay={bundle}"]
    variables = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONHASHSEED": "7"}
    ended = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=60, check=False)
    assert ended.stdout.splitlines()[-1].startswith("AGREES"), ended.stdout


def much(stack):
    """Six interfaces more that have the service's group, and six policies more that its role has."""
    for number in range(6):
        stack.ec2.create_network_interface(SubnetId=stack.subnet_ids[1], Groups=[stack.group_id])
        everything = statement(Action="*", Resource="*")
        stack.iam.put_role_policy(RoleName=ROLE, PolicyName=f"mine-{number}", PolicyDocument=everything)
