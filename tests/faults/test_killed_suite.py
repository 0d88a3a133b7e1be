"""A suite that is killed, at any point, leaves no process behind, and a page that does not look like a verdict."""

import signal

import psutil
import pytest

from fixtures.wire.waiting import Waiter
from tests.faults.suite import rehearsing

SECONDS = 30.0
MOMENTS = {
    "the rehearsal starts": "*/rehearsal.log",
    "the group is made": "*/evidence/*CreateSecurityGroup.json",
    "the service is made": "*/evidence/*CreateService.json",
    "the API has answered": "*/public_endpoint_test.json",
    "the load runs": "*/load/requests.csv",
    "the service is being deleted": "*/evidence/*DeleteService.json",
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
    with rehearsing(tmp_path, f"--app={small_api}", MARK_OF_THIS_TEST=str(tmp_path)) as suite:
        reports = tmp_path / "reports"
        Waiter().until(sign, lambda: any(reports.glob(sign)) or not suite.running, bool, 60)
        assert suite.running, suite.output
        children = psutil.Process(suite.pid).children(recursive=True)
        suite.signal(signal.SIGKILL)
        suite.wait()
    assert children or sign == MOMENTS["the service is being deleted"]  # then they may have ended by themselves
    left = Waiter().settle("processes gone", lambda: [p for p in children if alive(p)], lambda p: not p, SECONDS)
    assert left == []
    assert processes_of(tmp_path) == []
    pages = [page.read_text(encoding="utf-8") for page in reports.glob("*/report.html")]
    assert pages or sign == MOMENTS["the rehearsal starts"]
    assert all("This run has not ended" in page and "criteria PASS" in page for page in pages)
