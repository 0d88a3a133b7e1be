"""Step 5, the secret mission: many requests at once, and what CloudWatch tells of them."""

import pytest

from fixtures.diagnosis.answers import LOADED
from fixtures.diagnosis.diagnosis import diagnose_stop, diagnose_words
from fixtures.launch.address import tasks_since
from fixtures.launch.contract import answers_still
from fixtures.launch.inquiry import last_words
from fixtures.launch.load import keep_log_lines, requests_named
from fixtures.resources.logs import read_lines


@pytest.mark.criterion("LOAD-1")
def test_the_load_stays_within_its_limits(run, settings, load, names, claim):
    """Under load, failures and p95 latency stay within their limits.

    One request proves that it works; many prove that it works for more than one user. The course's own ResNet18 answers
    about two requests a second at the smallest size, so that four users wait three to five seconds: less than the limit.
    """
    run.recorder.attach("load/load.json")
    errors, speed = "; ".join(load.errors[:3]) or "no errors", about_p95(load)
    failing, slow = load.failure_ratio > settings.max_failure_ratio, load.p95_ms > settings.max_p95_ms
    found = diagnose_words(LOADED, errors if failing else speed, names)
    claim(
        expected=f"failure ratio at most {settings.max_failure_ratio:.2%}, p95 at most {settings.max_p95_ms:.0f} ms: "
        "the smallest size answers about 2 requests a second with ResNet18",
        observed=(f"{found.cause}: " if failing or slow else "")
        + f"{load.failures} of {load.requests} failed ({load.failure_ratio:.2%}), p50 {load.p50_ms:.0f} ms, {speed}, "
        f"p99 {load.p99_ms:.0f} ms, {load.requests_per_second:.1f} requests/s; {errors}",
        advice=found.advice,
    )
    assert not failing
    assert not slow


@pytest.mark.criterion("LOAD-2")
def test_the_spike_is_in_the_log(aws, run, task_definition, load, released, claim):
    """The spike shows in CloudWatch: requests sent and logged agree.

    Each request of the load carried a mark of its own. What was sent and is not in the log was dropped on the way.
    """
    group, mark = task_definition.log_options["awslogs-group"], f"{run.settings.run_id}."
    lines = run.waiter.settle(
        "load in CloudWatch",
        lambda: read_lines(aws, group, mark),
        lambda seen: len(requests_named(seen, run.settings.run_id)) >= load.requests,
        run.settings.patience.log,
        lambda seen: f"{len(seen)} lines of {load.requests} requests",
    )
    keep_log_lines(run, lines)
    logged = requests_named(lines, run.settings.run_id)
    claim(
        expected=f"all {load.requests} requests ({mark}<number>) in {group}, less at most the {load.failures} that failed",
        observed=f"{about_log(logged, load.requests)}: {len(logged)} of {load.requests} requests are there",
        advice="leave uvicorn's access log on, and let nothing sample, filter or switch it off under load; where awslogs "
        f'drops lines, add `"mode": "blocking"` to its options. See what came: `aws logs tail {group} --since 10m`',
    )
    assert logged
    assert load.requests - load.failures <= len(logged) <= load.requests


@pytest.mark.criterion("LOAD-3")
def test_the_same_task_serves_the_whole_load(run, launch, task, task_definition, api, first_answer, load, names, claim):
    """The same task served the whole load: no restart, no replacement.

    A task that runs out of memory under load is replaced within a minute, at another address, and looks healthy again.
    """
    afterwards = api.get("/")  # at once, while AWS may not have noticed yet that the container has ended
    lives = answers_still(first_answer, afterwards)
    tasks = run.waiter.settle(
        "end of a task that does not answer any more",
        lambda: [t for t in tasks_since(run, launch.service, task) if t.created_at >= task.created_at],
        lambda seen: lives or any(t.died for t in seen),
        run.settings.patience.log,
        lambda seen: "; ".join(f"{t.id} {t.status}" for t in seen),
    )
    ends = [diagnose_stop(t.stopped, last_words(run, t, task_definition), names) for t in tasks if t.died]
    seen = "; ".join(f"{t.id} {t.status} {t.stopped}".strip() for t in tasks) or "no task"
    claim(
        expected=f"task {task.id} alone after {load.requests} requests, and GET / answers {first_answer.status}",
        observed="; ".join([*(end.cause for end in ends), seen, str(afterwards)]),
        advice=" ".join([*(end.advice for end in ends), f"See why: `aws logs tail {names['log_group']} --since 10m`"]),
    )
    assert [t.id for t in tasks] == [task.id]
    assert lives


def about_p95(load):
    """The p95 in words; of fewer than twenty requests it is the slowest one."""
    return f"p95 {load.p95_ms:.0f} ms" + (f" (the slowest of {load.requests})" if load.requests < 20 else "")


def about_log(logged, sent):
    """What the log has of the load's requests, which are numbered from 1 on, in a few words."""
    if not logged:
        return "the load is not in the log at all"
    if len(logged) >= sent:
        return "the log has them all"
    stops = len(logged) == max(logged)  # they are distinct, and numbered from 1
    return f"the log stops at number {max(logged)}" if stops else "the log misses some in between"
