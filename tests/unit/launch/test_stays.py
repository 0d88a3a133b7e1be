"""RUN-3 is judged late, by what its task was when it was old enough: what has ended it since is another criterion's."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from fixtures.report.gate import Claim
from fixtures.resources.task import Task
from fixtures.settings.options import OPTIONS
from fixtures.settings.settings import AWS_PATIENCE, read_settings
from fixtures.wire.waiting import Waiter
from tests.acceptance import test_3_service_launch as step_3

STARTED = datetime(2026, 1, 1, tzinfo=UTC)
CRASHED = "EssentialContainerExited; Essential container in task exited; exit code 1"
TASK = Task(
    arn="arn:aws:ecs:us-east-1:1:task/c/t1",
    status="RUNNING",
    group="service:s",
    definition_arn="td:1",
    started_by="ecs-svc/1",
    created_at=STARTED - timedelta(seconds=28),
    pull_started_at=None,
    started_at=STARTED,
    ended_at=None,
    stopped_at=None,
    stopped="",
    subnet_id="subnet-1",
    interface_id="eni-1",
    image_digest="",
    moved_ports={},
)


def at(seconds):
    """The moment so many seconds after the task was started."""
    return STARTED + timedelta(seconds=seconds)


def another(seconds, **changes):
    """A task that was created then."""
    return replace(TASK, arn=f"arn/t{seconds}", created_at=at(seconds), **changes)


class Time:
    """Time passes only in sleep; `looks` says when the service's tasks were looked at."""

    def __init__(self, seconds):
        self.now, self.looks = float(seconds), []

    def sleep(self, seconds):
        """Let time pass."""
        self.now += seconds


def judged(monkeypatch, tasks, seconds=30.0):
    """What RUN-3 observes of these tasks when it begins so many seconds after the start; and when it has looked."""
    time, claim = Time(seconds), Claim()
    monkeypatch.setattr(step_3, "tasks_since", lambda *_: time.looks.append(time.now) or tasks)
    monkeypatch.setattr(step_3, "post_mortem", lambda _run, _service, t, _definition: why(t))
    settings = replace(read_settings({option.dest: option.default for option in OPTIONS}, {}), patience=AWS_PATIENCE)
    run = SimpleNamespace(settings=settings, waiter=Waiter(clock=lambda: time.now, sleep=time.sleep))
    aws, launch = SimpleNamespace(now=lambda: at(time.now)), SimpleNamespace(service=None)
    step_3.test_the_task_stays_the_same(aws, run, launch, None, TASK, claim)
    return claim.observed, time


def why(task):
    """The post-mortem of a task."""
    return SimpleNamespace(diagnosis=SimpleNamespace(advice=f"mend {task.id}"))


def test_a_task_that_is_old_enough_is_looked_at_once(monkeypatch):
    """The ten seconds have passed while others were judged."""
    for seconds in (10.0, 30.0):
        observed, time = judged(monkeypatch, [TASK], seconds)
        assert observed == "t1 RUNNING"
        assert time.looks == [seconds]


def test_a_young_task_is_looked_at_when_it_is_old_enough_and_not_before(monkeypatch):
    """AWS is not asked again and again what it cannot know yet."""
    observed, time = judged(monkeypatch, [TASK], seconds=3.0)
    assert observed == "t1 RUNNING"
    (look,) = time.looks
    assert 10 <= look <= 11


STAYED = {
    "died of a request": [replace(TASK, status="STOPPED", stopped=CRASHED, ended_at=at(14))],
    "was replaced under load": [another(25), replace(TASK, status="STOPPED", stopped=CRASHED, ended_at=at(20))],
    "is being stopped by the cleanup": [replace(TASK, status="DEPROVISIONING", stopped="…; exit code 0", ended_at=at(29))],
}


@pytest.mark.parametrize("tasks", STAYED.values(), ids=STAYED)
def test_what_ends_the_task_later_is_judged_where_it_is_done(monkeypatch, tasks):
    """It had stayed up; API-4 and LOAD-3 say that it does no longer."""
    assert judged(monkeypatch, tasks)[0] == "t1 RUNNING"


FAILED = {
    "died too early": [replace(TASK, status="STOPPED", stopped=CRASHED, ended_at=at(6))],
    "died, nobody knows when": [replace(TASK, status="DEPROVISIONING", stopped=CRASHED)],
    "was replaced": [another(8), replace(TASK, status="STOPPED", stopped=CRASHED, ended_at=at(6))],
    "took another's place": [TASK, another(-60, status="STOPPED", stopped=CRASHED, ended_at=at(-30))],
    "is one of two": [another(2), TASK],
    "is one of two at the end": [another(10), TASK],
    "is not there": [],
}


@pytest.mark.parametrize("tasks", FAILED.values(), ids=FAILED)
def test_a_task_that_does_not_stay_is_told(monkeypatch, tasks):
    """Whatever came after it looks as healthy."""
    with pytest.raises(AssertionError):
        judged(monkeypatch, tasks)
