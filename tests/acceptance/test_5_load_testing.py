"""Step 5, the secret mission: many requests at once, and what CloudWatch tells of them."""

import pytest

from fixtures.load_fixture import MARK, keep_log_lines
from fixtures.logs import read_lines
from fixtures.service import tasks_of


@pytest.mark.criterion("LOAD-1")
def test_the_load_stays_within_its_limits(run, settings, load, claim):
    """Under load, failures and p95 latency stay within their limits.

    One request proves that it works; many prove that it works for more than one user.
    """
    run.recorder.attach("load/load.json")
    claim(
        expected=f"failure ratio at most {settings.max_failure_ratio:.2%}, p95 at most {settings.max_p95_ms:.0f} ms",
        observed=f"{load.failures} of {load.requests} failed ({load.failure_ratio:.2%}), p50 {load.p50_ms:.0f} ms, "
        f"p95 {load.p95_ms:.0f} ms, p99 {load.p99_ms:.0f} ms, {load.requests_per_second:.1f} requests/s; "
        f"{'; '.join(load.errors[:3]) or 'no errors'}",
        advice="read load/locust.log; a p95 that rises without errors wants more CPU: `--cpu 512 --memory 1024`",
    )
    assert load.failure_ratio <= settings.max_failure_ratio
    assert load.p95_ms <= settings.max_p95_ms


@pytest.mark.criterion("LOAD-2")
def test_the_spike_is_in_the_log(aws, run, task_definition, load, claim):
    """The spike shows in CloudWatch: requests sent and logged agree.

    Each request of the load carried a mark of this run. What was sent and is not in the log was dropped on the way.
    """
    group, mark = task_definition.log_options["awslogs-group"], f"{MARK}={run.settings.run_id}"
    lines = run.waiter.settle(
        "load in CloudWatch",
        lambda: read_lines(aws, group, mark),
        lambda seen: len(seen) >= load.requests,
        run.settings.patience.log,
        lambda seen: f"{len(seen)} of {load.requests} lines",
    )
    keep_log_lines(run, lines)
    claim(
        expected=f"{load.requests} lines with {mark} in {group}, less at most the {load.failures} that failed",
        observed=f"{len(lines)} lines",
        advice='add `"mode": "blocking"` to the awslogs options if lines are dropped, and leave the access log on',
    )
    assert lines
    assert load.requests - load.failures <= len(lines) <= load.requests


@pytest.mark.criterion("LOAD-3")
def test_the_same_task_serves_the_whole_load(aws, launch, task, load, claim):
    """The same task served the whole load: no restart, no replacement.

    A task that runs out of memory under load is replaced within a minute, at another address, and looks healthy again.
    """
    tasks = tasks_of(aws, launch.service) + tasks_of(aws, launch.service, "STOPPED")
    claim(
        expected=f"task {task.id} alone after {load.requests} requests",
        observed="; ".join(f"{t.id} {t.status} {t.stopped}".strip() for t in tasks) or "no task",
        advice="exit code 137 means out of memory, so give it more: `--memory 1024`; other exits are explained in the log",
    )
    assert [t.id for t in tasks] == [task.id]
