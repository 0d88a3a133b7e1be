"""A test that failed is tried once more: CI alone asks for it, as its machine may stand still for a moment.

Never hidden: the first failure is printed, and `tests.skipped` names the test at the very end. Never many: where more than
MOST fail in one process it is no moment's fault.
"""

import pytest
from _pytest.runner import runtestprotocol

MOST = 2
FIRST = "failed at first"
"""Under this name the report of a test that was tried again holds what it said before."""
_tried: list[str] = []


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Run the test, and a second time if it failed; the second time counts."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    failed = next((report for report in reports if report.failed), None)
    if failed and len(_tried) < MOST:
        _tried.append(item.nodeid)
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        reports[-1].user_properties.append((FIRST, failed.longreprtext))
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def tried_again(terminalreporter: pytest.TerminalReporter) -> dict[str, str]:
    """The tests that failed at first, each with what it said then."""
    all_of_them = [each for some in terminalreporter.stats.values() for each in some]
    reports = [each for each in all_of_them if isinstance(each, pytest.TestReport)]
    return {report.nodeid: said for report in reports for name, said in report.user_properties if name == FIRST}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what each said at first."""
    for test, said in tried_again(terminalreporter).items():
        terminalreporter.section(f"failed at first: {test}")
        terminalreporter.write_line(said)
