"""A suite that is killed, at any point, leaves no process behind, and a page that does not look like a verdict."""

import signal

import psutil
import pytest

from fixtures.wire.waiting import Waiter
from tests.faults.aws_faults import Fault, variables
from tests.faults.suite import catch, rehearsing, stopped

SECONDS = 30.0
MOMENTS = {
    "the rehearsal starts": "*/rehearsal.log",
    "the group is made": "*/evidence/*CreateSecurityGroup.json",
    "the service is made": "*/evidence/*CreateService.json",
    "the API has answered": "*/public_endpoint_test.json",
    "the load runs": "*/load/requests.csv",
}


def processes_of(folder):
    """Every process that has to do with this run: its paths are in the command line, or it works in them."""
    found = []
    for process in psutil.process_iter():
        try:
            words = [*process.cmdline(), process.cwd(), *process.environ().values()]
        except psutil.Error:
            continue
        if any(str(folder) in word for word in words):
            found.append(process)
    return found


def alive(process):
    """Whether it still runs; one that has ended and was not yet asked for its exit code does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # it has ended between the two
        return False


@pytest.mark.parametrize("sign", MOMENTS.values(), ids=MOMENTS.keys())
def test_a_killed_suite_leaves_no_process(sign, small_api, tmp_path):
    """SIGKILL lets nobody clean up: whoever depends on the suite has to notice by himself, and so has a reader."""
    pages = killed(small_api, tmp_path, lambda suite: any((tmp_path / "reports").glob(sign)))
    assert pages or sign == MOMENTS["the rehearsal starts"]


def test_one_that_is_killed_as_it_cleans_up_leaves_none(small_api, tmp_path):
    """The same while the service is being deleted, which is over so soon that it is made to stop there."""
    stops = variables(tmp_path / "calls.txt", Fault("SIGSTOP", "ecs.DeleteService", after=True))
    assert killed(small_api, tmp_path, stopped, **stops)


def killed(small_api, folder, moment, **stops):
    """The pages of a run that is killed at that moment: nothing of it runs on, and none of them is a verdict."""
    with rehearsing(folder, f"--app={small_api}", "--load-seconds=5", MARK_OF_THIS_TEST=str(folder), **stops) as suite:
        catch(suite, "the moment", lambda: moment(suite))
        children = psutil.Process(suite.pid).children(recursive=True)
        suite.signal(signal.SIGKILL)
        suite.wait()
    assert children
    left = Waiter().settle("processes gone", lambda: [p for p in children if alive(p)], lambda p: not p, SECONDS)
    assert left == []
    assert processes_of(folder) == []
    pages = [page.read_text(encoding="utf-8") for page in (folder / "reports").glob("*/report.html")]
    assert all("This run has not ended" in page and "criteria PASS" in page for page in pages)
    return pages
