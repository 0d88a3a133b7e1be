"""What `make test` skips, and why, and what passed at a second try alone, told at its very end.

As a plugin it notes it, as a program it tells.
"""

import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.again import tried_again

VARIABLE = "LAUNCH_CONTROL_SKIPPED"
"""Names the file that all runs of `make test` share."""


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Note a line for each such test."""
    reasons = [report.longrepr[2] for report in terminalreporter.stats.get("skipped", [])]
    lines = ["skipped: " + reason.removeprefix("Skipped: ").splitlines()[0] for reason in reasons]
    lines += [f"tried twice: {test}" for test in tried_again(terminalreporter)]
    alone = not hasattr(terminalreporter.config, "workerinput")  # a worker has a reporter too, and tells its controller
    if VARIABLE in os.environ and lines and alone:
        with Path(os.environ[VARIABLE]).open("a", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)


def told(lines: list[str]) -> str:
    """How many for each reason, the most frequent first."""
    counts = Counter(lines).most_common()
    each = [f"{count} {'test' if count == 1 else 'tests'} {line}" for line, count in counts]
    return "\n".join(each) or "no test was skipped"


if __name__ == "__main__":
    noted = Path(os.environ[VARIABLE])
    print(told(noted.read_text(encoding="utf-8").splitlines() if noted.exists() else []))
    noted.unlink(missing_ok=True)
    sys.exit(0)
