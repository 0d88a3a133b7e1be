"""How `make test` runs all tests in one go: a plugin that says which stay together, and at the end what was skipped."""

from collections import Counter

import pytest
from xdist.scheduler import LoadScopeScheduling

ALONE = ("deployments/", "test_crash_points.py", "test_failing_aws.py", "test_refusing_aws.py", "test_signals.py")
"""Files of tests/faults whose cells have nothing in common that takes time to make."""


def scope_of(nodeid: str) -> str:
    """What a test stays together with: those of its file, which share what one of them makes; a cell is alone."""
    file = nodeid.partition("::")[0]
    return nodeid if file.removeprefix("tests/faults/").startswith(ALONE) else file


class Sharing(LoadScopeScheduling):
    """Files with many tests begin; cells go last, to whichever process is free."""

    _split_scope = staticmethod(scope_of)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Sharing:
    """Called by the process that shares the tests out."""
    return Sharing(config, log)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what was skipped."""
    reasons = [report.longrepr[2] for report in terminalreporter.stats.get("skipped", [])]
    terminalreporter.write_line(told([reason.removeprefix("Skipped: ").splitlines()[0] for reason in reasons]))


def told(reasons: list[str]) -> str:
    """How many were skipped for each reason, the most frequent first."""
    counts = Counter(reasons).most_common()
    each = [f"{count} {'test' if count == 1 else 'tests'} skipped: {reason}" for reason, count in counts]
    return "\n".join(each) or "no test was skipped"
