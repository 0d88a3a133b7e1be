"""Each step of the workflows, run as GitHub's runner runs it, on a standing rehearsal: also when the job is cancelled."""

import re
import shutil
import signal

import pytest

from tests.faults.suite import catch
from tests.unit.report.ci_forms import Rendered, commands
from tests.workflows import steps

VALUES = {
    "inputs.account": "123456789012",
    "inputs.region": "us-east-1",
    "inputs.image": "",
    "inputs.adopt": "false",
    "inputs.max-cost": "0.10",
    "inputs.nonce": "word-7",
    "inputs.rubric": "[NET-2]\npoints = 10",
    "inputs.delete": "",
    "vars.AWS_ACCOUNT_ID": "123456789012",
    "vars.AWS_REGION || 'us-east-1'": "us-east-1",
    "steps.bundle.outputs.artifact-url": "https://github.com/o/r/actions/runs/42/artifacts/1",
}
HEARD_SECONDS = 7.5
"""After this GitHub sends SIGTERM, 2.5 s later it kills. On the stage an undo takes less; on AWS it takes minutes."""


class Runner:
    """A machine of GitHub's: what its steps share, and the reports that go when it goes."""

    def __init__(self, account, folder):
        self.folder = folder
        self.reports = folder / "reports"
        self._account = account
        folder.mkdir()

    def begun(self, step, run_id="42"):
        """The step, at work; a rehearsal judges one criterion, as whole ones are tried elsewhere."""
        less = " -k NET-1" if step.job == "rehearse" else ""
        variables = self._account.variables | {
            "GITHUB_RUN_ID": run_id,
            "PYTEST_ADDOPTS": f"--load-seconds=1 --steady=0.1 --reports={self.reports}{less}",
        }
        self._account.as_found = False
        return step.begun(self.folder, VALUES, variables)

    def ended(self, step, run_id="42"):
        """Its exit code and what it printed."""
        running = self.begun(step, run_id)
        return running.wait(), running.output


@pytest.fixture
def runner(account, tmp_path):
    """A machine for a job."""
    return Runner(account, tmp_path / "machine")


@pytest.fixture
def another_runner(account, tmp_path):
    """The machine of the next job: of the first nothing is there."""
    return Runner(account, tmp_path / "another")


def runs(name, *jobs):
    """The steps that run a command."""
    return [step for step in steps(name, *jobs) if "run" in step.said]


def that_says(name, job, word):
    """The one step that has the word in its command."""
    (found,) = [step for step in runs(name, job) if word in step.said["run"]]
    return found


def test_every_step_of_a_launch_does_what_it_says(runner, account):
    """Green from the first to the last: the bundle is sealed, the summary leads to it, and nothing is left to sweep."""
    for step in runs("launch-control"):
        code, output = runner.ended(step)
        assert code == 0, (step.name, output)
        if step.job == "live":
            assert [kind for kind, _, _ in commands(output)] == ["add-mask"] * ("Mask" in step.name), output
    assert account.left_behind() == []
    (bundle,) = runner.reports.glob("*.zip")
    assert re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{4}\.zip", bundle.name)
    shown = Rendered((runner.folder / "summary.md").read_text(encoding="utf-8"))
    assert "27 of 27 criteria PASS, 104 of 104 points" in shown.text  # by the rubric that was given
    assert any(VALUES["steps.bundle.outputs.artifact-url"] in element for element in shown.elements)


def test_the_daily_sweep_finds_nothing_where_nothing_is(runner):
    """Each of its steps."""
    for step in runs("sweep"):
        code, output = runner.ended(step)
        assert code == 0, (step.name, output)


def test_a_cancelled_launch_hears_it_at_once(runner, account):
    """GitHub signals the shell alone: it has become pytest by then, which stops and undoes."""
    running = launching(runner)
    running.signal(signal.SIGINT)
    code = running.wait(HEARD_SECONDS)
    assert code == pytest.ExitCode.INTERRUPTED, running.output
    assert account.left_behind() == [], running.output
    told = commands(running.output)
    assert [text for _, _, text in told if "interrupted by SIGINT" in text], running.output


def test_a_launch_that_is_killed_is_swept_by_the_next_job(runner, another_runner, account):
    """SIGINT, SIGTERM and the end of the whole tree, at once and not after 7.5 and 2.5 s, so that much is left.

    The next job has another machine: it knows the run by its tags alone. Somebody else's job leaves it alone.
    """
    running = launching(runner)
    for number in (signal.SIGINT, signal.SIGTERM):
        running.signal(number)
    running.kill_tree()
    shutil.rmtree(runner.folder)
    assert len(account.changes()) > 3, running
    sweep = that_says("launch-control", "sweep", "--sweep")
    code, output = another_runner.ended(sweep, run_id="43")
    assert code == 1, output
    assert "may be at work until" in output
    assert [kind for kind, _, _ in commands(output)] == ["error"], output
    assert len(account.changes()) > 3, output
    code, output = another_runner.ended(sweep)
    assert code == 0, output
    assert account.left_behind() == [], output
    assert [kind for kind, _, _ in commands(output)] == ["notice"], output


def launching(runner):
    """The launch step, when its service has just been made."""
    running = runner.begun(that_says("launch-control", "live", "--max-cost"))
    catch(running, "the service", lambda: any(runner.reports.glob("*/evidence/*CreateService.json")))
    return running
