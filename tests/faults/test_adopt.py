"""--adopt: what is not there is told with the course's step that makes it, and what was left out by choice is said to be."""

import pytest

from tests.faults.deployments.case import EVERYTHING, Case
from tests.faults.deployments.judged import judge
from tests.faults.pages import whole_page
from tests.faults.suite import Suite

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
